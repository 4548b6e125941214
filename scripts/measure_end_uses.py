"""Print the tables of docs/explanation/end-use-accuracy.md: end uses against sub-meters.

    python scripts/measure_end_uses.py DATA_DIR

DATA_DIR holds the public sets that the page names, as gzipped CSV. Every home is split by
time; the later part is reported, the earlier one stands beside it for comparison.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.measured_events import event_table
from scripts.measured_homes import MeasuredHome, cut, load_homes

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import load_usage_assumptions
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Appliance, Home, MonthlyUse, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.account import UsageAccount, account_for_usage
from ahorraluz.core.usage.base_load import base_load
from ahorraluz.core.usage.facts import EndUseId, Zone
from ahorraluz.core.usage.merged_account import merge_account
from ahorraluz.core.usage.metered_uses import COVERED, MeteredUses, metered_uses

MONTH_H = 730.5
SHOWER_W, LARGE_W, SHORT_MIN = 3_300, 1_000, 5
"""The fixed rule: above the first hot water; above the second cooking, or washing if long."""
INTERVALS_MIN = (1, 5, 15, 30, 60)
Shares = Mapping[EndUseId, tuple[float, float, float]]
"""Low, middle and high part of the total by end use."""
METHODS = ("ownership", "list", "rule", "meter", "meter+ownership", "meter+list")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One use of one home: its truth and what each method says, parts of the total."""

    home: str
    use: str
    truth: float
    said: Mapping[str, tuple[float, float, float]]


def main(folder: Path) -> None:
    """Print every table."""
    homes = load_homes(folder)
    late = [row for home in homes for row in rows_of(home, home.late)]
    early = [row for home in homes for row in rows_of(home, home.early)]
    print("## Share of energy, later part (% of the total)\n")
    print(share_table(late))
    print("\n## Mean absolute error (points of the total)\n")
    print(error_table(late, early))
    print("\n## Truth inside the range of level 80 %\n")
    print(cover_table([*late, *early]))
    print("\n## The same home at coarser intervals, later part (% of the total)\n")
    print(interval_table(homes))
    print("\n## Events, later part\n")
    print(event_table(homes, load_appliances()))


def rows_of(home: MeasuredHome, part: slice) -> list[Row]:
    """Return truth and every method for each labelled use of one part of a home."""
    grid = cut(home.grid, part)
    said = methods(grid, home.appliances)
    total = float(np.nansum(home.grid.power_kw[part]))
    known = ~np.isnan(home.grid.power_kw[part])
    rows = []
    for use, (end_uses, power) in home.truth.items():
        truth = float(np.nansum(np.where(known, power[part], 0.0))) / total
        rows.append(
            Row(
                home=home.name,
                use=use,
                truth=truth,
                said={name: together(shares, end_uses) for name, shares in said.items()},
            )
        )
    return rows


def together(shares: Shares, end_uses: Sequence[EndUseId]) -> tuple[float, float, float]:
    """Return low, middle and high of several uses; half-widths add in quadrature."""
    parts = np.array([shares.get(use, (0.0, 0.0, 0.0)) for use in end_uses])
    middle = parts[:, 1].sum()
    below = np.hypot.reduce(parts[:, 1] - parts[:, 0])
    above = np.hypot.reduce(parts[:, 2] - parts[:, 1])
    return middle - below, middle, middle + above


def methods(grid: DayGrid, appliances: Sequence[str]) -> dict[str, Shares]:
    """Return what each method says of one grid."""
    catalogue = load_appliances()
    ownership = {one.appliance: one.shares[Zone.ALL] for one in load_ownership()}
    listed = dict.fromkeys(appliances, 1.0)
    base = base_load(grid).power_w
    without_list, with_list = household(grid, ()), household(grid, appliances)
    metered = [
        metered_uses(grid, base_load_w=base, appliances=catalogue, owned=owned)
        for owned in (None, ownership, listed)
    ]
    surveys = [survey(without_list), survey(with_list)]
    merged = [
        merge_account(home, account, one, appliances=catalogue)
        for home, account, one in zip((without_list, with_list), surveys, metered[1:], strict=True)
    ]
    said = [
        of_account(surveys[0]),
        of_account(surveys[1]),
        fixed_rule(grid, base),
        of_metered(metered[0]),
        of_account(merged[0]),
        of_account(merged[1]),
    ]
    return dict(zip(METHODS, said, strict=True))


def household(grid: DayGrid, appliances: Sequence[str]) -> Home:
    """Return a home with one recibo a month of what was measured, and its list without hours."""
    mean = float(np.nanmean(grid.power_kw)) * MONTH_H
    first = date(2026, 1, 1)
    period = Period(first, first + timedelta(days=30))
    return Home(
        supply=Supply(distributor="luz-del-sur"),
        history=(MonthlyUse(period=period, kwh=Decimal(str(round(mean, 1)))),),
        appliances=tuple(Appliance(id=name) for name in appliances),
    )


def survey(home: Home) -> UsageAccount:
    """Return the account of a home from its recibos and list alone."""
    return account_for_usage(
        home,
        appliances=load_appliances(),
        ownership=load_ownership(),
        climate=None,
        assumptions=load_usage_assumptions(),
    )


def of_account(account: UsageAccount) -> Shares:
    """Return the shares of an account."""
    total = account.total_kwh_month
    return {use.id: parts(use.estimate, total) for use in account.uses}


def of_metered(metered: MeteredUses) -> Shares:
    """Return the shares of the readings alone; groups of small things have no single use."""
    total = metered.total_kwh_month
    return {
        COVERED[use.id][0]: parts(use.estimate, total)
        for use in metered.uses
        if len(COVERED[use.id]) == 1
    }


def parts(estimate: Estimate, total: float) -> tuple[float, float, float]:
    """Return an estimate as parts of a total."""
    return estimate.low / total, estimate.middle / total, estimate.high / total


def fixed_rule(grid: DayGrid, base: Estimate) -> Shares:
    """Return what a rule of fixed powers says: the rival that anyone would write first."""
    power = grid.power_kw.reshape(-1) * 1000
    above = np.nan_to_num(power - base.middle)
    on = above >= LARGE_W
    run = np.cumsum(np.diff(on.astype(int), prepend=0) == 1) * on
    count = int(run.max()) + 1
    energy = np.bincount(run, weights=above, minlength=count)
    length = np.bincount(run, minlength=count) * grid.interval_s / 60
    peak = np.zeros(count)
    np.maximum.at(peak, run, above)
    hot = peak >= SHOWER_W
    short = length <= max(SHORT_MIN, grid.interval_s / 60)
    total = float(np.nansum(power))
    chosen = {
        EndUseId.WATER_HEATING: hot,
        EndUseId.COOKING: ~hot & short,
        EndUseId.LAUNDRY: ~hot & ~short,
    }
    shares = {use: float(energy[1:] @ mask[1:]) / total for use, mask in chosen.items()}
    shares[EndUseId.ALWAYS_ON] = base.middle * np.count_nonzero(~np.isnan(power)) / total
    return {use: (share, share, share) for use, share in shares.items()}


# --- tables --------------------------------------------------------------------------------------


def share_table(rows: Sequence[Row]) -> str:
    """Return truth beside every method."""
    lines = [
        f"| home | use | truth | {' | '.join(METHODS)} |",
        f"| --- | --- | ---: |{' ---: |' * len(METHODS)}",
    ]
    for row in rows:
        said = " | ".join(f"{100 * row.said[name][1]:.1f}" for name in METHODS)
        lines.append(f"| {row.home} | {row.use} | **{100 * row.truth:.1f}** | {said} |")
    return "\n".join(lines)


def error_table(late: Sequence[Row], early: Sequence[Row]) -> str:
    """Return the mean error of each method by home, later and earlier part."""
    lines = [
        f"| home | part | {' | '.join(METHODS)} |",
        f"| --- | --- |{' ---: |' * len(METHODS)}",
    ]
    names = list(dict.fromkeys(row.home for row in late))
    for name in [*names, "all homes"]:
        for part, rows in (("later", late), ("earlier", early)):
            chosen = [row for row in rows if name in (row.home, "all homes")]
            errors = " | ".join(f"{100 * mean_error(chosen, method):.1f}" for method in METHODS)
            lines.append(f"| {name} | {part} | {errors} |")
    return "\n".join(lines)


def interval_table(homes: Sequence[MeasuredHome]) -> str:
    """Return what the readings alone say of homes of minutes, averaged to longer intervals."""
    lines = [
        f"| home | use | truth | {' | '.join(f'{minutes} min' for minutes in INTERVALS_MIN)} |",
        f"| --- | --- | ---: |{' ---: |' * len(INTERVALS_MIN)}",
    ]
    for home in homes:
        if home.grid.interval_s > 60:
            continue
        grid = cut(home.grid, home.late)
        said = [
            of_metered(
                metered_uses(
                    averaged(grid, minutes), base_load_w=None, appliances=load_appliances()
                )
            )
            for minutes in INTERVALS_MIN
        ]
        known = ~np.isnan(grid.power_kw)
        for use, (end_uses, power) in home.truth.items():
            truth = np.nansum(np.where(known, power[home.late], 0.0)) / np.nansum(grid.power_kw)
            cells = [
                f"{100 * middle:.1f} ({100 * low:.0f} to {100 * high:.0f})"
                for low, middle, high in (together(shares, end_uses) for shares in said)
            ]
            lines.append(f"| {home.name} | {use} | **{100 * truth:.1f}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def averaged(grid: DayGrid, minutes: int) -> DayGrid:
    """Return a grid of minutes averaged to longer intervals, unknown where any minute is."""
    power = grid.power_kw.reshape(len(grid.days), -1, minutes).mean(axis=2)
    return DayGrid(
        days=grid.days,
        power_kw=power,
        estimated=np.zeros(power.shape, dtype=bool),
        interval_s=60 * minutes,
    )


def mean_error(rows: Sequence[Row], method: str) -> float:
    """Return the mean absolute error of a method over some rows. [part of the total]"""
    return float(np.mean([abs(row.said[method][1] - row.truth) for row in rows]))


def cover_table(rows: Sequence[Row]) -> str:
    """Return how often the truth lies inside the range that a method gives."""
    lines = ["| method | inside | of |", "| --- | ---: | ---: |"]
    for name in METHODS:
        if name == "rule":
            continue
        inside = [row.said[name][0] <= row.truth <= row.said[name][2] for row in rows]
        lines.append(f"| {name} | {sum(inside)} | {len(inside)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
