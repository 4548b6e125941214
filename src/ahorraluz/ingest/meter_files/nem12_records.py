"""Records of NEM12 and NEM13 files: what each says, and which of them are broken."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.meter_files.content import Content
from ahorraluz.ingest.meter_files.series import Series, in_time, is_reading

DAY_MINUTES = 1_440
LENGTHS = (5, 15, 30, 60)
"""Interval lengths read. [minute] The market uses the first three."""
UNITS_KWH: Mapping[str, float] = {"wh": 0.001, "kwh": 1.0, "mwh": 1000.0, "gwh": 1_000_000.0}
FLOWS: Mapping[str, Flow] = {"E": Flow.IMPORT, "B": Flow.EXPORT, "A": Flow.IMPORT}
"""By the first letter of the NMI suffix: ``E`` consumed, ``B`` given back, ``A`` net."""
NET = "A"
DIRECTIONS: Mapping[str, Flow] = {"E": Flow.IMPORT, "I": Flow.EXPORT}
"""Of NEM13, seen from the grid: ``E`` leaves it for the home."""
ESTIMATED = frozenset("EFS")
"""Quality: forward estimate, final substitute, substitute."""
NULL, VARIABLE = "N", "V"
MAX_LINE = 65_536
"""Longest line: 288 values of a day take 4 kB. [characters]"""
MOST_ISSUES = 5
"""Broken rows that are named one by one."""


@dataclass(slots=True)
class Stream:
    """One stream of one meter."""

    nmi: str
    suffix: str
    serial: str
    minutes: int
    factor: float
    """kWh of one unit; 0 where the unit is no energy."""
    flow: Flow | None
    """``None``: reactive energy, voltage or another quantity that is not priced."""
    series: Series = field(default_factory=Series)

    @property
    def is_energy(self) -> bool:
        """Tell whether it is energy of a known length."""
        return self.factor > 0 and self.flow is not None


@dataclass(slots=True)
class _Day:
    """The last ``300`` record, which ``400`` records may mark."""

    stream: Stream
    first: int
    count: int
    variable: bool


class Reader:
    """Takes records in their order, and keeps what they say."""

    def __init__(self, zone: str) -> None:
        self.streams: dict[tuple[str, str, str, int], Stream] = {}
        self.rows = 0
        self.broken = 0
        self.issues: list[Issue] = []
        self.format = "nem12"
        self.ended = False
        self._zone = ZoneInfo(zone)
        self._stream: Stream | None = None
        self._day: _Day | None = None

    def take(self, line: int, record: Sequence[str]) -> None:
        """Take one record."""
        match record[0].strip():
            case "200":
                self._take_stream(line, record)
            case "300":
                self.rows += 1
                self._day = None
                self._take_day(line, record)
            case "400":
                self._take_quality(record)
            case "250":
                self.rows += 1
                self.format = "nem13"
                self._take_register(line, record)
            case "900":
                self.ended = True
            case _:
                # 100 is the header, 500 and 550 are about work orders.
                pass

    # --- records -----------------------------------------------------------------------------

    def _take_stream(self, line: int, record: Sequence[str]) -> None:
        self._stream = self._day = None
        if len(record) < 9:
            self._note(Issue(code="nem12-stream-broken", parameters={"line": line}))
            return
        nmi, suffix, serial = (record[i].strip() for i in (1, 4, 6))
        unit, length = record[7].strip().lower(), record[8].strip()
        minutes = int(length) if length.isascii() and length.isdigit() and len(length) < 4 else 0
        flow = FLOWS.get(suffix[:1].upper())
        factor = UNITS_KWH.get(unit, 0.0)
        if not unit and flow is not None:
            # Only active energy has these suffixes, and the market counts it in kWh.
            factor = 1.0
            self._note(Issue(code="nem12-unit-assumed", parameters={"line": line}))
        if factor and minutes not in LENGTHS:
            self._note(Issue(code="nem12-stream-broken", parameters={"line": line}))
        key = (nmi, suffix, serial, minutes)
        self._stream = self.streams.setdefault(
            key,
            Stream(
                nmi=nmi,
                suffix=suffix,
                serial=serial,
                minutes=minutes,
                factor=factor if minutes in LENGTHS else 0.0,
                flow=flow,
            ),
        )

    def _take_day(self, line: int, record: Sequence[str]) -> None:
        stream = self._stream
        if stream is None:
            self._refuse("row-broken", line=line, column="300", value=",".join(record)[:40])
            return
        if not stream.is_energy:
            return
        count = DAY_MINUTES // stream.minutes
        values, rest = record[2 : 2 + count], record[2 + count :]
        found = next((i for i, text in enumerate(values) if text[:1].isalpha()), len(values))
        more = bool(rest) and _is_number(rest[0])
        if found < count or more:
            shown = found if found < count else count + sum(map(_is_number, rest))
            self._refuse("nem12-row-length", line=line, found=shown, expected=count)
            return
        start = _moment(record[1], self._zone)
        if start is None:
            self._refuse("row-broken", line=line, column="IntervalDate", value=record[1][:40])
            return
        numbers = [_value(text) for text in values]
        if None in numbers:
            wrong = numbers.index(None)
            self._refuse("row-broken", line=line, column=str(wrong + 1), value=values[wrong][:40])
            return
        quality = rest[0].strip()[:1].upper() if rest else ""
        first, step = len(stream.series), stream.minutes * 60
        for place, number in enumerate(numbers):
            stream.series.add(
                start + place * step,
                start + (place + 1) * step,
                float("nan") if number is None or quality == NULL else number,
                line=line,
                estimated=quality in ESTIMATED,
            )
        self._day = _Day(stream=stream, first=first, count=count, variable=quality == VARIABLE)

    def _take_quality(self, record: Sequence[str]) -> None:
        """Mark the intervals that a ``400`` record names, counted from 1."""
        day = self._day
        if day is None or len(record) < 4:
            return
        ends = [text.strip() for text in record[1:3]]
        if not all(text.isascii() and text.isdigit() and len(text) < 4 for text in ends):
            return
        quality = record[3].strip()[:1].upper()
        series = day.stream.series
        for place in range(max(int(ends[0]), 1), min(int(ends[1]), day.count) + 1):
            at = day.first + place - 1
            if quality == NULL:
                series.value[at] = float("nan")
            elif quality in ESTIMATED:
                series.flags[at] = 1

    def _take_register(self, line: int, record: Sequence[str]) -> None:
        """Take the energy between two readings of a register (NEM13)."""
        if len(record) < 20:
            self._refuse("nem12-row-length", line=line, found=len(record), expected=23)
            return
        start, end = (_moment(record[i], self._zone) for i in (9, 14))
        value = _value(record[18])
        if start is None or end is None or value is None or not start < end:
            shown = f"{record[9]} {record[14]} {record[18]}"[:40]
            self._refuse("row-broken", line=line, column="250", value=shown)
            return
        nmi, register, suffix, serial = (record[i].strip() for i in (1, 3, 4, 6))
        stream = self.streams.setdefault(
            (nmi, suffix or register, serial, 0),
            Stream(
                nmi=nmi,
                suffix=suffix or register,
                serial=serial,
                minutes=0,
                factor=UNITS_KWH.get(record[19].strip().lower(), 0.0),
                flow=DIRECTIONS.get(record[7].strip().upper()),
            ),
        )
        quality = (record[10].strip() + record[15].strip()).upper()
        stream.series.add(start, end, value, line=line, estimated=bool(ESTIMATED & set(quality)))

    # --- what went wrong ---------------------------------------------------------------------

    def _refuse(self, code: str, **parameters: str | int) -> None:
        self.broken += 1
        self._note(Issue(code=code, parameters=parameters))

    def _note(self, issue: Issue) -> None:
        if len(self.issues) < MOST_ISSUES:
            self.issues.append(issue)


def _is_number(text: str) -> bool:
    return _value(text) is not None and bool(text.strip())


def _value(text: str) -> float | None:
    """Return a value, NaN for an empty field, ``None`` for what is no number."""
    text = text.strip()
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if is_reading(value) and "_" not in text else None


def _moment(text: str, zone: ZoneInfo) -> int | None:
    """Return the UTC second of ``YYYYMMDD`` or ``YYYYMMDDhhmmss`` by the clock of a zone."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 14)):
        return None
    try:
        local = datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=zone)
        moment = int(local.timestamp())
    except (ValueError, OverflowError):
        return None
    return moment if in_time(moment, moment) else None


def records_of(content: Content) -> Iterator[tuple[int, list[str]]]:
    """Yield each line as its fields, with its number from 1."""
    with (
        content.opened() as file,
        io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace") as text,
    ):
        number = 0
        while line := text.readline(MAX_LINE):
            number += 1
            fields = line.replace('"', "").strip().split(",")
            if fields != [""]:
                yield number, fields
