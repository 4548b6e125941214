"""What a kept home is like, and the homes of this service that are like it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.advice.measured_months import latest_year, months_of
from ahorraluz.core.home import CookingFuel, Home
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId
from ahorraluz.core.usage.peers import PeerHome, comparable_homes
from ahorraluz.services.homes import home_from_file
from ahorraluz.services.receive_readings import ReadingsRefusedError, readings_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.records import Description

LARGE = (EndUseId.WATER_HEATING, EndUseId.COOKING, EndUseId.CLIMATE)
"""Uses that set homes apart where they run on electricity."""
NEEDED = ("department", "people", "altitude_m")
"""What a home must state to be comparable."""


def describe_home(name: str, path: Path, *, tools: Toolbox, as_of: datetime) -> Description:
    """Keep what a home's file says of it, so that it counts among homes like it.

    Department, people, altitude band, large electric uses and the mean month are kept;
    nothing else of the file is.

    Raises
    ------
    ReadingsRefusedError
        ``describe-needs``: the file does not state what is needed, every field at once;
        ``describe-needs-a-month``: no whole month is measured.
    AhorraLuzError
        The file cannot be read, or there is no such home.
    """
    home = home_from_file(path, as_of=as_of.date(), user_folder=tools.user_folder).home
    department, people, altitude_m = home.department, home.people, home.altitude_m
    if department is None or people is None or altitude_m is None:
        missing = [field for field in NEEDED if getattr(home, field) is None]
        error = ReadingsRefusedError("describe-needs", field=missing[0])
        error.issues = tuple(
            Issue(code="describe-needs", severity=Severity.ERROR, parameters={"field": field})
            for field in missing
        )
        raise error
    description = Description(
        department=department,
        people=people,
        altitude_m=altitude_m,
        end_uses=frozenset(use.value for use in large_uses(home, load_appliances())),
        kwh_month=measured_mean_month(name, tools=tools),
    )
    tools.store.describe(name, description, as_of)
    return description


def measured_mean_month(name: str, *, tools: Toolbox) -> float:
    """Return the mean of the whole months measured in the latest year. [kWh]

    Raises
    ------
    ReadingsRefusedError
        ``describe-needs-a-month``, or the home has no readings.
    """
    _, cleaned = readings_of(name, tools=tools)
    whole = latest_year(months_of(cleaned.readings))
    if not whole:
        raise ReadingsRefusedError("describe-needs-a-month", home=name)
    return sum(month.whole_kwh for month in whole) / len(whole)


def large_uses(home: Home, appliances: Mapping[str, ApplianceFacts]) -> Iterable[EndUseId]:
    """Return the large uses of a home that run on electricity, as far as it lists them."""
    listed = {appliances[item.id].end_use for item in home.appliances if item.id in appliances}
    uses = listed & {*LARGE}
    if home.cooking is CookingFuel.ELECTRICITY:
        uses = uses | {EndUseId.COOKING}
    elif home.cooking is not None:
        uses = uses - {EndUseId.COOKING}
    return sorted(uses)


def like_this(name: str, home: Home, *, tools: Toolbox) -> tuple[Home, tuple[float, ...]]:
    """Return a kept home as it was described, and the energies of those like it. [kWh/month]

    Parameters
    ----------
    name
        The home in the store.
    home
        What is known of it otherwise; its own statements come first.
    tools
        The store.
    """
    known = tools.store.descriptions()
    own = known.pop(name, None)
    if own is None:
        return home, ()
    described = replace(
        home,
        department=home.department or own.department,
        people=home.people or own.people,
        altitude_m=own.altitude_m if home.altitude_m is None else home.altitude_m,
    )
    others = [
        PeerHome(
            kwh_month=other.kwh_month,
            department=other.department,
            people=other.people,
            altitude_m=other.altitude_m,
            end_uses=frozenset(map(EndUseId, other.end_uses)),
        )
        for other in known.values()
    ]
    return described, comparable_homes(described, others, end_uses=map(EndUseId, own.end_uses))
