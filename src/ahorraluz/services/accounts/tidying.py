"""What is past its time, deleted: sessions, links, waiting files, old fine readings, lapsed rights.

A worker does it once a day; ``ahorraluz accounts tidy`` does it at once. Nothing here is needed for
what has ended to count no more: sessions, links and consents end by themselves; this takes their
rows away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.comparing import compare_no_more
from ahorraluz.services.accounts.consents import Purpose, homes_that_agreed
from ahorraluz.services.accounts.once import KEPT
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.pending_files import tidy_files
from ahorraluz.services.portfolio.access import end_lapsed_access
from ahorraluz.services.toolbox import Toolbox

MONTHS_A_YEAR = 12
FIRST_DAY = 1
TOKENS_SEEN = timedelta(days=30)
"""How long a token that is over is still listed to who made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How much was past its time."""

    sessions: int
    """Sessions, links and tokens that were over."""
    blocks: int
    """Months of fine readings."""
    compared: int
    """Homes that were still described, though their owner agrees no more."""
    kept_since: datetime
    """Fine readings from here on stay."""


def tidy(*, tools: Toolbox, as_of: datetime) -> Tidied:
    """Delete what is past its time."""
    since = kept_since(tools, as_of)
    try:
        blocks = retain(tools=tools, as_of=as_of)
        sessions, compared = tidy_rows(tools=tools, as_of=as_of)
    except AhorraLuzError as error:
        if error.issue.code != "database-none":
            raise
        return Tidied(sessions=0, blocks=0, compared=0, kept_since=since)
    detail = f"sessions {sessions} blocks {blocks} compared {compared}"
    note("tidied", tools=tools, as_of=as_of, detail=detail)
    return Tidied(sessions=sessions, blocks=blocks, compared=compared, kept_since=since)


def retain(*, tools: Toolbox, as_of: datetime) -> int:
    """Leave monthly totals of fine readings past their time; return how many blocks went."""
    blocks = tools.store.drop_fine_readings(before=kept_since(tools, as_of))
    if blocks:
        tools.store.wipe()
    return blocks


def tidy_rows(*, tools: Toolbox, as_of: datetime) -> tuple[int, int]:
    """Delete waiting files, and rows that are over; return how many rows, and homes compared."""
    tidy_files(tools=tools, as_of=as_of)
    people = tools.store.people
    over = people.sessions.tidy(at=as_of) + people.resets.tidy(at=as_of)
    over += people.tokens.tidy(before=as_of - TOKENS_SEEN)
    people.once.tidy(before=as_of - KEPT)
    people.allowances.tidy(now_ms=int(as_of.timestamp() * 1_000))
    compared = _mend_comparing(tools=tools, as_of=as_of)
    end_lapsed_access(tools=tools, as_of=as_of)
    tools.store.wipe()
    return over, compared


def kept_since(tools: Toolbox, as_of: datetime) -> datetime:
    """Return since when fine readings stay."""
    return months_before(as_of, tools.settings.keep_readings_months)


def months_before(at: datetime, months: int) -> datetime:
    """Return the beginning of the month that many months before.

    Examples
    --------
    >>> from datetime import UTC
    >>> months_before(datetime(2026, 11, 26, 12, tzinfo=UTC), 25).isoformat()
    '2024-10-01T00:00:00+00:00'
    """
    count = at.year * MONTHS_A_YEAR + at.month - 1 - months
    year, month = divmod(count, MONTHS_A_YEAR)
    return at.replace(
        year=year, month=month + 1, day=FIRST_DAY, hour=0, minute=0, second=0, microsecond=0
    )


def _mend_comparing(*, tools: Toolbox, as_of: datetime) -> int:
    """Take away what homes are compared by whose owner agrees no more.

    A home of the command line belongs to no account: whoever runs it described it.
    """
    agreed = homes_that_agreed(Purpose.COMPARE, tools=tools, as_of=as_of)
    households = tools.store.people.households
    lapsed = [
        home
        for home in tools.store.descriptions()
        if home not in agreed and households.reached_by(home)
    ]
    for home in lapsed:
        compare_no_more(home, tools=tools)
    return len(lapsed)
