"""Groups of the homes of a run, for agencies: by the rule of every other table of groups.

The blocks are those of :mod:`ahorraluz.core.anonymity`, and what is told of them is what is told
of homes that agreed in the app: :data:`~ahorraluz.services.outlets.TOPICS` names the figures, and
a place becomes a row by the same function.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ahorraluz.core.anonymity import GEOGRAPHY, Block, Figure, Present, renew
from ahorraluz.core.periods import MEAN_MONTH_DAYS
from ahorraluz.core.tariffs.figures import FOSE_LIMIT_KWH
from ahorraluz.services.documents.aggregates import COLUMNS, aggregates_csv, level_of, name_of
from ahorraluz.services.fleet.outputs import Output, write_whole
from ahorraluz.services.outlets import PERU_TIME, TOPICS, USE, tables_of
from ahorraluz.services.publish_aggregates import Aggregates, Place, place_of
from ahorraluz.services.toolbox import Toolbox

FOLDER = "aggregates"
TOLD = ("consumption", "fose", "forecast", "potential")
FIGURES: tuple[Figure, ...] = tuple(f for f in TOPICS[USE].figures if f.name in TOLD)
TENTHS, CENTS, MONTHS = 10, 100, 12
ASKED = (
    "household_id",
    "district",
    "kwh_last_year",
    "days_last_year",
    "kwh_year",
    "fose",
    "saving_year",
)
NATION = "luz-del-sur"
"""Any distributor: the limit is the nation's."""
WRITTEN = pa.schema(
    [
        ("level", pa.string()),
        ("code", pa.string()),
        ("name", pa.string()),
        ("homes", pa.int64()),
        ("consumption_kwh_month", pa.decimal128(12, 1)),
        ("forecast_kwh_month", pa.decimal128(12, 1)),
        ("fose_share", pa.decimal128(4, 2)),
        ("potential_pen_year", pa.decimal128(12, 2)),
    ]
)
MARK_BYTES = 16


def groups_of(output: Output, *, tools: Toolbox, as_of: date) -> Aggregates:
    """Return what may be told of groups of the homes of a run."""
    blocks = _blocks(_present(output), day=as_of.isoformat())
    rows = tables_of({USE: blocks})[USE]
    limit = tools.book(NATION).figures.value(FOSE_LIMIT_KWH, as_of)
    return Aggregates(
        at=datetime.combine(as_of, time(), tzinfo=PERU_TIME),
        limit_kwh=limit,
        places=tuple(place_of(row, None) for row in rows),  # type: ignore[attr-defined]
    )


def write_groups(output: Output, found: Aggregates) -> None:
    """Write groups as Parquet and CSV; raises ``fleet-disk``."""
    folder = output.folder / FOLDER
    folder.mkdir(exist_ok=True)
    table = pa.Table.from_pylist([_row(place) for place in found.places], schema=WRITTEN)
    write_whole(folder / "places.parquet", lambda part: pq.write_table(table, part))
    text = aggregates_csv(found)
    write_whole(folder / "places.csv", lambda part: _write_text(part, text))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _row(place: Place) -> Mapping[str, object]:
    values = (
        level_of(place),
        place.code,
        name_of(place),
        place.homes,
        place.consumption_kwh,
        place.forecast_kwh,
        place.fose_share,
        place.potential_pen,
    )
    return dict(zip(COLUMNS[: len(values)], values, strict=True))


def _present(output: Output) -> Iterator[Present]:
    """Yield every scored home as it counts."""
    for path in output.parts("homes"):
        table = pq.read_table(path, columns=list(ASKED))
        columns = [table.column(name).to_pylist() for name in ASKED]
        for home, district, energy, days, year, fose, saving in zip(*columns, strict=True):
            mark = hashlib.blake2b(home.encode(), digest_size=MARK_BYTES).hexdigest()
            values = {
                "consumption": round(energy / days * MEAN_MONTH_DAYS * TENTHS),
                "fose": int(fose),
                "forecast": round(year / MONTHS * TENTHS),
                "potential": int(max(saving, Decimal(0)) * CENTS),
            }
            yield Present(mark=mark, place=district or "", values=values)


def _blocks(homes: Iterable[Present], *, day: str) -> tuple[Block, ...]:
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
            made = renew((), groups[place], FIGURES, day=day, levels=(level,))
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
