"""Survey and meter together: one answer that adds up, and a word where they disagree."""

from collections.abc import Callable

import pytest
from tests.synthetic_home import Habits, SyntheticHome, synthetic_home

from ahorraluz.core.home import Appliance, Home
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.appliances import BASES
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    ClimateFacts,
    EndUseId,
    OwnershipFacts,
    UsageAssumptions,
)
from ahorraluz.core.usage.merged_account import merge_account
from ahorraluz.core.usage.metered_uses import metered_uses

Catalogue = dict[str, ApplianceFacts]
Merge = Callable[[Home, DayGrid], UsageAccount]
MONTH = 30.4375


@pytest.fixture
def merge(
    catalogue: Catalogue,
    ownership: list[OwnershipFacts],
    assumptions: UsageAssumptions,
    lima: ClimateFacts,
) -> Merge:
    def build(home: Home, grid: DayGrid) -> UsageAccount:
        account = account_for_usage(
            home,
            appliances=catalogue,
            ownership=ownership,
            climate=lima,
            assumptions=assumptions,
        )
        metered = metered_uses(grid, base_load_w=None, appliances=catalogue)
        return merge_account(home, account, metered, appliances=catalogue)

    return build


@pytest.fixture(scope="module")
def measured() -> SyntheticHome:
    return synthetic_home(days=60, interval_s=60)


def listed(*ids: str) -> tuple[Appliance, ...]:
    return tuple(Appliance(id=name) for name in ids)


def codes(account: UsageAccount) -> list[str]:
    return [issue.code for issue in account.issues]


@pytest.mark.parametrize(
    "appliances",
    [
        pytest.param((), id="no list"),
        pytest.param(listed("ducha-electrica", "refrigeradora-mediana", "tv-generico"), id="list"),
    ],
)
@pytest.mark.parametrize("interval_s", [60, 3_600])
def test_middles_add_up_to_the_measured_month(
    appliances: tuple[Appliance, ...], interval_s: int, home: Callable[..., Home], merge: Merge
) -> None:
    grid = synthetic_home(days=60, interval_s=interval_s).grid

    account = merge(home(180, 190, 170, appliances=appliances), grid)

    assert account.total_kwh_month == pytest.approx(grid.power_kw.mean() * 24 * MONTH, rel=1e-3)
    assert sum(use.estimate.middle for use in account.uses) == pytest.approx(
        account.total_kwh_month
    )
    assert sum(account.monthly_kwh) == pytest.approx(12 * account.total_kwh_month)
    for use in account.uses:
        assert sum(use.monthly_kwh) == pytest.approx(12 * use.estimate.middle, abs=1e-6)


def test_the_meter_corrects_what_was_told_of_the_shower(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    told = (Appliance(id="ducha-electrica", power_w=4000, minutes_shower=30, showers_day=3),)
    truth = measured.shower_kwh / 60 * MONTH

    account = merge(home(300, 310, 290, appliances=told), measured.grid)

    hot = account.use(EndUseId.WATER_HEATING)
    assert hot is not None
    assert hot.estimate.middle == pytest.approx(truth, rel=0.25)
    assert "meter-against-survey" in codes(account)


def test_a_listed_shower_that_never_ran_is_named_and_takes_nothing(
    home: Callable[..., Home], merge: Merge
) -> None:
    grid = synthetic_home(Habits(shower_w=0), days=60, interval_s=60).grid

    account = merge(home(180, appliances=listed("ducha-electrica", "refrigeradora-mediana")), grid)

    assert "listed-not-seen" in codes(account)
    assert account.appliance("ducha-electrica") is None


def test_hours_cannot_say_that_a_shower_never_ran(home: Callable[..., Home], merge: Merge) -> None:
    grid = synthetic_home(Habits(shower_w=0), days=60).grid

    account = merge(home(180, appliances=listed("ducha-electrica", "refrigeradora-mediana")), grid)

    assert "listed-not-seen" not in codes(account)
    assert account.appliance("ducha-electrica") is not None


def test_a_shower_that_was_not_listed_is_named_and_counted(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    account = merge(home(180, appliances=listed("refrigeradora-mediana", "radio")), measured.grid)

    assert "seen-not-listed" in codes(account)
    shower = account.appliance("ducha-electrica")
    assert shower is not None
    assert shower.estimate.middle == pytest.approx(measured.shower_kwh / 60 * MONTH, rel=0.2)


def test_a_home_without_a_list_is_not_asked_about_its_list(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    account = merge(home(180), measured.grid)

    assert {"listed-not-seen", "seen-not-listed"} & set(codes(account)) == set()


def test_a_shared_meter_gives_its_total_alone(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    account = merge(home(180, homes_on_meter=2), measured.grid)

    assert "metered-uses-shared" in codes(account)
    assert account.use(EndUseId.OTHER_HOMES) is not None


def test_the_range_of_hot_water_gets_narrower_with_the_meter(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    with_hours = merge(home(180), synthetic_home(days=60).grid).use(EndUseId.WATER_HEATING)
    with_minutes = merge(home(180), measured.grid).use(EndUseId.WATER_HEATING)

    assert with_hours is not None
    assert with_minutes is not None
    width = with_minutes.estimate.high - with_minutes.estimate.low
    assert width < with_hours.estimate.high - with_hours.estimate.low


def test_every_basis_can_be_ranked(
    measured: SyntheticHome, home: Callable[..., Home], merge: Merge
) -> None:
    account = merge(home(180), measured.grid)

    appliances = [item for use in account.uses for item in use.appliances]
    assert {item.estimate.basis for item in appliances} <= set(BASES)
