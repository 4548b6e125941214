"""The tables that a fleet run writes: their columns, and how a scored home becomes a row.

Soles are ``decimal128(12, 2)``, exact to the céntimo; energies are kWh with three decimals.
Names are those of the JSON documents where those tell the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa

PEN = pa.decimal128(12, 2)
KWH = pa.float64()
CENT = Decimal("0.01")
KWH_PLACES = 3

FINDING = pa.struct(
    [("code", pa.string()), ("weight", pa.string()), ("kwh_month", KWH), ("pen_month", PEN)]
)
USE = pa.struct([("id", pa.string()), ("kwh_month", KWH)])
MONTH = pa.struct(
    [
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("kwh_q10", KWH),
        ("kwh_mean", KWH),
        ("kwh_q90", KWH),
    ]
)
STEP = pa.struct(
    [
        ("measure", pa.string()),
        ("saving_year", PEN),
        ("saving_low_year", PEN),
        ("saving_high_year", PEN),
        ("cost", PEN),
        ("payback_months", pa.int32()),
    ]
)
OPTION = pa.struct(
    [
        ("measure", pa.string()),
        ("saving_year", PEN),
        ("saving_low_year", PEN),
        ("saving_high_year", PEN),
        ("chance", pa.float64()),
        ("cost", PEN),
        ("payback_months", pa.int32()),
    ]
)
"""``chance`` that the home has what the measure is about; null where that is no question."""
VERSIONS = ("code_version", "data_hash", "months_model", "hours_model", "inputs_hash")
HOMES = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        ("kind", pa.string()),
        ("distributor", pa.string()),
        ("system", pa.string()),
        ("option", pa.string()),
        ("district", pa.string()),
        ("department", pa.string()),
        ("city", pa.string()),
        ("cohort", pa.string()),
        ("readings_end", pa.date32()),
        ("months_known", pa.int32()),
        ("kwh_last_year", KWH),
        ("days_last_year", pa.int32()),
        ("fose", pa.bool_()),
        ("uses", pa.list_(USE)),
        ("findings", pa.list_(FINDING)),
        ("month_start", pa.date32()),
        ("month_end", pa.date32()),
        ("month_basis", pa.string()),
        ("month_kwh_q10", KWH),
        ("month_kwh_mean", KWH),
        ("month_kwh_q90", KWH),
        ("month_cost_low", PEN),
        ("month_cost", PEN),
        ("month_cost_high", PEN),
        ("next_month_start", pa.date32()),
        ("next_month_kwh_q10", KWH),
        ("next_month_kwh_mean", KWH),
        ("next_month_kwh_q90", KWH),
        ("next_month_cost_low", PEN),
        ("next_month_cost", PEN),
        ("next_month_cost_high", PEN),
        ("months", pa.list_(MONTH)),
        ("hours_start", pa.date32()),
        ("hours_kwh_q10", pa.list_(pa.float32())),
        ("hours_kwh_mean", pa.list_(pa.float32())),
        ("hours_kwh_q90", pa.list_(pa.float32())),
        ("kwh_year", KWH),
        ("bill_year", PEN),
        ("steps", pa.list_(STEP)),
        ("saving_year", PEN),
        ("saving_low_year", PEN),
        ("saving_high_year", PEN),
        ("cost", PEN),
        ("options", pa.list_(OPTION)),
        ("more_saving_year", PEN),
        ("array_kwp", pa.float64()),
        ("array_kwh_year", KWH),
        ("array_used_kwh_year", KWH),
        ("array_saving_low_year", PEN),
        ("array_saving_year", PEN),
        ("array_saving_high_year", PEN),
        ("array_cost", PEN),
        ("array_pays_below", PEN),
        ("array_payback_months", pa.int32()),
        ("array_roof_is_sure", pa.bool_()),
        ("array_is_step", pa.bool_()),
        *((name, pa.string()) for name in VERSIONS),
    ]
)
"""A row a scored home; what is not known is null."""
DEAD = pa.schema(
    [
        pa.field("household_id", pa.string(), nullable=False),
        ("stage", pa.string()),
        ("code", pa.string()),
        ("reason", pa.string()),
    ]
)
"""A row a home that was not scored: where, why (``issue.<code>``), and its parameters as JSON."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A home that could not be scored."""

    home: str
    stage: str
    code: str
    reason: str = "{}"


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Return scored homes as a table of ``HOMES``, in the order of their ids."""
    ordered = sorted(rows, key=lambda row: str(row["household_id"]))
    return pa.table(
        [pa.array([row.get(f.name) for row in ordered], type=f.type) for f in HOMES], schema=HOMES
    )


def dead_table(dead: Sequence[Dead]) -> pa.Table:
    """Return what was not scored as a table of ``DEAD``, in the order of ids, each once."""
    first: dict[str, Dead] = {}
    for one in dead:
        first.setdefault(one.home, one)
    ordered = [first[home] for home in sorted(first)]
    columns = [
        [one.home for one in ordered],
        [one.stage for one in ordered],
        [one.code for one in ordered],
        [one.reason for one in ordered],
    ]
    return pa.table(
        [pa.array(c, type=f.type) for c, f in zip(columns, DEAD, strict=True)], schema=DEAD
    )


def pen(amount: Decimal | float | None) -> Decimal | None:
    """Return soles to the céntimo."""
    if amount is None:
        return None
    exact = amount if isinstance(amount, Decimal) else Decimal(repr(amount))
    return exact.quantize(CENT, rounding=ROUND_HALF_UP)


def kwh(energy: float | Decimal | None) -> float | None:
    """Return energy to the watt-hour."""
    return None if energy is None else round(float(energy), KWH_PLACES)
