"""Spark writes what the engine of one machine writes, byte by byte.

``make spark`` installs it and runs this file; without it, or without Java, nothing here runs.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.fleet_town import AS_OF, bills_table, bytes_of, homes_table, write_tables

ROOT = Path(__file__).resolve().parents[2]
pytest.importorskip("pyspark", reason="Spark is not installed: make spark")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine"),
]


def score(folder: Path, engine: str) -> Any:
    words = [sys.executable, "-m", "ahorraluz", "fleet", "score", "--json", "--engine", engine]
    words += ["--homes", str(folder / "in" / "homes.parquet"), "--workers", "2"]
    words += ["--readings", str(folder / "in" / "readings.parquet"), "--out", str(folder / engine)]
    words += ["--as-of", AS_OF.isoformat(), "--homes-per-part", "5"]
    here = {"PYTHONPATH": str(folder / "src"), "AHORRALUZ_DATA_DIR": str(folder / "data")}
    done = subprocess.run(words, env={**os.environ, **here}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_cluster_writes_the_bytes_of_one_machine(tmp_path: Path) -> None:
    write_tables(tmp_path / "in", homes_table(22), bills_table(21))
    # A copy: a run is of one text of the program, and somebody may be changing it meanwhile.
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))

    told = score(tmp_path, "local")

    assert (told["homes"], told["dead"]) == (21, 1)
    assert score(tmp_path, "spark") == told
    assert bytes_of(tmp_path / "spark") == bytes_of(tmp_path / "local")
