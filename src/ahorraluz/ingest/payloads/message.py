"""One message of a device, and what was taken from it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.live.readings import MAX_NAME, LiveError, Quantity, Sample, to_thousandths
from ahorraluz.core.readings.channels import Flow

MAX_BYTES = 64 * 1024
"""Largest message that is read: the longest telegram of a meter has a tenth of it."""
MAX_SAMPLES = 200
"""Most numbers that one message may tell: a panel of 48 circuits tells about half of it."""
MAX_DIGITS = 40
"""Longest number that is read. [characters]"""

_UNREAD = object()


@dataclass(slots=True, kw_only=True)
class Message:
    """What a device sent, and what is known of the device."""

    topic: str
    """Below the device's own root, such as ``tele/SENSOR``; empty for a push without one."""
    body: bytes
    zone: str = "America/Lima"
    """IANA zone of the home: local times without one are read in it."""
    flow: Flow = Flow.IMPORT
    """What an undirected device measures: the home, or a part of it."""
    units: Mapping[str, str] = field(default_factory=dict)
    """Units that the device told in earlier messages, by topic."""
    _json: Any = field(default=_UNREAD, repr=False)
    _parts: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """The topic, cut at its slashes."""
        if self._parts is None:
            self._parts = tuple(self.topic.split("/")) if self.topic else ()
        return self._parts

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 becomes the replacement character."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def json(self) -> Any:  # noqa: ANN401  any JSON value
        """The body as a JSON value with exact decimals; ``None`` if it is none."""
        if self._json is _UNREAD:
            self._json = _load(self.body)
        return self._json

    @property
    def object(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty if it is none."""
        found = self._json
        if found is _UNREAD:
            found = self._json = _load(self.body)
        return found if isinstance(found, dict) else _NOTHING


def _load(body: bytes) -> Any:  # noqa: ANN401  any JSON value
    try:
        # What ``json.loads`` does, with a decoder that is made once.
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def _exact(text: str) -> Decimal:
    if len(text) > MAX_DIGITS:
        raise ValueError(text[:MAX_DIGITS])
    try:
        number = Decimal(text)
    except InvalidOperation as error:  # an exponent of more digits than a decimal can have
        raise ValueError(text[:MAX_DIGITS]) from error
    if abs(number.adjusted()) > MAX_DIGITS:
        raise ValueError(text[:MAX_DIGITS])
    return number


def _never(text: str) -> Decimal:
    """Refuse NaN and Infinity, which are no JSON."""
    raise ValueError(text)


_DECODER = json.JSONDecoder(parse_float=_exact, parse_int=_exact, parse_constant=_never)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class Taken:
    """What was taken from a message: samples, what was wrong, and units told for later."""

    samples: list[Sample] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)

    def power(
        self, name: str, value: object, unit: str, flow: Flow, *, at_ms: int | None = None
    ) -> None:
        """Take a power; one that is not there is left out, one that flows back is nought."""
        if value is not None:
            if isinstance(value, Decimal):
                back = value.is_signed()
            else:
                back = str(value).lstrip().startswith("-")
            self._take(name, "0" if back else value, unit, flow, Quantity.POWER, at_ms)

    def both_ways(self, name: str, value: object, unit: str, *, at_ms: int | None = None) -> None:
        """Take a signed power of the grid as what is taken and what is given back."""
        if value is None:
            return
        text = str(value).strip()
        back = text.startswith("-")
        self._take(name, "0" if back else text, unit, Flow.IMPORT, Quantity.POWER, at_ms)
        self._take(name, text[1:] if back else "0", unit, Flow.EXPORT, Quantity.POWER, at_ms)

    def register(
        self, name: str, value: object, unit: str, flow: Flow, *, at_ms: int | None = None
    ) -> None:
        """Take the standing of a counter; one that is not there is left out."""
        if value is not None:
            self._take(name, value, unit, flow, Quantity.REGISTER, at_ms)

    def wrong(self, code: str, **parameters: Any) -> None:  # noqa: ANN401  those of an issue
        """Note what is wrong with the message."""
        self.issues.append(Issue(code=code, severity=Severity.WARNING, parameters=parameters))

    def _take(
        self,
        name: str,
        value: object,
        unit: str,
        flow: Flow,
        quantity: Quantity,
        at_ms: int | None,
    ) -> None:
        if len(self.samples) >= MAX_SAMPLES:
            if not any(issue.code == "live-too-many-numbers" for issue in self.issues):
                self.wrong("live-too-many-numbers", most=MAX_SAMPLES)
            return
        try:
            exact = value if isinstance(value, Decimal) else str(value)
            number = to_thousandths(exact, unit, quantity=quantity)
        except LiveError as error:
            self.issues.extend(error.issues)
            return
        short = name if name.isprintable() else "".join(filter(str.isprintable, name))
        short = short[:MAX_NAME] or "total"
        self.samples.append(
            Sample(name=short, flow=flow, quantity=quantity, value=number, at_ms=at_ms)
        )


Reader = Callable[[Message, Taken], bool]
"""Takes what a message of its dialect tells; false if the message is not of its dialect."""


def named(*parts: str) -> str:
    """Return the name of a channel: what says something of the parts, or ``total``."""
    return " ".join(part for part in parts if part) or "total"


def seconds_ms(value: object, *, parts: int = 1) -> int | None:
    """Return a moment in ms that is told as seconds since 1970, or as ``parts`` of a second."""
    try:
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        moment = exact * 1000 / parts
    except ArithmeticError:
        return None
    return int(moment) if moment.is_finite() and 0 < moment < 10**14 else None


def iso_ms(text: object, zone: str) -> int | None:
    """Return a moment in ISO 8601, local to ``zone`` where it names none, in ms since 1970.

    A local time that happens twice is the first; one that never happens, and what is no time,
    is ``None``: the moment of arrival stands for it.
    """
    if not isinstance(text, str) or not 10 <= len(text) <= MAX_DIGITS:
        return None
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            local = moment.replace(tzinfo=ZoneInfo(zone))
            back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
            if back.replace(tzinfo=None) != moment:
                return None
            moment = local
        whole = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    ms = (whole.days * 86_400 + whole.seconds) * 1000 + whole.microseconds // 1000
    return ms if ms > 0 else None
