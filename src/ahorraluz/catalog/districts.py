"""Provinces and districts of Peru by their codes (ubigeo), for groups and maps."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.catalog.places import departments
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import MAX_SHOWN, read_table, refuse_duplicates
from ahorraluz.core.history import Source
from ahorraluz.core.issues import InvalidInputError

PROVINCES_TABLE = "provinces.csv"
PROVINCES_COLUMNS = ("code", "department", "name", "lat", "lon", "altitude_m", "source")
DISTRICTS_TABLE = "districts.csv"
DISTRICTS_COLUMNS = ("code", "name", "source")
PROVINCE_DIGITS = 4
"""Digits of a district's code that are those of its province."""
MOST_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """One province."""

    code: str
    """Four digits, of which two are the department's."""
    department: str
    """Id of its department, such as ``la-libertad``."""
    name: str
    lat: float
    lon: float
    """Of its capital. [°]"""
    altitude_m: float
    """Of its capital. [m]"""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """One district."""

    code: str
    """Six digits, of which four are the province's."""
    name: str
    source: Source

    @property
    def province(self) -> str:
        """Code of its province."""
        return self.code[:PROVINCE_DIGITS]


@cache
def load_provinces() -> Mapping[str, Province]:
    """Return every province by its code."""
    sources, known = load_sources(), departments()
    rows = read_table(PROVINCES_TABLE, columns=PROVINCES_COLUMNS)
    by_code = refuse_duplicates(rows, key=lambda row: (row.text("code"),))
    return {
        row.text("code"): Province(
            code=row.text("code"),
            department=row.one_of("department", known),
            name=row.text("name"),
            lat=float(row.decimal("lat")),
            lon=float(row.decimal("lon")),
            altitude_m=float(row.decimal("altitude_m")),
            source=source_of(row, sources),
        )
        for row in by_code.values()
    }


@cache
def load_districts() -> Mapping[str, District]:
    """Return every district by its code."""
    sources, provinces = load_sources(), load_provinces()
    rows = read_table(DISTRICTS_TABLE, columns=DISTRICTS_COLUMNS)
    by_code = refuse_duplicates(rows, key=lambda row: (row.text("code"),))
    districts = {}
    for row in by_code.values():
        code = row.text("code")
        if code[:PROVINCE_DIGITS] not in provinces:
            raise row.refusal(
                "data-value-unknown",
                column="code",
                value=code[:MAX_SHOWN],
                allowed=list(provinces)[:MOST_SHOWN],
            )
        district = District(code=code, name=row.text("name"), source=source_of(row, sources))
        districts[code] = district
    return districts


def districts_of(department: str) -> tuple[District, ...]:
    """Return the districts of a department by their names; none of one unknown."""
    provinces = load_provinces()
    found = [d for d in load_districts().values() if provinces[d.province].department == department]
    return tuple(sorted(found, key=lambda district: (squeeze(district.name), district.code)))


def find_district(text: str, *, department: str) -> District:
    """Return the district of a department that a person calls ``text``: code or name.

    Raises
    ------
    InvalidInputError
        ``district-unknown``, or ``district-ambiguous`` with the codes and provinces of that name.

    Examples
    --------
    >>> find_district("san martin de porres", department="lima").code
    '150135'
    """
    wanted = squeeze(text)
    found = [d for d in districts_of(department) if wanted in (d.code, squeeze(d.name))]
    if len(found) == 1:
        return found[0]
    name = text[:MAX_SHOWN]
    if not found:
        raise InvalidInputError("district-unknown", field="district", value=name)
    provinces = load_provinces()
    known = [f"{d.code} ({provinces[d.province].name})" for d in found[:MOST_SHOWN]]
    raise InvalidInputError("district-ambiguous", field="district", value=name, known=known)
