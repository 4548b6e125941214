"""The check of all shipped data."""

from datetime import date, timedelta

from ahorraluz.catalog.check import check_data, old_sources
from ahorraluz.catalog.sources import load_sources

CONSULTED = date(2026, 11, 24)


def test_the_shipped_data_are_whole() -> None:
    assert check_data() == ()


def test_nothing_is_old_on_the_day_it_was_consulted() -> None:
    assert old_sources(CONSULTED) == ()


def test_a_document_gets_old_the_day_after_its_time() -> None:
    last_day = CONSULTED + timedelta(days=30)

    that_day = {name for name, one in load_sources().items() if one.consulted == CONSULTED}
    assert old_sources(last_day, max_age_days=30) == ()
    old = {one.source.id for one in old_sources(last_day + timedelta(days=1), max_age_days=30)}
    assert that_day
    assert that_day <= old


def test_an_old_document_says_how_many_figures_rest_on_it() -> None:
    old = {one.source.id: one for one in old_sources(date(2027, 11, 24))}

    assert old["luz-del-sur-sheet-2026-08"].figures == 7
    assert old["luz-del-sur-sheet-2026-08"].age_days == 365
