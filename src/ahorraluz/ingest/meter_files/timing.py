"""Which columns say when: a moment, a day and a clock, two ends, or both in one cell."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.ingest.meter_files.columns import Column, Kind, by_name
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.moments import layout_of
from ahorraluz.ingest.meter_files.options import Stamp
from ahorraluz.ingest.meter_files.words import Word, tokens_of

_HOUR_WORDS = {
    "time",
    "interval",
    "intervalo",
    "hhmm",
    "hora",
    "hour",
    "uur",
    "stunde",
    "heure",
    "ora",
    "periodo",
    "period",
    "hr",
    "h",
}
_ASIDE = {
    *("revision", "revised", "updated", "created", "modified", "exported", "downloaded"),
    *("published", "inserted", "processed", "creado", "actualizado", "creacion"),
}
MAX_PART = 100
"""The last quarter of an hour of the day on which the clock goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Columns of one moment."""

    date: int
    clock: int | None = None
    hour: int | None = None
    """A column of the number of the hour in its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePlan:
    """Columns of the interval of each row."""

    start: Place
    end: Place | None = None
    span: bool = False
    """The column of ``start`` holds both ends."""
    stamp: Stamp | None = None
    """Which end the only moment is, where its name says so."""

    @property
    def places(self) -> tuple[int, ...]:
        """Every column of it."""
        ends = [self.start] + ([self.end] if self.end else [])
        return tuple(
            dict.fromkeys(
                place for end in ends for place in (end.date, end.clock, end.hour)
                if place is not None
            )
        )  # fmt: skip


def plan_times(
    columns: Sequence[Column], *, chosen: str | None, has_header: bool, name: str
) -> TimePlan:
    """Return the columns that say when.

    Raises
    ------
    MeterFileError
        ``table-no-time-column`` or ``table-column-unknown``.
    """
    dated = [column for column in columns if _is_dated(column, has_header=has_header)]
    dated = [column for column in dated if not _is_aside(column)] or dated
    # One moment in all rows is that of the export, or the span of the whole file.
    dated = [column for column in dated if len(column.distinct) > 1] or dated
    if chosen is not None:
        dated = [_chosen(columns, chosen, name=name)]
    if not dated:
        names = [column.name[:40] for column in columns[:12]]
        raise MeterFileError("table-no-time-column", file=name, columns=names)
    spans = [column for column in dated if column.kind is Kind.SPAN]
    if spans:
        return TimePlan(start=Place(date=spans[0].place), span=True)
    clocks = [column for column in columns if column.kind is Kind.CLOCK]
    starts = [column for column in dated if column.says(Word.FROM)]
    ends = [column for column in dated if column.says(Word.TO) and not column.says(Word.FROM)]
    if starts and ends:
        return TimePlan(
            start=_with_clock(starts[0], _side(clocks, Word.FROM, 0)),
            end=_with_clock(ends[0], _side(clocks, Word.TO, 1)),
        )
    return _one_moment(columns, dated, clocks=clocks)


def _is_aside(column: Column) -> bool:
    """Tell whether a column says when a row was written or revised, and not what it is of."""
    return not _ASIDE.isdisjoint(tokens_of(column.name))


def _is_dated(column: Column, *, has_header: bool) -> bool:
    if column.kind is Kind.STAMP:
        timed = column.says(Word.TIME, Word.FROM, Word.TO) and column.unit is None
        return timed or (not has_header and column.place == 0)
    return column.kind in (Kind.MOMENT, Kind.DATE, Kind.SPAN)


def _chosen(columns: Sequence[Column], chosen: str, *, name: str) -> Column:
    column = by_name(columns, chosen)
    if column is None:
        names = [column.name[:40] for column in columns[:12]]
        raise MeterFileError("table-column-unknown", file=name, column=chosen[:60], columns=names)
    return column


def _side(clocks: Sequence[Column], word: Word, order: int) -> Column | None:
    named = [column for column in clocks if column.says(word)]
    if named:
        return named[0]
    return clocks[order] if len(clocks) > order else None


def _with_clock(date: Column, clock: Column | None) -> Place:
    needs = date.kind is Kind.DATE and clock is not None
    return Place(date=date.place, clock=clock.place if needs and clock else None)


def _one_moment(
    columns: Sequence[Column], dated: Sequence[Column], *, clocks: Sequence[Column]
) -> TimePlan:
    main = _best(dated)
    if main.kind is Kind.DATE or (main.kind is Kind.STAMP and clocks and not _is_fixed(main)):
        if len(clocks) > 1 and clocks[0] is not clocks[1]:
            first, second = _side(clocks, Word.FROM, 0), _side(clocks, Word.TO, 1)
            if first and second and first is not second:
                return TimePlan(
                    start=Place(date=main.place, clock=first.place),
                    end=Place(date=main.place, clock=second.place),
                )
        if clocks:
            place = Place(date=main.place, clock=clocks[0].place)
            return TimePlan(start=place, stamp=_stamp(clocks[0]) or _stamp(main))
        hour = next((column for column in columns if _is_hour(column)), None)
        if hour is not None:
            return TimePlan(start=Place(date=main.place, hour=hour.place))
    return TimePlan(start=Place(date=main.place), stamp=_stamp(main))


def _best(dated: Sequence[Column]) -> Column:
    """Return the column that serves best: UTC needs no guess, a clock beats a day."""
    kinds = (Kind.MOMENT, Kind.STAMP, Kind.DATE)
    return min(
        dated,
        key=lambda column: (
            not _is_fixed(column),
            kinds.index(column.kind) if column.kind in kinds else 3,
            not column.says(Word.TIME, Word.FROM),
            column.place,
        ),
    )


def _is_fixed(column: Column) -> bool:
    """Tell whether the moments of a column need no zone."""
    if "utc" in tokens_of(column.name):
        return True
    layout = layout_of(column.distinct[0]) if column.distinct else None
    return layout is not None and (layout.epoch is not None or layout.offset_sign is not None)


def _stamp(column: Column) -> Stamp | None:
    if column.says(Word.TO) and not column.says(Word.FROM):
        return Stamp.END
    return Stamp.START if column.says(Word.FROM) else None


def _is_hour(column: Column) -> bool:
    if column.kind is not Kind.NUMBER or not column.whole or column.unit is not None:
        return False
    named = not _HOUR_WORDS.isdisjoint(tokens_of(column.name))
    numbers = [int(cell) for cell in column.distinct]
    if not named or not numbers:
        return False
    clocks = all(number <= 2400 and number % 100 < 60 for number in numbers)
    return min(numbers) >= 0 and (max(numbers) <= MAX_PART or clocks)
