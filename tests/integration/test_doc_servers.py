"""Commands of the documentation that run until they are stopped: each is started for real."""

import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from tests.brokers import MOSQUITTO, RealBroker, running
from tests.doc_commands.blocks import blocks_of, pages
from tests.doc_commands.ways import Way, way_of
from tests.started import started
from tests.waiting import PATIENCE_S, answers, free_port, until

pytestmark = pytest.mark.integration
PROGRAMS = Path(sys.executable).parent
SMALL = "--homes 2 --rate 100 --messages 20"


def commands() -> list[str]:
    """Return what is started, each only once: the place of the program makes no other."""
    found = {
        re.sub(r"^\S*/(?=ahorraluz )", "", command.text.partition("  #")[0].strip())
        for page in pages()
        for block in blocks_of(page)
        for command in block.commands
        if way_of(page, command) is Way.STARTED
    }
    return sorted(found)


SERVERS = [text for text in commands() if not text.startswith("ahorraluz simulate")]
METERS = [text for text in commands() if text.startswith("ahorraluz simulate")][::-1]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealBroker]:
    with running(tmp_path_factory.mktemp("broker")) as made:
        yield made


class Started:
    """A command, its ports replaced by free ones, and the port where it answers."""

    def __init__(self, text: str, *, folder: Path, broker: int) -> None:
        self.port = free_port()
        words = shlex.split(text)
        for name, value in (
            ("--port", str(self.port)),
            ("--listen", f"127.0.0.1:{self.port}"),
            ("--bind", f"127.0.0.1:{self.port}"),
            ("--metrics-port", str(self.port)),
            ("--broker", f"mqtt://127.0.0.1:{broker}"),
        ):
            if name in words:
                words[words.index(name) + 1] = value
        if "--demo" in words:
            words += ["--listen", f"127.0.0.1:{free_port()}"]
        self.words = [str(PROGRAMS / words[0]), *words[1:]]
        self.env = surroundings(folder, AHORRALUZ_PORT=str(self.port))
        if not {"--demo", "--listen", "--broker"} & set(words):
            self.env["AHORRALUZ_BROKER_URL"] = f"mqtt://127.0.0.1:{broker}"
        if words[:2] == ["ahorraluz", "live"] and MOSQUITTO is None:
            # The broker in Python speaks nothing newer.
            self.words += ["--mqtt", "3.1.1"]


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "AHORRALUZ_DATA_DIR": str(folder), "AHORRALUZ_LANG": "en"} | more


def is_healthy(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/salud") as page:
        return bool(page.status == 200)
    return False


def said_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("text", SERVERS)
def test_what_serves_is_started_answers_and_ends(
    text: str, tmp_path: Path, broker: RealBroker
) -> None:
    one = Started(text, folder=tmp_path, broker=broker.port)

    with started(
        one.words, env=one.env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if "--demo" in text:
            answered = any(f":{one.port}" in said_line(process) for _ in range(5))
        elif re.match(r"ahorraluz serve|gunicorn", text):
            answered = until(lambda: is_healthy(one.port))
        elif "--listen" in text or "--metrics-port" in text:
            answered = until(lambda: answers(one.port))
        else:
            answered = bool(said_line(process))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)

    assert answered
    assert process.returncode == 0


def test_what_made_up_meters_send_is_compared_with_what_is_kept(
    tmp_path: Path, broker: RealBroker
) -> None:
    live = Started("ahorraluz live", folder=tmp_path, broker=broker.port)

    with started(
        live.words, env=live.env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert said_line(process)
        ended = {text: until(partial(ends_well, text, live.env, tmp_path)) for text in METERS}

    assert ended == dict.fromkeys(METERS, True)


def ends_well(text: str, env: Mapping[str, str], folder: Path) -> bool:
    """Tell whether a command of made-up meters ends well, with a few messages instead of many."""
    small = re.sub(r"--homes \d+ --rate \d+ --messages \d+", SMALL, text)
    words = shlex.split(small)
    done = subprocess.run(
        [str(PROGRAMS / words[0]), *words[1:]],
        env=env,
        cwd=folder,
        check=False,
        capture_output=True,
    )
    return done.returncode == 0
