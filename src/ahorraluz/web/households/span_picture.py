"""The picture of a day, week, month or year: one bar for each hour, day or month."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.services.households.spans import Span, SpanUse
from ahorraluz.texts import Texts
from ahorraluz.web.usage_pictures import BOTTOM, LEFT, PLOT, RIGHT, TOP, WIDTH, Tick, axis_of

HEIGHT = 220
SHARE = 0.8
"""Of its place that a bar fills."""
UNKNOWN_HEIGHT = 4
MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanBar:
    """One bar, and its row of the table."""

    name: str
    label: str
    """Under the bar; empty where there is no room."""
    kwh: str
    known: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanPicture:
    """All bars of one span."""

    title: str
    total: str
    bars: tuple[SpanBar, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw_span(use: SpanUse, texts: Texts) -> SpanPicture:
    """Return the picture of a span."""
    most = max((slot.kwh or 0.0 for slot in use.slots), default=0.0) or 1.0
    ticks, top = axis_of(most)
    each = PLOT / len(use.slots)
    every = -(-len(use.slots) // MOST_NAMED)

    def y(kwh: float) -> float:
        return round(HEIGHT - BOTTOM - max(kwh, 0.0) / top * (HEIGHT - TOP - BOTTOM), 1)

    bars = []
    for place, slot in enumerate(use.slots):
        high = HEIGHT - BOTTOM - UNKNOWN_HEIGHT if slot.kwh is None else y(slot.kwh)
        bars.append(
            SpanBar(
                name=_name(use.span, slot.start, texts),
                label=_label(use.span, slot.start, texts) if place % every == 0 else "",
                kwh="—" if slot.kwh is None else texts.number(slot.kwh, places=2),
                known=slot.kwh is not None,
                x=round(LEFT + (place + (1 - SHARE) / 2) * each, 1),
                y=high,
                width=round(each * SHARE, 1),
                height=round(HEIGHT - BOTTOM - high, 1),
            )
        )
    return SpanPicture(
        title=title_of(use, texts),
        total=texts.number(use.total_kwh, places=1),
        bars=tuple(bars),
        y_ticks=tuple(Tick(at=y(value), label=label) for value, label in ticks),
    )


def title_of(use: SpanUse, texts: Texts) -> str:
    """Return which day, week, month or year is seen."""
    match use.span:
        case Span.DAY:
            return texts.date(use.start)
        case Span.WEEK:
            return texts.days(use.start, use.end - timedelta(days=1))
        case Span.MONTH:
            return texts.month(use.start)
        case Span.YEAR:
            return str(use.start.year)


def _name(span: Span, start: datetime, texts: Texts) -> str:
    match span:
        case Span.DAY:
            return f"{start.hour}:00"
        case Span.YEAR:
            return texts.month(start.date())
        case _:
            weekday = texts.text(f"weekday.{start.weekday()}")
            return f"{weekday} {texts.date(start.date(), form='medium')}"


def _label(span: Span, start: datetime, texts: Texts) -> str:
    match span:
        case Span.DAY:
            return f"{start.hour}h"
        case Span.WEEK:
            return texts.text(f"weekday.{start.weekday()}")[:3]
        case Span.MONTH:
            return str(start.day)
        case Span.YEAR:
            return texts.text(f"month-short.{start.month}")
