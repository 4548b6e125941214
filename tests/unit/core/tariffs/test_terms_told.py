"""What the terms of a bill say of themselves: issues, spread, and prices across a change."""

from dataclasses import replace
from datetime import date

import pytest
from tests.invented import ACT, MAY, D, bt5b, bt5f, figures, history, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, FixedCharges, Fose, Sector, Supply
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.schedule import (
    Origin,
    Schedule,
    ScheduleError,
    TariffBook,
)
from ahorraluz.core.tariffs.terms import (
    BillTerms,
    PricedDays,
    bill_terms,
    weighted_brackets,
)

SUPPLY = Supply(distributor="light", system="here", sector=Sector.URBAN_INTERCONNECTED)
WHOLE = FixedCharges(connection=D(1), lighting=D(1))
MAY_SHEET = bt5b("2026-05-04", "0.4000", "0.6000", "0.6150")
BOOK = replace(tariff_book(), schedules=(MAY_SHEET,))


def terms_of(
    period: Period = MAY,
    *,
    book: TariffBook = BOOK,
    supply: Supply = SUPPLY,
    receipt: Schedule | None = None,
) -> BillTerms:
    """Return the terms of a supply whose charges are known."""
    return bill_terms(book, supply, period, charges=WHOLE, receipt=receipt)


def over_of(terms: BillTerms) -> str:
    """Return the price above the limit."""
    return str(terms.brackets[-1].blocks[0].prices[Band.TOTAL])


def recibo(start: str, end: str, price: str = "0.7000") -> Schedule:
    """Return prices learnt from an invented recibo."""
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    learnt = bt5b(start, "0.5", "0.69", price)
    return replace(learnt, origin=Origin.RECEIPT, period=period)


def runs(terms: BillTerms) -> list[tuple[str, int, str]]:
    """Return start, length and origin of the runs of days."""
    return [(str(d.period.start), d.period.days, d.origin.value) for d in terms.days]


def test_a_month_under_one_sheet_has_nothing_to_say() -> None:
    terms = terms_of()

    assert terms.issues == ()
    assert terms == BillTerms(
        period=MAY,
        supply=SUPPLY,
        brackets=MAY_SHEET.brackets,
        charges=WHOLE,
        igv_rate=D("0.18"),
        igv_rounding=IgvRounding.PER_LINE,
        total_rounding=TotalRounding.DOWN_10,
        levy=D("0.0100"),
        fose_discount=D("0.30"),
        fose_surcharge=D("0.025"),
        days=(PricedDays(period=MAY, schedule=MAY_SHEET, origin=Origin.SHEET),),
        igv_is_sure=True,
        spread=D(0),
        issues=(),
        sources=(ACT,),
    )


def test_what_is_not_stated_is_named() -> None:
    terms = bill_terms(BOOK, replace(SUPPLY, system=None, sector=None), MAY)

    assert terms.issues == (
        Issue(code="system-not-stated", parameters={"systems": ["here"]}),
        Issue(code="sector-assumed", severity=Severity.NOTE),
        Issue(code="charge-missing", parameters={"charge": "connection"}),
        Issue(code="charge-missing", parameters={"charge": "lighting"}),
    )
    assert terms.charges == FixedCharges()


def test_a_home_without_fose_needs_no_sector() -> None:
    terms = terms_of(supply=replace(SUPPLY, sector=None, fose=Fose.EXCLUDED))

    assert terms.issues == ()


def test_systems_to_choose_from_are_those_of_the_distributor_by_name() -> None:
    other = bt5b("2026-05-04", "0.4", "0.6", "0.6", system="alto")
    nameless = replace(MAY_SHEET, system=None)
    foreign = replace(other, distributor="plain", system="zeta")
    book = replace(BOOK, schedules=(MAY_SHEET, other, nameless, foreign))

    terms = terms_of(book=book, supply=replace(SUPPLY, system=None))

    (issue,) = [issue for issue in terms.issues if issue.code == "system-not-stated"]
    assert issue.parameters == {"systems": ["alto", "here"]}


def test_a_distributor_without_rules_or_sheets_says_each_thing() -> None:
    settings = replace(BOOK.distributors["plain"], igv_exempt=None)
    book = replace(BOOK, distributors={**BOOK.distributors, "plain": settings})

    terms = terms_of(book=book, supply=replace(SUPPLY, distributor="plain", system=None))

    assert terms.issues == (
        Issue(
            code="price-assumed",
            parameters={
                "sheet": "Invented sheet",
                "whose": "Light",
                "sheet_start": date(2026, 5, 4),
                "day": date(2026, 5, 5),
                "spread_percent": D("3.0"),
            },
        ),
        Issue(code="igv-rounding-unknown", parameters={"name": "Plain"}),
        Issue(code="total-rounding-unknown", parameters={"name": "Plain"}),
        Issue(code="igv-regime-unknown", parameters={"name": "Plain"}),
    )
    assert terms.igv_is_sure is False
    assert terms.igv_rate == D("0.18")
    assert (terms.igv_rounding, terms.total_rounding) == (
        IgvRounding.SUBTOTAL,
        TotalRounding.EXACT,
    )


@pytest.mark.parametrize(
    ("of_supply", "of_distributor", "rate", "sure"),
    [
        pytest.param(None, False, "0.18", True, id="taxed as its distributor"),
        pytest.param(None, True, "0", True, id="exempt as its distributor"),
        pytest.param(True, False, "0", True, id="exempt by itself"),
        pytest.param(False, True, "0.18", True, id="taxed by itself"),
        pytest.param(None, None, "0.18", False, id="nobody knows"),
    ],
)
def test_who_is_exempt_from_igv(
    of_supply: bool | None, of_distributor: bool | None, rate: str, sure: bool
) -> None:
    settings = replace(BOOK.distributors["light"], igv_exempt=of_distributor)
    book = replace(BOOK, distributors={"light": settings})

    terms = terms_of(book=book, supply=replace(SUPPLY, igv_exempt=of_supply))

    assert (terms.igv_rate, terms.igv_is_sure) == (D(rate), sure)


def test_a_source_nobody_calls_by_name_is_called_by_its_issuer() -> None:
    foreign = replace(MAY_SHEET, distributor="far", source=replace(ACT, issuer="Far S.A."))
    book = replace(BOOK, schedules=(foreign,))

    (issue,) = [i for i in terms_of(book=book).issues if i.code == "price-assumed"]

    assert issue.parameters["whose"] == "Far S.A."


def test_the_rate_of_the_last_day_holds_for_the_whole_bill() -> None:
    igv = history("igv", ("2015-01-01", "0.18"), ("2026-06-02", "0.19"))
    surcharge = history("fose-surcharge", ("2026-06-03", "0.05"))
    moved = NationalFigures({**figures().histories, "igv": igv, "fose-surcharge": surcharge})

    terms = terms_of(book=replace(BOOK, figures=moved))

    # MAY ends before 3 June.
    assert terms.igv_rate == D("0.19")
    assert terms.fose_surcharge is None


def test_a_sheet_of_homes_prices_a_shop_and_says_so() -> None:
    terms = terms_of(supply=replace(SUPPLY, customer=CustomerClass.NON_RESIDENTIAL, sector=None))

    assert terms.issues == (
        Issue(code="priced-as-above-limit", severity=Severity.NOTE),
        Issue(code="sector-assumed", severity=Severity.NOTE),
    )


def test_a_change_within_the_period_is_weighted_and_told() -> None:
    june = bt5b("2026-05-25", "0.4100", "0.6100", "0.6251")
    dearer = replace(
        june,
        brackets=tuple(
            replace(bracket, fixed=bracket.fixed + D("0.11")) for bracket in june.brackets
        ),
        source=replace(ACT, title="June"),
    )
    book = replace(BOOK, schedules=(MAY_SHEET, dearer))

    terms = terms_of(Period(date(2026, 5, 5), date(2026, 6, 4)), book=book)

    # 20 days and 10: 0.6150 and 0.6251 are 0.61837 (0.618366), half up at the fourth decimal.
    assert runs(terms) == [("2026-05-05", 20, "sheet"), ("2026-05-25", 10, "sheet")]
    assert [
        [str(block.prices[Band.TOTAL]) for block in bracket.blocks] for bracket in terms.brackets
    ] == [["0.4033"], ["0.4033", "0.6033"], ["0.6184"]]
    assert [str(bracket.fixed) for bracket in terms.brackets] == ["2.04", "2.04", "2.09"]
    assert [bracket.limit_kwh for bracket in terms.brackets] == [30, 140, None]
    assert [block.limit_kwh for block in terms.brackets[1].blocks] == [30, None]
    assert terms.issues == (
        Issue(
            code="price-weighted-by-days",
            severity=Severity.NOTE,
            parameters={"starts": "2026-05-04, 2026-05-25"},
        ),
    )
    assert terms.sources == (ACT, replace(ACT, title="June"))


def test_hours_are_weighted_band_by_band() -> None:
    first, second = bt5f("2026-05-04"), bt5f("2026-05-25")
    block = second.brackets[-1].blocks[0]
    dearer = replace(block, prices={Band.PEAK: D("1.33"), Band.OFF_PEAK: D("0.41")})
    second = replace(
        second, brackets=(*second.brackets[:-1], replace(second.brackets[-1], blocks=(dearer,)))
    )
    days = [
        PricedDays(period=MAY, schedule=first, origin=Origin.SHEET),
        PricedDays(period=MAY.shift(days=29), schedule=second, origin=Origin.SHEET),
    ]

    prices = weighted_brackets(days)[-1].blocks[0].prices

    assert prices == {Band.PEAK: D("1.1800"), Band.OFF_PEAK: D("0.4100")}


def test_a_change_of_shape_names_the_days_it_happened_on() -> None:
    flat = bt5b("2026-05-20", "0.4", "0.6", "0.615").without_fose()

    with pytest.raises(ScheduleError) as caught:
        terms_of(book=replace(BOOK, schedules=(MAY_SHEET, flat)))

    assert caught.value.issue.code == "schedule-shape-changed"
    assert caught.value.issue.parameters == {"starts": ["2026-05-04", "2026-05-20"]}
