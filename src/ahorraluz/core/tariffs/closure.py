"""Which printed line keeps a recibo from adding up.

When the taxed lines do not add up to the printed subtotal, the difference is exact but
its place is not: lines that are recomputed from kWh and prices are cleared first, lines
that agree with what is known of that distributor next; a line that would agree if the
difference were taken off it is the one to name. Where several remain, none is accused.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.core.tariffs.lines import LineCode

FLOOR = 1e-6
FITS = 0.5
"""Likelihood, relative to the best, from which an amount agrees with a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """An amount seen elsewhere for the same charge."""

    code: LineCode
    value: Decimal
    """[PEN, before IGV]"""
    spread: Decimal
    """Standard deviation around it that would surprise nobody. [PEN]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """Lines that may hold the difference; one: it is named."""

    codes: tuple[LineCode, ...]

    @property
    def named(self) -> LineCode | None:
        """The line to name, if only one remains."""
        return self.codes[0] if len(self.codes) == 1 else None


def locate(
    amounts: Mapping[LineCode, Decimal], residual: Decimal, hints: Sequence[Hint]
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

    Examples
    --------
    Invented amounts: a connection charge seen at 1.40 elsewhere, printed as 1.90.

    >>> seen = [Hint(code=LineCode.CONNECTION, value=Decimal("1.40"), spread=Decimal("0.02"))]
    >>> printed = {LineCode.CONNECTION: Decimal("1.90"), LineCode.INTEREST: Decimal("0.60")}
    >>> locate(printed, Decimal("0.50"), seen).named.value
    'connection'
    """
    hinted = {hint.code for hint in hints}
    unknown = tuple(code for code in amounts if code not in hinted)
    gains = {
        code: _fit(code, amount - residual, hints) - _fit(code, amount, hints)
        for code, amount in amounts.items()
        if code in hinted and not agrees(code, amount, hints)
    }
    better = {code: gain for code, gain in gains.items() if gain > 0}
    if better:
        return Suspects(codes=(max(better, key=lambda code: better[code]),))
    if unknown:
        return Suspects(codes=unknown)
    return Suspects(codes=tuple(amounts))


def agrees(code: LineCode, amount: Decimal, hints: Sequence[Hint]) -> bool:
    """Tell whether ``amount`` agrees with a hint of that charge."""
    return _fit(code, amount, hints) >= math.log(FITS)


def _fit(code: LineCode, amount: Decimal, hints: Sequence[Hint]) -> float:
    """Return the log-likelihood of ``amount`` under the nearest hint, zero at its value."""
    distances = [float((amount - hint.value) / hint.spread) for hint in hints if hint.code is code]
    if not distances:
        return 0.0
    nearest = min(abs(distance) for distance in distances)
    return max(-0.5 * nearest**2, math.log(FLOOR) - math.log1p(nearest))
