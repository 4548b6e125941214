"""Energy of a small array on a home's roof, and how much of it the home uses.

The array makes what :mod:`.arrays` computes hour by hour; the home uses what meets its own
load in the same hour. Energy that leaves the home is worth what the generation rule in
force says, which is nothing while no regulation exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np

from ahorraluz.core.estimate import STATED, Estimate
from ahorraluz.core.home import Home, Roof, Tenure
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.arrays import Mount, hourly_yield, usual_mount
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import HomeLoad, tilted
from ahorraluz.core.renewables.sun import Floats, SolarError, months_of

KWH_MONTH = "kWh/month"
KWH_YEAR = "kWh/year"
YIELD_UNIT = "kWh/kWp/year"
MEASURED = -1.0
"""Stands for the part used by day of a home whose meter told it."""
YIELD_BASIS = "basis.solar-yield"
SELF_USE_BASIS = "basis.daytime-assumed"
MEASURED_BASIS = "basis.daytime-measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfUse:
    """A year of an array at a home: made, used at once, and given away."""

    kwp: float
    generated: tuple[Estimate, ...]
    """January to December. [kWh/month]"""
    used: tuple[Estimate, ...]
    """What the home does not buy, January to December. [kWh/month]"""
    exported: tuple[Estimate, ...]
    """What leaves the home, January to December. [kWh/month]"""
    used_year: Estimate
    """[kWh/year]"""
    exported_year: Estimate
    """[kWh/year]"""
    export_value_pen_year: Decimal
    """What the middle of the exported energy earns. [PEN/year]"""
    issues: tuple[Issue, ...] = ()


def roof_obstacle(home: Home) -> Issue | None:
    """Return why panels are not for this home to put up; ``None``: nothing is known against.

    ``roof-not-own`` (a tenant, a shared roof, or none) is an answer; ``roof-unknown``
    asks for tenure and roof before anything on a roof is proposed.
    """
    if home.tenure is Tenure.TENANT or home.roof in (Roof.SHARED, Roof.NONE):
        return Issue(code="roof-not-own", severity=Severity.NOTE)
    if home.tenure is None or home.roof is None:
        return Issue(code="roof-unknown", severity=Severity.NOTE)
    return None


def yearly_yield(
    facts: SolarFacts, *, assumptions: SolarAssumptions, mount: Mount | None = None
) -> Estimate:
    """Return the yield of one kilowatt-peak in a year, in a range no narrower than is honest.

    The middle is that of the recommended sun. The ends are those of the sources of the sun,
    no nearer than ``assumptions.yield_band``, and, for the usual mount, no nearer than what
    arrays of the city are known to give. [kWh/kWp/year]

    Raises
    ------
    SolarError
        ``solar-months``: irradiation that is not twelve months.
    """
    made = hourly_yield(
        facts, mount or usual_mount(facts, assumptions=assumptions), assumptions=assumptions
    )
    middle = float(made.sum())
    below, above = _margins(facts, assumptions)
    low, high = middle * (1 - below), middle * (1 + above)
    if mount is None and facts.yield_band_kwh_kwp_year is not None:
        known = facts.yield_band_kwh_kwp_year
        low, high = min(low, known[0]), max(high, known[1])
    return Estimate(low=low, middle=middle, high=high, unit=YIELD_UNIT, basis=YIELD_BASIS)


def monthly_yield(
    facts: SolarFacts, *, assumptions: SolarAssumptions, mount: Mount | None = None
) -> tuple[Estimate, ...]:
    """Return the yield of one kilowatt-peak by month, January to December.

    Middles add up to the middle of the year; raises like :func:`yearly_yield`.
    [kWh/kWp/month]
    """
    year = yearly_yield(facts, assumptions=assumptions, mount=mount)
    made = hourly_yield(
        facts, mount or usual_mount(facts, assumptions=assumptions), assumptions=assumptions
    )
    return tuple(
        year.scaled(float(month) / year.middle, unit="kWh/kWp/month") for month in months_of(made)
    )


def daytime_kwp(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    mount: Mount | None = None,
) -> float:
    """Return the array that makes in a year what the home uses by day. [kWp]

    A larger one mostly gives energy away. Raises like :func:`yearly_yield`.
    """
    by_day = float(load.kwh.sum()) * load.day_share
    return by_day / yearly_yield(facts, assumptions=assumptions, mount=mount).middle


def use_of_array(
    load: HomeLoad,
    facts: SolarFacts,
    *,
    kwp: float,
    assumptions: SolarAssumptions,
    rule: GenerationRule,
    mount: Mount | None = None,
) -> SelfUse:
    """Return what an array of ``kwp`` makes at a home and how much of it the home uses.

    Parameters
    ----------
    load
        Hours of the home.
    facts
        Resource of the place.
    kwp
        Peak power of the array, above zero. [kWp]
    assumptions
        For a load that was not measured the part used by day is a range, as is the part of
        the overlap that really meets: a mean day hides the peaks of a real one.
    rule
        What exported energy is worth today.
    mount
        How the panels stand; ``None``: as usual.

    Returns
    -------
    SelfUse
        In each month used and exported middles add up to the generated middle; the home
        never uses more than it needs. Issues of the place, ``load-shape-assumed`` where
        the load was not measured, and ``export-worth-nothing`` where the rule pays nothing.

    Raises
    ------
    SolarError
        ``solar-months``, or ``solar-size-impossible``: not above zero.
    """
    if not 0 < kwp < float("inf"):
        raise SolarError("solar-size-impossible", kwp=kwp)
    year = yearly_yield(facts, assumptions=assumptions, mount=mount)
    made = hourly_yield(
        facts, mount or usual_mount(facts, assumptions=assumptions), assumptions=assumptions
    )
    array = _Array(made=made * kwp, loads=_loads(load, assumptions.daytime_share))
    inputs = {
        "yield": year.scaled(1 / year.middle, unit="ratio"),
        "meets": assumptions.within_hour if load.measured else assumptions.coincidence,
    }
    if not load.measured:
        inputs["daytime"] = assumptions.daytime_share
    basis = MEASURED_BASIS if load.measured else SELF_USE_BASIS
    needed = _with_year(months_of(load.kwh))
    both = _spread(array.shared, inputs, most=needed, basis=basis)
    used, exported = both[: len(needed)], both[len(needed) :]
    issues = [*facts.issues, *_issues_of(load, rule)]
    return SelfUse(
        kwp=kwp,
        generated=tuple(
            year.scaled(float(month) / year.middle, unit=KWH_MONTH) for month in array.by_month
        ),
        used=used[:-1],
        exported=exported[:-1],
        used_year=used[-1],
        exported_year=exported[-1],
        export_value_pen_year=round_cent(
            Decimal(str(exported[-1].middle)) * rule.export_price_pen_kwh
        ),
        issues=tuple(issues),
    )


def _issues_of(load: HomeLoad, rule: GenerationRule) -> list[Issue]:
    issues = []
    if not load.measured:
        issues.append(Issue(code="load-shape-assumed", severity=Severity.NOTE))
    if rule.export_price_pen_kwh == 0:
        issues.append(
            Issue(
                code="export-worth-nothing",
                severity=Severity.NOTE,
                parameters={"checked_on": date.fromisoformat(rule.checked_on)},
            )
        )
    return issues


@dataclass(frozen=True, kw_only=True, eq=False)
class _Array:
    """An array over the load of a home."""

    made: Floats
    loads: Mapping[float, Floats]
    """Hours of the home by the part used by day that they stand for."""

    @cached_property
    def by_month(self) -> Floats:
        """What it makes in each month, shape (12,). [kWh/month]"""
        return months_of(self.made)

    def shared(self, value: Mapping[str, float]) -> Floats:
        """Return what is used at once and what is exported, shape (26,): months and year twice."""
        load = self.loads[value.get("daytime", MEASURED)]
        used = months_of(np.minimum(self.made * value["yield"], load)) * value["meets"]
        made = self.by_month * value["yield"]
        return np.concatenate([_with_year(used), _with_year(made - used)])


@lru_cache(maxsize=16)
def _loads(load: HomeLoad, daytime: Estimate) -> Mapping[float, Floats]:
    """Return the hours of a home for each end of the part used by day.

    The middle is what its uses say; a part that was typed is in the load already.
    """
    loads = {MEASURED: load.kwh, daytime.middle: load.kwh}
    for end in (daytime.low, daytime.high):
        if end not in loads:
            loads[end] = tilted(load, load.day_share * end / daytime.middle).kwh
    return loads


def as_stated(load: HomeLoad, assumptions: SolarAssumptions) -> HomeLoad:
    """Return the load with the part used by day that the household typed, if it did."""
    daytime = assumptions.daytime_share
    if load.measured or daytime.basis != STATED:
        return load
    return tilted(load, daytime.middle)


def _spread(
    function: Callable[[Mapping[str, float]], Floats],
    inputs: Mapping[str, Estimate],
    *,
    most: Floats,
    basis: str,
) -> tuple[Estimate, ...]:
    """Return the estimates of twelve months and a year, as ``ranges.propagated`` does for one.

    ``most`` is what the first of them cannot exceed.
    """
    middles = {name: estimate.middle for name, estimate in inputs.items()}
    middle = function(middles)
    below, above = np.zeros_like(middle), np.zeros_like(middle)
    for name, estimate in inputs.items():
        ends = [estimate.low, estimate.high]
        moves = [function({**middles, name: end}) - middle for end in ends]
        below += np.minimum(0.0, np.minimum(*moves)) ** 2
        above += np.maximum(0.0, np.maximum(*moves)) ** 2
    low, high = np.maximum(middle - np.sqrt(below), 0.0), middle + np.sqrt(above)
    high[: len(most)] = np.minimum(high[: len(most)], most)
    units = [*[KWH_MONTH] * (len(most) - 1), KWH_YEAR] * (len(middle) // len(most))
    return tuple(
        Estimate(
            low=float(min(a, b)), middle=float(b), high=float(max(b, c)), unit=unit, basis=basis
        )
        for a, b, c, unit in zip(low, middle, high, units, strict=True)
    )


def _with_year(months: Floats) -> Floats:
    return np.append(months, months.sum())


def _margins(facts: SolarFacts, assumptions: SolarAssumptions) -> tuple[float, float]:
    """Return how far the sun may lie below and above the recommended, as parts of it."""
    middle = sum(facts.ghi_kwh_m2_day)
    band = assumptions.yield_band.middle
    return (
        max(band, 1 - sum(facts.ghi_low_kwh_m2_day) / middle),
        max(band, sum(facts.ghi_high_kwh_m2_day) / middle - 1),
    )
