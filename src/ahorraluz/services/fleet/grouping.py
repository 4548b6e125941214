"""Groups of the homes of a run, for agencies: by the rule of every other table of groups.

The blocks are those of :mod:`ahorraluz.core.anonymity`; what is told of them is figured as in the
tables of homes that agreed in the app. Energy is told of all homes, and what plans save of those
whose plan saves something: two topics, each of its own blocks, as verified savings are there.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.catalog.places import departments
from ahorraluz.core.anonymity import (
    GEOGRAPHY,
    Block,
    Cell,
    Figure,
    Member,
    Present,
    cells_of,
    renew,
)
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.services.fleet.outputs import Output, write_whole
from ahorraluz.services.publish_aggregates import told_share

FOLDER, PLACES = "aggregates", "places.parquet"
USE: tuple[Figure, ...] = (
    Figure(name="consumption"),
    Figure(name="fose", shares="consumption"),
    Figure(name="forecast"),
)
SAVING: tuple[Figure, ...] = (Figure(name="saving"),)
TENTHS, CENTS, MONTHS = 10, 100, 12
TENTH, CENT = Decimal("0.1"), Decimal("0.01")
ASKED = (
    "household_id",
    "district",
    "kwh_last_year",
    "days_last_year",
    "kwh_year",
    "fose",
    "saving_year",
)
WRITTEN = pa.schema(
    [
        ("level", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("homes", pa.int64()),
        ("consumption_kwh_month", pa.decimal128(12, 1)),
        ("forecast_kwh_month", pa.decimal128(12, 1)),
        ("fose_share", pa.decimal128(4, 2)),
        ("saving_homes", pa.int64()),
        ("saving_pen_year", pa.decimal128(12, 2)),
    ]
)
LEVELS = {0: "country", 2: "department", 4: "province", 6: "district"}
COUNTRY = "Perú"
MARK_BYTES = 16
SOMEBODY = Member(mark="", core=True)
"""Stands for each member of a block that only its sums are asked of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What is told of the homes of a place."""

    level: str
    """``country``, ``department``, ``province`` or ``district``."""
    code: str
    """Empty for the country; else two, four or six digits (INEI)."""
    name: str
    homes: int
    consumption_kwh_month: Decimal
    """Mean of a home over its last twelve months or less. [kWh/month]"""
    forecast_kwh_month: Decimal
    """Mean of a home over the twelve months to come. [kWh/month]"""
    fose_share: Decimal
    """Homes that the FOSE reaches; in each block told as 0.1 to 0.9."""
    saving_homes: int
    """Homes whose plan saves something, as far as enough of them are together."""
    saving_pen_year: Decimal | None
    """Mean that the plans of those save; ``None``: too few. [PEN/year]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """Homes as they count, in columns: of millions of them objects would fill the memory."""

    marks: NDArray[np.bytes_]
    """Stand for the homes, shape (n,)."""
    places: NDArray[np.str_]
    """Codes of their districts, empty where not told, shape (n,)."""
    values: Mapping[str, NDArray[np.int64]]
    """Whole numbers by figure, each of shape (n,)."""

    def __len__(self) -> int:
        """Return the number of homes."""
        return len(self.marks)

    def those(self, chosen: NDArray[np.bool_]) -> "Counted":
        """Return some of the homes."""
        return Counted(
            marks=self.marks[chosen],
            places=self.places[chosen],
            values={name: column[chosen] for name, column in self.values.items()},
        )

    def present(self, rows: NDArray[np.int64], figures: Sequence[Figure]) -> list[Present]:
        """Return some of the homes as objects."""
        columns = {figure.name: self.values[figure.name][rows].tolist() for figure in figures}
        return [
            Present(
                mark=mark.hex(),
                place=place,
                values={name: column[at] for name, column in columns.items()},
            )
            for at, (mark, place) in enumerate(
                zip(self.marks[rows].tolist(), self.places[rows].tolist(), strict=True)
            )
        ]


def groups_of(output: Output, *, as_of: date) -> tuple[Group, ...]:
    """Return what may be told of groups of the homes of a run: the country first, then by code."""
    homes, day = counted_in(output), as_of.isoformat()
    use = cells_of(blocks_of(homes, USE, day=day))
    # A home that saves nothing would make a sum of nothing, which tells too much.
    with_saving = homes.those(homes.values["saving"] > 0)
    saved = {cell.place: cell for cell in cells_of(blocks_of(with_saving, SAVING, day=day))}
    return tuple(_group(cell, saved.get(cell.place)) for cell in use)


def read_groups(output: Output) -> tuple[Group, ...] | None:
    """Return the groups that :func:`write_groups` wrote last; ``None``: none were written."""
    path = output.folder / FOLDER / PLACES
    if not path.is_file():
        return None
    return tuple(Group(**row) for row in pq.read_table(path).to_pylist())


def write_groups(output: Output, groups: Sequence[Group]) -> None:
    """Write groups as Parquet and CSV; raises ``fleet-disk``."""
    folder = output.folder / FOLDER
    folder.mkdir(exist_ok=True)
    rows = [asdict(group) for group in groups]
    table = pa.Table.from_pylist(rows, schema=WRITTEN)
    write_whole(folder / PLACES, lambda part: pq.write_table(table, part))
    text = io.StringIO()
    writer = csv.DictWriter(text, WRITTEN.names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(folder / "places.csv", lambda part: _write_text(part, text.getvalue()))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _group(cell: Cell, saved: Cell | None) -> Group:
    sums, homes = cell.sums, cell.homes
    return Group(
        level=LEVELS[len(cell.place)],
        code=cell.place,
        name=_name(cell.place),
        homes=homes,
        consumption_kwh_month=(Decimal(sums["consumption"]) / homes / TENTHS).quantize(TENTH),
        forecast_kwh_month=(Decimal(sums["forecast"]) / homes / TENTHS).quantize(TENTH),
        fose_share=told_share(Decimal(sums["fose"]), homes),
        saving_homes=0 if saved is None else saved.homes,
        saving_pen_year=None
        if saved is None
        else (Decimal(saved.sums["saving"]) / saved.homes / CENTS).quantize(CENT),
    )


def _name(code: str) -> str:
    provinces = load_provinces()
    match LEVELS[len(code)]:
        case "department":
            named = {province.code[:2]: province.department for province in provinces.values()}
            return departments()[named[code]]
        case "province":
            return provinces[code].name
        case "district":
            return load_districts()[code].name
        case _:
            return COUNTRY


def counted_in(output: Output) -> Counted:
    """Return the scored homes of a run as they count."""
    parts = [_counted(path) for path in output.parts("homes")]
    names = ("consumption", "fose", "forecast", "saving")
    return Counted(
        marks=np.concatenate([np.zeros(0, f"S{MARK_BYTES}"), *(part.marks for part in parts)]),
        places=np.concatenate([np.zeros(0, "U6"), *(part.places for part in parts)]),
        values={
            name: np.concatenate([np.zeros(0, np.int64), *(part.values[name] for part in parts)])
            for name in names
        },
    )


def _counted(path: Path) -> Counted:
    table = pq.read_table(path, columns=list(ASKED))
    homes = table.column("household_id").to_pylist()
    energy, days, year = (
        table.column(name).to_numpy() for name in ("kwh_last_year", "days_last_year", "kwh_year")
    )
    cents = [int(saving * CENTS) for saving in table.column("saving_year").to_pylist()]
    places = [district or "" for district in table.column("district").to_pylist()]
    return Counted(
        marks=np.array([mark_of(home) for home in homes], dtype=f"S{MARK_BYTES}"),
        places=np.array(places, dtype="U6"),
        values={
            "consumption": np.rint(energy / days * MEAN_MONTH_DAYS * TENTHS).astype(np.int64),
            "fose": table.column("fose").to_numpy().astype(np.int64),
            "forecast": np.rint(year / MONTHS * TENTHS).astype(np.int64),
            "saving": np.array(cents, dtype=np.int64),
        },
    )


def mark_of(home: str) -> bytes:
    """Return what stands for a home, of as many bytes for each."""
    return hashlib.blake2b(home.encode(), digest_size=MARK_BYTES).digest()


def blocks_of(homes: Counted, figures: Sequence[Figure], *, day: str) -> tuple[Block, ...]:
    """Return the blocks of homes, formed level by level as :func:`.renew` forms them.

    Blocks of one place know nothing of another's, so that places are taken one after the other,
    and what is looked at of a home is in memory for one of them at once. Of each member of a
    block is kept that it is one, not which.
    """
    waiting = np.arange(len(homes))
    blocks: list[Block] = []
    for level in GEOGRAPHY:
        codes, each = np.unique(homes.places[waiting], return_inverse=True)
        within = [level(code) for code in codes.tolist()]
        groups: dict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(within):
            if place is not None:
                groups[place].append(number)
        left = [waiting[np.isin(each, [n for n, place in enumerate(within) if place is None])]]
        for place in sorted(groups):
            rows = waiting[np.isin(each, groups[place])]
            present = homes.present(rows, figures)
            made = renew((), present, figures, day=day, levels=(level,))
            taken = {member.mark for block in made for member in block.members}
            blocks += (replace(block, members=(SOMEBODY,) * block.homes) for block in made)
            left.append(rows[[home.mark not in taken for home in present]])
        waiting = np.concatenate(left)
    return tuple(blocks)
