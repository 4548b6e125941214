"""A month as a fan: what was used so far, where it will probably end, and the cliff.

Geometry only, in whole units of about one pixel on a small phone; ``pictures.html``
draws it with attributes only, so no inline style is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ahorraluz.web.usage_pictures import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Tick, axis_of

HEIGHT = 220
PLOT = WIDTH - LEFT - RIGHT - 26
"""Room for the days; the rest is for the words at the end of the fan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FanPicture:
    """A month as a line and the fan that continues it."""

    path: str
    """Energy so far, as the ``d`` of an SVG path."""
    fan: str
    """From now to the 80 % band at the end, as the ``d`` of a closed path."""
    middle: str
    """From now to the expected end."""
    end_x: float
    low_y: float
    mean_y: float
    high_y: float
    limit_y: float | None
    limit_kwh: float | None
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = LEFT + PLOT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw_fan(
    used_kwh: Sequence[float],
    days: int,
    *,
    start: date,
    ends_kwh: tuple[float, float, float],
    limit_kwh: float | None,
    lost_days: int = 0,
) -> FanPicture:
    """Return the picture of a month.

    Parameters
    ----------
    used_kwh
        Energy from the first day to the end of each day so far, rising. [kWh]
    days
        Days of the whole month. [day]
    start
        Its first day.
    ends_kwh
        Low, expected and high energy of the whole month. [kWh]
    limit_kwh
        Energy above which the whole month costs more, where one is near. [kWh]
    lost_days
        Days so far that nobody measured: the fan begins as far above the line as they are
        expected to have taken. [day]
    """
    low, mean, high = ends_kwh
    most = max(high, *used_kwh, 1.0)
    # A limit far above the month would flatten what it is to be compared with.
    limit = limit_kwh if limit_kwh is not None and limit_kwh <= 2 * most else None
    ticks, top = axis_of(max(most, limit or 0.0))

    def x(day: float) -> float:
        return round(LEFT + day / days * PLOT, 1)

    def y(kwh: float) -> float:
        return round(HEIGHT - BOTTOM - kwh / top * (HEIGHT - TOP - BOTTOM), 1)

    points = [(0.0, 0.0), *((place + 1.0, kwh) for place, kwh in enumerate(used_kwh))]
    drawn = [f"{x(day)} {y(kwh)}" for day, kwh in points]
    today, used = points[-1]
    untold = days - today + lost_days
    now = [used + (to - used) * (lost_days / untold if untold else 0.0) for to in ends_kwh]
    low_now, mean_now, high_now = (f"{x(today)} {y(kwh)}" for kwh in now)
    end = x(days)
    return FanPicture(
        path="M" + "L".join(drawn),
        fan=f"M{low_now}L{high_now}L{end} {y(high)}L{end} {y(low)}Z",
        middle=f"M{mean_now}L{end} {y(mean)}",
        end_x=end,
        low_y=y(low),
        mean_y=y(mean),
        high_y=y(high),
        limit_y=None if limit is None else y(limit),
        limit_kwh=limit,
        x_ticks=tuple(
            Tick(at=x(place), label=str(start.day + place))
            for place in range(0, days, 7)
            if start.day + place <= days
        ),
        y_ticks=tuple(Tick(at=y(value), label=label) for value, label in ticks),
    )
