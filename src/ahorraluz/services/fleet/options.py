"""What homes would save beside their plans if they had what they did not say, in sums."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ahorraluz.core.money import CENT
from ahorraluz.services.fleet.outputs import Output

COLUMN = "options"
MOST_OPTIONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSum:
    """One measure beside the plans of all homes of which it is an option."""

    measure: str
    homes: int
    saving_year: Decimal
    """If all of them had what it is about, each alone beside its plan. [PEN/year]"""
    expected_year: Decimal | None
    """Each saving as likely as the home has it; ``None``: what is not known is a price or a
    grant, of which nobody knows the chance. [PEN/year]"""


@dataclass(slots=True)
class _Sum:
    homes: int = 0
    saving: Decimal = Decimal(0)
    expected: float | None = None


def sum_options(output: Output) -> tuple[OptionSum, ...]:
    """Return the measures that would save most beside the plans, as likely as they are there.

    Those come last of which no chance is known.
    """
    sums: dict[str, _Sum] = defaultdict(_Sum)
    for path in output.parts("homes"):
        _add(pq.read_table(path, columns=[COLUMN]).column(COLUMN), sums)
    found = [
        OptionSum(
            measure=name,
            homes=one.homes,
            saving_year=one.saving,
            expected_year=None
            if one.expected is None
            else Decimal(repr(one.expected)).quantize(CENT),
        )
        for name, one in sums.items()
    ]
    found.sort(key=lambda one: (-(one.expected_year or 0), -one.saving_year, one.measure))
    return tuple(found[:MOST_OPTIONS])


def _add(column: pa.ChunkedArray, sums: dict[str, _Sum]) -> None:
    told = pa.Table.from_struct_array(pc.list_flatten(column))
    likely = pc.multiply(pc.cast(told.column("saving_year"), pa.float64()), told.column("chance"))
    groups = (
        told.select(["measure", "saving_year"])
        .append_column("likely", likely)
        .group_by("measure", use_threads=False)
        .aggregate([("saving_year", "count"), ("saving_year", "sum"), ("likely", "sum")])
    )
    for row in groups.to_pylist():
        one = sums[row["measure"]]
        one.homes += row["saving_year_count"]
        one.saving += row["saving_year_sum"]
        if row["likely_sum"] is not None:
            one.expected = (one.expected or 0.0) + row["likely_sum"]
