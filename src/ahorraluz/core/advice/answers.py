"""Everything a household could still tell that bears on some steps, and what it leaves open.

An answer does not make an energy known, it makes it better known: minutes of a shower
leave its power in doubt. How much it leaves is what the survey says of the same home with
and without the answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ahorraluz.core.advice.chances import Doubt
from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import MONTHS
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import Candidate, CostKind
from ahorraluz.core.advice.unknowns import YEAR, step_id, use_id, year_sd
from ahorraluz.core.home import Appliance
from ahorraluz.core.usage.appliances import Surroundings, appliance_energy
from ahorraluz.core.usage.facts import Physics

SIZE_OF_HABIT: Mapping[str, str] = {
    "shorter-showers": "shower-cut-min",
    "decoder-off-at-night": "decoder-off-h-day",
    "stabiliser-off": "stabiliser-off-h-day",
    "standby-off": "standby-off-share",
    "cold-wash": "cold-wash-share",
    "full-loads": "full-load-share",
    "line-drying": "line-dry-share",
    "fan-instead-of-ac": "ac-to-fan-share",
    "blanket-instead-of-heater": "heater-to-blanket-share",
    "pressure-cooker": "long-dishes-share",
    "shift-to-sun": "sun-shift-share",
}
"""By measure, the figure by which the household says how far it would go."""
CYLINDERS = "lpg-cylinders-month"
"""Figure of the gas that the household buys."""
CYLINDER_SAVERS = frozenset({"induction-instead-of-lpg", "lids-on-pots", "pressure-cooker"})
"""Measures that spare a part of these cylinders, or all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Something the household could tell, and what it would leave in doubt."""

    id: str
    field: str
    subject: str | None
    unknown: str
    left: float
    """Part of the variance of the unknown that stays. [0 to 1]"""


def answers_of(board: Board, steps: Sequence[Candidate]) -> tuple[Answer, ...]:
    """Return everything the household could still tell that bears on steps."""
    return (
        *_of_uses(board, steps),
        *_of_recibos(board),
        *(answer for step in steps for answer in _of_a_step(board, step)),
    )


def _of_recibos(board: Board) -> Iterator[Answer]:
    """Yield the recibos of a whole year, where fewer are known."""
    known = len(board.context.home.history)
    if known >= MONTHS:
        return
    now, then = (year_sd(board, recibos=count) for count in (known, MONTHS))
    if now > 0:
        yield Answer(
            id="recibos", field="recibos", subject=None, unknown=YEAR, left=(then / now) ** 2
        )


def _of_a_step(board: Board, step: Candidate) -> Iterator[Answer]:
    """Yield the price of a quote, and how far the household would go."""
    cost, name = step.proposal.cost, step.measure.id
    if cost.kind is CostKind.PUBLISHED and cost.figure is not None:
        yield Answer(
            id="quote",
            field=f"assumptions.{cost.figure}",
            subject=name,
            unknown=step_id(Doubt.COST, step),
            left=0.0,
        )
    figure = SIZE_OF_HABIT.get(name)
    if figure is not None and board.context.typed(figure) is None:
        yield Answer(
            id="figure",
            field=f"assumptions.{figure}",
            subject=figure,
            unknown=step_id(Doubt.EFFECT, step),
            left=0.0,
        )
    other = step.proposal.other
    asked = name in CYLINDER_SAVERS and board.context.typed(CYLINDERS) is None
    if asked and other is not None and other.middle > 0 and other.high > other.low:
        cylinders = board.context.facts.advice.lpg_cylinders_month
        width = (cylinders.high - cylinders.low) / cylinders.middle
        explained = width / float((other.high - other.low) / other.middle)
        left = max(0.0, 1 - explained**2)
        yield Answer(
            id="cylinders",
            field=f"assumptions.{CYLINDERS}",
            subject=None,
            unknown=step_id(Doubt.FUEL, step),
            left=left,
        )


def _of_uses(board: Board, steps: Sequence[Candidate]) -> Iterator[Answer]:
    """Yield what would say more of the appliances that steps act on."""
    acted = dict.fromkeys(
        cut.use for step in steps for cut in step.proposal.effect.cuts if not cut.use.standby
    )
    for use in acted:
        entries = board.context.entries(use.id)
        if len(entries) == 1:
            yield from _of_an_entry(board, use, entries[0])


def _of_an_entry(board: Board, use: UseKey, entry: Appliance) -> Iterator[Answer]:
    around = board.context.surroundings
    now = _relative_width(entry, around)
    if now is None:
        return
    for field, told in _untold(entry, around).items():
        then = _relative_width(replace(entry, **{field: told}), around)
        if then is not None and then < now:
            yield Answer(
                id=field.replace("_", "-"),
                field=f"appliances.{field}",
                subject=use.id,
                unknown=use_id(use),
                left=(then / now) ** 2,
            )
    if around.people is None and around.facts(entry.id).physics in (Physics.SHOWER, Physics.TANK):
        then = _relative_width(entry, replace(around, people=_likely_people(around)))
        if then is not None and then < now:
            yield Answer(
                id="people",
                field="people",
                subject=None,
                unknown=use_id(use),
                left=(then / now) ** 2,
            )


def _relative_width(entry: Appliance, around: Surroundings) -> float | None:
    """Return how wide the survey leaves the energy of an entry, as a part of it."""
    energy = appliance_energy(entry, surroundings=around)
    if energy is None or energy.middle <= 0:
        return None
    return (energy.high - energy.low) / energy.middle


def _likely_people(around: Surroundings) -> int:
    """Return the people who take the showers that a home is taken to have."""
    known = around.assumptions
    return max(1, round(known.showers_day.middle / known.showers_person_day.middle))


def _untold(entry: Appliance, around: Surroundings) -> dict[str, Any]:
    """Return the figures that the household did not state, each as it is taken to be."""
    facts, known = around.facts(entry.id), around.assumptions
    likely: dict[str, Any] = {}
    if facts.physics is Physics.COLD:
        energy = appliance_energy(entry, surroundings=around)
        if energy is not None and entry.count:
            likely["label_kwh_year"] = energy.middle * MONTHS / entry.count
    elif facts.physics is Physics.PLAIN:
        likely["hours_day"] = facts.default_h_day
    elif entry.hours_day is None:
        people = around.people or _likely_people(around)
        likely["minutes_shower"] = known.minutes_shower.middle
        likely["showers_day"] = people * known.showers_person_day.middle
        if facts.physics is Physics.TANK:
            likely["always_on"] = bool(facts.left_on)
    if facts.physics is not Physics.COLD and facts.power_w is not None:
        likely["power_w"] = facts.power_w.middle
    return {
        field: value
        for field, value in likely.items()
        if value is not None and getattr(entry, field) is None
    }
