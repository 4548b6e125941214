"""``ahorraluz fleet clients`` says what it brought, and refuses who keeps no portfolio."""

import json
from pathlib import Path

import pytest
from tests.fleet_town import bills_table, homes_table, write_tables
from tests.unit.cli.running import run


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path / "data"))
    return write_tables(tmp_path, homes_table(2), bills_table(1))


def added(name: str, role: str) -> None:
    from click.testing import CliRunner

    from ahorraluz.cli.main import cli

    words = ["accounts", "add", name, "--role", role]
    assert CliRunner().invoke(cli, words, input="a long word, kept\n").exit_code == 0


def test_it_says_what_was_brought_and_what_was_not(tables: tuple[Path, Path]) -> None:
    added("ana@ejemplo.pe", "consultant")
    words = ("fleet", "clients", "--homes", tables[0], "--readings", tables[1])

    shown = run(*words, "--for", "ana@ejemplo.pe", "--lang", "en")
    again = run(*words, "--for", "ana@ejemplo.pe", "--json")

    assert shown.exit_code == 0
    assert "New: 1." in shown.stdout
    assert "h00001  fleet-home-without-readings" in shown.stdout
    told = json.loads(again.stdout)
    assert (told["new"], told["same"], len(told["aside"])) == (0, 1, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [("luis@ejemplo.pe", "keeps no portfolio"), ("nadie@ejemplo.pe", "There is no account")],
)
def test_who_keeps_no_portfolio_is_refused(tables: tuple[Path, Path], name: str, said: str) -> None:
    added("luis@ejemplo.pe", "resident")

    refused = run(
        *("fleet", "clients", "--homes", tables[0], "--readings", tables[1]),
        *("--for", name, "--lang", "en"),
    )

    assert refused.exit_code == 2
    assert said in refused.stderr


@pytest.mark.parametrize(("left_out", "said"), [("--for", "--for"), ("--homes", "--homes")])
def test_what_is_missing_is_named(tables: tuple[Path, Path], left_out: str, said: str) -> None:
    words: dict[str, str | Path] = {
        "--homes": tables[0],
        "--readings": tables[1],
        "--for": "x",
    }
    kept = [word for name, value in words.items() if name != left_out for word in (name, value)]

    refused = run("fleet", "clients", *kept, "--lang", "en")

    assert refused.exit_code == 2
    assert said in refused.stderr
