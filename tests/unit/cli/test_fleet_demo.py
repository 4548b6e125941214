"""``ahorraluz fleet demo`` makes homes up and says how many, or what is wrong with the wish."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ahorraluz.cli.main import cli


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["fleet", "demo", *words])


@pytest.mark.parametrize(
    ("kind", "readings"), [("bills", 6), ("hours", 3 * 59 * 24)], ids=["recibos", "hours"]
)
def test_it_writes_what_was_asked_for(kind: str, readings: int, tmp_path: Path) -> None:
    out = tmp_path / "fleet"

    result = run(
        *("--homes", "3", "--kind", kind, "--months", "2", "--start", "2026-01-01"),
        *("--seed", "5", "--out", str(out), "--json"),
    )

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (told["homes"], told["readings"], told["broken"]) == (3, readings, 0)
    assert told["made_up"] is True
    assert sorted(path.name for path in out.iterdir()) == [
        "homes.parquet",
        "made-up.json",
        "readings",
    ]


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_says_where_the_homes_are(language: str, tmp_path: Path) -> None:
    result = run("--homes", "20", "--faults", "1", "--out", str(tmp_path / "f"), "--lang", language)

    assert result.exit_code == 0
    assert "20" in result.stdout
    assert str(tmp_path / "f") in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--homes", "0"), id="no home"),
        pytest.param(("--homes", "2.5"), id="half a home"),
        pytest.param(("--kind", "weeks"), id="a kind that is not"),
        pytest.param(("--months", "37"), id="too many months"),
        pytest.param(("--faults", "1.1"), id="more than all homes"),
        pytest.param(("--start", "tomorrow"), id="a day in words"),
        pytest.param(("--start", "1900-01-01"), id="a day far away"),
    ],
)
def test_wishes_that_cannot_be_are_refused_and_nothing_is_written(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    result = run(*words, "--out", str(tmp_path / "fleet"), "--lang", "en")

    assert result.exit_code == 2
    assert words[0] in result.stderr
    assert not (tmp_path / "fleet").exists()
