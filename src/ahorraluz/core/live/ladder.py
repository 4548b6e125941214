"""What a month costs as a function of its energy: the exact bill, in whole numbers and one look.

Compiled from the terms of the month (:func:`ladder_of`), so that a watch prices every reading to
the céntimo without a table, an array or a file: block by block, bracket by bracket, with fixed
charges, tax, levy and the rounding of the total. Equal to ``price_bill`` for every watt-hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ahorraluz.core.money import IgvRounding, round_cent
from ahorraluz.core.tariffs.terms import BillTerms

WH = 1_000
PRICE_UNITS = 10_000
"""Of a sol: the four decimals of a price."""
RATE_UNITS = 1_000_000
CENTS = 100
DIVISOR = WH * PRICE_UNITS // CENTS
"""Watt-hours times units of a price in a céntimo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Energy up to a limit over which each kWh of a band costs the same."""

    limit_wh: int | None
    """Upper end, inclusive; ``None``: without end. [Wh]"""
    prices: tuple[int, ...]
    """By band, before tax. [PEN/10000 per kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Prices of a whole month whose energy is at most ``limit_wh``."""

    limit_wh: int | None
    fixed_cents: int
    stretches: tuple[Stretch, ...]
    """Empty: these prices are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The bill of one month; its energies come by band, in the order of ``bands``."""

    bands: tuple[str, ...]
    rungs: tuple[Rung, ...]
    """By rising limit, the last without one."""
    same_cents: tuple[int, ...]
    """Taxed lines that no energy moves. [céntimo]"""
    rate: int
    """Of the IGV. [1/1000000]"""
    per_line: bool
    """Whether each line is taxed apart."""
    levy: int
    """[PEN/10000 per kWh]"""
    untaxed_cents: int
    carried_cents: int
    step_cents: int

    def total(self, wh: Sequence[int]) -> int | None:
        """Return the total to pay, ``None`` where its prices are not known. [céntimo]

        Parameters
        ----------
        wh
            Energy of the month by band. [Wh]
        """
        energy = sum(wh)
        rung = self.rung(energy)
        if not rung.stretches:
            return None
        weighted, divisor = self._weighted(wh, rung)
        charge = divide(weighted, divisor)
        taxed = charge + rung.fixed_cents + sum(self.same_cents)
        if self.per_line:
            lines = (charge, rung.fixed_cents, *self.same_cents)
            tax = sum(divide(line * self.rate, RATE_UNITS) for line in lines)
        else:
            tax = divide(taxed * self.rate, RATE_UNITS)
        due = taxed + tax + divide(energy * self.levy, DIVISOR) + self.untaxed_cents
        return (due + self.carried_cents) // self.step_cents * self.step_cents

    def exact(self, wh: Sequence[int], rung: Rung | None = None) -> Fraction | None:
        """Return the cost without any rounding, under the prices of a rung. [céntimo]"""
        energy = sum(wh)
        rung = rung or self.rung(energy)
        if not rung.stretches:
            return None
        weighted, divisor = self._weighted(wh, rung)
        taxed = Fraction(weighted, divisor) + rung.fixed_cents + sum(self.same_cents)
        levy = Fraction(energy * self.levy, DIVISOR)
        return taxed * (RATE_UNITS + self.rate) / RATE_UNITS + levy + self.untaxed_cents

    def marginal(self, wh: Sequence[int], band: int) -> Decimal | None:
        """Return what the next kWh costs, tax and levy included, a fall over a cliff left out.

        Parameters
        ----------
        wh
            Energy of the month so far, by band. [Wh]
        band
            Place of the band that the next kWh is used in.

        Returns
        -------
        decimal.Decimal or None
            [PEN/kWh] ``None``: not known.
        """
        more = [used + (place == band) for place, used in enumerate(wh)]
        rung = self.rung(sum(more))
        before, after = self.exact(wh, rung), self.exact(more, rung)
        if before is None or after is None:
            return None
        return decimal_of((after - before) * WH / CENTS)

    def jump(self, limit_wh: int, wh: Sequence[int]) -> Decimal | None:
        """Return what passing a limit costs by itself, without the kWh that passes it. [PEN]

        Parameters
        ----------
        limit_wh
            Last energy before the fall. [Wh]
        wh
            Energy of the month by band, for its parts; all nought: shared equally. [Wh]
        """
        at = scaled(wh, limit_wh)
        before = self.exact(at, self.rung(limit_wh))
        after = self.exact(at, self.rung(limit_wh + 1))
        return None if before is None or after is None else decimal_of((after - before) / CENTS)

    def rung(self, energy_wh: int) -> Rung:
        """Return the rung of a month's energy."""
        for rung in self.rungs:
            if rung.limit_wh is None or energy_wh <= rung.limit_wh:
                return rung
        raise ValueError("the last rung of a ladder has no limit")

    def cliffs(self) -> tuple[int, ...]:
        """Return the energies above which the whole month costs more, rising. [Wh]"""
        limits = [rung.limit_wh for rung in self.rungs if rung.limit_wh is not None]
        some = [0] * len(self.bands)
        return tuple(limit for limit in limits if (self.jump(limit, some) or 0) > 0)

    def edges(self) -> tuple[int, ...]:
        """Return every energy at which the price of the next kWh may change, rising. [Wh]"""
        found: set[int] = set()
        below = 0
        for rung in self.rungs:
            end = rung.limit_wh
            inside = [stretch.limit_wh for stretch in rung.stretches]
            found |= {e for e in inside if e is not None and below < e and (not end or e < end)}
            if end is not None:
                found.add(end)
                below = end
        return tuple(sorted(found))

    def _weighted(self, wh: Sequence[int], rung: Rung) -> tuple[int, int]:
        """Return energy times prices, and what it is to be divided by for céntimos."""
        energy = sum(wh)
        floor = weighted = 0
        for stretch in rung.stretches:
            limit = stretch.limit_wh
            top = energy if limit is None or energy < limit else limit
            if top > floor:
                prices = stretch.prices
                weighted += (top - floor) * (
                    prices[0]
                    if len(prices) == 1
                    else sum(used * price for used, price in zip(wh, prices, strict=True))
                )
                floor = top
        return weighted, DIVISOR if len(self.bands) == 1 else DIVISOR * max(energy, 1)

    def plain(self) -> list[Any]:
        """Return it as JSON writes it."""
        rungs = [
            [r.limit_wh, r.fixed_cents, [[s.limit_wh, *s.prices] for s in r.stretches]]
            for r in self.rungs
        ]
        return [
            list(self.bands),
            rungs,
            list(self.same_cents),
            self.rate,
            int(self.per_line),
            self.levy,
            self.untaxed_cents,
            self.carried_cents,
            self.step_cents,
        ]


def ladder_of(terms: BillTerms) -> Ladder:
    """Return the ladder of the terms of a month.

    Limits of a recognised collective supply are those of all its homes together.
    """
    homes = terms.supply.collective_homes
    charges = terms.charges
    bands = terms.bands

    def limit(kwh: Decimal | None) -> int | None:
        return None if kwh is None else int(kwh * WH) * homes

    return Ladder(
        bands=tuple(band.value for band in bands),
        rungs=tuple(
            Rung(
                limit_wh=limit(bracket.limit_kwh),
                fixed_cents=_cents(bracket.fixed),
                stretches=tuple(
                    Stretch(
                        limit_wh=limit(block.limit_kwh),
                        prices=tuple(int(block.prices[band] * PRICE_UNITS) for band in bands),
                    )
                    for block in bracket.blocks
                ),
            )
            for bracket in terms.brackets
        ),
        same_cents=tuple(
            _cents(amount)
            for amount in (
                charges.connection,
                charges.lighting,
                charges.interest,
                charges.other_taxed,
            )
        ),
        rate=int(terms.igv_rate * RATE_UNITS),
        per_line=terms.igv_rounding is IgvRounding.PER_LINE,
        levy=int((terms.levy or Decimal(0)) * PRICE_UNITS),
        untaxed_cents=_cents(charges.late_interest) + _cents(charges.other_untaxed),
        carried_cents=_cents(charges.previous_rounding),
        step_cents=int(terms.total_rounding.step * CENTS),
    )


def ladder_from(plain: Sequence[Any]) -> Ladder:
    """Return the ladder that :meth:`Ladder.plain` wrote."""
    bands, rungs, same, rate, per_line, levy, untaxed, carried, step = plain
    return Ladder(
        bands=tuple(bands),
        rungs=tuple(
            Rung(
                limit_wh=limit,
                fixed_cents=fixed,
                stretches=tuple(Stretch(limit_wh=s[0], prices=tuple(s[1:])) for s in stretches),
            )
            for limit, fixed, stretches in rungs
        ),
        same_cents=tuple(same),
        rate=rate,
        per_line=bool(per_line),
        levy=levy,
        untaxed_cents=untaxed,
        carried_cents=carried,
        step_cents=step,
    )


def divide(numerator: int, divisor: int) -> int:
    """Return the quotient with halves away from zero, as Decimal's half-up does.

    Examples
    --------
    >>> divide(5, 2), divide(-5, 2), divide(4, 3)
    (3, -3, 1)
    """
    size = (2 * abs(numerator) + divisor) // (2 * divisor)
    return size if numerator >= 0 else -size


def scaled(wh: Sequence[int], energy_wh: int) -> list[int]:
    """Return an energy in the proportions of another, to the watt-hour. [Wh]"""
    whole = sum(wh)
    if len(wh) == 1:
        return [energy_wh]
    if whole == 0:
        parts = [energy_wh // len(wh)] * (len(wh) - 1)
    else:
        parts = [energy_wh * used // whole for used in wh[:-1]]
    return [*parts, energy_wh - sum(parts)]


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of 28 digits, exact where it ends."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _cents(amount: Decimal | None) -> int:
    return int(round_cent(amount or Decimal(0)) * CENTS)
