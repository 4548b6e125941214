"""``ahorraluz prices``: the price of the next kWh at the command line."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from tests.live_homes import add_home
from tests.unit.cli.running import run
from tests.watched_home import near_a_limit

from ahorraluz.cli.serve import now
from ahorraluz.services.live.watching import watched_of
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path))
    tools = open_toolbox(Settings(data_dir=tmp_path))
    add_home(tools.store, "casa")
    moment = now()
    watched = watched_of("casa", *near_a_limit(moment))
    tools.store.live.watches.keep([watched], at_ms=int(moment.timestamp() * 1_000))
    tools.store.close()
    return "casa"


def test_people_read_an_hour_and_a_price_on_each_line(home: str) -> None:
    shown = run("prices", home, "--hours", "3")

    lines = shown.output.splitlines()
    assert shown.exit_code == 0
    moments = [datetime.fromisoformat(f"{line[:16]}+00:00") for line in lines]
    assert moments == sorted(moments)
    assert len(lines) == 3


def test_programs_read_their_form(home: str) -> None:
    rates = json.loads(run("prices", home, "--form", "evcc").output)
    plain = json.loads(run("prices", home, "--json").output)
    rows = run("prices", home, "--form", "emhass-csv", "--hours", "24").output.splitlines()

    assert len(rates) == len(plain["hours"]) == 48
    assert len(rows) == 24
    assert rows[0].count(",") == 1


def test_the_cliff_can_be_left_out(home: str) -> None:
    with_it = json.loads(run("prices", home, "--form", "evcc").output)
    without = json.loads(run("prices", home, "--form", "evcc", "--without-cliff").output)

    assert max(rate["value"] for rate in with_it) > max(rate["value"] for rate in without)


@pytest.mark.parametrize(
    "words", [("--hours", "0"), ("--hours", "200"), ("--form", "xml"), ("--hours", "dos")]
)
def test_what_cannot_be_is_refused(home: str, words: tuple[str, str]) -> None:
    refused = run("prices", home, *words)

    assert refused.exit_code == 2
    assert refused.output.strip()


def test_a_home_that_is_not_watched_is_told_so(home: str) -> None:
    refused = run("prices", "otra")

    assert refused.exit_code == 2
