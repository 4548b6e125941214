"""How the homes of a portfolio are spread: counts by energy and by potential, and by group."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from ahorraluz.services.portfolio.clients import ClientHome

MOST_BARS = 10
STEPS = (1, 2, 5)
MOST_GROUPS = 20
NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Homes whose figure lies in ``[low, high)``."""

    low: int
    high: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Homes of one place or option."""

    name: str
    """Empty: not told."""
    homes: int
    kwh: Decimal | None
    saving: Decimal | None
    """Medians, and the sum of what all steps save; ``None``: nothing is known."""
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The spread of a portfolio."""

    known: int
    """Homes with figures."""
    kwh: tuple[Bar, ...]
    saving: tuple[Bar, ...]
    by_place: tuple[Group, ...]
    by_option: tuple[Group, ...]


def cohort_of(clients: Sequence[ClientHome]) -> Cohort:
    """Return how homes are spread; those without figures count in no picture."""
    known = [client for client in clients if client.figures is not None]
    return Cohort(
        known=len(known),
        kwh=bars([c.figures.kwh_month for c in known if c.figures]),
        saving=bars([c.potential for c in known]),
        by_place=_groups(clients, lambda client: client.place),
        by_option=_groups(clients, lambda client: f"{client.distributor} · {client.option}"),
    )


def bars(values: Sequence[Decimal | None]) -> tuple[Bar, ...]:
    """Return counts in round steps, at most ten of them; what is not known is left out.

    Examples
    --------
    >>> [(bar.low, bar.high, bar.count) for bar in bars([Decimal(3), Decimal(7), Decimal(8)])]
    [(3, 4, 1), (4, 5, 0), (5, 6, 0), (6, 7, 0), (7, 8, 1), (8, 9, 1)]
    """
    numbers = [float(value) for value in values if value is not None]
    if not numbers:
        return ()
    low, high = min(numbers), max(numbers)
    step = _step(high - low)
    first = math.floor(low / step) * step
    count = int((high - first) // step) + 1
    counts = [0] * count
    for number in numbers:
        counts[int((number - first) // step)] += 1
    return tuple(
        Bar(low=first + at * step, high=first + (at + 1) * step, count=found)
        for at, found in enumerate(counts)
    )


def _step(span: float) -> int:
    """Return the least round step by which a span is cut into at most ten."""
    scale = 1
    while True:
        for step in STEPS:
            # A span that begins inside a step reaches into one more.
            if span / (step * scale) <= MOST_BARS - 1:
                return step * scale
        scale *= 10


def _groups(
    clients: Sequence[ClientHome], name_of: Callable[[ClientHome], str]
) -> tuple[Group, ...]:
    members: dict[str, list[ClientHome]] = {}
    for client in clients:
        members.setdefault(name_of(client), []).append(client)
    groups = [_group(name, homes) for name, homes in members.items()]
    groups.sort(key=lambda group: (-group.total, -group.homes, group.name))
    return tuple(groups[:MOST_GROUPS])


def _group(name: str, homes: Sequence[ClientHome]) -> Group:
    kwh = [c.figures.kwh_month for c in homes if c.figures and c.figures.kwh_month is not None]
    saving = [c.potential for c in homes if c.potential is not None]
    return Group(
        name=name or NONE,
        homes=len(homes),
        kwh=median(kwh) if kwh else None,
        saving=median(saving) if saving else None,
        total=sum(saving, Decimal(0)),
    )
