"""What arrives at a watch: readings, the time, rules, and totals from the store."""

from dataclasses import dataclass

from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Rules


@dataclass(frozen=True, slots=True)
class Tick:
    """The time, as the one clock that all devices are held against tells it."""

    at_ms: int
    """[ms since 1970 UTC]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Energy of some stretch of time."""

    bands_uj: tuple[int, ...]
    """By band of the rules. [µJ]"""
    night_uj: int = 0
    night_ms: int = 0
    """Measured part of the night, of all energy channels together. [ms]"""
    measured_ms: int = 0
    """Measured part of it, of all energy channels together. [ms]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums as the store has them, where the state cannot tell them any more.

    Sums count what was used before ``until_ms``, the newest power held on until then;
    ``readings`` are those at and after it, and the last one of each channel before it.
    """

    until_ms: int
    days: tuple[tuple[int, Sum], ...]
    """By number of the local day, rising; as many as are known, at most sixteen count."""
    months: tuple[tuple[int, Sum], ...]
    """By number of the first day of the month."""
    readings: tuple[LiveReading, ...] = ()


Arrival = LiveReading | Tick | Rules | Totals
