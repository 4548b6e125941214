"""What a kitchen is judged by, whether its home has a line or not."""

from decimal import Decimal
from typing import Protocol

from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.home import CookingFuel, Tenure


class Cook(Protocol):
    """A household, as far as its kitchen is concerned."""

    @property
    def cooking(self) -> CookingFuel | None:
        """Main fuel; ``None``: not told."""

    @property
    def tenure(self) -> Tenure | None:
        """Who may change the dwelling; ``None``: not told."""

    @property
    def altitude_m(self) -> float | None:
        """Metres above the sea; ``None``: not told."""

    @property
    def lpg_cylinder_pen(self) -> Decimal | None:
        """Price of a cylinder of 10 kg; ``None``: not told. [PEN]"""


class Kitchen(Protocol):
    """A kitchen with the facts on file and what its household typed."""

    @property
    def home(self) -> Cook:
        """The household."""

    @property
    def facts(self) -> AdviceFacts:
        """Everything from outside."""

    def typed(self, figure: str) -> Decimal | None:
        """Return a figure the household typed, by id; ``None``: it did not."""
