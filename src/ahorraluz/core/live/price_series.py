"""The price of the next kWh this month, hour by hour, as programs that plan loads read it.

A home's kWh has no price of its own: it depends on how much the month has taken already. So the
month is followed along what it will probably take, what nothing measured included: below a
block's limit an hour has the price of that block, above it that of the next, and the hour in
which the month passes a cliff bears its fall. Prices times expected energies add up to the growth
of the bill.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from ahorraluz.core.live.days import DAY_MS, HOUR_MS, day_at, local, midnight_ms, slot_at
from ahorraluz.core.live.ladder import CENTS, WH, Ladder, decimal_of, scaled
from ahorraluz.core.live.outlook import HOURS, SHAPE, outlook, present_month
from ahorraluz.core.live.readings import LiveError
from ahorraluz.core.live.state import Plan, State

MOST_HOURS = 168
PLACES = Decimal("0.0001")
CURRENCY = "PEN"


class Form(StrEnum):
    """Who reads it."""

    PLAIN = "plain"
    EMHASS = "emhass"
    """``load_cost_forecast`` by moment, as runtime parameter of EMHASS."""
    EMHASS_CSV = "emhass-csv"
    """``data_load_cost_forecast.csv`` of EMHASS: moments and prices, without a heading."""
    EVCC = "evcc"
    """Forecast of a custom tariff of evcc: start, end, value."""
    PREDBAT = "predbat"
    """Rates as the API of Octopus gives them, in hundredths: what Predbat downloads."""
    HOME_ASSISTANT = "home-assistant"
    """A sensor with ``raw_today`` and ``raw_tomorrow``, as Nord Pool's, which Predbat reads too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceHour:
    """One hour to come."""

    start_ms: int
    end_ms: int
    day: int
    """Number of its local day."""
    band: str
    expected_wh: int
    """What the hour will probably take; nought where nothing tells it. [Wh]"""
    month_wh: int
    """What the month will have taken when it begins. [Wh]"""
    slope: Decimal
    """What the next kWh costs as it begins, tax and levy included. [PEN/kWh]"""
    price: Decimal
    """Growth of the bill over the hour, by its energy: edges and cliffs are in it. [PEN/kWh]"""
    edge_wh: int | None
    """Energy of the month at which the price changes within the hour. [Wh]"""
    cliff: Decimal | None
    """What passing a cliff within the hour costs, beside its kWh. [PEN]"""


def price_series(state: State, *, hours: int, whole_hours: bool = True) -> tuple[PriceHour, ...]:
    """Return the price of the next kWh of a home for the hours to come.

    Parameters
    ----------
    state
        Its watch.
    hours
        How many, 1 to 168. [h]
    whole_hours
        Whether the first begins on the hour that it is now, else at this moment.

    Raises
    ------
    LiveError
        ``live-prices-nothing``: nothing is known of the home yet; ``live-prices-unknown``: no
        price is known of some hour; ``live-prices-hours``.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise LiveError("live-prices-hours", field="hours", value=hours, most=MOST_HOURS)
    plan = state.plan
    if plan is None or not state.now:
        raise LiveError("live-prices-nothing")
    zone = plan.clock.zone
    seen = outlook(state, plan)
    day_wh = seen.day_wh or 0
    missed = day_wh * seen.missing_ms // DAY_MS
    month = seen.month
    used = [Fraction(wh) for wh in scaled(seen.wh, seen.used_wh + missed)]
    start = _hour_start(zone, state.now)
    found = []
    for _ in range(hours):
        end = start + HOUR_MS
        day = day_at(zone, start)
        of_hour = present_month(state, plan, day)
        if of_hour.start != month.start:
            month, used = of_hour, [Fraction(0)] * plan.bands
        if month.ladder is None:
            raise LiveError("live-prices-unknown", day=local(zone, start).date())
        begin = max(start, state.now)
        energy = day_wh * _part(plan, day, begin, end)
        slot = slot_at(plan.clock, start)
        found.append(_hour(month.ladder, used, slot.band, (start, end, day, energy)))
        used[slot.band] += energy
        start = end
    return tuple(found) if whole_hours else (_from(found[0], state.now), *found[1:])


def _from(hour: PriceHour, now_ms: int) -> PriceHour:
    values = {name: getattr(hour, name) for name in PriceHour.__slots__}
    return PriceHour(**{**values, "start_ms": now_ms})


def _hour_start(zone: str, at_ms: int) -> int:
    """Return when the local hour of a moment began: not every zone is whole hours away."""
    here = local(zone, at_ms)
    return at_ms - (here.minute * 60 + here.second) * 1_000 - here.microsecond // 1_000


def _part(plan: Plan, day: int, start_ms: int, end_ms: int) -> Fraction:
    """Return the part of a day's energy that a stretch of it takes."""
    expected = plan.rules.expected
    if expected is None or len(expected.shape) != HOURS + 1:
        return Fraction(end_ms - start_ms, DAY_MS)
    midnight = midnight_ms(plan.clock.zone, day)
    shape = expected.shape
    hour = min(max((start_ms - midnight) // HOUR_MS, 0), HOURS - 1)
    return Fraction((shape[hour + 1] - shape[hour]) * (end_ms - start_ms), SHAPE * HOUR_MS)


def _hour(
    ladder: Ladder, used: Sequence[Fraction], band: int, of: tuple[int, int, int, Fraction]
) -> PriceHour:
    start, end, day, energy = of
    before = [int(wh) for wh in used]
    after = [int(wh + energy * (place == band)) for place, wh in enumerate(used)]
    slope = ladder.marginal(before, band)
    costs = ladder.exact(before), ladder.exact(after)
    if slope is None or costs[0] is None or costs[1] is None:
        raise LiveError("live-prices-unknown", day=datetime.fromordinal(day).date())
    grown = sum(after) - sum(before)
    price = decimal_of((costs[1] - costs[0]) * WH / CENTS / grown) if grown else slope
    edges = [edge for edge in ladder.edges() if sum(before) <= edge < sum(after)]
    falls = [ladder.jump(edge, after) or Decimal(0) for edge in edges]
    fall = sum(falls, Decimal(0))
    return PriceHour(
        start_ms=start,
        end_ms=end,
        day=day,
        band=ladder.bands[band],
        expected_wh=int(energy),
        month_wh=sum(before),
        slope=slope,
        price=price,
        edge_wh=edges[0] if edges else None,
        cliff=fall if fall > 0 else None,
    )


def write_series(
    series: Sequence[PriceHour], form: Form, *, zone: str, cliff: bool = True
) -> Mapping[str, object] | Sequence[object] | str:
    """Return a series as a program reads it: what JSON writes, or the text of a CSV.

    Parameters
    ----------
    cliff
        Whether edges and cliffs are in the prices; else each hour has the price of the next kWh
        as it begins, for planners that only move loads within the month.
    """
    prices = [_rounded(hour.price if cliff else hour.slope) for hour in series]
    rows = list(zip(series, prices, strict=True))
    match form:
        case Form.EMHASS:
            return {
                "load_cost_forecast": {_iso(zone, h.start_ms): float(p) for h, p in rows},
            }
        case Form.EMHASS_CSV:
            return "".join(f"{_utc(h.start_ms).isoformat(' ')},{p}\n" for h, p in rows)
        case Form.EVCC:
            return [
                {"start": _rfc(h.start_ms), "end": _rfc(h.end_ms), "value": float(p)}
                for h, p in rows
            ]
        case Form.PREDBAT:
            return {
                "count": len(rows),
                "next": None,
                "previous": None,
                "results": [
                    {
                        "value_inc_vat": float(p * CENTS),
                        "valid_from": _rfc(h.start_ms),
                        "valid_to": _rfc(h.end_ms),
                    }
                    for h, p in reversed(rows)
                ],
            }
        case Form.HOME_ASSISTANT:
            return _sensor(rows, zone)
        case Form.PLAIN:
            return {"currency": CURRENCY, "zone": zone, "hours": [_plain(h, zone) for h in series]}


def _sensor(rows: Sequence[tuple[PriceHour, Decimal]], zone: str) -> dict[str, object]:
    today = rows[0][0].day
    of_day = {
        name: [
            {
                "start": _iso(zone, hour.start_ms),
                "end": _iso(zone, hour.end_ms),
                "value": float(price),
            }
            for hour, price in rows
            if hour.day == day
        ]
        for name, day in (("raw_today", today), ("raw_tomorrow", today + 1))
    }
    return {
        "state": float(rows[0][1]),
        "unit_of_measurement": f"{CURRENCY}/kWh",
        "tomorrow_valid": bool(of_day["raw_tomorrow"]),
        **of_day,
    }


def _plain(hour: PriceHour, zone: str) -> dict[str, object]:
    return {
        "start": _iso(zone, hour.start_ms),
        "end": _iso(zone, hour.end_ms),
        "band": hour.band,
        "next_kwh": str(_rounded(hour.slope)),
        "price": str(_rounded(hour.price)),
        "month_kwh": str(Decimal(hour.month_wh) / WH),
        "expected_kwh": str(Decimal(hour.expected_wh) / WH),
        "edge_kwh": None if hour.edge_wh is None else str(Decimal(hour.edge_wh) / WH),
        "cliff": None if hour.cliff is None else str(hour.cliff.quantize(PLACES, ROUND_HALF_UP)),
    }


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(PLACES, ROUND_HALF_UP)


def _utc(at_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)


def _rfc(at_ms: int) -> str:
    return _utc(at_ms).isoformat().replace("+00:00", "Z")


def _iso(zone: str, at_ms: int) -> str:
    return local(zone, at_ms).isoformat()
