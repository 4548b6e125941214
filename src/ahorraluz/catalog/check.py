"""Check of every shipped table: it loads, its documents exist and are used, none is too old."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from ahorraluz.catalog import (
    appliances,
    assumptions,
    band_shares,
    evidence,
    observed,
    renewables,
    solar,
)
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.districts import load_districts
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.places import load_places, load_systems
from ahorraluz.catalog.privacy_law import load_privacy_law
from ahorraluz.catalog.schedules import load_schedules
from ahorraluz.catalog.sources import TABLE as SOURCES_TABLE
from ahorraluz.catalog.sources import load_sources
from ahorraluz.catalog.tables import read_any_table, shipped_tables
from ahorraluz.core.history import Source
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity

MAX_AGE_DAYS = 120
"""Consulted longer ago than this, a document is worth reading again. [day]"""
TARIFFS = "tariffs/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSource:
    """A document that was consulted too long ago, and how many figures rest on it."""

    source: Source
    age_days: int
    figures: int


def check_data() -> tuple[Issue, ...]:
    """Return everything that is wrong with the shipped tables, none if all is well.

    Every table is loaded whole; then each document must be used by some row
    (``data-source-unused``).
    """
    issues = [issue for load in _loaders() for issue in _refusals(load)]
    used = set(_uses())
    issues += [
        Issue(code="data-source-unused", severity=Severity.ERROR, parameters={"value": name})
        for name in load_sources()
        if name not in used
    ]
    return tuple(issues)


def old_sources(as_of: date, *, max_age_days: int = MAX_AGE_DAYS) -> tuple[OldSource, ...]:
    """Return the documents consulted more than ``max_age_days`` before ``as_of``, oldest first."""
    figures = Counter(_uses())
    old = [
        OldSource(source=source, age_days=age, figures=figures[name])
        for name, source in load_sources().items()
        if (age := (as_of - source.consulted).days) > max_age_days
    ]
    return tuple(sorted(old, key=lambda one: (-one.age_days, one.source.id)))


def _loaders() -> Iterator[Callable[[], object]]:
    yield from (
        load_sources,
        load_national,
        load_privacy_law,
        load_distributors,
        load_systems,
        load_places,
        load_districts,
        observed.load_observed,
        assumptions.load_usage_assumptions,
        assumptions.load_solar_assumptions,
        assumptions.load_advice_assumptions,
        assumptions.load_hour_assumptions,
        band_shares.load_hour_shares,
        appliances.load_appliances,
        appliances.load_ownership,
        evidence.load_measure_facts,
        evidence.load_fuels,
        evidence.load_equipment,
        evidence.load_indicators,
        evidence.load_contacts,
        solar.load_generation_rule,
        solar.load_use_hours,
        renewables.load_entries,
    )
    for table in shipped_tables():
        if table.startswith(TARIFFS):
            yield partial(load_schedules, table.removeprefix(TARIFFS).removesuffix(".csv"))
    for city in solar.load_cities():
        yield partial(solar.load_solar, city)


def _refusals(load: Callable[[], object]) -> tuple[Issue, ...]:
    try:
        load()
    except AhorraLuzError as refused:
        return refused.issues
    return ()


def _uses() -> Iterator[str]:
    """Yield the document of every figure of every shipped table."""
    for table in shipped_tables():
        if table == SOURCES_TABLE:
            continue
        for row in read_any_table(table):
            for column, text in row.values.items():
                if column == "source" or column.endswith("_source"):
                    yield from filter(None, [text.strip()])
