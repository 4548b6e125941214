"""Answers of kept homes, remembered for minutes: nothing of them changes while nothing is told."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

MOST = 64
LONGEST_S = 600.0
"""What hangs on other homes, and on nothing that a key holds, is at most so old. [s]"""

Value = TypeVar("Value")


@dataclass(slots=True)
class Remembered(Generic[Value]):
    """The values of the newest keys, each as long as it may be used."""

    clock: Callable[[], float] = time.monotonic
    most: int = MOST
    _kept: "OrderedDict[Hashable, tuple[float, Value]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made where it is not remembered.

        Examples
        --------
        >>> remembered = Remembered[int]()
        >>> remembered.get("a", lambda: 1), remembered.get("a", lambda: 2)
        (1, 1)
        """
        now = self.clock()
        with self._lock:
            self._let_go(now)
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found[1]
        value = make()
        with self._lock:
            self._kept[key] = (now, value)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return value

    def _let_go(self, now: float) -> None:
        for key in [k for k, (made, _) in self._kept.items() if now - made > LONGEST_S]:
            del self._kept[key]
