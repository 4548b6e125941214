"""Ranges of results from ranges of what they are computed from."""

import math
from collections.abc import Callable, Mapping

from ahorraluz.core.estimate import Estimate

Inputs = Mapping[str, float]


def propagated(
    function: Callable[[Inputs], float],
    inputs: Mapping[str, Estimate],
    *,
    unit: str,
    basis: str,
) -> Estimate:
    """Return the estimate of ``function`` of several independent estimates.

    Each input is moved to both its ends while the others stay at their middles;
    the movements of the result add in quadrature. The result is never below zero
    where its middle is not.

    Parameters
    ----------
    function
        Result from the inputs by name.
    inputs
        At least one, all of one level.
    unit
        Unit of the result.
    basis
        Key of the sentence that says what it rests on.

    Examples
    --------
    >>> three = Estimate(low=2, middle=3, high=4, unit="m", basis="basis.stated")
    >>> area = propagated(lambda side: side["a"] * side["b"], {"a": three, "b": three},
    ...                   unit="m2", basis="basis.stated")
    >>> round(area.low, 2), area.middle, round(area.high, 2)
    (4.76, 9, 13.24)
    """
    middles = {name: estimate.middle for name, estimate in inputs.items()}
    middle = function(middles)
    below, above = [], []
    for name, estimate in inputs.items():
        moves = [function({**middles, name: end}) - middle for end in (estimate.low, estimate.high)]
        below.append(min(0.0, *moves))
        above.append(max(0.0, *moves))
    low = middle - math.hypot(*below)
    return Estimate(
        low=max(low, 0.0) if middle >= 0 else low,
        middle=middle,
        high=middle + math.hypot(*above),
        unit=unit,
        basis=basis,
        level=next(iter(inputs.values())).level,
    )
