"""``ahorraluz live`` and ``ahorraluz simulate`` as people start them: what is sent is kept."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.started import started
from tests.waiting import free_port

PATIENCE_S = 90.0


class Run:
    """The program in a data folder of its own."""

    def __init__(self, folder: Path, programs: ExitStack) -> None:
        self.folder, self.port = folder, free_port()
        self._programs = programs
        self.environment = {
            "PATH": os.environ["PATH"],
            "AHORRALUZ_DATA_DIR": str(folder / "data"),
            "AHORRALUZ_LANG": "en",
            "AHORRALUZ_PORT": str(free_port()),
        }

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command, which ends with the test at the latest."""
        return self._programs.enter_context(
            started(
                [sys.executable, "-m", "ahorraluz", *words],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )

    def end(self, *words: str) -> tuple[int, str]:
        """Run a command to its end."""
        process = self.start(*words)
        out, _ = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with ExitStack() as programs:
        yield Run(tmp_path, programs)


@pytest.fixture
def live(run: Run) -> "subprocess.Popen[str]":
    process = run.start("live", "--listen", f"127.0.0.1:{run.port}")
    assert process.stdout is not None
    assert f"mqtt://127.0.0.1:{run.port}" in process.stdout.readline()
    assert "Taking in readings" in process.stdout.readline()
    return process


def test_what_made_up_meters_send_is_what_is_kept(
    run: Run, live: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    log = tmp_path / "published.jsonl"
    broker = ("--broker", f"mqtt://127.0.0.1:{run.port}")
    size = ("--homes", "3", "--rate", "400", "--messages", "300", "--every", "20")

    code, said = run.end("simulate", *size, *broker, "--log", str(log))

    assert code == 0, said
    assert "300 messages with 600 readings" in said
    assert compared(run, log) == (0, "Published: 600. Kept: 600. Missing: 0. Different: 0.")
    live.send_signal(signal.SIGTERM)
    out, _ = live.communicate(timeout=PATIENCE_S)
    assert live.returncode == 0
    assert "Ended: 300 messages kept." in out


def compared(run: Run, log: Path) -> tuple[int, str]:
    """Compare until nothing is missing, or patience ends."""
    end = time.monotonic() + PATIENCE_S
    while True:
        code, said = run.end("simulate", "--compare", str(log))
        if code == 0 or time.monotonic() > end:
            return code, said.partition(" Too many")[0].strip()


def test_a_difference_is_found_and_named(run: Run, live: object, tmp_path: Path) -> None:
    log = tmp_path / "published.jsonl"
    broker = ("--broker", f"mqtt://127.0.0.1:{run.port}")
    run.end(
        "simulate", "--homes", "1", "--rate", "100", "--messages", "9", *broker, "--log", str(log)
    )
    assert compared(run, log)[0] == 0
    text = log.read_text("utf-8")
    log.write_text(re.sub(r'"power_mw":\d+', '"power_mw":1', text, count=1), "utf-8")

    code, said = run.end("simulate", "--compare", str(log))

    assert code == 1
    assert "Missing: 0. Different: 1." in said


def test_the_show_brings_homes_pages_and_a_broker(run: Run) -> None:
    process = run.start("live", "--demo", "1", "--listen", f"127.0.0.1:{run.port}")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, out
    said = "".join(lines)
    assert "A show with 1 made-up homes" in said
    assert f"http://127.0.0.1:{run.environment['AHORRALUZ_PORT']}" in said
    assert "Sign in as simulado-" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("live", "--broker", "http://user:secreto@x"), "The address of --broker"),
        (("live", "--listen", "here"), "Cannot listen on “here”"),
        (("live", "--demo", "2", "--broker", "mqtt://x"), "brings its own MQTT broker"),
        (("simulate", "--homes", "0"), "homes"),
        (("simulate", "--homes", "201"), "homes"),
        (("simulate", "--compare", "nowhere.jsonl"), "nowhere.jsonl"),
    ],
    ids=["broker", "listen", "demo", "none", "many", "file"],
)
def test_what_cannot_be_is_refused_in_words(run: Run, words: tuple[str, ...], said: str) -> None:
    code, out = run.end(*words)

    assert code == 2
    assert said in out
    assert "secreto" not in out
    assert "Traceback" not in out


def test_meters_without_a_broker_are_told_so(run: Run) -> None:
    code, out = run.end(
        "simulate", "--homes", "1", "--messages", "1", "--broker", f"mqtt://127.0.0.1:{run.port}"
    )

    assert code == 2
    assert f"127.0.0.1:{run.port}" in out
