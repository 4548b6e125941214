"""Waiting for what another process or thread does, and the ports where they meet."""

import socket
import time
from collections.abc import Callable

PATIENCE_S = 60.0
"""How long a test waits at most; on a busy machine a broker or worker takes its time."""
STEP_S = 0.02


def until(true: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> bool:
    """Wait for something to be true; tell whether it is."""
    end = time.monotonic() + patience_s
    while not (found := true()) and time.monotonic() < end:
        time.sleep(STEP_S)
    return found


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        return int(bound.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether a server of this machine takes connections."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
