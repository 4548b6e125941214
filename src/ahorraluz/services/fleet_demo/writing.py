"""Write a fleet of made-up homes: a table of homes, a folder of readings, and what it is.

Block by block, so that memory stays the same however many homes are asked for. The folder
appears whole or not at all.
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, fields
from datetime import date
from importlib.metadata import version
from pathlib import Path

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.usage.made_up import blocks, make_homes
from ahorraluz.core.usage.made_up_faults import SOUND, draw_faults
from ahorraluz.services.fleet_demo.country import load_country
from ahorraluz.services.fleet_demo.readings import BillReadings, HourReadings, open_parquet
from ahorraluz.services.fleet_demo.tables import (
    FAULTS_LAYOUT,
    HOMES_LAYOUT,
    table_of_faults,
    table_of_homes,
)
from ahorraluz.services.write_file import FileWriteError

BILLS, HOURS = "bills", "hours"
KINDS = (BILLS, HOURS)
START = date(2025, 11, 1)
FIRST_YEAR, LAST_YEAR = 1971, 2099
ABOUT = "made-up.json"
SCHEMA = "ahorraluz.made-up-fleet.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetWish:
    """Which made-up homes are wanted."""

    homes: int
    kind: str
    """``bills`` or ``hours``."""
    months: int = 12
    seed: int = 1
    start: date = START
    """Hours begin on it, recibos in its month, or the day before that month at the earliest."""
    faults: float = 0.0
    """Share of homes with something wrong. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpFleet:
    """What was written."""

    folder: Path
    homes: int
    broken: int
    """Homes with something wrong."""
    readings: int
    """Recibos, or hours."""


def write_fleet(
    wish: FleetWish, folder: Path, *, progress: Callable[[int], None] = lambda _: None
) -> MadeUpFleet:
    """Write made-up homes and their readings; the same wish gives the same bytes.

    Parameters
    ----------
    folder
        Where to; it must not exist, or be empty. It holds ``homes.parquet``, ``readings/``,
        ``made-up.json``, and ``faults.parquet`` where homes were broken.
    progress
        Is told how many more homes are done.

    Raises
    ------
    InvalidInputError
        ``fleet-folder-full``, ``fleet-start-far``.
    FileWriteError
        ``file-not-written``; nothing is left behind.
    """
    if not FIRST_YEAR <= wish.start.year <= LAST_YEAR:
        raise InvalidInputError(
            "fleet-start-far", value=wish.start, first=FIRST_YEAR, last=LAST_YEAR
        )
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InvalidInputError("fleet-folder-full", file=str(folder))
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError:
        raise FileWriteError("file-not-written", file=str(folder)) from None
    try:
        broken, readings = _write(wish, aside, progress)
        (aside / ABOUT).write_text(_about(wish, broken, readings), encoding="utf-8")
        aside.chmod(0o755)
        aside.replace(folder)
    except OSError:
        raise FileWriteError("file-not-written", file=str(folder)) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return MadeUpFleet(folder=folder, homes=wish.homes, broken=broken, readings=readings)


def _write(wish: FleetWish, folder: Path, progress: Callable[[int], None]) -> tuple[int, int]:
    """Write homes and readings; return how many homes are broken, and the readings."""
    country, sink = load_country(), BillReadings if wish.kind == BILLS else HourReadings
    broken = readings = 0
    with ExitStack() as stack:
        homes_file = stack.enter_context(open_parquet(folder / "homes.parquet", HOMES_LAYOUT))
        faults_file = (
            stack.enter_context(open_parquet(folder / "faults.parquet", FAULTS_LAYOUT))
            if wish.faults
            else None
        )
        into = stack.enter_context(
            closing(
                sink(
                    folder / "readings",
                    country,
                    start=wish.start,
                    months=wish.months,
                    seed=wish.seed,
                )
            )
        )
        for first, count in blocks(wish.homes):
            homes = make_homes(country, first=first, count=count, seed=wish.seed)
            faults = draw_faults(
                wish.kind, first=first, count=count, share=wish.faults, seed=wish.seed
            )
            homes_file.write_table(table_of_homes(homes, country, faults))
            if faults_file is not None:
                faults_file.write_table(table_of_faults(first, faults))
            broken += int((faults != SOUND).sum())
            for more, read in into.write(homes, faults):
                readings += read
                progress(more)
    return broken, readings


def _about(wish: FleetWish, broken: int, readings: int) -> str:
    """Return the words of the file that says what the folder is."""
    about = {
        "schema": SCHEMA,
        "made_up": True,
        "note": "Nobody lives in these homes: no figure of theirs says anything about Peru.",
        **{field.name: getattr(wish, field.name) for field in fields(wish)},
        "start": wish.start.isoformat(),
        "broken": broken,
        "readings": readings,
        "version": version("ahorraluz"),
    }
    return json.dumps(about, indent=2) + "\n"
