"""Asking for the size of a technology inside a test."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from ahorraluz.services.connection import Connection
from ahorraluz.services.homes import KnownHome, home_from_file
from ahorraluz.services.renewables.ask import Money, Question, answer
from ahorraluz.services.renewables.size_array import ArraySizing
from ahorraluz.services.renewables.size_kitchen import SizedKitchen
from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit
from ahorraluz.services.toolbox import Toolbox

AS_OF = date(2026, 11, 26)
EXAMPLES = Path(__file__).resolve().parents[4] / "examples"
RATE = Money(price_kwh=Decimal("0.80"))
CUSCO = Question(place="Cusco", kwh=180, money=RATE)


def example(name: str) -> KnownHome:
    return home_from_file(EXAMPLES / f"{name}.toml", as_of=AS_OF)


def billed(known: KnownHome) -> Connection:
    return Connection(
        supply=known.home.supply,
        charges=known.home.charges,
        receipts=(known.receipt,) if known.receipt else (),
    )


def sized(question: Question, tools: Toolbox) -> ArraySizing:
    found = answer(question, tools=tools, as_of=AS_OF)
    assert isinstance(found, ArraySizing)
    return found


def codes(found: ArraySizing | SizedHeater | SizedKit | SizedKitchen) -> set[str]:
    return {issue.code for issue in found.issues}


def priced(**known: object) -> Question:
    """Return the question of a home in Cusco with more of its money known."""
    return Question(
        place="Cusco",
        kwh=180,
        kwp=1,
        money=Money(price_kwh=Decimal("0.80"), **known),  # type: ignore[arg-type]
    )
