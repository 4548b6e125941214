"""Made-up homes: the same from the same seed, and nothing about them is out of the world."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.core.home import CookingFuel
from ahorraluz.core.usage.made_up import (
    BLOCK,
    RESPONSES,
    Country,
    Kind,
    MadeUpHomes,
    Pattern,
    Place,
    Response,
    blocks,
    make_homes,
    seasons,
)
from ahorraluz.core.usage.made_up_bills import make_bills
from ahorraluz.core.usage.made_up_faults import (
    FAULTS,
    HOUR_FAULTS,
    READING_FAULTS,
    SOUND,
    Table,
    break_homes,
    broken_bills,
    broken_hours,
    chance_of,
    draw_faults,
)
from ahorraluz.core.usage.made_up_hours import HOUR_BLOCK, Calendar, make_hours, part_of

START = np.datetime64("2026-01-01", "D")
EVENING = tuple(4.0 if 18 <= hour < 22 else 1.0 for hour in range(24))


def place(climate: int, *, rural: float = 0.0) -> Place:
    return Place(
        district=f"99010{climate}",
        department="nowhere",
        distributor="nobody",
        system=None,
        city="nowhere",
        climate=climate,
        cohort="coast",
        weight=1.0,
        rural=rural,
    )


def kind(response: Response, pattern: Pattern, **other: object) -> Kind:
    facts: dict[str, object] = {
        "appliance": f"{response.value}-{pattern.value}",
        "end_use": "other",
        "urban": 1.0,
        "rural": 1.0,
        "count": 1.0,
        "kwh_day": 1.0,
        "power_kw": 0.5,
        "minutes": 30.0,
        "pattern": pattern,
        "hours": EVENING,
        "response": response,
    }
    return Kind(**(facts | other))  # type: ignore[arg-type]


COUNTRY = Country(
    places=(place(0), place(1, rural=1.0)),
    climates=((30.0,) * 6 + (20.0,) * 6, (4.0,) * 12),
    kinds=(
        kind(Response.STEADY, Pattern.USES),
        kind(Response.HEAT, Pattern.USES, urban=0.5, rural=0.5),
        kind(Response.COLD, Pattern.USES),
        kind(Response.WATER, Pattern.USES),
        kind(Response.KEPT_COLD, Pattern.ALWAYS),
        kind(Response.STEADY, Pattern.AT_HOME, count=5.0, kwh_day=0.1),
        kind(Response.STEADY, Pattern.USES, appliance="hob", cooking=CookingFuel.ELECTRICITY),
    ),
    fuels=(
        ((CookingFuel.LPG, 0.5), (CookingFuel.ELECTRICITY, 0.5)),
        ((CookingFuel.FIREWOOD, 1.0),),
    ),
)
HOMES = make_homes(COUNTRY, first=0, count=BLOCK, seed=7)
JANUARY = np.arange(START, START + 31)
CALENDAR = Calendar(days=JANUARY, free=JANUARY == START)


def hours_of(homes: MadeUpHomes) -> NDArray[np.float32]:
    return make_hours(part_of(homes, 0, HOUR_BLOCK), COUNTRY, calendar=CALENDAR, seed=7)


def test_fewer_homes_are_the_first_of_more() -> None:
    few = make_homes(COUNTRY, first=0, count=10, seed=7)

    assert np.array_equal(few.kwh_day, HOMES.kwh_day[:10])
    assert np.array_equal(few.owned, HOMES.owned[:10])
    assert len(few) == 10


def test_other_seeds_and_blocks_are_other_homes() -> None:
    seed = make_homes(COUNTRY, first=0, count=BLOCK, seed=8)
    block = make_homes(COUNTRY, first=BLOCK, count=BLOCK, seed=7)

    assert not np.array_equal(seed.kwh_day, HOMES.kwh_day)
    assert not np.array_equal(block.kwh_day, HOMES.kwh_day)


@given(homes=st.integers(0, 50_000))
def test_blocks_hold_every_home_once(homes: int) -> None:
    found = [number for first, count in blocks(homes) for number in range(first, first + count)]

    assert found == list(range(homes))


def test_homes_are_where_their_places_say() -> None:
    assert np.array_equal(HOMES.rural, HOMES.place == 1)
    assert not (HOMES.rural & HOMES.excluded).any()
    assert 0.4 < HOMES.rural.mean() < 0.6


def test_only_homes_that_cook_with_electricity_own_what_cooks_with_it() -> None:
    electric = HOMES.fuel == list(CookingFuel).index(CookingFuel.ELECTRICITY)

    assert np.array_equal(HOMES.owned[:, -1] > 0, electric)
    assert electric[~HOMES.rural].any()
    assert not electric[HOMES.rural].any()


def test_few_own_what_cools_where_it_is_never_warm() -> None:
    cools = HOMES.owned[:, 1] > 0

    assert cools[HOMES.place == 0].mean() > 4 * cools[HOMES.place == 1].mean()


def test_showers_take_no_more_in_a_year_for_its_seasons() -> None:
    water = seasons(COUNTRY)[RESPONSES.index(Response.WATER)]

    assert water.mean(axis=1) == pytest.approx([1.0, 1.0])
    assert water[0, 0] < water[0, 11]


def test_recibos_follow_each_other_and_last_about_a_month() -> None:
    bills = make_bills(HOMES, COUNTRY, start=START, months=14, seed=7)

    assert np.array_equal(bills.end[:, :-1], bills.start[:, 1:])
    assert (bills.end - bills.start).min() >= 26
    assert (bills.end - bills.start).max() <= 33


def test_recibos_are_whole_kwh_and_none_is_negative() -> None:
    bills = make_bills(HOMES, COUNTRY, start=START, months=3, seed=7)

    assert bills.kwh.min() >= 0
    assert np.array_equal(bills.kwh, np.rint(bills.kwh))


def test_a_home_has_the_same_recibos_in_a_larger_fleet() -> None:
    few = make_homes(COUNTRY, first=0, count=5, seed=7)

    bills = [make_bills(homes, COUNTRY, start=START, months=3, seed=7) for homes in (few, HOMES)]

    assert np.array_equal(bills[0].kwh, bills[1].kwh[:5])
    assert np.array_equal(bills[0].start, bills[1].start[:5])


def test_warm_months_of_who_cools_take_more() -> None:
    cools, warm = HOMES.owned[:, 1] > 0, HOMES.place == 0

    kwh = make_bills(HOMES, COUNTRY, start=START, months=12, seed=7).kwh

    swing = [kwh[warm & who, 1].mean() / kwh[warm & who, 9].mean() for who in (cools, ~cools)]
    assert swing[0] > 1.1 * swing[1]


def test_hours_add_up_to_about_the_recibo() -> None:
    homes = part_of(HOMES, 0, HOUR_BLOCK)
    year = np.arange(START, START + 365)
    calendar = Calendar(days=year, free=np.zeros(365, dtype=np.bool_))

    hours = make_hours(homes, COUNTRY, calendar=calendar, seed=7)
    bills = make_bills(homes, COUNTRY, start=START, months=12, seed=7)

    assert np.nansum(hours) == pytest.approx(bills.kwh.sum(), rel=0.06)


def test_hours_are_whole_watt_hours_and_nobody_draws_more_than_all_at_once() -> None:
    hours = hours_of(HOMES)

    known = hours[~np.isnan(hours)].astype(np.float64)
    assert known.min() >= 0
    assert known.max() < 20
    assert np.abs(known * 1000 - np.rint(known * 1000)).max() < 1e-3


def test_evenings_take_more_where_the_weights_say_so() -> None:
    by_hour = np.nanmean(hours_of(HOMES).reshape(-1, 24), axis=0)

    assert by_hour[18:24].mean() > 1.3 * by_hour[2:8].mean()


def test_a_home_that_is_left_still_keeps_cold() -> None:
    hours = hours_of(HOMES).reshape(HOUR_BLOCK, -1, 24)

    days = np.nansum(hours, axis=2)[~np.isnan(hours).any(axis=2)]
    assert (days > 0).all()


@settings(max_examples=10)
@given(seed=st.integers(0, 2**31 - 1))
def test_the_same_seed_gives_the_same_hours(seed: int) -> None:
    homes = part_of(make_homes(COUNTRY, first=0, count=BLOCK, seed=seed), 0, HOUR_BLOCK)
    week = Calendar(days=JANUARY[:7], free=CALENDAR.free[:7])

    first, second = (make_hours(homes, COUNTRY, calendar=week, seed=seed) for _ in range(2))

    assert np.array_equal(first, second, equal_nan=True)


def test_a_share_of_homes_is_broken_in_every_way() -> None:
    faults = draw_faults("bills", first=0, count=BLOCK, share=0.25, seed=1)

    assert 0.2 < (faults != SOUND).mean() < 0.3
    assert set(faults) == {SOUND, *FAULTS["bills"]}


def test_wrong_words_stand_in_the_columns_of_broken_homes_only() -> None:
    table = {"district": np.array(["150101", "150102"], dtype=object)}

    break_homes(table, np.array([SOUND, "district-in-words"], dtype=object))

    assert table["district"].tolist() == ["150101", "Miraflores"]


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        pytest.param(SOUND, 6, id="sound"),
        pytest.param("gap", 5, id="a recibo is missing"),
        pytest.param("twice", 7, id="a recibo comes twice"),
        pytest.param("no-readings", 3, id="the home has none"),
    ],
)
def test_broken_homes_have_other_rows(fault: str, rows: int) -> None:
    homes = make_homes(COUNTRY, first=0, count=2, seed=7)
    bills = make_bills(homes, COUNTRY, start=START, months=3, seed=7)

    table = broken_bills(bills, np.array([fault, SOUND], dtype=object), first=0, seed=1)

    assert {len(column) for column in table.values()} == {rows}
    assert np.array_equal(table["kwh"][-3:], bills.kwh[1])


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        pytest.param("negative", lambda rows: rows["kwh"].min() < 0, id="negative"),
        pytest.param("not-a-number", lambda rows: np.isinf(rows["kwh"]).any(), id="infinite"),
        pytest.param("without-energy", lambda rows: np.isnan(rows["kwh"]).all(), id="empty"),
        pytest.param("enormous", lambda rows: rows["kwh"].max() > 1e8, id="enormous"),
        pytest.param(
            "backwards", lambda rows: (rows["end"] < rows["start"]).any(), id="ends first"
        ),
        pytest.param(
            "overlap", lambda rows: (rows["end"] - rows["start"]).max() > 40, id="overlaps"
        ),
    ],
)
def test_broken_recibos_are_wrong(fault: str, wrong: Callable[[Table], bool]) -> None:
    homes = make_homes(COUNTRY, first=0, count=1, seed=7)
    bills = make_bills(homes, COUNTRY, start=START, months=3, seed=7)

    table = broken_bills(bills, np.array([fault], dtype=object), first=0, seed=1)

    assert wrong(table)


@pytest.mark.parametrize("fault", [*READING_FAULTS, *HOUR_FAULTS])
def test_broken_hours_differ_from_sound_ones(fault: str) -> None:
    sound = np.ones(48, dtype=np.float32)

    rows = broken_hours(sound, fault, chance=chance_of(3, seed=1))

    same = [row.step_s == 3600 and np.array_equal(row.kwh, sound) for row in rows]
    assert same != [True]
    assert sound.tolist() == [1.0] * 48


@pytest.mark.parametrize("fault", ["gap", "overlap"])
def test_faults_between_recibos_are_never_at_the_end(fault: str) -> None:
    homes = make_homes(COUNTRY, first=0, count=40, seed=7)
    bills = make_bills(homes, COUNTRY, start=START, months=4, seed=7)

    table = broken_bills(bills, np.full(40, fault, dtype=object), first=0, seed=1)

    same_home = np.diff(table["home"]) == 0
    apart = (table["start"][1:] - table["end"][:-1])[same_home]
    assert (apart != 0).sum() == 40
