"""How well the chance of an hourly tariff is told, on homes that were not fitted on.

    python -m benchmarks.hourly_tariff FOLDER

FOLDER holds the public sets that ``scripts/fit_band_shares.py`` names. Each home is known by its
monthly kWh alone; what its real hours cost under the sheet in force says whether the option would
have cost less. Homes are judged at their own level and scaled to levels of homes in Peru, where
the fixed charge weighs more. Then the same homes once homes of their country were measured; then
every home with its whole country left out of the fit, the nearest thing to Peru; and at last
whether a list of appliances tells more than no list, on the homes with sub-meters.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scripts.fit_band_shares import (
    AFTER,
    FIRST,
    country_of,
    curves_of,
    fit,
    share_of,
    usable_homes,
)
from scripts.fit_verification import fitted_on
from scripts.measured_homes import load_homes

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import load_usage_assumptions
from ahorraluz.catalog.band_shares import load_hour_facts, load_hour_shares
from ahorraluz.core.advice.context import TermsPair, priced_alone
from ahorraluz.core.advice.hourly import prospect
from ahorraluz.core.advice.option_years import MeasuredMonth, compare_option
from ahorraluz.core.advice.pricing import HOURLY, other_terms
from ahorraluz.core.home import Appliance, Home, MonthlyUse, Option, Supply
from ahorraluz.core.periods import months_from
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.core.usage.account import account_for_usage
from ahorraluz.core.usage.hour_share import HourShares, ShareBelief, believed, log_odds
from ahorraluz.core.usage.peak_uses import told_share
from ahorraluz.services.shared_terms import stand_ins
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 26)
SUPPLY = Supply(distributor="luz-del-sur", system="lima-sur")
LEVELS = (None, 60.0, 120.0, 180.0, 300.0)
"""Mean months the homes are scaled to; ``None``: their own. [kWh/month]"""
BINS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
COUNTRY_LEVEL = 180.0
"""Level at which countries are shown. [kWh/month]"""
REPEATS = 2000
SEED = 20_261_126
MONTHS = 12
STEP = Decimal("0.001")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """One home at one level under one option."""

    home: str
    option: Option
    chance: float
    cheaper: bool
    place: float
    """Where its share lies in what was believed. [0 to 1]"""


def year_of(grid: DayGrid) -> tuple[Floats, Floats]:
    """Return mean energy of a day and of its hora punta, by calendar month, shape (12,). [kWh]"""
    days, power = grid.days[-365:], grid.power_kw[-365:]
    month = days.astype("datetime64[M]").astype(np.int64) % MONTHS
    every = np.nanmean(power, axis=0)
    rows = [
        np.nanmean(power[month == at], axis=0)
        if bool((month == at).any()) and bool(np.all(np.any(~np.isnan(power[month == at]), axis=0)))
        else every
        for at in range(MONTHS)
    ]
    table = np.array(rows)
    return table.sum(axis=1), table[:, FIRST:AFTER].sum(axis=1)


def pairs(folder: Path) -> Mapping[Option, TermsPair]:
    """Return the year to come under today's option and those with hours, in one sheet."""
    book = open_toolbox(Settings(data_dir=folder)).book(SUPPLY.distributor)
    year = tuple(
        priced_alone(bill_terms(book, SUPPLY, period))
        for period in months_from(AS_OF.replace(day=1), months=MONTHS)
    )
    found = other_terms(book, year, stand_ins=stand_ins(SUPPLY.distributor))
    return {HOURLY[name]: pair for name, pair in found.items() if name in HOURLY}


def judged(
    name: str, grid: DayGrid, terms: Mapping[Option, TermsPair], belief: ShareBelief
) -> Iterator[tuple[float | None, Judged]]:
    """Yield a home at each level under each option."""
    day_kwh, day_peak = year_of(grid)
    for level in LEVELS:
        scale = 1.0 if level is None else level / (day_kwh.mean() * 365 / MONTHS)
        for option, pair in terms.items():
            months = []
            for row in pair.now:
                at, days = row.period.start.month - 1, row.period.days
                kwh = Decimal(repr(float(day_kwh[at] * days * scale))).quantize(STEP)
                peak = Decimal(repr(float(day_peak[at] * days * scale))).quantize(STEP)
                months.append(MeasuredMonth(period=row.period, kwh=kwh, peak_kwh=min(peak, kwh)))
            stated = prospect(pair, [month.kwh for month in months], belief)
            yield (
                level,
                Judged(
                    home=name,
                    option=option,
                    chance=stated.chance,
                    cheaper=compare_option(months, pair).saving > 0,
                    place=belief.below(share_of(grid)),
                ),
            )


def brier(rows: Sequence[Judged], chances: Sequence[float] | None = None) -> float:
    """Return the mean squared error of chances."""
    told = [row.chance for row in rows] if chances is None else chances
    return float(np.mean([(p - row.cheaper) ** 2 for p, row in zip(told, rows, strict=True)]))


def over_homes(rows: Sequence[Judged]) -> tuple[Floats, Floats]:
    """Return 90 % ranges over homes drawn anew, low and high ends, shape (2,) each.

    Of the Brier score less that of the base rate, and of the mean stated less what came true.
    """
    names = sorted({row.home for row in rows})
    by_home = {name: [row for row in rows if row.home == name] for name in names}
    chance = np.random.default_rng(SEED)
    found = []
    for _ in range(REPEATS):
        drawn = [row for name in chance.choice(names, len(names)) for row in by_home[name]]
        base = float(np.mean([row.cheaper for row in drawn]))
        stated = float(np.mean([row.chance for row in drawn]))
        found.append((brier(drawn) - base * (1 - base), stated - base))
    low, high = np.quantile(found, (0.05, 0.95), axis=0)
    return low, high


def show(title: str, told: Sequence[tuple[float | None, Judged]]) -> None:
    """Print scores by level and a reliability table."""
    print(f"\n## {title}\n")
    print("| option | kWh a month | homes | cheaper | stated, mean | Brier | of the base rate |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for option in HOURLY.values():
        for level in LEVELS:
            rows = [row for at, row in told if at == level and row.option is option]
            base = float(np.mean([row.cheaper for row in rows]))
            mean = float(np.mean([row.chance for row in rows]))
            label = "own" if level is None else f"{level:.0f}"
            print(
                f"| {option.value} | {label} | {len(rows)} | {base:.2f} | {mean:.2f}"
                f" | {brier(rows):.3f} | {base * (1 - base):.3f} |"
            )
    rows = [row for _, row in told if row.option is Option.BT5F]
    base = float(np.mean([row.cheaper for row in rows]))
    low, high = over_homes(rows)
    stated = float(np.mean([row.chance for row in rows]))
    print(
        f"\nBT5F, all levels: Brier {brier(rows):.3f}, base rate {base * (1 - base):.3f},"
        f" difference {brier(rows) - base * (1 - base):+.3f}"
        f" (90 %: {low[0]:+.3f} to {high[0]:+.3f}); stated {stated:.2f}, came true {base:.2f},"
        f" difference {stated - base:+.2f} (90 %: {low[1]:+.2f} to {high[1]:+.2f})."
    )
    inside = {row.home: 0.1 <= row.place <= 0.9 for row in rows}
    print(f"The 80 % range of the share held in {np.mean(list(inside.values())):.0%} of homes.\n")
    print("| stated, BT5F | answers | stated, mean | came true |")
    print("| --- | ---: | ---: | ---: |")
    for least, most in pairwise(BINS):
        some = [row for row in rows if least <= row.chance < most or most == row.chance == 1]
        if some:
            print(
                f"| {least:.0%} to {most:.0%} | {len(some)}"
                f" | {np.mean([row.chance for row in some]):.2f}"
                f" | {np.mean([row.cheaper for row in some]):.2f} |"
            )


def show_countries(told: Sequence[tuple[float | None, Judged]]) -> None:
    """Print how often BT5F was cheaper in each country, and their scores counted alike."""
    rows = [row for level, row in told if level == COUNTRY_LEVEL and row.option is Option.BT5F]
    names = sorted({country_of(row.home) for row in rows})
    groups = [[row for row in rows if country_of(row.home) == name] for name in names]
    print(f"\n| country, {COUNTRY_LEVEL:.0f} kWh a month | homes | BT5F cheaper | stated |")
    print("| --- | ---: | ---: | ---: |")
    means = []
    for name, group in zip(names, groups, strict=True):
        cheaper = float(np.mean([row.cheaper for row in group]))
        stated = float(np.mean([row.chance for row in group]))
        means.append((cheaper, stated, brier(group)))
        print(f"| {name} | {len(group)} | {cheaper:.2f} | {stated:.2f} |")
    cheaper, stated, score = np.mean(means, axis=0)
    print(
        f"\nEvery country counted the same: cheaper {cheaper:.2f}, stated {stated:.2f},"
        f" Brier {score:.3f}, of the base rate {cheaper * (1 - cheaper):.3f}."
    )


def refitted(shares: HourShares, found: Mapping[str, float]) -> HourShares:
    """Return the fitted numbers with another spread over homes."""
    return replace(
        shares,
        centre=found["centre"],
        between_sd=found["between_sd"],
        within_scale=found["within_scale"],
        dof=found["dof"],
    )


def in_country(shares: HourShares, odds: Sequence[float]) -> HourShares:
    """Return the numbers for a country of which some homes were measured."""
    if not odds:
        return shares
    within = shares.within_scale**2 * shares.dof / (shares.dof - 2)
    precision = 1 / shares.between_sd**2 + len(odds) / within
    centre = shares.centre / shares.between_sd**2 + sum(odds) / within
    return replace(shares, centre=centre / precision, between_sd=precision**-0.5)


def lists(folder: Path) -> None:
    """Print how probable the true share was, with and without a list of appliances."""
    facts = load_hour_facts()
    print("\n## What a list of appliances tells\n")
    print(
        "| home | true share | expected, recibos | with its list | gain of log score"
        " | error of the list | as stated |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for home in load_homes(folder):
        kwh = float(np.nanmean(home.grid.power_kw)) * 24 * 365 / MONTHS
        known = Home(
            supply=SUPPLY,
            history=tuple(
                MonthlyUse(period=period, kwh=Decimal(f"{kwh:.1f}"))
                for period in months_from(date(2025, 11, 1), months=MONTHS)
            ),
            appliances=tuple(Appliance(id=name) for name in home.appliances),
        )
        account = account_for_usage(
            known,
            appliances=load_appliances(),
            ownership=load_ownership(),
            climate=None,
            assumptions=load_usage_assumptions(),
        )
        slots = home.grid.power_kw.shape[1]
        hour = np.arange(slots) * 24 // slots
        power = home.grid.power_kw
        true = float(np.nansum(power[:, (hour >= FIRST) & (hour < AFTER)]) / np.nansum(power))
        told = told_share(known, account, facts)
        before, then = believed(facts.shares), told.belief
        assert told.heard is not None
        error = log_odds(true) - facts.shares.centre - told.heard.apart
        gain = np.log(_density(then, true) / _density(before, true))
        print(
            f"| {home.name} | {true:.3f} | {before.mean:.3f} | {then.mean:.3f} | {gain:+.2f}"
            f" | {error:+.2f} | {told.heard.sd:.2f} |"
        )


def _density(belief: ShareBelief, share: float) -> float:
    return float(np.interp(share, belief.share, belief.weight))


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    homes, curves, terms = usable_homes(folder), curves_of(folder), pairs(folder)
    shares = load_hour_shares()
    held = {name: grid for name, grid in homes.items() if not fitted_on(name)}
    told = [
        row for name in sorted(held) for row in judged(name, held[name], terms, believed(shares))
    ]
    show(f"{len(held)} homes that were not fitted on", told)
    told = []
    for name in sorted(held):
        near = [
            log_odds(share_of(grid))
            for other, grid in homes.items()
            if other not in held and country_of(other) == country_of(name)
        ]
        told += judged(name, held[name], terms, believed(in_country(shares, near)))
    show(f"The same {len(held)} homes, once homes of their country were measured", told)
    told = []
    for country in sorted({country_of(name) for name in homes}):
        others = {name: grid for name, grid in homes.items() if country_of(name) != country}
        belief = believed(refitted(shares, fit(others, curves)))
        for name in sorted(set(homes) - set(others)):
            told += judged(name, homes[name], terms, belief)
    show(f"{len(homes)} homes, each by the homes of other countries", told)
    show_countries(told)
    lists(folder)


if __name__ == "__main__":
    main()
