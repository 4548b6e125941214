"""Make the homes that a model learns from, once: hours by the local clock, facts, calendar cuts.

From a folder of meter files as ``ahorraluz train`` reads them, or from a table of homes with
their readings, of which a sample is taken. What is written is the same, byte for byte, for the
same input.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import Floats
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.home import Home
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.ingest.fleet_cells import ID
from ahorraluz.ingest.fleet_tables import FleetTable, Shape, open_homes, open_readings
from ahorraluz.ingest.table_cells import number_of
from ahorraluz.learning.panel_files import HOMES_FILE, MANIFEST_FILE, manifest_of, table_bytes
from ahorraluz.learning.training_data import (
    HOME_COUNTRY,
    LEAST_DAYS,
    Panel,
    TrainingDataError,
    TrainingHome,
    cuts_of,
    is_held_out,
    read_panel,
    regular_home,
    sha256_of,
)
from ahorraluz.services.connection import Connection
from ahorraluz.services.fleet.homes import FleetHome, home_of, rows_of
from ahorraluz.services.forecast_models import country_of
from ahorraluz.services.home_facts import facts_of
from ahorraluz.services.take_in_tables import holds_tables
from ahorraluz.services.write_file import FileWriteError, write_whole

MOST_HOMES = 2_000
"""Homes of a sample, unless asked for more: a year of hours of each is 70 kB."""
PLACE = "home"
"""Where a home is of which neither city nor department is told."""

Progress = Callable[[str, int, int], None]
"""Told of each step: a key ``features.step-*``, how much of it is done, how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be made."""

    readings: Path
    """File or folder of readings; without a table of homes, a folder of meter files, or what
    ``data import`` has written, with its homes where it has any."""
    homes: Path | None
    out: Path
    most: int = MOST_HOMES


def make_features(asked: Asked, *, progress: Progress) -> Mapping[str, Any]:
    """Write ``homes.parquet`` and ``manifest.json``; return the manifest.

    Raises
    ------
    TrainingDataError
        ``train-no-data``: no home of 36 days or more.
    InvalidInputError
        ``features-of-bills``: nothing can be learnt of hours from months.
    FleetTableError
        What a table of homes or readings is refused for.
    FileWriteError
        ``file-not-written``.
    """
    asked = _of_raw(asked)
    if asked.homes is None:
        progress("read", 0, 1)
        panel = read_panel(asked.readings)
        progress("read", 1, 1)
    else:
        panel = _panel_of_tables(asked, asked.homes, progress)
    content = table_bytes(panel)
    manifest = manifest_of(panel, content, program=version("ahorraluz"))
    try:
        asked.out.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise FileWriteError("file-not-written", file=str(asked.out)) from None
    # The manifest last: half of what was written does not pass for the whole.
    (asked.out / MANIFEST_FILE).unlink(missing_ok=True)
    write_whole(asked.out / HOMES_FILE, content)
    write_whole(asked.out / MANIFEST_FILE, json.dumps(manifest, indent=1) + "\n")
    return manifest


def _of_raw(asked: Asked) -> Asked:
    """Return what is asked for of the tables in a folder that ``data import`` has written."""
    folder = asked.readings
    if asked.homes is not None or not holds_tables(folder):
        return asked
    homes = folder / "homes"
    return replace(asked, readings=folder / "readings", homes=homes if homes.is_dir() else None)


def _panel_of_tables(asked: Asked, table: Path, progress: Progress) -> Panel:
    readings = open_readings(asked.readings)
    if readings.shape is Shape.BILLS:
        raise InvalidInputError("features-of-bills", file=asked.readings.name)
    homes = open_homes(table)
    chosen = _chosen(homes, asked.most)
    hours = dict(_hours(readings, chosen, progress))
    if not hours:
        raise TrainingDataError("train-no-data", folder=asked.readings.name, days=LEAST_DAYS)
    places = {name: _place(chosen[name]) for name in hours}
    cuts = {
        place: cuts_of([hours[name] for name in hours if places[name] == place])
        for place in set(places.values())
    }
    return Panel(
        homes=tuple(
            TrainingHome(
                hours=hours[name],
                place=places[name],
                country=country_of(chosen[name].zone) or HOME_COUNTRY,
                held_out=is_held_out(name),
                facts=_facts(chosen[name]),
                temp_c=np.full(len(hours[name].days), np.nan),
                learn_until=cuts[places[name]][0],
                judge_from=cuts[places[name]][1],
            )
            for name in sorted(hours)
        ),
        hashes={file.name: sha256_of(file) for file in (*homes.files, *readings.files)},
    )


def _chosen(homes: FleetTable, most: int) -> dict[str, FleetHome]:
    """Return the homes of a sample by their ids: those of the smallest hashes, whoever asks.

    One whose row cannot be used is left out; ``data validate`` names it.
    """
    numbers = [number_of(batch.column(ID).to_pandas()) for batch in homes.batches()]
    every = np.unique(np.concatenate([np.empty(0, dtype=np.uint64), *numbers]))
    limit = every[min(most, len(every)) - 1] if len(every) else np.uint64(0)
    pa = import_module("pyarrow")
    found: dict[str, FleetHome] = {}
    for batch, number in zip(homes.batches(), numbers, strict=True):
        rows = pa.Table.from_batches([batch.filter(pa.array((number <= limit) & (number > 0)))])
        for row in rows_of(rows):
            try:
                home = home_of(row)
            except AhorraLuzError:
                continue
            found[home.id] = home
    return found


def _hours(
    readings: FleetTable, chosen: Mapping[str, FleetHome], progress: Progress
) -> Iterator[tuple[str, HomeHours]]:
    """Yield the hours of each chosen home that has enough of them."""
    import pandas as pd

    names = sorted(chosen)
    places = pd.Index(names)
    parts: dict[int, list[tuple[NDArray[np.int64], Floats]]] = {}
    done = 0
    for batch in readings.batches():
        home = places.get_indexer(batch.column(ID).to_pandas())
        series = _packed(batch, home) if readings.shape is Shape.PACKED else _tidy(batch, home)
        for place, starts, kwh in series:
            parts.setdefault(place, []).append((starts, kwh))
        done += batch.num_rows
        progress("rows", done, done)
    is_local = readings.clock is not None and readings.clock.is_local
    for place in sorted(parts):
        starts, kwh = (np.concatenate(columns) for columns in zip(*parts[place], strict=True))
        rising, first = np.unique(starts, return_index=True)
        zone = "" if is_local else chosen[names[place]].zone
        found = regular_home(names[place], rising, kwh[first], zone=zone)
        if found is not None:
            yield names[place], found


def _tidy(
    batch: Any,  # noqa: ANN401 - pyarrow has no types
    home: NDArray[np.intp],
) -> Iterator[tuple[int, NDArray[np.int64], Floats]]:
    """Yield home, stamps and energy of the rows of each chosen home."""
    starts = batch.column("start_s").to_numpy(zero_copy_only=False).astype(np.float64)
    kwh = batch.column("kwh").to_numpy(zero_copy_only=False).astype(np.float64)
    good = np.flatnonzero((home >= 0) & ~np.isnan(starts))
    order = good[np.argsort(home[good], kind="stable")]
    for rows in np.split(order, np.flatnonzero(np.diff(home[order])) + 1):
        if len(rows):
            yield int(home[rows[0]]), starts[rows].astype(np.int64), kwh[rows]


def _packed(
    batch: Any,  # noqa: ANN401 - pyarrow has no types
    home: NDArray[np.intp],
) -> Iterator[tuple[int, NDArray[np.int64], Floats]]:
    for row in np.flatnonzero(home >= 0):
        start, step = batch.column("start_s")[row].as_py(), batch.column("step_s")[row].as_py()
        values = batch.column("kwh")[row].values
        if start is None or not step or values is None:
            continue
        kwh = values.to_numpy(zero_copy_only=False).astype(np.float64)
        yield int(home[row]), start + step * np.arange(len(kwh), dtype=np.int64), kwh


def _place(home: FleetHome) -> str:
    return str(home.told.get("city") or home.told.get("department") or PLACE)


def _facts(home: FleetHome) -> Floats:
    told: dict[str, Any] = {
        name: home.told[name] for name in ("people", "appliances") if name in home.told
    }
    known = Home(supply=home.supply, history=(), **told)
    return facts_of(known, Connection(supply=home.supply))
