"""A table with a form to the channels of a home: times, numbers, series, units, flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.readings.channels import Flags, Flow, Ints, Measure, MeterFile
from ahorraluz.ingest.meter_files.build import (
    Draft,
    channels_of,
    draft_of,
    flags_of,
    settle_units,
    unique_names,
)
from ahorraluz.ingest.meter_files.columns import Column, describe
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.groups import Group, group_rows
from ahorraluz.ingest.meter_files.intervals import Intervals, around, between, chosen, moments_at
from ahorraluz.ingest.meter_files.notes import Notes
from ahorraluz.ingest.meter_files.numbers import Numbers, decimal_comma, parse_numbers
from ahorraluz.ingest.meter_files.options import ReadOptions, Stamp
from ahorraluz.ingest.meter_files.overlaps import without_repeats
from ahorraluz.ingest.meter_files.places import zone_of_table
from ahorraluz.ingest.meter_files.rows import Judged, judge, total_rows
from ahorraluz.ingest.meter_files.sections import by_direction
from ahorraluz.ingest.meter_files.spans import span_moments
from ahorraluz.ingest.meter_files.strings import Bools, Strings
from ahorraluz.ingest.meter_files.table import Loaded, Table
from ahorraluz.ingest.meter_files.times import Moments
from ahorraluz.ingest.meter_files.timing import TimePlan, plan_times
from ahorraluz.ingest.meter_files.units import DIVISORS, unit_above
from ahorraluz.ingest.meter_files.values import ValuePlan, plan_values, settle_flows
from ahorraluz.ingest.meter_files.wide import Wide, find_wide, lay_numbers, lay_out
from ahorraluz.ingest.meter_files.words import Word, fold

STATISTICS = ("sum", "state")
"""Columns of counters of Home Assistant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plans:
    columns: tuple[Column, ...]
    times: TimePlan
    values: ValuePlan
    wide: Wide | None
    zone: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """Columns of numbers."""
        if self.wide is not None:
            return self.wide.places
        return tuple(column.place for column in self.values.values)

    @property
    def bill(self) -> bool:
        """Whether its days are those of bills."""
        return self.columns[self.times.start.date].says(Word.BILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Everything of the rows, read and in the order of the file."""

    start: Moments
    end: Moments | None
    numbers: Mapping[int, Numbers]
    columns: Mapping[int, Strings]
    flags: Mapping[int, Flags]
    """Which rows the source estimated, by the column that says so."""
    line: Ints
    usable: Bools


def read_rows(table: Table, options: ReadOptions, *, form: str) -> MeterFile:
    """Return what a table says.

    Parameters
    ----------
    table
        Any table of readings.
    options
        What a person says about it.
    form
        Id of the format where the table is neither one of bills nor one row a day.

    Raises
    ------
    MeterFileError
        Why it is no table of readings; see ``tabular.parse_table``.
    """
    notes = Notes()
    plans = _plan(table, options, notes)
    places = tuple(dict.fromkeys((*plans.times.places, *plans.numbers, *plans.values.places)))
    loaded = table.load(places)
    columns = dict(zip(places, loaded.columns, strict=True))
    rows, judged = _read(table, loaded, plans, columns, options=options, notes=notes)
    drafts, labels = _drafts(table, plans, rows, options=options, notes=notes)
    drafts = settle_units(drafts)
    flows = _flows(plans, options, labels)
    drafts, kept_flows = without_repeats(drafts, flows, notes)
    if not drafts:
        raise MeterFileError("table-no-energy-column", file=table.name, columns=())
    for draft in drafts:
        if draft.unit.guessed:
            notes.unit_assumed(draft.name, draft.unit.name)
    names = unique_names([draft.name for draft in drafts])
    bills = any(draft.intervals.bills for draft in drafts)
    energy = all(draft.measure is Measure.ENERGY for draft in drafts)
    if bills and energy:
        form = "bills"
    elif plans.wide is not None:
        form = "table-wide"
    return MeterFile(
        format=form,
        channels=tuple(channels_of(drafts, kept_flows, ids=names)),
        rows=judged.rows,
        zone=plans.zone,
        issues=(*notes.issues(), *judged.issues),
        broken_rows=judged.broken_rows,
    )


def _plan(table: Table, options: ReadOptions, notes: Notes) -> _Plans:
    """Return what each column is for."""
    shape = table.shape
    columns = describe(shape, serials=table.serials)
    times = plan_times(
        columns, chosen=options.time_column, has_header=shape.has_header, name=table.name
    )
    wide = find_wide([column for column in columns if column.place not in times.places])
    wide = wide if columns[times.start.date].kind in ("date", "stamp") else None
    taken = (*times.places, *(wide.places if wide else ()))
    if wide is None:
        values = plan_values(columns, taken=taken, chosen=options.value_column, name=table.name)
    else:
        values = _beside(columns, taken, wide, options, name=table.name)
    if not shape.has_header:
        notes.no_header()
    notes.left_out(values.left_out)
    values = replace(values, values=_with_unit(values.values, unit_above(shape.banner)))
    zone = options.zone or zone_of_table(columns[times.start.date].name, shape.above)
    return _Plans(columns=columns, times=times, values=values, wide=wide, zone=zone)


def _with_unit(columns: Sequence[Column], unit: str | None) -> tuple[Column, ...]:
    """Return the columns of values with the unit said over the table where they say none."""
    if unit is None:
        return tuple(columns)
    other = Word.ENERGY if DIVISORS[unit][1] is Measure.POWER else Word.POWER
    return tuple(
        replace(column, unit=unit) if column.unit is None and not column.says(other) else column
        for column in columns
    )


def _beside(
    columns: Sequence[Column], taken: Sequence[int], wide: Wide, options: ReadOptions, *, name: str
) -> ValuePlan:
    """Return the columns that explain a row of a day."""
    first = columns[wide.places[0]]
    others = [column for column in columns if column.place not in taken]
    plan = plan_values(
        [*others, replace(first, words=frozenset({Word.ENERGY}))],
        taken=(), chosen=options.value_column, name=name,
    )  # fmt: skip
    return replace(plan, values=(first,))


def _read(
    table: Table,
    loaded: Loaded,
    plans: _Plans,
    columns: Mapping[int, Strings],
    *,
    options: ReadOptions,
    notes: Notes,
) -> tuple[_Rows, Judged]:
    """Return times and numbers of all rows, and which rows are broken."""
    start, end = _moments(table, plans, dict(columns), options=options)
    cells = [columns[place] for place in plans.numbers]
    comma = decimal_comma(cells, delimiter=table.shape.delimiter)
    numbers = {place: parse_numbers(columns[place], comma=comma) for place in plans.numbers}
    timed = start.readable if end is None else start.readable & end.readable
    judged = judge(
        table, loaded, places=columns, timed=timed, time=plans.times.places, numbers=numbers
    )
    if start.in_doubt:
        notes.day_first()
    notes.unavailable(sum(int((item.unavailable & timed).sum()) for item in numbers.values()))
    flags = {
        place: flags_of(columns[place], header=plans.columns[place].name)
        for place in plans.values.quality
    }
    rows = _Rows(
        start=start, end=end, numbers=numbers, columns=columns, flags=flags, line=loaded.line,
        usable=timed,
    )  # fmt: skip
    return (rows if plans.wide is None else _laid(rows, plans.wide)), judged


def _moments(
    table: Table, plans: _Plans, columns: dict[int, Strings], *, options: ReadOptions
) -> tuple[Moments, Moments | None]:
    times = plans.times
    if times.span:
        return span_moments(
            columns[times.start.date], samples=table.shape.sample, place=times.start.date,
            day_first=options.day_first,
        )  # fmt: skip
    day_first, zone = options.day_first, plans.zone
    serials = table.serials
    start = moments_at(times.start, columns, day_first=day_first, serials=serials, zone=zone)
    if times.end is None:
        return start, None
    end = moments_at(times.end, columns, day_first=day_first, serials=serials, zone=zone)
    return start, end


def _laid(rows: _Rows, wide: Wide) -> _Rows:
    """Return rows of days as rows of their parts."""
    parts = len(wide.places)
    start, end = lay_out(rows.start, wide)
    each = np.repeat(np.arange(len(rows.line)), parts)
    return _Rows(
        start=start,
        end=end,
        numbers={wide.places[0]: lay_numbers(rows.numbers, wide)},
        columns={
            place: column.take(each)
            for place, column in rows.columns.items()
            if place not in wide.places
        },
        flags={place: flags[each] for place, flags in rows.flags.items()},
        line=rows.line[each],
        usable=rows.usable[each],
    )


def _drafts(
    table: Table, plans: _Plans, rows: _Rows, *, options: ReadOptions, notes: Notes
) -> tuple[list[Draft], list[str]]:
    """Return every series of the table, and the name that tells its flow."""
    grouped = group_rows(
        rows.columns, plans.values, usable=rows.usable, clock_s=rows.start.clock_s, name=table.name
    )
    notes.left_out(grouped.left_out)
    drafts: list[Draft] = []
    labels: list[str] = []
    for group in grouped.groups:
        intervals, good = _intervals(plans, rows, group, options=options, notes=notes)
        for column in plans.values.values:
            draft = _draft(
                column, plans, rows, replace(group, rows=group.rows[good]),
                intervals=_part(intervals, good), options=options,
            )  # fmt: skip
            if not len(draft.value):
                continue
            name = group.label or column.name
            if group.label and len(plans.values.values) > 1:
                name = f"{group.label} {column.name}"
            if plans.wide is not None and not group.label:
                name = draft.unit.name
            label = f"{group.label} {column.name}" if group.label else column.name
            for part, flow in by_direction(replace(draft, name=name), notes):
                drafts.append(replace(part, name=f"{name} {flow}".strip()))
                labels.append(f"{label} {flow}".strip())
    return drafts, labels


def _flows(plans: _Plans, options: ReadOptions, labels: Sequence[str]) -> tuple[Flow, ...]:
    if options.value_column and len(labels) == 1:
        # The person said that this is the home.
        return (Flow.IMPORT,)
    if not labels:
        return ()
    if plans.wide is not None and len(labels) == 1 and not plans.values.series:
        return (Flow.IMPORT,)
    return settle_flows(labels)


def _intervals(
    plans: _Plans, rows: _Rows, group: Group, *, options: ReadOptions, notes: Notes
) -> tuple[Intervals, Bools]:
    """Return the intervals of a series, and which of its rows have one."""
    start = chosen(rows.start, group.rows)
    if rows.end is None:
        stamp = options.stamp or plans.times.stamp
        intervals = around(start, zone=plans.zone, stamp=stamp, bill=plans.bill)
        good = np.ones(len(group.rows), dtype=np.bool_)
        if intervals.bills and not start.monthly and not intervals.regular:
            notes.first_bill(intervals.step_s // 86_400)
        if intervals.assumed:
            notes.length_assumed(intervals.step_s / 60)
        if (
            len(intervals.end_s)
            and bool((intervals.moment_s == intervals.end_s).all())
            and (stamp is not Stamp.END and not intervals.bills)
        ):
            notes.end_named()
    else:
        intervals, good = between(start, chosen(rows.end, group.rows), zone=plans.zone)
        whole = total_rows(intervals.start_s, intervals.end_s)
        for row in np.flatnonzero(whole).tolist():
            notes.total_left_out(int(rows.line[group.rows[row]]))
        good &= ~whole
    notes.skipped(intervals.skipped)
    return intervals, good


def _part(intervals: Intervals, rows: Bools) -> Intervals:
    if bool(rows.all()):
        return intervals
    return replace(
        intervals,
        start_s=intervals.start_s[rows],
        end_s=intervals.end_s[rows],
        moment_s=intervals.moment_s[rows],
    )


def _draft(
    column: Column,
    plans: _Plans,
    rows: _Rows,
    group: Group,
    *,
    intervals: Intervals,
    options: ReadOptions,
) -> Draft:
    numbers = rows.numbers[column.place]
    good = numbers.readable[group.rows] & ~numbers.unavailable[group.rows]
    here = group.rows if bool(good.all()) else group.rows[good]
    intervals = _part(intervals, good)
    label = f"{group.label} {column.name}" if group.label else column.name
    draft = draft_of(
        label, value=numbers.value[here], intervals=intervals, unit=group.unit or column.unit,
        options=options,
    )  # fmt: skip
    if draft.measure is Measure.REGISTER and _at_end(plans, column):
        intervals = replace(intervals, moment_s=intervals.end_s)
        draft = replace(draft, intervals=intervals)
    quality = _quality(plans, column.place)
    flags = rows.flags[quality][here] if quality is not None else np.zeros(len(here), np.uint8)
    return replace(draft, line=rows.line[here], flags=flags)


def _at_end(plans: _Plans, column: Column) -> bool:
    """Tell whether a counter stands as told at the end of the interval that its row names.

    Statistics of Home Assistant name the start of each hour, and the sum at its end.
    """
    return plans.times.stamp is Stamp.START and fold(column.name) in STATISTICS


def _quality(plans: _Plans, place: int) -> int | None:
    """Return the column that says how good a value is: the next one to its right, else the last."""
    found = plans.values.quality
    return next((item for item in found if item > place), found[-1] if found else None)
