"""Options that several commands share: connection, period, energy, charges and printed prices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.typed import Day, File, Number, OneOf
from ahorraluz.cli.words import Given, TextOption
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, FixedCharges, Fose, Option, Sector, Supply
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.periods import Period, month_after

if TYPE_CHECKING:
    from ahorraluz.core.tariffs.receipt import Receipt
    from ahorraluz.services.supplies import SupplyFields

MAX_SOLES = 1_000_000
MAX_PRICE = 100
MAX_DISCOUNT = Decimal("0.99")
"""A whole discount would leave no price to learn from. [0 to 1]"""
BANDS: Mapping[Band, str] = {
    Band.PEAK: "peak",
    Band.OFF_PEAK: "off_peak",
    Band.MEDIUM: "medium",
    Band.BASE: "base",
}
CHARGES = (
    "connection",
    "lighting",
    "interest",
    "late_interest",
    "previous_rounding",
    "other_taxed",
    "other_untaxed",
)
SIGNED = ("previous_rounding", "other_taxed", "other_untaxed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Energy:
    """Energy of a period as it was typed."""

    kwh: Decimal
    bands_kwh: Mapping[Band, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A connection with what its recibo tells."""

    supply: Supply
    charges: FixedCharges
    receipts: tuple["Receipt", ...]
    """The one to learn prices from first."""
    fose_discount: Decimal | None


def supply_options() -> list[click.Parameter]:
    """Return the options that describe a connection."""
    return [
        TextOption(["--distributor"], metavar="ID"),
        TextOption(["--system"], metavar="ID"),
        TextOption(["--option"], metavar="BT5B"),
        TextOption(["--customer"], type=OneOf([kind.value for kind in CustomerClass])),
        TextOption(["--fose"], type=OneOf([kind.value for kind in Fose])),
        TextOption(["--sector"], type=OneOf([kind.value for kind in Sector])),
        TextOption(["--collective-homes"], type=Number(low=1, whole=True), metavar="N"),
        TextOption(["--igv-exempt/--igv-applies"], default=None),
        TextOption(["--fose-discount"], type=Number(low=0, high=MAX_DISCOUNT), metavar="0-1"),
    ]


def period_options() -> list[click.Parameter]:
    """Return the reading days; the period is ``[from, to)``."""
    return [
        TextOption(["--from", "start"], type=Day(), metavar="YYYY-MM-DD"),
        TextOption(["--to", "end"], type=Day(), metavar="YYYY-MM-DD"),
    ]


def energy_options() -> list[click.Parameter]:
    """Return energy, whole and by band."""
    names = ["kwh", *(f"kwh-{band.value}" for band in BANDS)]
    return [TextOption([f"--{name}"], type=Number(), metavar="KWH") for name in names]


def charge_options() -> list[click.Parameter]:
    """Return the charges that only a recibo tells."""
    return [
        TextOption(
            [f"--{name.replace('_', '-')}"],
            type=Number(low=-MAX_SOLES if name in SIGNED else 0, high=MAX_SOLES),
            metavar="S/",
        )
        for name in CHARGES
    ]


def printed_options() -> list[click.Parameter]:
    """Return prices as the recibo prints them, and a recibo or a home as files."""
    names = ["unit-price", *(f"unit-price-{band.value}" for band in BANDS)]
    return [
        *(
            TextOption([f"--{name}"], type=Number(low=0, high=MAX_PRICE), metavar="S/")
            for name in names
        ),
        TextOption(["--fixed-charge"], type=Number(low=0, high=MAX_SOLES), metavar="S/"),
        TextOption(["--receipt"], type=File(), multiple=True, metavar="FILE"),
        TextOption(["--home"], type=File(), metavar="FILE"),
    ]


def as_of_option() -> click.Parameter:
    """Return the day of the answer."""
    return TextOption(["--as-of"], type=Day(), metavar="YYYY-MM-DD")


def fields_of(given: Given) -> "SupplyFields":
    """Return the connection as typed; raises ``option-missing`` without a distributor."""
    from ahorraluz.services.supplies import SupplyFields

    distributor = given.text("distributor")
    if distributor is None:
        raise InvalidInputError("option-missing", option="--distributor")
    return SupplyFields(
        distributor=distributor,
        system=given.text("system"),
        option=given.text("option"),
        customer=given.text("customer"),
        fose=given.text("fose"),
        sector=given.text("sector"),
        collective_homes=int(given.number("collective_homes") or 1),
        igv_exempt=given.flag("igv_exempt"),
    )


def known_of(given: Given, *, as_of: date, user_folder: Path) -> "Known":
    """Return what the files of ``--home`` and ``--receipt`` tell, and what was typed over it.

    The first recibo of ``--receipt`` gives the prices, the others confirm them.
    """
    from ahorraluz.services.homes import home_from_file
    from ahorraluz.services.receipts import receipt_from_file, supply_of

    path = given.file("home")
    home = None if path is None else home_from_file(path, as_of=as_of, user_folder=user_folder)
    receipts = [receipt_from_file(path) for path in given.files("receipt")]
    if home is not None:
        receipts += [*filter(None, [home.receipt]), *home.evidence.others]
    told = home.home.supply if home is not None else None
    if told is None and receipts and given.text("distributor") is None:
        told = supply_of(receipts[0], user_folder=user_folder)
    discount = given.number("fose_discount")
    if discount is None and home is not None:
        discount = home.evidence.discount
    return Known(
        supply=_typed_over(told, given, user_folder=user_folder),
        charges=typed_charges(home.home.charges if home is not None else FixedCharges(), given),
        receipts=tuple(receipts),
        fose_discount=discount,
    )


def _typed_over(told: Supply | None, given: Given, *, user_folder: Path) -> Supply:
    """Return the connection of a file with what was typed over it, or the one typed."""
    from ahorraluz.services.supplies import SupplyFields, find_supply

    if told is None or given.text("distributor") is not None:
        return find_supply(fields_of(given), user_folder=user_folder)
    homes, exempt = given.number("collective_homes"), given.flag("igv_exempt")
    return find_supply(
        SupplyFields(
            distributor=told.distributor,
            system=given.text("system") or told.system,
            option=given.text("option") or told.option.value,
            customer=given.text("customer") or told.customer.value,
            fose=given.text("fose") or told.fose.value,
            sector=given.text("sector") or (told.sector.value if told.sector else None),
            collective_homes=told.collective_homes if homes is None else int(homes),
            igv_exempt=told.igv_exempt if exempt is None else exempt,
        ),
        user_folder=user_folder,
    )


def typed_charges(told: FixedCharges, given: Given) -> FixedCharges:
    """Return the charges of a file with those typed over them."""
    typed = {name: amount for name in CHARGES if (amount := given.number(name)) is not None}
    return replace(told, **typed)


def period_of(given: Given, *, default: date | None = None) -> Period:
    """Return the period between two readings, or a month from ``default`` on."""
    start, end = given.day("start"), given.day("end")
    if start is None and end is None and default is not None:
        return Period(default, month_after(default))
    for option, day in (("--from", start), ("--to", end)):
        if day is None:
            raise InvalidInputError("option-missing", option=option)
    assert start is not None and end is not None  # noqa: S101, PT018 - refused above
    return Period(start, end)


def energy_of(given: Given, *, default: Decimal | None = None) -> Energy:
    """Return the energy as typed; its total is the sum of its bands where only they are given."""
    bands = {
        band: kwh
        for band, name in BANDS.items()
        if (kwh := given.number(f"kwh_{name}")) is not None
    }
    kwh = given.number("kwh")
    if kwh is None:
        kwh = sum(bands.values(), Decimal(0)) if bands else default
    if kwh is None:
        raise InvalidInputError("option-missing", option="--kwh")
    return Energy(kwh=kwh, bands_kwh=bands)


def printed_of(given: Given, *, supply: Supply, period: Period, energy: Energy) -> "Receipt | None":
    """Return the prices typed from the recibo of this very period, if any."""
    from ahorraluz.services.receipts import receipt_from_form

    price, fixed = given.number("unit_price"), given.number("fixed_charge")
    bands = {
        band.value: str(shown)
        for band, name in BANDS.items()
        if (shown := given.number(f"unit_price_{name}")) is not None
    }
    if price is None and fixed is not None and supply.option is Option.BT8:
        price = Decimal(0)  # A flat monthly charge has no price of a kWh.
    if price is None and not bands:
        if fixed is not None:
            raise InvalidInputError("option-missing", option="--unit-price")
        return None
    items = [] if fixed is None else [{"name": "fixed", "code": "fixed", "amount": str(fixed)}]
    return receipt_from_form(
        {
            "distributor": supply.distributor,
            "tariff_option": supply.option.value,
            "reading_from": period.start,
            "reading_to": period.end,
            "kwh": str(energy.kwh),
            "unit_price_printed_s_per_kwh_without_igv": None if price is None else str(price),
            "band_prices": bands,
            "items": items,
        }
    )
