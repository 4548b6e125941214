"""Random small homes with invented measures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
from tests.unit.core.advice.conftest import context_of, home_of

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.energy import UseKey
from ahorraluz.core.advice.measures import (
    Cost,
    CostKind,
    Cut,
    Effect,
    Effort,
    Kind,
    Measure,
    Proposal,
)
from ahorraluz.core.advice.plan import board_of
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.home import Appliance, CookingFuel
from ahorraluz.core.renewables.economics import MoneyRange

APPLIANCES = (
    Appliance(id="refrigeradora-convencional"),
    Appliance(id="ducha-electrica", minutes_shower=10, showers_day=3),
    Appliance(id="foco-ahorrador-20", count=6),
    Appliance(id="tv-generico"),
    Appliance(id="plancha"),
)
USES = tuple(UseKey(item.id) for item in APPLIANCES)
NAMES = (
    "solar-water-heater",
    "gas-water-heater",
    "heater-off-after-bath",
    "induction-instead-of-lpg",
    "natural-gas-cooking",
    *(f"invented-{number}" for number in range(40)),
)
"""The first ones rule each other out."""


def estimate(low: float, middle: float, high: float, unit: str) -> Estimate:
    return Estimate(low=low, middle=middle, high=high, unit=unit, basis="basis.habit-assumed")


def money(amount: float, unit: str = "PEN") -> MoneyRange:
    exact = Decimal(str(round(amount, 2)))
    return MoneyRange(low=exact, middle=exact, high=exact, unit=unit, basis="basis.stated")


def invented_measure(rng: np.random.Generator, name: str, others: Sequence[str]) -> Measure:
    first = invented_proposal(rng)
    sizes = rng.integers(1, 4) if first.effect.home_shares else 1
    proposal = replace(first, variants=tuple(invented_size(rng, first) for _ in range(sizes - 1)))
    needs = (str(rng.choice(others)),) if len(others) and rng.random() < 0.15 else ()
    effort = rng.choice([Effort.DAILY, Effort.ERRAND])
    return Measure(
        id=name, kind=Kind.HABIT, effort=effort, evidence=(), judge=lambda _: proposal, needs=needs
    )


def invented_size(rng: np.random.Generator, first: Proposal) -> Proposal:
    factor = rng.uniform(0.4, 0.95)
    shares = tuple(share * factor for share in first.effect.home_shares)
    amount = money(float(first.cost.middle or 0) * rng.uniform(0.3, 1.0))
    return replace(
        first,
        effect=Effect(home_shares=shares),
        cost=Cost(kind=CostKind.STATED, amount=amount),
    )


def invented_proposal(rng: np.random.Generator) -> Proposal:
    kind = rng.choice(["cut", "cut", "cut", "all", "add", "fuel"])
    effect, other, fuel = Effect(), None, None
    if kind == "all":
        effect = Effect(home_shares=tuple(rng.uniform(0.05, 0.5, 12)))
    elif kind == "add":
        effect = Effect(added=estimate(5, 5 + 20 * rng.random(), 30, "kWh/month"))
        other = money(rng.uniform(5, 30), "PEN/month")
    else:
        uses = rng.choice(len(USES), size=rng.integers(1, 3), replace=False)
        share = rng.uniform(0.05, 0.9)
        effect = Effect(
            cuts=tuple(
                Cut(use=USES[use], shares=tuple(share * rng.uniform(0.5, 1, 12))) for use in uses
            )
        )
        fuel = estimate(0.2, 0.3, 0.4, "share") if kind == "fuel" else None
        other = money(rng.uniform(-3, 3), "PEN/month") if rng.random() < 0.2 else None
    free = rng.random() < 0.4 and kind != "all"
    cost = Cost() if free else Cost(kind=CostKind.STATED, amount=money(rng.uniform(5, 600)))
    return Proposal(
        effect=effect,
        other=other,
        fuel_share=fuel,
        other_co2_kg=rng.uniform(-1, 3) if other else 0.0,
        cost=cost,
        life_years=None if free else int(rng.choice([2, 5, 12])),
        fading_year=Decimal("0.02") if kind == "all" else Decimal(0),
        upkeep_share=Decimal("0.03") if kind == "all" else Decimal(0),
        new_parts={4: Decimal(40), 8: Decimal(40)} if kind == "all" else {},
        basis="basis.habit-assumed",
    )


@dataclass(frozen=True)
class SmallHome:
    """One random home with its measures and what it wants."""

    context: PlanContext
    measures: tuple[Measure, ...]
    wishes: Wishes

    @property
    def board(self) -> Board:
        """What its plan is chosen from."""
        return board_of(self.context, measures=self.measures, wishes=self.wishes)


def small_home(
    seed: int, *, objective: Objective, instalment: bool = False, measures: int = 7
) -> SmallHome:
    """Return a random home, the same for the same seed."""
    rng = np.random.default_rng(seed)
    names = list(rng.choice(NAMES, size=rng.integers(2, measures + 1), replace=False))
    found = tuple(
        invented_measure(rng, str(name), names[:place]) for place, name in enumerate(names)
    )
    level = rng.choice([60, 120, 145, 160, 230])
    kwh = [float(level + rng.integers(-12, 13)) for _ in range(12)]
    budget = None if rng.random() < 0.3 else Decimal(int(rng.integers(0, 900)))
    fuel: dict[str, Any] = {}
    if rng.random() < 0.3:
        kwh = [72.0 + float(rng.integers(-6, 14)) for _ in range(12)]
        fuel = {"cooking": CookingFuel.LPG, "assumptions": {"voucher-if-under": Decimal(1)}}
    home = home_of(
        *kwh,
        **fuel,
        appliances=APPLIANCES,
        budget_pen=budget,
        homes_on_meter=int(rng.choice([1, 1, 1, 2])),
        people=4,
    )
    wishes = Wishes(
        objective=objective,
        effort_pen_month=Decimal(int(rng.choice([0, 0, 1, 3]))),
        instalment_pen=Decimal(int(rng.integers(2, 60))) if instalment else None,
    )
    return SmallHome(context=context_of(home), measures=found, wishes=wishes)
