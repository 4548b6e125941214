"""What there is to put up, buy, borrow or ask for, each with its source."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.history import Source


class Need(StrEnum):
    """What a home wants; ``need.<id>`` is the key of its words."""

    LOWER_BILL = "lower-bill"
    HOT_WATER = "hot-water"
    STORE_ENERGY = "store-energy"
    NO_LINE = "no-line"
    """A home that the grid does not reach."""
    COOK_WITH_WOOD = "cook-with-wood"
    MONEY = "money"
    """Credit, support, tax."""


class EntryKind(StrEnum):
    """What an entry is; ``entry-kind.<id>`` is the key of its words."""

    TECHNOLOGY = "technology"
    PRODUCT = "product"
    """Something with a price, or of which none was found."""
    FIGURE = "figure"
    """What was measured, claimed or is usual."""
    PROGRAMME = "programme"
    PROVIDER = "provider"


class Standing(StrEnum):
    """Whether somebody is there; ``standing-of.<id>`` is the key of its words."""

    ACTIVE = "active"
    SEEN = "seen"
    """In a document, which may be old."""
    UNVERIFIED = "unverified"
    """Only their own word for it: to be checked before anything is paid."""
    PUBLISHED = "published"
    """Proposed by a provider, published by an administrator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing or one provider."""

    id: str
    kind: EntryKind
    technologies: tuple[str, ...]
    needs: tuple[Need, ...]
    name: str | None = None
    """Proper name; ``None``: texts name it by technology and item."""
    item: str | None = None
    trade: str | None = None
    """Of a provider, such as ``installer``."""
    departments: tuple[str, ...] = ()
    """Where it is offered, by id; empty: the whole country."""
    size: Decimal | None = None
    size_unit: str | None = None
    low: Decimal | None = None
    central: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    remark: str | None = None
    """Brand or number of tubes, as the source writes it."""
    web: str | None = None
    standing: Standing
    source: Source
