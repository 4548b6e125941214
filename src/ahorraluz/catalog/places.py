"""Electric systems, and which distributors may serve a place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.catalog.distributors import find_distributor, load_distributors, squeeze
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import MAX_SHOWN, Row, read_table, refuse_duplicates
from ahorraluz.core.history import Source
from ahorraluz.core.home import Sector
from ahorraluz.core.issues import InvalidInputError

SYSTEMS_TABLE = "systems.csv"
SYSTEMS_COLUMNS = ("id", "distributor", "name", "department", "sector", "source")
PLACES_TABLE = "places.csv"
PLACES_COLUMNS = ("department", "department_name", "province", "distributor", "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One electric system: its prices are the same everywhere in it."""

    id: str
    distributor: str
    name: str
    department: str
    sector: Sector | None
    """Kind of system, which sets the FOSE discount; ``None``: not known."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One distributor that may serve a place."""

    department: str
    """Id of the department, such as ``la-libertad``."""
    department_name: str
    province: str | None
    """``None``: some or all provinces of the department."""
    distributor: str
    source: Source


@cache
def load_systems() -> Mapping[str, System]:
    """Return every electric system that is known by name, by id."""
    sources = load_sources()
    rows = read_table(SYSTEMS_TABLE, columns=SYSTEMS_COLUMNS)
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    return {row.text("id"): _system(row, sources) for row in by_id.values()}


def _system(row: Row, sources: Mapping[str, Source]) -> System:
    return System(
        id=row.text("id"),
        distributor=row.one_of("distributor", load_distributors()),
        name=row.text("name"),
        department=row.text("department"),
        sector=row.choice("sector", Sector) if row.optional("sector") else None,
        source=source_of(row, sources),
    )


def systems_of(distributor: str) -> tuple[System, ...]:
    """Return the known systems of a distributor, by its id."""
    return tuple(system for system in load_systems().values() if system.distributor == distributor)


def find_system(distributor: str, text: str) -> System:
    """Return the system of ``distributor`` that a person calls ``text``: id or name.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``, or ``system-unknown`` with the systems known.

    Examples
    --------
    >>> find_system("luz-del-sur", "Lima Sur").id
    'lima-sur'
    """
    known = systems_of(find_distributor(distributor).id)
    for system in known:
        if squeeze(text) in (squeeze(system.id), squeeze(system.name)):
            return system
    raise InvalidInputError(
        "system-unknown",
        field="system",
        value=text[:MAX_SHOWN],
        distributor=find_distributor(distributor).name,
        known=[system.name for system in known],
    )


@cache
def load_places() -> tuple[Place, ...]:
    """Return every place with a distributor that may serve it, by department."""
    sources = load_sources()
    rows = read_table(PLACES_TABLE, columns=PLACES_COLUMNS)
    refuse_duplicates(
        rows,
        key=lambda row: (row.text("department"), row.values["province"], row.text("distributor")),
    )
    return tuple(
        Place(
            department=row.text("department"),
            department_name=row.text("department_name"),
            province=row.optional("province"),
            distributor=row.one_of("distributor", load_distributors()),
            source=source_of(row, sources),
        )
        for row in rows
    )


def departments() -> Mapping[str, str]:
    """Return the name of each department by its id, in the order of the table."""
    return {place.department: place.department_name for place in load_places()}


def find_department(text: str) -> str:
    """Return the id of the department that a person calls ``text``.

    Raises
    ------
    InvalidInputError
        ``department-unknown``, with the departments known.
    """
    for department, name in departments().items():
        if squeeze(text) in (squeeze(department), squeeze(name)):
            return department
    raise InvalidInputError(
        "department-unknown",
        field="department",
        value=text[:MAX_SHOWN],
        known=list(departments().values()),
    )


def places_in(department: str, *, province: str | None = None) -> tuple[Place, ...]:
    """Return who may serve a department, or one of its provinces, most specific first.

    A province that no row names gets the rows of the whole department.
    """
    wanted = find_department(department)
    of_department = [place for place in load_places() if place.department == wanted]
    if province is None:
        return tuple(of_department)
    named = [p for p in of_department if p.province and squeeze(p.province) == squeeze(province)]
    return tuple(named + [place for place in of_department if place.province is None])
