"""A policy on a million bills, beside the loop over ``price_bill`` in the same run.

    python benchmarks/policy.py

Energies are drawn with a fixed seed; prices are those of the sheet on file. The loop prices
fewer bills and is scaled up. Prints a table; asserts nothing.
"""

import statistics
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from ahorraluz.core.consumption import Consumption
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.policy import Bills, Policy, try_out, under
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.services.try_policy import try_policy
from ahorraluz.settings import Settings

BILLS = 1_000_000
LOOPED = 5_000
RUNS = 5
SEED = 20_261_124
PERIOD = Period(date(2026, 9, 5), date(2026, 10, 3))
POLICY = Policy(limit_kwh=Decimal(100), discount=Decimal("0.4"), surcharge=Decimal("0.03"))


def main() -> int:
    """Measure, and print seconds and ratio."""
    tools = open_toolbox(Settings(data_dir=Path(gettempdir()) / "ahorraluz-benchmark"))
    supply = find_supply(SupplyFields(distributor="luz-del-sur", system="lima-sur"))
    terms = bill_terms(tools.book(supply.distributor), supply, PERIOD)
    draw = np.random.default_rng(SEED)
    milli = np.minimum(draw.lognormal(np.log(130_000), 0.7, BILLS), 9e6).astype(np.int64)
    ones, nowhere = np.ones_like(milli), np.zeros_like(milli)
    people = [Bills(milli=milli, count=ones, department=nowhere, terms=terms)]
    took, outcome = [], try_out(people, POLICY)
    for _ in range(RUNS):
        began = time.perf_counter()
        outcome = try_out(people, POLICY)
        took.append(time.perf_counter() - began)
    began = time.perf_counter()
    new = under(POLICY, terms)
    for energy in milli[:LOOPED]:
        used = Consumption(period=PERIOD, energy_kwh=Decimal(int(energy)) / 1000)
        price_bill(used, terms)
        price_bill(used, new)
    loop = (time.perf_counter() - began) * BILLS / LOOPED
    rows = "".join(f"{m / 1000:.3f},luz-del-sur,lima-sur\n" for m in milli)
    table = ("kwh,distributor,system\n" + rows).encode()
    began = time.perf_counter()
    try_policy(POLICY, table=table, tools=tools, as_of=date(2026, 10, 3))
    whole = time.perf_counter() - began
    mine = statistics.median(took)
    print(f"bills                          {BILLS:>12,}")
    print(f"arrays, median of {RUNS}            {mine:>12.2f} s")
    print(f"loop over price_bill, scaled   {loop:>12.0f} s")
    print(f"ratio                          {loop / mine:>12.0f}")
    print(f"table read, checked and tried  {whole:>12.2f} s")
    print(f"gain {outcome.whole.gain:,}, pay {outcome.whole.pay:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
