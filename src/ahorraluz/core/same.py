"""Results that are kept for an object that never changes, by which object it is.

Years of prices are frozen and shared by many homes; comparing two of them value by value
takes longer than most of what is reckoned from them.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Generic, TypeVar

from typing_extensions import override

T = TypeVar("T")
R = TypeVar("R")


class Same(Generic[T]):
    """A frozen object as a key: equal to itself alone, and held as long as the key is."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    @override
    def __hash__(self) -> int:
        """Return a number of the object."""
        return id(self.value)

    @override
    def __eq__(self, other: object) -> bool:
        """Tell whether the other key is of the very same object."""
        return isinstance(other, Same) and other.value is self.value


def kept_by_identity(
    most: int,
) -> Callable[[Callable[[T], R]], Callable[[T], R]]:
    """Return a decorator that keeps what a pure function of one frozen object returned.

    Parameters
    ----------
    most
        Objects whose results are kept, those asked for last. They are held meanwhile.
    """

    def decorate(function: Callable[[T], R]) -> Callable[[T], R]:
        @lru_cache(maxsize=most)
        def kept(key: Same[T]) -> R:
            return function(key.value)

        @wraps(function)
        def call(value: T) -> R:
            key: Hashable = Same(value)
            return kept(key)

        return call

    return decorate
