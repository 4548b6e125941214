"""What a model is told of a home is what its household said, and nothing else."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from ahorraluz.core.home import Appliance, Home, MonthlyUse, Option, Supply
from ahorraluz.core.periods import Period
from ahorraluz.services.connection import Connection
from ahorraluz.services.home_facts import facts_of, recibo_kwh_day, recibos_of

SUPPLY = Supply(distributor="luz-del-sur", option=Option.BT5B)
MONTH = MonthlyUse(period=Period(start=date(2026, 8, 1), end=date(2026, 9, 1)), kwh=Decimal(150))


def home(*appliances: str, people: int | None = None) -> Home:
    return Home(
        supply=SUPPLY,
        history=(MONTH,),
        people=people,
        appliances=tuple(Appliance(id=name) for name in appliances),
    )


def test_of_a_home_that_said_nothing_nothing_is_known() -> None:
    assert np.isnan(facts_of(home(), None)).all()
    assert np.isnan(facts_of(None, None)).all()


def test_people_and_hours_with_prices_are_known_where_said() -> None:
    hourly = Connection(supply=Supply(distributor="luz-del-sur", option=Option.BT5F))

    people, plain, water = facts_of(home(people=5), Connection(supply=SUPPLY))

    assert (people, plain) == (5.0, 0.0)
    assert np.isnan(water)
    assert facts_of(None, hourly)[1] == 1.0


@pytest.mark.parametrize(
    ("appliances", "electric"),
    [
        (("ducha-electrica", "tv-led-32-43"), 1.0),
        (("tv-led-32-43",), 0.0),
        (("terma-solar-respaldo",), 0.0),
    ],
)
def test_water_is_heated_with_electricity_where_a_heater_is_listed(
    appliances: tuple[str, ...], electric: float
) -> None:
    assert facts_of(home(*appliances), None)[2] == electric


def test_the_newest_recibo_known_by_a_day_tells_the_mean_day() -> None:
    july = MonthlyUse(period=Period(start=date(2026, 7, 1), end=date(2026, 8, 1)), kwh=Decimal(93))
    recibos = (july, MONTH)

    assert recibo_kwh_day(recibos, as_of=date(2026, 9, 1)) == pytest.approx(150 / 31)
    assert recibo_kwh_day(recibos, as_of=date(2026, 8, 31)) == 3.0
    assert recibo_kwh_day(recibos, as_of=date(2026, 7, 31)) is None


def test_a_recibo_of_another_season_says_nothing_beside_readings() -> None:
    later = date(2027, 1, 15)

    assert recibo_kwh_day((MONTH,), as_of=later) is not None
    assert recibo_kwh_day((MONTH,), as_of=later, recent=True) is None


def test_recibos_are_those_of_the_home_by_their_end() -> None:
    july = MonthlyUse(period=Period(start=date(2026, 7, 1), end=date(2026, 8, 1)), kwh=Decimal(93))

    assert recibos_of(Home(supply=SUPPLY, history=(MONTH, july)), None) == (july, MONTH)
    assert recibos_of(None, Connection(supply=SUPPLY)) == ()
