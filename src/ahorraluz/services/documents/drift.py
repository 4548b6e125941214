"""What the watch of models found, as documents: of groups of ten homes at least."""

from collections.abc import Mapping

import numpy as np

from ahorraluz.core.forecast.drift import ALL, Alarm, Course
from ahorraluz.core.forecast.drift_advice import Advice
from ahorraluz.services.drift.checking import Checked, Realised
from ahorraluz.services.drift.drill import Drill
from ahorraluz.texts import Texts

COURSE_DAYS = 60
"""Newest days of a course that are shown. [day]"""


def check_document(checked: Checked, texts: Texts) -> dict[str, object]:
    """Return what a check found."""
    issues = [
        {
            "code": issue.code,
            "severity": issue.severity.value,
            "text": texts.issue(issue),
        }
        for issue in checked.issues
    ]
    return {**check_content(checked, versions={}), "issues": issues}


def check_content(checked: Checked, *, versions: Mapping[str, str]) -> dict[str, object]:
    """Return what a check found without any words.

    Parameters
    ----------
    checked
        What was found.
    versions
        First day that each version of a model was served for.
    """
    return {
        "day": checked.day.isoformat(),
        "homes": checked.homes,
        "model": checked.model,
        "reference": {
            "model": checked.reference.model,
            "made_of": checked.reference.made_of,
            "homes": checked.reference.homes,
            "days": checked.reference.days,
        },
        **advice_document(checked.advice),
        "alarms": [_alarm(alarm) for alarm in checked.watch.alarms],
        "series": [_course(course) for course in checked.watch.courses],
        "distances": {name: round(far, 3) for name, far in checked.watch.distances.items()},
        "realised": [_realised(one) for one in checked.realised],
        "versions": dict(versions),
    }


def advice_document(advice: Advice) -> dict[str, object]:
    """Return whether to train anew, and why."""
    return {"retrain": advice.retrain, "why": list(advice.why)}


def drill_document(found: Drill) -> dict[str, object]:
    """Return the table of a drill."""
    return {
        "homes": found.homes,
        "model": found.model,
        "quiet_years": round(found.quiet_years, 2),
        "false_alarms": found.false_alarms,
        "false_days": found.false_days,
        "tests_day": found.tests_day,
        "drifts": [
            {
                "kind": one.kind,
                "name": one.name,
                "size": one.size,
                "part": one.part,
                "ramp_days": one.ramp_days,
                "found_after_days": one.days,
                "by": list(one.by),
                "followed_days": one.followed,
            }
            for one in found.found
        ],
    }


def _alarm(alarm: Alarm) -> dict[str, object]:
    return {
        "series": alarm.series,
        "kind": alarm.kind,
        "group": alarm.group,
        "since": alarm.since.isoformat(),
        "found": alarm.found.isoformat(),
        "until": None if alarm.until is None else alarm.until.isoformat(),
        "value": round(alarm.value, 4),
        "direction": alarm.direction,
        "score": round(alarm.score, 2),
        "homes": alarm.homes,
    }


def _course(course: Course) -> dict[str, object]:
    """Return a series; day by day of all homes together, of groups the newest day."""
    days = COURSE_DAYS if course.group == ALL else 1
    return {
        "series": course.series.key,
        "group": course.group,
        "homes": int(course.homes[-1]),
        "value": _number(course.value[-1], 4),
        "score": _number(course.score[-1], 2),
        "on": bool(course.on[-1]),
        "scores": [_number(score, 2) for score in course.score[-days:]],
    }


def _realised(one: Realised) -> dict[str, object]:
    return {
        "group": one.group,
        "ahead": one.ahead,
        "homes": one.homes,
        "nmae": round(one.nmae, 4),
        "over_naive": None if one.over_naive is None else round(one.over_naive, 4),
        "over_usual": round(one.over_usual, 4),
        "coverage": round(one.coverage, 4),
    }


def _number(value: float, places: int) -> float | None:
    return None if np.isnan(value) else round(float(value), places)
