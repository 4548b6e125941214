"""Fit the net that tells a month of which a part is over.

    python -m scripts.fit_month_end TARGET FILE@ZONE...

Each FILE is a tidy table of readings (``timestamp``, ``household_id``, ``kwh``), each ZONE its
local zone. Any four weeks to 31 days count as a month, on any day of it, and some of them with
days hidden as a logger loses them; each home is also learnt from backwards, so that one year's
weather is not learnt as a law.
"""

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.quantile_nets import Floats, fit_nets, group_of, widening, write_net

from ahorraluz.core.forecast.daily import day_energy
from ahorraluz.core.forecast.forecaster import QUANTILES
from ahorraluz.core.forecast.month_end import (
    FLOOR_KWH_DAY,
    PAST_DAYS,
    MonthParts,
    month_end_inputs,
    month_end_quantiles,
    month_parts,
)
from ahorraluz.core.forecast.months import QuantileNet, mean_of
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.services.panel_homes import read_homes

LENGTHS = (28, 30, 31)
STEP_DAYS = 3
"""Days from one learnt month to the next. [day]"""
DAYS_OF_EACH = 8
"""Days of each month on which it is learnt to be told."""
LEAST_KNOWN = 0.95
KINDS = (0.55, 0.15, 0.15, 0.15)
"""How often a month is shown with the days before it, alone, alone as a sum, and as a sum."""
LOST_SHARE = 0.35
"""Share of the months shown day by day of which days are lost."""
IN_A_ROW = 0.5
"""Share of those whose lost days are in a row; the others are lost one by one."""
GROUPS = 4
"""Groups of homes that are left out in turn to see how wide the bands must be."""
TAILS = np.linspace(0.0, 4.0, 81)


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Months partly over, with what the days left took."""

    parts: MonthParts
    rate: Floats
    """Mean day of the days left and of those that are not known. [kWh/day]"""
    home: NDArray[np.int64]


def read_all(files: Sequence[str]) -> list[HomeHours]:
    """Return the homes of several files, each named with its zone."""
    homes: list[HomeHours] = []
    for item in files:
        path, _, zone = item.partition("@")
        homes += read_homes(Path(path), zone=zone or None, as_of=date(2100, 1, 1)).homes
    return homes


def rows_of(homes: Sequence[HomeHours], *, seed: int = 0) -> Rows:
    """Return months of homes, forwards and backwards, with parts of the past hidden."""
    chance = np.random.default_rng(seed)
    parts, rates, places = [], [], []
    for place, home in enumerate(homes):
        daily = day_energy(home)
        for kwh in (daily, daily[::-1]):
            made = _months(kwh, chance)
            if made is not None:
                shown, rate = _hidden(*made, chance)
                parts.append(shown)
                rates.append(rate)
                places.append(np.full(len(rate), place))
    names = [item.name for item in fields(MonthParts)]
    joined = MonthParts(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})
    return Rows(parts=joined, rate=np.concatenate(rates), home=np.concatenate(places))


def _months(kwh: Floats, chance: np.random.Generator) -> tuple[MonthParts, Floats] | None:
    start, today, end, rate = [], [], [], []
    for first in range(0, len(kwh) - max(LENGTHS), STEP_DAYS):
        length = int(chance.choice(LENGTHS))
        if np.mean(~np.isnan(kwh[first : first + length])) < LEAST_KNOWN:
            continue
        for seen in chance.choice(length, DAYS_OF_EACH, replace=False):
            after = kwh[first + seen : first + length]
            if np.any(~np.isnan(after)):
                start.append(first)
                today.append(first + int(seen))
                end.append(first + length)
                rate.append(float(np.nanmean(after)))
    if not start:
        return None
    parts = month_parts(kwh, start, today, end)
    known = np.any(~np.isnan(parts.past), axis=1)
    return parts.rows(known), np.array(rate)[known]


def _hidden(
    parts: MonthParts, rate: Floats, chance: np.random.Generator
) -> tuple[MonthParts, Floats]:
    """Return the months as homes show them: all days, some of them, this month's alone, or sums."""
    count = len(parts.seen)
    kind = chance.choice(len(KINDS), count, p=KINDS)
    sums = np.isin(kind, (2, 3))
    parts, rate = _with_lost_days(parts, rate, ~sums & (chance.random(count) < LOST_SHARE), chance)
    past = parts.past.copy()
    outside = np.arange(PAST_DAYS) >= parts.seen[:, None]
    alone = np.isin(kind, (1, 2)) & (parts.measured > 0)
    known = outside & ~np.isnan(past)
    before = np.where(known, past, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    before = np.where(known.any(axis=1), before, np.nan)
    mean = parts.so_far / np.maximum(parts.measured, 1)
    flat = np.where(outside, before[:, None], mean[:, None])
    past = np.where(sums[:, None], flat, past)
    past = np.where(alone[:, None] & outside, np.nan, past)
    year = np.where((chance.random(count) < 0.3) | sums | alone, np.nan, parts.year_ratio)
    good = np.any(~np.isnan(past), axis=1)
    shown = replace(
        parts,
        past=np.where(good[:, None], past, parts.past),
        by_day=~sums | ~good,
        year_ratio=year,
    )
    good = np.any(~np.isnan(shown.past), axis=1)
    return shown.rows(good), rate[good]


def _with_lost_days(
    parts: MonthParts, rate: Floats, chosen: NDArray[np.bool_], chance: np.random.Generator
) -> tuple[MonthParts, Floats]:
    """Return the months with days lost from some; what those took is then to be told too."""
    count = len(parts.seen)
    place = np.arange(PAST_DAYS)
    reach = np.where(chance.random(count) < 0.5, np.maximum(parts.seen, 1), PAST_DAYS)
    share = chance.random(count)
    first = chance.integers(0, reach)
    length = np.ceil(share * reach)
    row = (place >= first[:, None]) & (place < (first + length)[:, None])
    apart = chance.random(parts.past.shape) < share[:, None]
    lost = np.where((chance.random(count) < IN_A_ROW)[:, None], row, apart)
    lost &= chosen[:, None] & (place < reach[:, None])
    here = lost & (place < parts.seen[:, None]) & ~np.isnan(parts.past)
    days, energy = here.sum(axis=1), np.where(here, parts.past, 0.0).sum(axis=1)
    ahead = parts.left + parts.measured - parts.seen
    return replace(
        parts,
        past=np.where(lost, np.nan, parts.past),
        measured=parts.measured - days,
        left=parts.left + days,
        so_far=parts.so_far - energy,
    ), (rate * ahead + energy) / (ahead + days)


def fitted(rows: Rows, *, group: Sequence[int]) -> QuantileNet:
    """Return the net, as wide as groups of homes ask for that were left out in turn.

    Parameters
    ----------
    rows
        Months to learn from.
    group
        Group of each home; at least two different ones.
    """
    inputs, level = month_end_inputs(rows.parts)
    target = np.log(rows.rate + FLOOR_KWH_DAY) - level
    groups = np.array(group)[rows.home]
    unseen = np.zeros((len(target), len(QUANTILES)))
    for left_out in np.unique(groups):
        out = groups == left_out
        unseen[out] = _net(inputs[~out], target[~out]).quantiles(inputs[out])
    net = replace(_net(inputs, target), name="months-end", widen=widening(unseen, target))
    return replace(net, tail=_tail(net, rows))


def _net(inputs: Floats, target: Floats) -> QuantileNet:
    """Return a net that is hardly more than a line: there are few homes to learn from."""
    return fit_nets(inputs, target, units=1, epochs=8, decay=5e-2, seeds=2)


def _tail(net: QuantileNet, rows: Rows) -> float:
    quantiles, _ = month_end_quantiles(rows.parts, net)
    left = quantiles - rows.parts.so_far[:, None]
    actual = rows.rate * rows.parts.left
    off = [abs(float(np.mean(mean_of(left, tail=t) - actual))) for t in TAILS]
    return round(float(TAILS[int(np.argmin(off))]), 2)


def main() -> None:
    """Fit, and write the net."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    homes = read_all(arguments.files)
    rows = rows_of(homes)
    net = fitted(rows, group=[group_of(home.id, groups=GROUPS) for home in homes])
    sums = {
        Path(item.partition("@")[0]).name: hashlib.sha256(
            Path(item.partition("@")[0]).read_bytes()
        ).hexdigest()
        for item in arguments.files
    }
    write_net(
        net,
        arguments.target,
        fitted={"rows": len(rows.rate), "homes": len(homes), "data_sha256": sums},
    )


if __name__ == "__main__":
    main()
