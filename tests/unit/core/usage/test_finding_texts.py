"""Every finding about use can be said, in both languages."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pytest
from tests.synthetic_home import Habits, Step, synthetic_home

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.absences import Absence, absence_findings
from ahorraluz.core.usage.anomalies import UnusualDay, unusual_findings
from ahorraluz.core.usage.base_load import base_load, base_load_findings
from ahorraluz.core.usage.creep import Creep, creep_findings
from ahorraluz.core.usage.daytypes import day_type_findings, day_types
from ahorraluz.core.usage.findings import Finding
from ahorraluz.core.usage.shapes import day_shapes, peaks, shape_findings
from ahorraluz.core.usage.steps import StepChange, StepKind, step_changes, step_findings
from ahorraluz.core.usage.weather import (
    Slope,
    TemperatureResponse,
    TemperatureSource,
    temperature_findings,
)
from ahorraluz.texts import LOCALES, open_texts

DAY = date(2026, 3, 14)
WATTS = Estimate(low=-90.0, middle=80.0, high=120.0, unit="W", basis="basis.weeks-compared")


def step(kind: StepKind) -> StepChange:
    return StepChange(
        kind=kind,
        since=DAY,
        until=None,
        base_w=WATTS,
        mean_w=WATTS,
        first_hour=18,
        last_hour=24,
        energy=WATTS.scaled(0.7305, unit="kWh/month"),
        score=6.0,
        confidence=0.8,
    )


def response(source: TemperatureSource) -> TemperatureResponse:
    slope = Slope(
        kwh_c_day=WATTS,
        error=0.1,
        balance_c=23.0,
        energy=WATTS,
        share=WATTS.scaled(0.001),
        confidence=0.7,
    )
    return TemperatureResponse(
        heating=slope,
        cooling=slope,
        level_kwh_day=5.0,
        parameters=5,
        explained=0.4,
        source=source,
        days=365,
    )


def drift(watts: float) -> Creep:
    size = Estimate(
        low=watts, middle=watts, high=watts, unit="W/year", basis="basis.weeks-compared"
    )
    return Creep(w_year=size, energy=size, since=DAY, confidence=0.6)


def unusual(energy_kwh: float) -> UnusualDay:
    return UnusualDay(
        day=DAY, energy_kwh=energy_kwh, expected_kwh=6.0, score=5.0, first_hour=7, last_hour=9
    )


def shapes_of(habits: Habits, *, night_kw: float = 0.0) -> Sequence[Finding]:
    grid = synthetic_home(habits, days=140).grid
    grid.power_kw[:, :6] += night_kw
    return shape_findings(day_shapes(grid), peaks(grid))


def weekend_afternoons() -> DayGrid:
    """Return a home that irons on the afternoons of Saturdays and Sundays."""
    grid = synthetic_home(days=140).grid
    afternoon = (grid.hours >= 14) & (grid.hours < 18)
    grid.power_kw[np.ix_(grid.weekday >= 5, afternoon)] += 1.5
    return grid


def every_finding() -> Iterator[Finding]:
    grid = synthetic_home(days=140).grid
    yield from base_load_findings(base_load(grid))
    yield from shapes_of(Habits(weekend_factor=1.8), night_kw=1.0)
    yield from shapes_of(Habits(weekend_factor=0.5, shower_w=0.0))
    yield from day_type_findings(day_types(weekend_afternoons()))
    for source in TemperatureSource:
        yield from temperature_findings(response(source))
    yield from absence_findings(
        [Absence(first=DAY, until=date(2026, 3, 20), power_w=99.7, saved_kwh=12.0)]
    )
    yield from unusual_findings([unusual(12.0), unusual(1.0)])
    yield from step_findings([step(kind) for kind in StepKind])
    yield from creep_findings(drift(40.0))
    yield from creep_findings(drift(-40.0))


FINDINGS = {finding.id: finding for finding in every_finding()}


def test_the_list_of_findings_is_complete() -> None:
    assert set(FINDINGS) == {
        "base-load", "peak-time", "weekend-more", "weekend-less", "night-use", "day-types",
        "heating-response", "cooling-response", "cold-months-more", "warm-months-more",
        "absence", "unusual-high", "unusual-low", "step-up-base", "step-down-base", "step-up",
        "step-down", "base-creep", "base-fall",
    }  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_has_a_title_and_a_sentence(name: str, locale: str) -> None:
    texts = open_texts(locale)
    numbers = FINDINGS[name].numbers

    title = texts.text(f"finding.{name}.title", **numbers)
    sentence = texts.text(f"finding.{name}", **numbers)

    assert title
    assert sentence.endswith(".")
    assert "{" not in title + sentence


@pytest.mark.parametrize("name", FINDINGS)
def test_numbers_are_plain_and_rounded_as_they_are_shown(name: str) -> None:
    for value in FINDINGS[name].numbers.values():
        assert type(value) in (int, float, str, date)
        if isinstance(value, float):
            assert value == round(value, 2)


def test_sizes_of_steps_are_plain_numbers() -> None:
    home = synthetic_home(steps=[Step(day=200, watts=700, first_hour=18, last_hour=24)])

    (found,) = step_changes(home.grid)

    for estimate in (found.base_w, found.mean_w, found.energy):
        assert {type(x) for x in (estimate.low, estimate.middle, estimate.high)} == {float}
