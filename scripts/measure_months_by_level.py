"""Measure whether months told from recibos alone lie too high or too low, by level of use.

    python -m scripts.measure_months_by_level BILLS

BILLS as for ``fit_months.py``; only homes held out there are looked at. Prints a table of single
months and one of the twelfth month and of whole years, each for all homes and for those whose
past year was steady.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.fit_months import HELD_OUT
from scripts.quantile_nets import Floats, held_out

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.core.forecast.bills_only import PAST_MONTHS, month_quantiles
from ahorraluz.ingest.bill_tables import read_bills

YEAR = 12
LEAST_KNOWN = 6
"""Months of the past year that are known, so that it can be called steady. [month]"""
STEADY = 0.15
"""Coefficient of variation of a past year below which it counts as steady. [1]"""
LEVELS = (0.0, 1e-9, 20.0, 50.0, 100.0, 200.0, np.inf)
"""Edges of the mean month of the past year; the first level stood empty. [kWh/month]"""
AHEAD = (1, 3, 6)
FEWEST = 5
"""Forecasts below which nothing is said."""
DRAWS = 500
HEAD = (
    "| homes | kWh a month | months ahead | homes | forecasts | told over past | came over past "
    "| told over came | in the middle: told over past | came over past |\n|" + " --- |" * 10
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """Forecasts of homes beside what came, all as energy of a month. [kWh/month]"""

    home: NDArray[np.int64]
    level: Floats
    swing: Floats
    mean: Floats
    came: Floats


def single_months(kwh: Floats, ahead: int) -> Told:
    """Return every month told so far ahead, from a past year of six known months or more.

    Later than half a year no month of a year on record has so much past in the same year.
    """
    parts = []
    for origin in range(1, kwh.shape[1] - ahead + 1):
        past = _past(kwh, origin)
        came = kwh[:, origin + ahead - 1]
        known = np.sum(~np.isnan(past[:, :YEAR]), axis=1)
        good = np.flatnonzero(~np.isnan(past[:, 0] + came) & (known >= LEAST_KNOWN))
        if len(good):
            parts.append(_told(good, past[good], came[good, None], first=ahead))
    return _joined(parts)


def whole_years(kwh: Floats, *, first: int = 1) -> Told:
    """Return every calendar year, from a month of it on, told from the whole year before it.

    Years on record that lie apart are put together, and each home is told backwards as well:
    what all homes did together between two years cancels out but for homes that came or went.
    """
    used = kwh[:, np.any(~np.isnan(kwh), axis=0)]
    parts = []
    for months in (used, used[:, ::-1]):
        for origin in range(YEAR, months.shape[1] - YEAR + 1, YEAR):
            past, came = _past(months, origin), months[:, origin : origin + YEAR]
            good = np.flatnonzero(~np.isnan(past[:, :YEAR].sum(axis=1) + came.sum(axis=1)))
            if len(good):
                parts.append(_told(good, past[good], came[good, first - 1 :], first=first))
    return _joined(parts)


def _past(kwh: Floats, origin: int) -> Floats:
    past = np.full((len(kwh), PAST_MONTHS), np.nan)
    seen = kwh[:, max(origin - PAST_MONTHS, 0) : origin][:, ::-1]
    past[:, : seen.shape[1]] = seen
    return past


def _told(home: NDArray[np.int64], past: Floats, came: Floats, *, first: int) -> Told:
    months = came.shape[1]
    means = [
        month_quantiles(past, np.full(len(past), ahead, dtype=np.int64), bills_net())[1]
        for ahead in range(first, first + months)
    ]
    year = past[:, :YEAR]
    level = np.nanmean(year, axis=1)
    swing = np.nanstd(year, axis=1) / np.where(level > 0, level, 1.0)
    return Told(
        home=home,
        level=level,
        swing=np.where(level > 0, swing, np.inf),
        mean=np.mean(means, axis=0),
        came=came.mean(axis=1),
    )


def _joined(parts: list[Told]) -> Told:
    names = ("home", "level", "swing", "mean", "came")
    return Told(**{name: np.concatenate([getattr(p, name) for p in parts]) for name in names})


def rows_by_level(told: Told, ahead: str) -> Iterator[str]:
    """Yield a row of the table for each level, of all homes and of steady ones."""
    for name, among in (("all", told.swing >= 0), ("steady", told.swing < STEADY)):
        for low, high in pairwise(LEVELS):
            chosen = among & (told.level >= low) & (told.level < high)
            if np.sum(chosen) >= FEWEST:
                yield _row(told, chosen, f"{name} | {_span(low, high)} | {ahead}")


def _span(low: float, high: float) -> str:
    if high < 1:
        return "none"
    return f"{low:.0f} to {high:.0f}" if np.isfinite(high) else f"above {low:.0f}"


def _row(told: Told, chosen: NDArray[np.bool_], title: str) -> str:
    past, mean, came = (x[chosen] for x in (told.level, told.mean, told.came))
    homes, place = np.unique(told.home[chosen], return_inverse=True)
    of_home = [np.bincount(place, x) for x in (mean, came)]
    drawn = np.random.default_rng(0).integers(0, len(homes), (DRAWS, len(homes)))
    sums = [x[drawn].sum(axis=1) for x in of_home]
    over = "–"
    if sums[1].min() > 0:
        low, high = np.quantile(sums[0] / sums[1], (0.025, 0.975))
        over = f"{mean.sum() / came.sum():.2f} ({low:.2f} to {high:.2f})"
    sizes = f"{title} | {len(homes)} | {len(mean)}"
    if past.max() <= 0:
        return f"| {sizes} | {mean.mean():.0f} kWh | {came.mean():.0f} kWh | {over} | – | – |"
    shares = f"{mean.sum() / past.sum():.2f} | {came.sum() / past.sum():.2f}"
    middle = f"{np.median(mean / past):.2f} | {np.median(came / past):.2f}"
    return f"| {sizes} | {shares} | {over} | {middle} |"


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bills", type=Path)
    table = read_bills(parser.parse_args().bills)
    kwh = table.kwh[[held_out(home, share=HELD_OUT) for home in table.homes]]
    print(HEAD)
    for ahead in AHEAD:
        print(*rows_by_level(single_months(kwh, ahead), str(ahead)), sep="\n")
    print(f"\n{HEAD}")
    print(*rows_by_level(whole_years(kwh, first=YEAR), str(YEAR)), sep="\n")
    print(*rows_by_level(whole_years(kwh), "1 to 12"), sep="\n")


if __name__ == "__main__":
    main()
