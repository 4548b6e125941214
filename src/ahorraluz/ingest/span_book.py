"""Which spans of time of one home lie over each other, of more rows than memory holds.

Rows are kept as four numbers; past a few millions they go to files by their home, so that all
of one home is looked at together, a small part of the homes at a time.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

KEPT_ROWS = 4_000_000
"""Rows kept in memory; 32 bytes each."""
PARTS = 64
"""Files that rows are dealt to, by home."""
FILE_BITS = 44
"""A place is the number of a file above this bit, and of a row in it below."""

Rows = NDArray[np.int64]


class SpanBook:
    """Spans of homes, and those that clash; a context, which removes its files."""

    def __init__(self, *, kept_rows: int = KEPT_ROWS) -> None:
        """Keep nothing yet."""
        self._kept_rows = kept_rows
        self._waiting: list[Rows] = []
        self._count = 0
        self._stack = ExitStack()
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        """Return the book."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the files."""
        self._stack.close()

    def add(self, homes: NDArray[np.uint64], starts: Rows, ends: Rows, places: Rows) -> None:
        """Note spans.

        Parameters
        ----------
        homes
            A number of each row's home, the same for the same home, shape (n,).
        starts, ends
            ``[start, end)`` in any unit, shape (n,).
        places
            Where the row is, as :func:`place_of` numbers it, shape (n,).
        """
        self._waiting.append(np.stack([homes.view(np.int64), starts, ends, places], axis=1))
        self._count += len(homes)
        if self._count > self._kept_rows:
            self._put_aside()

    def clashes(self) -> Iterator[tuple[int, int]]:
        """Yield the places of each row that begins before another of its home has ended.

        First the earlier span, then the one that clashes with it.
        """
        if self._folder is None:
            yield from _clashes(self._waiting)
            return
        self._put_aside()
        for file in sorted(self._folder.iterdir()):
            yield from _clashes([np.fromfile(file, dtype=np.int64).reshape(-1, 4)])

    def _put_aside(self) -> None:
        if self._folder is None:
            made = tempfile.TemporaryDirectory(prefix="ahorraluz-spans-")
            self._folder = Path(self._stack.enter_context(made))
        for rows in self._waiting:
            part = rows[:, 0].view(np.uint64) % PARTS
            order = np.argsort(part, kind="stable")
            cuts = np.searchsorted(part[order], np.arange(PARTS + 1))
            for number in range(PARTS):
                chosen = rows[order[cuts[number] : cuts[number + 1]]]
                if len(chosen):
                    with (self._folder / f"{number:02}").open("ab") as file:
                        chosen.tofile(file)
        self._waiting, self._count = [], 0


def place_of(file: int, rows: Rows) -> Rows:
    """Return the places of some rows of a file, which rise with file and row."""
    return np.asarray((np.int64(file) << FILE_BITS) + rows, dtype=np.int64)


def file_and_row(place: int) -> tuple[int, int]:
    """Return the number of a file and of a row in it."""
    return place >> FILE_BITS, place & ((1 << FILE_BITS) - 1)


def _clashes(parts: list[Rows]) -> Iterator[tuple[int, int]]:
    if not parts:
        return
    rows = np.concatenate(parts)
    order = np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))
    home, start, end, place = rows[order].T
    first = np.append(True, home[1:] != home[:-1])
    # The span that reaches furthest so far, within its home: its end, and whose it is.
    reach, whose = np.empty_like(end), np.empty_like(place)
    group = np.cumsum(first) - 1
    reach[:], whose[:] = _furthest(group, end, place)
    late = np.flatnonzero(~first[1:] & (start[1:] < reach[:-1]))
    for at in late:
        yield int(whose[at]), int(place[at + 1])


def _furthest(group: Rows, end: Rows, place: Rows) -> tuple[Rows, Rows]:
    """Return the furthest end up to each row of its group, and the place of its span."""
    import pandas as pd

    reach = pd.Series(end).groupby(group).cummax().to_numpy()
    is_own = end == reach
    # Where the furthest end is an earlier row's, the last row that reached it.
    at = np.maximum.accumulate(np.where(is_own, np.arange(len(end)), 0))
    return reach, place[at]
