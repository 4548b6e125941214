"""Columns that hold both ends of an interval in one cell, such as ``A to B``."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ahorraluz.ingest.meter_files.delimiters import split_span
from ahorraluz.ingest.meter_files.strings import Strings
from ahorraluz.ingest.meter_files.times import DAY_S, Moments, parse_moments


def span_moments(
    column: Strings, *, samples: Sequence[Sequence[str]], place: int, day_first: bool | None
) -> tuple[Moments, Moments]:
    """Return the starts and the ends that the cells of a column name.

    Parameters
    ----------
    column
        Texts, shape (n,).
    samples
        Some rows of the table, from which the mark between both is told.
    place
        Place of the column in them.
    day_first
        Order of day and month; ``None``: told by all rows.
    """
    column = column.trimmed("=")
    marks = Counter(
        found[1] for cells in samples if (found := split_span(cells[place].strip('="'))) is not None
    )
    mark = marks.most_common(1)[0][0] if marks else " - "
    first, second = column.split(mark)
    start = parse_moments(first, day_first=day_first)
    end = parse_moments(second, day_first=day_first)
    if not end.has_date:
        midnight = start.clock_s - start.clock_s % DAY_S
        clock = midnight + end.clock_s
        end = replace(end, clock_s=np.where(clock <= start.clock_s, clock + DAY_S, clock))
    return start, end
