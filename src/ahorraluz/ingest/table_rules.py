"""What homes and readings look like, column by column, and how pandera checks a part of them."""

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.raw_tables import COUNT, LEAST, MOST

if TYPE_CHECKING:
    import pandas as pd

HOME = "household_id"
LONGEST_ID = 64
MAX_KWH_BILL = 100_000.0
"""As ``core.consumption`` takes it. [kWh]"""
MAX_KWH_STEP = 2_400.0
"""A day of a supply of 100 kW, more than low voltage gives a home. [kWh]"""
MOST_PEOPLE, MOST_KWP, MOST_HOMES, MOST_SOLES = 50, 100, 2_000, 1_000_000
"""As the engine of many homes takes them."""
FIRST_YEAR = 1990
"""No meter of a home was read by the hour before."""
RUNNING_DAYS = 35
"""A recibo that still runs may be listed with the day on which it will end; the engine takes it
from that day on. [day]"""
DAY_S = 86_400
TIMES, ENERGIES = ("timestamp", "timestamp_local"), ("kwh", "load_kwh")
"""Names of the columns of tidy readings, of UTC or of the local clock."""
READABLE, VALUE = " readable", " value"
"""Columns that a part is given beside its own: whether a cell can be read, and as what."""
GENERATED = (COUNT, LEAST, MOST, READABLE, VALUE)


class ExtraMissingError(AhorraLuzError):
    """A part that is not installed."""


class Kind(StrEnum):
    """What a cell holds."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    DAY = "day"
    MOMENT = "moment"


class Fault(StrEnum):
    """What may be wrong with a cell."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    RANGE = "range"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a column may hold, and who tells whether it does where people write it freely."""

    known: Collection[str]
    accepts: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a column must hold."""

    name: str
    kind: Kind = Kind.TEXT
    needed: bool = False
    """Whether the column must be there."""
    filled: bool = False
    """Whether each of its cells must hold something."""
    low: float | None = None
    high: float | None = None
    choices: Collection[str] = ()
    """What it may hold; empty: anything."""
    accepts: Callable[[str], bool] | None = None
    """Tells whether it may hold something, where that is more than the choices themselves."""
    joined: bool = False
    """Whether it holds several of them, with ``;`` between."""
    of: str = ""
    """Column of the file that it stands for, where it was worked out from another."""

    @property
    def column(self) -> str:
        """Column of the file that a person can mend."""
        return self.of or self.name


class Shape(StrEnum):
    """In which way readings are written."""

    BILLS = "bills"
    TIDY = "intervals"
    PACKED = "packed"


def home_rules(names: Mapping[str, Names]) -> tuple[Rule, ...]:
    """Return the rules of the table of homes.

    Parameters
    ----------
    names
        What columns may hold, by their own names.
    """

    def named(column: str, *, filled: bool = False, joined: bool = False) -> Rule:
        allowed = names[column]
        return Rule(
            name=column,
            needed=filled,
            filled=filled,
            choices=allowed.known,
            accepts=allowed.accepts,
            joined=joined,
        )

    return (
        Rule(name=HOME, kind=Kind.ID, needed=True, filled=True),
        named("distributor", filled=True),
        Rule(name="system"),
        *map(named, ("option", "fose", "district", "department", "city", "tenure", "roof")),
        Rule(name="people", kind=Kind.WHOLE, low=1, high=MOST_PEOPLE),
        Rule(name="panels_kwp", kind=Kind.NUMBER, low=0, high=MOST_KWP),
        named("cooking"),
        named("appliances", joined=True),
        Rule(name="homes_on_meter", kind=Kind.WHOLE, low=1, high=MOST_HOMES),
        Rule(name="budget_pen", kind=Kind.NUMBER, low=0, high=MOST_SOLES),
        Rule(name="cohort"),
        named("zone"),
        Rule(name="panel_pen_kwp", kind=Kind.NUMBER, low=0, high=MOST_SOLES),
    )


def reading_rules(shape: Shape, columns: Collection[str], *, as_of: date) -> tuple[Rule, ...]:
    """Return the rules of readings with these columns; none of them lies after ``as_of``."""
    since = _days(date(FIRST_YEAR, 1, 1))
    until = _days(as_of) + 1
    home = Rule(name=HOME, kind=Kind.ID, needed=True, filled=True)
    day = {"kind": Kind.DAY, "needed": True, "filled": True, "low": since, "high": until}
    moment = {"kind": Kind.MOMENT, "needed": True, "filled": True}
    moment |= {"low": since * DAY_S, "high": (until + 1) * DAY_S}
    match shape:
        case Shape.BILLS:
            return (
                home,
                Rule(name="start", **day),  # type: ignore[arg-type]
                Rule(name="end", **day | {"high": until + RUNNING_DAYS}),  # type: ignore[arg-type]
                Rule(
                    name="kwh", kind=Kind.NUMBER, needed=True, filled=True, low=0, high=MAX_KWH_BILL
                ),
            )
        case Shape.TIDY:
            return (
                home,
                Rule(name=_first(TIMES, columns), **moment),  # type: ignore[arg-type]
                Rule(
                    name=_first(ENERGIES, columns),
                    kind=Kind.NUMBER,
                    needed=True,
                    low=0,
                    high=MAX_KWH_STEP,
                ),
            )
        case Shape.PACKED:
            return (
                home,
                Rule(name="start", **moment),  # type: ignore[arg-type]
                Rule(name="step_s", kind=Kind.WHOLE, needed=True, filled=True, low=1, high=DAY_S),
                Rule(name=f"kwh{COUNT}", of="kwh", kind=Kind.NUMBER, needed=True, low=1),
                Rule(name=f"kwh{LEAST}", of="kwh", kind=Kind.NUMBER, needed=True, low=0),
                Rule(name=f"kwh{MOST}", of="kwh", kind=Kind.NUMBER, needed=True, high=MAX_KWH_STEP),
            )


def shape_of(columns: Collection[str], *, packed: bool) -> Shape | None:
    """Return how readings with these columns are written; ``None``: in no way that is known."""
    known = set(columns)
    if HOME in known and known & set(TIMES) and known & set(ENERGIES):
        return Shape.TIDY
    if {HOME, "start", "end", "kwh"} <= known:
        return Shape.BILLS
    return Shape.PACKED if packed and {HOME, "start", "step_s", "kwh"} <= known else None


def _first(names: Collection[str], columns: Collection[str]) -> str:
    return next(name for name in names if name in columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A cell that breaks a rule."""

    rule: Rule
    fault: Fault
    row: int


class Checker:
    """The rules of one table as a schema of pandera, which tells every cell that breaks one."""

    def __init__(self, rules: Collection[Rule]) -> None:
        """Make the schema.

        Raises
        ------
        ExtraMissingError
            ``validate-extra-missing``: pandera is not installed.
        """
        self._rules = {rule.name: rule for rule in rules}
        pa = _pandera()
        columns = {}
        for rule in rules:
            columns[rule.name] = pa.Column(nullable=not rule.filled, required=rule.needed)
            if rule.kind is not Kind.TEXT or rule.choices:
                columns[f"{rule.name}{READABLE}"] = pa.Column(
                    bool, pa.Check(lambda good: good, error=_of_cell(rule)), required=False
                )
            if rule.low is not None or rule.high is not None:
                inside = pa.Check.in_range(
                    float("-inf") if rule.low is None else rule.low,
                    float("inf") if rule.high is None else rule.high,
                    error=Fault.RANGE.value,
                )
                columns[f"{rule.name}{VALUE}"] = pa.Column(
                    float, inside, nullable=True, required=False
                )
        self._schema = pa.DataFrameSchema(columns)
        self._errors = pa.errors.SchemaErrors

    def failures(self, part: "pd.DataFrame") -> list[Failure]:
        """Return what is wrong with a part, by row."""
        try:
            self._schema.validate(part, lazy=True)
        except self._errors as error:
            cases = error.failure_cases
        else:
            return []
        found = []
        for column, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
            rule = self._rules[_bare(str(column))]
            fault = Fault.EMPTY if check == "not_nullable" else Fault(str(check))
            found.append(Failure(rule=rule, fault=fault, row=int(row)))
        return sorted(found, key=lambda failure: (failure.row, failure.rule.column))


def _of_cell(rule: Rule) -> str:
    return (Fault.CHOICE if rule.choices else Fault.UNREADABLE).value


def _bare(column: str) -> str:
    for end in (READABLE, VALUE):
        column = column.removesuffix(end)
    return column


def _days(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _pandera() -> Any:  # noqa: ANN401 - not always there
    try:
        with _spark_out_of_sight():
            import pandera.pandas as pa
    except ImportError:
        raise ExtraMissingError("validate-extra-missing", extra="pipelines") from None
    return pa


@contextmanager
def _spark_out_of_sight() -> Iterator[None]:
    """Let pandera look for no Spark: it would change pandas, how Arrow reads zones, and warn."""
    settings = ("SPARK_LOCAL_IP", "PYARROW_IGNORE_TIMEZONE")
    before = {name: os.environ.get(name) for name in settings}
    hidden = [name for name in ("pyspark", "pyspark.pandas") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
