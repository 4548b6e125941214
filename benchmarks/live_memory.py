"""Memory of ``ahorraluz live`` for one home: the real process, after some thousand messages.

python benchmarks/live_memory.py                  # start, publish, print a line
python benchmarks/live_memory.py --messages 20000
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIM_MB = 150
"""What a Raspberry Pi class machine can spare for one home. [MB]"""
PATIENCE_S = 600.0
RATE = 400
MESSAGES = 4_000
BYTES_MB = 1_000_000
KIB = 1_024


def main() -> int:
    """Measure, and tell whether the aim is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    messages = int(parser.parse_args().messages)
    with tempfile.TemporaryDirectory() as folder:
        peak, resident, kept = measured(Path(folder), messages)
    print(f"{kept}: {peak:.0f} MB at most, {resident:.0f} MB at the end; aim {AIM_MB} MB")
    return int(peak > AIM_MB)


def measured(folder: Path, messages: int) -> tuple[float, float, str]:
    """Return highest and last resident memory [MB], and what the process said at its end."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = int(bound.getsockname()[1])
    environment = {**os.environ, "AHORRALUZ_DATA_DIR": str(folder), "AHORRALUZ_LANG": "en"}
    program = [sys.executable, "-m", "ahorraluz"]
    live = subprocess.Popen(
        [*program, "live", "--listen", f"127.0.0.1:{port}"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert live.stdout is not None
    for _ in range(2):
        live.stdout.readline()
    subprocess.run(
        [
            *program,
            "simulate",
            *("--homes", "1", "--rate", str(RATE), "--every", "10"),
            *("--messages", str(messages), "--broker", f"mqtt://127.0.0.1:{port}"),
        ],
        env=environment,
        check=True,
        timeout=PATIENCE_S,
        stdout=subprocess.DEVNULL,
    )
    # A turn of every duty after the last message: sums, the watch, what is told.
    time.sleep(70)
    status = Path(f"/proc/{live.pid}/status").read_text("utf-8")
    live.send_signal(signal.SIGTERM)
    out, _ = live.communicate(timeout=PATIENCE_S)
    return _mb(status, "VmHWM"), _mb(status, "VmRSS"), out.strip().splitlines()[-1]


def _mb(status: str, name: str) -> float:
    line = next(line for line in status.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * KIB / BYTES_MB


if __name__ == "__main__":
    sys.exit(main())
