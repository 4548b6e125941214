"""Yields of panels beside NREL's Pvwattsv8 on the same hourly weather, and both times.

    python -m venv peer && peer/bin/pip install 'nrel-pysam>=7.0'
    python benchmarks/renewables.py --peer peer/bin/python [--place=PLACE ...]

PLACE is a city on file or a coordinate such as -13.9,-71.9; without any, ten cities. Both
programs get the typical year of this project, hour by hour, and the same array: 1 kWp at
15 degrees to the north, close to the roof, the usual losses and 3 % shade. Then other
tilts and directions on the first place. Prints tables and the published measurements of
Arequipa and Tacna; asserts nothing.
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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ahorraluz.catalog.assumptions import load_solar_assumptions
from ahorraluz.catalog.solar import load_solar
from ahorraluz.core.renewables import arrays
from ahorraluz.core.renewables.arrays import Mount, hourly_yield, usual_mount
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.sun import MONTH_DAYS, SunYear, sun_year
from ahorraluz.services.renewables.places import sun_of

CITIES = (
    *("lima", "arequipa", "tacna", "cusco", "piura"),
    *("puno", "iquitos", "huancayo", "trujillo", "tumbes"),
)
TURNS = ((0, 0), (10, 0), (30, 0), (15, 90), (15, 180), (15, 270), (45, 0), (90, 0))
"""Tilt and direction of the arrays that are turned. [°]"""
RUNS = 5
ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ROOF_MOUNT, STANDARD_MODULE = 1, 0
PEER = """
import json, sys, time
import PySAM.Pvwattsv8 as pv
said = []
for job in json.load(open(sys.argv[1])):
    model = pv.default("PVWattsNone")
    model.SolarResource.solar_resource_data = job["weather"]
    design = model.SystemDesign
    for name, value in job["design"].items():
        setattr(design, name, value)
    model.AdjustmentFactors.adjust_constant = 0
    times = []
    for _ in range(job["runs"]):
        began = time.perf_counter()
        model.execute()
        times.append(time.perf_counter() - began)
    said.append({"year": model.Outputs.ac_annual, "months": list(model.Outputs.ac_monthly),
                 "seconds": min(times)})
print(json.dumps(said))
"""


@dataclass(frozen=True)
class Job:
    """One array at one place."""

    name: str
    facts: SolarFacts
    mount: Mount

    @property
    def sun(self) -> SunYear:
        """The weather both programs get."""
        return sun_year(self.facts, assumptions=ASSUMED)

    def own(self) -> tuple[float, float]:
        """Return the energy of a year and the seconds it took, weather not counted."""
        sun, times, year = self.sun, [], 0.0
        for _ in range(RUNS):
            began = time.perf_counter()
            # The kept result would be no time at all.
            year = float(arrays._hourly_yield.__wrapped__(sun, self.mount).sum())
            times.append(time.perf_counter() - began)
        return year, min(times)

    def peers(self) -> dict[str, Any]:
        """Return the job as the peer takes it."""
        sun, mount = self.sun, self.mount
        calendar = [
            (month, day) for month, days in enumerate(MONTH_DAYS, 1) for day in range(1, days + 1)
        ]
        hours = range(len(sun.ghi))
        return {
            "runs": RUNS,
            "weather": {
                "lat": self.facts.lat,
                "lon": self.facts.lon,
                "elev": self.facts.altitude_m,
                "tz": -5,
                "year": [2023 for _ in hours],
                "month": [calendar[hour // 24][0] for hour in hours],
                "day": [calendar[hour // 24][1] for hour in hours],
                "hour": [hour % 24 for hour in hours],
                "minute": [30 for _ in hours],
                "gh": sun.ghi.tolist(),
                "dn": sun.dni.tolist(),
                "df": sun.dhi.tolist(),
                "tdry": sun.temp_c.tolist(),
                "wspd": sun.wind_m_s.tolist(),
            },
            "design": {
                "system_capacity": 1,
                "dc_ac_ratio": mount.dc_ac,
                "tilt": mount.tilt_deg,
                "azimuth": mount.azimuth_deg,
                "inv_eff": mount.inverter_efficiency * 100,
                "losses": (1 - (1 - mount.losses) * (1 - mount.shading)) * 100,
                "array_type": ROOF_MOUNT,
                "module_type": STANDARD_MODULE,
            },
        }


ASSUMED = load_solar_assumptions()


def main(words: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", action="append", help="city, or =-13.9,-71.9 (may be repeated)")
    parser.add_argument("--peer", type=Path, help="Python that has nrel-pysam")
    given = parser.parse_args(words)
    for name in ONE_CORE:
        os.environ[name] = "1"
    places = [_job(place) for place in given.place or CITIES]
    first = places[0]
    turned = [
        replace(
            first,
            name=f"{tilt}° to {azimuth}°",
            mount=replace(first.mount, tilt_deg=float(tilt), azimuth_deg=float(azimuth)),
        )
        for tilt, azimuth in TURNS
    ]
    jobs = [*places, *turned]
    peers = _peers(jobs, given.peer) if given.peer else [None] * len(jobs)
    _table("place", places, peers[: len(places)])
    _table(f"{first.name}, turned", turned, peers[len(places) :])
    _published()
    return 0


def _job(place: str) -> Job:
    facts = sun_of(place)
    return Job(name=place, facts=facts, mount=usual_mount(facts, assumptions=ASSUMED))


def _peers(jobs: Sequence[Job], peer: Path) -> list[dict[str, Any] | None]:
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "jobs.json"
        asked.write_text(json.dumps([job.peers() for job in jobs]))
        run = subprocess.run(
            [str(peer), "-c", PEER, str(asked)], capture_output=True, text=True, check=False
        )
    if run.returncode:
        print(run.stderr, file=sys.stderr)
        raise SystemExit("the peer failed")
    found: list[dict[str, Any] | None] = json.loads(run.stdout)
    return found


def _table(title: str, jobs: Sequence[Job], peers: Sequence[dict[str, Any] | None]) -> None:
    print(f"\n| {title} | kWh/kWp | Pvwattsv8 | difference | ms | ms Pvwattsv8 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    off, faster = [], []
    for job, peer in zip(jobs, peers, strict=True):
        year, seconds = job.own()
        if peer is None:
            print(f"| {job.name} | {year:,.0f} | | | {seconds * 1e3:.1f} | |")
            continue
        off.append(abs(year / peer["year"] - 1))
        faster.append(peer["seconds"] / seconds)
        print(
            f"| {job.name} | {year:,.0f} | {peer['year']:,.0f} | "
            f"{(year / peer['year'] - 1) * 100:+.1f} % | {seconds * 1e3:.1f} | "
            f"{peer['seconds'] * 1e3:.1f} |"
        )
    if off:
        print(f"\nlargest difference {max(off) * 100:.1f} %, ", end="")
        print(f"{statistics.median(faster):.0f} times as fast (median)")


def _published() -> None:
    """Print the yields of cities where arrays were measured."""
    print("\n| city | kWh/kWp | published |\n| --- | ---: | ---: |")
    for city in ("arequipa", "tacna"):
        facts = load_solar(city)
        year = hourly_yield(facts, usual_mount(facts, assumptions=ASSUMED), assumptions=ASSUMED)
        low, high = facts.yield_band_kwh_kwp_year or (0.0, 0.0)
        print(f"| {city} | {year.sum():,.0f} | {low:,.0f} to {high:,.0f} |")


if __name__ == "__main__":
    sys.exit(main())
