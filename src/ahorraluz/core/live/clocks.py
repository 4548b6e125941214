"""Clocks of devices that are wrong: found by what arrives, and set right from then on.

A reading can come late, but never from the future: a clock is ahead as soon as one does. Behind it
is only when readings keep coming as fast as they are made, each as late as the others: what was
held back while a line was down comes faster than it was made.
"""

from dataclasses import dataclass, replace

MINUTE_MS = 60_000
AHEAD_MS = 2 * MINUTE_MS
"""How far a clock may be ahead without being wrong: lines and clocks are never exact. [ms]"""
BEHIND_MS = 10 * MINUTE_MS
"""How late readings must keep coming for their clock to be called wrong. [ms]"""
ZONE_MS = 15 * MINUTE_MS
"""Zones differ by whole quarter hours: a clock off by about that has the wrong zone. [ms]"""
LEAST_READINGS = 20
LEAST_SPAN_MS = 10 * MINUTE_MS
"""How much is looked at before a clock is called behind."""
PACE = 0.2
"""How much faster or slower than time the readings of a device may come. [1]"""
FIRST_MS = 1_577_836_800_000
"""A clock before 2020 was never set. [ms since 1970 UTC]"""


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of the clock of a device."""

    ahead_ms: int = 0
    """By how much it is ahead; negative: behind. [ms]"""
    count: int = 0
    """Late readings in a row."""
    first_at_ms: int = 0
    first_arrived_ms: int = 0
    least_late_ms: int = 0

    def right(self, at_ms: int, arrived_ms: int) -> "tuple[Clock, int]":
        """Return the clock after one more reading, and when the reading was made.

        Parameters
        ----------
        at_ms
            What the device says. [ms since 1970 UTC]
        arrived_ms
            When it arrived. [ms since 1970 UTC]

        Examples
        --------
        >>> noon = 1_764_244_800_000
        >>> clock, at_ms = Clock().right(noon + 5 * 3_600_000, noon + 1_000)
        >>> clock.ahead_ms // 3_600_000, at_ms == noon
        (5, True)
        """
        if at_ms < FIRST_MS:
            return self, arrived_ms
        late_ms = arrived_ms - (at_ms - self.ahead_ms)
        if late_ms < -AHEAD_MS:
            ahead = _likely(at_ms - arrived_ms)
            return Clock(ahead_ms=ahead), at_ms - ahead
        if late_ms <= BEHIND_MS:
            fresh = self if self.count == 0 else Clock(ahead_ms=self.ahead_ms)
            return fresh, at_ms - self.ahead_ms
        watched = self._late(at_ms, arrived_ms, late_ms)
        return watched, at_ms - watched.ahead_ms

    def _late(self, at_ms: int, arrived_ms: int, late_ms: int) -> "Clock":
        """Count a late reading, and call the clock behind once they keep pace with time."""
        if self.count == 0:
            return Clock(self.ahead_ms, 1, at_ms, arrived_ms, late_ms)
        passed, made = arrived_ms - self.first_arrived_ms, at_ms - self.first_at_ms
        least = min(self.least_late_ms, late_ms)
        if passed < LEAST_SPAN_MS or self.count + 1 < LEAST_READINGS:
            return replace(self, count=self.count + 1, least_late_ms=least)
        if abs(made - passed) <= PACE * passed:
            return Clock(ahead_ms=self.ahead_ms - _likely(least))
        return Clock(self.ahead_ms, 1, at_ms, arrived_ms, late_ms)


def _likely(off_ms: int) -> int:
    """Return by how much a clock is off: by a zone, if it is about one."""
    zones = round(off_ms / ZONE_MS)
    return zones * ZONE_MS if zones and abs(off_ms - zones * ZONE_MS) <= AHEAD_MS else off_ms
