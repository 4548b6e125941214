"""Which prices hold on which day, and how a change of tariff is weighted."""

from dataclasses import replace
from datetime import date

import pytest
from tests.invented import MAY, D, bt5b

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Option, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.schedule import NoScheduleError, Origin, ScheduleError, TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms


def _over(terms: BillTerms) -> str:
    return str(terms.brackets[-1].blocks[0].prices[Band.TOTAL])


def test_a_month_under_one_sheet_has_its_very_prices(book: TariffBook, supply: Supply) -> None:
    terms = bill_terms(book, supply, MAY)

    assert terms.origin is Origin.SHEET
    assert _over(terms) == "0.6150"
    assert terms.spread == 0
    assert not [i for i in terms.issues if i.code.startswith("price-")]


def test_a_sheet_is_sure_only_until_the_next_revision_day(book: TariffBook, supply: Supply) -> None:
    assert book.schedule_at(supply, date(2026, 6, 3)).start == date(2026, 5, 4)

    with pytest.raises(NoScheduleError) as caught:
        book.schedule_at(supply, date(2026, 6, 4))

    assert caught.value.issue.code == "no-sheet-for-day"


def test_days_beyond_the_sheet_are_assumed_and_wider_with_time(
    book: TariffBook, supply: Supply
) -> None:
    soon = bill_terms(book, supply, Period(date(2026, 9, 5), date(2026, 10, 4)))
    late = bill_terms(book, supply, Period(date(2027, 8, 5), date(2027, 9, 4)))

    assert soon.origin is Origin.ASSUMED
    assert "price-assumed" in {issue.code for issue in soon.issues}
    assert D(0) < soon.spread < late.spread


def test_an_assumed_sheet_never_comes_from_later_when_one_has_begun(
    book: TariffBook, supply: Supply
) -> None:
    july = bill_terms(book, supply, Period(date(2026, 7, 10), date(2026, 7, 30)))

    assert [part.schedule.start for part in july.days] == [date(2026, 5, 4)]


def test_a_sheet_too_old_says_nothing(book: TariffBook, supply: Supply) -> None:
    with pytest.raises(NoScheduleError) as caught:
        bill_terms(book, supply, Period(date(2030, 1, 1), date(2030, 2, 1)))

    assert caught.value.issue.code == "no-sheet-at-all"


@pytest.mark.parametrize("option", [Option.BT5D, Option.BT6, Option.BT2])
def test_options_known_by_name_only_are_refused(
    book: TariffBook, supply: Supply, option: Option
) -> None:
    with pytest.raises(NoScheduleError) as caught:
        bill_terms(book, replace(supply, option=option), MAY)

    assert caught.value.issue.code == "option-not-priced"


def test_a_period_across_a_change_is_weighted_by_days(book: TariffBook, supply: Supply) -> None:
    whole = replace(book, schedules=(*book.schedules, bt5b("2026-07-04", "0.41", "0.61", "0.6251")))

    terms = bill_terms(whole, supply, Period(date(2026, 7, 20), date(2026, 8, 19)))

    # 15 days at 0.6251 and 15 at 0.6450: 0.63505, half up.
    assert [part.period.days for part in terms.days] == [15, 15]
    assert _over(terms) == "0.6351"
    assert terms.origin is Origin.SHEET
    assert "price-weighted-by-days" in {issue.code for issue in terms.issues}


def test_a_change_of_brackets_inside_the_period_is_refused(
    book: TariffBook, supply: Supply
) -> None:
    flat = bt5b("2026-05-20", "0.4", "0.6", "0.615").without_fose()
    changed = replace(book, schedules=(*book.schedules, flat))

    with pytest.raises(ScheduleError) as caught:
        bill_terms(changed, supply, MAY)

    assert caught.value.issue.code == "schedule-shape-changed"


def test_another_systems_sheet_stands_in_as_assumed(book: TariffBook) -> None:
    terms = bill_terms(book, Supply(distributor="plain"), MAY)

    assert terms.origin is Origin.ASSUMED
    codes = {issue.code for issue in terms.issues}
    assert {"price-assumed", "igv-rounding-unknown", "total-rounding-unknown"} <= codes


def test_an_unknown_distributor_is_refused(book: TariffBook) -> None:
    with pytest.raises(NoScheduleError) as caught:
        bill_terms(book, Supply(distributor="nobody"), MAY)

    assert caught.value.issue.code == "distributor-unknown"


def test_the_levy_follows_the_uit_and_an_expected_one_is_for_bills_to_come(
    book: TariffBook, supply: Supply
) -> None:
    now = bill_terms(book, supply, MAY)
    to_come = bill_terms(book, supply, Period(date(2027, 1, 5), date(2027, 2, 4)))
    long_ago = replace(book, schedules=(bt5b("2025-05-04", "0.4", "0.6", "0.615"),))
    before = bill_terms(long_ago, supply, Period(date(2025, 5, 5), date(2025, 6, 3)))

    assert now.levy == D("0.0100")
    assert to_come.levy == D("0.0104")
    assert "figure-unconfirmed" in {issue.code for issue in to_come.issues}
    assert before.levy is None
    assert "levy-unknown" in {issue.code for issue in before.issues}


def test_no_home_is_priced_above_the_limit_where_only_homes_have_a_sheet(
    book: TariffBook, supply: Supply
) -> None:
    shop = replace(supply, customer=CustomerClass.NON_RESIDENTIAL)

    terms = bill_terms(book, shop, MAY)

    assert len(terms.brackets) == 1
    assert _over(terms) == "0.6150"
    assert terms.origin is Origin.SHEET
    assert "priced-as-above-limit" in {issue.code for issue in terms.issues}


def test_a_sheet_of_its_own_comes_first_for_no_home(book: TariffBook, supply: Supply) -> None:
    shop = replace(supply, customer=CustomerClass.NON_RESIDENTIAL)
    own = bt5b("2026-05-04", "0.4", "0.6", "0.7000").without_fose()
    both = replace(
        book,
        schedules=(*book.schedules, replace(own, customer=CustomerClass.NON_RESIDENTIAL)),
    )

    terms = bill_terms(both, shop, MAY)

    assert _over(terms) == "0.7000"
    assert "priced-as-above-limit" not in {issue.code for issue in terms.issues}
