"""From what a person says of a connection to a :class:`Supply`, and who serves a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar

from ahorraluz.catalog.distributors import find_distributor, load_distributors, squeeze
from ahorraluz.catalog.places import departments, find_system, load_systems, places_in, systems_of
from ahorraluz.catalog.schedules import tariff_table
from ahorraluz.catalog.tables import shipped_tables
from ahorraluz.catalog.user_sheets import systems_on_file
from ahorraluz.core.home import CustomerClass, Fose, Option, Sector, Supply
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.schedule import check_option

E = TypeVar("E", bound=StrEnum)
MAX_COLLECTIVE_HOMES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributorChoice:
    """One distributor as a form offers it."""

    id: str
    name: str
    regions: str
    systems: Mapping[str, str]
    """Names of its known electric systems by id."""
    has_sheets: bool
    """Whether a price sheet of its own is on file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyFields:
    """A connection as a person types it; ``None``: not stated."""

    distributor: str
    system: str | None = None
    option: str | None = None
    customer: str | None = None
    fose: str | None = None
    sector: str | None = None
    collective_homes: int = 1
    igv_exempt: bool | None = None


def find_supply(fields: SupplyFields, *, user_folder: Path | None = None) -> Supply:
    """Return the connection that ``fields`` describe.

    The system follows from the distributor where it has one with price sheets only,
    and the sector from the system where it is known. Systems of sheets that a user
    imported into ``user_folder`` count as known.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``, ``system-unknown``, ``field-not-a-choice``,
        ``field-too-small`` or ``field-too-large``: field, value and mend.
    NoScheduleError
        ``option-not-priced``: an option known by name only.
    """
    distributor = find_distributor(fields.distributor)
    system = _system(distributor.id, fields.system, user_folder)
    option = _choice(Option, "option", (fields.option or "BT5B").upper())
    check_option(option)
    homes = fields.collective_homes
    if not 1 <= homes <= MAX_COLLECTIVE_HOMES:
        code = "field-too-small" if homes < 1 else "field-too-large"
        limit = 1 if homes < 1 else MAX_COLLECTIVE_HOMES
        raise InvalidInputError(code, field="collective_homes", value=homes, limit=str(limit))
    sector = _choice(Sector, "sector", fields.sector) if fields.sector else None
    if sector is None and system is not None:
        known = load_systems().get(system)
        sector = known.sector if known else None
    return Supply(
        distributor=distributor.id,
        system=system,
        option=option,
        customer=_choice(CustomerClass, "customer", fields.customer or "residential"),
        fose=_choice(Fose, "fose", fields.fose or "eligible"),
        sector=sector,
        collective_homes=homes,
        igv_exempt=fields.igv_exempt,
    )


def supply_name(supply: Supply) -> str:
    """Return a connection as people call it: distributor, electric system, option."""
    distributor = load_distributors().get(supply.distributor)
    system = load_systems().get(supply.system or "")
    names = (
        distributor.name if distributor else supply.distributor,
        system.name if system else supply.system,
        supply.option.value,
    )
    return " · ".join(filter(None, names))


@cache
def distributor_choices() -> tuple[DistributorChoice, ...]:
    """Return every distributor, in the order of the catalogue."""
    tables = shipped_tables()
    return tuple(
        DistributorChoice(
            id=known.id,
            name=known.name,
            regions=known.regions or "",
            systems={system.id: system.name for system in systems_of(known.id)},
            has_sheets=tariff_table(known.id) in tables,
        )
        for known in load_distributors().values()
    )


def department_choices() -> Mapping[str, str]:
    """Return the name of each department by its id."""
    return departments()


@cache
def distributors_in(department: str) -> tuple[DistributorChoice, ...]:
    """Return the distributors that may serve ``department``, likeliest first.

    Raises
    ------
    InvalidInputError
        ``department-unknown``.
    """
    ids = dict.fromkeys(place.distributor for place in places_in(department))
    known = {choice.id: choice for choice in distributor_choices()}
    return tuple(known[id_] for id_ in ids)


def _system(distributor: str, text: str | None, user_folder: Path | None) -> str | None:
    if text:
        imported = systems_on_file(user_folder=user_folder) if user_folder else ()
        for owner, system in imported:
            if owner == distributor and squeeze(system) == squeeze(text):
                return system
        return find_system(distributor, text).id
    systems = systems_of(distributor)
    return systems[0].id if len(systems) == 1 else None


def _choice(kind: type[E], name: str, value: str) -> E:
    try:
        return kind(value)
    except ValueError:
        choices = ", ".join(member.value for member in kind)
        raise InvalidInputError(
            "field-not-a-choice", field=name, value=value[:60], choices=choices
        ) from None
