"""A run over many homes that is killed twice writes what it would have written."""

import shutil
import sys
from pathlib import Path

import pytest
from tests.fleet_town import bills_table, homes_table, write_tables

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.integration


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_two_kills_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    from kill_fleet import Tables, kill_often

    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path / "data"))
    # A copy: a run is of one text of the program, and somebody may be changing it meanwhile.
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    homes, readings = write_tables(tmp_path / "in", homes_table(24), bills_table(24))
    tables = Tables(homes=homes, readings=readings, part=4, workers=2)

    wrong = kill_often(tables, tmp_path, kills=2, seed=1)

    assert wrong == []
