"""What a run came to: a few sums over its homes, and why homes were put aside."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ahorraluz.core.usage.findings import Weight
from ahorraluz.services.fleet.options import OptionSum, sum_options
from ahorraluz.services.fleet.outputs import FleetOutError, Output, check_tables

MOST_STEPS, MOST_REASONS = 8, 12
ZERO = Decimal("0.00")
ASKED = (
    *("fose", "kwh_last_year", "kwh_year", "bill_year", "saving_year", "array_kwp"),
    *("steps", "findings"),
)
ASKED_DEAD = ("stage", "code", "household_id", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSum:
    """One measure in the plans of all homes."""

    measure: str
    homes: int
    saving_year: Decimal
    """[PEN/year]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadSum:
    """One reason why homes were put aside."""

    stage: str
    code: str
    homes: int
    example: str
    """One of the homes."""
    reason: str
    """Why that one was, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A run in short."""

    complete: bool
    homes: int
    dead: int
    left_aside: int
    """Rows of the inputs that name no home."""
    kwh_last_year: float
    kwh_year: float
    """Expected of the twelve months to come. [kWh]"""
    bill_year: Decimal
    """If nothing changes. [PEN/year]"""
    saving_year: Decimal
    fose: int
    """Homes that the FOSE reaches."""
    act_homes: int
    """Homes of which a finding asks to act."""
    array_homes: int
    array_kwp: float
    steps: tuple[StepSum, ...]
    options: tuple[OptionSum, ...]
    """What they would save beside their plans if they had what they did not say."""
    reasons: tuple[DeadSum, ...]
    versions: Mapping[str, str]


def sum_up(output: Output) -> Summary:
    """Return the sums of a run.

    Raises
    ------
    FleetOutError
        ``fleet-out-foreign``; ``fleet-out-missing``: nothing was scored there.
    """
    known = output.read_manifest()
    if known is None:
        raise FleetOutError("fleet-out-missing", folder=str(output.folder))
    check_tables(output)
    homes, steps, saved = 0, Counter[str](), Counter[str]()
    sums: dict[str, float | Decimal] = {}
    fose = with_array = acting = 0
    for path in output.parts("homes"):
        table = pq.read_table(path, columns=list(ASKED))
        homes += table.num_rows
        for name in ("kwh_last_year", "kwh_year", "array_kwp", "bill_year", "saving_year"):
            part = pc.sum(table.column(name)).as_py()
            if part is not None:
                sums[name] = sums.get(name, type(part)(0)) + part
        fose += pc.sum(table.column("fose")).as_py() or 0
        with_array += table.num_rows - table.column("array_kwp").null_count
        acting += sum(map(_asks_to_act, table.column("findings").to_pylist()))
        _count_steps(table, steps, saved)
    return Summary(
        complete=bool(known.get("complete")),
        homes=homes,
        dead=output.count("dead"),
        left_aside=int(str(known.get("rows_left_aside", 0))),
        kwh_last_year=float(sums.get("kwh_last_year", 0.0)),
        kwh_year=float(sums.get("kwh_year", 0.0)),
        bill_year=Decimal(sums.get("bill_year", ZERO)),
        saving_year=Decimal(sums.get("saving_year", ZERO)),
        fose=fose,
        act_homes=acting,
        array_homes=with_array,
        array_kwp=round(float(sums.get("array_kwp", 0.0)), 2),
        steps=tuple(
            StepSum(measure=name, homes=count, saving_year=Decimal(saved[name]) / 100)
            for name, count in sorted(steps.items(), key=lambda item: (-item[1], item[0]))
        )[:MOST_STEPS],
        options=sum_options(output),
        reasons=_reasons(output),
        versions={
            name: str(known.get(name, ""))
            for name in ("as_of", "code_version", "data_hash", "months_model", "hours_model")
        },
    )


def _asks_to_act(findings: Sequence[Mapping[str, object]]) -> bool:
    return any(one["weight"] == Weight.ACT.value for one in findings)


def _count_steps(table: pa.Table, steps: Counter[str], saved: Counter[str]) -> None:
    told = pc.list_flatten(table.column("steps"))
    for chunk in told.chunks:
        names = chunk.field("measure").to_pylist()
        for name, amount in zip(names, chunk.field("saving_year").to_pylist(), strict=True):
            steps[name] += 1
            saved[name] += int(amount * 100)


def _reasons(output: Output) -> tuple[DeadSum, ...]:
    found: dict[tuple[str, str], list[object]] = {}
    for path in output.parts("dead"):
        table = pq.read_table(path, columns=list(ASKED_DEAD))
        columns = [table.column(name).to_pylist() for name in ASKED_DEAD]
        for stage, code, home, reason in zip(*columns, strict=True):
            known = found.setdefault((stage, code), [0, home, reason])
            known[0] = int(str(known[0])) + 1
    ordered = sorted(found.items(), key=lambda item: (-int(str(item[1][0])), item[0]))
    return tuple(
        DeadSum(
            stage=stage,
            code=code,
            homes=int(str(count)),
            example=str(home),
            reason=str(reason),
        )
        for (stage, code), (count, home, reason) in ordered[:MOST_REASONS]
    )
