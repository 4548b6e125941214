"""Bytes cut into values, the same for every engine that makes the bytes."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")
FIRST_DAY = date(1, 1, 1)
DAYS = (date.max - FIRST_DAY).days


class Cut:
    """Takes one value after another off bytes; at their end everything is the least there is."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def raw(self, most: int) -> bytes:
        """Return the next bytes, as many as there are."""
        part = self._data[self._at : self._at + most]
        self._at += len(part)
        return part

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.raw(len(self._data))

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``."""
        span = high - low + 1
        size = (span.bit_length() + 7) // 8
        return low + int.from_bytes(self.raw(size), "big") % span

    def yes(self) -> bool:
        """Return a bit."""
        return bool(self.whole(0, 1))

    def one_of(self, options: Sequence[T]) -> T:
        """Return one of some."""
        return options[self.whole(0, len(options) - 1)]

    def decimal(self, most: int, *, places: int = 3, least: int = 0) -> Decimal:
        """Return a number with at most so many decimals."""
        scale = int(10**places)
        return Decimal(self.whole(least * scale, most * scale)).scaleb(-places)

    def day(self, low: date = FIRST_DAY, high: date = date.max) -> date:
        """Return a day."""
        return low + timedelta(days=self.whole(0, (high - low).days))

    def text(self, most: int = 40) -> str:
        """Return a text that may hold anything: its length comes first."""
        return self.raw(self.whole(0, most)).decode("utf-8", "replace")

    def line(self) -> bytes:
        """Return what stands before the next line break, which is taken too."""
        end = self._data.find(b"\n", self._at)
        end = len(self._data) if end < 0 else end
        part = self._data[self._at : end]
        self._at = end + 1
        return part
