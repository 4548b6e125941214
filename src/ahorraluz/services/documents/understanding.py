"""The document of what the readings of a home say."""

from datetime import date

import numpy as np

from ahorraluz.core.advice.measured_months import MonthUse
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Parameter
from ahorraluz.core.usage.base_load import BaseLoad
from ahorraluz.core.usage.metered_uses import MeteredUses
from ahorraluz.core.usage.profile import UsageProfile
from ahorraluz.services.documents.parts import (
    Document,
    estimate_document,
    issue_documents,
    period_document,
    plain,
    supply_document,
)
from ahorraluz.services.documents.readings import (
    clean_document,
    finding_document,
    report_document,
)
from ahorraluz.services.documents.usage import usage_document
from ahorraluz.services.understand_usage import PricedFinding, Understanding
from ahorraluz.texts import Texts

USAGE_SCHEMA = "ahorraluz.usage.1"


def understanding_document(known: Understanding, texts: Texts) -> Document:
    """Return the understanding of a home; layout in ``docs/reference/schemas/usage.json``."""
    profile, cleaned = known.profile, known.found.cleaned
    zone = cleaned.readings.zone
    return {
        "schema": USAGE_SCHEMA,
        "name": known.name,
        "zone": zone,
        "readings": {
            **report_document(cleaned.report, texts, zone=zone),
            "clean": clean_document(cleaned.readings),
            "issues": [
                finding_document(found, texts, zone=zone) for found in cleaned.report.findings
            ],
        },
        "supply": supply_document(known.connection.supply) if known.connection else None,
        "months": [_month(month) for month in known.months],
        "year_to_come": [
            {**period_document(term.period), "kwh": plain(kwh)}
            for term, kwh in zip(known.terms, known.kwh_by_month, strict=False)
        ],
        **_profile(profile, texts),
        "account": usage_document(known.account, None, texts) if known.account else None,
        "enough": {
            "days": round(known.enough.days, 1),
            "for": [question.value for question in known.enough.questions],
            "not_for": issue_documents(known.enough.issues, texts),
        },
        "findings": [_finding(priced, texts) for priced in known.findings],
        "issues": issue_documents(known.issues, texts),
    }


def _month(month: MonthUse) -> Document:
    return {
        **period_document(month.period),
        "kwh": round(month.kwh, 3),
        "known": round(month.known, 4),
    }


def _profile(profile: UsageProfile, texts: Texts) -> Document:
    peaks = profile.peaks
    return {
        "base_load": profile.base and _base_load(profile.base, texts),
        "peak": peaks
        and {
            "highest_kw": round(peaks.highest_kw, 3),
            "highest_at": peaks.highest_at.isoformat(),
            "usual_kw": round(peaks.usual_kw, 3),
            "usual_hour": peaks.usual_hour,
            "load_factor": round(peaks.load_factor, 4),
        },
        "peak_hours_share": profile.peak_share and round(profile.peak_share.share, 4),
        "day_types": [
            {
                "share": round(kind.share, 4),
                "kwh": round(kind.energy_kwh, 3),
                "weekdays": list(kind.weekdays),
                "curve_kw": _curve(kind.curve_kw),
            }
            for kind in (profile.types.types if profile.types and profile.types.are_real else ())
        ],
        "shapes": profile.shapes
        and {
            "all_days_kw": _curve(profile.shapes.all_days.mean_kw),
            "weekday_kw": _curve(profile.shapes.weekday.mean_kw),
            "weekend_kw": _curve(profile.shapes.weekend.mean_kw),
            "night_share": round(profile.shapes.night_share, 4),
        },
        "steps": [
            {
                "kind": step.kind.value,
                "since": step.since.isoformat(),
                "until": None if step.until is None else step.until.isoformat(),
                "base": estimate_document(step.base_w, texts),
                "mean": estimate_document(step.mean_w, texts),
                "hours": [step.first_hour, step.last_hour],
                "energy": estimate_document(step.energy, texts),
                "confidence": round(step.confidence, 3),
            }
            for step in profile.steps
        ],
        "temperature": _weather(profile, texts),
        "metered_uses": _uses(profile.uses, texts) if profile.uses else None,
    }


def _base_load(base: BaseLoad, texts: Texts) -> Document:
    return {
        "power": estimate_document(base.power_w, texts),
        "energy_month": estimate_document(base.energy_month, texts),
        "energy_year": estimate_document(base.energy_year, texts),
        "share": round(base.share, 4),
        "by_month": [
            {"month": month.month.isoformat(), "power_w": round(month.power_w, 1)}
            for month in base.by_month
        ],
    }


def _curve(power_kw: np.ndarray) -> list[float | None]:
    return [None if np.isnan(kw) else round(float(kw), 4) for kw in power_kw]


def _weather(profile: UsageProfile, texts: Texts) -> Document | None:
    weather = profile.weather
    if weather is None:
        return None
    sides = {"heating": weather.heating, "cooling": weather.cooling}
    return {
        "source": weather.source.value,
        "explained": round(weather.explained, 4),
        "days": weather.days,
        **{
            name: slope
            and {
                "balance_c": round(slope.balance_c, 1),
                "kwh_c_day": estimate_document(slope.kwh_c_day, texts, places=3),
                "energy": estimate_document(slope.energy, texts),
                "share": estimate_document(slope.share, texts, places=3),
                "confidence": round(slope.confidence, 3),
            }
            for name, slope in sides.items()
        },
    }


def _uses(uses: MeteredUses, texts: Texts) -> Document:
    return {
        "total_kwh_month": round(uses.total_kwh_month, 3),
        "interval_seconds": uses.interval_s,
        "resolves_events": uses.resolves_events,
        "uses": [
            {
                "id": use.id.value,
                "name": texts.text(f"metered-use.{use.id.value}"),
                "share": round(use.share, 4),
                "energy": estimate_document(use.estimate, texts),
            }
            for use in uses.uses
        ],
    }


def _finding(priced: PricedFinding, texts: Texts) -> Document:
    finding = priced.finding
    return {
        "id": finding.id,
        "weight": finding.weight.value,
        "title": texts.text(f"finding.{finding.id}.title", **finding.numbers),
        "text": texts.text(f"finding.{finding.id}", **finding.numbers),
        "numbers": {name: _number(value) for name, value in finding.numbers.items()},
        "energy": _estimate(finding.energy, texts),
        "cost": _estimate(priced.cost, texts, places=2),
        "confidence": finding.confidence,
        "since": None if finding.since is None else finding.since.isoformat(),
        "until": None if finding.until is None else finding.until.isoformat(),
    }


def _estimate(estimate: Estimate | None, texts: Texts, *, places: int = 1) -> Document | None:
    return None if estimate is None else estimate_document(estimate, texts, places=places)


def _number(value: Parameter) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float | str | None) else str(value)
