"""The strip of twelve recibos: what is typed, what it means, and how it is drawn."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.services.inquiries.query import read_query
from ahorraluz.texts import open_texts
from ahorraluz.web.households.remembered import LONGEST_S, MOST, Remembered
from ahorraluz.web.households.strip import (
    BARS,
    drawn,
    energies_in,
    month_of_latest,
    strip_of,
    typed_strip,
)

KWH = st.integers(0, 5000).map(str)


@given(values=st.lists(KWH, min_size=1, max_size=BARS))
def test_a_strip_is_the_same_after_it_was_kept(values: list[str]) -> None:
    strip = ("",) * (BARS - len(values)) + tuple(values)

    pairs, hole = energies_in(strip)

    assert hole is None
    assert strip_of(read_query({name: [value] for name, value in pairs.items()})) == strip


@given(values=st.lists(st.one_of(st.just(""), KWH), min_size=BARS, max_size=BARS))
def test_a_hole_is_a_hole_wherever_it_is(values: list[str]) -> None:
    told = "".join("x" if value else "." for value in values).lstrip(".")

    pairs, hole = energies_in(values)

    assert (hole is not None) == ("." in told)
    assert hole is None or pairs == {}


def test_an_empty_strip_says_nothing() -> None:
    assert energies_in(("",) * BARS) == ({}, None)


def test_a_strip_is_drawn_by_its_months_with_the_newest_last() -> None:
    values = ("",) * 9 + ("100", "50", "200")

    bars = drawn(values, latest=date(2026, 2, 10), texts=open_texts("es"))

    assert [bar.label for bar in bars][-3:] == ["dic", "ene", "feb"]
    assert [bar.height for bar in bars][-3:] == [20, 10, 40]
    assert [bar.name for bar in bars][-1] == "m-11"


@pytest.mark.parametrize("odd", ["<b>", "1e999", "nan", "inf", "-5", "1.2.3", "٣"])
def test_nothing_typed_breaks_the_drawing(odd: str) -> None:
    bars = drawn(("",) * 11 + (odd,), latest=date(2026, 2, 10), texts=open_texts("es"))

    assert 0 <= bars[-1].height <= 40


def test_what_is_typed_is_cut_to_what_a_number_needs() -> None:
    assert typed_strip({"m-11": "9" * 500})[-1] == "9" * 20


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ({}, (2026, 10)),
        ({"h": ["2026-09-03"]}, (2026, 9)),
        ({"f": ["2026-08-05"], "h": ["2026-09-03"]}, (2026, 8)),
    ],
)
def test_the_newest_bar_is_the_month_of_the_last_recibo(
    typed: dict[str, list[str]], month: tuple[int, int]
) -> None:
    latest = month_of_latest(read_query(typed), date(2026, 11, 24))

    assert (latest.year, latest.month) == month


def test_what_is_remembered_is_made_once_until_it_is_old() -> None:
    now = [0.0]
    made: list[int] = []
    remembered = Remembered[int](clock=lambda: now[0])

    def make() -> int:
        made.append(1)
        return len(made)

    first, again = remembered.get("a", make), remembered.get("a", make)
    now[0] = LONGEST_S + 1
    later = remembered.get("a", make)

    assert (first, again, later) == (1, 1, 2)


def test_no_more_is_remembered_than_fits() -> None:
    remembered = Remembered[int]()
    for place in range(MOST + 1):
        remembered.get(place, lambda place=place: place)  # type: ignore[misc]

    assert remembered.get(0, lambda: -1) == -1
    assert remembered.get(MOST, lambda: -1) == MOST
