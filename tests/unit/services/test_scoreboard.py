"""From promises of many homes to the public table, and back into the plan."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from tests.unit.core.verification.invented_homes import noisy_homes
from tests.unit.web.conftest import unpacked

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measures import Effect, Measure, Proposal
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.channels import Channel, Flow, MeterFile
from ahorraluz.core.readings.channels import Measure as Metered
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.core.verification.shrinkage import Realised
from ahorraluz.security.throttle import Throttle
from ahorraluz.server import create_app
from ahorraluz.services.documents.verification import scoreboard_csv
from ahorraluz.services.keep_promises import (
    MEND_DAYS,
    make_promise,
    mark_done,
    take_back_done,
    take_back_promise,
)
from ahorraluz.services.learn_savings import FILE, keep_learnt, learnt_measures, read_learnt
from ahorraluz.services.scoreboard import scoreboard, update_scoreboard
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.promise_records import PromiseTerms
from ahorraluz.store.records import Description

HOMES = noisy_homes(homes=14, seed=11)
STEP = "shorter-showers"
SINCE = date(2025, 9, 1)
TODAY = date(2026, 2, 1)
MADE = datetime(2025, 8, 1, tzinfo=UTC)
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
LIMA_S = 5 * 3_600
DAY_S = 86_400


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    """Return a store of fourteen homes that were promised a third and saved a fifth."""
    tools = open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))
    after = HOMES.days >= np.datetime64(SINCE)
    for number, kwh in enumerate(HOMES.kwh * np.where(after, 0.8, 1.0)):
        home = f"casa-{number}"
        keep(tools, home, kwh)
        promised = kwh[~after].mean() * DAYS_MONTH / 3
        terms = PromiseTerms(
            step=STEP,
            distributor="luz-del-sur",
            region="lima",
            wh_month=round(promised * 1000),
            cents_month=round(promised * 80),
        )
        make_promise(home, terms, tools=tools, as_of=MADE)
        mark_done(home, STEP, day=SINCE, tools=tools, today=TODAY, as_of=AS_OF)
    update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)
    return tools


def keep(tools: Toolbox, home: str, kwh: np.ndarray) -> None:
    hourly = np.repeat(kwh / 24, 24)
    start = HOMES.days[0].astype("datetime64[s]").astype(np.int64) + LIMA_S
    start = start + np.arange(len(hourly), dtype=np.int64) * 3_600
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Metered.ENERGY,
        start_s=start,
        end_s=start + 3_600,
        value=hourly,
        line=np.arange(len(hourly), dtype=np.int64) + 2,
        flags=np.zeros(len(hourly), dtype=np.uint8),
    )
    file = MeterFile(format="csv", channels=(channel,), rows=len(hourly), zone="America/Lima")
    tools.store.add_import(home, file, sha256=home * 4, file_name=f"{home}.csv", as_of=MADE)
    described = Description(
        department="lima", people=4, altitude_m=100.0, end_uses=frozenset(), kwh_month=150.0
    )
    tools.store.describe(home, described, MADE)


def test_every_promise_is_measured_gains_and_losses(tools: Toolbox) -> None:
    found = scoreboard(tools=tools)

    results = tools.store.promises.results()
    rate = {n: sum(m.cents for m in r) / sum(m.days for m in r) for n, r in results.items() if r}
    total = next(score for score in found.scores if (score.step, score.distributor) == ("", ""))
    assert (found.promises, found.measured, total.homes) == (10, 14, 14)
    assert found.measured_on == date(2026, 1, 31)
    assert total.measured == pytest.approx(sum(rate.values()) * DAYS_MONTH / 100, abs=0.14)
    assert total.low < total.measured < total.high
    assert total.gained == 12


def test_a_step_done_before_its_promise_is_not_counted(tools: Toolbox) -> None:
    terms = PromiseTerms(
        step="led-tubes", distributor="luz-del-sur", region="lima", wh_month=900, cents_month=90
    )
    day = date(2026, 1, 20)
    mark_done("casa-0", "led-tubes", day=day, tools=tools, today=TODAY, as_of=AS_OF)
    promise = make_promise("casa-0", terms, tools=tools, as_of=AS_OF)

    update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)

    assert promise.id not in tools.store.promises.results()


def test_a_later_day_does_not_move_what_is_counted(tools: Toolbox) -> None:
    before = tools.store.promises.results()
    late = AS_OF + timedelta(days=MEND_DAYS, seconds=1)
    day = date(2025, 11, 1)
    marked = mark_done("casa-1", STEP, day=day, tools=tools, today=TODAY, as_of=late)
    taken_back = take_back_done("casa-2", STEP, tools=tools, as_of=late)

    update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)

    assert tools.store.promises.results() == before
    assert (marked.done.day, marked.counted, taken_back.counted) == (day, SINCE, SINCE)
    for home in ("casa-1", "casa-2"):
        with pytest.raises(InvalidInputError) as refused:
            take_back_promise(home, STEP, tools=tools)
        assert refused.value.issue.code == "promise-step-done"


def test_a_mistake_mended_soon_is_mended_on_the_scoreboard(tmp_path: Path) -> None:
    tools = open_toolbox(Settings(data_dir=tmp_path))
    keep(tools, "casa", HOMES.kwh[0])
    terms = PromiseTerms(
        step=STEP, distributor="luz-del-sur", region="lima", wh_month=9_000, cents_month=700
    )
    make_promise("casa", terms, tools=tools, as_of=MADE)
    said = {"tools": tools, "today": TODAY}
    measured = []
    for day in (SINCE, SINCE + timedelta(days=31)):
        mark_done("casa", STEP, day=day, as_of=AS_OF, **said)  # type: ignore[arg-type]
        update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)
        (found,) = tools.store.promises.results().values()
        measured.append(found[0].month)
    take_back_done("casa", STEP, tools=tools, as_of=AS_OF)

    update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)

    assert measured[0] < measured[1]
    assert tools.store.promises.results() == {}
    assert take_back_promise("casa", STEP, tools=tools).terms == terms
    assert [home for _, home in tools.store.promises.everything()] == [None]


def test_the_page_and_its_files_say_the_same(tools: Toolbox) -> None:
    app = create_app(tools.settings, today=lambda: TODAY, throttle=Throttle(burst=1e9))
    client = app.test_client()

    page, table, document = (
        client.get(f"/resultados{end}") for end in ("", ".csv", ".json?lang=en")
    )

    assert [answer.status_code for answer in (page, table, document)] == [200, 200, 200]
    assert unpacked(table) == scoreboard_csv(scoreboard(tools=tools))
    assert "Lo prometido y lo medido" in unpacked(page)
    assert unpacked(page).count("<tr>") == len(unpacked(table).splitlines())
    assert "Gains and losses" in unpacked(document)


def test_the_end_of_the_chain_can_be_noted_and_found_again(tools: Toolbox) -> None:
    app = create_app(tools.settings, today=lambda: TODAY, throttle=Throttle(burst=1e9))
    client = app.test_client()

    chain = json.loads(unpacked(client.get("/resultados.json")))["chain"]
    hashes = unpacked(client.get("/resultados-huellas.txt")).splitlines()

    assert hashes == [promise.hash for promise, _ in tools.store.promises.everything()][:10]
    assert chain == {"count": len(hashes), "head": hashes[-1]}


def test_a_page_without_results_says_so(tmp_path: Path) -> None:
    app: Flask = create_app(
        Settings(data_dir=tmp_path), today=lambda: TODAY, throttle=Throttle(burst=1e9)
    )

    page = unpacked(app.test_client().get("/resultados"))

    assert "Todavía no hay resultados" in page
    assert "<table" not in page


def test_one_verified_home_leaves_no_trace_in_public(tmp_path: Path) -> None:
    tools = open_toolbox(Settings(data_dir=tmp_path))
    empty = scoreboard(tools=tools)
    keep(tools, "casa", HOMES.kwh[0])
    terms = PromiseTerms(
        step=STEP, distributor="luz-del-sur", region="lima", wh_month=9_000, cents_month=700
    )
    make_promise("casa", terms, tools=tools, as_of=MADE)
    mark_done("casa", STEP, day=SINCE, tools=tools, today=TODAY, as_of=AS_OF)

    updated = update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)

    assert updated.verified == 1
    assert scoreboard(tools=tools) == empty


def test_what_homes_realised_comes_back_into_the_plan(tools: Toolbox) -> None:
    (everywhere, lima) = read_learnt(tools.user_folder)

    assert (everywhere.measure, everywhere.homes, lima.region) == (STEP, 10, "lima")
    assert everywhere.ratio.low < everywhere.ratio.middle < 1.0


def test_without_verified_homes_the_measures_stand_as_published(tmp_path: Path) -> None:
    assert read_learnt(tmp_path) == ()
    assert learnt_measures(ALL_MEASURES, (), region="lima") == ALL_MEASURES


def test_a_spoilt_file_of_what_was_learnt_teaches_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[{"measure": "led"}]', encoding="ascii")

    assert read_learnt(tmp_path) == ()


def test_a_measure_saves_the_part_that_homes_realised(tmp_path: Path) -> None:
    share = (0.4,) * 12
    whole = Proposal(effect=Effect(home_shares=share, low=0.5, high=1.5), basis="basis.stated")
    measure: Measure = replace(ALL_MEASURES[0], id="led", judge=lambda _: whole)
    homes = [Realised(measure="led", region="", ratio=0.5, error=0.01) for _ in range(400)]
    learnt = keep_learnt(homes, folder=tmp_path)

    moved = learnt_measures([measure], read_learnt(tmp_path), region="cusco")[0]

    proposal = moved.judge(None)  # type: ignore[arg-type]
    assert isinstance(proposal, Proposal)
    assert proposal.effect.home_shares == pytest.approx([0.4 * learnt[0].ratio.middle] * 12)
    assert proposal.effect.high >= 1.0
    assert [issue.code for issue in proposal.issues] == ["measure-learnt"]
