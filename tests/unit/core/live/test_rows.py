"""Arrivals as rows: what was written is read, and what is none is refused."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.recorded_homes import record
from tests.watched_home import DAY, START, rules

from ahorraluz.core.live.arrivals import Arrival, Sum, Tick, Totals
from ahorraluz.core.live.readings import LiveError, LiveReading
from ahorraluz.core.live.rows import KINDS, arrival_of, row_of, write_totals

SUMS = Sum(bands_uj=(1, 2**60), night_uj=-3, night_ms=4, measured_ms=5)
TOTALS = Totals(
    until_ms=START,
    days=((DAY, SUMS),),
    months=((DAY, SUMS),),
    readings=(LiveReading(1, START, 7),),
)


@pytest.mark.parametrize(
    "arrival", [LiveReading(1, START, 10**15), Tick(START), rules(), TOTALS], ids=KINDS
)
def test_what_is_written_is_read(arrival: Arrival) -> None:
    row = row_of(arrival)

    assert arrival_of(row.kind, row.channel, row.at_ms, row.value, row.body) == arrival


def test_recorded_homes_have_every_kind_of_arrival() -> None:
    kinds = {row_of(one).kind for number in range(4) for one in record(number, days=20).arrivals}

    assert kinds == set(KINDS)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("", 1, START, 1, ""), "live-row-kind"),
        (("reading", -1, START, 1, ""), "live-row-reading"),
        (("reading", 1, START, -1, ""), "live-row-reading"),
        (("reading", 1, START, 10**15 + 1, ""), "live-row-reading"),
        (("reading", 1, -1, 1, ""), "live-row-moment"),
        (("tick", -1, 10**18, -1, ""), "live-row-moment"),
        (("rules", -1, -1, -1, ""), "live-row-body"),
        (("rules", -1, -1, -1, "[]"), "live-row-body"),
        (("totals", -1, -1, -1, "{}"), "live-row-body"),
        (("totals", -1, -1, -1, " " * 100_001), "live-row-body"),
        (("totals", -1, -1, -1, write_totals(TOTALS).replace("7]", '"7"]')), "live-row-body"),
    ],
)
def test_a_row_that_is_none_is_refused(row: tuple[str, int, int, int, str], code: str) -> None:
    with pytest.raises(LiveError) as caught:
        arrival_of(*row)

    assert caught.value.issues[0].code == code


def test_rules_of_a_zone_that_is_none_are_refused() -> None:
    body = row_of(rules()).body.replace("America/Lima", "Nowhere/Here")

    with pytest.raises(LiveError):
        arrival_of("rules", -1, -1, -1, body)


@given(
    kind=st.sampled_from(KINDS),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["until_ms", "days", "months", "readings", "zone"]), inner
            )
        ),
        max_leaves=8,
    ),
)
def test_nothing_but_a_refusal_comes_of_any_json(kind: str, body: object) -> None:
    with suppress(LiveError):
        arrival_of(kind, 1, START, 1, json.dumps(body))
