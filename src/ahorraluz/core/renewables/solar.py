"""Energy of a small array on a home's roof, and how much of it the home uses.

The yield of a year comes from the city's row where one was computed or measured,
else from its irradiation and a performance ratio; the months follow the
irradiation. Energy that leaves the home is worth what the generation rule in force
says, which is nothing while no regulation exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Home, Roof, Tenure
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.ranges import Inputs, propagated

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
KWH_MONTH = "kWh/month"
KWH_YEAR = "kWh/year"
YIELD_BASIS = "basis.solar-yield"
RATIO_BASIS = "basis.solar-performance-ratio"
SELF_USE_BASIS = "basis.daytime-assumed"


class SolarError(AhorraLuzError):
    """An array or a resource that cannot be."""


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


def yearly_yield(facts: SolarFacts, *, assumptions: SolarAssumptions) -> Estimate:
    """Return the yield of one kilowatt-peak in a year, in a range no narrower than is honest.

    Where sources agree more than arrays do, the range is widened to the band of
    ``assumptions.yield_band`` on both sides. [kWh/kWp/year]

    Raises
    ------
    SolarError
        ``solar-months``: irradiation that is not twelve months.
    """
    _check_months(facts.ghi_kwh_m2_day)
    found = facts.yield_kwh_kwp_year
    if found is None:
        ratio = assumptions.performance_ratio
        found = propagated(
            lambda value: value["ghi"] * value["ratio"],
            {"ghi": _yearly_ghi(facts), "ratio": ratio},
            unit="kWh/kWp/year",
            basis=RATIO_BASIS,
        )
    else:
        found = replace(found, unit="kWh/kWp/year", basis=YIELD_BASIS)
    half = assumptions.yield_band.middle * found.middle
    if found.high - found.low >= 2 * half:
        return found
    return replace(
        found, low=min(found.low, found.middle - half), high=max(found.high, found.middle + half)
    )


def monthly_yield(facts: SolarFacts, *, assumptions: SolarAssumptions) -> tuple[Estimate, ...]:
    """Return the yield of one kilowatt-peak by month, January to December.

    Middles add up to the middle of the year; raises like :func:`yearly_yield`.
    [kWh/kWp/month]
    """
    year = yearly_yield(facts, assumptions=assumptions)
    return tuple(
        year.scaled(share, unit="kWh/kWp/month") for share in _month_shares(facts.ghi_kwh_m2_day)
    )


def daytime_kwp(
    monthly_kwh: Sequence[float], facts: SolarFacts, *, assumptions: SolarAssumptions
) -> float:
    """Return the array whose mean month makes what the home uses by day. [kWp]

    A larger one mostly gives energy away.

    Raises
    ------
    SolarError
        ``solar-months``.
    """
    _check_months(monthly_kwh)
    daytime = sum(monthly_kwh) * assumptions.daytime_share.middle
    return daytime / yearly_yield(facts, assumptions=assumptions).middle


def use_of_array(
    monthly_kwh: Sequence[float],
    facts: SolarFacts,
    *,
    kwp: float,
    assumptions: SolarAssumptions,
    rule: GenerationRule,
) -> SelfUse:
    """Return what an array of ``kwp`` makes at a home and how much of it the home uses.

    Parameters
    ----------
    monthly_kwh
        Energy of the home, January to December. [kWh/month]
    facts
        Resource of the city.
    kwp
        Peak power of the array, above zero. [kWp]
    assumptions
        Daytime share and coincidence among them: no load shape of a Peruvian home
        is published, so both are ranges to edit.
    rule
        What exported energy is worth today.

    Returns
    -------
    SelfUse
        In each month used and exported middles add up to the generated middle; the
        home never uses more of the sun than it uses by day. Issue
        ``load-shape-assumed``, and ``export-worth-nothing`` where the rule pays nothing.

    Raises
    ------
    SolarError
        ``solar-months``, or ``solar-size-impossible``: not above zero.
    """
    _check_months(monthly_kwh)
    if not 0 < kwp < float("inf"):
        raise SolarError("solar-size-impossible", kwp=kwp)
    year = yearly_yield(facts, assumptions=assumptions)
    array = _Array(
        kwp=kwp,
        month_shares=_month_shares(facts.ghi_kwh_m2_day),
        monthly_kwh=tuple(monthly_kwh),
        inputs={
            "yield": year,
            "daytime": assumptions.daytime_share,
            "coincidence": assumptions.coincidence,
        },
    )
    every_month = range(len(MONTH_DAYS))
    exported_year = array.exported(every_month, unit=KWH_YEAR)
    issues = [Issue(code="load-shape-assumed", severity=Severity.NOTE)]
    if rule.export_price_pen_kwh == 0:
        issues.append(
            Issue(
                code="export-worth-nothing",
                severity=Severity.NOTE,
                parameters={"checked_on": date.fromisoformat(rule.checked_on)},
            )
        )
    return SelfUse(
        kwp=kwp,
        generated=tuple(year.scaled(share * kwp, unit=KWH_MONTH) for share in array.month_shares),
        used=tuple(array.used([month], unit=KWH_MONTH) for month in every_month),
        exported=tuple(array.exported([month], unit=KWH_MONTH) for month in every_month),
        used_year=array.used(every_month, unit=KWH_YEAR),
        exported_year=exported_year,
        export_value_pen_year=round_cent(
            Decimal(str(exported_year.middle)) * rule.export_price_pen_kwh
        ),
        issues=tuple(issues),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Array:
    """An array over the load of a home."""

    kwp: float
    month_shares: tuple[float, ...]
    monthly_kwh: tuple[float, ...]
    inputs: Mapping[str, Estimate]

    def used(self, months: Sequence[int], *, unit: str) -> Estimate:
        """Return what the home uses at once in ``months`` together."""
        return propagated(
            lambda value: sum(self._used_in(value, month) for month in months),
            self.inputs,
            unit=unit,
            basis=SELF_USE_BASIS,
        )

    def exported(self, months: Sequence[int], *, unit: str) -> Estimate:
        """Return what leaves the home in ``months`` together."""
        return propagated(
            lambda value: sum(
                self._made_in(value, month) - self._used_in(value, month) for month in months
            ),
            self.inputs,
            unit=unit,
            basis=SELF_USE_BASIS,
        )

    def _made_in(self, value: Inputs, month: int) -> float:
        return value["yield"] * self.month_shares[month] * self.kwp

    def _used_in(self, value: Inputs, month: int) -> float:
        by_day = value["daytime"] * self.monthly_kwh[month]
        return value["coincidence"] * min(self._made_in(value, month), by_day)


def _yearly_ghi(facts: SolarFacts) -> Estimate:
    """Return the irradiation of a year, from its lowest source to its highest. [kWh/m2/year]"""

    def over_year(by_day: Sequence[float]) -> float:
        _check_months(by_day)
        return sum(value * days for value, days in zip(by_day, MONTH_DAYS, strict=True))

    middle = over_year(facts.ghi_kwh_m2_day)
    return Estimate(
        low=min(over_year(facts.ghi_low_kwh_m2_day), middle),
        middle=middle,
        high=max(over_year(facts.ghi_high_kwh_m2_day), middle),
        unit="kWh/m2/year",
        basis=RATIO_BASIS,
    )


def _month_shares(by_day: Sequence[float]) -> tuple[float, ...]:
    """Return the part of the year's irradiation that falls in each month."""
    monthly = [value * days for value, days in zip(by_day, MONTH_DAYS, strict=True)]
    year = sum(monthly)
    return tuple(value / year for value in monthly)


def _check_months(values: Sequence[float]) -> None:
    if len(values) != len(MONTH_DAYS) or min(values) < 0 or sum(values) <= 0:
        raise SolarError("solar-months", count=len(values))
