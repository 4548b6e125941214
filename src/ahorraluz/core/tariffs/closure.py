"""Which printed line keeps a recibo from adding up.

When the taxed lines do not add up to the printed subtotal, the difference is exact but
its place is not: lines that are recomputed from kWh and prices are cleared first, lines
that agree with what is known of that distributor next; a line that would agree if the
difference were taken off it is the one to name. Where several remain, none is accused.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ahorraluz.core.tariffs.lines import LineCode

FLOOR = 1e-6
FITS = 0.5
"""Likelihood, relative to the best, from which an amount agrees with a hint."""
POSSIBLE = 0.01
"""Likelihood below which even the corrected amount is no such charge."""
CLEAR = 1.0
"""Gain of log-likelihood from which a move to a hint, or away from it, tells something."""
DRIFT = Decimal("0.02")
"""Relative move of a charge between two months that would surprise nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What the same charge was elsewhere: an amount, or the range between two months."""

    code: LineCode
    low: Decimal
    """[PEN, before IGV]"""
    high: Decimal
    """The same as ``low`` for one amount. [PEN, before IGV]"""
    spread: Decimal
    """Standard deviation outside of it that would surprise nobody. [PEN]"""

    def away(self, amount: Decimal) -> float:
        """Return how far outside the range ``amount`` lies, in spreads."""
        return float(max(self.low - amount, amount - self.high, Decimal(0)) / self.spread)

    def widened(self) -> "Hint":
        """Return the hint for a charge that may have moved since it was seen."""
        return replace(self, spread=max(self.spread, self.high * DRIFT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Lines that may hold the difference; one: it is named."""

    codes: tuple[LineCode, ...]

    @property
    def named(self) -> LineCode | None:
        """The line to name, if only one remains."""
        return self.codes[0] if len(self.codes) == 1 else None


def locate(
    amounts: Mapping[LineCode, Decimal],
    residual: Decimal,
    hints: Sequence[Hint],
    *,
    sure: bool = True,
) -> Suspects:
    """Return the lines that may be off by ``residual``.

    Parameters
    ----------
    amounts
        Printed amounts of the lines that nothing recomputes. [PEN]
    residual
        Printed lines minus printed subtotal: what the line is too high by. [PEN]
    hints
        What is known of such charges.
    sure
        Whether the subtotal itself is beyond doubt; if not, only a line that its hints
        speak against is named.

    Examples
    --------
    Invented amounts: a connection charge seen at 1.40 elsewhere, printed as 1.90.

    >>> price = Decimal("1.40")
    >>> seen = [Hint(code=LineCode.CONNECTION, low=price, high=price, spread=Decimal("0.02"))]
    >>> printed = {LineCode.CONNECTION: Decimal("1.90"), LineCode.INTEREST: Decimal("0.60")}
    >>> locate(printed, Decimal("0.50"), seen).named.value
    'connection'
    """
    hinted = {hint.code for hint in hints}
    # No charge is negative: a line is neither mended below zero nor left there.
    charges = {code: a for code, a in amounts.items() if code is not LineCode.OTHER}
    negative = tuple(code for code, a in charges.items() if a < 0 <= a - residual)
    possible = {
        code: a for code, a in amounts.items() if code not in charges or min(a, a - residual) >= 0
    }
    if len(negative) == 1:
        return Suspects(codes=negative)
    open_lines = {
        code: amount
        for code, amount in possible.items()
        if code in hinted and not agrees(code, amount, hints)
    }
    near = _gains(open_lines, residual, hints)
    better = {
        code: gain
        for code, gain in near.items()
        if gain > 0 and _fit(code, open_lines[code] - residual, hints) >= math.log(POSSIBLE)
    }
    # A charge may have moved since the hint: then only a clear move to it or away counts.
    moved = _gains(open_lines, residual, [hint.widened() for hint in hints])
    better = better or {code: gain for code, gain in moved.items() if gain > CLEAR}
    if better:
        return Suspects(codes=(max(better, key=lambda code: better[code]),))
    doubtful = tuple(
        code for code in possible if code not in hinted or moved.get(code, -CLEAR - 1) >= -CLEAR
    )
    if len(doubtful) == 1 and not sure:
        return Suspects(codes=tuple(amounts))
    return Suspects(codes=doubtful or tuple(amounts))


def _gains(
    amounts: Mapping[LineCode, Decimal], residual: Decimal, hints: Sequence[Hint]
) -> dict[LineCode, float]:
    """Return how much better each amount fits its hints with the residual taken off."""
    return {
        code: _fit(code, amount - residual, hints) - _fit(code, amount, hints)
        for code, amount in amounts.items()
    }


def agrees(code: LineCode, amount: Decimal, hints: Sequence[Hint]) -> bool:
    """Tell whether ``amount`` agrees with a hint of that charge."""
    return _fit(code, amount, hints) >= math.log(FITS)


def _fit(code: LineCode, amount: Decimal, hints: Sequence[Hint]) -> float:
    """Return the log-likelihood of ``amount`` under the nearest hint, zero at its value."""
    distances = [hint.away(amount) for hint in hints if hint.code is code]
    if not distances:
        return 0.0
    nearest = min(distances)
    return max(-0.5 * nearest**2, math.log(FLOOR) - math.log1p(nearest))
