"""What is told of a run while it lasts."""

from typing import Protocol

from typing_extensions import override


class Progress(Protocol):
    """Whoever shows how far a run is."""

    def begin(self, step: str, total: int) -> None:
        """Hear that a step of the run begins, of so many rows or homes; 0: not known."""

    def add(self, count: int) -> None:
        """Hear that so many more are done."""

    def end(self) -> None:
        """Hear that the step is over."""


class Silent(Progress):
    """Tells nobody."""

    @override
    def begin(self, step: str, total: int) -> None:
        """Tell nobody."""

    @override
    def add(self, count: int) -> None:
        """Tell nobody."""

    @override
    def end(self) -> None:
        """Tell nobody."""
