"""Series of one file that tell the same energy twice: totals, counters beside intervals."""

from collections.abc import Sequence

import numpy as np

from ahorraluz.core.readings.channels import Floats, Flow, Measure
from ahorraluz.ingest.meter_files.build import Draft
from ahorraluz.ingest.meter_files.notes import Notes
from ahorraluz.ingest.meter_files.words import Word, words_of

SUM_SHARE = 0.98
"""Share of rows in which a column must be the sum of others to be their total."""
MOST_BANDS = 3
"""With more columns of one flow, half of them may repeat the others."""
CLOSE = 1e-3
"""Relative difference that rounding leaves between a total and its parts."""
_HOME = (Flow.IMPORT, Flow.LOAD)
_BEST_FIRST = (Measure.ENERGY, Measure.REGISTER, Measure.POWER)


def without_repeats(
    drafts: Sequence[Draft], flows: Sequence[Flow], notes: Notes
) -> tuple[list[Draft], list[Flow]]:
    """Return the drafts that count each energy once, with their flows.

    Of one flow, intervals are kept rather than counters, and counters rather than power;
    a column that is the sum of others of its flow is left out; so is a counter that never
    moved where another one did. Circuits may be of every kind.
    """
    pairs = list(zip(drafts, flows, strict=True))
    alive = [pair for pair in pairs if not _never_counted(pair[0])]
    if alive and len(alive) < len(pairs):
        notes.unused([draft.name for draft, _ in pairs if _never_counted(draft)])
        pairs = alive
    kept: list[tuple[Draft, Flow]] = []
    gone: list[str] = []
    for flow in Flow:
        same = [draft for draft, of in pairs if of is flow]
        if flow is not Flow.CIRCUIT:
            best = next((m for m in _BEST_FIRST if any(_told(d, m) for d in same)), None)
            gone += [draft.name for draft in same if best is not None and draft.measure is not best]
            same = [draft for draft in same if best is None or draft.measure is best]
        total = _total_among(same)
        if total is not None and flow is not Flow.CIRCUIT:
            gone.append(same[total].name)
            same = same[:total] + same[total + 1 :]
        elif total is not None and not any(of in _HOME for _, of in pairs):
            # The sum of all circuits is the home, whatever it is called.
            kept.append((same[total], Flow.IMPORT))
            same = same[:total] + same[total + 1 :]
        if flow is not Flow.CIRCUIT:
            twice = _told_twice(same)
            gone += [draft.name for draft in same[len(same) - twice :]]
            same = same[: len(same) - twice]
        kept += [(draft, flow) for draft in same]
    notes.repeats(gone)
    order = {id(draft): place for place, draft in enumerate(drafts)}
    kept.sort(key=lambda pair: order[id(pair[0])])
    return [draft for draft, _ in kept], [flow for _, flow in kept]


def _told(draft: Draft, measure: Measure) -> bool:
    return draft.measure is measure and bool(np.any(~np.isnan(draft.value)))


def _never_counted(draft: Draft) -> bool:
    """Tell whether a counter stood at zero all the time."""
    return draft.measure is Measure.REGISTER and not bool(np.any(np.nan_to_num(draft.value) != 0))


def _total_among(drafts: Sequence[Draft]) -> int | None:
    """Return the place of the column that is the sum of all others, if one is."""
    values = _filled(drafts) if len(drafts) >= 3 else None
    if values is None:
        return None
    total = values.sum(axis=1)
    for place in range(values.shape[1]):
        # Flat columns add up by chance.
        told = Word.TOTAL in words_of(drafts[place].name) or float(np.ptp(values[:, place])) > 0
        if told and _equals_rest(values[:, place], total):
            return place
    return None


def _told_twice(drafts: Sequence[Draft]) -> int:
    """Return how many of the last columns cut the energy of the first ones in another way.

    A meter may count by the hours of the supplier and again by those of the distributor.
    """
    values = _filled(drafts) if len(drafts) > MOST_BANDS else None
    if values is None:
        return 0
    for last in range(2, values.shape[1] - 1):
        first = values[:, :-last].sum(axis=1)
        if _equals_rest(first, values.sum(axis=1)) and float(np.ptp(first)) > 0:
            return last
    return 0


def _filled(drafts: Sequence[Draft]) -> Floats | None:
    """Return the values of columns of one length, in the rows where all have one."""
    if len({len(draft.value) for draft in drafts}) > 1:
        return None
    values = np.column_stack([draft.value for draft in drafts])
    filled = ~np.isnan(values).any(axis=1)
    return values[filled] if int(filled.sum()) >= 3 else None


def _equals_rest(column: Floats, total: Floats) -> bool:
    rest = total - column
    close = np.abs(column - rest) <= CLOSE * np.maximum(np.abs(column), 1e-9) + 1e-9
    return bool(np.any(column != 0)) and float(close.mean()) >= SUM_SHARE
