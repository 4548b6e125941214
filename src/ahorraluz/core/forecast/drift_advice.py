"""Whether a model should be made anew, and why: what is wrong with meters is mended first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ahorraluz.core.forecast.drift import ALL, Alarm

LASTING_DAYS = 7
"""Days that errors must have been too high: a cold week passes. [day]"""
FAR = 0.25
"""Stability index from which homes are other homes than those that were learnt from."""

ERRORS, COVERAGE, INPUTS, FAULTS, NOTHING = "errors", "coverage", "inputs", "faults", "nothing"
"""Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """Whether to make the model anew."""

    retrain: bool
    why: tuple[str, ...]
    """``errors``, ``coverage``: it is worse than it was. ``inputs``: homes have changed, errors
    have not. ``faults``: meters are at fault, which no model mends. ``nothing``: all is well."""


def advise(alarms: Sequence[Alarm], *, as_of: date) -> Advice:
    """Return whether to make a model anew.

    Parameters
    ----------
    alarms
        Those that are on.
    as_of
        The day.
    """
    lasting = [alarm for alarm in alarms if as_of - alarm.since >= timedelta(days=LASTING_DAYS - 1)]
    worse = [alarm for alarm in lasting if alarm.kind == "error" and _is_worse(alarm)]
    faults = [alarm for alarm in alarms if alarm.kind == "fault"]
    why = []
    if any(not alarm.series.startswith("coverage") for alarm in worse):
        why.append(ERRORS)
    if any(alarm.series.startswith("coverage") for alarm in worse):
        why.append(COVERAGE)
    if any(alarm.kind == "input" for alarm in alarms):
        why.append(INPUTS)
    if faults:
        why.append(FAULTS)
    # Of homes whose meters are at fault nothing should be learnt; those of one group do not
    # keep the others from it.
    spoilt = any(alarm.group == ALL for alarm in faults)
    return Advice(retrain=bool(worse) and not spoilt, why=tuple(why) or (NOTHING,))


def _is_worse(alarm: Alarm) -> bool:
    """Tell whether errors went up; a band that holds more than it must is none of them."""
    return alarm.direction < 0 if alarm.series.startswith("coverage") else alarm.direction > 0
