"""The question of a household about one technology, and the way to its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ahorraluz.catalog.evidence import load_equipment
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.solar import load_generation_rule
from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.home import Home
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.renewables.arrays import usual_mount
from ahorraluz.core.renewables.cashflow import Loan, with_igv
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad
from ahorraluz.core.renewables.matching import PRICED_FROM_KWP
from ahorraluz.core.renewables.solar import roof_obstacle
from ahorraluz.core.tariffs.figures import DISCOUNT_RATE, IGV
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.receive_readings import FileHints
from ahorraluz.services.renewables.offers import Offer
from ahorraluz.services.renewables.places import (
    assumptions_of,
    hot_water_of,
    load_of_home,
    load_of_month,
    load_of_readings,
    sun_of,
    sun_of_home,
)
from ahorraluz.services.renewables.pricing import FlatPrice, YearPrice, tariff_price
from ahorraluz.services.renewables.size_array import (
    ArraySizing,
    Site,
    size_array,
)
from ahorraluz.services.renewables.size_battery import BatteryOffer
from ahorraluz.services.renewables.size_kitchen import (
    DIGESTER,
    STOVE,
    SizedKitchen,
    Wood,
    size_digester,
    size_stove,
)
from ahorraluz.services.renewables.size_others import (
    HEATER,
    HotWater,
    SizedHeater,
    SizedKit,
    Terms,
    size_heater_for,
    size_kit,
)
from ahorraluz.services.toolbox import Toolbox

TODAY, NET_BILLING, NET_METERING = "today", "net-billing", "net-metering"
SCHEMES = (TODAY, NET_BILLING, NET_METERING)
PANELS = "rooftop-pv"
KITCHENS = (STOVE, DIGESTER)
COSTS = {
    HEATER: "cost-solar-water-heater",
    STOVE: "cost-improved-stove",
    DIGESTER: "cost-biodigester",
}
"""Under which the file of a home keeps its quotes."""
ROOF_NOT_OWN = "roof-not-own"
MODULE_LIFE = "module-life"
DAYS_MONTH = 365 / 12
WATT_HOURS = 1000

Answer = ArraySizing | SizedHeater | SizedKit | SizedKitchen


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What the household knows of prices."""

    quote: Decimal | None = None
    """For the whole. [PEN]"""
    quote_kwp: Decimal | None = None
    """For each kWp. [PEN/kWp]"""
    battery_quote: Decimal | None = None
    inverter_quote: Decimal | None = None
    before_igv: bool = False
    """Whether the quotes leave IGV out."""
    price_kwh: Decimal | None = None
    """IGV included. [PEN/kWh]"""
    growth_year: Decimal = Decimal(0)
    loan: Loan | None = None
    export_price: Decimal | None = None
    """For the scenario of net billing. [PEN/kWh]"""
    spending_month: Decimal | None = None
    wood_pen_kg: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a household asks; everything but the technology may be unknown."""

    technology: str = PANELS
    home: Home | None = None
    connection: Connection | None = None
    readings: str | None = None
    """A meter file, or a home of the store."""
    hints: FileHints | None = None
    place: str | None = None
    altitude_m: float | None = None
    kwh: float | None = None
    """Mean month. [kWh/month]"""
    people: int | None = None
    kwp: float | None = None
    roof_kwp: float | None = None
    tilt_deg: float | None = None
    azimuth_deg: float | None = None
    shading: float | None = None
    battery_kwh: float | None = None
    scheme: str = TODAY
    wood_kg_month: float | None = None
    dung_kg_day: float | None = None
    money: Money = Money()


def answer(question: Question, *, tools: Toolbox, as_of: date) -> Answer:
    """Return what one technology would do at a home.

    Raises
    ------
    InvalidInputError
        Something the technology needs is missing or cannot be.
    AhorraLuzError
        What files, prices and physics refuse.
    """
    money = _with_igv(question.money, as_of=as_of, tools=tools)
    terms = Terms(
        rate=_rate(tools, as_of), growth_year=money.growth_year, cost=_cost(question, money)
    )
    if question.technology in KITCHENS:
        return _kitchen(question, money, terms)
    sun = sun_for(question)
    if question.technology == "offgrid-pv":
        return _kit(question, money, sun=sun, terms=terms)
    assumed = assumptions_of(question.home)
    load = _load(question, assumptions=assumed, tools=tools)
    price = _price(question, money, tools=tools, as_of=as_of)
    if question.technology == HEATER:
        home = question.home
        water = HotWater(
            people=question.people or (home.people if home else None),
            heated_kwh=hot_water_of(home) if home else None,
            load=load,
        )
        found = size_heater_for(water, sun, assumptions=assumed, price=price, terms=terms)
        return replace(found, **_roof_of(question, found))
    site = _site(question, money, sun=sun, load=load, price=price, rate=terms.rate)
    sized = size_array(site, _offer(question, money))
    sized = replace(sized, issues=(*_there_already(question), *sized.issues))
    return replace(sized, **_roof_of(question, sized))


def _there_already(question: Question) -> tuple[Issue, ...]:
    """Return that only what is added counts, where the home has panels."""
    kwp = None if question.home is None else question.home.panels_kwp
    return () if kwp is None else (Issue(code="panels-there", parameters={"kwp": kwp}),)


def _kitchen(question: Question, money: Money, terms: Terms) -> SizedKitchen:
    """Return a stove or a digester; what the question leaves out the home's file may tell."""
    home = question.home
    assumed = assumptions_of(home)
    typed = home.assumptions if home else {}
    kg, dung = question.wood_kg_month, question.dung_kg_day
    wood = Wood(
        kg_month=_told(typed, "wood-kg-month") if kg is None else kg,
        pen_kg=typed.get("wood-pen-kg") if money.wood_pen_kg is None else money.wood_pen_kg,
    )
    if question.technology == STOVE:
        return size_stove(assumptions=assumed, wood=wood, terms=terms)
    height = question.altitude_m
    return size_digester(
        assumptions=assumed,
        dung_kg_day=_told(typed, "dung-kg-day") if dung is None else dung,
        wood=wood,
        altitude_m=home.altitude_m if height is None and home else height,
        terms=terms,
    )


def _told(typed: Mapping[str, Decimal], figure: str) -> float | None:
    found = typed.get(figure)
    return None if found is None else float(found)


def _kit(question: Question, money: Money, *, sun: SolarFacts, terms: Terms) -> SizedKit:
    if question.kwh is None:
        raise InvalidInputError("option-missing", option="--kwh")
    return size_kit(
        question.kwh * WATT_HOURS / DAYS_MONTH,
        sun,
        assumptions=assumptions_of(question.home),
        terms=terms,
        spending_month=money.spending_month,
    )


def _cost(question: Question, money: Money) -> Decimal | None:
    """Return the quote of the whole, else the price that the home's file has of it."""
    figure = COSTS.get(question.technology)
    if money.quote is not None or question.home is None or figure is None:
        return money.quote
    return question.home.assumptions.get(figure)


def _roof_of(question: Question, found: ArraySizing | SizedHeater) -> dict[str, Any]:
    """Return what the home's roof changes of an answer: a note, and how sure it is."""
    obstacle = None if question.home is None else roof_obstacle(question.home)
    if obstacle is None:
        return {}
    sure = found.confidence
    if obstacle.code == ROOF_NOT_OWN:
        sure = Confidence.LOW
    elif sure is Confidence.HIGH:
        sure = Confidence.MEDIUM
    return {"issues": (obstacle, *found.issues), "confidence": sure}


def sun_for(question: Question) -> SolarFacts:
    """Return the sun of the question's place; raises ``place-needed`` where it names none."""
    if question.place is not None:
        return sun_of(question.place, altitude_m=question.altitude_m)
    if question.home is not None:
        return sun_of_home(question.home)
    raise InvalidInputError("place-needed", field="place")


def site_of(question: Question, *, tools: Toolbox, as_of: date) -> Site:
    """Return where the question's panels would stand, without home and prices."""
    return _site(
        replace(question, scheme=TODAY),
        question.money,
        sun=sun_for(question),
        load=None,
        price=None,
        rate=_rate(tools, as_of),
    )


def _site(
    question: Question,
    money: Money,
    *,
    sun: SolarFacts,
    load: HomeLoad | None,
    price: YearPrice | None,
    rate: Decimal,
) -> Site:
    assumed = assumptions_of(question.home)
    return Site(
        sun=sun,
        assumptions=assumed,
        mount=usual_mount(
            sun,
            assumptions=assumed,
            tilt_deg=question.tilt_deg,
            azimuth_deg=question.azimuth_deg,
            shading=question.shading,
        ),
        shading_known=question.shading is not None,
        load=load,
        price=price,
        rule=_rule(question, money),
        hypothetical=question.scheme != TODAY,
        rate=rate,
        life_years=_module_life(),
    )


def _offer(question: Question, money: Money) -> Offer:
    home, battery = question.home, question.battery_kwh
    typed = home.assumptions if home else {}
    roof = question.roof_kwp
    if roof is None and "roof-kwp" in typed:
        roof = float(typed["roof-kwp"])
    return Offer(
        kwp=question.kwp,
        cost=money.quote,
        cost_kwp=money.quote_kwp if money.quote_kwp is not None else typed.get("cost-pv-kwp"),
        priced_from_kwp=float(typed.get("cost-pv-from-kwp", PRICED_FROM_KWP)),
        inverter_cost=money.inverter_quote,
        inverter_kwp=typed.get("cost-inverter-kwp"),
        battery=None
        if battery is None
        else BatteryOffer(capacity_kwh=battery, cost=money.battery_quote),
        loan=money.loan,
        growth_year=money.growth_year,
        roof_kwp=roof,
    )


def _rule(question: Question, money: Money) -> GenerationRule:
    """Return the rule in force, or the scenario that was asked for, marked as such."""
    law = load_generation_rule()
    match question.scheme:
        case "net-billing":
            if money.export_price is None:
                raise InvalidInputError("option-missing", option="--export-price")
            return replace(law, scheme=NET_BILLING, export_price_pen_kwh=money.export_price)
        case "net-metering":
            return replace(law, scheme=NET_METERING)
        case _:
            return law


def _load(question: Question, *, assumptions: SolarAssumptions, tools: Toolbox) -> HomeLoad | None:
    if question.readings is not None:
        found = find_readings(question.readings, tools=tools, hints=question.hints)
        return load_of_readings(found, kwh=question.kwh)
    if question.home is not None:
        return load_of_home(question.home, assumptions=assumptions)
    if question.kwh is None:
        return None
    return load_of_month(question.kwh, assumptions=assumptions)


def _price(question: Question, money: Money, *, tools: Toolbox, as_of: date) -> YearPrice | None:
    if money.price_kwh is not None:
        return FlatPrice(pen_kwh=money.price_kwh)
    if question.connection is None:
        return None
    return tariff_price(question.connection, tools=tools, as_of=as_of)


def _with_igv(money: Money, *, as_of: date, tools: Toolbox) -> Money:
    """Return the quotes as the household pays them."""
    if not money.before_igv:
        return money
    rate = load_national(user_folder=tools.user_folder).value(IGV, as_of)

    def paid(price: Decimal | None) -> Decimal | None:
        return None if price is None else with_igv(price, rate)

    return replace(
        money,
        quote=paid(money.quote),
        quote_kwp=paid(money.quote_kwp),
        battery_quote=paid(money.battery_quote),
        inverter_quote=paid(money.inverter_quote),
        before_igv=False,
    )


def _rate(tools: Toolbox, as_of: date) -> Decimal:
    return load_national(user_folder=tools.user_folder).value(DISCOUNT_RATE, as_of)


def _module_life() -> int:
    rows = [row for row in load_equipment() if (row.technology, row.item) == (PANELS, MODULE_LIFE)]
    return int(next(row.low for row in rows if row.low is not None))
