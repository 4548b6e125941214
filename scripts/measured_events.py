"""Recall and precision of single uses: what was found against what a plug meter saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scripts.measured_homes import MeasuredHome, cut, runs

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.event_kinds import EventKind, classify_events
from ahorraluz.core.usage.events import find_events
from ahorraluz.core.usage.facts import ApplianceFacts

Floats = NDArray[np.float64]
ON_W: Mapping[str, float] = {"shower": 2_000, "kettle": 500, "washing": 1_200}
"""Power from which an appliance is surely in use: its heater, not its clock. [W]"""
RULES: Mapping[str, tuple[float, float, float, float]] = {
    "shower": (3_300, np.inf, 0, np.inf),
    "kettle": (2_000, 3_300, 0, 5),
    "washing": (1_500, 3_300, 5, np.inf),
}
"""The rival: rises between two powers [W] that last between two times [min]."""
KINDS: Mapping[str, EventKind] = {
    "shower": EventKind.ELECTRIC_SHOWER,
    "kettle": EventKind.KETTLE,
    "washing": EventKind.WASHER,
}
BRITISH_W: Mapping[str, tuple[float, float, float]] = {
    "hervidor": (2_200, 2_800, 3_000),
    "ducha-electrica": (6_000, 8_500, 10_500),
    "terma-electrica-instantanea": (6_000, 8_500, 10_500),
    "lavadora-calentador": (1_800, 2_100, 2_400),
}
"""Plates as they are usual in Britain, to show what knowing the plates is worth. [W]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Start and end of each event of one kind. [min]"""

    start: Floats
    end: Floats


def event_table(homes: Sequence[MeasuredHome], appliances: Mapping[str, ApplianceFacts]) -> str:
    """Return recall and precision of each labelled kind, by method."""
    lines = [
        "| home | use | true | method | found | recall | precision |",
        "| --- | --- | ---: | --- | ---: | ---: | ---: |",
    ]
    british = dict(appliances)
    for name, (low, middle, high) in BRITISH_W.items():
        power = Estimate(low=low, middle=middle, high=high, unit="W", basis="-")
        british[name] = replace(appliances[name], power_w=power)
    for home in homes:
        for circuit, power_kw in home.circuits.items():
            truth = _truth(home, circuit, power_kw)
            for method, found in (
                ("catalogue of Peru", _found(home, circuit, appliances)),
                ("plates of the place", _found(home, circuit, british)),
                ("fixed rule", _by_rule(home, circuit)),
            ):
                recall, precision = _scores(truth, found)
                lines.append(
                    f"| {home.name} | {circuit} | {len(truth.start)} | {method} |"
                    f" {len(found.start)} | {recall:.2f} | {precision:.2f} |"
                )
    return "\n".join(lines)


def _late(home: MeasuredHome, table: Floats) -> Floats:
    return np.asarray(table[home.late].reshape(-1) * 1000)


def _truth(home: MeasuredHome, circuit: str, power_kw: Floats) -> Found:
    watts = _late(home, power_kw)
    known = ~np.isnan(_late(home, home.grid.power_kw))
    spans = [
        span
        for span in runs(np.nan_to_num(watts) >= ON_W[circuit])
        if known[max(span[0] - 2, 0) : span[1] + 2].all()
    ]
    pairs = np.array(spans, dtype=np.float64).reshape(-1, 2)
    return Found(start=pairs[:, 0], end=pairs[:, 1] + 1)


def _found(home: MeasuredHome, circuit: str, appliances: Mapping[str, ApplianceFacts]) -> Found:
    events = find_events(cut(home.grid, home.late))
    kinds = classify_events(events, appliances=appliances)
    chosen = kinds.surely(KINDS[circuit])
    start = events.start_minute[chosen] - _first_minute(home)
    return Found(start=start, end=start + np.ceil(events.minutes[chosen]))


def _by_rule(home: MeasuredHome, circuit: str) -> Found:
    """Return rises of the whole power, by fixed limits of size and length."""
    least, most, shortest, longest = RULES[circuit]
    watts = _late(home, home.grid.power_kw)
    base = float(np.nanquantile(watts, 0.1))
    above = np.nan_to_num(watts - base)
    spans = [
        span
        for span in runs(above >= least, gap=0)
        if above[span[0] : span[1] + 1].max() < most and shortest < span[1] - span[0] + 1 <= longest
    ]
    pairs = np.array(spans, dtype=np.float64).reshape(-1, 2)
    return Found(start=pairs[:, 0], end=pairs[:, 1] + 1)


def _first_minute(home: MeasuredHome) -> float:
    return float(home.grid.days[home.late][0].astype("datetime64[D]").astype(np.int64)) * 1_440


def _scores(truth: Found, found: Found) -> tuple[float, float]:
    """Return recall and precision; an event counts if it overlaps, give or take a minute."""
    if not len(truth.start) or not len(found.start):
        return 0.0, 0.0
    meets = (found.start[None, :] <= truth.end[:, None] + 1) & (
        found.end[None, :] >= truth.start[:, None] - 1
    )
    return float(meets.any(axis=1).mean()), float(meets.any(axis=0).mean())
