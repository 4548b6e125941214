"""A Redis server of its own for a test; the test is skipped where there is none."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.waiting import answers, free_port, until

PASSWORD = "cuatro-gatos"


@contextmanager
def redis_address(folder: Path) -> Iterator[str]:
    """Give the address of a Redis server that runs meanwhile."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    pytest.importorskip("redis")
    port = free_port()
    folder.mkdir(exist_ok=True)
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command = [program, *options, "--dir", str(folder), "--requirepass", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            if not until(lambda: answers(port)):
                raise TimeoutError("Redis does not answer")
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}/3"
        finally:
            server.terminate()
