"""``ahorraluz fleet score``: a summary in both languages, JSON by its layout, faults in words."""

import json
from pathlib import Path

import pytest
from tests.fleet_town import bills_table, homes_table, write_tables
from tests.unit.cli.running import answer, faults, run

from ahorraluz.services.fleet import local
from ahorraluz.services.fleet.runs import Done, do_part

WORDS = ("--as-of", "2026-11-24", "--workers", "1")


class HereEngine:
    """Scores in this process: what workers are for is tried elsewhere."""

    def __init__(self, *, workers: int | None) -> None:
        self.workers = workers

    def run(self, job: object, parts: list[int], *, tools: object) -> list[Done]:
        """Score parts one after the other."""
        return [do_part(job, part, tools=tools) for part in parts]  # type: ignore[arg-type]


@pytest.fixture
def town(tmp_path: Path, data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    monkeypatch.setattr(local, "LocalEngine", HereEngine)
    homes, readings = write_tables(tmp_path / "in", homes_table(31), bills_table(30))
    return ("--homes", str(homes), "--readings", str(readings), "--out", str(tmp_path / "out"))


def test_the_answer_follows_its_layout_and_is_told_again(
    town: tuple[str, ...], tmp_path: Path
) -> None:
    told = answer("fleet", "score", *town, *WORDS)

    assert faults(told, "fleet-report") == []
    assert (told["homes"], told["dead"], told["complete"]) == (30, 1, True)
    assert told["dead_letters"][0]["code"] == "fleet-home-without-readings"
    assert answer("fleet", "report", tmp_path / "out") == told
    groups = answer("fleet", "aggregates", tmp_path / "out")
    assert faults(groups, "fleet-aggregates") == []
    assert groups["places"] == told["places"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param(
            "es",
            ("Hogares puntuados", "Si los hogares lo tienen", "no tiene recibos ni lecturas"),
            id="Spanish",
        ),
        pytest.param(
            "en",
            ("Homes scored", "If the homes have it", "neither recibos nor readings"),
            id="English",
        ),
    ],
)
def test_the_summary_is_in_the_language_that_was_asked_for(
    language: str, expected: tuple[str, ...], town: tuple[str, ...]
) -> None:
    result = run("fleet", "score", *town, *WORDS, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert all(words in result.stdout for words in expected)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--homes", "nowhere.csv"), "fleet-path-missing", id="no such table"),
        pytest.param(("--workers", "0"), "field-too-small", id="no worker"),
        pytest.param(("--homes-per-part", "1.5"), "number-not-whole", id="half a home"),
        pytest.param(("--hours", "169"), "field-too-large", id="more than a week"),
        pytest.param(("--engine", "abacus"), "field-not-a-choice", id="no such engine"),
        pytest.param(("--as-of", "tomorrow"), "date-invalid", id="a day in words"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    words: tuple[str, ...], code: str, town: tuple[str, ...], tmp_path: Path
) -> None:
    result = run("fleet", "score", *town, *WORDS, *words, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert [issue["code"] for issue in json.loads(result.stderr)["issues"]] == [code]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["report", "aggregates"])
def test_a_folder_without_a_result_is_said(command: str, tmp_path: Path) -> None:
    result = run("fleet", command, tmp_path, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stderr)["issues"][0]["code"] == "fleet-out-missing"


@pytest.mark.parametrize("fault", ["gone", "damaged", "unfinished"])
@pytest.mark.parametrize("command", ["report", "aggregates"])
def test_a_result_that_is_not_whole_is_not_told(
    town: tuple[str, ...], tmp_path: Path, fault: str, command: str
) -> None:
    out = tmp_path / "out"
    assert run("fleet", "score", *town, *WORDS, "--homes-per-part", "16").exit_code == 0
    part, manifest = out / "homes" / "part-00001.parquet", out / "manifest.json"
    before = (out / "aggregates" / "places.csv").read_bytes()
    if fault == "gone":
        part.unlink()
    elif fault == "damaged":
        part.write_bytes(part.read_bytes() + b"x")
    else:
        manifest.write_text(manifest.read_text("utf-8").replace("true", "false"), "utf-8")

    refused = run("fleet", command, out, "--lang", "en")

    assert refused.exit_code == 2
    assert "of 2 parts of its run. Repeat fleet score" in refused.stderr
    assert (out / "aggregates" / "places.csv").read_bytes() == before
    if fault == "damaged":
        assert run("fleet", "score", *town, *WORDS, "--homes-per-part", "16").exit_code == 0
        assert run("fleet", command, out).exit_code == 0
