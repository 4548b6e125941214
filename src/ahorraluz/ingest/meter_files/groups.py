"""Rows of one table that belong to different series, units or homes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.strings import Bools, Strings
from ahorraluz.ingest.meter_files.units import exact_unit, is_piped
from ahorraluz.ingest.meter_files.values import ValuePlan
from ahorraluz.ingest.meter_files.words import Word, fold, words_of

MAX_SERIES = 300
"""Most series of one file."""
NAMED = 8
"""Homes or series that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows of one series."""

    label: str
    """Text of the columns of series; empty where there are none."""
    rows: Ints
    unit: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """All series of a table."""

    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    """Series of gas, water, or a unit that is none of energy or power."""


def group_rows(
    columns: Mapping[int, Strings],
    plan: ValuePlan,
    *,
    usable: Bools,
    clock_s: Ints,
    name: str,
) -> Grouped:
    """Return the rows of each series.

    Parameters
    ----------
    columns
        Texts by place.
    plan
        Which of them name series, homes and units.
    usable
        Rows with a moment, shape (n,).
    clock_s
        Their moments, to see whether two meters were there at once, shape (n,). [s]
    name
        File, for messages.

    Raises
    ------
    MeterFileError
        ``table-several-homes``, ``table-too-many-series``, ``table-series-unknown`` or
        ``meter-file-not-electricity``.
    """
    rows = np.flatnonzero(usable)
    rows = _of_one_home(columns, plan, rows, clock_s=clock_s, name=name)
    keys = [place for place in (*plan.series, plan.unit) if place is not None]
    if not keys or not len(rows):
        return Grouped(groups=(Group(label="", rows=rows, unit=None),), left_out=())
    found = _cut(columns, plan, rows, name=name)
    electric, left_out = [], []
    for group, unit_text in found:
        gas = Word.NOT_ELECTRIC in words_of(group.label) and group.unit is None
        if (unit_text and group.unit is None) or is_piped(unit_text) or gas:
            left_out.append(group.label or unit_text)
        else:
            electric.append(group)
    wanted = fold(plan.wanted) if plan.wanted else None
    if wanted is not None and any(fold(group.label) == wanted for group in electric):
        electric = [group for group in electric if fold(group.label) == wanted]
    if not electric:
        raise MeterFileError("meter-file-not-electricity", file=name, found=left_out[:NAMED])
    return Grouped(groups=tuple(electric), left_out=tuple(dict.fromkeys(left_out)))


def _of_one_home(
    columns: Mapping[int, Strings], plan: ValuePlan, rows: Ints, *, clock_s: Ints, name: str
) -> Ints:
    """Return the rows of the only home, or of the one that was asked for."""
    found = plan.wanted is None
    for place in plan.homes:
        code, texts = columns[place].trimmed("=").coded()
        here = code[rows]
        present = np.unique(here)
        wanted = [
            item
            for item in present.tolist()
            if plan.wanted and fold(texts[item]) == fold(plan.wanted)
        ]
        if wanted:
            rows, found = rows[here == wanted[0]], True
        elif len(present) > 1 and _together(here, clock_s[rows]):
            raise MeterFileError(
                "table-several-homes",
                file=name,
                count=len(present),
                ids=[texts[item][:40] for item in present[:NAMED].tolist()],
            )
    for place in plan.series:
        _, texts = columns[place].trimmed("=").coded()
        found = found or any(fold(text) == fold(plan.wanted or "") for text in texts)
    if not found:
        raise MeterFileError("table-series-unknown", file=name, wanted=(plan.wanted or "")[:60])
    return rows


def _together(code: Ints, clock_s: Ints) -> bool:
    """Tell whether two meters were read in the same time; one after the other is a new meter."""
    order = np.lexsort((clock_s, code))
    code, clock_s = code[order], clock_s[order]
    edges = np.flatnonzero(np.diff(code) != 0)
    first = clock_s[np.concatenate([[0], edges + 1])]
    last = clock_s[np.concatenate([edges, [len(code) - 1]])]
    by_time = np.argsort(first, kind="stable")
    return bool((first[by_time][1:] < last[by_time][:-1]).any())


def _cut(
    columns: Mapping[int, Strings], plan: ValuePlan, rows: Ints, *, name: str
) -> list[tuple[Group, str]]:
    """Return each combination of series and unit, with the text of its unit."""
    key = np.zeros(len(rows), dtype=np.int64)
    parts: list[tuple[int, Ints, list[str]]] = []
    for place in (*plan.series, plan.unit):
        if place is None:
            continue
        code, texts = columns[place].trimmed("=").coded()
        parts.append((place, code[rows], texts))
        key = key * len(texts) + code[rows]
    distinct, first, code = np.unique(key, return_index=True, return_inverse=True)
    if len(distinct) > MAX_SERIES:
        raise MeterFileError(
            "table-too-many-series", file=name, count=len(distinct), limit=MAX_SERIES
        )
    order = np.argsort(first)
    varied = [part for part in parts if len(np.unique(part[1])) > 1 and part[0] != plan.unit]
    shown = varied or [part for part in parts if part[0] != plan.unit]
    groups = []
    for item in order.tolist():
        row = int(first[item])
        unit_text = next((t[c[row]] for place, c, t in parts if place == plan.unit), "")
        label = " ".join(dict.fromkeys(t[c[row]].strip() for _, c, t in shown))
        rows_here = rows if len(distinct) == 1 else rows[np.flatnonzero(code == item)]
        groups.append((Group(label=label, rows=rows_here, unit=exact_unit(unit_text)), unit_text))
    return groups
