"""What tells whoever watches containers that a process without pages does its work."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.started import started
from tests.waiting import free_port, until

from ahorraluz.cli.main import cli
from ahorraluz.cli.serve import now
from ahorraluz.services.job_worker import Worker
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.telemetry import LiveMeters


def test_a_worker_tells_by_a_file_that_it_works_and_ends_when_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    words = [sys.executable, "-m", "ahorraluz", "work", "--alive-file", str(file)]
    environment = {"PATH": os.environ["PATH"], "AHORRALUZ_DATA_DIR": str(tmp_path / "data")}

    with started(words, env=environment) as process:
        told = until(file.exists)
        process.terminate()
        code = process.wait(60)

    assert told
    assert code == 0


def test_a_file_that_cannot_be_written_ends_the_worker(tmp_path: Path) -> None:
    file = tmp_path / "none" / "alive"

    run = CliRunner(env={"AHORRALUZ_DATA_DIR": str(tmp_path / "data")}).invoke(
        cli, ["work", "--alive-file", str(file), "--lang", "en"]
    )

    assert run.exit_code == 2
    assert str(file) in run.stderr


def test_a_worker_that_does_not_run_is_not_at_work(tmp_path: Path) -> None:
    worker = Worker(open_toolbox(Settings(data_dir=tmp_path)), clock=now)

    assert not worker.is_at_work


def test_counters_of_live_readings_are_told_at_the_address_that_was_named() -> None:
    meters, port = LiveMeters(), free_port()

    server = meters.serve(port, host="127.0.0.2")
    try:
        with urllib.request.urlopen(f"http://127.0.0.2:{port}/metrics", timeout=10) as answer:
            told = answer.read().decode()
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)
    finally:
        server.shutdown()
        server.server_close()

    assert "ahorraluz_live_messages_total" in told


def test_an_address_of_counters_without_a_port_is_refused(tmp_path: Path) -> None:
    words = ["live", "--broker", "mqtt://127.0.0.1:1", "--metrics-host", "0.0.0.0"]

    run = CliRunner(env={"AHORRALUZ_DATA_DIR": str(tmp_path)}).invoke(cli, [*words, "--lang", "en"])

    assert run.exit_code == 2
    assert "--metrics-port" in run.stderr
