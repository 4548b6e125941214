"""Homes from a file, or from one kWh figure, ready for advice."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.advice.lineless_home import HomeWithoutLine
from ahorraluz.core.consumption import check_kwh
from ahorraluz.core.home import FixedCharges, Home, MonthlyUse
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.ingest.home_file import HomeFile, parse_home, read_home
from ahorraluz.ingest.home_sections import SupplySection
from ahorraluz.services.explain_bill import Evidence
from ahorraluz.services.figure_limits import Limits, figure_limits
from ahorraluz.services.supplies import SupplyFields, distributors_in, find_supply


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHome:
    """A home with what its recibos tell of its prices."""

    home: Home
    receipt: Receipt | None = None
    """The newest recibo that prints a price, if any."""
    evidence: Evidence = field(default_factory=Evidence)
    """Its other recibos with a price, and its FOSE discount where it knows it."""


def home_from_file(path: Path, *, as_of: date, user_folder: Path | None = None) -> KnownHome:
    """Return the home in a TOML file; raises like :func:`home_from_bytes`.

    Electric systems of sheets imported into ``user_folder`` count as known.
    """
    return _known(read_home(path, as_of=as_of, **_known_names()), user_folder=user_folder)


def home_from_bytes(content: bytes, *, name: str, as_of: date) -> KnownHome:
    """Return the home in the TOML ``content`` of a file called ``name``.

    Raises
    ------
    HomeFileError
        No TOML.
    InvalidInputError
        One issue for every key that cannot be used, ``distributor-needed`` where
        neither distributor nor a department with a single one is stated, or what
        :func:`.supplies.find_supply` refuses; ``home-without-line``.
    """
    return _known(parse_home(content, name=name, as_of=as_of, **_known_names()))


def home_of_one_recibo(
    fields: SupplyFields,
    *,
    kwh: Decimal,
    as_of: date,
    charges: FixedCharges | None = None,
    budget_pen: Decimal | None = None,
    user_folder: Path | None = None,
) -> KnownHome:
    """Return the home of which nothing is known but one month's energy.

    Parameters
    ----------
    fields
        Its connection.
    kwh
        Energy of the last recibo, taken for the calendar month before ``as_of``. [kWh]
    as_of
        Day of the advice.
    charges
        Charges of that recibo, if at hand.
    budget_pen
        What can be spent now. [PEN]
    user_folder
        Folder of imported sheets, whose electric systems count as known.
    """
    check_kwh(kwh)
    first = as_of.replace(day=1)
    month = Period((first - timedelta(days=1)).replace(day=1), first)
    return KnownHome(
        home=Home(
            supply=find_supply(fields, user_folder=user_folder),
            history=(MonthlyUse(period=month, kwh=kwh),),
            charges=charges or FixedCharges(),
            budget_pen=budget_pen,
        )
    )


def home_without_line(path: Path, *, as_of: date) -> HomeWithoutLine | None:
    """Return the home of a file that says no line reaches it; ``None``: it has one.

    Raises like :func:`home_from_bytes`.
    """
    file = read_home(path, as_of=as_of, **_known_names())
    if file.without_line is None:
        return None
    about = file.about
    return HomeWithoutLine(
        spending=file.without_line.spending(),
        people=about.people,
        department=about.department,
        city=about.city,
        altitude_m=about.altitude_m,
        tenure=about.tenure,
        cooking=about.cooking,
        lpg_cylinder_pen=about.lpg_cylinder,
        appliances=file.appliances,
        budget_pen=about.budget,
        assumptions=file.assumptions,
    )


def _known(file: HomeFile, *, user_folder: Path | None = None) -> KnownHome:
    if file.without_line is not None:
        raise InvalidInputError("home-without-line", field="[without_line]")
    fields = _fields(file.supply, department=file.about.department)
    supply = find_supply(fields, user_folder=user_folder)
    priced = [r for r in file.receipts if r.unit_price is not None or r.band_prices]
    return KnownHome(
        home=file.home(supply),
        receipt=priced[-1] if priced else None,
        evidence=Evidence(discount=file.supply.fose_discount, others=tuple(priced[:-1])),
    )


def _fields(typed: SupplySection, *, department: str | None) -> SupplyFields:
    return SupplyFields(
        distributor=typed.distributor or _only_distributor(department),
        system=typed.system,
        option=typed.option,
        customer=typed.customer,
        fose=typed.fose,
        sector=typed.sector,
        collective_homes=typed.collective_homes,
        igv_exempt=typed.igv_exempt,
    )


def _only_distributor(department: str | None) -> str:
    """Return the distributor of a department that has a single one."""
    serving = distributors_in(department) if department else ()
    if len(serving) == 1:
        return serving[0].id
    raise InvalidInputError(
        "distributor-needed", field="[supply] distributor", known=[s.name for s in serving]
    )


class _Known(TypedDict):
    """What a home file may name."""

    appliance_ids: Collection[str]
    assumption_limits: Mapping[str, Limits]


def _known_names() -> _Known:
    return {"appliance_ids": tuple(load_appliances()), "assumption_limits": figure_limits()}
