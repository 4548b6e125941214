"""Whether a series is long, fine and complete enough, and for which question."""

from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.schema import DAY_S, MAX_FIXED_S, Quality, Readings, Step

MIN_COVERAGE = 0.7
"""Part of the time that must be known: with less, what is missing may be the answer."""
QUARTER_S = 900
"""Intervals up to which single uses of large appliances stand out. [s]"""


class Question(StrEnum):
    """What people ask of a series."""

    BASE_LOAD = "base-load"
    DAY_TYPES = "day-types"
    SEASONS = "seasons"
    STEP_CHANGES = "step-changes"
    UNUSUAL_DAYS = "unusual-days"
    WEATHER = "weather"
    APPLIANCES = "appliances"
    LARGE_APPLIANCES = "large-appliances"
    PEAK_SHARE = "peak-share"
    YEAR_BILL = "year-bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sufficiency:
    """Which questions a series can answer, and why not the others."""

    questions: tuple[Question, ...]
    issues: tuple[Issue, ...]
    """One for each question that it cannot answer, with days, minutes and coverage."""
    days: float
    """Time with a value. [day]"""

    def can(self, question: Question) -> bool:
        """Tell whether the series can answer a question."""
        return question in self.questions


def answers(readings: Readings) -> Sufficiency:
    """Return which questions a series is long, fine and complete enough for."""
    asked = _Asked(readings)
    day, hour = DAY_S, MAX_FIXED_S
    issues = (
        asked.needs(Question.BASE_LOAD, "base-load-needs-more", days=7, interval_s=hour),
        asked.needs(Question.DAY_TYPES, "day-types-need-more", days=28, interval_s=hour),
        asked.needs(Question.SEASONS, "seasons-need-more", days=300, interval_s=None),
        asked.needs(Question.STEP_CHANGES, "step-changes-need-more", days=56, interval_s=day),
        asked.needs(Question.UNUSUAL_DAYS, "unusual-days-need-more", days=56, interval_s=day),
        asked.needs(Question.WEATHER, "weather-needs-more", days=300, interval_s=None),
        asked.needs(Question.APPLIANCES, "appliances-need-more", days=14, interval_s=QUARTER_S),
        asked.needs(
            Question.LARGE_APPLIANCES, "large-appliances-need-more", days=28, interval_s=hour
        ),
        asked.needs(Question.PEAK_SHARE, "peak-share-needs-more", days=7, interval_s=hour),
        asked.needs(Question.YEAR_BILL, "year-bill-needs-more", days=335, interval_s=None),
    )
    failed = [question for question, issue in zip(Question, issues, strict=True) if issue]
    return Sufficiency(
        questions=tuple(question for question in Question if question not in failed),
        issues=tuple(issue for issue in issues if issue is not None),
        days=asked.days,
    )


class _Asked:
    """A series with what its questions need to know, counted once."""

    def __init__(self, readings: Readings) -> None:
        known = readings.quality != Quality.MISSING
        span_s = readings.end_s - float(readings.starts_s[0])
        self.interval_s = readings.interval_s
        if readings.step is Step.DAY:
            self.interval_s = DAY_S
        self.coverage = float(known.mean())
        self.days = self.coverage * span_s / DAY_S

    def needs(
        self, question: Question, code: str, *, days: int, interval_s: int | None
    ) -> Issue | None:
        """Return the issue that says why a question cannot be answered, if so."""
        fine = interval_s is None or self.interval_s <= interval_s
        if fine and self.days >= days and self.coverage >= MIN_COVERAGE:
            return None
        return Issue(
            code=code,
            severity=Severity.NOTE,
            parameters={
                "asked": question.value,
                "days": int(self.days),
                "needed_days": days,
                "minutes": round(self.interval_s / 60),
                "needed_minutes": None if interval_s is None else interval_s // 60,
                "percent": round(100 * self.coverage),
                "needed_percent": round(100 * MIN_COVERAGE),
            },
        )
