"""Fit the net that tells the months to come from monthly recibos.

    python -m scripts.fit_months BILLS src/ahorraluz/data/models/months/bills.json [FILE@ZONE...]

BILLS is a table of ``household_id``, ``period`` (YYYY-MM) and ``kwh``; each FILE one of readings
as for ``fit_month_end.py``, whose homes bring seasons that the bills lack. Homes are held out by a
hash of their id. Each home is also learnt from backwards: months that are high for everybody
would otherwise be learnt as a law, and a forecast cannot know them.
"""

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.fit_month_end import read_all
from scripts.quantile_nets import Floats, fit_nets, held_out, widening, write_net

from ahorraluz.core.forecast.bill_backtest import YEAR_MONTHS
from ahorraluz.core.forecast.bills_only import (
    FITTED_AHEAD,
    FLOOR_KWH,
    PAST_MONTHS,
    month_inputs,
    month_quantiles,
)
from ahorraluz.core.forecast.daily import day_energy
from ahorraluz.core.forecast.month_backtest import MOST_MISSING
from ahorraluz.core.forecast.months import MONTH_DAYS, QuantileNet, mean_of, month_period
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.ingest.bill_tables import BillTable, read_bills

HELD_OUT = 0.3
CALIBRATION = 0.15
"""Share of the homes, among those that are not held out, whose months set the width."""
KEPT = (1, 2, 3, 4, 6, 9, 12, PAST_MONTHS)
KEPT_SHARES = (0.06, 0.06, 0.06, 0.06, 0.08, 0.1, 0.18, 0.4)
"""How much of its past a home shows while it is learnt from: short ones are usual."""
NEXT_SHARE = 0.5
"""Share of the rows that tell the very next month."""
SEASONAL_SHARE = 0.5
"""Share of the homes that are learnt from with a season of their own put in."""
SEASON_SCALE = 0.3
"""Typical height of such a season. [log]"""
REPEATS = 12
"""Times that each measured home is learnt from: they are a hundred times fewer."""
LEAST_DAYS = 28
"""Days of a month from which it counts as whole. [day]"""
TAILS = np.linspace(0.0, 4.0, 81)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Months to learn from."""

    past: Floats
    horizon: NDArray[np.int64]
    kwh: Floats
    home: NDArray[np.int64]
    target: NDArray[np.int64]
    """Place of the month to tell in the table."""


def rows_of(table: BillTable, *, chance: np.random.Generator, hide: bool = True) -> Rows:
    """Return every month with a month before it, with a part of the past hidden."""
    return _joined(list(_at_origins(table, chance, hide)))


def _at_origins(table: BillTable, chance: np.random.Generator, hide: bool) -> Iterator[Rows]:
    homes, months = table.kwh.shape
    padded = np.concatenate([np.full((homes, PAST_MONTHS), np.nan), table.kwh], axis=1)
    for origin in range(1, months):
        past = padded[:, origin : origin + PAST_MONTHS][:, ::-1].copy()
        if hide:
            kept = chance.choice(KEPT, homes, p=KEPT_SHARES)
            past[np.arange(PAST_MONTHS) >= kept[:, None]] = np.nan
        further = chance.integers(1, FITTED_AHEAD + 1, homes)
        horizon = np.where(hide & (chance.random(homes) > NEXT_SHARE), further, 1)
        target = origin + horizon - 1
        inside = target < months
        place = np.minimum(target, months - 1)
        kwh = np.where(inside, table.kwh[np.arange(homes), place], np.nan)
        good = np.flatnonzero(~np.isnan(kwh) & ~np.isnan(past[:, 0]))
        yield Rows(
            past=past[good],
            horizon=horizon[good].astype(np.int64),
            kwh=kwh[good],
            home=good,
            target=place[good].astype(np.int64),
        )


def _joined(parts: list[Rows]) -> Rows:
    names = ("past", "horizon", "kwh", "home", "target")
    return Rows(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def chosen(rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """Return some of the rows."""
    names = ("past", "horizon", "kwh", "home", "target")
    return Rows(**{name: getattr(rows, name)[mask] for name in names})


def seasoned(table: BillTable, *, chance: np.random.Generator) -> BillTable:
    """Return the table with a yearly wave of its own put into some of the homes.

    Where the bills are from the year has hardly a season. Elsewhere homes heat or cool, and
    the net must know a season when it sees one, without learning when it comes.
    """
    homes, months = table.kwh.shape
    height = np.abs(chance.normal(0, SEASON_SCALE, homes))
    height = np.where(chance.random(homes) < SEASONAL_SHARE, height, 0.0)
    first, second = (chance.uniform(0, 2 * np.pi, (homes, 1)) for _ in range(2))
    turn = 2 * np.pi * (np.arange(months) / 12)[None] + first
    wave = np.cos(turn) + 0.3 * np.cos(2 * turn + second)
    return replace(table, kwh=table.kwh * np.exp(height[:, None] * wave))


def both_ways(table: BillTable, *, seed: int = 0) -> Rows:
    """Return the months of a table, and those of the same table read backwards.

    Homes whose years lie apart are learnt from a second time with the gap closed: elsewhere
    the year before is the one just before.
    """
    chance = np.random.default_rng(seed)
    everyone = np.arange(len(table.homes))
    whole = np.arange(table.kwh.shape[1])
    parts = _two_ways(table, everyone, whole, chance)
    apart = np.sum(~np.isnan(table.kwh), axis=1) > YEAR_MONTHS
    if bool(apart.any()):
        used = np.flatnonzero(np.any(~np.isnan(table.kwh[apart]), axis=0))
        closed = replace(table, kwh=table.kwh[apart][:, used])
        parts += _two_ways(closed, np.flatnonzero(apart), used, chance)
    return _joined(parts)


def _two_ways(
    table: BillTable,
    homes: NDArray[np.int64],
    months: NDArray[np.int64],
    chance: np.random.Generator,
) -> list[Rows]:
    """Return the rows of a table and of its mirror image, with the places that they came from."""
    parts = []
    for kwh, places in ((table.kwh, months), (table.kwh[:, ::-1], months[::-1])):
        rows = rows_of(seasoned(replace(table, kwh=kwh), chance=chance), chance=chance)
        parts.append(replace(rows, home=homes[rows.home], target=places[rows.target]))
    return parts


def fitted(rows: Rows, calibration: Rows) -> QuantileNet:
    """Return the net of some rows, as wide and with such tails as others ask for."""
    inputs, level = month_inputs(rows.past, rows.horizon)
    net = fit_nets(
        inputs, np.log(rows.kwh + FLOOR_KWH) - level, units=12, epochs=14, decay=5e-4, seeds=3
    )
    inputs, level = month_inputs(calibration.past, calibration.horizon)
    target = np.log(calibration.kwh + FLOOR_KWH) - level
    net = replace(net, widen=widening(net.quantiles(inputs), target))
    quantiles, _ = month_quantiles(calibration.past, calibration.horizon, net)
    off = [abs(float(np.mean(mean_of(quantiles, tail=t) - calibration.kwh))) for t in TAILS]
    return replace(net, name="months-bills", tail=round(float(TAILS[int(np.argmin(off))]), 2))


def measured_months(homes: Sequence[HomeHours]) -> BillTable:
    """Return the whole calendar months of homes of hours, each at the length of a mean month."""
    months = [home.days.astype("datetime64[M]").astype(np.int64) for home in homes]
    first, last = min(int(m[0]) for m in months), max(int(m[-1]) for m in months)
    kwh = np.full((len(homes), last - first + 1), np.nan)
    for place, (home, month) in enumerate(zip(homes, months, strict=True)):
        daily = day_energy(home)
        for number in np.unique(month):
            days = daily[month == number]
            if len(days) >= LEAST_DAYS and np.sum(np.isnan(days)) <= MOST_MISSING:
                kwh[place, number - first] = np.nanmean(days) * MONTH_DAYS
    return BillTable(
        homes=tuple(home.id for home in homes),
        first=month_period(first + 1970 * 12).start,
        kwh=kwh,
        broken_rows=0,
        negative_rows=0,
    )


def with_seasons(rows: Rows, homes: Sequence[HomeHours]) -> Rows:
    """Return the rows with those of measured homes, who are few and count several times."""
    table = measured_months(homes)
    return _joined([rows, *(both_ways(table, seed=seed) for seed in range(1, REPEATS + 1))])


def main() -> None:
    """Fit, and write the net."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bills", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    table = read_bills(arguments.bills)
    kept = np.array([held_out(home, share=HELD_OUT) for home in table.homes])
    width = np.array([held_out(f"width {home}", share=CALIBRATION) for home in table.homes])
    rows = both_ways(table)
    seen = ~kept[rows.home]
    sets_width = width[rows.home]
    learnt = chosen(rows, seen & ~sets_width)
    homes = read_all(arguments.files)
    if homes:
        learnt = with_seasons(learnt, homes)
    net = fitted(learnt, chosen(rows, seen & sets_width))
    paths = [arguments.bills, *(Path(item.partition("@")[0]) for item in arguments.files)]
    write_net(
        net,
        arguments.target,
        fitted={
            "rows": len(learnt.kwh),
            "homes": int(np.sum(~kept)) + len(homes),
            "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths},
        },
    )


if __name__ == "__main__":
    main()
