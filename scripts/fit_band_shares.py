"""Fit how the share of hora punta lies over measured homes.

    python -m scripts.fit_band_shares FOLDER TARGET

FOLDER holds the public sets that ``whole_homes`` and ``measured_homes`` name, the typical curves
of Brazil (``brazil_load_curves_eflul_15min.csv.gz``) and the mean day of Uruguay
(``uruguay_mean_profile_15min.csv``). Half of the homes, by a hash of their id, are fitted on; the
other half is what ``benchmarks/hourly_tariff.py`` judges on. The two published curves stand for
the middle of their countries. The hashes of the files are written into TARGET.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import norm, t
from scripts.fit_verification import fitted_on
from scripts.measured_homes import load_homes
from scripts.whole_homes import AMPDS, HOUR_FILES, MINUTE_FILES, hourly_homes

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.assumptions import load_usage_assumptions
from ahorraluz.catalog.solar import load_use_hours
from ahorraluz.core.home import Home, MonthlyUse, Supply
from ahorraluz.core.periods import Period
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.account import account_for_usage
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.hour_share import REACH_SD, log_odds

VERSION = "1"
FIRST, AFTER = 18, 23
COUNTRY = {
    "LCL": "Great Britain",
    "LCL long": "Great Britain",
    "REFIT": "Great Britain",
    "SGSC": "New South Wales",
    "Fontana": "California",
    "HUE": "British Columbia",
    "AMPds": "British Columbia",
    "Portugal": "Portugal",
    "Sceaux": "France",
}
CURVES, MEAN_DAY = "brazil_load_curves_eflul_15min.csv.gz", "uruguay_mean_profile_15min.csv"
CURVE_HOMES = "brazil_bills_households.csv.gz"
"""Which curve each home of Brazil has: a curve counts as often as it is named."""
DAYS = {"weekday": 5, "saturday": 1, "sunday": 1}
NIGHT = [20, 21, 22, 23, 0, 1, 2, 3, 4]
LEAST_NIGHT = 0.05
"""Part of a day's energy from 20 to 5 h below which a column is the sun's, not a home's: two
columns of the Californian set hold bells around noon."""
REFERENCE_KWH = 150
"""Recibo of the home that stands for one of which only ownership is known. [kWh/month]"""
FLAT = (EndUseId.ALWAYS_ON, EndUseId.REFRIGERATION)
LEAST_DOF, MOST_DOF = 2.5, 60.0
NODES = np.linspace(-REACH_SD, REACH_SD, 61)


def share_of(grid: DayGrid) -> float:
    """Return the part of the energy in hora punta, local clock. [0 to 1]"""
    hours = np.nanmean(grid.power_kw, axis=0)
    return float(hours[FIRST:AFTER].sum() / hours.sum())


def is_a_home(grid: DayGrid) -> bool:
    """Tell whether anything is used by night."""
    hours = np.nanmean(grid.power_kw, axis=0)
    return float(hours[NIGHT].sum() / hours.sum()) >= LEAST_NIGHT


def usable_homes(folder: Path) -> dict[str, DayGrid]:
    """Return the homes of the folder by set and name."""
    return {name: grid for name, grid in hourly_homes(folder).items() if is_a_home(grid)}


def country_of(home: str) -> str:
    """Return the country of a home by its set."""
    return COUNTRY[home.split(":")[0]]


def curves_of(folder: Path) -> dict[str, float]:
    """Return the share of the published curves of a country."""
    curves = pd.read_csv(folder / CURVES)
    curves["hour"] = curves["time"].str[:2].astype(int)
    curves["energy"] = curves["kw"] * curves["day_type"].map(DAYS)
    curves["peak"] = curves["energy"].where(curves["hour"].between(FIRST, AFTER - 1), 0.0)
    by_type = curves.groupby("load_curve_type")[["energy", "peak"]].sum()
    homes = pd.read_csv(folder / CURVE_HOMES)["load_curve_type"].value_counts()
    known = by_type.join(homes, how="inner")
    brazil = np.average(known["peak"] / known["energy"], weights=known["count"])
    mean = pd.read_csv(folder / MEAN_DAY)
    evening = mean["time"].str[:2].astype(int).between(FIRST, AFTER - 1)
    uruguay = mean.loc[evening, "relative_to_mean"].sum() / mean["relative_to_mean"].sum()
    return {"Brazil": float(brazil), "Uruguay": float(uruguay)}


def fit_spread(homes: Mapping[str, Sequence[float]], middles: Iterable[float]) -> dict[str, float]:
    """Return the middle and spreads of log-odds, by maximum likelihood.

    Parameters
    ----------
    homes
        Log-odds of homes by country.
    middles
        Log-odds of countries of which only the middle is known.
    """
    groups = [np.array(values) for values in homes.values()]
    known = np.array(list(middles))
    weights = norm.logpdf(NODES) - logsumexp(norm.logpdf(NODES))

    def loss(free: np.ndarray) -> float:
        centre, between, within = free[0], np.exp(free[1]), np.exp(free[2])
        dof = LEAST_DOF + (MOST_DOF - LEAST_DOF) / (1 + np.exp(-free[3]))
        total = norm.logpdf(known, centre, between).sum()
        for values in groups:
            apart = values[:, None] - centre - between * NODES
            each = t.logpdf(apart / within, dof) - np.log(within)
            total += logsumexp(weights + each.sum(axis=0))
        return float(-total)

    start = np.array([-0.9, np.log(0.15), np.log(0.35), -2.0])
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000}).x
    between, countries = float(np.exp(found[1])), len(groups) + len(known)
    return {
        "centre": float(found[0]),
        # The middle of so few countries is itself in doubt.
        "between_sd": between * float(np.sqrt(1 + 1 / countries)),
        "within_scale": float(np.exp(found[2])),
        "dof": float(LEAST_DOF + (MOST_DOF - LEAST_DOF) / (1 + np.exp(-found[3]))),
    }


def later_sd(homes: Iterable[DayGrid]) -> float:
    """Return how far later halves lie from earlier ones, log-odds, half the homes nearer."""
    apart = []
    for grid in homes:
        half = len(grid.days) // 2
        early, late = grid.power_kw[:half], grid.power_kw[half:]
        shares = [
            float(np.nansum(part[:, FIRST:AFTER]) / np.nansum(part)) for part in (early, late)
        ]
        apart.append(abs(log_odds(shares[1]) - log_odds(shares[0])))
    # The median, as a normal would have it: a home that stood empty is no measure.
    return float(np.median(apart) / norm.ppf(0.75))


def use_spreads(folder: Path) -> dict[str, float]:
    """Return how far the uses of homes with sub-meters lie from the usual hours."""
    hours = load_use_hours()
    moving, coins, flat = [], [], []
    for home in load_homes(folder):
        slots = home.grid.power_kw.shape[1]
        hour = np.arange(slots) * 24 // slots
        evening = (hour >= FIRST) & (hour < AFTER)
        for uses, power in home.truth.values():
            if len(uses) != 1:
                continue
            weights = hours[uses[0].value]
            usual = sum(weights[FIRST:AFTER]) / sum(weights)
            apart = float(np.nansum(power[:, evening]) / np.nansum(power)) - usual
            if uses[0] in FLAT:
                flat.append(apart)
            else:
                moving.append(apart**2)
                coins.append(usual * (1 - usual))
    return {
        "use_spread": float(np.sum(moving) / np.sum(coins)),
        "flat_sd": float(np.sqrt(np.mean(np.square(flat)))),
    }


def reference_share() -> float:
    """Return what the usual hours give a home of which only ownership is known."""
    month = Period(date(2026, 10, 1), date(2026, 11, 1))
    account = account_for_usage(
        Home(
            supply=Supply(distributor="luz-del-sur"),
            history=(MonthlyUse(period=month, kwh=Decimal(REFERENCE_KWH)),),
        ),
        appliances=load_appliances(),
        ownership=load_ownership(),
        climate=None,
        assumptions=load_usage_assumptions(),
    )
    hours = load_use_hours()
    inside = sum(
        use.estimate.middle * sum(hours[use.id.value][FIRST:AFTER]) / sum(hours[use.id.value])
        for use in account.uses
    )
    return inside / account.total_kwh_month


def by_country(names: Iterable[str]) -> dict[str, list[str]]:
    """Return homes by their country."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        found.setdefault(country_of(name), []).append(name)
    return found


def fit(homes: Mapping[str, DayGrid], curves: Mapping[str, float]) -> dict[str, float]:
    """Return the spread over some homes."""
    odds = {
        country: [log_odds(share_of(homes[name])) for name in names]
        for country, names in by_country(homes).items()
    }
    return fit_spread(odds, map(log_odds, curves.values()))


def document(folder: Path) -> dict[str, object]:
    """Return everything the file holds."""
    every, curves = usable_homes(folder), curves_of(folder)
    homes = {name: grid for name, grid in every.items() if fitted_on(name)}
    shares = {name: share_of(grid) for name, grid in homes.items()}
    level = [np.log(float(np.nanmean(grid.power_kw))) for grid in homes.values()]
    files = [file for _, file, *_ in HOUR_FILES] + [file for _, file in MINUTE_FILES]
    names = sorted([*files, AMPDS, CURVES, CURVE_HOMES, MEAN_DAY])
    return {
        "version": VERSION,
        "first_hour": FIRST,
        "after_hour": AFTER,
        **fit(homes, curves),
        "later_sd": later_sd(homes.values()),
        **use_spreads(folder),
        "reference_share": reference_share(),
        "homes": len(homes),
        "shares": {
            "quantiles": dict(
                zip(
                    ("p05", "p25", "p50", "p75", "p95"),
                    np.quantile(list(shares.values()), (0.05, 0.25, 0.5, 0.75, 0.95)).tolist(),
                    strict=True,
                )
            ),
            "mean": float(np.mean(list(shares.values()))),
            "sd": float(np.std(list(shares.values()), ddof=1)),
            "correlation_with_log_kwh": float(
                np.corrcoef(level, [log_odds(share) for share in shares.values()])[0, 1]
            ),
            "by_country": {
                country: {"homes": len(n), "mean": float(np.mean([shares[i] for i in n]))}
                for country, n in by_country(homes).items()
            }
            | {country: {"homes": None, "mean": share} for country, share in curves.items()},
        },
        "fitted": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names
        },
    }


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("target", type=Path)
    asked = parser.parse_args()
    text = json.dumps(rounded(document(asked.folder)), ensure_ascii=False, indent=1)
    asked.target.write_text(f"{text}\n", encoding="utf-8")


def rounded(value: object) -> object:
    """Return every number of a document to six digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {name: rounded(item) for name, item in value.items()}
    return value


if __name__ == "__main__":
    main()
