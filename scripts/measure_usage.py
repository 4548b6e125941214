"""Print how well base load, steps and temperature response are found, as Markdown.

    python scripts/measure_usage.py DATA_DIR

DATA_DIR holds the public sets that ``docs/explanation/usage-accuracy.md`` names. Steps are put
into real homes on random days of a fixed seed; everything else is as it was measured.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.put_in_steps import (
    SIZES_W,
    Alarm,
    Trial,
    as_quiet,
    cusum,
    found_in,
    month_rule,
    trials,
    until,
)
from scripts.whole_homes import (
    AMPDS,
    AMPDS_WHOLE,
    MINUTE_FILES,
    Floats,
    ampds,
    ampds_truth,
    hourly_homes,
    minute_home,
    minute_truth,
    months_of,
    with_power,
)

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.base_load import base_load
from ahorraluz.core.usage.daily import UsageDataError
from ahorraluz.core.usage.steps import StepKind, step_changes
from ahorraluz.core.usage.weather import TemperatureSource, temperature_response

SEED = 20_26
NEAR_RIVAL = 31
"""Days from a step within which a rule of months has found it. [day]"""
WEATHER = {
    "LCL": ("uk_temperature_halfhourly.csv.gz", "Europe/London"),
    "Fontana": ("fontana_weather_hourly.csv.gz", "America/Los_Angeles"),
}


def base_rows(data: Path) -> list[str]:
    """Return the table of base load."""
    cases: list[tuple[str, list[tuple[DayGrid, float]]]] = []
    for name, file in MINUTE_FILES:
        months = [(part, minute_truth(part)) for _, part in months_of(minute_home(data / file))]
        cases.append((f"{name}, 1 min", months))
        cases.append((f"{name}, 1 h", [(part.hourly(), truth) for part, truth in months]))
    frame = pd.read_csv(data / AMPDS)
    truth = ampds_truth(frame)
    whole = months_of(ampds(frame, AMPDS_WHOLE))
    cases.append(("AMPds, 1 h", [(part, truth[month]) for month, part in whole]))
    rows = []
    for name, months in cases:
        found = [
            (base_load(part).power_w, part.power_kw[~np.isnan(part.power_kw)], true)
            for part, true in months
        ]
        ours = [power.middle / true - 1 for power, _, true in found]
        lowest = [kw.min() * 1000 / true - 1 for _, kw, true in found]
        fifth = [float(np.quantile(kw, 0.05)) * 1000 / true - 1 for _, kw, true in found]
        held = np.mean([power.low <= true <= power.high for power, _, true in found])
        true_w = float(np.mean([true for _, _, true in found]))
        errors = " | ".join(
            f"{percent(np.median(np.abs(error)))} ({100 * float(np.median(error)):+.0f} %)"
            for error in (ours, fifth, lowest)
        )
        rows.append(f"| {name} | {len(found)} | {true_w:.0f} W | {errors} | {100 * held:.0f} % |")
    return rows


def percent(part: float | np.floating) -> str:
    """Return a part as whole per cent."""
    return f"{100 * float(part):.0f} %"


def rival_recall(rule: Alarm, chosen: Sequence[Trial]) -> float:
    """Return how often a rule says something within a month of the step that was put in."""
    hits = []
    for trial in chosen:
        # The rules look for more; less from a day on is more when time runs backwards.
        grid = trial.grid if trial.up else with_power(trial.grid, trial.grid.power_kw[::-1])
        place = trial.place if trial.up else len(grid.days) - trial.place
        hits.append(any(abs(day - place) <= NEAR_RIVAL for day in rule(grid)))
    return float(np.mean(hits))


def step_rows(made: list[Trial], rivals: dict[str, Alarm]) -> list[str]:
    """Return recall by size: ours, then the rivals."""
    kind = "always on" if made[0].always_on else "evening"
    rows = []
    for size in SIZES_W:
        chosen = [trial for trial in made if trial.size_w == size]
        hits = [(trial, step) for trial in chosen if (step := found_in(trial))]
        recall = len(hits) / len(chosen)
        others = " | ".join(percent(rival_recall(rule, chosen)) for rule in rivals.values())
        days = [
            abs((step.since - trial.grid.days[trial.place].item()).days) for trial, step in hits
        ]
        shown = [step.base_w if trial.always_on else step.mean_w for trial, step in hits]
        ratio = [w.middle / trial.true_w - 1 for w, (trial, _) in zip(shown, hits, strict=True)]
        held = [w.low <= trial.true_w <= w.high for w, (trial, _) in zip(shown, hits, strict=True)]
        rest = (
            f"{np.median(days):.0f} d, {np.quantile(days, 0.9):.0f} d |"
            f" {100 * np.median(np.abs(ratio)):.0f} % | {100 * np.mean(held):.0f} %"
            if len(hits) >= 5
            else "too few | too few | too few"
        )
        rows.append(f"| {kind} | {size} W | {100 * recall:.0f} % | {others} | {rest} |")
    return rows


def delay_rows(made: list[Trial]) -> list[str]:
    """Return how many of the always-on steps are found with only some days after them."""
    rows = []
    for after in (14, 21, 28, 42):
        share = []
        for size in SIZES_W:
            hits = [
                found_in(replace(t, grid=until(t.grid, t.place + after))) is not None
                for t in made
                if t.size_w == size
            ]
            share.append(f"{100 * np.mean(hits):.0f} %")
        rows.append(f"| {after} days | " + " | ".join(share) + " |")
    return rows


def alarm_rows(homes: Mapping[str, DayGrid], rivals: dict[str, Alarm]) -> list[str]:
    """Return alarms a home and year on homes as they were measured, by data set."""
    rows = []
    sets = list(dict.fromkeys(name.split(":")[0] for name in homes))
    for chosen in [*sets, "all"]:
        grids = [g for name, g in homes.items() if chosen in (name.split(":")[0], "all")]
        years = sum(len(grid.days) for grid in grids) / 365.25
        steps = [step for grid in grids for step in step_changes(grid)]
        ours = [sum(step.kind is kind for step in steps) / years for kind in StepKind]
        others = [sum(len(rule(grid)) for grid in grids) / years for rule in rivals.values()]
        cells = " | ".join(f"{value:.2f}" for value in (sum(ours), *ours, *others))
        rows.append(f"| {chosen} | {len(grids)} | {years:.1f} | {cells} |")
    return rows


def shuffled(homes: Mapping[str, DayGrid]) -> dict[str, DayGrid]:
    """Return homes whose weeks come in another order, so that nothing in them stays changed."""
    rng = np.random.default_rng(SEED)
    mixed = {}
    for name, grid in homes.items():
        weeks = len(grid.days) // 7
        order = (7 * rng.permutation(weeks)[:, None] + np.arange(7)).ravel()
        short = until(grid, len(order))
        mixed[f"weeks shuffled:{name}"] = with_power(short, grid.power_kw[order])
    return mixed


def confidence_rows(homes: Mapping[str, DayGrid], *, always_on: bool, seed: int) -> list[str]:
    """Return how often a step of some confidence is the one that was put in.

    One step a home and year, sizes alike; whatever else is found counts as false, although
    real homes change too.
    """
    pairs = np.array(graded(homes, always_on=always_on, seed=seed))
    rows = []
    edges = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
    for low, high in pairwise(edges):
        inside = pairs[(pairs[:, 0] >= low) & (pairs[:, 0] < high)]
        if len(inside) >= 10:
            kind = "always on" if always_on else "evening"
            said, true = inside.mean(axis=0)
            rows.append(f"| {kind} | {len(inside)} | {said:.2f} | {true:.2f} |")
    return rows


def graded(
    homes: Mapping[str, DayGrid], *, always_on: bool, seed: int
) -> list[tuple[float, float]]:
    """Return the confidence of each step found, and whether it was put in (1) or not (0)."""
    pairs = []
    for trial in trials(homes, always_on=always_on, seed=seed):
        hit = found_in(trial)
        for step in step_changes(trial.grid):
            if step.kind.always_on is always_on:
                pairs.append((step.confidence, float(step == hit)))
    return pairs


# --- temperature ---------------------------------------------------------------------------------


def daily_temperatures(path: Path, zone: str) -> pd.Series:
    """Return the mean temperature of each local day."""
    frame = pd.read_csv(path)
    local = pd.to_datetime(frame["timestamp"], utc=True).dt.tz_convert(zone)
    day = local.dt.tz_localize(None).dt.floor("D")
    return frame["temp_c"].groupby(day.to_numpy()).mean()


def with_weather(data: Path, homes: Mapping[str, DayGrid]) -> Iterator[tuple[str, DayGrid, Floats]]:
    """Yield the homes whose weather is known, with it."""
    for chosen, (file, zone) in WEATHER.items():
        known = daily_temperatures(data / file, zone)
        for name, grid in homes.items():
            if name.split(":")[0] == chosen:
                yield chosen, grid, known.reindex(grid.days).to_numpy(dtype=np.float64)


def temperature_rows(data: Path, homes: Mapping[str, DayGrid]) -> list[str]:
    """Return how often a response is found: as measured, and where there can be none."""
    rng = np.random.default_rng(SEED)
    rows = []
    cases = list(with_weather(data, homes))
    for chosen in WEATHER:
        mine = [(grid, temp) for name, grid, temp in cases if name == chosen]
        seen = {"as measured": 0, "weeks shuffled": 0, "moved": 0, "normals, months shuffled": 0}
        for grid, temp in mine:
            energy, days = grid.daily_kwh, grid.days
            weeks = len(days) // 7
            order = (7 * rng.permutation(weeks)[:, None] + np.arange(7)).ravel()
            moved = np.roll(energy, 7 * int(rng.integers(4, weeks - 4)))
            seen["as measured"] += responds(energy, temp, days)
            short = len(order)
            seen["weeks shuffled"] += responds(energy[order], temp[:short], days[:short])
            seen["moved"] += responds(moved, temp, days)
            months = days.astype("datetime64[M]").astype(np.int64) % 12
            level = np.array(
                [
                    np.nanmean(temp[months == m]) if np.any(months == m) else np.nan
                    for m in range(12)
                ]
            )
            shuffled = rng.permutation(level)[months]
            seen["normals, months shuffled"] += responds(
                energy, shuffled, days, source=TemperatureSource.NORMALS
            )
        cells = " | ".join(f"{count}" for count in seen.values())
        rows.append(f"| {chosen} | {len(mine)} | {cells} |")
    return rows


def responds(
    energy: Floats,
    temp: Floats,
    days: np.ndarray[tuple[int], np.dtype[np.datetime64]],
    *,
    source: TemperatureSource = TemperatureSource.MEASURED,
) -> bool:
    """Tell whether a response is found; where too little is known there is none."""
    try:
        found = temperature_response(energy, temp, days=days, source=source)
    except UsageDataError:
        return False
    return found.heating is not None or found.cooling is not None


def rivals_for(homes: Mapping[str, DayGrid]) -> dict[str, Alarm]:
    """Return the simple rules, as they are usually set and as quiet as ours."""
    whole = list(homes.values())
    ups = sum(
        step.base_w.middle + step.mean_w.middle > 0 for g in whole for step in step_changes(g)
    )
    return {
        "month + 20 %": month_rule,
        "month, as quiet": as_quiet(
            month_rule, "ratio", np.geomspace(1.2, 20, 60).tolist(), homes=whole, most=ups
        ),
        "CUSUM": cusum,
        "CUSUM, as quiet": as_quiet(
            cusum, "bar", np.geomspace(5, 5000, 60).tolist(), homes=whole, most=ups
        ),
    }


def main(arguments: list[str]) -> None:
    """Print every table."""
    if len(arguments) != 1:
        sys.exit(__doc__)
    data = Path(arguments[0])
    homes = hourly_homes(data)
    rivals = rivals_for(homes)
    base = trials(homes, always_on=True, seed=SEED)
    evening = trials(homes, always_on=False, seed=SEED)
    names = " | ".join(rivals)
    sizes = " | ".join(f"{size} W" for size in SIZES_W)
    found = f"found | {names} | day off, median, 90 % | size off | in range"
    kinds = " | ".join(kind.value for kind in StepKind)
    loud = " | ".join(f"{name} (up)" for name in rivals)
    tables = {
        "Base load": (
            "home | months | truth | ours | 5 % quantile | minimum | in range",
            base_rows(data),
        ),
        "Steps put in": (
            f"kind | size | {found}",
            [*step_rows(base, rivals), *step_rows(evening, rivals)],
        ),
        "Steps seen early": (f"days after | {sizes}", delay_rows(base)),
        "Alarms": (
            f"set | homes | years | all | {kinds} | {loud}",
            [*alarm_rows(homes, rivals), alarm_rows(shuffled(homes), rivals)[0]],
        ),
        "Confidence": (
            "kind | steps | said | true",
            [
                *confidence_rows(homes, always_on=True, seed=SEED + 1),
                *confidence_rows(homes, always_on=False, seed=SEED + 1),
            ],
        ),
        "Temperature": (
            "set | homes | as measured | weeks shuffled | moved | normals, shuffled",
            temperature_rows(data, homes),
        ),
    }
    for title, (head, rows) in tables.items():
        rule = " | ".join("---" for _ in head.split("|"))
        print(f"### {title}\n\n| {head} |\n| {rule} |", *rows, sep="\n", end="\n\n")


if __name__ == "__main__":
    main(sys.argv[1:])
