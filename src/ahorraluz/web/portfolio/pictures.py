"""Bars of a spread as SVG: where each stands, how high it is, and its words."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.services.portfolio.cohort import Bar
from ahorraluz.texts import Texts

WIDTH, HEIGHT, BASE, TOP, LEFT = 320, 170, 140, 18, 8
GAP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """One bar."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    count: int
    low: str
    words: str
    """Its range, for the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPicture:
    """All bars of a spread; the table beside it says the same."""

    bars: tuple[DrawnBar, ...]
    last: str
    """Where the last bar ends."""
    right: float
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


def draw_bars(bars: Sequence[Bar], texts: Texts) -> BarPicture | None:
    """Return the picture of a spread; ``None``: there is nothing to draw."""
    if not bars:
        return None
    highest = max(bar.count for bar in bars)
    step = (WIDTH - 2 * LEFT) / len(bars)
    drawn = []
    for place, bar in enumerate(bars):
        height = round((BASE - TOP) * bar.count / highest, 1)
        left = LEFT + place * step
        low, high = texts.number(bar.low), texts.number(bar.high)
        drawn.append(
            DrawnBar(
                x=round(left + GAP / 2, 1),
                y=round(BASE - height, 1),
                width=round(step - GAP, 1),
                height=height,
                middle=round(left + step / 2, 1),
                count=bar.count,
                low=low,
                words=f"{low} – {high}",
            )
        )
    return BarPicture(bars=tuple(drawn), last=texts.number(bars[-1].high), right=WIDTH - LEFT)
