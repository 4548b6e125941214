"""Homes understood per second, beside opendsm's hourly and daily fits in the same run.

    python -m venv peer && peer/bin/pip install 'opendsm>=1.2' 'multimethod<2'
    python benchmarks/usage.py --peer peer/bin/python [FILE.csv ...]

opendsm wants an older pandas than this project, so it lives in an environment of its own
and fits the same homes in a process of its own, one core each. Here a home is an hourly
year cleaned, then understood: base load, shapes, kinds of day, peaks, absences, odd days,
step changes, drift, temperature response and end uses. Files are this project's own CSV
exports (start, kWh); without any, invented homes with a fixed seed stand in. Prints a
table; asserts nothing.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.intervals import resample
from ahorraluz.core.usage.profile import DailyTemperatures, UsageContext, profile_usage
from ahorraluz.services.receive_readings import check_file

HOMES = 20
HOURS = 8_760
HOUR_S = 3_600
MINUTES = 525_600
START_S = 1_735_707_600
"""2025-01-01T00:00 in Lima. [s]"""
ZONE = "America/Lima"
RUNS = 5
SEED = 20_261_126
ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
PEER = """
import json, sys, time, logging, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import numpy as np, pandas as pd
import opendsm.eemeter as em
file = np.load(sys.argv[1])
index = pd.date_range(file["start"].item(), periods=file["kwh"].shape[1], freq="h",
                      tz="America/Lima")
def fit(data, model, kwh):
    frame = pd.DataFrame({"temperature": file["temp_c"] * 9 / 5 + 32, "observed": kwh}, index)
    model().fit(data(frame, is_electricity_data=True), ignore_disqualification=True)
kinds = {"hourly": (em.HourlyBaselineData, em.HourlyModel),
         "daily": (em.DailyBaselineData, em.DailyModel)}
said = {}
for name, kind in kinds.items():
    times = []
    for kwh in [file["kwh"][0], *file["kwh"]]:
        began = time.perf_counter()
        try:
            fit(*kind, kwh)
        except Exception:  # a home it cannot fit is no time of a fit
            continue
        times.append(time.perf_counter() - began)
    said[name] = times[1:]  # the first one compiles
print(json.dumps(said))
"""


@dataclass(frozen=True, kw_only=True)
class Homes:
    """Hourly years, one row each, with the temperature they share."""

    kwh: np.ndarray
    temp_c: np.ndarray


def invented_homes(rng: np.random.Generator) -> Homes:
    """Return homes with a base load, evenings, showers, seasons and one change each."""
    hour = np.arange(HOURS)
    clock, day = hour % 24, hour // 24
    temp = 19 + 4 * np.cos(2 * np.pi * (day - 45) / 365) + 2.5 * np.cos(np.pi * (clock - 14) / 12)
    temp = temp + rng.normal(0, 1.2, HOURS)
    rows = []
    for _ in range(HOMES):
        base = rng.uniform(0.04, 0.2)
        evening = np.exp(-(((clock - rng.uniform(19, 21)) / 2) ** 2)) * rng.uniform(0.1, 0.6)
        shower = (clock == 7) * rng.binomial(3, 0.5, HOURS) * rng.uniform(0.2, 0.45)
        cold = rng.uniform(0, 0.02) * np.clip(18 - temp, 0, None)
        step = (day > rng.integers(90, 270)) * rng.choice([0.0, 0.06, -0.03])
        use = (base + step + evening * rng.gamma(4, 0.25, HOURS) + shower + cold).clip(0)
        rows.append(use * rng.gamma(12, 1 / 12, HOURS))
    return Homes(kwh=np.array(rows), temp_c=temp)


def homes_of(files: Sequence[Path], invented: Homes) -> Homes:
    """Return the last hourly year of each file that has one, under the invented weather."""
    rows = []
    for path in files:
        readings = resample(check_file(path).cleaned.readings, HOUR_S)
        if len(readings) >= HOURS:
            rows.append(np.nan_to_num(readings.energy_kwh[-HOURS:]))
    return Homes(kwh=np.array(rows), temp_c=invented.temp_c) if rows else invented


def channel(kwh: np.ndarray, step_s: int) -> Channel:
    """Return energies as a file would give them."""
    start = START_S + np.arange(len(kwh), dtype=np.int64) * step_s
    return Channel(
        id="home",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + step_s,
        value=kwh,
        line=np.arange(2, len(kwh) + 2),
        flags=np.zeros(len(kwh), dtype=np.uint8),
    )


def understand(kwh: np.ndarray, step_s: int, context: UsageContext) -> None:
    """Clean a home and understand it."""
    cleaned = clean_channels([channel(kwh, step_s)], zone=ZONE)
    profile_usage(cleaned.readings, context=context)


def own_seconds(homes: Homes, context: UsageContext) -> list[float]:
    """Return the time of each home, the best of some runs."""
    understand(homes.kwh[0], HOUR_S, context)
    times = []
    for kwh in homes.kwh:
        runs = []
        for _ in range(RUNS):
            began = time.perf_counter()
            understand(kwh, HOUR_S, context)
            runs.append(time.perf_counter() - began)
        times.append(min(runs))
    return times


def peer_seconds(python: Path, homes: Homes) -> dict[str, list[float]]:
    """Return opendsm's time for each home, by kind of fit."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "homes.npz"
        np.savez(data, kwh=homes.kwh, temp_c=homes.temp_c, start="2025-01-01")
        run = subprocess.run(
            [python, "-c", PEER, data],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env={**os.environ, **dict.fromkeys(ONE_CORE, "1")},
        )
    said: dict[str, list[float]] = json.loads(run.stdout.splitlines()[-1])
    return said


def minute_year(rng: np.random.Generator) -> list[tuple[str, str]]:
    """Return the time of a year of minutes: read from a CSV, cleaned, understood."""
    minute = np.arange(MINUTES)
    clock = minute % 1440 / 60
    use = 0.1 + 0.09 * (minute % 60 < 20) + 0.4 * np.exp(-(((clock - 20) / 2) ** 2))
    use = use + 3.7 * ((clock % 24 > 6.9) & (clock % 24 < 7.05)) + rng.gamma(2, 0.02, MINUTES)
    stamps = (START_S + minute * 60).astype("datetime64[s]").astype(str)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minutes.csv"
        rows = (f"{s}Z,{kwh:.5f}" for s, kwh in zip(stamps, use / 60, strict=True))
        path.write_text("timestamp,kwh\n" + "\n".join(rows), encoding="ascii")
        began = time.perf_counter()
        checked = check_file(path)
        read = time.perf_counter()
        profile_usage(checked.cleaned.readings, context=UsageContext(appliances=load_appliances()))
        done = time.perf_counter()
    return [
        ("year of minutes, read and cleaned [s]", f"{read - began:.2f}"),
        ("year of minutes, understood [s]", f"{done - read:.2f}"),
    ]


def main() -> None:
    """Print homes per second and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", type=Path, help="Python of an environment with opendsm")
    parser.add_argument("files", nargs="*", type=Path)
    given = parser.parse_args()
    rng = np.random.default_rng(SEED)
    invented = invented_homes(rng)
    homes = homes_of(given.files, invented)
    days = np.arange("2025-01-01", "2026-01-01", dtype="datetime64[D]")
    weather = DailyTemperatures(days=days, temp_c=homes.temp_c.reshape(-1, 24).mean(axis=1))
    context = UsageContext(appliances=load_appliances(), peak_hours=(18, 23), temperatures=weather)
    own = statistics.median(own_seconds(homes, context))
    rows = [
        ("hourly years", f"{len(homes.kwh)}"),
        ("milliseconds a home, cleaned and understood", f"{own * 1000:.2f}"),
        ("homes per second", f"{1 / own:,.0f}"),
    ]
    if given.peer is None:
        rows.append(("opendsm", "not asked for: --peer PYTHON"))
    else:
        for name, times in peer_seconds(given.peer, homes).items():
            median = statistics.median(times)
            rows.append((f"opendsm {name} fit, {len(times)} homes [s a home]", f"{median:.3f}"))
            rows.append((f"ratio to the {name} fit, homes per second", f"{median / own:,.0f}"))
    rows += minute_year(rng)
    width = max(len(name) for name, _ in rows)
    sys.stdout.write("".join(f"{name:<{width}}  {value:>12}\n" for name, value in rows))


if __name__ == "__main__":
    for name in ONE_CORE:
        os.environ.setdefault(name, "1")
    main()
