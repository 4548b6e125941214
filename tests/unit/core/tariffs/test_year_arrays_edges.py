"""Compiled months at their edges: brackets, blocks, homes, and lines that have no price."""

from dataclasses import replace

import numpy as np
import pytest
from tests.invented import MAY, D, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import FixedCharges, Option, Supply
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.arrays import Cents, price_bills
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import Block, Bracket
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.core.tariffs.year_arrays import UNPRICED, YearArrays

SUPPLY = Supply(distributor="light", system="here")
CHARGES = FixedCharges(
    connection=D("1.37"),
    lighting=D("9.99"),
    interest=D("0.33"),
    late_interest=D("0.12"),
    previous_rounding=D("0.04"),
    other_taxed=D("2.25"),
    other_untaxed=D("5.01"),
)
TERMS = replace(
    bill_terms(tariff_book(), SUPPLY, MAY, charges=CHARGES), igv_rounding=IgvRounding.SUBTOTAL
)
BY_LINE = replace(TERMS, igv_rounding=IgvRounding.PER_LINE)
EDGES = (0, 1, 29_999, 30_000, 30_001, 90_001, 139_999, 140_000, 140_001, 420_001, 700_003)


def table(months: int) -> Cents:
    return np.tile(np.asarray(EDGES, dtype=np.int64), (months, 1))


def hold(*year: BillTerms) -> None:
    """Hold compiled months against the bills they stand for."""
    found = YearArrays.of(year).totals(table(len(year)))

    for terms, row in zip(year, found, strict=True):
        assert row.tolist() == price_bills(np.asarray(EDGES, dtype=np.int64), terms).total.tolist()


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"igv_rounding": IgvRounding.PER_LINE},
        {"total_rounding": TotalRounding.EXACT},
        {"total_rounding": TotalRounding.DOWN_50},
        {"levy": None},
        {"levy": D("0.0123")},
        {"igv_rate": D(0)},
        {"supply": replace(SUPPLY, collective_homes=3)},
        {"charges": FixedCharges()},
        {"charges": replace(CHARGES, other_taxed=D("-25.37"))},
        {"charges": replace(CHARGES, other_untaxed=D("-7.07"), previous_rounding=D("-0.03"))},
        {"brackets": TERMS.brackets[-1:]},
    ],
    ids=lambda change: " ".join(f"{value}"[:24] for value in change.values()) or "plain",
)
def test_a_month_is_its_bills(change: dict[str, object]) -> None:
    hold(replace(TERMS, **change))  # type: ignore[arg-type]


def test_months_of_another_kind_stand_beside_each_other() -> None:
    hold(TERMS, BY_LINE)
    hold(BY_LINE, replace(BY_LINE, brackets=TERMS.brackets[-1:]), BY_LINE)
    hold(
        TERMS,
        replace(TERMS, igv_rate=D("0.10"), levy=D("0.02"), total_rounding=TotalRounding.EXACT),
        replace(TERMS, charges=FixedCharges(), brackets=TERMS.brackets[-1:]),
    )
    hold(TERMS, replace(BY_LINE, charges=replace(CHARGES, other_taxed=D("-25.37"))))


def test_blocks_beyond_their_bracket_are_never_reached() -> None:
    small, middle, above = TERMS.brackets
    long_block = Block(limit_kwh=D(50), prices={Band.TOTAL: D("0.4")})
    rest = Block(limit_kwh=None, prices={Band.TOTAL: D("0.9")})

    hold(replace(TERMS, brackets=(replace(small, blocks=(long_block, rest)), middle, above)))
    ended = replace(middle, blocks=(middle.blocks[0], replace(rest, limit_kwh=D(140))))
    hold(replace(TERMS, brackets=(small, ended, above)))


def test_three_blocks_in_one_bracket() -> None:
    blocks = tuple(
        Block(limit_kwh=limit, prices={Band.TOTAL: D(price)})
        for limit, price in ((D(30), "0.40"), (D(100), "0.55"), (None, "0.7123"))
    )

    hold(replace(TERMS, brackets=(Bracket(limit_kwh=None, fixed=D("2.35"), blocks=blocks),)))


@pytest.mark.parametrize(
    ("place", "unknown"), [(2, range(140_001, 10**6)), (0, range(30_001))], ids=["last", "first"]
)
def test_a_bracket_without_prices_is_told_apart(place: int, unknown: range) -> None:
    brackets = [
        replace(bracket, blocks=() if number == place else bracket.blocks)
        for number, bracket in enumerate(TERMS.brackets)
    ]

    found = YearArrays.of([replace(TERMS, brackets=tuple(brackets)), TERMS]).totals(table(2))

    fine = YearArrays.of([TERMS]).totals(table(1))[0].tolist()
    assert found[1].tolist() == fine
    assert found[0].tolist() == [
        UNPRICED if energy in unknown else total for energy, total in zip(EDGES, fine, strict=True)
    ]


def test_hours_have_no_price_in_one_register() -> None:
    hourly = bill_terms(tariff_book(), replace(SUPPLY, option=Option.BT5F), MAY)

    found = YearArrays.of([hourly]).totals(table(1))

    assert set(found[0].tolist()) == {UNPRICED}


@pytest.mark.parametrize("terms", [TERMS, BY_LINE], ids=["at once", "by line"])
@pytest.mark.parametrize(
    ("before", "after"),
    [(200_000, 100_000), (141_000, 140_000), (100_000, 20_000), (60_000, 60_000), (90_500, 31_001)],
)
def test_what_falls_line_by_line(terms: BillTerms, before: int, after: int) -> None:
    both = price_bills(np.asarray([before, after], dtype=np.int64), terms)

    fallen = YearArrays.of([terms]).fallen(np.array([before]), np.array([after]))

    def fell(code: LineCode) -> int:
        return int(both.lines[code][0] - both.lines[code][1])

    assert fallen["fixed"].tolist() == [fell(LineCode.FIXED)]
    assert fallen["igv"].tolist() == [fell(LineCode.IGV)]
    assert fallen["levy"].tolist() == [fell(LineCode.RURAL_ELECTRIFICATION)]
    assert fallen["rounding"].tolist() == [fell(LineCode.ROUNDING)]
    assert int(fallen["energy"][0] + fallen["bracket"][0]) == fell(LineCode.ENERGY)
    assert set(fallen) == {"energy", "bracket", "fixed", "igv", "levy", "rounding"}


def test_a_lost_bracket_is_told_apart_from_the_energy() -> None:
    # 200 kWh at 0.615; the 100 that are left would be 61.50 at that price and are 54.00.
    fallen = YearArrays.of([TERMS]).fallen(np.array([200_000]), np.array([100_000]))

    assert (fallen["energy"].tolist(), fallen["bracket"].tolist()) == ([6150], [750])


def test_the_lines_of_a_month_lie_between_their_limits() -> None:
    year = YearArrays.of([TERMS, replace(TERMS, brackets=TERMS.brackets[-1:])])

    assert year.limits[0].tolist() == [30_000, 140_000]
    assert min(year.limits[1]) > 10**18
    assert year.fixed.tolist() == [[200, 200, 205], [205, 205, 205]]
    assert year.prices.tolist() == [[4000, 6000, 6150], [6150, 6150, 6150]]
    # A kWh of the second block costs 0.20 more, and 30 of them are paid at the first price.
    assert year.starts.tolist() == [[0, -60_000_000, 0], [0, 0, 0]]
    assert year.known.tolist() == [[True] * 3] * 2
    assert year.same.tolist() == [[1394], [1394]]
    assert year.same_tax.tolist() == [[252], [252]]
    assert year.rate.tolist() == [[180_000]] * 2
    assert (year.levy.tolist(), year.untaxed.tolist()) == ([[100]] * 2, [[513]] * 2)
    assert (year.carried.tolist(), year.step.tolist()) == ([[4]] * 2, [[10]] * 2)
    assert year.per_line.tolist() == [[False]] * 2
    assert {array.dtype for array in (year.limits, year.starts, year.prices, year.fixed)} == {
        np.dtype(np.int64)
    }
