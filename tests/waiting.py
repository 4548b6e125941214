"""Waiting for what another process or thread does, and the ports where they meet."""

import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count

PATIENCE_S = 60.0
"""How long a test waits at most; on a busy machine a broker or worker takes its time."""
STEP_S = 0.02
_FIRST, _MANY = 12_000, 20_000
_PORTS = (_FIRST + (os.getpid() * 1_009 + step) % _MANY for step in count())


def until(true: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> bool:
    """Wait for something to be true; tell whether it is."""
    end = time.monotonic() + patience_s
    while not (found := true()) and time.monotonic() < end:
        time.sleep(STEP_S)
    return found


def free_port() -> int:
    """Return a port of this machine that nobody listens on, another one each time.

    It is none of those that the system gives to whoever asks for any: a connection of another
    test would take it before its server is there. Processes of tests begin at different places.
    """
    for port in _PORTS:
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError


def answers(port: int) -> bool:
    """Tell whether a server of this machine takes connections."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
