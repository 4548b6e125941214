"""A few invented homes as the tables of a fleet, and engines for tests of runs over them."""

import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ahorraluz.core.periods import months_from
from ahorraluz.ingest.fleet_tables import FleetTable, open_homes, open_readings
from ahorraluz.services.fleet.runs import Done, Job, do_part
from ahorraluz.services.toolbox import Toolbox

AS_OF = date(2026, 11, 24)
FIRST = date(2025, 11, 4)
DISTRICTS = ("150132", "040101", "200101")
DISTRIBUTORS = ("luz-del-sur", "seal", "electronoroeste")
APPLIANCES = (
    "refrigeradora-mediana;ducha-electrica",
    "",
    "refrigeradora-mediana;tv-generico;lavadora",
)
HOURS_FIRST = datetime(2026, 7, 1, 5, tzinfo=UTC)
"""A midnight of Lima."""
HOURS_DAYS = 146
KILLER = "h00003"
"""The home that ends the process that scores it, in :func:`killing_part`."""


def homes_table(count: int) -> pa.Table:
    """Return homes with names h00000, h00001 and so on."""
    places = [number % 3 for number in range(count)]
    return pa.table(
        {
            "household_id": [f"h{number:05d}" for number in range(count)],
            "distributor": [DISTRIBUTORS[place] for place in places],
            "district": [DISTRICTS[place] for place in places],
            "people": [1 + number % 5 for number in range(count)],
            "tenure": ["owner"] * count,
            "roof": ["own"] * count,
            "cooking": ["lpg"] * count,
            "appliances": [APPLIANCES[place] for place in places],
            "cohort": ["even" if number % 2 else "odd" for number in range(count)],
        }
    )


def bills_table(count: int, *, months: int = 12, seed: int = 1) -> pa.Table:
    """Return a year of recibos of each of :func:`homes_table`."""
    chance = np.random.default_rng(seed)
    periods = months_from(FIRST, months=months)
    level = np.exp(chance.normal(4.9, 0.4, count))
    kwh = level[:, None] * np.exp(chance.normal(0, 0.1, (count, months)))
    return pa.table(
        {
            "household_id": np.repeat([f"h{number:05d}" for number in range(count)], months),
            "start": [period.start for period in periods] * count,
            "end": [period.end for period in periods] * count,
            "kwh": np.round(kwh, 1).ravel(),
        }
    )


def hours_of_home(number: int, *, days: int = HOURS_DAYS) -> np.ndarray:
    """Return the hours of one invented home, shape (24 × days,). [kWh]"""
    chance = np.random.default_rng(number)
    day = 0.1 + 0.15 * np.sin(np.arange(24) / 24 * 2 * np.pi - 2) ** 2 * (1 + number % 3)
    return np.round(np.tile(day, days) * np.exp(chance.normal(0, 0.3, 24 * days)), 4)


def packed_table(count: int, *, days: int = HOURS_DAYS) -> pa.Table:
    """Return hours of each home, a row a home."""
    return pa.table(
        {
            "household_id": [f"h{number:05d}" for number in range(count)],
            "start": pa.array([HOURS_FIRST] * count, pa.timestamp("s", tz="UTC")),
            "step_s": [3600] * count,
            "kwh": pa.array(
                [hours_of_home(n, days=days).astype(np.float32) for n in range(count)],
                pa.list_(pa.float32()),
            ),
        }
    )


def tidy_table(count: int, *, days: int = HOURS_DAYS) -> pa.Table:
    """Return the same hours, a row a reading."""
    starts = [HOURS_FIRST + timedelta(hours=hour) for hour in range(24 * days)]
    # As the packed ones have them: energies of four bytes.
    kwh = [hours_of_home(n, days=days).astype(np.float32).astype(float) for n in range(count)]
    return pa.table(
        {
            "household_id": np.repeat([f"h{number:05d}" for number in range(count)], len(starts)),
            "timestamp": [f"{start:%Y-%m-%dT%H:%M:%SZ}" for start in starts] * count,
            "kwh": np.concatenate(kwh),
        }
    )


def write_tables(folder: Path, homes: pa.Table, readings: pa.Table) -> tuple[Path, Path]:
    """Write both as Parquet, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "homes.parquet", folder / "readings.parquet"
    for path, table in zip(paths, (homes, readings), strict=True):
        pq.write_table(table, path)
    return paths


def normal(folder: Path, homes: pa.Table, readings: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return both tables as the engine reads them."""
    paths = write_tables(folder, homes, readings)
    return _read(open_homes(paths[0])), _read(open_readings(paths[1]))


def _read(table: FleetTable) -> pa.Table:
    return pa.Table.from_batches(list(table.batches()), schema=table.schema)


class StoppedError(Exception):
    """A run that was stopped."""


@dataclass
class Here:
    """An engine of this process, which may be stopped after some parts."""

    stop_after: int | None = None
    done: list[int] = field(default_factory=list)

    def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
        """Score parts one after the other."""
        for part in parts:
            if self.stop_after is not None and len(self.done) == self.stop_after:
                raise StoppedError
            self.done.append(part)
            yield do_part(job, part, tools=tools)


def killing_part(job: Job, part: int, **how: Any) -> Done:
    """Score a part, but die over one home as if memory had run out."""
    from ahorraluz.services.fleet.runs import homes_of_part

    looked_at = how.get("only")
    homes = homes_of_part(job, part) if looked_at is None else looked_at
    if KILLER in homes and KILLER not in how.get("skip", ()):
        os.kill(os.getpid(), signal.SIGKILL)
    return do_part(job, part, **how)


def bytes_of(out: Path) -> dict[str, bytes]:
    """Return every file of a result."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }
