"""What events and cycling say about a home, as findings: only what the readings show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.cycling import Cycling
from ahorraluz.core.usage.event_kinds import EventKind, KindsOfEvents
from ahorraluz.core.usage.facts import ApplianceFacts, Physics
from ahorraluz.core.usage.findings import Finding, Weight
from ahorraluz.core.usage.metered_uses import EVENTS, MeteredUseId, MeteredUses
from ahorraluz.core.usage.ranges import Spread, estimate_of

MIN_EVENTS = 5
"""Sure events of a kind below which nothing is said of it."""
SURE = 0.7
"""Probability from which an event counts as sure. [0 to 1]"""
MIN_A_WEEK = 0.5
"""The same in events a week."""
PUMP_STARTS_DAY = 6.0
"""Starts a day from which a float, a valve or a pipe is worth a look: a home fills its
tank once or twice."""
HEAVY_DUTY = 0.65
"""Part of the time from which a compressor hardly rests."""
HEAVY_FACTOR = 1.5
"""Energy over the usual from which a refrigerator is heavy."""
UNKNOWN_SHARE = 0.1
"""Part of the total from which large unknown loads are worth asking for. [0 to 1]"""
_ENERGY_SD = 0.15
"""Relative error of the energy of a kind, besides not being sure of the kind."""
_TOGETHER = 0.5
"""Part of the doubt about a kind that all its events share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindSeen:
    """What all events of one kind have in common."""

    kind: EventKind
    count: int
    per_day: float
    minutes: float
    """Of the middle event. [min]"""
    power_w: float
    """Of the middle event. [W]"""
    energy: Estimate
    """[kWh/month]"""
    confidence: float
    """Mean probability of its events. [0 to 1]"""


def kind_seen(kinds: KindsOfEvents, kind: EventKind) -> KindSeen | None:
    """Return what the sure events of a kind have in common, ``None`` if they are too few."""
    surely = kinds.of(kind) >= SURE
    events, count = kinds.events, int(surely.sum())
    days = max(events.known_days, 1.0)
    if count < MIN_EVENTS or count / days * 7 < MIN_A_WEEK:
        return None
    chance = kinds.of(kind)
    mean = events.month_kwh(chance)
    doubt = events.month_kwh(np.minimum(chance, 1 - chance))
    sd = float(np.hypot(_ENERGY_SD * mean, _TOGETHER * doubt))
    return KindSeen(
        kind=kind,
        count=count,
        per_day=count / days,
        minutes=float(np.median(events.minutes[surely])),
        power_w=float(np.median(events.power_w[surely])),
        energy=estimate_of([Spread(mean=mean, sd=sd)], basis=EVENTS),
        confidence=float(chance[surely].mean()),
    )


def end_use_findings(
    metered: MeteredUses, *, appliances: Mapping[str, ApplianceFacts]
) -> tuple[Finding, ...]:
    """Return what the readings say about large loads and the refrigerator.

    ``electric-shower``, ``water-heater-tank``, ``iron``, ``pump-often``,
    ``large-unknown``, ``refrigerator``, ``refrigerator-heavy`` and
    ``refrigerator-works-more``, each only where the readings are fine enough to show it.

    Parameters
    ----------
    metered
        Uses from the readings.
    appliances
        Catalogue by id: what a refrigerator usually takes.
    """
    findings = []
    if metered.tells_uses:
        for name, kind, weight in _KINDS:
            seen = kind_seen(metered.kinds, kind)
            if seen is not None and (kind is not EventKind.PUMP or seen.per_day >= PUMP_STARTS_DAY):
                findings.append(_of_kind(name, seen, weight))
        findings += _unknown(metered)
    if metered.cycling is not None and metered.cycling.seen:
        findings += _refrigerator(metered.cycling, appliances)
    return tuple(findings)


_KINDS = (
    ("electric-shower", EventKind.ELECTRIC_SHOWER, Weight.ACT),
    ("water-heater-tank", EventKind.WATER_HEATER_TANK, Weight.ACT),
    ("iron", EventKind.IRON, Weight.KNOW),
    ("pump-often", EventKind.PUMP, Weight.ACT),
)


def _of_kind(name: str, seen: KindSeen, weight: Weight) -> Finding:
    return Finding(
        id=name,
        weight=weight,
        numbers={
            "per_day": round(seen.per_day, 1),
            "minutes": round(seen.minutes),
            "watts": round(seen.power_w, -2),
            "kwh": round(seen.energy.middle),
            "low": round(seen.energy.low),
            "high": round(seen.energy.high),
        },
        energy=seen.energy,
        confidence=seen.confidence,
    )


def _unknown(metered: MeteredUses) -> list[Finding]:
    use = metered.use(MeteredUseId.LARGE_UNKNOWN)
    if use is None or use.share < UNKNOWN_SHARE:
        return []
    events = metered.kinds.events
    surely = metered.kinds.surely(EventKind.UNKNOWN)
    if surely.sum() < MIN_EVENTS:
        return []
    numbers = {
        "kwh": round(use.estimate.middle),
        "percent": round(100 * use.share),
        "watts": round(float(np.median(events.power_w[surely])), -2),
    }
    return [Finding(id="large-unknown", weight=Weight.KNOW, numbers=numbers, energy=use.estimate)]


def _refrigerator(cycling: Cycling, appliances: Mapping[str, ApplianceFacts]) -> list[Finding]:
    duty, watts = cycling.duty or 0.0, cycling.power_w or 0.0
    usual = _usual_kwh(appliances)
    numbers = {
        "watts": round(watts),
        "percent": round(100 * duty),
        "minutes": round(cycling.period_min or 0.0),
        "kwh": round(cycling.energy.middle),
        "low": round(cycling.energy.low),
        "high": round(cycling.energy.high),
        "usual": None if usual is None else round(usual),
    }
    heavy = duty >= HEAVY_DUTY or (
        usual is not None and cycling.energy.middle >= HEAVY_FACTOR * usual
    )
    findings = [
        Finding(
            id="refrigerator-heavy" if heavy else "refrigerator",
            weight=Weight.ACT if heavy else Weight.KNOW,
            numbers=numbers,
            energy=cycling.energy,
        )
    ]
    before, after = cycling.duty_before, cycling.duty_after
    if before is not None and after is not None and after > before:
        extra = (after - before) * cycling.energy.middle / max(duty, 1e-6)
        findings.append(
            Finding(
                id="refrigerator-works-more",
                weight=Weight.ACT,
                numbers={
                    "before": round(100 * before),
                    "after": round(100 * after),
                    "kwh": round(extra),
                },
                since=cycling.changed_by,
            )
        )
    return findings


def _usual_kwh(appliances: Mapping[str, ApplianceFacts]) -> float | None:
    """Return what the middle appliance that refrigerates takes by default. [kWh/month]"""
    known = [
        one.default_kwh_month
        for one in appliances.values()
        if one.physics is Physics.COLD and one.default_kwh_month
    ]
    return float(np.quantile(known, 0.5, method="lower")) if known else None
