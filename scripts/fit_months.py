"""Fit the net that tells the months to come from monthly recibos.

    python scripts/fit_months.py FILE src/ahorraluz/data/models/months/bills.json

FILE is a table of ``household_id``, ``period`` (YYYY-MM) and ``kwh``. Homes are held out by a
hash of their id. Each home is also learnt from backwards: months that are high for everybody
would otherwise be learnt as a law, and a forecast cannot know them.
"""

import argparse
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.quantile_nets import Floats, fit_nets, held_out, widening, write_net

from ahorraluz.core.forecast.bills_only import (
    FITTED_AHEAD,
    FLOOR_KWH,
    PAST_MONTHS,
    month_inputs,
    month_quantiles,
)
from ahorraluz.core.forecast.months import QuantileNet, mean_of
from ahorraluz.ingest.bill_tables import BillTable, read_bills

HELD_OUT = 0.3
CALIBRATION = 0.15
"""Share of the homes, among those that are not held out, whose months set the width."""
KEPT = (1, 2, 3, 4, 6, 9, 12, PAST_MONTHS)
KEPT_SHARES = (0.06, 0.06, 0.06, 0.06, 0.08, 0.1, 0.18, 0.4)
"""How much of its past a home shows while it is learnt from: short ones are usual."""
NEXT_SHARE = 0.5
"""Share of the rows that tell the very next month."""
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


def both_ways(table: BillTable, *, seed: int = 0) -> Rows:
    """Return the months of a table, and those of the same table read backwards."""
    chance = np.random.default_rng(seed)
    forward = rows_of(table, chance=chance)
    turned = rows_of(replace(table, kwh=table.kwh[:, ::-1]), chance=chance)
    turned = replace(turned, target=table.kwh.shape[1] - 1 - turned.target)
    return _joined([forward, turned])


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


def main() -> None:
    """Fit, and write the net."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bills", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    table = read_bills(arguments.bills)
    kept = np.array([held_out(home, share=HELD_OUT) for home in table.homes])
    width = np.array([held_out(f"width {home}", share=CALIBRATION) for home in table.homes])
    rows = both_ways(table)
    seen = ~kept[rows.home]
    sets_width = width[rows.home]
    net = fitted(chosen(rows, seen & ~sets_width), chosen(rows, seen & sets_width))
    write_net(
        net,
        arguments.target,
        fitted={
            "rows": int(np.sum(seen & ~sets_width)),
            "homes": int(np.sum(~kept)),
            "data_sha256": hashlib.sha256(arguments.bills.read_bytes()).hexdigest(),
        },
    )


if __name__ == "__main__":
    main()
