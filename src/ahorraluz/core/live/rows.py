"""Arrivals as rows of a stream: what a log such as Kafka carries to whoever watches homes.

A row has a kind and plain columns; rules and totals are one line of JSON in the column ``body``.
"""

import json
from dataclasses import dataclass
from typing import Any

from ahorraluz.core.live.arrivals import Arrival, Sum, Tick, Totals
from ahorraluz.core.live.days import day_at, is_day
from ahorraluz.core.live.events import Event
from ahorraluz.core.live.readings import MAX_REGISTER_MWH, LiveError, LiveReading
from ahorraluz.core.live.rules import Rules, read_rules, write_rules

READING, TICK, RULES, TOTALS = KINDS = ("reading", "tick", "rules", "totals")
LONGEST_BODY = 100_000
"""No rules of a home, and no totals, are as long. [characters]"""
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One arrival as plain columns; those that its kind does not have are -1 or empty."""

    kind: str
    channel: int = -1
    at_ms: int = -1
    value: int = -1
    body: str = ""


def row_of(arrival: Arrival) -> Row:
    """Return an arrival as a row.

    Examples
    --------
    >>> row_of(Tick(1_780_000_000_000))
    Row(kind='tick', channel=-1, at_ms=1780000000000, value=-1, body='')
    """
    match arrival:
        case LiveReading():
            return Row(READING, arrival.channel, arrival.at_ms, arrival.value)
        case Tick():
            return Row(TICK, at_ms=arrival.at_ms)
        case Rules():
            return Row(RULES, body=write_rules(arrival))
        case Totals():
            return Row(TOTALS, body=write_totals(arrival))


def arrival_of(kind: str, channel: int, at_ms: int, value: int, body: str) -> Arrival:
    """Return what a row carries.

    Raises
    ------
    LiveError
        ``live-row-kind``, ``live-row-reading``, ``live-row-moment``, ``live-row-body``.
    """
    if kind == READING:
        if not is_day(at_ms):
            raise LiveError("live-row-moment", value=at_ms)
        if channel < 0 or not 0 <= value <= MAX_REGISTER_MWH:
            raise LiveError("live-row-reading", channel=channel, value=value)
        return LiveReading(channel, at_ms, value)
    if kind == TICK:
        if not is_day(at_ms):
            raise LiveError("live-row-moment", value=at_ms)
        return Tick(at_ms)
    if kind not in KINDS:
        raise LiveError("live-row-kind", value=kind[:SHOWN], allowed=list(KINDS))
    if len(body) > LONGEST_BODY:
        raise LiveError("live-row-body", kind=kind)
    try:
        return _rules(body) if kind == RULES else read_totals(body)
    except LiveError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, ArithmeticError) as error:
        raise LiveError("live-row-body", kind=kind) from error


def _rules(body: str) -> Rules:
    rules = read_rules(body)
    # A zone or bands that are none are found out here, not by the first reading.
    day_at(rules.clock.zone, 0)
    return rules


def write_totals(totals: Totals) -> str:
    """Return totals as one line of JSON."""
    plain = {
        "until_ms": totals.until_ms,
        "days": [[day, *_plain(one)] for day, one in totals.days],
        "months": [[start, *_plain(one)] for start, one in totals.months],
        "readings": [[one.channel, one.at_ms, one.value] for one in totals.readings],
    }
    return json.dumps(plain, separators=(",", ":"))


def read_totals(text: str) -> Totals:
    """Return the totals that :func:`write_totals` wrote.

    Raises
    ------
    LiveError
        ``live-row-body``: they are none.
    """
    plain: dict[str, Any] = json.loads(text)
    if type(plain["until_ms"]) is not int or not is_day(plain["until_ms"]):
        raise LiveError("live-row-body", kind=TOTALS)
    return Totals(
        until_ms=plain["until_ms"],
        days=tuple((_whole(day), _sum(*rest)) for day, *rest in plain["days"]),
        months=tuple((_whole(start), _sum(*rest)) for start, *rest in plain["months"]),
        readings=tuple(LiveReading(*map(_whole, one)) for one in plain["readings"]),
    )


def _plain(one: Sum) -> list[Any]:
    return [list(one.bands_uj), one.night_uj, one.night_ms, one.measured_ms]


def _sum(bands: list[int], night_uj: int, night_ms: int, measured_ms: int) -> Sum:
    return Sum(
        bands_uj=tuple(map(_whole, bands)),
        night_uj=_whole(night_uj),
        night_ms=_whole(night_ms),
        measured_ms=_whole(measured_ms),
    )


def _whole(number: object) -> int:
    if type(number) is not int:
        raise LiveError("live-row-body", kind=TOTALS)
    return number


def figures_text(event: Event) -> str:
    """Return the figures of an event as one line of JSON, by their names."""
    return json.dumps(dict(event.figures), separators=(",", ":"), sort_keys=True)
