"""What a process knows of its own writing, so that it need not ask the database again."""

from dataclasses import dataclass, field
from threading import Lock

MOST_MARKS = 500_000
"""Marks remembered at most: some hundred bytes each."""


@dataclass(slots=True)
class Remembered:
    """Marks and partitions that are in the database for certain; for several threads."""

    _epoch: int = 0
    _marks: set[tuple[int, int]] = field(default_factory=set)
    _days: set[int] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def marks_lacking(self, marks: set[tuple[int, int]], *, epoch: int) -> set[tuple[int, int]]:
        """Return those of some marks that may not be there yet.

        Whoever asks holds back the end of the epoch: nobody deletes marks of it meanwhile.
        """
        with self._lock:
            return marks - self._marks if epoch == self._epoch else marks

    def marked(self, marks: set[tuple[int, int]], *, epoch: int) -> None:
        """Remember marks that were committed."""
        with self._lock:
            if epoch > self._epoch or len(self._marks) > MOST_MARKS:
                self._marks = set()
                self._epoch = max(epoch, self._epoch)
            if epoch == self._epoch:
                self._marks |= marks

    def days_lacking(self, days: set[int]) -> set[int]:
        """Return those of some days that may have no partition yet."""
        with self._lock:
            return days - self._days

    def parted(self, days: set[int]) -> None:
        """Remember days that have a partition."""
        with self._lock:
            self._days |= days

    def unparted(self) -> None:
        """Forget which days have a partition: some were dropped."""
        with self._lock:
            self._days = set()
