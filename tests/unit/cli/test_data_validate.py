"""``ahorraluz data validate``: what it says, and with which code it ends."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.unit.cli.running import answer, faults, run

pytestmark = pytest.mark.skipif(find_spec("pandera") is None, reason="pandera is not installed")

HOMES = "household_id,distributor\nh1,seal\n"
BILLS = "household_id,start,end,kwh\nh1,2026-01-01,2026-02-01,100\n"


@pytest.fixture
def tables(tmp_path: Path) -> tuple[str | Path, ...]:
    """Return the options of two sound tables."""
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    (tmp_path / "bills.csv").write_text(BILLS, encoding="utf-8")
    return ("--homes", tmp_path / "homes.csv", "--readings", tmp_path / "bills.csv")


def test_sound_tables_end_well_with_the_documented_layout(tables: tuple[str | Path, ...]) -> None:
    document = answer("data", "validate", *tables)

    assert faults(document, "data-validate") == []
    assert (document["sound"], document["homes"], document["shape"]) == (True, 1, "bills")


def test_faults_end_with_two_and_are_written_to_the_report(
    tables: tuple[str | Path, ...], tmp_path: Path
) -> None:
    (tmp_path / "bills.csv").write_text(f"{BILLS}h1,2026-02-01,2026-03-01,x\n", encoding="utf-8")

    result = run("data", "validate", *tables, "--report", tmp_path / "check.json")

    document = json.loads((tmp_path / "check.json").read_text("utf-8"))
    assert result.exit_code == 2
    assert "bills.csv, fila 2, hogar h1, columna kwh: «x» no es un número" in result.stdout
    assert faults(document, "data-validate") == []
    assert document["by_code"] == {"tables-cell-number": 1}


def test_as_many_faults_as_are_tolerated_end_well(
    tables: tuple[str | Path, ...], tmp_path: Path
) -> None:
    (tmp_path / "bills.csv").write_text(f"{BILLS}h1,2026-02-01,2026-03-01,x\n", encoding="utf-8")

    codes = [
        run("data", "validate", *tables, "--tolerate", part).exit_code for part in ["20", "40"]
    ]

    # One fault in three rows.
    assert codes == [2, 0]


def test_without_pandera_it_is_said_how_to_get_it(
    tables: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandera.pandas", None)

    result = run("data", "validate", *tables, "--lang", "en")

    assert result.exit_code == 2
    assert 'pip install "ahorraluz[pipelines]"' in result.stderr


def test_what_is_not_there_is_named(tables: tuple[str | Path, ...], tmp_path: Path) -> None:
    result = run("data", "validate", *tables[:3], tmp_path / "none.csv", "--lang", "en")

    assert (result.exit_code, "none.csv" in result.stderr) == (2, True)
