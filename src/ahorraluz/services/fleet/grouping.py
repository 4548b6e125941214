"""Groups of the homes of a run, for agencies: by the rule of every other table of groups.

The blocks are those of :mod:`ahorraluz.core.anonymity`; what is told of them is figured as in the
tables of homes that agreed in the app. Energy is told of all homes, and what plans save of those
whose plan saves something: two topics, each of its own blocks, as verified savings are there.
"""

import csv
import hashlib
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.catalog.places import departments
from ahorraluz.core.anonymity import (
    GEOGRAPHY,
    Block,
    Cell,
    Figure,
    Present,
    cells_of,
    renew,
)
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.services.fleet.outputs import Output, write_whole
from ahorraluz.services.publish_aggregates import told_share

FOLDER = "aggregates"
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


def groups_of(output: Output, *, as_of: date) -> tuple[Group, ...]:
    """Return what may be told of groups of the homes of a run: the country first, then by code."""
    homes = list(_present(output))
    day = as_of.isoformat()
    use = cells_of(blocks_of(homes, USE, day=day))
    # A home that saves nothing would make a sum of nothing, which tells too much.
    with_saving = [home for home in homes if home.values["saving"] > 0]
    saved = {cell.place: cell for cell in cells_of(blocks_of(with_saving, SAVING, day=day))}
    return tuple(_group(cell, saved.get(cell.place)) for cell in use)


def write_groups(output: Output, groups: Sequence[Group]) -> None:
    """Write groups as Parquet and CSV; raises ``fleet-disk``."""
    folder = output.folder / FOLDER
    folder.mkdir(exist_ok=True)
    rows = [asdict(group) for group in groups]
    table = pa.Table.from_pylist(rows, schema=WRITTEN)
    write_whole(folder / "places.parquet", lambda part: pq.write_table(table, part))
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


def _present(output: Output) -> Iterator[Present]:
    """Yield every scored home as it counts."""
    for path in output.parts("homes"):
        table = pq.read_table(path, columns=list(ASKED))
        columns = [table.column(name).to_pylist() for name in ASKED]
        for home, district, energy, days, year, fose, saving in zip(*columns, strict=True):
            values = {
                "consumption": round(energy / days * MEAN_MONTH_DAYS * TENTHS),
                "fose": int(fose),
                "forecast": round(year / MONTHS * TENTHS),
                "saving": int(saving * CENTS),
            }
            yield Present(mark=_mark(home), place=district or "", values=values)


def _mark(home: str) -> str:
    return hashlib.blake2b(home.encode(), digest_size=MARK_BYTES).hexdigest()


def blocks_of(
    homes: Iterable[Present], figures: Sequence[Figure], *, day: str
) -> tuple[Block, ...]:
    """Return the blocks of homes, formed level by level as :func:`.renew` forms them.

    Blocks of one place know nothing of another's, so that places are taken one after the other:
    what is looked at of a home is in memory for the largest of them alone.
    """
    waiting: dict[str, list[Present]] = defaultdict(list)
    for home in homes:
        waiting[home.place].append(home)
    blocks: list[Block] = []
    for level in GEOGRAPHY:
        groups: dict[str, list[Present]] = defaultdict(list)
        without = [home for place in waiting if level(place) is None for home in waiting[place]]
        for place, some in waiting.items():
            within = level(place)
            if within is not None:
                groups[within] += some
        waiting = defaultdict(list)
        for home in without:
            waiting[home.place].append(home)
        for place in sorted(groups):
            made = renew((), groups[place], figures, day=day, levels=(level,))
            taken = {member.mark for block in made for member in block.members}
            blocks += map(_in_short, made)
            for home in groups[place]:
                if home.mark not in taken:
                    waiting[home.place].append(home)
    return tuple(blocks)


def _in_short(block: Block) -> Block:
    """Return a block without what was told of each member: only its sums are told."""
    members = tuple(replace(member, told=None) for member in block.members)
    return replace(block, members=members)
