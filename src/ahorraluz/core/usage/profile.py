"""How a home uses energy, from its readings: every analysis that they are enough for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.estimate import Estimate, total
from ahorraluz.core.issues import Issue
from ahorraluz.core.readings.grid import DayGrid, day_grid, local_seconds
from ahorraluz.core.readings.schema import DAY_S, Readings, Step
from ahorraluz.core.usage.absences import Absence, absence_findings, absences
from ahorraluz.core.usage.anomalies import UnusualDay, unusual_days, unusual_findings
from ahorraluz.core.usage.base_load import (
    BaseLoad,
    base_load,
    base_load_findings,
    base_load_from_days,
    no_base_load,
)
from ahorraluz.core.usage.creep import Creep, creep, creep_findings
from ahorraluz.core.usage.daily import UsageDataError, daily_view
from ahorraluz.core.usage.daytypes import DayTypes, day_type_findings, day_types
from ahorraluz.core.usage.end_use_findings import end_use_findings
from ahorraluz.core.usage.facts import ApplianceFacts, ClimateFacts
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.metered_uses import MeteredUses, metered_uses
from ahorraluz.core.usage.robust import Floats
from ahorraluz.core.usage.shapes import (
    DayShapes,
    MaskedShare,
    Peaks,
    day_shapes,
    peak_share,
    peaks,
    shape_findings,
)
from ahorraluz.core.usage.steps import StepChange, step_changes, step_changes_of_days, step_findings
from ahorraluz.core.usage.weather import (
    TemperatureResponse,
    TemperatureSource,
    temperature_findings,
    temperature_response,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DailyTemperatures:
    """Measured mean temperature of some days."""

    days: NDArray[np.datetime64]
    """datetime64[D], rising, shape (n,)."""
    temp_c: Floats
    """[°C], shape (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageContext:
    """What the readings of a home are understood with."""

    appliances: Mapping[str, ApplianceFacts]
    owned: Mapping[str, float] = field(default_factory=dict)
    """Probability that the home has each appliance. [0 to 1]"""
    peak_hours: tuple[int, int] | None = None
    """First hour of the hora punta, and first hour after it."""
    climate: ClimateFacts | None = None
    """Monthly normals of the place."""
    temperatures: DailyTemperatures | None = None
    """Measured days, which come before the normals."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsageProfile:
    """Everything the readings say; ``None`` where they are not enough for it."""

    grid: DayGrid | None
    """By hour; ``None``: the intervals are longer than an hour."""
    daily_kwh: Floats
    """Energy of each local day, NaN where not known, shape (d,); empty for months. [kWh]"""
    base: BaseLoad | None = None
    shapes: DayShapes | None = None
    types: DayTypes | None = None
    peaks: Peaks | None = None
    peak_share: MaskedShare | None = None
    absences: tuple[Absence, ...] = ()
    unusual: tuple[UnusualDay, ...] = ()
    steps: tuple[StepChange, ...] = ()
    creep: Creep | None = None
    weather: TemperatureResponse | None = None
    uses: MeteredUses | None = None
    findings: tuple[Finding, ...] = ()
    """What asks to act first, then by energy."""
    issues: tuple[Issue, ...] = ()
    """Why something is not told, or not well."""


def profile_usage(readings: Readings, *, context: UsageContext) -> UsageProfile:
    """Return what the readings of a home say about its use.

    Parameters
    ----------
    readings
        The clean series; intervals up to an hour say most, days some, months little.
    context
        Catalogue, place and hours.
    """
    if readings.step is Step.FIXED:
        return _from_intervals(readings, context)
    if readings.step is Step.DAY:
        return _from_days(readings, context)
    return UsageProfile(grid=None, daily_kwh=np.zeros(0), issues=(no_base_load(),))


class _Collector:
    """Runs analyses and keeps why one of them could not answer."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def ask(self, question: Callable[[], T]) -> T | None:
        """Return an answer, or ``None`` with its reason kept."""
        try:
            return question()
        except UsageDataError as error:
            self.issues += error.issues
            return None


def _from_intervals(readings: Readings, context: UsageContext) -> UsageProfile:
    fine = day_grid(readings)
    grid = fine.hourly()
    view = daily_view(grid)
    asked = _Collector()
    base = asked.ask(lambda: base_load(grid, view=view))
    shapes = asked.ask(lambda: day_shapes(grid, view=view))
    types = asked.ask(lambda: day_types(grid, view=view))
    peak = asked.ask(lambda: peaks(fine, view=view))
    share = asked.ask(lambda: peak_share(grid, _peak_mask(grid, context.peak_hours)))
    steps = step_changes(grid, view=view)
    drift = creep(grid, steps=steps, view=view)
    away, unusual = absences(grid, view=view), unusual_days(grid, view=view)
    weather = asked.ask(lambda: _weather(grid.daily_kwh, grid.days, context))
    uses = metered_uses(
        fine,
        base_load_w=base.power_w if base else None,
        appliances=context.appliances,
        owned=context.owned,
        climate=_climate(weather),
    )
    findings = (
        *(base_load_findings(base) if base else ()),
        *step_findings(steps),
        *creep_findings(drift),
        *end_use_findings(uses, appliances=context.appliances),
        *(temperature_findings(weather) if weather else ()),
        *(shape_findings(shapes, peak) if shapes and peak else ()),
        *(day_type_findings(types) if types else ()),
        *absence_findings(away),
        *unusual_findings(unusual),
    )
    return UsageProfile(
        grid=grid,
        daily_kwh=grid.daily_kwh,
        base=base,
        shapes=shapes,
        types=types,
        peaks=peak,
        peak_share=share if context.peak_hours else None,
        absences=away,
        unusual=unusual,
        steps=steps,
        creep=drift,
        weather=weather,
        uses=uses,
        findings=_ordered(findings),
        issues=_once([*asked.issues, *uses.issues, *(weather.issues if weather else ())]),
    )


def _from_days(readings: Readings, context: UsageContext) -> UsageProfile:
    asked = _Collector()
    daily = readings.energy_kwh
    local = local_seconds(readings.starts_s, zone=readings.zone)
    days = np.floor_divide(local, DAY_S).astype("datetime64[D]")
    base = asked.ask(lambda: base_load_from_days(daily))
    weather = asked.ask(lambda: _weather(daily, days, context))
    steps = step_changes_of_days(days, daily)
    findings = (
        *(base_load_findings(base) if base else ()),
        *step_findings(steps),
        *(temperature_findings(weather) if weather else ()),
    )
    issues = [
        *asked.issues,
        *(base.issues if base else ()),
        *(weather.issues if weather else ()),
    ]
    return UsageProfile(
        grid=None,
        daily_kwh=daily,
        base=base,
        steps=steps,
        weather=weather,
        findings=_ordered(findings),
        issues=_once(issues),
    )


def _peak_mask(grid: DayGrid, hours: tuple[int, int] | None) -> NDArray[np.bool_]:
    first, after = hours or (0, 0)
    return (grid.hours >= first) & (grid.hours < after)


def _weather(
    daily_kwh: Floats, days: NDArray[np.datetime64], context: UsageContext
) -> TemperatureResponse | None:
    """Return the response to measured days, else to normals; ``None``: no temperature is known."""
    measured = context.temperatures
    if measured is not None:
        return temperature_response(daily_kwh, _of_days(measured, days), days=days)
    if context.climate is None:
        return None
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    normal = np.array(context.climate.monthly_temp_c)[month]
    return temperature_response(daily_kwh, normal, days=days, source=TemperatureSource.NORMALS)


def _of_days(measured: DailyTemperatures, days: NDArray[np.datetime64]) -> Floats:
    """Return the temperature measured on some days, NaN where none was, shape (d,). [°C]"""
    if not len(measured.days):
        return np.full(len(days), np.nan)
    known = measured.days.astype(days.dtype)
    place = np.minimum(np.searchsorted(known, days), len(known) - 1)
    return np.where(known[place] == days, measured.temp_c[place], np.nan)


def _climate(weather: TemperatureResponse | None) -> Estimate | None:
    """Return the energy that follows the weather; ``None``: none does, or nobody knows."""
    if weather is None:
        return None
    sides = [side.energy for side in (weather.heating, weather.cooling) if side is not None]
    return total(sides, basis=sides[0].basis) if sides else None


def _ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    def key(finding: Finding) -> tuple[bool, float]:
        energy = 0.0 if finding.energy is None else abs(finding.energy.middle)
        return finding.weight is not Weight.ACT, -energy

    return tuple(sorted(findings, key=key))


def _once(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    return tuple({issue.code: issue for issue in reversed(issues)}.values())[::-1]
