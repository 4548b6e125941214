"""What is wrong with a cell of a table, as an issue that names it and how it is mended."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.ingest.raw_tables import COUNT
from ahorraluz.ingest.table_rules import HOME, LONGEST_ID, Failure, Fault, Kind, Rule

if TYPE_CHECKING:
    import pandas as pd

SHOWN, CHOICES = 60, 8
"""Signs of a value and choices that a message repeats."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where something is wrong."""

    file: str
    row: int
    home: str
    column: str
    value: str

    @classmethod
    def of(cls, file: str, row: int, part: "pd.DataFrame", column: str) -> "Cell":
        """Return the cell of a row."""
        home, value = part[HOME][row], part[column][row]
        return cls(
            file=file,
            row=row,
            home=_shown(home) if isinstance(home, str) else "",
            column=column,
            value=_shown(value),
        )

    def parameters(self) -> dict[str, Parameter]:
        """Return what every sentence of a cell may name."""
        return {
            "file": self.file,
            "row": self.row,
            "home": self.home or None,
            "column": self.column,
            "value": self.value,
        }


def fault_of(failure: Failure, cell: Cell) -> Issue:
    """Return what is wrong with a cell that broke a rule."""
    rule = failure.rule
    where = cell.parameters() | {"column": rule.column}
    match failure.fault:
        case Fault.EMPTY:
            return _fault("tables-cell-empty", where)
        case Fault.CHOICE:
            return _fault("tables-cell-choice", where | {"choices": _closest(cell.value, rule)})
        case Fault.UNREADABLE:
            return _unreadable(rule, where)
        case Fault.RANGE:
            return _outside(rule, where)


def column_missing(file: str, column: str, columns: Collection[str]) -> Issue:
    """Return that a file has no column which is needed."""
    close = difflib.get_close_matches(column, columns, n=1)
    where: dict[str, Parameter] = {"file": file, "column": column}
    return _fault(
        "tables-column-missing",
        where | {"columns": ", ".join(columns)[:200], "closest": close[0] if close else None},
    )


def unknown_column(column: str, known: Collection[str]) -> Issue:
    """Return that a column is none of those that are read."""
    close = difflib.get_close_matches(column, known, n=1)
    return Issue(
        code="tables-column-unknown",
        severity=Severity.WARNING,
        parameters={"column": column[:SHOWN], "closest": close[0] if close else None},
    )


def _unreadable(rule: Rule, where: Mapping[str, Parameter]) -> Issue:
    match rule.kind:
        case Kind.NUMBER:
            return _fault("tables-cell-number", where)
        case Kind.WHOLE:
            return _fault("tables-cell-whole", where)
        case Kind.DAY:
            return _fault("tables-cell-day", where)
        case Kind.MOMENT:
            return _fault("tables-cell-moment", where)
        case _:
            return _fault("tables-cell-id", {**where, "longest": LONGEST_ID})


def _outside(rule: Rule, where: Mapping[str, Parameter]) -> Issue:
    low, high = rule.low, rule.high
    if rule.name.endswith(COUNT):
        return _fault("tables-list-empty", where)
    if rule.kind is Kind.DAY and low is not None and high is not None:
        ends = (EPOCH + timedelta(days=low), EPOCH + timedelta(days=high))
        return _fault("tables-cell-time-range", {**where, "low": ends[0], "high": ends[1]})
    if rule.kind is Kind.MOMENT and low is not None and high is not None:
        first, last = (datetime.fromtimestamp(end, tz=UTC).date() for end in (low, high))
        return _fault("tables-cell-time-range", {**where, "low": first, "high": last})
    return _fault("tables-cell-range", {**where, "low": _plain(low), "high": _plain(high)})


def _closest(value: str, rule: Rule) -> str:
    """Return what a cell may hold: everything where that is little, else what is like it."""
    allowed = sorted(rule.choices)
    if len(allowed) <= CHOICES:
        return ", ".join(allowed)
    wrong = value
    if rule.joined:
        pieces = [piece.strip() for piece in value.split(";")]
        wrong = next((piece for piece in pieces if piece and piece not in allowed), value)
    close = difflib.get_close_matches(wrong, allowed, n=3, cutoff=0.3) or allowed[:3]
    return ", ".join([*close, "…"])


def _fault(code: str, parameters: Mapping[str, Parameter]) -> Issue:
    return Issue(code=code, severity=Severity.ERROR, parameters=parameters)


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:g}" if number < 1e6 else f"{number:.0f}"


def _shown(value: object) -> str:
    text = "" if value is None or value != value else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
