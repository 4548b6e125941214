"""What a home's watch goes by: channels, prices, months, hours, expectations and thresholds.

Compiled by a service from what is kept of the home, and part of its state from then on, so that
the same arrivals give the same events wherever they are worked on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ahorraluz.core.live.days import Clock, Hours
from ahorraluz.core.live.ladder import Ladder, ladder_from
from ahorraluz.core.live.readings import LiveError

MOST_ENERGY, MOST_CIRCUITS = 6, 24
"""Channels that a watch keeps in view: three phases twice, and as many plugs as homes have."""
LONGEST_NAME = 40
NIGHT, QUIET = Hours(1, 5), Hours(22, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What one channel is to the home."""

    channel: int
    device: str
    """Which device it belongs to: those of one device fall silent together."""
    register: bool
    """Whether it is a counter of energy, else a power."""
    energy: bool = False
    """Whether it is part of the home's energy."""
    power: bool = False
    """Whether it is part of the home's power."""
    circuit: str = ""
    """What people call the circuit; empty: it is none."""
    left_on_min: int = 0
    """Minutes in a row after which it counts as left on; nought: never. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An energy of the month that is better not passed."""

    wh: int
    kind: str
    """``bracket``: above it the whole month costs more; ``voucher``: above it there is none."""
    cents: int | None = None
    """What passing it costs beside the bill, in a month; ``None``: the ladder tells. [céntimo]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """Days that are billed together."""

    start: int
    """First day, by its number (``date.toordinal``)."""
    end: int
    """The day after the last one."""
    ladder: Ladder | None
    """``None``: no price is known."""
    limits: tuple[Limit, ...] = ()
    """By rising energy."""
    spread: int = 0
    """How far prices may be off. [1/1000]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the days to come will probably take, as the forecast of some day said."""

    made: int
    """Day that it was made."""
    low_wh: int
    """A day's energy, mean over the days left: one in ten months lies below. [Wh/day]"""
    middle_wh: int
    high_wh: int
    shape: tuple[int, ...] = ()
    """Part of a day's energy used before each hour of it, 25 numbers; empty: evenly. [1/1000]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when something is told, and how often at most."""

    step_w: int = 300
    """Change of power that is a load going on or off. [W]"""
    steady_w: int = 120
    """Changes up to it belong to what is on. [W]"""
    large_w: int = 1_000
    """A load that is worth moving out of hora punta. [W]"""
    left_on: tuple[tuple[int, int], ...] = ((1_000, 180), (300, 600))
    """Power and the minutes after which it counts as left on, largest first. [W, min]"""
    circuit_on_w: int = 30
    """Power from which a circuit is on. [W]"""
    night_percent: int = 150
    """Part of the usual night power from which a night is unusual. [%]"""
    night_w: int = 80
    """And by how much at least. [W]"""
    silent_min: int = 20
    """Minutes without a reading, at least. [min]"""
    silent_times: int = 5
    """And times the usual interval."""
    shift_percent: int = 25
    """Lasting change of the energy of a day that is told. [%]"""
    shift_wh: int = 1_000
    """And at least. [Wh/day]"""
    notices_day: int = 6
    """Notices of one day; what comes after is kept, not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that a watch goes by; an arrival like a reading."""

    made_ms: int
    zone: str
    roles: tuple[Role, ...]
    months: tuple[Month, ...]
    """The present month and the next."""
    peak: Hours | None = None
    """Hours punta, where prices have hours."""
    night: Hours = NIGHT
    quiet: Hours | None = QUIET
    summary_hour: int = 7
    """Local hour at which a day that is over is summed up."""
    free_days: tuple[int, ...] = ()
    """Holidays without hours punta, by their number."""
    sundays_free: bool = False
    expected: Expected | None = None
    base_w: int | None = None
    """What is always on; ``None``: not known. [W]"""
    usual_night_w: int | None = None
    """Mean power of its nights; ``None``: as its last nights. [W]"""
    thresholds: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        """Refuse more channels than a state may hold, and months that do not follow each other.

        Raises
        ------
        LiveError
            ``live-rules-channels``, ``live-rules-months``.
        """
        energy = sum(role.energy for role in self.roles)
        circuits = sum(bool(role.circuit) for role in self.roles)
        if energy > MOST_ENERGY or len(self.roles) > MOST_ENERGY + MOST_CIRCUITS:
            raise LiveError(
                "live-rules-channels", energy=energy, circuits=circuits, most=MOST_CIRCUITS
            )
        starts = [month.start for month in self.months]
        ends = [month.end for month in self.months]
        if not starts or starts[1:] != ends[:-1] or any(map(int.__ge__, starts, ends)):
            raise LiveError("live-rules-months", months=[str(start) for start in starts])

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that energy is kept by."""
        known = next((month.ladder for month in self.months if month.ladder), None)
        return known.bands if known else ("total",)

    @property
    def clock(self) -> Clock:
        """How its days are divided."""
        bands = self.bands
        peak = bands.index("peak") if "peak" in bands else 0
        other = next((place for place in range(len(bands)) if place != peak), 0)
        return Clock(
            zone=self.zone,
            peak=self.peak if len(bands) > 1 else None,
            peak_band=peak,
            other_band=other,
            night=self.night,
            free=frozenset(self.free_days),
            sundays_free=self.sundays_free,
        )

    def counted_as(self, other: "Rules") -> bool:
        """Tell whether totals under other rules are totals under these."""
        mine, others = (
            (rules.clock, rules.bands, [r.channel for r in rules.roles if r.energy])
            for rules in (self, other)
        )
        return mine == others


def write_rules(rules: Rules) -> str:
    """Return rules as one line of JSON."""
    plain = {item.name: getattr(rules, item.name) for item in fields(rules)}
    plain["roles"] = [
        [
            r.channel,
            r.device,
            int(r.register),
            int(r.energy),
            int(r.power),
            r.circuit,
            r.left_on_min,
        ]
        for r in rules.roles
    ]
    plain["months"] = [
        [
            m.start,
            m.end,
            m.ladder and m.ladder.plain(),
            [[limit.wh, limit.kind, limit.cents] for limit in m.limits],
            m.spread,
        ]
        for m in rules.months
    ]
    for name in ("peak", "night", "quiet"):
        hours = plain[name]
        plain[name] = hours and [hours.first, hours.after]
    plain["expected"] = rules.expected and asdict(rules.expected)
    usual = Thresholds()
    plain["thresholds"] = {
        item.name: getattr(rules.thresholds, item.name)
        for item in fields(Thresholds)
        if getattr(rules.thresholds, item.name) != getattr(usual, item.name)
    }
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False)


def read_rules(text: str) -> Rules:
    """Return the rules that :func:`write_rules` wrote."""
    plain: dict[str, Any] = json.loads(text)
    plain["roles"] = tuple(_role(row) for row in plain["roles"])
    plain["months"] = tuple(_month(row) for row in plain["months"])
    for name in ("peak", "night", "quiet"):
        plain[name] = plain[name] and Hours(*plain[name])
    plain["free_days"] = tuple(plain["free_days"])
    expected = plain["expected"]
    plain["expected"] = expected and Expected(**{**expected, "shape": tuple(expected["shape"])})
    plain["thresholds"] = _thresholds(plain["thresholds"])
    return Rules(**plain)


def _role(row: Sequence[Any]) -> Role:
    channel, device, register, energy, power, circuit, left_on = row
    return Role(
        channel=channel,
        device=device,
        register=bool(register),
        energy=bool(energy),
        power=bool(power),
        circuit=circuit,
        left_on_min=left_on,
    )


def _month(row: Sequence[Any]) -> Month:
    start, end, ladder, limits, spread = row
    return Month(
        start=start,
        end=end,
        ladder=ladder and ladder_from(ladder),
        limits=tuple(Limit(wh=wh, kind=kind, cents=cents) for wh, kind, cents in limits),
        spread=spread,
    )


def _thresholds(plain: Mapping[str, Any]) -> Thresholds:
    told = dict(plain)
    if "left_on" in told:
        told["left_on"] = tuple((watts, minutes) for watts, minutes in told["left_on"])
    return Thresholds(**told)
