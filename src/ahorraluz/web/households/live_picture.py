"""The power of a home over a day as a drawing, in attributes only: no inline style is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.services.live.showing import Slice

WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 22, 26
"""Margins of the plot inside the drawing."""
DAY_S = 86_400
HOURS = (0, 6, 12, 18, 24)
LEAST_W = 100.0
STEPS = (1, 2, 5, 10)
MOST_TICKS = 4
GAP_S = 900
"""Slices further apart than this are not joined. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicture:
    """A day's power."""

    path: str
    area: str
    now_x: float | None
    """Where the power of this moment stands; ``None``: it is not known."""
    now_y: float
    x_ticks: tuple[tuple[float, int], ...]
    """Places and hours."""
    y_ticks: tuple[tuple[float, int], ...]
    """Places and watts."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw_day(
    slices: Sequence[Slice], *, midnight_s: int, now_s: int, power_w: int | None
) -> DayPicture:
    """Return the drawing of a day as far as it has come.

    Parameters
    ----------
    slices
        Quarter hours by rising time.
    midnight_s, now_s
        When the day began, and the moment. [s since 1970 UTC]
    power_w
        Power of the moment; ``None``: not known. [W]
    """
    told = [one for one in slices if one.measured_ms]
    most = max([LEAST_W, float(power_w or 0), *(one.mean_w for one in told)]) * 1.08

    def x(at_s: float) -> float:
        part = min(max((at_s - midnight_s) / DAY_S, 0.0), 1.0)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def y(watts: float) -> float:
        return round(HEIGHT - BOTTOM - watts / most * (HEIGHT - TOP - BOTTOM), 1)

    floor = HEIGHT - BOTTOM
    lines, areas = [], []
    for run in _runs(told):
        # A mean holds over its whole quarter hour: steps, not slopes.
        points = [f"{x(t)} {y(one.mean_w)}" for one in run for t in (one.start_s, one.end_s)]
        lines.append("M" + "L".join(points))
        areas.append(f"M{x(run[0].start_s)} {floor}L{'L'.join(points)}L{x(run[-1].end_s)} {floor}Z")
    return DayPicture(
        path="".join(lines),
        area="".join(areas),
        now_x=None if power_w is None else x(now_s),
        now_y=y(power_w or 0),
        x_ticks=tuple((x(midnight_s + hour * 3_600), hour) for hour in HOURS),
        y_ticks=tuple((y(watts), watts) for watts in _ticks(most)),
    )


def _runs(slices: Sequence[Slice]) -> list[list[Slice]]:
    runs: list[list[Slice]] = []
    for one in slices:
        if runs and one.start_s - runs[-1][-1].end_s < GAP_S:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _ticks(most: float) -> list[int]:
    power = 1
    while True:
        for factor in STEPS:
            if most / (power * factor) <= MOST_TICKS:
                step = power * factor
                return [step * place for place in range(int(most / step) + 1)]
        power *= 10
