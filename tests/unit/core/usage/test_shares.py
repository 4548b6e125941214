"""What each use of a bill costs: fair, and exact to the céntimo."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.core.usage.shares import SharesError, shapley_values, share_bill

Ints = NDArray[np.int64]

CONNECTED = 500
ENERGIES = st.lists(st.integers(0, 200_000), min_size=1, max_size=6)


def stepped(energy_wh: Ints) -> Ints:
    """Invented tariff: S/ 5, 50 and then 80 céntimos a kWh above 100, S/ 9.78 above 140."""
    low = np.minimum(energy_wh, 100_000) * 50
    high = np.maximum(energy_wh - 100_000, 0) * 80
    bills: Ints = CONNECTED + (low + high) // 1000 + 978 * (energy_wh > 140_000)
    return bills


def linear(energy_wh: Ints) -> Ints:
    """Invented tariff: one céntimo a watt-hour, nothing else."""
    result: Ints = energy_wh * 1
    return result


@given(energies=ENERGIES)
def test_shares_add_up_to_what_the_bill_grows_by(energies: list[int]) -> None:
    whole = np.array([sum(energies), 0])

    shares = shapley_values(energies, cost=stepped)

    assert sum(shares) == int(stepped(whole)[0] - stepped(whole)[1])


@given(energies=ENERGIES, energy=st.integers(0, 200_000))
def test_equal_uses_have_equal_shares(energies: list[int], energy: int) -> None:
    shares = shapley_values([energy, *energies[:4], energy], cost=stepped)

    assert shares[0] == shares[-1]


@given(energies=ENERGIES)
def test_a_use_of_nothing_costs_nothing(energies: list[int]) -> None:
    assert shapley_values([*energies, 0], cost=stepped)[-1] == 0


@given(energies=ENERGIES)
def test_where_the_price_is_one_the_share_is_the_energy(energies: list[int]) -> None:
    assert shapley_values(energies, cost=linear) == tuple(map(Fraction, energies))


@given(energies=ENERGIES)
def test_a_larger_use_never_pays_less(energies: list[int]) -> None:
    shares = shapley_values(energies, cost=stepped)

    by_energy = [share for _, share in sorted(zip(energies, shares, strict=True))]
    assert by_energy == sorted(by_energy)


def test_shares_are_the_mean_over_every_order() -> None:
    # By hand: 90 kWh first and 60 second, or the other way round.
    shares = shapley_values([90_000, 60_000], cost=stepped)

    alone = [int(stepped(np.array([wh]))[0]) - CONNECTED for wh in (90_000, 60_000)]
    both = int(stepped(np.array([150_000]))[0]) - CONNECTED
    assert shares[0] == Fraction(alone[0] + both - alone[1], 2)
    assert shares[1] == Fraction(alone[1] + both - alone[0], 2)


USES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 300), min_size=1, max_size=8)


@given(uses=USES, kwh=st.decimals(0, 2000, places=3))
def test_the_parts_of_a_bill_are_the_bill(uses: dict[str, float], kwh: Decimal) -> None:
    shared = share_bill(uses, kwh=kwh, cost=stepped)

    parts = sum((use.share_pen for use in shared.uses), shared.connected_pen)
    assert parts == shared.total_pen
    assert sum(use.kwh for use in shared.uses) == kwh
    bill = int(stepped(np.array([int(kwh * 1000)]))[0])
    assert shared.total_pen == Decimal(bill) / 100
    assert shared.connected_pen == Decimal("5.00")
    assert all(use.avoided_pen >= 0 for use in shared.uses)


def test_each_of_two_uses_over_a_cliff_would_save_the_jump_alone() -> None:
    shared = share_bill({"shower": 75.0, "rest": 75.0}, kwh=Decimal(150), cost=stepped)

    shower = shared.uses[0]
    assert shower.avoided_pen > shower.share_pen
    assert [use.id for use in shared.uses] == ["shower", "rest"]
    assert sum(use.avoided_pen for use in shared.uses) > shared.total_pen - shared.connected_pen


def test_twelve_uses_are_shared_exactly() -> None:
    uses = {f"use-{number}": 10.0 + number for number in range(12)}

    shared = share_bill(uses, kwh=Decimal("186.000"), cost=stepped)

    assert sum((use.share_pen for use in shared.uses), shared.connected_pen) == shared.total_pen


@pytest.mark.parametrize(
    ("uses", "code"),
    [
        pytest.param({}, "uses-out-of-range", id="no use"),
        pytest.param(dict.fromkeys("abcdefghijklm", 1.0), "uses-out-of-range", id="thirteen"),
        pytest.param({"a": -1.0}, "use-kwh-negative", id="less than nothing"),
    ],
)
def test_uses_that_cannot_be_are_refused(uses: dict[str, float], code: str) -> None:
    with pytest.raises(SharesError) as refused:
        share_bill(uses, kwh=Decimal(10), cost=stepped)

    assert refused.value.issue.code == code
