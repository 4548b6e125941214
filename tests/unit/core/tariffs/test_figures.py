"""National figures by name and day."""

from datetime import date

import pytest
from tests.invented import D, figures, history

from ahorraluz.core.history import NotInForceError
from ahorraluz.core.home import Sector
from ahorraluz.core.tariffs import figures as names
from ahorraluz.core.tariffs.figures import NationalFigures

DAY = date(2026, 5, 5)


def test_a_figure_changes_on_its_very_day() -> None:
    assert figures().value("fose-limit-kwh", date(2022, 11, 3)) == 100
    assert figures().value("fose-limit-kwh", date(2022, 11, 4)) == 140
    assert figures().at("fose-limit-kwh", date(2022, 11, 4)).start == date(2022, 11, 4)


def test_a_name_nobody_has_published_is_told_with_its_day() -> None:
    with pytest.raises(NotInForceError) as caught:
        figures().value("nothing", DAY)

    assert caught.value.issue.code == "figure-not-in-force"
    assert caught.value.issue.parameters == {"figure": "nothing", "day": DAY}


def test_a_figure_that_nobody_knows_is_none_and_not_zero() -> None:
    assert figures().known("nothing", DAY) is None
    assert figures().known("fose-surcharge", date(2025, 12, 31)) is None
    assert figures().known("fose-surcharge", date(2026, 1, 1)) == D("0.025")


def test_an_announced_figure_is_given_only_where_it_is_asked_for() -> None:
    new_year = date(2027, 1, 1)

    assert figures().value("uit", new_year, expected=True) == 5200
    assert figures().at("uit", new_year, expected=True).value == 5200
    for ask in (figures().value, figures().at):
        with pytest.raises(NotInForceError):
            ask("uit", new_year)


def test_the_levy_is_a_share_of_the_uit_for_each_mwh() -> None:
    moved = NationalFigures(
        {
            **figures().histories,
            "rural-levy-uit-per-mwh": history("r", ("2015-01-01", "0.00201")),
        }
    )

    assert str(figures().rural_levy(date(2026, 12, 31))) == "0.0100"
    # 5 000 x 0.00201 / 1000 are 0.01005: half up at the fourth decimal.
    assert str(moved.rural_levy(date(2026, 12, 31))) == "0.0101"
    assert str(figures().rural_levy(date(2027, 1, 1), expected=True)) == "0.0104"
    with pytest.raises(NotInForceError):
        figures().rural_levy(date(2027, 1, 1))


def test_the_discount_is_that_of_the_kind_of_system() -> None:
    assert figures().fose_discount(Sector.URBAN_INTERCONNECTED, DAY) == D("0.30")
    assert figures().fose_discount(None, DAY) == D("0.30")
    assert figures().fose_discount(Sector.RURAL_ISOLATED, DAY) is None
    assert figures().fose_discount(None, date(2014, 12, 31)) is None


def test_figures_are_asked_by_the_names_of_the_data() -> None:
    asked = {
        value for name, value in vars(names).items() if name.isupper() and name != "KWH_PER_MWH"
    }

    assert asked == {
        "igv",
        "uit",
        "rural-levy-uit-per-mwh",
        "fose-limit-kwh",
        "fose-first-block-kwh",
        "fose-surcharge",
        "fose-discount",
        "fise-limit-kwh",
        "fise-voucher",
        "tariff-revision-day",
        "peak-start-hour",
        "peak-end-hour",
        "assumption.price-drift-month",
        "assumption.price-spread-elsewhere",
        "assumption.assumed-sheet-max-months",
        "assumption.discount-rate",
        "grid-emission-factor",
    }
