"""What was found out about a home: an object with its numbers, ready to be said and priced."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Parameter


class Weight(StrEnum):
    """How much a finding asks of the reader."""

    ACT = "act"
    """Something costs money and can be changed or must be looked into."""
    KNOW = "know"
    """Worth knowing; nothing to do by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing the readings say about a home.

    ``finding.<id>`` is its sentence in the translation catalogue, ``finding.<id>.title``
    its title; both may name every key of ``numbers``.
    """

    id: str
    """Kind of finding in kebab-case, such as ``base-load`` or ``step-up``."""
    weight: Weight
    numbers: Mapping[str, Parameter] = field(default_factory=dict)
    """Figures that the sentence names, rounded as they are shown."""
    energy: Estimate | None = None
    """Energy that it is about. [kWh/month] ``None``: it is not about an amount of energy."""
    confidence: float | None = None
    """Probability that it is so. [0 to 1] ``None``: it was counted, not inferred."""
    since: date | None = None
    """Local day from which on it holds."""
    until: date | None = None
    """Local day from which on it holds no more."""
