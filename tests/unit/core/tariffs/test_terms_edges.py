"""What terms say of themselves, at their edges."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.invented import ACT, MAY, D, bt5b, figures, history, tariff_book
from tests.unit.core.tariffs.test_terms_told import (
    BOOK,
    MAY_SHEET,
    SUPPLY,
    over_of,
    recibo,
    runs,
    terms_of,
)

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Dated, Grade, History, Source
from ahorraluz.core.home import FixedCharges, Fose, Option
from ahorraluz.core.issues import Issue
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.schedule import (
    Bracket,
    Origin,
)
from ahorraluz.core.tariffs.terms import (
    PricedDays,
    bill_terms,
    priced_alike,
    priced_days,
    weighted_brackets,
)


def test_prices_grow_less_sure_with_the_root_of_the_months() -> None:
    # 3 % a month; the root of 122 days / 30.4375 = 4.0082 months.
    away = Period(MAY_SHEET.start + timedelta(days=122), MAY_SHEET.start + timedelta(days=150))
    terms = terms_of(away)

    assert terms.spread.quantize(D("0.000001")) == D("0.060062")
    (issue,) = [i for i in terms.issues if i.code == "price-assumed"]
    assert issue.parameters["spread_percent"] == D("6.0")


def test_within_a_month_prices_are_as_unsure_as_after_one() -> None:
    assert terms_of(Period(date(2026, 4, 20), date(2026, 4, 30))).spread == D("0.03")


def test_only_the_days_that_are_not_known_are_unsure() -> None:
    # Ten days under the sheet, thirty that follow.
    terms = terms_of(Period(date(2026, 5, 25), date(2026, 7, 4)))

    assert runs(terms) == [("2026-05-25", 10, "sheet"), ("2026-06-04", 30, "assumed")]
    # The root of 31 days / 30.4375, times 3 %, times 30 days of 40.
    assert terms.spread.quantize(D("0.0000001")) == D("0.0227070")


def test_prices_of_another_system_are_unsure_by_their_distance_too() -> None:
    elsewhere = history("assumption.price-spread-elsewhere", ("2015-01-01", "0.04"))
    moved = NationalFigures({**figures().histories, elsewhere.name: elsewhere})
    book = replace(BOOK, figures=moved)
    period = Period(date(2026, 4, 20), date(2026, 4, 30))

    # 3 % and 4 % are 5 %.
    assert terms_of(period, book=book, supply=replace(SUPPLY, system="there")).spread == D("0.05")
    assert terms_of(period, book=book).spread == D("0.03")


def test_a_figure_of_drift_that_nobody_has_makes_nothing_unsure() -> None:
    histories = {
        name: value
        for name, value in figures().histories.items()
        if name != "assumption.price-drift-month"
    }
    book = replace(BOOK, figures=NationalFigures(histories))

    assert terms_of(Period(date(2026, 7, 4), date(2026, 7, 14)), book=book).spread == 0


def test_a_levy_of_a_uit_that_is_only_announced_is_told() -> None:
    terms = terms_of(Period(date(2027, 1, 5), date(2027, 2, 4)))

    assert terms.levy == D("0.0104")
    assert Issue(code="figure-unconfirmed", parameters={"figure": "UIT 2027"}) in terms.issues


def test_a_levy_of_a_uit_that_is_ours_is_told() -> None:
    ours = replace(ACT, grade=Grade.INFERENCE)
    uit = History.of("uit", [Dated(start=date(2026, 1, 1), value=D(5000), source=ours)])
    book = replace(BOOK, figures=NationalFigures({**figures().histories, "uit": uit}))

    assert terms_of(book=book).issues == (
        Issue(code="figure-unconfirmed", parameters={"figure": "UIT 2026"}),
    )


def test_a_levy_nobody_has_published_is_told_with_its_year() -> None:
    old = replace(BOOK, schedules=(replace(MAY_SHEET, start=date(2025, 5, 4)),))

    terms = terms_of(Period(date(2025, 5, 5), date(2025, 6, 3)), book=old)

    assert terms.levy is None
    assert Issue(code="levy-unknown", parameters={"year": 2025}) in terms.issues


def test_a_recibo_prices_all_its_days_where_a_sheet_is_lacking_for_some() -> None:
    # The sheet is sure to 3 June; the recibo runs to 19 June.
    receipt = recibo("2026-05-20", "2026-06-19")

    terms = terms_of(Period(date(2026, 5, 20), date(2026, 6, 19)), receipt=receipt)

    assert runs(terms) == [("2026-05-20", 30, "receipt")]
    assert (over_of(terms), terms.spread, terms.issues) == ("0.7000", D(0), ())


def test_sheets_come_first_where_they_cover_every_day() -> None:
    receipt = recibo("2026-05-05", "2026-06-03")

    assert runs(terms_of(receipt=receipt)) == [("2026-05-05", 29, "sheet")]


def test_a_recibo_is_carried_to_the_days_after_it() -> None:
    receipt = recibo("2026-06-04", "2026-07-04")
    terms = terms_of(Period(date(2026, 9, 4), date(2026, 10, 4)), receipt=receipt)

    assert runs(terms) == [("2026-09-04", 30, "receipt")]
    # 62 days after its end: the root of 2.037 months, times 3 %.
    assert terms.spread.quantize(D("0.0000001")) == D("0.0428166")
    assert terms.issues == (
        Issue(
            code="price-carried", parameters={"day": date(2026, 9, 4), "spread_percent": D("4.3")}
        ),
    )


def test_a_recibo_gives_way_to_a_sheet_that_is_newer_than_its_first_day() -> None:
    period = Period(date(2026, 9, 10), date(2026, 9, 20))
    older, same_day = recibo("2026-05-03", "2026-06-03"), recibo("2026-05-04", "2026-06-04")
    nowhere = replace(BOOK, schedules=())

    assert runs(terms_of(period, receipt=older)) == [("2026-09-10", 10, "assumed")]
    assert runs(terms_of(period, receipt=same_day)) == [("2026-09-10", 10, "receipt")]
    assert runs(terms_of(period, book=nowhere, receipt=older)) == [("2026-09-10", 10, "receipt")]


def test_a_recibo_does_not_give_way_to_a_neighbour_or_to_a_sheet_to_come() -> None:
    neighbour = replace(MAY_SHEET, distributor="plain")
    older = recibo("2026-01-04", "2026-02-03")
    period = Period(date(2026, 9, 10), date(2026, 9, 20))
    before = Period(date(2026, 4, 1), date(2026, 4, 11))

    near = terms_of(period, book=replace(BOOK, schedules=(neighbour,)), receipt=older)
    early = terms_of(before, receipt=older)

    assert runs(near) == [("2026-09-10", 10, "receipt")]
    assert runs(early) == [("2026-04-01", 10, "receipt")]
    first_day = Period(MAY_SHEET.start, MAY_SHEET.start + timedelta(days=1))
    assert runs(terms_of(first_day, receipt=older)) == [("2026-05-04", 1, "sheet")]


def test_days_priced_partly_by_a_neighbour_say_so() -> None:
    neighbour = replace(bt5b("2026-06-10", "0.4", "0.6", "0.63"), distributor="plain")
    months = history("assumption.assumed-sheet-max-months", ("2015-01-01", "1"))
    book = replace(
        BOOK,
        schedules=(MAY_SHEET, neighbour),
        figures=NationalFigures({**figures().histories, months.name: months}),
    )

    terms = terms_of(Period(date(2026, 5, 25), date(2026, 6, 14)), book=book)

    # The own sheet says something up to 30 days after its start, 3 June; then the neighbour's.
    assert runs(terms) == [("2026-05-25", 10, "sheet"), ("2026-06-04", 10, "assumed")]
    codes = [issue.code for issue in terms.issues]
    assert codes == ["price-assumed", "price-from-two-distributors", "price-weighted-by-days"]


def test_the_weakest_origin_counts() -> None:
    days = {origin: PricedDays(period=MAY, schedule=MAY_SHEET, origin=origin) for origin in Origin}
    terms = terms_of()

    def weakest(*origins: Origin) -> Origin:
        return replace(terms, days=tuple(days[origin] for origin in origins)).origin

    assert weakest(Origin.SHEET, Origin.RECEIPT) is Origin.RECEIPT
    assert weakest(Origin.ASSUMED, Origin.RECEIPT, Origin.SHEET) is Origin.ASSUMED


def test_bands_are_those_of_the_first_bracket_that_is_known() -> None:
    unknown = Bracket(limit_kwh=D(30), fixed=D(2), blocks=())
    hourly = bill_terms(tariff_book(), replace(SUPPLY, option=Option.BT5F), MAY)

    assert hourly.bands == (Band.PEAK, Band.OFF_PEAK)
    assert replace(hourly, brackets=(unknown, *hourly.brackets)).bands == hourly.bands
    assert replace(hourly, brackets=(unknown,)).bands == (Band.TOTAL,)


@pytest.mark.parametrize(
    "change",
    [
        {"brackets": MAY_SHEET.brackets[-1:]},
        {"charges": FixedCharges()},
        {"igv_rate": D(0)},
        {"igv_rounding": IgvRounding.SUBTOTAL},
        {"total_rounding": TotalRounding.EXACT},
        {"levy": None},
        {"supply": replace(SUPPLY, collective_homes=2)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_moves_a_price_makes_terms_differ(change: dict[str, object]) -> None:
    terms = terms_of()

    assert priced_alike(terms, replace(terms, period=MAY.shift(days=30)))
    assert not priced_alike(terms, replace(terms, **change))  # type: ignore[arg-type]


def test_an_excluded_home_is_priced_above_the_limit_on_every_day() -> None:
    days = priced_days(BOOK, replace(SUPPLY, fose=Fose.EXCLUDED), MAY)

    assert [day.schedule.brackets for day in days] == [MAY_SHEET.brackets[-1:]]


def test_one_list_is_not_weighted_with_itself() -> None:
    exact = Decimal("0.61234")
    odd = bt5b("2026-05-04", "0.4", "0.6", str(exact))
    days = [
        PricedDays(period=MAY, schedule=odd, origin=Origin.SHEET),
        PricedDays(period=MAY.shift(days=29), schedule=odd, origin=Origin.ASSUMED),
    ]

    assert weighted_brackets(days) == odd.brackets


def test_sources_are_named_once() -> None:
    other: Source = replace(ACT, url="https://example.org/2")
    later = replace(bt5b("2026-05-25", "0.4", "0.6", "0.62"), source=other)

    terms = terms_of(
        Period(date(2026, 5, 5), date(2026, 6, 4)),
        book=replace(BOOK, schedules=(MAY_SHEET, later)),
    )

    assert terms.sources == (other,)
