"""Recorded arrivals as files for Spark, and events as both ways tell them, to be compared."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from tests.recorded_homes import Recorded

from ahorraluz.core.live.arrivals import Arrival
from ahorraluz.core.live.events import Event
from ahorraluz.core.live.rows import figures_text, row_of
from ahorraluz.core.live.state import read_state, write_state
from ahorraluz.core.live.step import fresh, run

ROW = pa.schema(
    [
        ("home", pa.string()),
        ("seq", pa.int64()),
        ("kind", pa.string()),
        ("channel", pa.int64()),
        ("at_ms", pa.int64()),
        ("value", pa.int64()),
        ("body", pa.string()),
    ]
)
TOLD = ("home", "number", "kind", "key", "at_ms", "weight", "due_ms", "figures", "cents", "basis")
EVENT = pa.schema(
    [
        (name, pa.int64() if name in ("number", "at_ms", "due_ms", "cents") else pa.string())
        for name in TOLD
    ]
)
OLDEST_NS = 1_780_000_000 * 10**9


def slices_of(recorded: Iterable[Recorded], count: int) -> list[pa.Table]:
    """Return what arrived in equal parts of each home's arrivals, one table for each part."""
    parts: list[list[tuple[object, ...]]] = [[] for _ in range(count)]
    for one in recorded:
        whole = len(one.arrivals)
        for seq, arrival in enumerate(one.arrivals):
            row = row_of(arrival)
            parts[seq * count // whole].append(
                (one.name, seq, row.kind, row.channel, row.at_ms, row.value, row.body)
            )
    return [table_of(rows, ROW) for rows in parts]


def table_of(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    """Return rows as a table."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.table(
        [pa.array(list(c), type=f.type) for c, f in zip(columns, schema, strict=True)],
        schema=schema,
    )


def write_json(table: pa.Table, path: Path) -> None:
    """Write rows as lines of JSON, in an order that is not that of arrival."""
    rows = table.to_pylist()
    Random(len(rows)).shuffle(rows)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def date_file(path: Path, place: int) -> None:
    """Give a file its place in the order in which Spark takes files."""
    os.utime(path, ns=(OLDEST_NS + place * 10**9, OLDEST_NS + place * 10**9))


def events_table(home: str, events: Sequence[Event]) -> pa.Table:
    """Return the events of a home as Spark has to tell them."""
    rows = [
        (
            home,
            number,
            event.kind.value,
            event.key,
            event.at_ms,
            event.weight.value,
            event.due_ms,
            figures_text(event),
            event.cents,
            event.basis,
        )
        for number, event in enumerate(events, 1)
    ]
    return table_of(rows, EVENT)


def embedded(arrivals: Sequence[Arrival], chance: Random, *, most: int = 60) -> list[Event]:
    """Return what the embedded way tells, cut anywhere, its state written and read in between."""
    content, told, place = write_state(fresh()), list[Event](), 0
    while place < len(arrivals):
        after = place + chance.randint(1, most)
        state, events = run(read_state(content), arrivals[place:after])
        content = write_state(state)
        told += events
        place = after
    return told


def kept_events(folder: Path) -> pa.Table:
    """Return the events that Spark kept, by home and number."""
    files = sorted(folder.glob("batch=*/*.parquet"))
    tables = [
        pq.read_table(path, partitioning=None).select(list(TOLD)).cast(EVENT) for path in files
    ]
    whole = pa.concat_tables(tables) if tables else EVENT.empty_table()
    return whole.sort_by([("home", "ascending"), ("number", "ascending")])
