"""Readings of many homes: from the rows of a part to the clean series of each home."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ahorraluz.core.readings.channels import Channel, Flow, Measure
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.grid import local_seconds
from ahorraluz.core.readings.lattice import midnights
from ahorraluz.ingest.fleet_cells import BROKEN, ID
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.fleet.faults import HomeFaultError

MAX_STEP_S = 31 * 86_400
MOST_VALUES = 3 * 366 * 1_440
"""Most readings of one home: three years of minutes."""
CHANNEL = "fleet"
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def slices_of(readings: pa.Table, *, order: tuple[str, ...]) -> Iterator[tuple[str, pa.Table]]:
    """Yield the rows of each home, sorted."""
    keys = [(ID, "ascending"), *((name, "ascending") for name in order)]
    ordered = readings.take(pc.sort_indices(readings, sort_keys=keys)).combine_chunks()
    runs = pc.run_end_encode(ordered.column(ID).combine_chunks())
    start = 0
    for name, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        yield name, ordered.slice(start, end - start)
        start = end


def series_of(rows: pa.Table, *, zone: str, is_local: bool) -> tuple[Ints, Ints, Floats]:
    """Return starts, lengths and energies of one home.

    Parameters
    ----------
    rows
        Of the columns ``TIDY`` or ``PACKED``, of one home, by rising start.
    zone
        IANA zone of its clock.
    is_local
        Whether stamps are of that clock.

    Raises
    ------
    HomeFaultError
        ``fleet-reading-broken``, ``fleet-step-wrong``, ``fleet-list-missing``,
        ``fleet-readings-many``, ``fleet-readings-few``.
    """
    said = pc.drop_null(rows.column(BROKEN))
    if len(said):
        raise HomeFaultError("fleet-reading-broken", value=said[0].as_py())
    if pc.any(pc.is_null(rows.column("start_s"))).as_py():
        raise HomeFaultError("fleet-reading-broken", value="start=")
    starts = rows.column("start_s").to_numpy().astype(np.int64)
    if "step_s" in rows.column_names:
        starts, steps, kwh = _unpacked(rows, starts)
    else:
        kwh = rows.column("kwh").to_numpy().astype(np.float64)
        steps = np.full(len(starts), _usual_step(starts), dtype=np.int64)
    if len(starts) > MOST_VALUES:
        raise HomeFaultError("fleet-readings-many", count=len(starts), limit=MOST_VALUES)
    if is_local:
        starts = _utc(starts, zone)
    return starts, steps, kwh


def found_of(
    home: str, series: tuple[Ints, Ints, Floats], *, zone: str, as_of: date
) -> FoundReadings:
    """Return the readings of a home as they were when a day began, cleaned.

    Raises
    ------
    HomeFaultError
        ``fleet-energy-negative``, ``fleet-readings-later``.
    ReadingsError
        What cleaning refuses.
    """
    starts, steps, kwh = series
    below = kwh < 0
    if bool(below.any()):
        raise HomeFaultError("fleet-energy-negative", kwh=float(kwh[below][0]))
    day = (np.datetime64(as_of, "D") - np.datetime64(0, "D")).astype(int)
    moment_s = int(midnights(int(day), int(day), zone=zone)[0])
    over = starts + steps <= moment_s
    if not bool(over.any()):
        raise HomeFaultError("fleet-readings-later", day=as_of)
    channel = Channel(
        id=CHANNEL,
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=starts[over],
        end_s=(starts + steps)[over],
        value=kwh[over],
        line=np.arange(1, int(over.sum()) + 1, dtype=np.int64),
        flags=np.zeros(int(over.sum()), dtype=np.uint8),
    )
    cleaned = clean_channels((channel,), zone=zone)
    return FoundReadings(name=home, channels=(channel,), cleaned=cleaned)


def _unpacked(rows: pa.Table, starts: Ints) -> tuple[Ints, Ints, Floats]:
    steps = rows.column("step_s").to_pylist()
    lists = rows.column("kwh").combine_chunks()
    counts = pc.list_value_length(lists).to_pylist()
    parts = []
    for start, step, count in zip(starts.tolist(), steps, counts, strict=True):
        if step is None or not 0 < step <= MAX_STEP_S:
            raise HomeFaultError("fleet-step-wrong", value=step)
        if not count:
            at = datetime.fromtimestamp(start, UTC)
            raise HomeFaultError("fleet-list-missing", start=f"{at:%Y-%m-%d %H:%M} UTC")
        parts.append((start + step * np.arange(count, dtype=np.int64), step, count))
    values = pc.list_flatten(lists).to_numpy(zero_copy_only=False).astype(np.float64)
    return (
        np.concatenate([moments for moments, _, _ in parts]),
        np.concatenate([np.full(count, step, dtype=np.int64) for _, step, count in parts]),
        values,
    )


def _usual_step(starts: Ints) -> int:
    """Return the most common time between readings. [s]"""
    apart = np.diff(np.unique(starts))
    if len(apart) == 0:
        raise HomeFaultError("fleet-readings-few", count=len(starts))
    lengths, counts = np.unique(apart, return_counts=True)
    step = int(lengths[np.argmax(counts)])
    if step > MAX_STEP_S:
        raise HomeFaultError("fleet-step-wrong", value=step)
    return step


def _utc(local_s: Ints, zone: str) -> Ints:
    """Return the moments of a local clock; the hour that it repeats counts as its first."""
    guess = local_s - (local_seconds(local_s, zone=zone) - local_s)
    return np.asarray(local_s - (local_seconds(guess, zone=zone) - guess), dtype=np.int64)


def homes_in(readings: pa.Table) -> Mapping[str, int]:
    """Return how many rows each home has."""
    counted = readings.column(ID).combine_chunks().value_counts()
    return {item["values"]: item["counts"] for item in counted.to_pylist()}
