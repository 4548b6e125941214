"""Whether the facts on file are sound, and which are due to be read again."""

from dataclasses import dataclass
from datetime import date

from ahorraluz.catalog.check import MAX_AGE_DAYS, OldSource, check_data, old_sources
from ahorraluz.core.issues import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReport:
    """What a check of the shipped tables found."""

    issues: tuple[Issue, ...]
    """What is wrong; empty: every table loads and every document is used."""
    old: tuple[OldSource, ...]
    """Documents consulted longer ago than ``max_age_days``, oldest first."""
    max_age_days: int


def report_on_data(as_of: date, *, max_age_days: int = MAX_AGE_DAYS) -> DataReport:
    """Return what is wrong with the tables on file, and what is old on ``as_of``."""
    return DataReport(
        issues=check_data(),
        old=old_sources(as_of, max_age_days=max_age_days),
        max_age_days=max_age_days,
    )
