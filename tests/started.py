"""Programs that a test starts: whatever becomes of the test, they end and their pipes are shut."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

END_S = 60.0


@contextmanager
def started(words: Sequence[str | Path], **how: Any) -> "Iterator[subprocess.Popen[str]]":
    """Start a program that is ended with the block, if it has not ended by itself."""
    with subprocess.Popen(list(words), text=True, **how) as process:
        try:
            yield process
        finally:
            # Else the block would wait for a program that a failed test left running. It is asked
            # first: what it has started itself would outlive it.
            process.terminate()
            try:
                process.wait(END_S)
            finally:
                process.kill()
