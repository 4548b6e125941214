"""A command that is told to end does, whatever its main thread is just about."""

import signal
import subprocess
import sys
import textwrap
import threading
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from ahorraluz.cli.serve import _serve_until

PATIENCE_S = 60.0


def run(program: str) -> "subprocess.CompletedProcess[str]":
    """Run a program that ends by itself, or is stuck."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["keyboard", "keeper"])
def test_a_signal_is_heard_also_by_who_is_about_to_wait_for_it(number: signal.Signals) -> None:
    # What `Event.wait` does: it takes the lock, and a signal may come before it lets go of it.
    done = run(
        f"""
        import signal
        from ahorraluz.cli.ending import until_told

        over = until_told()
        with over._cond:
            signal.raise_signal({number:d})
        print(over.wait(30))
        """
    )

    assert (done.stdout, done.stderr, done.returncode) == ("True\n", "", 0)


def test_pages_that_cannot_be_served_any_more_are_no_good_end() -> None:
    def broken() -> None:
        raise OSError("no socket")

    server = SimpleNamespace(run=broken, task_dispatcher=Mock())
    over = threading.Event()

    with pytest.raises(OSError, match="no socket"):
        _serve_until(over, server)  # type: ignore[arg-type]

    assert over.is_set()
