"""Spark writes what the engine of one machine writes, byte by byte.

``make spark`` installs it and runs this file; without it, or without Java, nothing here runs.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fleet_town import AS_OF, Here, bills_table, bytes_of, homes_table, write_tables

from ahorraluz.pipelines.fleet_on_spark import spark_engine
from ahorraluz.services.fleet.runs import FleetRequest, score_fleet
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import read_settings

pytest.importorskip("pyspark", reason="Spark is not installed: make spark")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine"),
    # Spark warns of the newest pandas, and leaves sockets to be closed.
    pytest.mark.filterwarnings("ignore"),
]


def test_a_cluster_writes_the_bytes_of_one_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path / "data"))
    tools = open_toolbox(read_settings())
    homes, readings = write_tables(tmp_path / "in", homes_table(22), bills_table(21))
    asked = FleetRequest(
        homes=homes, readings=readings, out=tmp_path / "here", as_of=AS_OF, homes_per_part=5
    )
    score_fleet(asked, engine=Here(), tools=tools)
    on_spark = replace(asked, out=tmp_path / "spark")

    with spark_engine(workers=2) as engine:
        found = score_fleet(on_spark, engine=engine, tools=tools)

    assert (found.homes, found.dead) == (21, 1)
    assert bytes_of(on_spark.out) == bytes_of(asked.out)
