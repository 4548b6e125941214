"""Homes billed by the invented tariff, with the facts on file, for the tests of advice."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.invented import tariff_book

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import (
    load_advice_assumptions,
    load_solar_assumptions,
    load_usage_assumptions,
)
from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.catalog.evidence import load_equipment, load_measure_facts
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.solar import load_climate, load_generation_rule, load_solar, load_use_hours
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.advice.pricing import other_terms
from ahorraluz.core.home import Appliance, FixedCharges, Home, MonthlyUse, Supply
from ahorraluz.core.periods import months_from
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.core.usage.account import account_for_usage

AS_OF = date(2026, 6, 1)
SUPPLY = Supply(distributor="light", system="here")
CHARGES = FixedCharges(connection=Decimal("1.40"), lighting=Decimal("10.00"))
FULL_HOUSE = (
    Appliance(id="refrigeradora-convencional"),
    Appliance(id="ducha-electrica", minutes_shower=10, showers_day=3),
    Appliance(id="terma-electrica", always_on=True, minutes_shower=8, showers_day=1),
    Appliance(id="foco-incandescente-100", count=2),
    Appliance(id="foco-ahorrador-20", count=5),
    Appliance(id="tv-generico"),
    Appliance(id="decodificador"),
    Appliance(id="estabilizador"),
    Appliance(id="lavadora-calentador"),
    Appliance(id="secadora-ropa"),
    Appliance(id="plancha"),
    Appliance(id="aire-12000", hours_day=1),
    Appliance(id="ventilador"),
    Appliance(id="calefactor", hours_day=1),
    Appliance(id="hornilla-electrica"),
    Appliance(id="electrobomba-05hp"),
)

ContextOf = Callable[..., PlanContext]


def home_of(*energies: float | str, **stated: Any) -> Home:
    """Return a home with a recibo a month, the last one ending on the day of the advice."""
    periods = months_from(date(2025, 6, 1), months=len(energies))
    supply = stated.pop("supply", SUPPLY)
    return Home(
        supply=supply,
        history=tuple(
            MonthlyUse(period=period, kwh=Decimal(str(kwh)))
            for period, kwh in zip(periods, energies, strict=True)
        ),
        **stated,
    )


def facts_for(city: str | None) -> AdviceFacts:
    """Return the facts on file for a city."""
    return AdviceFacts(
        evidence=load_measure_facts(),
        equipment=load_equipment(),
        appliances=load_appliances(),
        figures=load_national(),
        climate=load_climate(city) if city else None,
        sun=load_solar(city) if city else None,
        generation=load_generation_rule(),
        usage=load_usage_assumptions(),
        solar=load_solar_assumptions(),
        advice=load_advice_assumptions(),
        use_hours=load_use_hours(),
        hours=load_hour_facts(),
        digester_altitude_m=load_solar("cajamarca").altitude_m,
    )


def year_of(supply: Supply = SUPPLY) -> tuple[BillTerms, ...]:
    """Return the invented terms of the twelve months to come."""
    book = tariff_book()
    return tuple(
        bill_terms(book, supply, period, charges=CHARGES)
        for period in months_from(AS_OF, months=12)
    )


def context_of(home: Home, *, kwh_by_month: tuple[Decimal, ...] | None = None) -> PlanContext:
    """Return what a plan of ``home`` is made from, billed by the invented tariff."""
    facts = facts_for(home.city)
    account = account_for_usage(
        home,
        appliances=facts.appliances,
        ownership=load_ownership(),
        climate=facts.climate,
        assumptions=facts.usage,
    )
    year = year_of(home.supply)
    calendar = [(terms.period.start.month + (terms.period.start.day > 15)) % 12 for terms in year]
    months = kwh_by_month or tuple(
        Decimal(repr(account.monthly_kwh[month - 1])).quantize(Decimal("0.1")) for month in calendar
    )
    return PlanContext(
        home=home,
        account=account,
        year=year,
        kwh_by_month=months,
        facts=facts,
        as_of=AS_OF,
        otherwise=other_terms(tariff_book(), year, homes_on_meter=home.homes_on_meter),
    )


@pytest.fixture(scope="session")
def full_house() -> PlanContext:
    """Return a home with one of nearly everything, near the limit of the discount."""
    return context_of(home_of(*([300] * 12), city="arequipa", people=4, appliances=FULL_HOUSE))
