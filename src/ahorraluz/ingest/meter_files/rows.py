"""Which rows of a table are readings, which are broken, and which are titles, totals and blanks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.channels import Ints
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.numbers import Numbers, number_unit
from ahorraluz.ingest.meter_files.strings import Bools, Strings
from ahorraluz.ingest.meter_files.table import Loaded, Table
from ahorraluz.ingest.meter_files.words import Word, words_of

MAX_NAMED = 20
"""Broken rows that are named one by one."""
MOST_BROKEN = 0.5
"""Share of broken rows from which a file is not read at all."""
MAX_LOOKED_AT = 5_000
"""Rows without a time that are looked at for being a total or a title."""
SHOWN = 40
"""Longest part of a cell that an issue repeats. [characters]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rows of a table are."""

    timed: Bools
    """Rows that have a moment, shape (n,)."""
    rows: int
    """Rows of readings, the broken ones included."""
    broken_rows: int
    issues: tuple[Issue, ...]


def judge(
    table: Table,
    loaded: Loaded,
    *,
    places: Mapping[int, Strings],
    timed: Bools,
    time: Sequence[int],
    numbers: Mapping[int, Numbers],
) -> Judged:
    """Return which rows can be used, and an issue for each of the first broken ones.

    Raises
    ------
    MeterFileError
        ``table-mostly-broken``.
    """
    no_reading = np.zeros(len(timed), dtype=np.bool_)
    untimed = np.flatnonzero(~timed)
    for row in untimed[:MAX_LOOKED_AT].tolist():
        cells = {place: column.at(row) for place, column in places.items()}
        no_reading[row] = _is_no_reading(cells, time=time, table=table)
    broken = ~timed & ~no_reading
    for found in numbers.values():
        broken |= timed & ~found.readable
    spoiled = [(line, text) for line, text in loaded.spoiled if not _is_title(text)]
    spoiled_rows = loaded.spoiled_rows - (len(loaded.spoiled) - len(spoiled))
    count = int(broken.sum()) + spoiled_rows
    rows = int((~no_reading).sum()) + spoiled_rows
    if count > MOST_BROKEN * rows:
        line = int(loaded.line[np.flatnonzero(broken)[0]]) if broken.any() else 0
        raise MeterFileError(
            "table-mostly-broken", file=table.name, rows=rows, broken=count, line=line
        )
    named = []
    for row in np.flatnonzero(broken)[:MAX_NAMED].tolist():
        place = time[0]
        if timed[row]:
            place = next(place for place, found in numbers.items() if not found.readable[row])
        named.append(
            _row_broken(
                int(loaded.line[row]), column=table.shape.names[place], value=places[place].at(row)
            )
        )
    named += [_row_broken(line, column="", value=text) for line, text in spoiled[:MAX_NAMED]]
    named.sort(key=lambda issue: int(str(issue.parameters["line"])))
    return Judged(timed=timed, rows=rows, broken_rows=count, issues=tuple(named[:MAX_NAMED]))


def _is_no_reading(cells: Mapping[int, str], *, time: Sequence[int], table: Table) -> bool:
    """Tell whether a row without a time is a blank, a total, a title or the header again."""
    if not any(cell.strip() for cell in cells.values()):
        return True
    if cells[time[0]].strip().strip('"').strip() in table.shape.titles:
        return True
    if any(Word.TOTAL in words_of(cell) and number_unit(cell) is None for cell in cells.values()):
        return True
    # A line of text under the table fills one cell and holds no number.
    filled = [cell for cell in cells.values() if cell.strip()]
    return (
        len(filled) == 1 and number_unit(filled[0]) is None and len(cells) > 1 and " " in filled[0]
    )


def _is_title(text: str) -> bool:
    """Tell whether a line that is no row is a title or a total."""
    words = words_of(text[:200])
    return Word.TOTAL in words or not any(character.isdigit() for character in text)


def _row_broken(line: int, *, column: str, value: str) -> Issue:
    return Issue(
        code="row-broken",
        severity=Severity.WARNING,
        parameters={"line": line, "column": column[:SHOWN] or "—", "value": value[:SHOWN]},
    )


def total_rows(start_s: Ints, end_s: Ints) -> Bools:
    """Tell which rows span all the others: a total under a table of intervals."""
    whole = np.zeros(len(start_s), dtype=np.bool_)
    if len(start_s) < 3:
        return whole
    length = end_s - start_s
    longest = int(length.argmax())
    others = np.delete(np.arange(len(length)), longest)
    if (
        length[longest] >= 2 * np.median(length)
        and start_s[longest] <= start_s[others].min()
        and end_s[longest] >= end_s[others].max()
        and length[longest] >= 2 * length[others].max()
    ):
        whole[longest] = True
    return whole
