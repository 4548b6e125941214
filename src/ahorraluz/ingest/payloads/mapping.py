"""The user's own mapping: which field of which topic is which measure, as a small JSON object.

```json
{"fields": [{"topic": "tele/+/SENSOR", "path": "ENERGY.Power", "measure": "power", "unit": "W",
             "flow": "import", "name": "total"}],
 "time": "Time"}
```
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.live.readings import MAX_NAME, WATT_MINUTE, Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.message import Message, Taken
from ahorraluz.ingest.payloads.plain import moment_ms

MAX_FIELDS = 60
MAX_PATH = 120
POWERS, ENERGIES = ("W", "kW", "MW"), ("Wh", "kWh", "MWh", WATT_MINUTE)
MEASURES = tuple(quantity.value for quantity in Quantity)
KEYS = frozenset({"topic", "path", "measure", "unit", "flow", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of a mapping."""

    topic: str
    """Filter of topics below the device's root, with ``+`` and ``#`` as in MQTT."""
    path: tuple[str, ...]
    """Keys and places that lead to the number; none for a message that is one."""
    quantity: Quantity
    unit: str
    flow: Flow
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMapping:
    """What a user said about the messages of a device."""

    fields: tuple[Field, ...]
    time: tuple[str, ...] = ()
    """Path of the moment; none where the messages do not tell it."""


def read_mapping(given: object) -> UserMapping:
    """Check a mapping that a user wrote.

    Raises
    ------
    InvalidInputError
        ``mapping-not-an-object``, ``mapping-without-fields``, ``mapping-too-many-fields``,
        ``mapping-key-unknown``, ``mapping-value-wrong``: each names the row and the value.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("fields"), Sequence):
        raise InvalidInputError("mapping-not-an-object")
    rows = given["fields"]
    if not rows or isinstance(rows, str):
        raise InvalidInputError("mapping-without-fields")
    if len(rows) > MAX_FIELDS:
        raise InvalidInputError("mapping-too-many-fields", most=MAX_FIELDS)
    issues: list[Issue] = []
    fields = tuple(_field(row, place, issues) for place, row in enumerate(rows, start=1))
    time = given.get("time") or ""
    for key in sorted(set(given) - {"fields", "time"}, key=str):
        issues.append(_issue("mapping-key-unknown", row=0, value=str(key)[:40]))
    if not isinstance(time, str) or len(time) > MAX_PATH:
        issues.append(_issue("mapping-value-wrong", row=0, field="time", value=str(time)[:40]))
    if issues:
        raise InvalidInputError.of(issues)
    return UserMapping(
        fields=tuple(field for field in fields if field is not None), time=_path(time)
    )


def _issue(code: str, **parameters: Any) -> Issue:  # noqa: ANN401  those of an issue
    return Issue(code=code, severity=Severity.ERROR, parameters=parameters)


def _path(text: str) -> tuple[str, ...]:
    return tuple(text.split(".")) if text else ()


def _field(row: object, place: int, issues: list[Issue]) -> Field | None:
    if not isinstance(row, Mapping):
        issues.append(_issue("mapping-value-wrong", row=place, field="fields", value=str(row)[:40]))
        return None
    for key in sorted(set(row) - KEYS, key=str):
        issues.append(_issue("mapping-key-unknown", row=place, value=str(key)[:40]))
    before = len(issues)
    measure = _one_of(row, "measure", MEASURES, place, issues)
    units = POWERS if measure == Quantity.POWER.value else ENERGIES
    unit = _one_of(row, "unit", units, place, issues)
    flow = _one_of({"flow": "import", **row}, "flow", [f.value for f in Flow], place, issues)
    texts = {"topic": "#", "path": "", "name": "total"}
    found = {key: row.get(key, usual) for key, usual in texts.items()}
    for key, text in found.items():
        longest = MAX_NAME if key == "name" else MAX_PATH
        if not isinstance(text, str) or len(text) > longest or (key == "name" and not text.strip()):
            issues.append(_issue("mapping-value-wrong", row=place, field=key, value=str(text)[:40]))
    if len(issues) > before:
        return None
    return Field(
        topic=found["topic"] or "#",
        path=_path(found["path"]),
        quantity=Quantity(measure),
        unit=unit,
        flow=Flow(flow),
        name=found["name"].strip(),
    )


def _one_of(
    row: Mapping[Any, Any], key: str, allowed: Sequence[str], place: int, issues: list[Issue]
) -> str:
    value = row.get(key)
    if not isinstance(value, str) or value not in allowed:
        issues.append(
            _issue(
                "mapping-choice-wrong",
                row=place,
                field=key,
                value=str(value)[:40],
                allowed=list(allowed),
            )
        )
        return ""
    return value


def read(message: Message, taken: Taken, mapping: UserMapping) -> bool:
    """Take the fields that a mapping finds in a message; false if it speaks of none of it."""
    rows = [row for row in mapping.fields if matches(row.topic, message.topic)]
    at = _at(message.json, mapping.time) if mapping.time else None
    at_ms = moment_ms(at, message.zone) if at is not None else None
    for row in rows:
        value = _at(message.json, row.path) if row.path else message.text.strip()
        if value is None or isinstance(value, dict | list | bool):
            taken.wrong("live-field-missing", path=".".join(row.path), topic=message.topic[:60])
        elif row.quantity is Quantity.REGISTER:
            taken.register(row.name, value, row.unit, row.flow, at_ms=at_ms)
        else:
            taken.power(row.name, value, row.unit, row.flow, at_ms=at_ms)
    return bool(rows)


def matches(pattern: str, topic: str) -> bool:
    """Tell whether a topic is one of those that an MQTT filter names.

    Examples
    --------
    >>> matches("tele/+/SENSOR", "tele/pow1/SENSOR"), matches("tele/#", "stat/x")
    (True, False)
    """
    wanted, given = pattern.split("/"), topic.split("/")
    for place, part in enumerate(wanted):
        if part == "#":
            return True
        if place >= len(given) or part not in ("+", given[place]):
            return False
    return len(wanted) == len(given)


def _at(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  any JSON value
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and len(key) < 5:
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value
