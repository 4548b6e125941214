"""Fixtures over the invented tariff book."""

from collections.abc import Callable

import pytest
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Consumption
from ahorraluz.core.home import FixedCharges, Supply
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms


@pytest.fixture
def book() -> TariffBook:
    """Return a book with two monthly sheets of one system and an hourly option."""
    return tariff_book()


@pytest.fixture
def supply() -> Supply:
    """Return a residential BT5B supply of the invented system."""
    return Supply(distributor="light", system="here")


@pytest.fixture
def terms(book: TariffBook, supply: Supply) -> BillTerms:
    """Return the terms of a month wholly under one sheet, every charge known."""
    charges = FixedCharges(connection=D("1.40"), lighting=D("10.00"), interest=D("0.30"))
    return bill_terms(book, supply, MAY, charges=charges)


@pytest.fixture
def price(terms: BillTerms) -> Callable[[str], Bill]:
    """Return a function from kWh to the bill of that month."""

    def priced(kwh: str) -> Bill:
        return price_bill(Consumption(period=terms.period, energy_kwh=D(kwh)), terms)

    return priced
