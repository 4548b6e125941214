"""Will an option with hours cost less, before a meter tells."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.invented import tariff_book
from tests.unit.core.advice.conftest import context_of, home_of, year_of

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.band_shares import load_hour_facts
from ahorraluz.core.advice.context import Otherwise, TermsPair, priced_alone
from ahorraluz.core.advice.hourly import (
    PPM,
    HourlyError,
    OptionProspect,
    in_hundred,
    movable_uses,
    prospect,
)
from ahorraluz.core.advice.pricing import other_terms
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import Appliance, Option, Supply
from ahorraluz.core.periods import months_from
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.core.usage.hour_share import believed, known
from ahorraluz.services.shared_terms import stand_ins
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

D = Decimal
FACTS = load_hour_facts()
BELIEF = believed(FACTS.shares)


def _pairs() -> dict[str, TermsPair]:
    """Return an invented sheet and the one on file, each with its options."""
    year = year_of()
    book = open_toolbox(Settings(data_dir=Path("nowhere"))).book("luz-del-sur")
    supply = Supply(distributor="luz-del-sur", system="lima-sur")
    lima = tuple(
        priced_alone(bill_terms(book, supply, period))
        for period in months_from(next(iter(year)).period.start, months=12)
    )
    real = other_terms(book, lima, stand_ins=stand_ins("luz-del-sur"))
    return {
        "invented BT5F": other_terms(tariff_book(), year)[Otherwise.BT5F],
        "July 2025 BT5F": real[Otherwise.BT5F],
        "July 2025 BT5I": real[Otherwise.BT5I],
    }


PAIRS = _pairs()
SHEETS = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
ENERGIES = st.lists(st.integers(10, 6000), min_size=12, max_size=12)


def kwh_of(tenths: Sequence[int]) -> tuple[Decimal, ...]:
    return tuple(D(energy) / 10 for energy in tenths)


def bills(one: OptionProspect, ppm: int) -> Decimal:
    """Return the year as ``ahorraluz bill`` would compute it, month by month."""
    total = D(0)
    for kwh, terms in zip(one.kwh_by_month, one.pair.then, strict=True):
        peak = (int(kwh * 1000) * ppm + PPM // 2) // PPM / D(1000)
        bands = {**dict.fromkeys(terms.bands, D(0)), Band.PEAK: peak, one.rest: kwh - peak}
        used = Consumption(period=terms.period, energy_kwh=kwh, bands_kwh=bands)
        total += price_bill(used, terms).total
    return total


def bills_now(one: OptionProspect) -> Decimal:
    return sum(
        (
            price_bill(Consumption(period=terms.period, energy_kwh=kwh), terms).total
            for kwh, terms in zip(one.kwh_by_month, one.pair.now, strict=True)
        ),
        D(0),
    )


@SHEETS
@given(tenths=ENERGIES, ppm=st.integers(0, PPM))
@settings(max_examples=15)
def test_a_year_at_a_share_is_twelve_public_bills(
    pair: TermsPair, tenths: list[int], ppm: int
) -> None:
    one = prospect(pair, kwh_of(tenths), BELIEF)

    assert one.total_now == bills_now(one)
    assert one.totals(np.array([ppm], dtype=np.int64))[0] == bills(one, ppm) * 100


@SHEETS
@given(tenths=ENERGIES)
@settings(max_examples=15)
def test_at_the_break_even_share_both_bills_are_equal_and_a_millionth_above_it_they_are_not(
    pair: TermsPair, tenths: list[int]
) -> None:
    one = prospect(pair, kwh_of(tenths), BELIEF)

    share = one.break_even_share

    if share is None:
        assert bills(one, 0) > bills_now(one)
    elif share < 1:
        at = int(share * PPM)
        assert bills(one, at) <= bills_now(one) < bills(one, at + 1)


@SHEETS
@pytest.mark.parametrize("kwh", [20, 100, 140, 141, 450])
def test_the_energy_alone_breaks_even_where_its_prices_do(pair: TermsPair, kwh: int) -> None:
    one = prospect(pair, [D(kwh)] * 12, BELIEF)

    share = one.energy_break_even_share

    assert share is not None
    prices = []
    for terms in (pair.now[0], pair.then[0]):
        bracket = next(b for b in terms.brackets if b.limit_kwh is None or kwh <= b.limit_kwh)
        above = 0 if bracket.blocks[0].limit_kwh is None else kwh - int(bracket.blocks[0].limit_kwh)
        parts = [(bracket.blocks[0], kwh - above)]
        parts += [(bracket.blocks[-1], above)] if above else []
        prices.append(parts)
    now, then = prices
    flat = sum(block.prices[Band.TOTAL] * part for block, part in now)
    peak, rest = (
        sum(block.prices[band] * part for block, part in then) for band in (Band.PEAK, one.rest)
    )
    assert float(share) == pytest.approx(float((flat - rest) / (peak - rest)), abs=1e-6)


def test_the_sheet_of_july_2025_breaks_even_near_29_per_cent_for_the_energy() -> None:
    one = prospect(PAIRS["July 2025 BT5F"], [D(300)] * 12, BELIEF)

    assert one.energy_break_even_share == D("0.290412")
    assert one.break_even_share is not None
    assert one.break_even_share < one.energy_break_even_share


@SHEETS
@given(tenths=ENERGIES, margins=st.tuples(st.integers(-300, 300), st.integers(-300, 300)))
@settings(max_examples=15)
def test_the_chance_falls_as_more_has_to_be_spared(
    pair: TermsPair, tenths: list[int], margins: tuple[int, int]
) -> None:
    one = prospect(pair, kwh_of(tenths), BELIEF)
    less, more = sorted(margins)

    assert one.chance_over(D(more)) <= one.chance_over(D(less))


@given(moved=st.tuples(st.floats(0, 100), st.floats(0, 100)))
def test_the_chance_rises_as_more_leaves_the_peak(moved: tuple[float, float]) -> None:
    one = prospect(PAIRS["July 2025 BT5F"], [D(180)] * 12, BELIEF)
    less, more = sorted(moved)

    assert one.chance <= one.chance_if_moved(less) <= one.chance_if_moved(more)


def test_moving_what_it_takes_to_be_sure_makes_it_as_sure() -> None:
    one = prospect(PAIRS["July 2025 BT5F"], [D(180)] * 12, BELIEF)

    sure = one.to_move(0.9)

    assert sure is not None
    assert one.chance_if_moved(sure) == pytest.approx(0.9, abs=1e-6)


def test_the_range_is_that_of_the_share_and_holds_what_is_expected() -> None:
    one = prospect(PAIRS["July 2025 BT5F"], [D(180)] * 12, BELIEF)

    low, high = one.range

    assert low == one.saving_at(BELIEF.quantile(0.9))
    assert high == one.saving_at(BELIEF.quantile(0.1))
    assert low < one.expected < high


def test_a_share_that_is_known_leaves_little_doubt() -> None:
    pair = PAIRS["July 2025 BT5F"]

    early = prospect(pair, [D(180)] * 12, known(0.1, FACTS.shares))
    late = prospect(pair, [D(180)] * 12, known(0.5, FACTS.shares))

    assert in_hundred(early.chance) == 99
    assert in_hundred(late.chance) == 1


def test_a_home_that_uses_nothing_never_saves() -> None:
    for pair in PAIRS.values():
        one = prospect(pair, [D(0)] * 12, BELIEF)

        assert one.break_even_share is None
        assert one.energy_break_even_share is None
        assert one.chance == one.chance_if_moved(10) == 0
        assert one.to_move() is None
        assert one.expected == one.range[0] == one.range[1] < 0


def test_hours_nobody_tells_are_priced_in_the_dearest_band() -> None:
    one = prospect(PAIRS["July 2025 BT5I"], [D(180)] * 12, BELIEF)

    assert one.option is Option.BT5I
    assert one.rest is Band.MEDIUM
    assert one.hours_unknown
    assert one.shares() == {
        Band.PEAK: D(round(BELIEF.mean * PPM)) / PPM,
        Band.BASE: D(0),
    }


def test_a_sheet_whose_peak_is_not_the_dearest_is_refused() -> None:
    pair = PAIRS["July 2025 BT5F"]
    turned = tuple(
        replace(
            terms,
            brackets=tuple(
                replace(
                    bracket,
                    blocks=tuple(
                        replace(
                            block,
                            prices={
                                Band.PEAK: block.prices[Band.OFF_PEAK],
                                Band.OFF_PEAK: block.prices[Band.PEAK],
                            },
                        )
                        for block in bracket.blocks
                    ),
                )
                for bracket in terms.brackets
            ),
        )
        for terms in pair.then
    )

    with pytest.raises(HourlyError, match="hourly-peak-not-dearer"):
        prospect(TermsPair(now=pair.now, then=turned), [D(180)] * 12, BELIEF)


def test_only_what_can_move_is_said_to_move() -> None:
    stays = ("refrigeradora-mediana", "foco-led-10", "ducha-electrica", "hornilla-electrica")
    moves = ("lavadora", "terma-electrica", "electrobomba-05hp", "moto-electrica")
    home = home_of(*([300] * 12), appliances=tuple(Appliance(id=name) for name in (*stays, *moves)))
    account = context_of(home).account

    found = movable_uses(account, load_appliances(), answers={}, facts=FACTS)

    assert {use.id for use in found} == set(moves)
    assert [use.peak_kwh_month for use in found] == sorted(
        (use.peak_kwh_month for use in found), reverse=True
    )
    assert all(0 < use.peak_kwh_month <= use.kwh_month for use in found)
