"""What a check noticed in the rows of a channel, before it becomes a finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import Parameter
from ahorraluz.core.readings.channels import Channel

MAX_EXAMPLES = 5
"""Examples that a finding shows; more would bury the reader."""

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One kind of trouble in one channel, with its first rows."""

    code: str
    action: str
    """What cleaning does about it; ``quality-action.<action>`` says it."""
    count: int
    examples: tuple[tuple[int, int, float], ...]
    """Moment [s since 1970 UTC], line of the file and value, at most five."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def mark(
    code: str,
    action: str,
    channel: Channel,
    places: Places | NDArray[np.bool_],
    **parameters: Parameter,
) -> tuple[Mark, ...]:
    """Return the mark of some rows, places or a mask; nothing where there are none."""
    chosen = np.flatnonzero(places) if places.dtype == np.bool_ else places
    if len(chosen) == 0:
        return ()
    examples = tuple(
        (int(channel.start_s[row]), int(channel.line[row]), float(channel.value[row]))
        for row in chosen[:MAX_EXAMPLES]
    )
    return (
        Mark(
            code=code,
            action=action,
            count=len(chosen),
            examples=examples,
            parameters=parameters,
        ),
    )


def runs_of(values: NDArray[np.float64] | NDArray[np.bool_]) -> tuple[Places, Places]:
    """Return where runs of equal values begin and how long they are, both shape (r,)."""
    if len(values) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    change = np.flatnonzero(values[1:] != values[:-1]) + 1
    edges = np.concatenate(([0], change, [len(values)]))
    return edges[:-1].astype(np.int64), np.diff(edges).astype(np.int64)


def most_common(numbers: NDArray[np.int64]) -> int:
    """Return the most common of some whole numbers, the smallest of equals; 0 if none."""
    if len(numbers) == 0:
        return 0
    # What more than half of them are needs no sorting; years of minutes are long.
    for place in (0, len(numbers) // 2):
        likely = int(numbers[place])
        if 2 * int(np.count_nonzero(numbers == likely)) > len(numbers):
            return likely
    found, count = np.unique(numbers, return_counts=True)
    return int(found[np.argmax(count)])
