"""Figures for boards are those of the services, and nothing is made up."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.live_homes import add_channel, add_device
from tests.signed_people import PAIRS

from ahorraluz.core.live.readings import LiveReading, Quantity
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.learning.shipped_cards import shipped_cards
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.advise import whole_account
from ahorraluz.services.households.asking import ask_home
from ahorraluz.services.households.figures import reckon
from ahorraluz.services.households.keeping import keep_home, kept_home
from ahorraluz.services.households.results import step_results
from ahorraluz.services.keep_promises import make_promise, mark_done
from ahorraluz.services.live.figures import KEPT_DAYS, fill_figures
from ahorraluz.services.live.model_figures import model_figures
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.live.records import Figure
from ahorraluz.store.promise_records import PromiseTerms

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TODAY = date(2026, 11, 24)
STEP, SINCE = "standby-off", date(2026, 8, 3)
WATTS = 600


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Toolbox]:
    opened = open_toolbox(Settings(data_dir=tmp_path))
    yield opened
    opened.store.close()


@pytest.fixture
def home(tools: Toolbox) -> str:
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    return keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id


def told(tools: Toolbox, home: str) -> dict[tuple[str, str, str], Figure]:
    """Fill; return what is kept of a home by day, name and label."""
    fill_figures(tools=tools, as_of=NOW)
    return {(f.day, f.name, f.label): f for f in tools.store.live.figures.of_home(home)}


def metered(tools: Toolbox, home: str) -> None:
    """Give a home 320 days of readings, and a step that saved a fifth."""
    days = 320
    first = np.datetime64(TODAY) - days
    start = (first + np.arange(days)).astype("datetime64[s]").astype(np.int64) + 5 * 3_600
    kwh = 4.6 + np.random.default_rng(7).normal(0, 0.2, days)
    kwh[first + np.arange(days) >= np.datetime64(SINCE)] *= 0.8
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + 86_400,
        value=kwh,
        line=np.arange(days, dtype=np.int64) + 2,
        flags=np.zeros(days, dtype=np.uint8),
    )
    file = MeterFile(format="csv", channels=(channel,), rows=days, zone="America/Lima")
    tools.store.add_import(home, file, sha256="ab" * 32, file_name="m.csv", as_of=NOW)
    terms = PromiseTerms(
        step=STEP, distributor="luz-del-sur", region="", wh_month=24_000, cents_month=1_900
    )
    make_promise(home, terms, tools=tools, as_of=datetime(2026, 8, 1, tzinfo=UTC))
    mark_done(home, STEP, day=SINCE, tools=tools, today=TODAY, as_of=NOW)


def test_end_uses_and_the_plan_are_those_of_the_page(tools: Toolbox, home: str) -> None:
    kept = kept_home(home, tools=tools)
    asked = ask_home(kept, tools=tools, as_of=TODAY)
    assert asked.inquiry is not None
    account = whole_account(asked.inquiry.home)[0]
    figures = reckon(kept, tools=tools, as_of=NOW)

    found = told(tools, home)

    day = TODAY.isoformat()
    uses = {label: f.middle for (_, name, label), f in found.items() if name == "end_use"}
    assert uses == {use.id.value: use.estimate.middle for use in account.uses}
    assert figures.saving_pen_year is not None
    saving = found[day, "plan_saving", ""]
    assert saving.middle == pytest.approx(float(figures.saving_pen_year) / 12)
    assert saving.low is not None
    assert saving.high is not None
    assert saving.low <= saving.middle <= saving.high
    assert found[day, "fose_limit", ""].middle == 140
    names = {name for _, name, _ in found}
    assert not names & {"base_load", "verified_soles", "metered", "energy", "month", "month_cost"}


def test_savings_are_those_that_were_measured(tools: Toolbox, home: str) -> None:
    metered(tools, home)
    asked = ask_home(kept_home(home, tools=tools), tools=tools, as_of=TODAY)
    [result] = step_results(home, connection=asked.connection, tools=tools, today=TODAY)
    assert result.verified is not None
    assert result.verified.soles is not None

    found = told(tools, home)

    day = TODAY.isoformat()
    soles = found[day, "verified_soles", STEP]
    expected = result.verified.soles
    assert (soles.low, soles.middle, soles.high) == (expected.low, expected.middle, expected.high)
    assert found[day, "promised_soles", STEP].middle == 19
    months = {
        name: [f.middle for (_, each, _), f in found.items() if each == name]
        for name in ("counterfactual", "metered")
    }
    assert months["metered"] == [m.month.metered_kwh for m in result.verified.months]
    assert months["counterfactual"] == [m.month.expected_kwh for m in result.verified.months]
    assert sum(months["metered"]) < 0.9 * sum(months["counterfactual"])
    assert found[day, "base_load", ""].unit == "W"


def test_energy_of_days_and_the_month_are_those_of_the_watch(tools: Toolbox, home: str) -> None:
    live = tools.store.live
    device = add_device(tools.store, home, as_of=NOW)
    register = add_channel(tools.store, device, Quantity.REGISTER, as_of=NOW)
    plug = add_channel(
        tools.store, device, Quantity.POWER, as_of=NOW, flow=Flow.CIRCUIT, name="plug"
    )
    watching = Watching(tools)
    moments = [NOW - timedelta(minutes=5 * n) for n in range(12 * 60, -1, -1)]
    ms = [int(moment.timestamp() * 1_000) for moment in moments]
    said = [LiveReading(register.id, at, (at - ms[0]) * WATTS // 3_600) for at in ms]
    # What a plug measures is in the register already.
    said += [LiveReading(plug.id, at, 99_000) for at in ms]
    watched = watching.watch(said, NOW)
    live.append(said, as_of=NOW, watched=watched)
    watching.kept()
    live.settle(NOW + timedelta(minutes=20))

    found = told(tools, home)

    assert found["2026-11-23", "energy", ""].middle == pytest.approx(WATTS * 24 / 1_000)
    now = {one.name: one.value for one in live.watches.now(home)}
    month = found[TODAY.isoformat(), "month_forecast", ""]
    assert month.middle == now["end_energy"] / 1_000
    assert (month.low, month.high) == (
        now["end_energy_low"] / 1_000,
        now["end_energy_high"] / 1_000,
    )
    assert found[TODAY.isoformat(), "month_cost", ""].middle == now["month_cost"] / 100


def test_what_a_watch_told_days_ago_is_no_figure_of_today(tools: Toolbox, home: str) -> None:
    from ahorraluz.store.live.records import Now
    from ahorraluz.store.live.watching import Watched

    long_ago = int((NOW - timedelta(days=3)).timestamp() * 1_000)
    now = (Now(name="month_energy", at_ms=long_ago, value=5_000, unit="Wh"),)
    watched = Watched(home=home, version=1, state=b"{}", events=(), now=now)
    tools.store.live.watches.keep([watched], at_ms=long_ago)

    assert not {name for _, name, _ in told(tools, home)} & {"month", "today"}


def test_figures_past_their_time_go_and_others_stay(tools: Toolbox, home: str) -> None:
    days = [(TODAY - timedelta(days=n)).isoformat() for n in (KEPT_DAYS + 1, KEPT_DAYS)]
    figures = [Figure(day=day, name="energy", middle=1.0, unit="kWh") for day in days]
    tools.store.live.figures.keep(home, figures)

    found = told(tools, home)

    assert [day for day, name, _ in found if name == "energy"] == days[1:]


def test_figures_of_models_are_those_of_their_cards() -> None:
    found = {(f.model, f.name, f.cohort, f.horizon_h): f for f in model_figures()}

    assert len(found) == len(model_figures())
    for card in shipped_cards():
        scores = card["scores"]["unseen"]["7"]
        own, naive = scores[card["name"]], scores["seasonal-naive-168"]
        ratio = found[card["name"], "nmae_over_seasonal-naive-168", "unseen", 168]
        assert ratio.value == pytest.approx(own["nmae"] / naive["nmae"])
        assert found[card["name"], "coverage80", "unseen", 168].value == own["coverage80"]
        trained = datetime.fromtimestamp(ratio.at_s, UTC).date().isoformat()
        assert trained == card["trained"]
        assert ratio.homes == sum(place["held_out"] for place in card["homes"])


def test_filling_twice_keeps_the_same(tools: Toolbox, home: str) -> None:
    first = told(tools, home)

    assert told(tools, home) == first
    assert len(tools.store.live.figures.of_models()) == len(model_figures())
