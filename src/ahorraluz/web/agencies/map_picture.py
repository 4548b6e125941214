"""The map of what is told: the border, and a disc at each capital, larger for more."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, radians, sqrt

from ahorraluz.services.documents.aggregates import Spot, outline

WIDTH, MARGIN = 320, 8
LARGEST, SMALLEST = 18.0, 5.0
MIDDLE_LAT = -9.2
"""Where a degree east is as long on the map as on the ground. [°]"""
LABELLED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """One place."""

    x: float
    y: float
    radius: float
    words: str
    label: str
    """Name beside it; empty for all but the largest."""
    before: bool
    """Whether the name stands to the left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """Everything that is drawn; the table says the same."""

    border: str
    discs: tuple[Disc, ...]
    height: int
    width: int = WIDTH


def draw_map(spots: Sequence[tuple[Spot, Decimal, str]]) -> MapPicture:
    """Return the map of places, each with its amount and the words that tell it."""
    corners = outline()
    lats, lons = [lat for lat, _ in corners], [lon for _, lon in corners]
    west, north = min(lons), max(lats)
    squeeze = cos(radians(MIDDLE_LAT))
    scale = (WIDTH - 2 * MARGIN) / ((max(lons) - west) * squeeze)

    def at(lat: float, lon: float) -> tuple[float, float]:
        x = MARGIN + (lon - west) * squeeze * scale
        return round(x, 1), round(MARGIN + (north - lat) * scale, 1)

    points = [at(lat, lon) for lat, lon in corners]
    most = max([float(amount) for _, amount, _ in spots], default=0.0) or 1.0
    discs = []
    for place, (spot, amount, words) in enumerate(sorted(spots, key=lambda s: -s[1])):
        x, y = at(spot.lat, spot.lon)
        discs.append(
            Disc(
                x=x,
                y=y,
                radius=round(max(SMALLEST, LARGEST * sqrt(max(float(amount), 0.0) / abs(most))), 1),
                words=words,
                label=spot.name if place < LABELLED else "",
                before=x > WIDTH / 2,
            )
        )
    return MapPicture(
        border=" ".join(f"{x},{y}" for x, y in points),
        discs=tuple(discs),
        height=round(2 * MARGIN + (north - min(lats)) * scale),
    )
