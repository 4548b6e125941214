"""What is published about how much homes use: counted limits and limits of the law."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.evidence import Indicator, load_indicators
from ahorraluz.core.tariffs.figures import (
    FISE_LIMIT_KWH,
    FOSE_FIRST_BLOCK_KWH,
    FOSE_LIMIT_KWH,
    NationalFigures,
)
from ahorraluz.core.usage.peers import PeerFacts, PublishedLimit

COUNTED = re.compile(r"up-to-(\d+)-kwh")
"""Item or group of an indicator that counts homes below a limit."""
EVERYBODY = "users-below"
"""Metric that counts every user below a limit."""
COUNTING_METRICS = (EVERYBODY, "households")
LAW = (FOSE_FIRST_BLOCK_KWH, FISE_LIMIT_KWH, FOSE_LIMIT_KWH)
"""National figures at which a home's price or voucher changes."""


def load_peers(national: NationalFigures, *, as_of: date) -> PeerFacts:
    """Return every published limit that homes can be compared with, by rising energy.

    Parameters
    ----------
    national
        National figures, the user's among them.
    as_of
        Day on which the limits of the law must hold.

    Raises
    ------
    NotInForceError
        ``figure-not-in-force``.
    """
    limits = [*_counted(), *_of_law(national, as_of)]
    return PeerFacts(limits=tuple(sorted(limits, key=lambda limit: limit.kwh_month)))


def _counted() -> Iterator[PublishedLimit]:
    for row in load_indicators():
        limit = _limit_of(row)
        if limit is not None:
            yield PublishedLimit(
                kwh_month=limit,
                homes=int(row.value),
                everybody=row.metric == EVERYBODY,
                about=row.item,
                period=row.period,
                source=row.source,
            )


def _limit_of(row: Indicator) -> Decimal | None:
    if row.metric not in COUNTING_METRICS:
        return None
    found = COUNTED.fullmatch(row.item) or COUNTED.fullmatch(row.group)
    return Decimal(found[1]) if found else None


def _of_law(national: NationalFigures, as_of: date) -> Iterator[PublishedLimit]:
    for name in LAW:
        entry = national.at(name, as_of)
        if entry.value is not None:
            yield PublishedLimit(
                kwh_month=entry.value, homes=None, about=name, period=None, source=entry.source
            )
