"""Shares rounded together, so that what people see adds up to what it should."""

from collections.abc import Sequence
from math import floor

HUNDRED = 100


def whole_percents(shares: Sequence[float]) -> tuple[int, ...]:
    """Return shares as whole percentages that add up to the rounded sum of the shares.

    Each is rounded down, and the largest remainders get the hundredths that are left (Hare's
    quota): rounded one by one, parts of a whole may add up to 99 or 101.

    Parameters
    ----------
    shares
        Parts of one whole, not negative. [0 to 1]

    Examples
    --------
    >>> whole_percents([1 / 3, 1 / 3, 1 / 3])
    (34, 33, 33)
    """
    exact = [HUNDRED * share for share in shares]
    whole = [floor(value) for value in exact]
    left = round(sum(exact)) - sum(whole)
    by_rest = sorted(range(len(exact)), key=lambda at: (whole[at] - exact[at], at))
    for at in by_rest[:left]:
        whole[at] += 1
    return tuple(whole)
