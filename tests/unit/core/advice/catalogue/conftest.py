"""Judging one measure for one home, for the tests of the catalogue."""

from decimal import Decimal
from typing import Any

from tests.unit.core.advice.conftest import context_of, home_of

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.measures import Answer, Proposal
from ahorraluz.core.home import CookingFuel, Roof, Tenure

BY_ID = {measure.id: measure for measure in ALL_MEASURES}
OWNER = {"tenure": Tenure.OWNER, "roof": Roof.OWN, "city": "arequipa", "people": 4}
LPG = {"cooking": CookingFuel.LPG, "lpg_cylinder_pen": Decimal(50)}


def judged(name: str, *kwh: float, **stated: Any) -> Answer:
    return BY_ID[name].judge(context_of(home_of(*kwh, **stated)).prepared())


def proposed(name: str, *kwh: float, **stated: Any) -> Proposal:
    answer = judged(name, *kwh, **stated)
    assert isinstance(answer, Proposal), answer
    return answer


def share(proposal: Proposal) -> float:
    """Return the share of the first use that is spared, in January."""
    return proposal.effect.cuts[0].shares[0]
