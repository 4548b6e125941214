"""The input API of emoncms in our words: what its devices send, read into messages of a node."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.live.pushing import MOST_MESSAGES, Pushed

ROOT = "emon"
PATHS: Mapping[str, str] = {
    f"/input/{name}{ending}": f"/api/v1/input/{name}"
    for name in ("post", "bulk")
    for ending in ("", ".json")
}
"""Where devices of emoncms send, and where that is taken."""
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_NOT_OF_NODE = re.compile(r"[^\w \-.]")
_NOT_OF_PAIRS = re.compile(r"[^\w\s\-.:,+]")
LONGEST_NODE = 60
MOST_VALUES = 200
LEAST_ITEM = 3
"""Of a packet: its time, its node, a value."""


def under_our_paths(
    inner: Callable[..., Any],
) -> Callable[[dict[str, Any], Callable[..., Any]], Any]:
    """Take what devices send to the paths of emoncms at ours."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:  # noqa: ANN401  as WSGI has it
        ours = PATHS.get(environ.get("PATH_INFO", ""))
        if ours is not None:
            environ = {**environ, "PATH_INFO": ours}
        return inner(environ, start_response)

    return application


def read_post(fields: Mapping[str, str]) -> list[Pushed]:
    """Return the message of ``input/post``: ``fulljson``, ``json``, ``csv`` or ``data``.

    Raises
    ------
    InvalidInputError
        ``emon-without-data``, ``emon-not-json``, ``emon-not-a-number``, ``emon-time``.
    """
    full = fields.get("fulljson")
    text = full or fields.get("json") or fields.get("csv") or fields.get("data") or ""
    if not text.strip():
        raise InvalidInputError("emon-without-data", field="fulljson")
    inputs = _object(text) if full else dict(_pairs(text))
    moment = fields.get("time")
    if moment and WHOLE.fullmatch(moment) is None:
        raise InvalidInputError("emon-time", field="time", value=moment[:40])
    return [_message(fields.get("node", ""), inputs, moment)]


def read_bulk(fields: Mapping[str, str], *, now_s: Callable[[], float] = time.time) -> list[Pushed]:
    """Return the messages of ``input/bulk``: packets of a time, a node and values.

    Times are after ``time``; or as the sender's clock has them, which stood at ``sentat`` (or
    ``offset``) when it sent them; else the last packet is of now.

    Raises
    ------
    InvalidInputError
        ``emon-without-data``, ``emon-not-json``, ``emon-packet-wrong``, ``emon-time``,
        ``push-too-many``.
    """
    text = fields.get("data", "")
    if not text.strip():
        raise InvalidInputError("emon-without-data", field="data")
    packets = _json(text)
    if not isinstance(packets, list) or not packets:
        raise InvalidInputError("emon-not-json", field="data")
    if len(packets) > MOST_MESSAGES:
        raise InvalidInputError("push-too-many", field="data", most=MOST_MESSAGES)
    read = [_packet(packet, place) for place, packet in enumerate(packets, start=1)]
    begin = _begin(fields, read[-1][0], now_s())
    return [_message(node, inputs, _plain(begin + at)) for at, node, inputs in read if inputs]


def _begin(fields: Mapping[str, str], last: float, now_s: float) -> float:
    for name in ("sentat", "offset"):
        if fields.get(name):
            return now_s - abs(_seconds(fields, name))
    if fields.get("time") and _seconds(fields, "time"):
        return _seconds(fields, "time")
    if fields.get("time"):
        # Nought: packets tell the time themselves.
        return 0.0
    return now_s - last


def _seconds(fields: Mapping[str, str], name: str) -> float:
    text = fields[name]
    if WHOLE.fullmatch(text) is None:
        raise InvalidInputError("emon-time", field=name, value=text[:40])
    return float(text)


def _packet(packet: object, place: int) -> tuple[float, str, dict[str, str]]:
    wrong = InvalidInputError("emon-packet-wrong", field="data", row=place)
    if not isinstance(packet, list) or not packet or len(packet) > MOST_VALUES:
        raise wrong
    at = str(packet[0])
    if WHOLE.fullmatch(at) is None:
        raise wrong
    if len(packet) < LEAST_ITEM:
        return float(at), "", {}
    node = packet[1]
    if isinstance(node, dict | list) or node is None:
        raise wrong
    inputs: dict[str, str] = {}
    number = 1
    for value in packet[2:]:
        if isinstance(value, dict):
            inputs |= {str(key): _number(str(one)) for key, one in list(value.items())[:1]}
            continue
        if isinstance(value, list | bool):
            raise wrong
        if value is not None and str(value):
            inputs[str(number)] = _number(str(value))
        number += 1
    return float(at), str(node), inputs


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and numbers of ``{power1:100,power2:200}`` or ``100,200``."""
    number = 1
    for part in _NOT_OF_PAIRS.sub("", text).split(",")[: MOST_VALUES + 1]:
        name, colon, value = part.partition(":")
        if colon:
            if not name.strip():
                raise InvalidInputError("emon-not-json", field="json")
            yield name.strip(), _number(value.strip())
        else:
            yield str(number), _number(name.strip())
            number += 1


def _number(text: str) -> str:
    if NUMBER.fullmatch(text) is None:
        raise InvalidInputError("emon-not-a-number", field="data", value=text[:40])
    return text


def _object(text: str) -> dict[str, str]:
    found = _json(text)
    if not isinstance(found, dict) or len(found) > MOST_VALUES:
        raise InvalidInputError("emon-not-json", field="fulljson")
    if any(isinstance(value, dict | list) for value in found.values()):
        raise InvalidInputError("emon-not-json", field="fulljson")
    # What is no number is none of ours: devices send their version and state along.
    return {str(k): str(v) for k, v in found.items() if NUMBER.fullmatch(str(v))}


def _json(text: str) -> Any:  # noqa: ANN401  any JSON value
    try:
        # Numbers stay as they were written.
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None


def _message(node: str, inputs: Mapping[str, str], moment: str | None) -> Pushed:
    name = _NOT_OF_NODE.sub("", node).strip()[:LONGEST_NODE]
    told = {**inputs, **({"time": moment} if moment else {})}
    body = ",".join(f"{json.dumps(key)}:{_json_number(value)}" for key, value in told.items())
    return Pushed(f"{ROOT}/{name}" if name else ROOT, f"{{{body}}}".encode())


def _json_number(text: str) -> str:
    """Return a number as JSON writes it: no plus before it, no bare point."""
    sign = "-" if text.startswith("-") else ""
    digits, point, rest = text.lstrip("+-").partition(".")
    digits = digits or "0"
    lead, mark, power = digits.lower().partition("e")
    lead = lead.lstrip("0") or "0"
    if not point:
        return f"{sign}{lead}{mark}{power}"
    if not rest or not rest[0].isdigit():
        rest = f"0{rest}"
    return f"{sign}{lead}.{rest}"


def _plain(seconds: float) -> str:
    return f"{seconds:.3f}"


def only_last(fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return fields by name; of several of one name the last counts."""
    return dict(fields)
