"""From a row of the table of homes to a home and its connection."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.distributors import find_distributor
from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.catalog.places import find_department, find_system, load_systems
from ahorraluz.catalog.solar import find_city
from ahorraluz.core.home import (
    Appliance,
    CookingFuel,
    Fose,
    Home,
    MonthlyUse,
    Option,
    Roof,
    Supply,
    Tenure,
)
from ahorraluz.ingest.fleet_cells import HOMES, ID
from ahorraluz.services.fleet.faults import HomeFaultError

LIMA = "America/Lima"
MAX_ID, MAX_SHOWN = 64, 60
MOST_PEOPLE, MOST_HOMES, MOST_KWP, MOST_APPLIANCES = 50, 2_000, 100.0, 60
MOST_PEN = Decimal(1_000_000)
DISTRICT_DIGITS = 6
E = TypeVar("E", bound=StrEnum)
YES = {"true": True, "1": True, "eligible": True, "si": True, "sí": True, "yes": True}
NO = {"false": False, "0": False, "excluded": False, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetHome:
    """A home of the table, without its recibos and readings."""

    id: str
    supply: Supply
    zone: str
    district: str | None
    cohort: str | None
    told: Mapping[str, object]
    """Fields of :class:`Home` that the row tells."""

    def home(self, history: tuple[MonthlyUse, ...]) -> Home:
        """Return the home with its recibos."""
        return Home(supply=self.supply, history=history, **self.told)  # type: ignore[arg-type]


def rows_of(homes: pa.Table) -> list[dict[str, str | None]]:
    """Return the rows of the table of homes."""
    columns = [homes.column(name).to_pylist() for name in HOMES.names]
    return [dict(zip(HOMES.names, values, strict=True)) for values in zip(*columns, strict=True)]


def home_of(row: Mapping[str, str | None]) -> FleetHome:
    """Return the home that a row tells.

    Raises
    ------
    HomeFaultError
        ``fleet-id-long``, ``fleet-cell-missing``, ``fleet-cell-wrong``.
    InvalidInputError
        ``distributor-unknown``, ``system-unknown``, ``department-unknown``, ``city-unknown``.
    """
    home = row[ID] or ""
    if len(home) > MAX_ID:
        raise HomeFaultError("fleet-id-long", value=home[:MAX_ID], limit=MAX_ID)
    distributor = row["distributor"]
    if distributor is None:
        raise HomeFaultError("fleet-cell-missing", field="distributor")
    district, department = _place(row)
    told: dict[str, object] = {
        "people": _count(row, "people", MOST_PEOPLE),
        "department": department,
        "city": _city(row["city"]),
        "tenure": _choice(row, "tenure", Tenure),
        "roof": _choice(row, "roof", Roof),
        "panels_kwp": _panels(row),
        "cooking": _choice(row, "cooking", CookingFuel),
        "appliances": _appliances(row["appliances"]),
        "budget_pen": _soles(row, "budget_pen"),
    }
    price = _soles(row, "panel_pen_kwp")
    if price is not None:
        told["assumptions"] = {"cost-pv-kwp": price}
    homes = _count(row, "homes_on_meter", MOST_HOMES)
    if homes is not None:
        told["homes_on_meter"] = homes
    return FleetHome(
        id=home,
        supply=_supply(
            _distributor(distributor),
            row["system"],
            row["option"],
            None if row["fose"] is None else row["fose"].casefold(),
        ),
        zone=_zone(row["zone"] or LIMA),
        district=district,
        cohort=row["cohort"],
        told={name: value for name, value in told.items() if value is not None},
    )


@cache
def _supply(distributor: str, system: str | None, option: str | None, fose: str | None) -> Supply:
    """Return one supply for all homes that are billed alike, so that prices are read once."""
    found = None if system is None else find_system(distributor, system).id
    chosen = Option.BT5B
    if option is not None:
        spelt = option.upper().replace(" ", "")
        if spelt not in Option.__members__:
            raise HomeFaultError("fleet-cell-wrong", field="option", value=option[:MAX_SHOWN])
        chosen = Option(spelt)
    eligible = Fose.ELIGIBLE
    if fose is not None:
        if fose not in YES and fose not in NO:
            raise HomeFaultError("fleet-cell-wrong", field="fose", value=fose[:MAX_SHOWN])
        eligible = Fose.ELIGIBLE if fose in YES else Fose.EXCLUDED
    sector = None if found is None else load_systems()[found].sector
    return Supply(
        distributor=distributor, system=found, option=chosen, fose=eligible, sector=sector
    )


@cache
def _distributor(text: str) -> str:
    return find_distributor(text).id


@cache
def _city(text: str | None) -> str | None:
    return None if text is None else find_city(text).id


@cache
def _department(text: str) -> str:
    return find_department(text)


@cache
def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise HomeFaultError("fleet-cell-wrong", field="zone", value=name[:MAX_SHOWN]) from None
    return name


def _place(row: Mapping[str, str | None]) -> tuple[str | None, str | None]:
    """Return the code of the district and the department, which the district tells as well."""
    text, department = row["district"], row["department"]
    named = None if department is None else _department(department)
    if text is None:
        return None, named
    code = text.zfill(DISTRICT_DIGITS)
    known = load_districts().get(code)
    if known is None:
        raise HomeFaultError("fleet-cell-wrong", field="district", value=text[:MAX_SHOWN])
    return code, named or load_provinces()[known.province].department


def _choice(row: Mapping[str, str | None], name: str, kind: type[E]) -> E | None:
    text = row[name]
    if text is None:
        return None
    try:
        return kind(text.casefold())
    except ValueError:
        raise HomeFaultError("fleet-cell-wrong", field=name, value=text[:MAX_SHOWN]) from None


def _count(row: Mapping[str, str | None], name: str, most: int) -> int | None:
    text = row[name]
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text[:9]) <= most or len(text) > len(str(most)):
        raise HomeFaultError("fleet-cell-wrong", field=name, value=text[:MAX_SHOWN])
    return int(text)


def _soles(row: Mapping[str, str | None], name: str) -> Decimal | None:
    text = row[name]
    if text is None:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST_PEN:
        raise HomeFaultError("fleet-cell-wrong", field=name, value=text[:MAX_SHOWN])
    return amount


def _panels(row: Mapping[str, str | None]) -> float | None:
    text = row["panels_kwp"]
    if text is None:
        return None
    try:
        kwp = float(text)
    except ValueError:
        kwp = math.nan
    if kwp == 0:
        return None
    if not 0 < kwp <= MOST_KWP:
        raise HomeFaultError("fleet-cell-wrong", field="panels_kwp", value=text[:MAX_SHOWN])
    return kwp


def _appliances(text: str | None) -> tuple[Appliance, ...]:
    if text is None:
        return ()
    known, found = load_appliances(), list[Appliance]()
    for part in filter(None, map(str.strip, text.split(";"))):
        if part not in known or len(found) == MOST_APPLIANCES:
            raise HomeFaultError("fleet-cell-wrong", field="appliances", value=part[:MAX_SHOWN])
        found.append(Appliance(id=part))
    return tuple(found)
