"""Fit how far baselines err, by steps that were never taken.

    python -m scripts.fit_verification BILLS TARGET FILE@ZONE[@TEMPERATURES]...

BILLS is a table of ``household_id``, ``period`` (YYYY-MM) and ``kwh``; each FILE one of readings
(``timestamp``, ``household_id``, ``kwh``) with its local zone and, if at hand, a table of days and
temperatures. Half of the homes, by a hash of their id, are fitted on; the other half is not
looked at here and is what ``benchmarks/verify.py`` reports. The hash is written into the target.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from scripts.fit_months import HELD_OUT
from scripts.quantile_nets import held_out

from ahorraluz.catalog.month_nets import bills_net
from ahorraluz.core.verification.cells import Floats, Grain
from ahorraluz.core.verification.doubt import FEATURES
from ahorraluz.core.verification.foreseen import OWN, PEERS, Foresight
from ahorraluz.core.verification.panel import DailyHomes
from ahorraluz.core.verification.placebo import Ground, Run, Trial, run_trial
from ahorraluz.ingest.temperatures import read_temperatures
from ahorraluz.services.peer_homes import read_peers

VERSION = "3"
SEED = 20_261_126
BILL_HOMES, BILL_REPEATS = 2_000, 2
METER_REPEATS = 16
"""Trials of each home: few homes have meters, so that each is asked more often."""
FEWEST_OTHERS, MOST_OTHERS = 10, 2_000
"""How many comparison homes a trial has, drawn evenly in the logarithm."""
LEAST_BEFORE, LEAST_AFTER = 60, 30
"""Days at each end of a series on which no step is invented. [day]"""
TAILS = {PEERS: 0.04, OWN: 0.05}
"""Part of the placebo errors beyond each bound. With peers a point under 5 %: how alike they
must be was chosen on such homes too, and new homes err a little further. Settled with the
coverage of both halves in sight."""
GROUPS = 8
"""Groups of homes of which one is left out to see how the scale does on new ones."""
WEIGHTS = np.linspace(0.0, 1.0, 21)
"""How much a forecast may count. [0 to 1]"""
FEWEST_HOMES = 5
"""Homes of a table from which it has a say in how much a forecast counts."""
RESTLESS = ("spread", "strayed", "apart")
"""Features that grow with how little is known of a home."""
HOMES_BELIEVED = 40
"""Homes at which the tail of a grain is believed as much as that of all grains."""
LIKELY = 0.8
NEWTON_STEPS = 60
SLOPE_SD = 0.5
"""How far from zero a slope is expected, weeks against months among them: what few homes show
is believed less."""


def fitted_on(home: str) -> bool:
    """Tell whether a home is fitted on; the others are kept for judging."""
    return hashlib.sha256(home.encode()).digest()[0] % 2 == 0


def ground_of(path: Path, *, zone: str, temperatures: Path | None = None) -> Ground:
    """Return the homes of a file as a ground for trials."""
    table = read_peers(path, zone=zone)
    temp_c = None
    if temperatures is not None and isinstance(table.readings, DailyHomes):
        known = read_temperatures(temperatures)
        by_day = dict(zip(known.days.tolist(), known.temp_c.tolist(), strict=True))
        days = table.readings.days.astype("datetime64[D]").tolist()
        temp_c = np.array([by_day.get(day, np.nan) for day in days])
    return Ground(homes=table.homes, readings=table.readings, temp_c=temp_c)


def random_day(ground: Ground, home: int, chance: np.random.Generator) -> date | None:
    """Return a day inside what is known of a home, ``None`` where it is too short."""
    kwh = ground.readings.kwh[home]
    known = np.flatnonzero(~np.isnan(kwh))
    if not len(known):
        return None
    if isinstance(ground.readings, DailyHomes):
        first, last = known[0] + LEAST_BEFORE, known[-1] + 1 - LEAST_AFTER
        if last <= first:
            return None
        day = ground.readings.days[int(chance.integers(first, last))]
        return day.astype("datetime64[D]").astype(date)  # type: ignore[no-any-return]
    if len(known) < 5:
        return None
    month = ground.readings.first + int(known[int(chance.integers(3, len(known)))])
    start: date = month.astype("datetime64[D]").astype(date)
    return start + timedelta(days=int(chance.integers(0, 28)))


def others_of(ground: Ground, home: int, chance: np.random.Generator) -> np.ndarray:
    """Return some other homes of a ground, as many as chance says."""
    count = int(np.exp(chance.uniform(np.log(FEWEST_OTHERS), np.log(MOST_OTHERS))))
    everyone = np.delete(np.arange(len(ground.homes)), home)
    return chance.choice(everyone, min(count, len(everyone)), replace=False)


def trials(
    ground: Ground, homes: Sequence[int], *, grain: Grain, repeats: int, alone: bool
) -> Iterator[Run]:
    """Yield placebo runs of some homes, with comparison homes or alone."""
    chance = np.random.default_rng(SEED)
    half = {kind: dict.fromkeys(Grain, 0.5) for kind in (OWN, PEERS)}
    foresight = Foresight(net=bills_net(), weights=half)
    for home in homes:
        for _ in range(repeats):
            since = random_day(ground, home, chance)
            others = None if alone else others_of(ground, home, chance)
            if since is None:
                continue
            run = run_trial(
                ground,
                Trial(home=home, since=since),
                others=others,
                grain=grain,
                foresight=foresight,
            )
            if run is not None:
                yield run


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """A placebo run."""

    home: str
    table: str
    grain: Grain
    run: Run

    def log_error(self, weight: float) -> float:
        """Return the logarithm of true over expected if the forecast counts so much."""
        run = self.run
        foreseen = run.without_kwh if run.foreseen_kwh is None else run.foreseen_kwh
        told = (1 - weight) * np.log(run.without_kwh) + weight * np.log(foreseen)
        return float(np.log(run.true_kwh) - told)


def weight_of(placebos: Sequence[Placebo]) -> float:
    """Return how much the forecast counts: where tables err least, each table counting alike.

    Only homes that the net was not fitted on are asked: it knows the others' future.
    """
    tables: dict[str, list[Placebo]] = defaultdict(list)
    for placebo in placebos:
        if held_out(placebo.home, share=HELD_OUT):
            tables[placebo.table].append(placebo)
    errors = []
    for kept in tables.values():
        homes = [placebo.home for placebo in kept]
        if len(set(homes)) < FEWEST_HOMES:
            continue
        each = np.array([1 / homes.count(home) for home in homes])
        sizes = np.array([[abs(p.log_error(weight)) for p in kept] for weight in WEIGHTS])
        errors.append(sizes @ each / (sizes[0] @ each))
    return round(float(WEIGHTS[np.mean(errors, axis=0).argmin()]), 2)


def scale_of(features: Floats, errors: Floats, weight: Floats) -> Floats:
    """Return how the logarithm of the scale follows the features, shape (f,).

    A home that was more restless does not err less: where chance says so, nothing is believed.
    """
    varies = features.std(axis=0) > 1e-9
    varies[0] = True
    restless = np.isin(FEATURES, RESTLESS)
    while (slopes := _slopes(features, errors, weight, varies))[restless].min() < 0:
        varies &= ~(restless & (slopes < 0))
    return slopes


def _slopes(features: Floats, errors: Floats, weight: Floats, varies: np.ndarray) -> Floats:
    """Return the slopes of the features that vary, zero for the others, shape (f,)."""
    inputs, size = features[:, varies], np.abs(errors)
    decay = np.full(inputs.shape[1], 1 / (2 * SLOPE_SD**2))
    decay[0] = 0.0
    slopes = np.zeros(inputs.shape[1])
    slopes[0] = np.log(float(weight @ size) / float(weight.sum()))
    # Newton's steps on the likelihood of a Laplace error, which is convex in the slopes.
    for _ in range(NEWTON_STEPS):
        ratio = size * np.exp(-inputs @ slopes)
        gradient = inputs.T @ (weight * (1 - ratio)) + 2 * decay * slopes
        curve = (inputs * (weight * ratio)[:, None]).T @ inputs + 2 * np.diag(decay)
        step = np.linalg.solve(curve, gradient)
        slopes -= step / max(1.0, float(np.abs(step).max()))
    whole = np.zeros(features.shape[1])
    whole[varies] = slopes
    return whole


def weighted_quantile(values: Floats, weight: Floats, part: float) -> float:
    """Return a quantile of weighted values."""
    order = np.argsort(values)
    place = np.cumsum(weight[order]) - weight[order] / 2
    return float(np.interp(part, place / weight.sum(), values[order]))


def fit_kind(
    kind: str, runs: Sequence[Placebo], forecast: Mapping[str, float]
) -> dict[str, object]:
    """Return what the errors of one kind of baseline are like; every home counts alike."""
    features = np.array([placebo.run.features for placebo in runs])
    errors = np.array([placebo.log_error(forecast[placebo.grain.value]) for placebo in runs])
    homes = [placebo.home for placebo in runs]
    count = {home: homes.count(home) for home in set(homes)}
    weight = np.array([1 / count[home] for home in homes])
    slopes = scale_of(features, errors, weight)
    unit = errors / np.exp(log_scale_of_others(features, errors, weight, homes))
    return {
        "homes": len(count),
        "runs": len(runs),
        "weights": {n: round(float(s), 5) for n, s in zip(FEATURES, slopes, strict=True)},
        "ranges": {
            name: [round(float(np.quantile(column, part)), 5) for part in (0.01, 0.99)]
            for name, column in zip(FEATURES, features.T, strict=True)
        },
        "tails": tails_of(
            unit, weight, features[:, FEATURES.index("weeks")] > 0, homes, tail=TAILS[kind]
        ),
    }


def log_scale_of_others(
    features: Floats, errors: Floats, weight: Floats, homes: Sequence[str]
) -> Floats:
    """Return the logarithm of each run's scale as the homes of other groups tell it.

    Slopes suit the homes they were fitted on better than new ones; the tails must not profit.
    """
    group = np.array([hashlib.sha256(home.encode()).digest()[1] % GROUPS for home in homes])
    told = np.zeros(len(errors))
    for number in range(GROUPS):
        left = group == number
        if left.any():
            told[left] = features[left] @ scale_of(features[~left], errors[~left], weight[~left])
    return told


def tails_of(
    unit: Floats, weight: Floats, weeks: np.ndarray, homes: Sequence[str], *, tail: float
) -> dict[str, dict[str, float]]:
    """Return the quantiles of errors at scale one, by grain.

    A quantile far out is known from many homes only: those of a grain are drawn towards
    those of all, the more the fewer homes it has.
    """
    parts = {"low": tail, "high": 1 - tail, "likely": LIKELY, "below": 0.16, "above": 0.84}
    tails = {}
    for grain, chosen in ((Grain.WEEKS, weeks), (Grain.MONTHS, ~weeks)):
        seen = len({home for home, inside in zip(homes, chosen, strict=True) if inside})
        belief = seen / (seen + HOMES_BELIEVED)
        at = {}
        for name, part in parts.items():
            everywhere = weighted_quantile(unit, weight, part)
            here = weighted_quantile(unit[chosen], weight[chosen], part)
            at[name] = belief * here + (1 - belief) * everywhere
        at["sigma"] = (at.pop("above") - at.pop("below")) / 2
        tails[grain.value] = {name: round(value, 5) for name, value in at.items()}
    return tails


def meter_grounds(files: Sequence[str]) -> Iterator[tuple[str, Ground]]:
    """Yield the homes of each file."""
    for item in files:
        path, zone, *temperatures = item.split("@")
        weather = Path(temperatures[0]) if temperatures else None
        yield Path(path).name, ground_of(Path(path), zone=zone, temperatures=weather)


def all_runs(bills: Path, files: Sequence[str]) -> dict[str, list[Placebo]]:
    """Return placebo runs by kind of baseline, each with the id of its home."""
    found: dict[str, list[Placebo]] = defaultdict(list)
    plans = [(bills.name, ground_of(bills, zone="UTC"), BILL_REPEATS)]
    plans += [(name, ground, METER_REPEATS) for name, ground in meter_grounds(files)]
    for name, ground, repeats in plans:
        seen = [place for place, home in enumerate(ground.homes) if fitted_on(home)][:BILL_HOMES]
        for grain in Grain if isinstance(ground.readings, DailyHomes) else (Grain.MONTHS,):
            for alone in (True, False):
                for run in trials(ground, seen, grain=grain, repeats=repeats, alone=alone):
                    if alone or run.kind == PEERS:
                        home = ground.homes[run.trial.home]
                        placebo = Placebo(home=home, table=name, grain=grain, run=run)
                        found[run.kind].append(placebo)
    return found


def main() -> None:
    """Fit, and write the placebo errors."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bills", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    runs = all_runs(given.bills, given.files)
    paths = [given.bills, *(Path(item.split("@")[0]) for item in given.files)]
    net = bills_net()
    weights = {
        kind: {g.value: weight_of([p for p in runs[kind] if p.grain is g]) for g in Grain}
        for kind in sorted(runs)
    }
    document = {
        "name": "placebo-steps",
        "version": VERSION,
        "kept_for_judging": "homes whose SHA-256 begins with an odd byte",
        "data_sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths},
        "forecast": {"net": f"{net.name} {net.version}", "weights": weights},
        "kinds": {kind: fit_kind(kind, runs[kind], weights[kind]) for kind in sorted(runs)},
    }
    given.target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for kind in sorted(runs):
        print(kind, len(runs[kind]), len({placebo.home for placebo in runs[kind]}))


if __name__ == "__main__":
    main()
