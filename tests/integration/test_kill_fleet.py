"""A run over many homes that is killed twice writes what it would have written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fleet_town import bills_table, homes_table, write_tables

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.integration


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_two_kills_change_no_byte(tmp_path: Path) -> None:
    homes, readings = write_tables(tmp_path / "in", homes_table(24), bills_table(24))
    # A copy: a run is of one text of the program, and somebody may be changing it meanwhile.
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    words = [sys.executable, str(ROOT / "scripts" / "kill_fleet.py"), "--kills", "2"]
    words += ["--homes-table", str(homes), "--readings", str(readings), "--homes-per-part", "4"]
    here = {"PYTHONPATH": str(tmp_path / "src"), "AHORRALUZ_DATA_DIR": str(tmp_path / "data")}

    done = subprocess.run(words, env={**os.environ, **here}, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
