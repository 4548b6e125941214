"""``ahorraluz events`` lists what happened in a home."""

import json
from pathlib import Path

import pytest
from tests.live_homes import add_home
from tests.told_people import nears_a_limit
from tests.unit.cli.running import run

from ahorraluz.cli.serve import now
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path))
    tools = open_toolbox(Settings(data_dir=tmp_path))
    add_home(tools.store, "casa")
    add_home(tools.store, "nueva")
    moment = now()
    watched = nears_a_limit("casa", moment)
    tools.store.live.watches.keep([watched], at_ms=int(moment.timestamp() * 1_000))
    tools.store.close()
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_people_read_a_line_for_each_event() -> None:
    shown = run("events", "casa")

    assert shown.exit_code == 0
    (line,) = shown.output.splitlines()
    assert "Cerca de un límite: Vas camino a pasar los 140 kWh" in line


@pytest.mark.usefixtures("folder")
def test_programs_read_the_same_with_the_soles() -> None:
    shown = json.loads(run("events", "casa", "--count", "1", "--json").output)

    (event,) = shown["events"]
    assert set(event) == {"id", "at", "kind", "weight", "title", "text", "soles", "told"}
    assert event["at"].endswith("-05:00")
    assert event["soles"] == 18.4


@pytest.mark.usefixtures("folder")
def test_a_home_where_nothing_happened_says_so() -> None:
    assert run("events", "nueva").output == "Todavía no pasó nada en este hogar.\n"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "words", [("ninguna",), ("casa", "--count", "0"), ("casa", "--count", "x")]
)
def test_what_cannot_be_is_refused(words: tuple[str, ...]) -> None:
    assert run("events", *words).exit_code != 0
