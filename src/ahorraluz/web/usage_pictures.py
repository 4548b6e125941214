"""Pictures of measured use: the year as a heat map, typical days, months with their base load.

Geometry only, in whole units of about one pixel on a small phone; ``pictures.html``
draws it as SVG with attributes, so no inline style is needed. Every picture has the
rows of the table that stands behind it.
"""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 360, 40, 8, 12, 26
PLOT = WIDTH - LEFT - RIGHT
DAY_HEIGHT, MONTH_HEIGHT, HEAT_HEIGHT = 200, 200, 180
HOURS = 24
MOST_TICKS = 4
MOST_MONTHS, LAST_NAMED_DAY = 12, 15
"""Names that fit under a heat map."""
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
BRIGHTEST = 0.98
"""Quantile of power that gets the strongest colour: one oven must not pale the rest."""
COLOURS = np.array(
    [
        (247, 250, 240),
        (199, 228, 180),
        (127, 199, 164),
        (49, 148, 151),
        (11, 79, 69),
        (122, 42, 20),
    ],
    dtype=np.float64,
)
"""From little to much: light to dark, the strongest in another hue; it also reads in grey."""
UNKNOWN = (176, 176, 176)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark of an axis with its words."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Every hour of every day: days from left to right, hours from top to bottom."""

    image: str
    """The cells as a PNG, in a ``data:`` address; one pixel is one hour of one day."""
    days: int
    month_ticks: tuple[Tick, ...]
    hour_ticks: tuple[Tick, ...]
    scale: tuple[str, ...]
    """Colours of the legend, from little to much, as ``#rrggbb``."""
    most_kw: float
    """Power that has the strongest colour. [kW]"""
    width: int = WIDTH
    height: int = HEAT_HEIGHT
    left: int = LEFT
    top: int = TOP
    plot_width: int = PLOT
    plot_height: int = HEAT_HEIGHT - TOP - BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One typical day."""

    name: str
    path: str
    """The ``d`` of an SVG path."""
    kw: tuple[float, ...]
    """Mean power of each hour. [kW]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicture:
    """Typical days over the hours, with the peak hours set off."""

    curves: tuple[Curve, ...]
    peak_x: float
    peak_width: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = DAY_HEIGHT
    left: int = LEFT
    top: int = TOP
    right: int = WIDTH - RIGHT
    bottom: int = DAY_HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBar:
    """Energy of one month, and how much of it runs day and night."""

    start: date
    kwh: float
    base_kwh: float
    partial: bool
    """Whether days of the month are missing."""
    x: float
    width: float
    y: float
    base_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPicture:
    """Months as bars, with a limit where one is near."""

    bars: tuple[MonthBar, ...]
    y_ticks: tuple[Tick, ...]
    limit_y: float | None
    limit_kwh: float | None
    width: int = WIDTH
    height: int = MONTH_HEIGHT
    left: int = LEFT
    top: int = TOP
    right: int = WIDTH - RIGHT
    bottom: int = MONTH_HEIGHT - BOTTOM


def draw_heat_map(
    power_kw: NDArray[np.float64], days: Sequence[date], *, month_names: Sequence[str]
) -> HeatMap:
    """Return the picture of every hour.

    Parameters
    ----------
    power_kw
        Mean power by local day and hour, NaN where not known, shape (d, 24). [kW]
    days
        Local days, shape (d,).
    month_names
        Short names, January first.
    """
    known = power_kw[~np.isnan(power_kw)]
    most = float(np.quantile(known, BRIGHTEST)) if known.size else 0.0
    most = most or 1.0
    each = PLOT / max(len(days), 1)
    # A name at the very start only where it does not run into the next month's.
    firsts = [
        (at, day)
        for at, day in enumerate(days)
        if day.day == 1 or (at == 0 and day.day <= LAST_NAMED_DAY)
    ]
    shown = firsts[:: max(1, round(len(firsts) / MOST_MONTHS))]
    hour = (HEAT_HEIGHT - TOP - BOTTOM) / HOURS
    return HeatMap(
        image=_png(_colours(power_kw.T / most)),
        days=len(days),
        month_ticks=tuple(
            Tick(at=round(LEFT + at * each, 1), label=month_names[day.month - 1])
            for at, day in shown
        ),
        hour_ticks=tuple(
            Tick(at=round(TOP + h * hour, 1), label=f"{h:02d}") for h in (0, 6, 12, 18)
        ),
        scale=tuple(_hex(colour) for colour in _colours(np.linspace(0, 1, 6)[None, :])[0]),
        most_kw=most,
    )


def draw_days(
    named: Sequence[tuple[str, NDArray[np.float64]]], *, peak_hours: tuple[int, int]
) -> DayPicture:
    """Return the picture of typical days.

    Parameters
    ----------
    named
        Name and mean power by hour, shape (24,). [kW]
    peak_hours
        First hour of the hora punta, and first hour after it.
    """
    most = max((float(np.nanmax(curve)) for _, curve in named), default=0.0) or 1.0
    ticks, top = axis_of(most)
    each = PLOT / HOURS

    def y(kw: float) -> float:
        return _height(kw / top, DAY_HEIGHT)

    def path(curve: NDArray[np.float64]) -> str:
        # Steps, since a value holds for its whole hour.
        return "M" + "L".join(
            f"{LEFT + (h + side) * each:.1f} {y(float(kw))}"
            for h, kw in enumerate(np.nan_to_num(curve))
            for side in (0, 1)
        )

    return DayPicture(
        curves=tuple(
            Curve(name=name, path=path(curve), kw=tuple(float(kw) for kw in curve))
            for name, curve in named
        ),
        peak_x=round(LEFT + peak_hours[0] * each, 1),
        peak_width=round((peak_hours[1] - peak_hours[0]) * each, 1),
        x_ticks=tuple(Tick(at=round(LEFT + h * each, 1), label=f"{h}h") for h in range(0, 25, 6)),
        y_ticks=tuple(Tick(at=y(value), label=label) for value, label in ticks),
    )


def draw_months(
    months: Sequence[tuple[date, float, float, bool]], *, limit_kwh: float | None
) -> MonthPicture:
    """Return the picture of months.

    Parameters
    ----------
    months
        First day, energy and the base load's part of it [kWh], and whether days are
        missing, by rising date.
    limit_kwh
        Energy above which the whole month costs more; ``None``: none is known. [kWh]
    """
    most = max([kwh for _, kwh, _, _ in months] + [1.0])
    # A limit far above every month would flatten the bars it is to be compared with.
    shown_limit = limit_kwh if limit_kwh is not None and limit_kwh <= 2 * most else None
    ticks, top = axis_of(max(most, shown_limit or 0.0))
    each = PLOT / max(len(months), 1)

    def y(kwh: float) -> float:
        return _height(kwh / top, MONTH_HEIGHT)

    return MonthPicture(
        bars=tuple(
            MonthBar(
                start=start,
                kwh=kwh,
                base_kwh=base,
                partial=partial,
                x=round(LEFT + (at + 0.14) * each, 1),
                width=round(each * 0.72, 1),
                y=y(kwh),
                base_y=y(min(base, kwh)),
            )
            for at, (start, kwh, base, partial) in enumerate(months)
        ),
        y_ticks=tuple(Tick(at=y(value), label=label) for value, label in ticks),
        limit_y=None if shown_limit is None else y(shown_limit),
        limit_kwh=shown_limit,
    )


def _height(share: float, height: int) -> float:
    return round(height - BOTTOM - share * (height - TOP - BOTTOM), 1)


def axis_of(most: float) -> tuple[list[tuple[float, str]], float]:
    """Return a few round values from zero with their words, and the upper end."""
    raw = most / MOST_TICKS
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(next(power * nice for nice in NICE if power * nice >= raw * 0.999))
    count = int(np.ceil(most / step - 1e-9))
    places = len(f"{step:.9f}".rstrip("0").partition(".")[2])
    values = [n * step for n in range(count + 1)]
    return [(value, f"{value:.{places}f}") for value in values], values[-1]


def _colours(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return a colour for each share of the strongest, shape (..., 3); grey for NaN."""
    place = np.clip(np.nan_to_num(shares), 0.0, 1.0) * (len(COLOURS) - 1)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, len(COLOURS) - 1)
    part = (place - low)[..., None]
    mixed = COLOURS[low] * (1 - part) + COLOURS[high] * part
    return np.where(np.isnan(shares)[..., None], UNKNOWN, np.rint(mixed)).astype(np.uint8)


def _hex(colour: NDArray[np.uint8]) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in colour)


def _png(pixels: NDArray[np.uint8]) -> str:
    """Return pixels, shape (rows, columns, 3), as the ``data:`` address of a PNG."""
    rows, columns, _ = pixels.shape
    # Each row of a PNG starts with the number of its filter; 0 is none.
    lines = np.zeros((rows, 1 + columns * 3), dtype=np.uint8)
    lines[:, 1:] = pixels.reshape(rows, -1)

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    image = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(image).decode("ascii")
