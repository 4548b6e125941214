"""The bill curve as a drawing: where its lines, marks and labels stand, in whole units.

The page draws it as SVG with attributes only, so that no inline style is needed. One
unit is about one pixel on a small phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ahorraluz.core.tariffs.curve import BillCurve

WIDTH, HEIGHT = 360, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 20, 34
"""Margins of the plot inside the drawing."""
ROOM_RIGHT = Decimal("1.18")
"""How far past the home's energy and the last cliff the drawing reaches."""
ROOM_TOP = Decimal("1.06")
MOST_TICKS = 5
GAP = 10
"""Between a mark and its words."""
WORD_WIDTH = 75
"""Room that the amount beside a cliff takes."""
NICE = (1, 2, 5)
LEAST_KWH = Decimal(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark of an axis."""

    at: float
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A vertical line at some energy, from the curve's lower to its upper end there."""

    kwh: Decimal
    x: float
    low_y: float
    high_y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Words beside a mark."""

    kind: str
    """``you`` at the home, ``rise`` at a cliff."""
    x: float
    y: float
    ends: bool
    """Whether the words end at ``x`` rather than start there."""
    amount: Decimal = Decimal(0)
    """For a cliff: what crossing it costs. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePicture:
    """A curve with the home's own point."""

    path: str
    """Line of the curve, as the ``d`` of an SVG path."""
    area: str
    """What lies below it."""
    home: Mark
    cliffs: tuple[Mark, ...]
    limits: tuple[Mark, ...]
    """Limits of the household's budget besides the tariff: the gas voucher."""
    labels: tuple[Label, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    rows: tuple[tuple[Decimal, Decimal], ...]
    """Energies and costs of the table beside the drawing. [kWh, PEN]"""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Scale:
    """From kWh and soles to the drawing."""

    most_kwh: Decimal
    most_pen: Decimal

    def x(self, kwh: Decimal) -> float:
        return round(LEFT + float(kwh / self.most_kwh) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, pen: Decimal) -> float:
        return round(HEIGHT - BOTTOM - float(pen / self.most_pen) * (HEIGHT - TOP - BOTTOM), 1)


def draw_curve(
    curve: BillCurve, *, kwh: Decimal, limits_kwh: Sequence[Decimal] = ()
) -> CurvePicture:
    """Return the drawing of a curve around a home.

    Parameters
    ----------
    curve
        Cost against energy.
    kwh
        Energy of the home's recibo. [kWh]
    limits_kwh
        Further energies to mark, where they are inside the drawing. [kWh]
    """
    edges = [cliff.at_kwh for cliff in curve.cliffs]
    most_kwh = max([kwh, *edges, LEAST_KWH]) * ROOM_RIGHT
    scale = _Scale(most_kwh, max(curve.cost(most_kwh) * ROOM_TOP, Decimal(1)))
    points = _points(curve, most_kwh)
    drawn = [f"{scale.x(x)} {scale.y(y)}" for x, y in points]
    floor = HEIGHT - BOTTOM
    cost = curve.cost(kwh)
    return CurvePicture(
        path="M" + "L".join(drawn),
        area=f"M{scale.x(Decimal(0))} {floor}L"
        + "L".join(drawn)
        + f"L{scale.x(most_kwh)} {floor}Z",
        home=_mark(scale, kwh, Decimal(0), cost),
        cliffs=tuple(
            _mark(
                scale, cliff.at_kwh, curve.cost(cliff.at_kwh), curve.cost(cliff.at_kwh) + cliff.jump
            )
            for cliff in curve.cliffs
        ),
        limits=tuple(
            _mark(scale, limit, Decimal(0), curve.cost(limit))
            for limit in limits_kwh
            if limit < most_kwh
        ),
        labels=(*_rises(scale, curve), _you(scale, curve, kwh)),
        x_ticks=tuple(Tick(at=scale.x(v), value=v) for v in _ticks(most_kwh)),
        y_ticks=tuple(Tick(at=scale.y(v), value=v) for v in _ticks(scale.most_pen)),
        rows=_rows(curve, kwh=kwh, limits_kwh=limits_kwh, most_kwh=most_kwh),
    )


def _mark(scale: _Scale, kwh: Decimal, low: Decimal, high: Decimal) -> Mark:
    return Mark(kwh=kwh, x=scale.x(kwh), low_y=scale.y(low), high_y=scale.y(high))


def _rises(scale: _Scale, curve: BillCurve) -> tuple[Label, ...]:
    """Return what each cliff costs, above the curve where there is room, else below it."""
    labels = []
    for cliff in curve.cliffs:
        x, y = scale.x(cliff.at_kwh), scale.y(curve.cost(cliff.at_kwh) + cliff.jump / 2)
        room = x - LEFT > WORD_WIDTH
        labels.append(
            Label(
                kind="rise",
                x=x - GAP if room else x + GAP,
                y=y + 2 if room else y + 2 * GAP,
                ends=room,
                amount=cliff.next_kwh_total,
            )
        )
    return tuple(labels)


def _you(scale: _Scale, curve: BillCurve, kwh: Decimal) -> Label:
    """Return the home's label: under the curve before a cliff, above it after."""
    x, y = scale.x(kwh), scale.y(curve.cost(kwh))
    before = curve.next_cliff(kwh) is not None or x < WIDTH / 2
    return Label(
        kind="you",
        x=x + 1.4 * GAP if before else x - GAP,
        y=min(y + 2.4 * GAP, HEIGHT - BOTTOM - 4) if before else max(y - 1.4 * GAP, TOP),
        ends=not before,
    )


def _points(curve: BillCurve, most_kwh: Decimal) -> list[tuple[Decimal, Decimal]]:
    points = []
    for segment in curve.segments:
        if segment.start_kwh >= most_kwh:
            break
        end = most_kwh if segment.end_kwh is None else min(segment.end_kwh, most_kwh)
        points += [(segment.start_kwh, segment.start_cost), (end, segment.cost(end))]
    return points


def _ticks(most: Decimal) -> list[Decimal]:
    """Return a few round numbers from zero to ``most``."""
    power = Decimal(1).scaleb(max(0, most.adjusted() - 1))
    steps = [power * factor * scale for scale in (1, 10) for factor in NICE]
    step = next((s for s in steps if most / s <= MOST_TICKS), steps[-1])
    count = int(most / step)
    return [step * n for n in range(count + 1)]


def _rows(
    curve: BillCurve, *, kwh: Decimal, limits_kwh: Sequence[Decimal], most_kwh: Decimal
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Return the costs at every edge, just above each cliff, and at the home's own energy."""
    energies = {kwh, most_kwh.quantize(Decimal(1), rounding=ROUND_CEILING), *limits_kwh}
    energies |= {segment.start_kwh for segment in curve.segments}
    energies |= {cliff.at_kwh + 1 for cliff in curve.cliffs}
    return tuple((energy, curve.cost(energy)) for energy in sorted(energies))
