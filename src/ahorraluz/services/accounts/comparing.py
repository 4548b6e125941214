"""What a kept home is compared by, once its owner agreed: five traits, and nothing else of it."""

from dataclasses import replace
from datetime import datetime

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.solar import load_solar
from ahorraluz.core.home import Home
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Severity
from ahorraluz.services.advise import city_of
from ahorraluz.services.describe_home import NEEDED, large_uses, measured_mean_month
from ahorraluz.services.households.keeping import KeptHome, kept_home
from ahorraluz.services.inquiries.inquiry import inquire
from ahorraluz.services.inquiries.query import read_query
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.records import Description


class NotComparableError(AhorraLuzError):
    """A home that does not state what it would be compared by."""


def compare_home(home: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Keep what a home is compared by, from what its people said of it.

    Raises
    ------
    NotComparableError
        ``compare-needs``: department, people or altitude are not stated, every one at once.
    AhorraLuzError
        What was said of it cannot be read.
    """
    said = _home_of(kept_home(home, tools=tools), as_of=as_of)
    missing = [field for field in NEEDED if getattr(said, field) is None]
    department, people, altitude_m = said.department, said.people, said.altitude_m
    if department is None or people is None or altitude_m is None:
        error = NotComparableError("compare-needs", field=missing[0])
        error.issues = tuple(
            Issue(code="compare-needs", severity=Severity.ERROR, parameters={"field": field})
            for field in missing
        )
        raise error
    description = Description(
        department=department,
        people=people,
        altitude_m=altitude_m,
        end_uses=frozenset(use.value for use in large_uses(said, load_appliances())),
        kwh_month=_mean_month(home, said, tools=tools),
    )
    tools.store.describe(home, description, as_of)


def compare_no_more(home: str, *, tools: Toolbox) -> None:
    """Erase what a home was compared by."""
    tools.store.withdraw(home)


def _home_of(kept: KeptHome, *, as_of: datetime) -> Home:
    typed: dict[str, list[str]] = {}
    for name, value in kept.pairs:
        typed.setdefault(name, []).append(value)
    query = read_query(typed)
    if query.errors:
        raise InvalidInputError.of(tuple(query.errors.values()))
    return _placed(inquire(query, as_of=as_of.date()).home)


def _placed(home: Home) -> Home:
    """Return a home with the altitude of the city nearest to it, where it states none itself."""
    city = city_of(home)
    if city is None or home.altitude_m is not None:
        return home
    return replace(home, altitude_m=load_solar(city).altitude_m)


def _mean_month(home: str, said: Home, *, tools: Toolbox) -> float:
    """Return the energy of a mean month: as measured, else as the recibos say. [kWh]"""
    try:
        return measured_mean_month(home, tools=tools)
    except AhorraLuzError:
        # No whole month is measured, or nothing is: the recibos tell it.
        months = said.monthly_kwh
        return float(sum(months) / len(months))
