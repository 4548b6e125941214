"""A Redis server of its own for a test; the test is skipped where there is none."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "cuatro-gatos"
PATIENCE_S = 20.0


@contextmanager
def redis_address(folder: Path) -> Iterator[str]:
    """Give the address of a Redis server that runs meanwhile."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    pytest.importorskip("redis")
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = int(bound.getsockname()[1])
    folder.mkdir(exist_ok=True)
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command = [program, *options, "--dir", str(folder), "--requirepass", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}/3"
        finally:
            server.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError
