"""What is kept of homes: list it, take a file back, put a reading aside, hand all out, forget."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    import pyarrow

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.lattice import midnights
from ahorraluz.core.readings.schema import Quality, Readings
from ahorraluz.services.receive_readings import (
    ReadingsRefusedError,
    check_home_name,
    readings_of,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.write_file import replaced
from ahorraluz.store.records import ImportRecord, Quarantined, StoredHome

CSV, PARQUET = ".csv", ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store holds, of every home or of one."""

    homes: tuple[StoredHome, ...]
    imports: tuple[ImportRecord, ...] = ()
    aside: tuple[Quarantined, ...] = ()


def list_kept(*, tools: Toolbox, home: str | None = None) -> Kept:
    """Return the homes of the store, or one with its files and the readings put aside."""
    homes = tools.store.homes()
    if home is None:
        return Kept(homes=homes)
    return Kept(
        homes=tuple(known for known in homes if known.id == home),
        imports=tools.store.imports(home),
        aside=tools.store.quarantined(home),
    )


def read_moment(text: str, *, zone: str) -> int:
    """Return a typed moment, local unless it carries an offset. [s since 1970 UTC]

    Raises
    ------
    InvalidInputError
        ``moment-invalid``.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        # The first and the last day of the calendar may have no moment in UTC.
        return int(moment.astimezone(UTC).timestamp())
    except (ValueError, OverflowError):
        raise InvalidInputError("moment-invalid", field="at", value=text[:60]) from None


def put_aside(
    home: str,
    *,
    tools: Toolbox,
    at: str,
    channel: str | None,
    reason: str,
    as_of: datetime,
) -> tuple[int, ...]:
    """Put the reading at a moment aside, in one channel or in all; return the ids to undo it.

    Raises
    ------
    ReadingsRefusedError
        ``no-reading-there``, ``channel-unknown``.
    InvalidInputError
        ``moment-invalid``.
    """
    start = read_moment(at, zone=tools.store.zone(home))
    channels = tools.store.channels(home)
    if channel is not None and channel not in {known.id for known in channels}:
        names = [known.id for known in channels]
        raise ReadingsRefusedError("channel-unknown", value=channel[:60], allowed=names)
    # A channel that was read both as energy and as a register is there twice under one name.
    found = dict.fromkeys(
        known.id
        for known in channels
        if channel in (None, known.id) and bool(np.any(known.start_s == start))
    )
    if not found:
        raise ReadingsRefusedError("no-reading-there", value=at[:60], home=home)
    return tuple(tools.store.quarantine(home, name, start, start, reason, as_of) for name in found)


def export_readings(home: str, path: Path, *, tools: Toolbox, raw: bool) -> int:
    """Write a home's readings to a file, whole or not at all; return the number of rows.

    Parameters
    ----------
    home
        Home of the store.
    path
        File to write: ``.csv`` or ``.parquet``.
    tools
        The store.
    raw
        Whether to write what the files said rather than the clean series.

    Raises
    ------
    ReadingsRefusedError
        ``export-format-unknown``, ``home-without-readings``.
    FileWriteError
        ``file-not-written``.
    """
    check_home_name(home)
    if path.suffix.casefold() not in (CSV, PARQUET):
        raise ReadingsRefusedError("export-format-unknown", value=path.name[:60])
    channels, cleaned = readings_of(home, tools=tools)
    columns = _raw_columns(channels) if raw else _clean_columns(cleaned.readings)
    _write(path, columns)
    return len(next(iter(columns.values())))


def csv_of_readings(readings: Readings) -> bytes:
    """Return the clean series as a CSV: start, end, kWh, quality."""
    return _csv(_clean_columns(readings))


def csv_of_channels(channels: Iterable[Channel]) -> bytes:
    """Return what the files said as a CSV: channel, flow, measure, start, end, value."""
    return _csv(_raw_columns(channels))


def _csv(columns: "Columns") -> bytes:
    import pyarrow as pa
    import pyarrow.csv

    out = pa.BufferOutputStream()
    pyarrow.csv.write_csv(_table(columns), out)
    return bytes(out.getvalue())


def ndjson_of_readings(readings: Readings) -> bytes:
    """Return the clean series as lines of JSON; energy that nobody knows is ``null``."""
    columns = _clean_columns(readings)
    names = list(columns)
    lines = []
    for row in zip(*(column.tolist() for column in columns.values()), strict=True):
        said = dict(zip(names, row, strict=True))
        if math.isnan(said["kwh"]):
            said["kwh"] = None
        lines.append(json.dumps(said, separators=(",", ":")))
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def readings_between(readings: Readings, *, since: date | None, until: date | None) -> Readings:
    """Return the intervals of some local days: from ``since`` on, before ``until``.

    Raises
    ------
    ReadingsRefusedError
        ``readings-none-between``.
    """
    starts = readings.starts_s
    chosen = np.ones(len(starts), dtype=bool)
    if since is not None:
        chosen &= starts >= _midnight(since, readings.zone)
    if until is not None:
        chosen &= starts < _midnight(until, readings.zone)
    if not chosen.any():
        raise ReadingsRefusedError("readings-none-between", since=since, until=until)
    last = int(np.flatnonzero(chosen)[-1])
    ends = np.append(starts[1:], np.int64(readings.end_s))
    return replace(
        readings,
        starts_s=starts[chosen],
        energy_kwh=readings.energy_kwh[chosen],
        quality=readings.quality[chosen],
        end_s=int(ends[last]),
    )


def _midnight(day: date, zone: str) -> int:
    number = day.toordinal() - date(1970, 1, 1).toordinal()
    return int(midnights(number, number, zone=zone)[0])


Columns = dict[str, np.ndarray]


def _clean_columns(readings: Readings) -> Columns:
    names = np.array([kind.name.lower() for kind in Quality])
    starts = readings.starts_s
    ends = np.append(starts[1:], np.int64(readings.end_s))
    return {
        "start": _iso(starts),
        "end": _iso(ends),
        "kwh": readings.energy_kwh,
        "quality": names[readings.quality],
    }


def _raw_columns(channels: Iterable[Channel]) -> Columns:
    kept = [channel for channel in channels if len(channel)]
    return {
        "channel": np.concatenate([np.repeat(c.id, len(c)) for c in kept]),
        "flow": np.concatenate([np.repeat(c.flow.value, len(c)) for c in kept]),
        "measure": np.concatenate([np.repeat(c.measure.value, len(c)) for c in kept]),
        "start": _iso(np.concatenate([c.start_s for c in kept])),
        "end": _iso(np.concatenate([c.end_s for c in kept])),
        "value": np.concatenate([c.value for c in kept]),
    }


def _iso(seconds: np.ndarray) -> np.ndarray:
    return np.char.add(np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s"), "Z")


def _table(columns: Columns) -> "pyarrow.Table":
    import pyarrow as pa

    return pa.table({name: pa.array(column) for name, column in columns.items()})


def _write(path: Path, columns: Columns) -> None:
    import pyarrow.csv
    import pyarrow.parquet

    table = _table(columns)
    with replaced(path) as part:
        if path.suffix.casefold() == PARQUET:
            pyarrow.parquet.write_table(table, part)
        else:
            pyarrow.csv.write_csv(table, part)
