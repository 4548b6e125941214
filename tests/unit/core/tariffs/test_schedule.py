"""Which sheet holds on which day, which one stands in, and which may not."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.invented import ACT, D, bt5b, bt5f, figures, history, tariff_book

from ahorraluz.core.consumption import Band
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.tariffs import schedule
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.schedule import (
    MOST_SUPPLIES,
    ORIGIN_ORDER,
    Block,
    Bracket,
    DistributorSettings,
    NoScheduleError,
    Origin,
    Schedule,
    ScheduleError,
    TariffBook,
    check_option,
    for_supply,
    is_of_system,
    same_shape,
)

SHEET = bt5b("2026-05-04", "0.4000", "0.6000", "0.6150")
SUPPLY = Supply(distributor="light", system="here")
SHOP = CustomerClass.NON_RESIDENTIAL


def book_of(*schedules: Schedule) -> TariffBook:
    """Return the invented book with other sheets."""
    return replace(tariff_book(), schedules=schedules)


def starts(sheets: list[Schedule]) -> list[str]:
    return [str(sheet.start) for sheet in sheets]


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param([], id="no bracket"),
        pytest.param([30], id="no end"),
        pytest.param([140, 30, None], id="falling"),
        pytest.param([30, None, None], id="two ends"),
        pytest.param([None, 30, None], id="an end before the end"),
    ],
)
def test_a_list_that_does_not_reach_every_energy_is_refused(limits: list[int | None]) -> None:
    brackets = tuple(
        Bracket(limit_kwh=None if limit is None else D(limit), fixed=D(2), blocks=())
        for limit in limits
    )

    with pytest.raises(ScheduleError) as caught:
        replace(SHEET, brackets=brackets)

    assert caught.value.issue.code == "schedule-incomplete"
    assert caught.value.issue.parameters == {"distributor": "light", "option": "BT5B"}


def test_a_list_of_one_endless_bracket_is_whole() -> None:
    assert SHEET.without_fose().brackets == (SHEET.brackets[-1],)
    assert SHEET.without_fose().start == SHEET.start


def test_the_bands_are_those_of_the_first_bracket_that_is_known() -> None:
    unknown = Bracket(limit_kwh=D(20), fixed=D(2), blocks=())

    assert SHEET.bands == (Band.TOTAL,)
    assert bt5f("2026-05-04").bands == (Band.PEAK, Band.OFF_PEAK)
    later = replace(bt5f("2026-05-04"), brackets=(unknown, *bt5f("2026-05-04").brackets))
    assert later.bands == (Band.PEAK, Band.OFF_PEAK)
    nothing = replace(SHEET, brackets=(Bracket(limit_kwh=None, fixed=D(2), blocks=()),))
    assert nothing.bands == (Band.TOTAL,)


def test_a_sheet_is_of_its_system_or_of_the_only_one_of_its_distributor() -> None:
    anywhere = replace(SHEET, system=None)

    assert is_of_system(SHEET, SUPPLY)
    assert is_of_system(SHEET, replace(SUPPLY, system=None))
    assert is_of_system(anywhere, SUPPLY)
    assert not is_of_system(SHEET, replace(SUPPLY, system="there"))
    assert not is_of_system(anywhere, replace(SUPPLY, distributor="plain"))


def test_sheets_of_a_supply_are_those_of_its_system_by_their_day() -> None:
    book = book_of(
        bt5b("2026-08-04", "0.4", "0.6", "0.615"),
        SHEET,
        bt5b("2026-06-04", "0.4", "0.6", "0.615", system="there"),
        bt5f("2026-07-04"),
    )

    assert starts(book.sheets(SUPPLY)) == ["2026-05-04", "2026-08-04"]
    assert starts(book.sheets(replace(SUPPLY, system="there"))) == ["2026-06-04"]
    assert starts(book.sheets(SUPPLY, anywhere=True)) == [
        "2026-05-04",
        "2026-06-04",
        "2026-08-04",
    ]
    assert starts(book.sheets(replace(SUPPLY, option=Option.BT5F))) == ["2026-07-04"]


def test_a_shop_has_sheets_of_its_own_or_the_upper_price_of_homes() -> None:
    shop = replace(SUPPLY, customer=SHOP)
    own = replace(bt5b("2026-06-04", "0.4", "0.6", "0.7").without_fose(), customer=SHOP)
    far = replace(own, distributor="plain", start=date(2026, 7, 4))

    assert book_of(SHEET).sheets(shop) == [SHEET.without_fose()]
    assert book_of(SHEET, own).sheets(shop) == [own]
    assert book_of(SHEET, own, far).sheets(shop, anywhere=True) == [own, far]
    assert book_of(SHEET, far).sheets(shop) == [SHEET.without_fose()]
    assert book_of(own).sheets(SUPPLY) == []


def test_a_sheet_holds_up_to_the_next_revision_day_or_the_next_sheet() -> None:
    next_one = bt5b("2026-05-20", "0.4", "0.6", "0.62")
    book = book_of(SHEET, next_one)

    assert book.schedule_at(SUPPLY, date(2026, 5, 4)) is SHEET
    assert book.schedule_at(SUPPLY, date(2026, 5, 19)) is SHEET
    assert book.schedule_at(SUPPLY, date(2026, 5, 20)) is next_one
    assert book.schedule_at(SUPPLY, date(2026, 6, 3)) is next_one


@pytest.mark.parametrize(
    ("start", "until"),
    [
        pytest.param("2026-05-04", "2026-06-04", id="on the revision day: a month"),
        pytest.param("2026-05-03", "2026-05-04", id="a day before it: a day"),
        pytest.param("2026-05-05", "2026-06-04", id="a day after it: to the next month"),
        pytest.param("2026-12-04", "2027-01-04", id="over the end of the year"),
        pytest.param("2026-11-30", "2026-12-04", id="into December"),
        pytest.param("2028-02-29", "2028-03-04", id="from a leap day"),
    ],
)
def test_how_long_a_sheet_is_sure(start: str, until: str) -> None:
    sheet = replace(SHEET, start=date.fromisoformat(start))

    assert tariff_book().sure_until(sheet) == date.fromisoformat(until)


def test_a_day_without_a_sheet_names_the_newest_one_before_it() -> None:
    book = book_of(SHEET)
    for day, newest in ((date(2026, 6, 4), SHEET.start), (date(2026, 5, 3), None)):
        with pytest.raises(NoScheduleError) as caught:
            book.schedule_at(SUPPLY, day)

        assert caught.value.issue.code == "no-sheet-for-day"
        assert caught.value.issue.parameters == {
            "distributor": "light",
            "option": "BT5B",
            "day": day,
            "newest": newest,
        }


def test_the_newest_sheet_that_has_begun_stands_in() -> None:
    later = bt5b("2026-08-04", "0.4", "0.6", "0.62")
    book = book_of(SHEET, later)

    assert book.assumed_at(SUPPLY, date(2026, 8, 3)) is SHEET
    assert book.assumed_at(SUPPLY, date(2026, 8, 4)) is later
    assert book.assumed_at(SUPPLY, date(2026, 12, 1)) is later
    assert book.assumed_at(SUPPLY, date(2026, 5, 3)) is SHEET


def test_the_nearest_sheet_of_a_neighbour_stands_in_and_names_decide_a_tie() -> None:
    near = replace(SHEET, distributor="zeta", start=date(2026, 6, 4))
    tied = replace(near, distributor="alfa")
    far = replace(near, distributor="alfa", start=date(2026, 5, 4))
    plain = Supply(distributor="plain")

    assert book_of(far, near).assumed_at(plain, date(2026, 6, 10)) is near
    assert book_of(near, tied).assumed_at(plain, date(2026, 6, 10)) is tied
    assert book_of(near, SHEET).assumed_at(SUPPLY, date(2026, 6, 10)) is SHEET


def _most_months(months: str) -> NationalFigures:
    name = "assumption.assumed-sheet-max-months"
    return NationalFigures({**figures().histories, name: history(name, ("2015-01-01", months))})


def test_a_sheet_says_something_of_so_many_months() -> None:
    # Two months are 60.875 days.
    book = replace(book_of(SHEET), figures=_most_months("2"))
    last = SHEET.start + timedelta(days=60)

    assert book.assumed_at(SUPPLY, last) is SHEET
    assert book.assumed_at(SUPPLY, SHEET.start - timedelta(days=60)) is SHEET
    with pytest.raises(NoScheduleError) as caught:
        book.assumed_at(SUPPLY, last + timedelta(days=1))

    assert caught.value.issue.code == "no-sheet-at-all"
    assert caught.value.issue.parameters == {
        "distributor": "light",
        "option": "BT5B",
        "day": last + timedelta(days=1),
    }


def test_a_sheet_at_its_very_reach_still_says_something() -> None:
    # Four months are 121.75 days; four years of twelve are whole days again.
    book = replace(book_of(SHEET), figures=_most_months("48"))
    last = SHEET.start + timedelta(days=1461)

    assert book.assumed_at(SUPPLY, last) is SHEET


@pytest.mark.parametrize("option", [Option.BT2, Option.BT5D, Option.BT6])
def test_an_option_known_by_name_only_names_those_that_are_priced(option: Option) -> None:
    with pytest.raises(NoScheduleError) as caught:
        check_option(option)

    assert caught.value.issue.code == "option-not-priced"
    assert caught.value.issue.parameters == {
        "option": option.value,
        "priced": ["BT5A", "BT5B", "BT5F", "BT5I", "BT7", "BT8"],
    }


def test_settings_of_a_distributor_nobody_knows_are_refused_with_its_name() -> None:
    with pytest.raises(NoScheduleError) as caught:
        tariff_book().settings("nobody")

    assert caught.value.issue.code == "distributor-unknown"
    assert caught.value.issue.parameters == {"field": "distributor", "value": "nobody"}


def test_only_an_excluded_home_loses_the_discount() -> None:
    excluded = replace(SUPPLY, fose=Fose.EXCLUDED)

    assert for_supply(SHEET, SUPPLY) is SHEET
    assert for_supply(SHEET, excluded) == SHEET.without_fose()
    assert for_supply(SHEET, replace(excluded, customer=SHOP)) is SHEET


def test_lists_of_one_shape_differ_in_prices_alone() -> None:
    other_price = bt5b("2026-06-04", "0.1", "0.2", "0.3")
    middle = SHEET.brackets[1]
    longer = Block(limit_kwh=D(40), prices=middle.blocks[0].prices)
    other_block = replace(
        SHEET,
        brackets=(
            SHEET.brackets[0],
            replace(middle, blocks=(longer, middle.blocks[1])),
            SHEET.brackets[2],
        ),
    )
    other_limit = replace(
        SHEET,
        brackets=(SHEET.brackets[0], replace(middle, limit_kwh=D(150)), SHEET.brackets[2]),
    )
    other_band = replace(
        SHEET,
        brackets=tuple(
            replace(
                bracket,
                blocks=tuple(
                    replace(block, prices={Band.PEAK: block.prices[Band.TOTAL]})
                    for block in bracket.blocks
                ),
            )
            for bracket in SHEET.brackets
        ),
    )

    assert same_shape([SHEET, other_price])
    for other in (SHEET.without_fose(), other_block, other_limit, other_band):
        assert not same_shape([SHEET, other])


def test_a_book_remembers_what_it_sorted_out_and_not_without_end() -> None:
    book = tariff_book()
    first = book.sheets_of(SUPPLY)

    assert book.sheets_of(SUPPLY) is first
    for homes in range(2, MOST_SUPPLIES + 2):
        book.sheets_of(replace(SUPPLY, collective_homes=homes))
    assert book.sheets_of(SUPPLY) is not first
    assert repr(book) == repr(tariff_book())
    assert book == tariff_book()


def test_part_of_a_book_is_the_same_each_time_and_not_without_end() -> None:
    book = tariff_book()
    sheet = book.schedules[0]
    first = book.only(sheet)

    assert first.schedules == (sheet,)
    assert book.only(sheet) is first
    kept = [bt5b("2026-05-04", "0.4", "0.6", "0.615") for _ in range(MOST_SUPPLIES)]
    for other in kept:
        book.only(other)
    assert book.only(sheet) is not first
    assert book.only(sheet).schedules == (sheet,)


def test_the_days_of_a_supply_are_not_remembered_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schedule, "MOST_DAYS", 2)
    sheets = book_of(SHEET).sheets_of(SUPPLY)

    kept = []
    for number in range(5):
        assert sheets.assumed_at(SHEET.start + timedelta(days=number)) is SHEET
        kept.append(len(sheets._assumed))

    assert kept == [1, 2, 1, 2, 1]


def test_origins_are_named_best_first() -> None:
    assert [origin.value for origin in ORIGIN_ORDER] == ["sheet", "receipt", "assumed"]


def test_what_nobody_says_of_a_distributor_is_not_known() -> None:
    plain = DistributorSettings(id="plain", name="Plain", source=ACT)

    assert (plain.igv_rounding, plain.total_rounding, plain.igv_exempt) == (None, None, False)
    assert (SHEET.origin, SHEET.period) == (Origin.SHEET, None)
    assert TariffBook(schedules=(), figures=figures()).distributors == {}
