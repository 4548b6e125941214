"""A fair split of a meter that feeds several homes."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.core.home import Home
from ahorraluz.core.usage.sharing import MeterShareError, home_share, meter_weights, split_meter

MakeHome = Callable[..., Home]
Ints = NDArray[np.int64]


def over_140(energy_wh: Ints) -> Ints:
    """Invented tariff: S/ 5, 60 céntimos a kWh, S/ 9.78 more above 140 kWh."""
    return 500 + energy_wh * 60 // 1000 + 978 * (energy_wh > 140_000)


def test_a_meter_of_ones_own_is_all_ones_own(home: MakeHome) -> None:
    assert home_share(home(100)) == 1


@pytest.mark.parametrize(
    ("stated", "share"),
    [
        pytest.param({"homes_on_meter": 4}, Decimal("0.25"), id="equal parts"),
        pytest.param(
            {"homes_on_meter": 3, "people": 2, "people_on_meter": 8},
            Decimal("0.25"),
            id="by people",
        ),
        pytest.param(
            {
                "homes_on_meter": 3,
                "people": 2,
                "people_on_meter": 8,
                "share_of_meter": Decimal("0.4"),
            },
            Decimal("0.4"),
            id="as stated",
        ),
    ],
)
def test_the_share_is_stated_or_by_people_or_equal(
    stated: dict[str, object], share: Decimal, home: MakeHome
) -> None:
    assert home_share(home(100, **stated)) == share


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"homes_on_meter": 0}, id="no home"),
        pytest.param({"homes_on_meter": 2, "share_of_meter": Decimal("1.2")}, id="above all"),
        pytest.param({"homes_on_meter": 2, "share_of_meter": Decimal(0)}, id="nothing"),
        pytest.param(
            {"homes_on_meter": 2, "people": 5, "people_on_meter": 3}, id="fewer than at home"
        ),
    ],
)
def test_a_share_that_cannot_be_is_refused(stated: dict[str, object], home: MakeHome) -> None:
    with pytest.raises(MeterShareError) as refused:
        home_share(home(100, **stated))

    assert refused.value.issue.code == "meter-share-impossible"


def test_homes_besides_this_one_share_equally(home: MakeHome) -> None:
    weights = meter_weights(home(100, homes_on_meter=3, share_of_meter=Decimal("0.5")))

    assert weights == {
        "this-home": Decimal("0.5"),
        "home-2": Decimal("0.25"),
        "home-3": Decimal("0.25"),
    }


@given(
    weights=st.lists(st.decimals("0.01", 10, places=2), min_size=1, max_size=8),
    kwh=st.decimals(0, 3000, places=3),
)
def test_energy_and_soles_add_up_exactly(weights: list[Decimal], kwh: Decimal) -> None:
    total = Decimal(int(over_140(np.array([int(kwh * 1000)]))[0])) / 100
    named = {f"home-{place}": weight for place, weight in enumerate(weights)}

    parts = split_meter(named, kwh=kwh, total_pen=total, cost=over_140)

    assert sum(part.kwh for part in parts) == kwh
    assert sum(part.total_pen for part in parts) == total
    assert all(part.total_pen >= 0 for part in parts)


def test_being_connected_is_split_equally_and_energy_by_use() -> None:
    weights = {"a": Decimal("0.75"), "b": Decimal("0.25")}

    parts = split_meter(weights, kwh=Decimal(100), total_pen=Decimal("65.00"), cost=over_140)

    assert [part.kwh for part in parts] == [Decimal(75), Decimal(25)]
    assert [part.connected_pen for part in parts] == [Decimal("2.50"), Decimal("2.50")]
    assert [part.energy_pen for part in parts] == [Decimal("45.00"), Decimal("15.00")]


def test_each_home_sees_what_the_meter_would_save_without_it() -> None:
    # Together they pass 140 kWh; without either the meter stays under the cliff.
    weights = {"a": Decimal("0.5"), "b": Decimal("0.5")}
    total = Decimal(500 + 200 * 60 + 978) / 100

    parts = split_meter(weights, kwh=Decimal(200), total_pen=total, cost=over_140)

    assert parts[0].avoided_pen == Decimal("69.78")
    assert parts[0].avoided_pen > parts[0].energy_pen


def test_nothing_used_is_paid_in_equal_parts() -> None:
    weights = {"a": Decimal("0.9"), "b": Decimal("0.1")}

    parts = split_meter(weights, kwh=Decimal(0), total_pen=Decimal("5.01"), cost=over_140)

    assert sorted(part.total_pen for part in parts) == [Decimal("2.50"), Decimal("2.51")]


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param({}, id="no home"),
        pytest.param({"a": Decimal(0)}, id="all nothing"),
        pytest.param({"a": Decimal(1), "b": Decimal(-1)}, id="below zero"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: dict[str, Decimal]) -> None:
    with pytest.raises(MeterShareError):
        split_meter(weights, kwh=Decimal(1), total_pen=Decimal(1), cost=over_140)
