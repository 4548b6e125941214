"""What may be said of a step: it saved, more was used, or it cannot be told yet."""

from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.core.verification.avoided import Avoided


class Verdict(StrEnum):
    """What the range of a saving says."""

    SAVED = "saved"
    """Even its low end is a saving."""
    MORE = "more"
    """Even its high end is no saving: more was used than expected."""
    CANNOT_TELL = "cannot-tell"
    """Zero lies inside: it may as well be chance."""


class Kept(StrEnum):
    """How a promise stands against what was measured."""

    KEPT = "kept"
    """The range reaches what was promised."""
    LESS = "less"
    """Even the high end is below what was promised."""
    BEATEN = "beaten"
    """Even the low end is above what was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict with the smallest saving that these readings would tell."""

    verdict: Verdict
    detectable_share: float
    """Smallest saving told four times in five. [0 to 1]"""
    detectable_kwh_month: float
    """The same as energy. [kWh/month]"""


def judge(found: Avoided) -> Judgement:
    """Return what may be said.

    Examples
    --------
    >>> from ahorraluz.core.verification.avoided import avoided
    >>> from ahorraluz.core.verification.doubt import ErrorRange
    >>> error = ErrorRange(low=-0.2, high=0.2, scale=0.12, detectable=0.26)
    >>> judge(avoided(100.0, 90.0, days=30, error=error, basis="-")).verdict.value
    'cannot-tell'
    """
    share = found.share
    verdict = Verdict.CANNOT_TELL
    if share.low > 0:
        verdict = Verdict.SAVED
    elif share.high < 0:
        verdict = Verdict.MORE
    month = found.expected_kwh / found.days * DAYS_MONTH if found.days else 0.0
    detectable = found.error.detectable
    return Judgement(
        verdict=verdict,
        detectable_share=detectable,
        detectable_kwh_month=detectable * month,
    )


def against_promise(measured: Estimate, promised: float) -> Kept:
    """Return how a promise stands: both in the same unit and over the same time."""
    if measured.high < promised:
        return Kept.LESS
    return Kept.BEATEN if measured.low > promised else Kept.KEPT
