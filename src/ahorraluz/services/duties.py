"""What the service does by itself every day: once, however many workers there are.

The table of duties is the truth. A worker looks at it now and then, and takes what is due; what it
has not ended within an hour, another one takes. All of it may be done twice without harm.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.tidying import retain, tidy_rows
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.drift.kept import watch_models
from ahorraluz.services.live.figures import fill_figures
from ahorraluz.services.publish_aggregates import publish_aggregates
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.duties import Duty

KeptDuty = Duty
"""What doors call it, which know no store."""
PERU_TIME = timezone(timedelta(hours=-5))
LEASE = timedelta(hours=1)
"""A duty that takes longer is taken from its worker."""
DONE, FAILED = "done", "failed"
UNKNOWN = "duty-failed"

log = logging.getLogger("ahorraluz.jobs")


def _tidy(tools: Toolbox, now: datetime) -> Mapping[str, int]:
    rows, compared = tidy_rows(tools=tools, as_of=now)
    note("tidied", tools=tools, as_of=now, detail=f"sessions {rows} compared {compared}")
    return {"rows": rows, "homes": compared}


def _retain(tools: Toolbox, now: datetime) -> Mapping[str, int]:
    blocks = retain(tools=tools, as_of=now)
    if blocks:
        note("tidied", tools=tools, as_of=now, detail=f"blocks {blocks}")
    return {"blocks": blocks}


def _publish(tools: Toolbox, now: datetime) -> Mapping[str, int]:
    published = publish_aggregates(tools=tools, as_of=now)
    return {"counted": published.counted, "places": published.places}


def _figures(tools: Toolbox, now: datetime) -> Mapping[str, int]:
    boards = tools.store.boards
    swept = boards.sweep()
    if not boards.are_made():
        # Nobody reads them.
        return {"homes": 0, "logins": swept}
    return {"homes": fill_figures(tools=tools, as_of=now).homes, "logins": swept}


def _watch(tools: Toolbox, now: datetime) -> Mapping[str, int]:
    night = watch_models(tools=tools, as_of=now)
    return {"homes": night.homes, "joined": night.joined, "alarms": night.alarms}


Work = Callable[[Toolbox, datetime], Mapping[str, int]]
WORK: Mapping[str, Work] = {
    "tidy": _tidy,
    "retention": _retain,
    "publish": _publish,
    "watch": _watch,
    "figures": _figures,
}
"""What each duty does, in the order they are done; returns numbers for its sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a duty."""

    failure: str
    """Code of its issue; empty: all went well."""
    numbers: Mapping[str, int]


def next_time(at: datetime, daily: time) -> datetime:
    """Return the next moment after ``at`` at which it is some time of the day in Peru.

    Examples
    --------
    >>> from datetime import UTC
    >>> next_time(datetime(2026, 11, 24, 15, tzinfo=UTC), time(3, 30)).isoformat()
    '2026-11-25T03:30:00-05:00'
    """
    local = at.astimezone(PERU_TIME)
    today = datetime.combine(local.date(), daily, tzinfo=PERU_TIME)
    return today if today > local else today + timedelta(days=1)


def do_due(
    *,
    worker: str,
    tools: Toolbox,
    clock: Callable[[], datetime],
    over: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Do what is due and nobody is at; return what was done.

    Parameters
    ----------
    worker
        Name of who does it.
    tools
        The store.
    clock
        The moment, asked anew for each duty.
    over
        Whether to end: asked before each duty, and what is left is due when somebody is here again.
    """
    book, done = tools.store.people.duties, []
    for name, work in WORK.items():
        if over():
            break
        now = clock()
        due = next_time(now, tools.settings.daily_time)
        try:
            if not book.take(name, worker=worker, at=now, until=now + LEASE, due=due):
                continue
            outcome = _outcome(work, tools, now)
            book.end(name, worker=worker, at=clock(), due=due, outcome=outcome)
        except AhorraLuzError as error:
            if error.issue.code == "database-none":
                return ()
            raise
        done.append(name)
    return tuple(done)


def set_due(*, tools: Toolbox, as_of: datetime, beyond: timedelta = timedelta(0)) -> None:
    """Let nothing be due later than the daily time says, which may have been changed.

    Parameters
    ----------
    tools
        The store.
    as_of
        The moment.
    beyond
        How much later is let pass. A day, while others are at work: their clocks may be a
        little ahead, and past the daily time already.
    """
    due = next_time(as_of, tools.settings.daily_time)
    for duty in tools.store.people.duties.everything():
        if duty.due_at > due + beyond:
            tools.store.people.duties.bring_forward(duty.name, due)


def duties(*, tools: Toolbox) -> tuple[Duty, ...]:
    """Return every duty that there is, with its last and its next time."""
    known = {duty.name: duty for duty in tools.store.people.duties.everything()}
    return tuple(known[name] for name in WORK if name in known)


def outcome_of(duty: Duty) -> Outcome | None:
    """Return what came of a duty the last time, ``None``: it was never done."""
    if not duty.outcome:
        return None
    said = json.loads(duty.outcome)
    return Outcome(failure=said.get(FAILED, ""), numbers=said.get(DONE, {}))


def _outcome(work: Work, tools: Toolbox, now: datetime) -> str:
    try:
        return json.dumps({DONE: dict(work(tools, now))})
    except AhorraLuzError as error:
        code = error.issue.code
    except Exception as error:  # noqa: BLE001 - a worker outlives whatever a duty does
        # Neither its message nor its trace: they may hold what somebody typed.
        log.error("a duty failed: %s", type(error).__name__)  # noqa: TRY400
        code = UNKNOWN
    return json.dumps({FAILED: code})
