"""Whether this process can do its work, and how many people it does it for."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.privacy import law_figure
from ahorraluz.services.drift.kept import latest_check
from ahorraluz.services.duties import duties, outcome_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.telemetry import ALARM_KINDS

HOURS_DAY = 24
NOTHING_YET = "database-none"
DONE, FAILED = "done", "failed"
STATES = ("waiting", "running", "done", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStanding:
    """What the watch of models found last; of groups of ten homes at least."""

    checked_s: float
    """When it looked. [s since 1970 UTC]"""
    retrain: bool
    alarms: Mapping[str, int]
    """By kind, those without any as well."""
    scores: Mapping[tuple[str, str], float]
    """How unusual each series of each group is, in standard deviations."""
    over_naive: Mapping[tuple[str, str], float]
    """Error over that of repeating the week, by group and hours ahead."""
    coverage: Mapping[tuple[str, str], float]
    """Part of the hours within the 80 % band, by group and hours ahead. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much waits, how large the database is, and what the service did by itself."""

    jobs: Mapping[str, int]
    """By state, those without any as well."""
    database_bytes: int
    duties: Mapping[tuple[str, str], float]
    """When each was done last, by its name and ``done`` or ``failed``. [s since 1970 UTC]"""


def what_is_not_ready(*, tools: Toolbox, as_of: datetime) -> tuple[str, ...]:
    """Return the codes of what keeps this process from working; none: it is ready.

    A service that nobody has used yet has no database, and is ready to make one.
    """
    wrong = []
    for look in (
        lambda: tools.store.people.sessions.find("", at=as_of),
        lambda: tools.store.people.vault.find(""),
    ):
        try:
            look()
        except AhorraLuzError as error:
            if error.issue.code != NOTHING_YET:
                wrong.append(error.issue.code)
    return tuple(dict.fromkeys(wrong))


def standing(*, tools: Toolbox) -> Standing:
    """Return how things stand."""
    book = tools.store.standing
    return Standing(
        jobs={**dict.fromkeys(STATES, 0), **book.jobs()},
        database_bytes=book.size(),
        duties={
            (duty.name, FAILED if outcome.failure else DONE): duty.ended_at.timestamp()
            for duty in duties(tools=tools)
            if duty.ended_at is not None and (outcome := outcome_of(duty)) is not None
        },
    )


def model_standing(*, tools: Toolbox) -> ModelStanding | None:
    """Return what the watch of models found last; ``None``: it has not looked yet."""
    check = latest_check(tools=tools)
    if check is None:
        return None
    said: Mapping[str, Any] = check.content
    realised = {
        (one["group"], str(one["ahead"] * HOURS_DAY)): one for one in said.get("realised", ())
    }
    on = Counter(one["kind"] for one in said.get("alarms", ()) if one["until"] is None)
    return ModelStanding(
        checked_s=float(check.at_s),
        retrain=bool(said.get("retrain", False)),
        alarms={kind: on[kind] for kind in ALARM_KINDS},
        scores={
            (one["series"], one["group"]): one["score"]
            for one in said.get("series", ())
            if one["score"] is not None
        },
        over_naive={
            at: one["over_naive"] for at, one in realised.items() if one["over_naive"] is not None
        },
        coverage={at: one["coverage"] for at, one in realised.items()},
    )


def accounts_by_role(*, tools: Toolbox) -> Mapping[str, int]:
    """Return how many accounts there are of each role."""
    return Counter(tools.store.people.accounts.roles())


def officer_threshold(as_of: date) -> int:
    """Return from how many people on the law asks for a data officer, whatever else holds."""
    return law_figure("officer-alone", as_of)
