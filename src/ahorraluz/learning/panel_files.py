"""The homes to learn from as one file: made once, hashed, and read again bit for bit.

``homes.parquet`` holds one row a home: its hours, its days, what is known of it and where its
calendar is cut. ``manifest.json`` says which files it was made of, by their hashes, and which
hash it has itself. The same homes give the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from ahorraluz.core.forecast.forecaster import FACTS, HOURS_DAY
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.training_data import Panel, TrainingHome

SCHEMA = "ahorraluz.features.1"
HOMES_FILE, MANIFEST_FILE = "homes.parquet", "manifest.json"
GROUP_ROWS = 256
"""Homes of one group of the file, each of a few years of hours."""


class FeaturesError(AhorraLuzError):
    """Features that are not what their manifest says."""


def table_bytes(panel: Panel) -> bytes:
    """Return the content of ``homes.parquet``."""
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    homes = panel.homes
    columns: dict[str, Any] = {
        "household_id": [home.hours.id for home in homes],
        "place": [home.place for home in homes],
        "country": [home.country for home in homes],
        "held_out": [home.held_out for home in homes],
        "first_day": [int(home.hours.days[0].astype(np.int64)) for home in homes],
        "learn_until": [int(home.learn_until.astype(np.int64)) for home in homes],
        "judge_from": [int(home.judge_from.astype(np.int64)) for home in homes],
        "facts": [home.facts for home in homes],
        "kwh": [home.hours.kwh.ravel() for home in homes],
        "temp_c": [home.temp_c for home in homes],
    }
    numbers = pa.list_(pa.float64())
    kinds = dict.fromkeys(("facts", "kwh", "temp_c"), numbers)
    kinds |= dict.fromkeys(("first_day", "learn_until", "judge_from"), pa.int32())
    arrays = {name: pa.array(values, kinds.get(name)) for name, values in columns.items()}
    sink = pa.BufferOutputStream()
    parquet.write_table(
        pa.table(arrays), sink, compression="zstd", row_group_size=GROUP_ROWS, use_dictionary=False
    )
    return bytes(sink.getvalue())


def manifest_of(panel: Panel, content: bytes, *, program: str) -> dict[str, Any]:
    """Return the manifest of some homes and of the file they were written to.

    Parameters
    ----------
    panel
        The homes.
    content
        Of ``homes.parquet``.
    program
        Version of the program that made it.
    """
    return {
        "schema": SCHEMA,
        "program": program,
        "homes": len(panel.homes),
        "held_out": len(panel.unseen()),
        "days": sum(len(home.hours.days) for home in panel.homes),
        "files": {HOMES_FILE: hashlib.sha256(content).hexdigest()},
        "sources": dict(sorted(panel.hashes.items())),
    }


def holds_features(folder: Path) -> bool:
    """Tell whether a folder is one of features."""
    return (folder / MANIFEST_FILE).is_file() and (folder / HOMES_FILE).is_file()


def read_features(folder: Path) -> Panel:
    """Return the homes of a folder of features.

    Raises
    ------
    FeaturesError
        ``features-unreadable``; ``features-differ``: the file is not the one that its manifest
        tells of.
    """
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    try:
        manifest: Mapping[str, Any] = json.loads((folder / MANIFEST_FILE).read_text("utf-8"))
        stated, hashes = manifest["files"][HOMES_FILE], dict(manifest["sources"])
        if manifest["schema"] != SCHEMA:
            raise FeaturesError("features-unreadable", folder=folder.name)
        content = (folder / HOMES_FILE).read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != stated:
            raise FeaturesError("features-differ", folder=folder.name, stated=stated, found=found)
        table = parquet.read_table(pa.BufferReader(content))
        homes = tuple(_homes(table))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise FeaturesError("features-unreadable", folder=folder.name) from error
    return Panel(homes=homes, hashes=hashes)


def _homes(table: Any) -> list[TrainingHome]:  # noqa: ANN401 - pyarrow has no types
    lists = {name: _lists(table[name]) for name in ("facts", "kwh", "temp_c")}
    rows = table.drop_columns(list(lists)).to_pylist()
    homes = []
    for row, facts, kwh, temp_c in zip(rows, *lists.values(), strict=True):
        days = np.datetime64(row["first_day"], "D") + np.arange(len(temp_c))
        if len(facts) != len(FACTS):
            raise ValueError
        homes.append(
            TrainingHome(
                hours=HomeHours(
                    id=row["household_id"], days=days, kwh=kwh.reshape(len(days), HOURS_DAY)
                ),
                place=row["place"],
                country=row["country"],
                held_out=row["held_out"],
                facts=facts,
                temp_c=temp_c,
                learn_until=np.datetime64(row["learn_until"], "D"),
                judge_from=np.datetime64(row["judge_from"], "D"),
            )
        )
    return homes


def _lists(column: Any) -> list[np.ndarray]:  # noqa: ANN401 - pyarrow has no types
    """Return each list of numbers as an array, without opening it number by number."""
    return [
        np.array(cell.values.to_numpy(zero_copy_only=False), dtype=np.float64) for cell in column
    ]
