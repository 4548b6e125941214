"""What an event probably was: power from the catalogue, duration and repetition from habit.

Each kind of load is a density over power and duration. The power comes from the
catalogue's plates, the duration from what the thing does (a tank heats for an hour, a
kettle for three minutes). How often each kind occurs in this home, and what its own
plate is, is learnt from all its events together (expectation and maximisation with the
catalogue as the prior). Whatever fits no kind stays unknown.

References
----------
A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum likelihood from incomplete data via
the EM algorithm", Journal of the Royal Statistical Society B 39 (1), 1977.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.usage.events import EDGE_MAX_S, EDGE_W, Events, Flags, Floats
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId, Physics


class EventKind(StrEnum):
    """Kind of large load; ``event-kind.<id>`` is the key of its name."""

    ELECTRIC_SHOWER = "electric-shower"
    WATER_HEATER_TANK = "water-heater-tank"
    KETTLE = "kettle"
    MICROWAVE = "microwave"
    COOKING = "cooking-heat"
    """Oven, hob, rice cooker, toaster, air fryer."""
    IRON = "iron"
    WASHER = "washing-machine"
    """Its heater or its motor; a dishwasher heats alike."""
    DRYER = "clothes-dryer"
    PUMP = "pump"
    CLIMATE = "climate-device"
    """Air conditioner or room heater."""
    UNKNOWN = "large-unknown"


END_USES: Mapping[EventKind, EndUseId] = {
    EventKind.ELECTRIC_SHOWER: EndUseId.WATER_HEATING,
    EventKind.WATER_HEATER_TANK: EndUseId.WATER_HEATING,
    EventKind.KETTLE: EndUseId.COOKING,
    EventKind.MICROWAVE: EndUseId.COOKING,
    EventKind.COOKING: EndUseId.COOKING,
    EventKind.IRON: EndUseId.LAUNDRY,
    EventKind.WASHER: EndUseId.LAUNDRY,
    EventKind.DRYER: EndUseId.LAUNDRY,
    EventKind.PUMP: EndUseId.WATER_PUMPING,
    EventKind.CLIMATE: EndUseId.CLIMATE,
    EventKind.UNKNOWN: EndUseId.OTHER,
}
"""The end use each kind counts under."""

_BY_ID: Mapping[str, EventKind] = {
    "hervidor": EventKind.KETTLE,
    "microondas": EventKind.MICROWAVE,
    "plancha": EventKind.IRON,
    "secadora-ropa": EventKind.DRYER,
}
"""Appliances that act unlike the others of their end use."""
_BY_END_USE: Mapping[EndUseId, EventKind] = {
    EndUseId.COOKING: EventKind.COOKING,
    EndUseId.LAUNDRY: EventKind.WASHER,
    EndUseId.WATER_PUMPING: EventKind.PUMP,
    EndUseId.CLIMATE: EventKind.CLIMATE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habit:
    """How a kind of load runs, whatever its plate."""

    minutes: tuple[float, float]
    """Length of one burst, as a range of level 0.8. [min]"""
    prior: float
    """Relative number of bursts expected before the home's own are seen."""
    repeats: bool | None = None
    """Whether a thermostat switches it again and again; ``None``: it may or may not."""


_HABITS: Mapping[EventKind, _Habit] = {
    EventKind.ELECTRIC_SHOWER: _Habit(minutes=(4, 15), prior=2, repeats=False),
    EventKind.WATER_HEATER_TANK: _Habit(minutes=(15, 120), prior=1, repeats=False),
    EventKind.KETTLE: _Habit(minutes=(1, 5), prior=3, repeats=False),
    EventKind.MICROWAVE: _Habit(minutes=(0.7, 6), prior=3, repeats=False),
    EventKind.COOKING: _Habit(minutes=(1.5, 40), prior=3),
    EventKind.IRON: _Habit(minutes=(0.4, 3), prior=2, repeats=True),
    EventKind.WASHER: _Habit(minutes=(5, 25), prior=1, repeats=False),
    EventKind.DRYER: _Habit(minutes=(15, 80), prior=0.5, repeats=False),
    EventKind.PUMP: _Habit(minutes=(4, 50), prior=1),
    EventKind.CLIMATE: _Habit(minutes=(8, 150), prior=0.5),
}
"""Physics and habit, not measurements: what a thing must do to do its work. The ranges
were checked against labelled homes (``docs/explanation/end-use-accuracy.md``)."""

PLATE_SD = 0.12
"""Least spread of the logarithm of a plate: voltage, ageing, rounding. [ln W]"""
_FREEDOM = 4.0
"""Degrees of freedom of a plate: appliances bought elsewhere lie far from every list."""
_STUDENT = (
    math.lgamma((_FREEDOM + 1) / 2) - math.lgamma(_FREEDOM / 2) - 0.5 * math.log(_FREEDOM * math.pi)
)
_RANGE_SDS = 2 * NormalDist().inv_cdf(0.9)
_UNKNOWN_SHARE = 0.15
"""Part of all events that are expected to fit no kind; not learnt, or it would take all."""
_UNKNOWN_POWER = math.log(40.0)
"""Width of what an unknown load may draw, ``EDGE_W`` to forty times it. [ln W]"""
_UNKNOWN_MINUTES = math.log(360 / 0.5)
"""Width of how long it may run, half a minute to six hours. [ln min]"""
_NEIGHBOUR_MIN = 30.0
"""Within this time before and after, like bursts are one use of a thermostat. [min]"""
_REPEATS = 3
"""Like bursts around one from which a thermostat is at work."""
_SIDE = 0.15
"""How unlikely a steady load is to repeat so, and a thermostat not to."""
_LOOK_AROUND = 8
"""Events before and after that are compared."""
_ALIKE = 0.15
"""Difference of two powers below which they may be one appliance. [ln W]"""
_ROUNDS = 12
_PRIOR_EVENTS = 100.0
"""How many events the expected numbers weigh against the home's own."""
_LISTED = 0.99
"""Probability that only an appliance of the home's own list has. [0 to 1]"""
_FORGOTTEN = 0.2
"""Probability of an appliance that a home did not list: a list may forget one."""
_NOT_ASKED = 0.3
"""Probability of an appliance where nothing at all is known."""
_FITS_PLATE = 1.3
"""How far above a plate the mean of an hour may lie: two at once, or another beside it."""
_OVER_PLATE = 0.1
"""What is left of a kind's chance beyond that."""
_LEAST_MINUTES = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KindsOfEvents:
    """Probability of each kind for each event."""

    events: Events
    kinds: tuple[EventKind, ...]
    probability: Floats
    """Rows add up to one, shape (n, k). [0 to 1]"""
    chances: Mapping[EventKind, float] = field(default_factory=dict)
    """Probability that the home has something of each kind. [0 to 1]"""

    @property
    def best(self) -> NDArray[np.int64]:
        """Place of the likeliest kind of each event, shape (n,)."""
        return np.asarray(np.argmax(self.probability, axis=1), dtype=np.int64)

    def of(self, kind: EventKind) -> Floats:
        """Return the probability that each event is of this kind, shape (n,)."""
        if kind not in self.kinds:
            return np.zeros(len(self.events))
        return np.asarray(self.probability[:, self.kinds.index(kind)])

    def surely(self, kind: EventKind) -> Flags:
        """Return which events are more probably of this kind than of all others, shape (n,)."""
        return np.asarray(self.of(kind) > 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plate:
    """The plate power of one kind of appliance."""

    kind: EventKind
    centre: float
    """[ln W]"""
    sd: float
    """[ln W]"""
    owned: float
    kwh_month: float
    """What it takes with every default. [kWh/month]"""


def kind_of_appliance(facts: ApplianceFacts) -> EventKind | None:
    """Return the kind of event an appliance makes; ``None``: too small, or any other."""
    if facts.power_w is None or facts.power_w.high < EDGE_W:
        return None
    if facts.physics is Physics.SHOWER:
        return EventKind.ELECTRIC_SHOWER
    if facts.physics is Physics.TANK:
        return EventKind.WATER_HEATER_TANK
    if facts.physics is Physics.COLD:
        return None
    return _BY_ID.get(facts.id) or _BY_END_USE.get(facts.end_use)


def classify_events(
    events: Events,
    *,
    appliances: Mapping[str, ApplianceFacts],
    owned: Mapping[str, float] | None = None,
) -> KindsOfEvents:
    """Return what each event probably was.

    Parameters
    ----------
    events
        Events of one home.
    appliances
        Catalogue by id: the powers come from here.
    owned
        Probability that the home has each appliance: one for what it listed, published
        shares where it listed nothing; what is not named is improbable. [0 to 1]

    Returns
    -------
    KindsOfEvents
        ``EventKind.UNKNOWN`` last. Blocks of coarse readings get wide probabilities.
    """
    plates = _plates(appliances, owned)
    kinds = (*dict.fromkeys(plate.kind for plate in plates), EventKind.UNKNOWN)
    if not plates:
        return KindsOfEvents(events=events, kinds=kinds, probability=np.ones((len(events), 1)))
    if events.interval_s > EDGE_MAX_S:
        probability = _by_energy(events, kinds, plates)
    else:
        probability = _by_power(events, kinds, plates)
    return KindsOfEvents(
        events=events, kinds=kinds, probability=probability, chances=_chances(plates)
    )


def _by_power(events: Events, kinds: Sequence[EventKind], plates: Sequence[_Plate]) -> Floats:
    """Return how probable each kind is for events whose edges were seen, shape (n, k)."""
    bursts = (_HABITS[kind].prior for kind in kinds[:-1])
    prior = np.array([*bursts, _UNKNOWN_SHARE])
    prior /= prior.sum()
    score = _log_density(events, kinds, plates) + _log_listed(kinds, plates)
    # The home's own events say how often each kind occurs; the expected numbers weigh
    # as much as a few of them, so that a home of few events is not overruled by chance.
    weights = prior
    probability = np.zeros((len(events), len(kinds)))
    for _ in range(_ROUNDS if len(events) else 0):
        logs = score + np.log(weights)
        logs -= logs.max(axis=1, keepdims=True)
        probability = np.exp(logs)
        probability /= probability.sum(axis=1, keepdims=True)
        counts = probability.sum(axis=0)
        weights = counts + _PRIOR_EVENTS * prior
        weights[-1] = _UNKNOWN_SHARE * weights[:-1].sum() / (1 - _UNKNOWN_SHARE)
        weights /= weights.sum()
    return probability


def _plates(
    appliances: Mapping[str, ApplianceFacts], owned: Mapping[str, float] | None
) -> tuple[_Plate, ...]:
    plates = []
    for facts in appliances.values():
        kind, power = kind_of_appliance(facts), facts.power_w
        if kind is None or power is None:
            continue
        low, high = math.log(max(power.low, 1.0)), math.log(power.high)
        plates.append(
            _Plate(
                kind=kind,
                centre=(low + high) / 2,
                sd=math.hypot((high - low) / _RANGE_SDS, PLATE_SD),
                owned=_NOT_ASKED if owned is None else max(owned.get(facts.id, 0.0), _FORGOTTEN),
                kwh_month=facts.default_kwh_month or 0.0,
            )
        )
    return tuple(plates)


def _log_listed(kinds: Sequence[EventKind], plates: Sequence[_Plate]) -> Floats:
    """Return how a home's own list weighs on each kind, shape (k,); zero without one.

    It weighs on every event and is not learnt: of two kinds that look alike, the one that
    was listed explains all of them. What homes own on average is no list: it would only
    make rare things look like common ones.
    """
    listed = {plate.kind for plate in plates if plate.owned >= _LISTED}
    if not listed:
        return np.zeros(len(kinds))
    sure = {*listed, EventKind.UNKNOWN}
    return np.array([0.0 if kind in sure else math.log(_FORGOTTEN) for kind in kinds])


def _chances(plates: Sequence[_Plate]) -> dict[EventKind, float]:
    """Return the probability that a home has something of each kind. [0 to 1]"""
    found: dict[EventKind, float] = {}
    for plate in plates:
        found[plate.kind] = max(found.get(plate.kind, 0.0), plate.owned)
    return found


def _log_density(events: Events, kinds: Sequence[EventKind], plates: Sequence[_Plate]) -> Floats:
    """Return the log density of every event under every kind, shape (n, k)."""
    log_power = np.log(np.maximum(events.power_w, 1.0))
    log_minutes = np.log(np.maximum(events.minutes, _LEAST_MINUTES))
    # Nothing in a home draws more than water heated as it flows: above every plate of the
    # catalogue the power says no more than that, and an unknown load is unlikely.
    top = max((plate.centre for plate in plates), default=math.inf)
    flat = np.where(
        events.resolved,
        -math.log(_UNKNOWN_POWER * _UNKNOWN_MINUTES),
        -math.log(_UNKNOWN_POWER + _UNKNOWN_MINUTES),
    )
    unknown = np.where(log_power > top, math.log(_SIDE), 0.0) + flat
    log_power = np.minimum(log_power, top)
    alike = _alike_around(events)
    columns = []
    for kind in kinds:
        if kind is EventKind.UNKNOWN:
            columns.append(unknown)
            continue
        habit = _HABITS[kind]
        own = [plate for plate in plates if plate.kind is kind]
        low, high = (math.log(minutes) for minutes in habit.minutes)
        middle, sd = (low + high) / 2, (high - low) / _RANGE_SDS
        seen = _plate_density(log_power, own) + _log_normal(log_minutes, middle, sd)
        # Where power and length cannot be told apart their product still can.
        counted = _plate_density(log_power + log_minutes, own, shift=middle, more_sd=sd)
        counted = np.where(log_power > _highest(own), counted + math.log(_OVER_PLATE), counted)
        columns.append(np.where(events.resolved, seen + _repetition(alike, habit.repeats), counted))
    return np.stack(columns, axis=1)


def _plate_density(
    value: Floats, plates: Sequence[_Plate], *, shift: float = 0.0, more_sd: float = 0.0
) -> Floats:
    """Return the log density of a power, or of an energy: a power and a length. [ln]"""
    total = sum(plate.owned for plate in plates)
    parts = [
        math.log(plate.owned / total)
        + _log_student(value, plate.centre + shift, math.hypot(plate.sd, more_sd))
        for plate in plates
    ]
    return np.asarray(np.logaddexp.reduce(parts, axis=0))


def _highest(plates: Sequence[_Plate]) -> float:
    """Return the most that a kind draws. [ln W]"""
    return max(plate.centre for plate in plates) + math.log(_FITS_PLATE)


def _log_normal(value: Floats, centre: float, sd: float) -> Floats:
    deviation = (value - centre) / sd
    return np.asarray(-0.5 * deviation**2 - math.log(sd) - 0.5 * math.log(2 * math.pi))


def _log_student(value: Floats, centre: float, scale: float) -> Floats:
    """Return the log density of Student's t: an odd plate is unlikely, not impossible."""
    squares = ((value - centre) / scale) ** 2
    tail = -(_FREEDOM + 1) / 2 * np.log1p(squares / _FREEDOM)
    return np.asarray(tail - math.log(scale) + _STUDENT)


def _alike_around(events: Events) -> Floats:
    """Return how many events of like power lie within ``_NEIGHBOUR_MIN``, shape (n,)."""
    start, log_power = events.start_minute, np.log(np.maximum(events.power_w, 1.0))
    alike = np.zeros(len(events))
    for shift in range(1, _LOOK_AROUND + 1):
        near = np.abs(start[shift:] - start[:-shift]) <= _NEIGHBOUR_MIN
        same = near & (np.abs(log_power[shift:] - log_power[:-shift]) <= _ALIKE)
        alike[shift:] += same
        alike[:-shift] += same
    return alike


def _repetition(alike: Floats, repeats: bool | None) -> Floats:
    """Return the log probability of what is seen around an event, given the kind's habit."""
    if repeats is None:
        return np.full(len(alike), math.log(0.5))
    expected = (alike >= _REPEATS) == repeats
    return np.where(expected, math.log(1 - _SIDE), math.log(_SIDE))


def _by_energy(events: Events, kinds: Sequence[EventKind], plates: Sequence[_Plate]) -> Floats:
    """Return how the energy of each block is expected to part over the kinds, shape (n, k).

    A block of hours holds whatever ran in them. Its power rules out the kinds that could
    not reach it; of the others each is expected to take what its owners use of it.
    """
    expected = dict.fromkeys(kinds, 0.0)
    most = dict.fromkeys(kinds, 0.0)
    for plate in plates:
        expected[plate.kind] = max(expected[plate.kind], plate.owned * plate.kwh_month)
        most[plate.kind] = max(most[plate.kind], math.exp(plate.centre) * _FITS_PLATE)
    usual, highest = np.array([*expected.values()]), np.array([*most.values()])
    table = np.where(events.power_w[:, None] <= highest, usual, _OVER_PLATE * usual)
    # The unknown comes last; no plate is its, so that its column is nothing so far.
    known = table @ np.ones(len(kinds))
    unknown = np.where(known > 0, known * _UNKNOWN_SHARE / (1 - _UNKNOWN_SHARE), 1.0)
    table[:, -1] = unknown
    return np.asarray(table / (known + unknown)[:, None])
