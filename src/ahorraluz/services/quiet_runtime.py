"""Load a compiled library without its greetings on the error stream."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import IO

ERROR_STREAM = 2
"""Descriptor that compiled code writes to, whatever ``sys.stderr`` is."""
GREETING = b"INFO: "
"""How the lines begin that say nothing is wrong: which part of the runtime was chosen."""

_ONE_AT_A_TIME = Lock()


@contextmanager
def quiet_runtime() -> Iterator[None]:
    """Keep greetings of compiled code off the error stream; whatever else is said comes through.

    LiteRT greets with ``INFO: Created TensorFlow Lite XNNPACK delegate`` past Python's streams
    and offers no setting against it, so the descriptor itself is turned aside for the moment.
    """
    with _ONE_AT_A_TIME:
        try:
            before = os.dup(ERROR_STREAM)
        except OSError:
            # A service may run without any error stream.
            yield
            return
        with tempfile.TemporaryFile() as aside:
            os.dup2(aside.fileno(), ERROR_STREAM)
            try:
                yield
            finally:
                os.dup2(before, ERROR_STREAM)
                os.close(before)
                _repeat(aside)


def _repeat(aside: IO[bytes]) -> None:
    aside.seek(0)
    kept = b"".join(line for line in aside if not line.startswith(GREETING))
    if kept:
        os.write(ERROR_STREAM, kept)
