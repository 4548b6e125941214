"""What a technology would do at a home that has said more: its roof, prices and panels."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from tests.unit.services.renewables.sizing import (
    AS_OF,
    CUSCO,
    RATE,
    billed,
    codes,
    example,
    priced,
    sized,
)

from ahorraluz.core.advice.recommendation import Confidence
from ahorraluz.core.home import Roof, Tenure
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.sun import months_of
from ahorraluz.services.advise import whole_account
from ahorraluz.services.homes import KnownHome
from ahorraluz.services.renewables.ask import Money, Question, answer, site_of
from ahorraluz.services.renewables.hours import hours_table
from ahorraluz.services.renewables.places import sun_of
from ahorraluz.services.renewables.pricing import FlatPrice
from ahorraluz.services.renewables.size_array import Verdict
from ahorraluz.services.renewables.size_kitchen import SizedKitchen
from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit
from ahorraluz.services.toolbox import Toolbox


@pytest.fixture(scope="module")
def arequipa() -> KnownHome:
    return example("arequipa")


def test_the_price_of_a_heater_in_the_file_of_a_home_is_used(
    tools: Toolbox, arequipa: KnownHome
) -> None:
    home = replace(arequipa.home, assumptions={"cost-solar-water-heater": Decimal(1900)}, people=4)
    question = Question(technology="solar-water-heater", home=home, connection=billed(arequipa))

    filed = answer(question, tools=tools, as_of=AS_OF)
    quoted = answer(replace(question, money=Money(quote=Decimal(2100))), tools=tools, as_of=AS_OF)

    assert isinstance(filed, SizedHeater)
    assert isinstance(quoted, SizedHeater)
    assert filed.cost == 1900
    assert filed.cost_source is None
    assert "price-of-another-place" not in codes(filed)
    assert quoted.cost == 2100


@pytest.mark.parametrize("technology", ["solar-water-heater", "rooftop-pv"])
@pytest.mark.parametrize(("tenure", "roof"), [(Tenure.TENANT, Roof.OWN), (Tenure.OWNER, Roof.NONE)])
def test_a_roof_that_is_not_its_own_is_told_and_makes_it_unsure(
    tenure: Tenure, roof: Roof, technology: str, tools: Toolbox, arequipa: KnownHome
) -> None:
    home = replace(arequipa.home, tenure=tenure, roof=roof)

    found = answer(
        Question(technology=technology, home=home, connection=billed(arequipa), people=4),
        tools=tools,
        as_of=AS_OF,
    )

    assert not isinstance(found, SizedKit | SizedKitchen)
    assert "roof-not-own" in codes(found)
    assert found.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        (replace(CUSCO, kwh=0), Verdict.SAVES_NOTHING),
        (CUSCO, Verdict.FITS),
        (Question(place="Cusco", kwh=180), Verdict.FITS),
        (priced(quote=Decimal(1500)), Verdict.PAYS),
        (priced(quote=Decimal(90000)), Verdict.NEVER_PAYS),
    ],
)
def test_a_size_is_called_the_best_only_where_it_pays(
    question: Question, verdict: Verdict, tools: Toolbox
) -> None:
    assert sized(question, tools).verdict is verdict


@pytest.mark.parametrize(
    ("kwp", "money", "told"),
    [
        (0.25, Money(quote_kwp=Decimal(4500)), True),
        (1.0, Money(quote_kwp=Decimal(4500)), False),
        (0.25, Money(quote=Decimal(2000)), False),
    ],
)
def test_a_price_of_each_kwp_is_doubted_for_less_than_one(
    kwp: float, money: Money, told: bool, tools: Toolbox
) -> None:
    found = sized(Question(place="Cusco", kwh=180, kwp=kwp, money=money), tools)

    assert ("small-array-price" in codes(found)) is told


def test_panels_that_are_there_leave_less_for_more(arequipa: KnownHome, tools: Toolbox) -> None:
    home = replace(arequipa.home, panels_kwp=None)
    none, there = (
        sized(Question(home=replace(home, panels_kwp=kwp), kwp=1.0, money=RATE), tools)
        for kwp in (None, 1.5)
    )

    assert none.best.use is not None
    assert there.best.use is not None
    assert there.best.use.used_year.middle < none.best.use.used_year.middle
    assert "panels-there" in codes(there)
    assert "panels-there" not in codes(none)


def test_what_panels_leave_for_more_adds_up_to_the_recibos(arequipa: KnownHome) -> None:
    home = replace(arequipa.home, panels_kwp=1.5)
    _, own = whole_account(home)
    assert own is not None

    left = own.left_for_more

    assert months_of(left.kwh) == pytest.approx(own.at_meter.monthly_kwh, rel=1e-3)
    more = np.minimum(own.made, left.kwh).sum()
    twice = np.minimum(2 * own.made, own.load.kwh) - np.minimum(own.made, own.load.kwh)
    assert more == pytest.approx(twice.sum())


def test_panels_whose_sun_nobody_knows_are_not_guessed_at(
    arequipa: KnownHome, tools: Toolbox
) -> None:
    home = replace(arequipa.home, panels_kwp=1.5, city=None, department=None)

    with pytest.raises(InvalidInputError) as refused:
        answer(Question(home=home, place="Arequipa", kwp=1.0), tools=tools, as_of=AS_OF)

    assert refused.value.issue.code == "panels-place-needed"


def test_a_price_of_inverters_by_size_counts_as_one_for_the_array(
    arequipa: KnownHome, tools: Toolbox
) -> None:
    typed = {**arequipa.home.assumptions, "cost-inverter-kwp": Decimal(600)}
    home = replace(arequipa.home, panels_kwp=None, assumptions=typed)
    money = replace(RATE, quote_kwp=Decimal(4000))

    by_size = sized(Question(home=home, kwp=1.5, money=money), tools)
    quoted = sized(
        Question(home=home, kwp=1.5, money=replace(money, inverter_quote=Decimal(900))), tools
    )

    assert by_size.best.returns == quoted.best.returns
    assert "inverter-cost-unknown" not in codes(by_size)


def test_the_hours_are_those_that_the_yield_is_made_of(tools: Toolbox) -> None:
    question = Question(place="Piura")

    rows = hours_table(site_of(question, tools=tools, as_of=AS_OF)).splitlines()

    assert len(rows) == 8761
    made = sum(float(row.rpartition(",")[2]) for row in rows[1:])
    assert made == pytest.approx(sized(question, tools).yield_year.middle, abs=0.1)


def test_a_flat_price_counts_every_kwh() -> None:
    price = FlatPrice(pen_kwh=Decimal("0.50"))

    import numpy as np

    assert price.cost(np.full(8760, 0.1)) == pytest.approx(Decimal(438))
    assert price.cost(np.full(8760, 0.1), credit_kwh=np.full(12, 1000.0)) == 0


def test_a_coordinate_may_be_written_in_several_ways() -> None:
    spots = {(sun.lat, sun.lon) for sun in map(sun_of, ("-13.5,-72", "-13.5; -72", " -13.5 , -72"))}

    assert spots == {(-13.5, -72.0)}


def test_a_kitchen_is_told_from_the_file_of_its_home(tools: Toolbox) -> None:
    figures = {
        "wood-kg-month": Decimal(200),
        "wood-pen-kg": Decimal("0.50"),
        "cost-improved-stove": Decimal(180),
        "dung-kg-day": Decimal(20),
    }
    home = replace(example("andina-rural").home, assumptions=figures)

    stove = answer(Question(technology="improved-stove", home=home), tools=tools, as_of=AS_OF)
    digester = answer(Question(technology="biodigester", home=home), tools=tools, as_of=AS_OF)
    own = Question(technology="improved-stove", home=home, wood_kg_month=100)

    assert isinstance(stove, SizedKitchen)
    assert stove.saving_month is not None
    assert (stove.saving_month.middle, stove.cost) == (Decimal("55.00"), Decimal(180))
    assert isinstance(digester, SizedKitchen)
    assert digester.most_saving_month == 100
    asked = answer(own, tools=tools, as_of=AS_OF)
    assert isinstance(asked, SizedKitchen)
    assert asked.saving_month is not None
    assert asked.saving_month.middle == Decimal("27.50")
