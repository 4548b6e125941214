"""Household bills per second, beside PySAM's Utilityrate5 in the same run.

    python -m pip install '.[bench]'
    python benchmarks/bills.py

A household-year is twelve bills here; for PySAM it is one run of Utilityrate5 over a
year of hourly load under the same block prices. Prices are those of the sheet on file,
energies are drawn with a fixed seed. Prints a table; asserts nothing.
"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import FixedCharges
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.arrays import price_bills
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

BILLS = 1_000_000
SINGLE_BILLS = 5_000
PYSAM_HOMES = 20
RUNS = 5
MONTHS = 12
HOURS = 8_760
SEED = 20_261_124


def terms() -> BillTerms:
    """Return the terms of Lima Sur in August 2026, every line with an amount."""
    supply = find_supply(SupplyFields(distributor="luz-del-sur", system="lima-sur"))
    tools = open_toolbox(Settings(data_dir=Path(gettempdir()) / "ahorraluz-bench"))
    charges = FixedCharges(
        connection=Decimal("1.40"), lighting=Decimal("17.60"), interest=Decimal("0.30")
    )
    period = Period(date(2026, 8, 5), date(2026, 9, 3))
    return bill_terms(tools.book("luz-del-sur"), supply, period, charges=charges)


def median_seconds(work: Callable[[], object]) -> float:
    """Return the median time of ``work`` over some runs, after one that is not counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def single(priced: BillTerms, energies: np.ndarray) -> None:
    """Price bills one by one."""
    for milli in energies[:SINGLE_BILLS].tolist():
        kwh = Decimal(milli) / 1000
        price_bill(Consumption(period=priced.period, energy_kwh=kwh), priced)


def pysam_years(priced: BillTerms) -> Callable[[], None] | None:
    """Return a function that bills some household-years with PySAM, if it is installed."""
    try:
        from PySAM import Utilityrate5
    except ImportError:
        return None
    bracket = priced.brackets[1]
    low, high = (float(block.prices[Band.TOTAL]) for block in bracket.blocks)
    rng = np.random.default_rng(SEED)
    loads = rng.gamma(2.0, 0.1, size=(PYSAM_HOMES, HOURS))

    def run() -> None:
        for load in loads:
            model = Utilityrate5.new()
            model.Lifetime.analysis_period = 1
            model.Lifetime.inflation_rate = 0
            model.Lifetime.system_use_lifetime_output = 0
            model.SystemOutput.degradation = [0]
            model.SystemOutput.gen = [0.0] * HOURS
            model.Load.load = load.tolist()
            rates = model.ElectricityRates
            rates.ur_metering_option = 0
            rates.ur_monthly_fixed_charge = float(bracket.fixed)
            rates.ur_ec_sched_weekday = [[1] * 24] * MONTHS
            rates.ur_ec_sched_weekend = [[1] * 24] * MONTHS
            # Period, tier, upper limit, unit of the limit (kWh), buying and selling price.
            rates.ur_ec_tou_mat = [[1, 1, 30, 0, low, 0], [1, 2, 1e38, 0, high, 0]]
            rates.ur_dc_enable = 0
            rates.en_electricity_rates = 1
            model.execute(0)

    return run


def main() -> None:
    """Print rates and ratios."""
    priced = terms()
    energies = np.random.default_rng(SEED).integers(0, 700_000, BILLS)
    vector = BILLS / median_seconds(lambda: price_bills(energies, priced))
    alone = SINGLE_BILLS / median_seconds(lambda: single(priced, energies))
    rows = [
        ("single bills per second", f"{alone:,.0f}"),
        ("vectorised bills per second", f"{vector:,.0f}"),
        ("seconds for a million bills", f"{BILLS / vector:.3f}"),
        ("household-years per second", f"{vector / MONTHS:,.0f}"),
    ]
    peer = pysam_years(priced)
    if peer is None:
        rows.append(("PySAM Utilityrate5", "not installed: pip install '.[bench]'"))
    else:
        years = PYSAM_HOMES / median_seconds(peer)
        rows.append(("PySAM household-years per second", f"{years:,.1f}"))
        rows.append(("ratio, household-years", f"{vector / MONTHS / years:,.0f}"))
    width = max(len(name) for name, _ in rows)
    sys.stdout.write("".join(f"{name:<{width}}  {value:>14}\n" for name, value in rows))


if __name__ == "__main__":
    main()
