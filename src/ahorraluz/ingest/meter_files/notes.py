"""What was assumed or left out while a table was read: one issue each, without repeats."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ahorraluz.core.issues import Issue, Severity

NAMED = 8
"""Columns that one issue names."""


@dataclass(slots=True)
class Notes:
    """Collects issues in the order in which they are found."""

    found: list[Issue] = field(default_factory=list)
    units: dict[str, list[str]] = field(default_factory=dict)
    """Columns whose unit was told by their numbers, by unit."""

    def add(self, issue: Issue) -> None:
        """Keep an issue, unless it is there already."""
        if issue not in self.found:
            self.found.append(issue)

    def no_header(self) -> None:
        """Note that nothing names the columns."""
        self.add(Issue(code="table-header-missing", severity=Severity.NOTE))

    def unit_assumed(self, column: str, unit: str) -> None:
        """Note a unit that was told by the size of the numbers."""
        self.units.setdefault(unit, []).append(column[:60])

    def issues(self) -> tuple[Issue, ...]:
        """Return everything that was noted, units first."""
        units = (
            Issue(
                code="table-unit-assumed",
                parameters={"columns": tuple(columns[:NAMED]), "unit": unit},
            )
            for unit, columns in self.units.items()
        )
        return (*units, *self.found)

    def day_first(self) -> None:
        """Note that day and month could be either."""
        self.add(Issue(code="table-day-first-assumed"))

    def end_named(self) -> None:
        """Note that each row names the end of its interval."""
        self.add(Issue(code="table-stamp-is-end", severity=Severity.NOTE))

    def skipped(self, count: int) -> None:
        """Note times that the clock of the zone never showed."""
        if count:
            self.add(Issue(code="table-times-skipped", parameters={"count": count}))

    def unavailable(self, count: int) -> None:
        """Note rows in which the device was away."""
        if count:
            parameters = {"count": count}
            self.add(Issue(code="table-unavailable", severity=Severity.NOTE, parameters=parameters))

    def length_assumed(self, minutes: float) -> None:
        """Note the length of the only interval of a file."""
        self.add(Issue(code="table-interval-assumed", parameters={"minutes": minutes}))

    def first_bill(self, days: int) -> None:
        """Note that the first bill was taken as long as the others."""
        self.add(
            Issue(
                code="table-first-bill-assumed", severity=Severity.NOTE, parameters={"days": days}
            )
        )

    def total_left_out(self, line: int) -> None:
        """Note a row that is the sum of the others."""
        self.add(
            Issue(code="table-total-left-out", severity=Severity.NOTE, parameters={"line": line})
        )

    def left_out(self, names: Sequence[str]) -> None:
        """Note series of gas, water and other things."""
        if names:
            parameters = {"names": tuple(names[:NAMED])}
            self.add(Issue(code="meter-file-left-out", parameters=parameters))

    def repeats(self, names: Sequence[str]) -> None:
        """Note series that tell the same energy another way."""
        if names:
            parameters = {"names": tuple(names[:NAMED])}
            self.add(
                Issue(
                    code="meter-file-repeats-left-out",
                    severity=Severity.NOTE,
                    parameters=parameters,
                )
            )

    def unused(self, names: Sequence[str]) -> None:
        """Note counters that never counted."""
        if names:
            parameters = {"names": tuple(names[:NAMED])}
            self.add(
                Issue(code="table-counter-unused", severity=Severity.NOTE, parameters=parameters)
            )
