"""Editable assumptions: quantities of homes and roofs that nobody published for Peru."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TypeVar

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import CatalogError, Row, read_table, refuse_duplicates
from ahorraluz.core.advice.facts import AdviceAssumptions
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Source
from ahorraluz.core.renewables.facts import SolarAssumptions
from ahorraluz.core.usage.facts import UsageAssumptions
from ahorraluz.core.usage.peak_uses import HourAssumptions

TABLE = "assumptions.csv"
COLUMNS = ("id", "low", "middle", "high", "unit", "source")
BASIS = "basis.assumption"

A = TypeVar("A", UsageAssumptions, SolarAssumptions, AdviceAssumptions, HourAssumptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One editable assumption, with where it comes from."""

    id: str
    value: Estimate
    source: Source


@cache
def load_assumptions() -> Mapping[str, Assumption]:
    """Return every assumption by id."""
    by_id = refuse_duplicates(read_table(TABLE, columns=COLUMNS), key=lambda row: (row.text("id"),))
    return {row.text("id"): _assumption(row) for row in by_id.values()}


@cache
def load_usage_assumptions() -> UsageAssumptions:
    """Return the assumptions that the account of a home's energy needs.

    Raises
    ------
    CatalogError
        ``assumption-missing``: the core needs one that no row gives.
    """
    return _filled(UsageAssumptions)


@cache
def load_solar_assumptions() -> SolarAssumptions:
    """Return the assumptions that panels and solar heaters need; raises like usage."""
    return _filled(SolarAssumptions)


@cache
def load_advice_assumptions() -> AdviceAssumptions:
    """Return the assumptions that measures are sized by; raises like usage."""
    return _filled(AdviceAssumptions)


@cache
def load_hour_assumptions() -> HourAssumptions:
    """Return the assumptions about the hours of uses; raises like usage."""
    return _filled(HourAssumptions)


def _filled(kind: type[A]) -> A:
    known = load_assumptions()
    values = {}
    for item in fields(kind):
        name = item.name.replace("_", "-")
        if name not in known:
            raise CatalogError("assumption-missing", table=TABLE, value=name)
        values[item.name] = known[name].value
    return kind(**values)


def _assumption(row: Row) -> Assumption:
    return Assumption(
        id=row.text("id"),
        value=Estimate(
            low=row.number("low"),
            middle=row.number("middle"),
            high=row.number("high"),
            unit=row.text("unit"),
            basis=BASIS,
        ),
        source=source_of(row, load_sources()),
    )
