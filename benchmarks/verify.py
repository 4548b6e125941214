"""Savings of known size put into real homes: what is found, how sure, beside opendsm.

    python benchmarks/verify.py --panel FILE --zone Europe/London --temperatures FILE \
        --bills FILE --peer peer/bin/python

``--panel`` is a table of readings of many homes, ``--bills`` one of monthly bills. Only homes that
``scripts/fit_verification.py`` never fitted on are judged; any other may be compared with. On a
random day a part of the energy is taken away from then on. opendsm wants an older pandas, so it
lives in an environment of its own (pip install "opendsm==1.2.7" "multimethod<2"); it is fitted on
the same days before, with the same temperatures, on the first homes and days of the trials.
Prints tables; asserts nothing.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.fit_verification import fitted_on, ground_of, random_day

from ahorraluz.catalog.placebos import load_doubt, load_foresight
from ahorraluz.core.verification.cells import Grain
from ahorraluz.core.verification.doubt import FEATURES
from ahorraluz.core.verification.panel import DailyHomes, MonthlyHomes
from ahorraluz.core.verification.placebo import Ground, Run, Trial, run_trial

SAVINGS = (0.0, 0.03, 0.05, 0.10, 0.20)
DRIFT = 0.05
DRIFT_SAVING = 0.10
SEED = 7
PANEL_DATES, BILL_DATES = 8, 1
ONE_CORE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
OPENDSM = Path(__file__).with_name("opendsm_savings.py")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One trial, whoever judged it, as parts of what would have been used."""

    home: int
    error: float
    """Saving found less saving put in."""
    error_kwh: float
    """The same as energy: what was expected less what would have been used. [kWh]"""
    inside: bool
    """Whether the 90 % range holds the saving put in."""
    told: bool
    """Whether the range leaves zero out on the side of a saving."""
    detectable: float
    true_kwh: float
    share: float
    """Saving found."""
    spread: float = 0.0
    """How restless the home was before, in logarithms."""
    without: float = 0.0
    """Error of the same without a forecast."""


def found_of(run: Run) -> Found:
    """Return a run of this project."""
    assert run.found is not None
    share = run.found.share
    return Found(
        home=run.trial.home,
        error=share.middle - run.true_share,
        error_kwh=run.expected_kwh - run.true_kwh,
        inside=share.low <= run.true_share <= share.high,
        told=share.low > 0,
        detectable=run.found.error.detectable,
        true_kwh=run.true_kwh,
        share=share.middle,
        spread=float(run.features[FEATURES.index("spread")]),
        without=1 - run.metered_kwh / run.without_kwh - run.true_share,
    )


def judged(ground: Ground, *, most: int, dates: int) -> list[Trial]:
    """Return trials of homes that nothing was fitted on."""
    chance = np.random.default_rng(SEED)
    homes = [place for place, home in enumerate(ground.homes) if not fitted_on(home)]
    drawn = [random_day(ground, home, chance) for home in np.repeat(homes[:most], dates)]
    return [
        Trial(home=int(home), since=since)
        for home, since in zip(np.repeat(homes[:most], dates), drawn, strict=True)
        if since is not None
    ]


def own(
    ground: Ground, trials: Sequence[Trial], *, grain: Grain, peers: bool
) -> dict[Trial, Found]:
    """Return what this project finds in each trial."""
    doubt, foresight = load_doubt(), load_foresight()
    everyone = np.arange(len(ground.homes))
    found = {}
    for trial in trials:
        others = np.delete(everyone, trial.home) if peers else None
        run = run_trial(ground, trial, others=others, grain=grain, doubt=doubt, foresight=foresight)
        if run is not None:
            found[trial] = found_of(run)
    return found


def row(name: str, saving: float, found: Sequence[Found]) -> list[str]:
    """Return a row of a table; every home counts alike for coverage."""
    count = {home: sum(item.home == home for item in found) for home in {f.home for f in found}}
    weight = np.array([1 / count[item.home] for item in found])
    errors = np.array([item.error for item in found])
    kwh = np.array([item.true_kwh for item in found])
    return [
        name,
        f"{saving:.0%}",
        f"{len(count)}",
        f"{len(found)}",
        f"{np.median(errors):+.1%}",
        f"{sum(item.error_kwh for item in found) / kwh.sum():+.1%}",
        f"{np.abs(errors).mean():.1%}",
        f"{np.average([item.inside for item in found], weights=weight):.0%}",
        f"{np.average([item.told for item in found], weights=weight):.0%}",
        f"{np.median([item.detectable for item in found]):.0%}",
    ]


HEAD = [
    "readings",
    "saving",
    "homes",
    "trials",
    "bias, median",
    "bias, by kWh",
    "mean error",
    "coverage of 90 %",
    "told",
    "detectable",
]


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    print(f"\n{title}\n")
    print("| " + " | ".join(head) + " |")
    print("| " + " | ".join(["---"] * len(head)) + " |")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")


def daily_table(ground: Ground, folder: Path, zone: str) -> Ground:
    """Return the ground again from a file of its daily sums, read as such files are."""
    readings = ground.readings
    assert isinstance(readings, DailyHomes)
    path = folder / "days.csv"
    with path.open("w", encoding="ascii") as file:
        file.write("timestamp,household_id,kwh\n")
        for home, series in zip(ground.homes, readings.kwh, strict=True):
            for day, kwh in zip(readings.days, series, strict=True):
                if not np.isnan(kwh):
                    file.write(f"{day},{home},{kwh:.4f}\n")
    days = ground_of(path, zone=zone).readings
    assert isinstance(days, DailyHomes)
    shift = int((readings.days[0] - days.days[0]).astype(int))
    assert shift <= 0, "a day got lost"
    temp_c = None if ground.temp_c is None else ground.temp_c[-shift : -shift + len(days.days)]
    return Ground(homes=ground.homes, readings=days, temp_c=temp_c)


def savings_tables(
    grounds: Sequence[tuple[str, Ground, Sequence[Trial], Grain]],
) -> None:
    """Print what is found of each saving, with comparison homes and without."""
    for title, peers in (("With comparison homes", True), ("The home alone", False)):
        rows = []
        for name, ground, trials, grain in grounds:
            for saving in SAVINGS:
                put_in = [replace(trial, saving=saving) for trial in trials]
                found = own(ground, put_in, grain=grain, peers=peers)
                rows.append(row(name, saving, list(found.values())))
        show(title, HEAD, rows)


def thirds(found: Sequence[Found]) -> list[list[Found]]:
    """Return the trials of the calmest third of the homes, the middle one and the most restless."""
    homes = sorted({item.home for item in found})
    spread = {home: np.mean([f.spread for f in found if f.home == home]) for home in homes}
    ranked = sorted(homes, key=lambda home: spread[home])
    part = {home: place * 3 // len(ranked) for place, home in enumerate(ranked)}
    return [[item for item in found if part[item.home] == third] for third in range(3)]


def begun(ground: Ground, home: int) -> str:
    """Return the year in which the bills of a home begin."""
    readings = ground.readings
    assert isinstance(readings, MonthlyHomes)
    known = np.flatnonzero(~np.isnan(readings.kwh[home]))
    return str((readings.first + int(known[0])).astype("datetime64[Y]"))


def part_tables(grounds: Sequence[tuple[str, Ground, Sequence[Trial], Grain]]) -> None:
    """Print what is found by calmness, by cohort, and without the forecast; nothing is put in."""
    rows, cohorts, forecast = [], [], []
    for name, ground, trials, grain in grounds:
        for peers in (True, False):
            found = list(own(ground, trials, grain=grain, peers=peers).values())
            label = f"{name}, {'with comparison homes' if peers else 'the home alone'}"
            for third, part in zip(("calmest", "middle", "restless"), thirds(found), strict=True):
                rows.append(row(f"{label}: {third}", 0.0, part))
            sizes = [
                np.mean([abs(getattr(f, what)) for f in found]) for what in ("without", "error")
            ]
            forecast.append([label, *(f"{size:.1%}" for size in sizes)])
            if isinstance(ground.readings, MonthlyHomes):
                for year in sorted({begun(ground, item.home) for item in found}):
                    part = [item for item in found if begun(ground, item.home) == year]
                    cohorts.append(row(f"{label}: from {year}", 0.0, part))
    show("By how calm homes were before", HEAD, rows)
    if cohorts:
        show("Bills by the year in which they begin", HEAD, cohorts)
    head = ["readings", "without", "with"]
    show("Mean error without the forecast of the day, and with it", head, forecast)


def opendsm(
    python: Path, ground: Ground, trials: Sequence[Trial], *, answers: Path | None
) -> dict[str, dict[Trial, tuple[float, float, float]]]:
    """Return expected energy, uncertainty and true energy of trials, by model of opendsm.

    It takes minutes; ``answers`` is a file to keep them in, of the same trials only.
    """
    readings = ground.readings
    assert isinstance(readings, DailyHomes)
    assert ground.temp_c is not None, "opendsm needs --temperatures"
    first = readings.days[0]
    temp_c = ground.temp_c.copy()
    known = ~np.isnan(temp_c)
    temp_c[~known] = np.interp(np.flatnonzero(~known), np.flatnonzero(known), temp_c[known])
    place = [int((np.datetime64(trial.since) - first).astype(int)) for trial in trials]
    pairs = np.array([[trial.home, at] for trial, at in zip(trials, place, strict=True)])
    text = answers.read_text("utf-8") if answers is not None and answers.exists() else ""
    if not text:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "trials.npz"
            np.savez(data, kwh=readings.kwh, temp_c=temp_c, first=str(first), trials=pairs)
            text = subprocess.run(
                [python, OPENDSM, data],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                env={**os.environ, **dict.fromkeys(ONE_CORE, "1")},
            ).stdout
        if answers is not None:
            answers.write_text(text, "utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    said: dict[str, dict[Trial, tuple[float, float, float]]] = {"daily": {}, "billing": {}}
    for trial, at, answer in zip(trials, place, lines, strict=True):
        true = float(np.nansum(readings.kwh[trial.home, at:]))
        for model in said:
            if model in answer and answer[model][0] > 0 and true > 0:
                said[model][trial] = (answer[model][0], answer[model][1], true)
    return said


def found_by_opendsm(
    said: dict[Trial, tuple[float, float, float]], *, saving: float, drift: float
) -> dict[Trial, Found]:
    """Return what opendsm finds: what it expects does not know of either."""
    found = {}
    for trial, (expected, doubt, true) in said.items():
        true_kwh = true * (1 + drift)
        metered = true_kwh * (1 - saving)
        avoided = expected - metered
        put_in = true_kwh - metered
        found[trial] = Found(
            home=trial.home,
            error=avoided / expected - saving,
            error_kwh=expected - true_kwh,
            inside=abs(avoided - put_in) <= doubt,
            told=avoided > doubt,
            detectable=2 * doubt / expected,
            true_kwh=true_kwh,
            share=avoided / expected,
        )
    return found


def beside_opendsm(
    python: Path, ground: Ground, trials: Sequence[Trial], *, answers: Path | None
) -> None:
    """Print both on the trials that all could judge, without and with a common drift."""
    said = opendsm(python, ground, trials, answers=answers)
    grains = {"daily": Grain.WEEKS, "billing": Grain.MONTHS}
    tables: tuple[tuple[str, float, tuple[float, ...]], ...] = (
        ("The same trials, beside opendsm", 0.0, SAVINGS),
        ("The same, with a drift of +5 % put on all homes", DRIFT, (DRIFT_SAVING,)),
    )
    for title, drift, savings in tables:
        rows = []
        for model, grain in grains.items():
            for saving in savings:
                theirs = found_by_opendsm(said[model], saving=saving, drift=drift)
                put_in = {replace(t, saving=saving, drift=drift): t for t in trials}
                ours = own(ground, list(put_in), grain=grain, peers=True)
                alone = own(ground, list(put_in), grain=grain, peers=False)
                ours = {put_in[trial]: found for trial, found in ours.items()}
                alone = {put_in[trial]: found for trial, found in alone.items()}
                both = [t for t in trials if t in theirs and t in ours and t in alone]
                for name, found in (
                    (f"{model}: with comparison homes", ours),
                    (f"{model}: the home alone", alone),
                    (f"{model}: opendsm", theirs),
                ):
                    rows.append(row(name, saving, [found[t] for t in both]))
        show(title, HEAD, rows)
    drift_tables(said, ground, trials, grains)


def drift_tables(
    said: dict[str, dict[Trial, tuple[float, float, float]]],
    ground: Ground,
    trials: Sequence[Trial],
    grains: dict[str, Grain],
) -> None:
    """Print by how much a drift alone moves the saving that is found, trial by trial."""
    rows = []
    measures: tuple[tuple[str, Callable[[np.ndarray], float]], ...] = (
        ("mean", lambda moved: float(moved.mean())),
        ("mean size", lambda moved: float(np.abs(moved).mean())),
    )
    for model, grain in grains.items():
        shares = {}
        for drift in (0.0, DRIFT):
            put_in = [replace(t, saving=DRIFT_SAVING, drift=drift) for t in trials]
            ours = own(ground, put_in, grain=grain, peers=True)
            theirs = found_by_opendsm(said[model], saving=DRIFT_SAVING, drift=drift)
            shares[drift] = (
                {(t.home, t.since): f.share for t, f in ours.items()},
                {(t.home, t.since): f.share for t, f in theirs.items()},
            )
        keys = set.intersection(*(set(part) for pair in shares.values() for part in pair))
        moved = [
            np.array([shares[DRIFT][who][key] - shares[0.0][who][key] for key in sorted(keys)])
            for who in (0, 1)
        ]
        for name, measure in measures:
            mine, its = (measure(part) for part in moved)
            rows.append([model, name, f"{mine:+.2%}", f"{its:+.2%}", f"{mine / its:.2f}"])
    head = ["readings", "moved by the drift", "with comparison homes", "opendsm", "ratio"]
    show("What the drift alone does to a saving of 10 %", head, rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--panel", type=Path, help="table of readings of many homes")
    parser.add_argument("--zone", default="UTC")
    parser.add_argument("--temperatures", type=Path, help="table of days and temperatures")
    parser.add_argument("--bills", type=Path, help="table of monthly bills of many homes")
    parser.add_argument("--homes", type=int, default=3_000, help="most homes judged of a table")
    parser.add_argument("--peer", type=Path, help="Python of an environment with opendsm")
    parser.add_argument("--peer-trials", type=int, default=72)
    parser.add_argument("--peer-answers", type=Path, help="file to keep opendsm's answers in")
    given = parser.parse_args()
    grounds: list[tuple[str, Ground, Sequence[Trial], Grain]] = []
    with tempfile.TemporaryDirectory() as folder:
        if given.panel is not None:
            hours = ground_of(given.panel, zone=given.zone, temperatures=given.temperatures)
            steps = judged(hours, most=given.homes, dates=PANEL_DATES)
            days = daily_table(hours, Path(folder), given.zone)
            grounds += [
                ("hours", hours, steps, Grain.WEEKS),
                ("days", days, steps, Grain.WEEKS),
                ("months of these", hours, steps, Grain.MONTHS),
            ]
        if given.bills is not None:
            bills = ground_of(given.bills, zone="UTC")
            steps = judged(bills, most=given.homes, dates=BILL_DATES)
            grounds.append(("bills only", bills, steps, Grain.MONTHS))
        savings_tables(grounds)
        part_tables(grounds)
        if given.peer is not None and given.panel is not None:
            hours, trials = grounds[0][1:3]
            step = max(1, len(trials) // given.peer_trials)
            chosen = trials[::step][: given.peer_trials]
            beside_opendsm(given.peer, hours, chosen, answers=given.peer_answers)


if __name__ == "__main__":
    for name in ONE_CORE:
        os.environ.setdefault(name, "1")
    main()
