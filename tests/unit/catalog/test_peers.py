"""Limits that homes are compared with: published, dated, sourced, and no mean among them."""

from datetime import date
from decimal import Decimal

import pytest

from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.peers import load_peers
from ahorraluz.core.history import NotInForceError
from ahorraluz.texts import LOCALES, open_texts

TODAY = date(2026, 11, 1)


def test_limits_rise_and_name_their_source() -> None:
    limits = load_peers(load_national(), as_of=TODAY).limits

    assert [limit.kwh_month for limit in limits] == sorted(limit.kwh_month for limit in limits)
    assert all(limit.source.title for limit in limits)


def test_the_count_of_users_below_125_kwh_counts_everybody() -> None:
    counted = [one for one in load_peers(load_national(), as_of=TODAY).limits if one.homes]

    everybody = {one.kwh_month: one.homes for one in counted if one.everybody}
    assert everybody == {Decimal(125): 4_994_142}
    assert [one.kwh_month for one in counted if not one.everybody] == [Decimal(70)]


def test_lines_of_the_law_are_those_of_the_day() -> None:
    national = load_national()

    now = load_peers(national, as_of=TODAY).limits
    before = load_peers(national, as_of=date(2023, 6, 12)).limits

    assert {one.kwh_month for one in now if one.homes is None} == {30, 70, 140}
    assert {one.kwh_month for one in before if one.homes is None} == {30, 70, 140}


def test_before_there_was_a_line_nothing_is_compared() -> None:
    with pytest.raises(NotInForceError) as refused:
        load_peers(load_national(), as_of=date(2016, 1, 1))

    assert refused.value.issue.code == "figure-not-in-force"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_limit_has_a_name(locale: str) -> None:
    texts = open_texts(locale)

    for one in load_peers(load_national(), as_of=TODAY).limits:
        assert texts.has(f"limit.{one.about}")
