"""Tables that come again under their own title with the same hours: taken, given, and the net."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np

from ahorraluz.core.readings.channels import Floats, Flow, Ints
from ahorraluz.ingest.meter_files.build import Draft
from ahorraluz.ingest.meter_files.notes import Notes

MAX_SECTIONS = 3
ROUNDING = 0.011
"""Most that a net differs from its parts, each rounded to hundredths, as files print them."""


def by_direction(draft: Draft, notes: Notes) -> list[tuple[Draft, str]]:
    """Return a series as what is given and what is taken, where the file tells them one by one.

    Parameters
    ----------
    draft
        One series in the order of the file; a second title leaves a gap in its lines.
    notes
        Told of the net that was left out.

    Returns
    -------
    list
        Each series with the flow to add to its name, empty where the file is not like that.
    """
    sections = _sections(draft.intervals.start_s, draft.line)
    values = [draft.value[rows] for rows in sections]
    found = _directions(values)
    if found is None:
        return [(draft, "")]
    given, taken = found
    if len(sections) == MAX_SECTIONS:
        notes.repeats([f"{draft.name} (net)"])
    return [
        (_part(draft, sections[given], sign=-1.0), Flow.EXPORT.value),
        (_part(draft, sections[taken], sign=1.0), Flow.IMPORT.value),
    ]


def _sections(start_s: Ints, line: Ints) -> list[slice]:
    """Return the parts that hold the same hours, one after the other; none: there is one."""
    if len(start_s) < 2:
        return []
    again = np.flatnonzero((start_s[1:] == start_s[0]) & (np.diff(line) > 1)) + 1
    if not 1 <= len(again) < MAX_SECTIONS:
        return []
    edges = [0, *again.tolist(), len(start_s)]
    parts = [slice(one, other) for one, other in pairwise(edges)]
    same = all(np.array_equal(start_s[part], start_s[parts[0]]) for part in parts)
    return parts if same else []


def _directions(values: Sequence[Floats]) -> tuple[int, int] | None:
    """Return which section is given and which is taken; a third must be their net."""
    for order in permutations(range(len(values))):
        if len(order) < 2:
            return None
        given, taken = values[order[0]], values[order[1]]
        told = bool(np.any(given < 0)) and bool(np.any(taken > 0))
        if not told or bool(np.any(given > 0)) or bool(np.any(taken < 0)):
            continue
        if len(order) == 2 or np.allclose(values[order[2]], given + taken, atol=ROUNDING, rtol=0):
            return order[0], order[1]
    return None


def _part(draft: Draft, rows: slice, *, sign: float) -> Draft:
    intervals = draft.intervals
    return replace(
        draft,
        value=sign * draft.value[rows] + 0.0,
        line=draft.line[rows],
        flags=draft.flags[rows],
        intervals=replace(
            intervals,
            start_s=intervals.start_s[rows],
            end_s=intervals.end_s[rows],
            moment_s=intervals.moment_s[rows],
        ),
    )
