"""What a compiled library says while it is loaded."""

import os
import subprocess
import sys

import pytest

from ahorraluz.services.quiet_runtime import quiet_runtime

HOURS = """
import numpy as np
from ahorraluz.core.readings.schema import make_readings
from ahorraluz.services.predict_hours import predict_hours
starts = np.arange(480, dtype=np.int64) * 3600 + 1_777_611_600
readings = make_readings(starts, np.full(480, 0.2), np.zeros(480, dtype=np.int8),
                         interval_s=3600, zone="America/Lima")
predict_hours(readings, as_of=None, hours=24)
"""


def test_a_greeting_is_dropped_and_a_warning_comes_through(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with quiet_runtime():
        os.write(2, b"INFO: Created a delegate\nWARNING: out of memory\n")
    os.write(2, b"INFO: said later\n")

    assert capfd.readouterr().err == "WARNING: out of memory\nINFO: said later\n"


def load_what_breaks() -> None:
    with quiet_runtime():
        os.write(2, b"ERROR: model\n")
        raise OSError("broken")


def test_the_stream_is_back_after_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="broken"):
        load_what_breaks()
    os.write(2, b"after\n")

    assert capfd.readouterr().err == "ERROR: model\nafter\n"


def test_a_forecast_of_hours_writes_nothing_to_the_error_stream() -> None:
    done = subprocess.run([sys.executable, "-c", HOURS], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("", "")
