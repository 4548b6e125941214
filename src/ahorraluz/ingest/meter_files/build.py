"""Columns of a table to channels: numbers, units, counters, flows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.readings.channels import (
    MAX_NAME,
    SOURCE_ESTIMATED,
    Channel,
    Flags,
    Floats,
    Flow,
    Ints,
    Measure,
)
from ahorraluz.ingest.meter_files.intervals import Intervals
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.strings import Strings
from ahorraluz.ingest.meter_files.units import (
    DIVISORS,
    Unit,
    documented_unit,
    guess_unit,
    open_units,
)
from ahorraluz.ingest.meter_files.words import Word, fold, tokens_of, unit_of, words_of

RISING_SHARE = 0.995
"""Share of steps that do not fall, from which numbers may be a counter."""
TOLD_RISING_SHARE = 0.9
"""The same where the name says counter: it may have been changed or set back."""
LEVEL_TO_STEP = 20.0
"""A counter stands that much higher than it moves in one interval."""
NEAR_NOTHING = 0.05
"""Where a counter begins again, as a share of where it stood."""
FEW_ROWS = 12
"""With fewer rows, a thousand times is asked for: they may rise by chance."""
_ESTIMATED = {"e", "est", "j", "ja", "y", "yes", "s", "si", "1", "1.0", "true", "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One series before its flow is settled."""

    name: str
    value: Floats
    """In the unit of the file, shape (n,)."""
    line: Ints
    flags: Flags
    intervals: Intervals
    unit: Unit
    measure: Measure
    among: tuple[str, ...] = ()
    """Units that its name leaves open; empty where it names one."""


def draft_of(
    name: str,
    *,
    value: Floats,
    intervals: Intervals,
    unit: str | None,
    options: ReadOptions,
) -> Draft:
    """Return one series with its unit and what it measures.

    Parameters
    ----------
    name
        What the file calls the series.
    value
        Its numbers, shape (n,).
    intervals
        Their intervals.
    unit
        Unit by the column or the row, if it says one.
    options
        What the person said.
    """
    said = options.unit or unit or unit_of(name) or documented_unit(name)
    words = words_of(name)
    power = Word.POWER in words if said is None else DIVISORS[said][1] is Measure.POWER
    measure = options.measure
    if measure is None:
        measure = Measure.POWER if power else Measure.ENERGY
        if not power and is_register(value, intervals, words=words, name=name):
            measure = Measure.REGISTER
    draft = Draft(
        name=name,
        value=value,
        line=np.empty(0, dtype=np.int64),
        flags=np.empty(0, dtype=np.uint8),
        intervals=intervals,
        unit=Unit(name=said or "kWh"),
        measure=measure,
    )
    if said is not None:
        return draft
    counted = measure is Measure.REGISTER
    if options.measure is Measure.POWER:
        words |= {Word.POWER}
    among = open_units(words, counter=counted, seconds=intervals.step_s)
    per_interval = _steps(value) if counted else value
    found = guess_unit(per_interval, max(intervals.step_s, 1) / 3600, among=among)
    if options.measure is None and not counted:
        measure = found.measure
    return replace(
        draft, unit=found, measure=measure, among=("counter", *among) if counted else among
    )


def is_register(value: Floats, intervals: Intervals, *, words: frozenset[Word], name: str) -> bool:
    """Tell whether numbers are the standing of a counter: it rises, and is high for its steps."""
    if intervals.bills and Word.REGISTER not in words:
        return False
    if "per half hour" in fold(name) or "/hh" in fold(name):
        return False
    moment = intervals.moment_s
    in_order = bool((moment[1:] >= moment[:-1]).all())
    ordered = value if in_order else value[np.argsort(moment, kind="stable")]
    filled = ordered[~np.isnan(ordered)]
    steps = np.diff(filled)
    if len(steps) < 1 or float(filled[0]) < 0:
        return False
    rising = float((steps >= 0).mean())
    up = steps[steps > 0]
    # The state of an energy sensor, as Home Assistant writes it, is always its counter.
    told = Word.REGISTER in words or "state" in tokens_of(name)
    if not len(up):
        return told and bool((steps == 0).all()) and len(steps) > 1
    if told:
        return rising >= TOLD_RISING_SHARE
    step = float(np.median(up))
    few = len(filled) < FEW_ROWS
    if few or rising >= RISING_SHARE:
        limit = 1000.0 if few else LEVEL_TO_STEP
        return rising >= RISING_SHARE and float(np.median(filled)) > limit * step
    # A counter that turned over, or a new meter, begins again near nothing.
    fell = steps < 0
    turned = bool((filled[1:][fell] < NEAR_NOTHING * filled[:-1][fell]).all())
    return turned and rising >= TOLD_RISING_SHARE and float(filled.max()) > LEVEL_TO_STEP * step


def _steps(value: Floats) -> Floats:
    filled = value[~np.isnan(value)]
    steps = np.diff(filled)
    return steps[steps >= 0]


def flags_of(column: Strings, *, header: str) -> Flags:
    """Return which rows the file itself calls estimated."""
    code, texts = column.trimmed("=").coded()
    asked = Word.ESTIMATED in words_of(header)
    said = np.array([_says_estimated(text, asked=asked) for text in texts], dtype=np.bool_)
    return np.where(said[code], SOURCE_ESTIMATED, np.uint8(0)).astype(np.uint8)


def _says_estimated(text: str, *, asked: bool) -> bool:
    folded = fold(text)
    if asked:
        return folded in _ESTIMATED or Word.ESTIMATED in words_of(text)
    return folded in ("e", "est") or Word.ESTIMATED in words_of(text)


def settle_units(drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts with one unit for all whose names leave it open in the same way.

    A kettle that is off all day tells nothing: the largest series tells it for the others.
    """
    settled = [_with_the_counters(draft, drafts) for draft in drafts]
    for among in {draft.among for draft in settled if draft.unit.guessed}:
        same = [place for place, draft in enumerate(settled) if draft.among == among]
        largest = settled[max(same, key=lambda place: _size(settled[place].value))]
        for place in same:
            settled[place] = replace(settled[place], unit=largest.unit, measure=largest.measure)
    return settled


def _with_the_counters(draft: Draft, drafts: Sequence[Draft]) -> Draft:
    """Return the draft as a counter that stood still, where it is flat among counters."""
    filled = draft.value[~np.isnan(draft.value)]
    if draft.measure is not Measure.ENERGY or Word.CONSUMPTION in words_of(draft.name):
        return draft
    if len(filled) < 2 or not filled[0] or np.ptp(filled):
        return draft
    counters = [other for other in drafts if other.measure is Measure.REGISTER]
    if not counters:
        return draft
    unit = counters[0].unit if draft.unit.guessed else draft.unit
    among = counters[0].among if draft.unit.guessed else draft.among
    return replace(draft, measure=Measure.REGISTER, unit=unit, among=among)


def _size(value: Floats) -> float:
    filled = value[~np.isnan(value)]
    return float(np.abs(filled).mean()) if len(filled) else 0.0


def channels_of(
    drafts: Sequence[Draft], flows: Sequence[Flow], *, ids: Sequence[str]
) -> list[Channel]:
    """Return the channels of some drafts, in kWh or kW."""
    return [
        _channel(draft, flow, name=name)
        for draft, flow, name in zip(drafts, flows, ids, strict=True)
    ]


def _channel(draft: Draft, flow: Flow, *, name: str) -> Channel:
    intervals = draft.intervals
    start, end = intervals.start_s, intervals.end_s
    moments = draft.measure is Measure.REGISTER or (
        draft.measure is Measure.POWER and not intervals.regular and not intervals.bills
    )
    if moments:
        start = end = intervals.moment_s
    divisor = draft.unit.divisor
    value = draft.value if divisor == 1.0 else draft.value / divisor
    return Channel(
        id=name[:MAX_NAME],
        flow=flow,
        measure=draft.measure,
        start_s=start,
        end_s=end,
        value=value,
        line=draft.line,
        flags=draft.flags,
    )


def unique_names(names: Sequence[str]) -> list[str]:
    """Return names of which none comes twice, at most 120 characters each."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        short = name.strip()[: MAX_NAME - 5] or "-"
        seen[short] = seen.get(short, 0) + 1
        found.append(short if seen[short] == 1 else f"{short} {seen[short]}")
    return found
