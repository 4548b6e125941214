"""The price of the next kWh, hour by hour, in the forms that planners read."""

import csv
import itertools
import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.watched_home import DAY_MS, HOUR, METER, START, ZONE, rules

from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Tick
from ahorraluz.core.live.price_series import Form, price_series, write_series
from ahorraluz.core.live.readings import LiveError, LiveReading
from ahorraluz.core.live.rules import Rules
from ahorraluz.core.live.state import State
from ahorraluz.core.live.step import fresh, run

JUNE = 30


def watched(kwh: int, *, day: int = 20, of_home: Rules | None = None, more_ms: int = 0) -> State:
    """Return a home that took some energy in the days of the month so far."""
    now = START + day * DAY_MS + more_ms
    said = [LiveReading(METER, START, 0), LiveReading(METER, now, kwh * 10**6)]
    return run(fresh(), [of_home or rules(), *said, Tick(now)])[0]


def test_an_hour_below_a_limit_has_the_price_of_its_block() -> None:
    first, *_ = price_series(watched(80), hours=1)

    # 0.42... of the June sheets weighed by days; the slope is that of the ladder.
    ladder = rules().months[0].ladder
    assert ladder is not None
    assert first.slope == ladder.marginal([80_000], 0)
    assert first.price == pytest.approx(first.slope)
    assert (first.edge_wh, first.cliff) == (None, None)


def test_the_hour_that_passes_the_cliff_bears_it() -> None:
    series = price_series(watched(139), hours=24)

    with_cliff = [hour for hour in series if hour.cliff is not None]
    assert len(with_cliff) == 1
    assert with_cliff[0].edge_wh == 140_000
    assert with_cliff[0].price > 10 * with_cliff[0].slope
    assert series[-1].slope > series[0].slope


@settings(max_examples=30, deadline=None)
@given(kwh=st.integers(0, 200), hours=st.integers(1, 168))
def test_prices_times_energies_are_the_growth_of_the_bill(kwh: int, hours: int) -> None:
    of_home = rules(day_wh=6_000)
    series = price_series(watched(kwh, day=20, of_home=of_home), hours=hours)

    last = series[-1]
    parts = [
        price.price * (after.month_wh - price.month_wh)
        for price, after in itertools.pairwise(series)
    ]
    ladder = of_home.months[0].ladder
    assert ladder is not None
    before, after = ladder.exact([series[0].month_wh]), ladder.exact([last.month_wh])
    assert before is not None
    assert after is not None
    assert float(sum(parts, Decimal(0))) / 1_000 == pytest.approx(float(after - before) / 100)


def test_a_new_month_begins_with_its_first_block() -> None:
    series = price_series(watched(200, day=JUNE - 1), hours=48)

    assert series[23].month_wh > 200_000
    assert series[24].month_wh == 0
    assert series[24].slope < series[23].slope


def test_hours_with_a_price_of_their_own_have_it() -> None:
    series = price_series(watched(80, of_home=rules(Option.BT5F)), hours=24)

    dear = [hour for hour in series if hour.band == "peak"]
    assert len(dear) == 5
    assert min(hour.slope for hour in dear) > max(
        hour.slope for hour in series if hour.band != "peak"
    )


def test_what_cannot_be_told_is_refused() -> None:
    june, july = rules().months
    unpriced = rules(months=(replace(june, ladder=None), july))

    for state, hours, code in (
        (fresh(), 5, "live-prices-nothing"),
        (watched(80), 0, "live-prices-hours"),
        (watched(80), 169, "live-prices-hours"),
        (watched(80, of_home=unpriced), 5, "live-prices-unknown"),
    ):
        with pytest.raises(LiveError) as refused:
            price_series(state, hours=hours)
        assert refused.value.issue.code == code


def test_evcc_reads_start_end_and_value_by_rising_moments() -> None:
    series = price_series(watched(80), hours=48)

    text = json.dumps(write_series(series, Form.EVCC, zone=ZONE))

    rates = json.loads(text)
    assert len(rates) == 48
    assert set(rates[0]) == {"start", "end", "value"}
    moments = [datetime.fromisoformat(rate["start"]) for rate in rates]
    assert moments == sorted(moments)
    assert all(rate["start"].endswith("Z") for rate in rates)
    assert rates[0]["end"] == rates[1]["start"]


def test_emhass_reads_a_runtime_parameter_and_a_file() -> None:
    series = price_series(watched(80), hours=24)

    runtime = write_series(series, Form.EMHASS, zone=ZONE)
    text = write_series(series, Form.EMHASS_CSV, zone=ZONE)

    assert isinstance(runtime, dict)
    forecast = runtime["load_cost_forecast"]
    assert next(iter(forecast)) == "2026-06-24T00:00:00-05:00"
    assert isinstance(text, str)
    rows = list(csv.reader(text.splitlines()))
    assert rows[0][0] == "2026-06-24 05:00:00+00:00"
    assert [float(row[1]) for row in rows] == list(forecast.values())


def test_predbat_reads_hundredths_newest_first_and_sensors_whole_soles() -> None:
    series = price_series(watched(80), hours=36)

    rates = write_series(series, Form.PREDBAT, zone=ZONE)
    sensor = write_series(series, Form.HOME_ASSISTANT, zone=ZONE)

    assert isinstance(rates, dict)
    assert isinstance(sensor, dict)
    assert rates["next"] is None
    assert rates["results"][-1]["value_inc_vat"] == pytest.approx(100 * sensor["state"])
    assert rates["results"][0]["valid_from"] > rates["results"][1]["valid_from"]
    assert (len(sensor["raw_today"]), len(sensor["raw_tomorrow"])) == (24, 12)
    assert sensor["raw_today"][0].keys() == {"start", "end", "value"}


def test_planners_that_only_move_loads_may_leave_the_cliff_out() -> None:
    series = price_series(watched(139), hours=24)

    with_cliff = write_series(series, Form.EVCC, zone=ZONE)
    without = write_series(series, Form.EVCC, zone=ZONE, cliff=False)

    assert isinstance(with_cliff, list)
    assert isinstance(without, list)
    assert max(rate["value"] for rate in with_cliff) > 5 * max(rate["value"] for rate in without)


def test_the_plain_form_tells_blocks_and_cliffs_as_text() -> None:
    told = write_series(price_series(watched(139), hours=24), Form.PLAIN, zone=ZONE)

    assert isinstance(told, dict)
    hours = told["hours"]
    assert {hour["edge_kwh"] for hour in hours} == {None, "140"}
    assert all(isinstance(hour["price"], str) for hour in hours)


def test_an_hour_that_has_begun_counts_from_now() -> None:
    state = watched(80, more_ms=HOUR // 2)

    first = price_series(state, hours=2)[0]

    assert first.end_ms - first.start_ms == HOUR
    assert first.expected_wh == pytest.approx(4_000 / 48, abs=1)
