"""Totals of many energies in several months at once: the arrays of a bill, compiled.

Between two limits the energy charge is a straight line in whole numbers, so a month is a
handful of lines. Equal to :func:`.arrays.price_bills` to the céntimo, month by month.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ahorraluz.core.consumption import Band
from ahorraluz.core.money import IgvRounding, round_cent
from ahorraluz.core.tariffs.arrays import (
    CENTS,
    MILLI,
    PRICE_UNITS,
    RATE_UNITS,
    Cents,
    divide,
)
from ahorraluz.core.tariffs.schedule import Bracket
from ahorraluz.core.tariffs.terms import BillTerms

UNPRICED = -1
"""Stands for a bill whose prices are not known."""
DIVISOR = MILLI * PRICE_UNITS // CENTS
ENDLESS = np.iinfo(np.int64).max // 4

Kind = TypeVar("Kind", np.int64, np.bool_)


@dataclass(frozen=True, slots=True)
class _Line:
    """A stretch of energy up to ``limit`` over which each kWh costs the same."""

    limit: int
    start: int
    """Energy charge at no energy, in units of ``DIVISOR``."""
    price: int
    fixed: int
    known: bool


@dataclass(frozen=True, kw_only=True)
class YearArrays:
    """The lines of several months, shape (months, lines), and what they have besides."""

    limits: Cents
    starts: Cents
    prices: Cents
    fixed: Cents
    known: npt.NDArray[np.bool_]
    same: Cents
    """Taxed amounts that no energy moves, shape (months, 1). [céntimo]"""
    rate: Cents
    per_line: npt.NDArray[np.bool_]
    same_tax: Cents
    """Their tax where each line is taxed apart. [céntimo]"""
    levy: Cents
    untaxed: Cents
    carried: Cents
    step: Cents

    @classmethod
    def of(cls, year: Sequence[BillTerms]) -> "YearArrays":
        """Return the arrays of some months, each with one register."""
        lines = [_lines(terms) for terms in year]
        width = max(map(len, lines))
        lines = [[*row, *[row[-1]] * (width - len(row))] for row in lines]
        same = [_same(terms) for terms in year]
        rates = [int(terms.igv_rate * RATE_UNITS) for terms in year]

        def column(values: Sequence[int]) -> Cents:
            return np.array(values, dtype=np.int64)[:, None]

        return cls(
            limits=np.array([[line.limit for line in row[:-1]] for row in lines], dtype=np.int64),
            starts=np.array([[line.start for line in row] for row in lines], dtype=np.int64),
            prices=np.array([[line.price for line in row] for row in lines], dtype=np.int64),
            fixed=np.array([[line.fixed for line in row] for row in lines], dtype=np.int64),
            known=np.array([[line.known for line in row] for row in lines]),
            same=column([sum(parts) for parts in same]),
            rate=column(rates),
            per_line=np.array([[t.igv_rounding is IgvRounding.PER_LINE] for t in year]),
            same_tax=column(
                [
                    int(divide(np.array(parts, dtype=np.int64) * rate, RATE_UNITS).sum())
                    for parts, rate in zip(same, rates, strict=True)
                ]
            ),
            levy=column([int((terms.levy or 0) * PRICE_UNITS) for terms in year]),
            untaxed=column(
                [
                    _cents(terms.charges.late_interest) + _cents(terms.charges.other_untaxed)
                    for terms in year
                ]
            ),
            carried=column([_cents(terms.charges.previous_rounding) for terms in year]),
            step=column([int(terms.total_rounding.step * CENTS) for terms in year]),
        )

    def totals(self, energy_milli: Cents) -> Cents:
        """Return the totals of energies, shape (months, k); ``UNPRICED`` where not known.

        Parameters
        ----------
        energy_milli
            Energy of each bill, shape (months, k), not negative. [kWh/1000]
        """
        place = self._place(energy_milli)
        if self._straight is not None:
            totals = self._straight.totals(energy_milli, place, self)
        else:
            totals = self._parts(energy_milli, place)["total"]
        if self._all_known:
            return totals
        return np.where(self._here(self.known, place), totals, UNPRICED)

    @cached_property
    def _all_known(self) -> bool:
        return bool(self.known.all())

    @cached_property
    def _straight(self) -> "_Straight | None":
        """What totals need and nothing else; ``None`` where signs or rounding ask for more."""
        constant = self.fixed + self.same
        amounts = (self.prices, constant, self.rate, self.levy)
        apart = bool(self.per_line.all())
        if apart != bool(self.per_line.any()) or any((amount < 0).any() for amount in amounts):
            return None
        taxed_apart = divide(self.fixed * self.rate, RATE_UNITS) + self.same_tax
        months, width = self.starts.shape
        return _Straight(
            rows=np.arange(0, months * width, width)[:, None],
            starts=(2 * self.starts + DIVISOR).ravel(),
            prices=(2 * self.prices).ravel(),
            constant=constant.ravel(),
            same_tax=taxed_apart.ravel() if apart else None,
            rate=2 * self.rate,
            levy=2 * self.levy,
            after=self.untaxed + self.carried,
        )

    def fallen(self, before_milli: Cents, after_milli: Cents) -> dict[str, Cents]:
        """Return which lines of the bills fall, and by how much, shape (months,). [céntimo]

        Energy at the price of the last kWh before is ``energy``; what the new energy is
        priced otherwise, in another bracket or block, is ``bracket``. They add up to the
        difference of the totals.

        Parameters
        ----------
        before_milli, after_milli
            Energy of each month, of known price, shape (months,). [kWh/1000]
        """
        old, new = before_milli[:, None], after_milli[:, None]
        place = self._place(old)
        parts = self._parts(
            np.concatenate([old, new, new], axis=1),
            np.concatenate([place, self._place(new), place], axis=1),
        )
        fallen = {name: cents[:, 0] - cents[:, 1] for name, cents in parts.items()}
        energy = parts["energy"]
        fallen["bracket"] = energy[:, 2] - energy[:, 1]
        fallen["energy"] = energy[:, 0] - energy[:, 2]
        return {name: cents for name, cents in fallen.items() if name != "total"}

    def _place(self, energy_milli: Cents) -> Cents:
        """Return which line each energy lies on."""
        place = np.zeros(energy_milli.shape, dtype=np.int64)
        for limit in self.limits.T:
            place += energy_milli > limit[:, None]
        return place

    @staticmethod
    def _here(values: npt.NDArray[Kind], place: Cents) -> npt.NDArray[Kind]:
        """Return the value of each month on the line of each of its energies."""
        months, width = values.shape
        return values.ravel()[place + np.arange(0, months * width, width)[:, None]]

    def _parts(self, energy_milli: Cents, place: Cents) -> dict[str, Cents]:
        """Return the lines of bills that move with the energy, and their totals."""
        start, price, fixed = (
            self._here(values, place) for values in (self.starts, self.prices, self.fixed)
        )
        energy = divide(start + energy_milli * price, DIVISOR)
        taxed = energy + fixed + self.same
        tax = divide(taxed * self.rate, RATE_UNITS)
        if self.per_line.any():
            apart = divide(energy * self.rate, RATE_UNITS) + divide(fixed * self.rate, RATE_UNITS)
            tax = np.where(self.per_line, apart + self.same_tax, tax)
        levy = divide(energy_milli * self.levy, DIVISOR)
        before = taxed + tax + levy + self.untaxed
        total = (before + self.carried) // self.step * self.step
        return {
            "energy": energy,
            "fixed": fixed,
            "igv": tax,
            "levy": levy,
            "rounding": total - before,
            "total": total,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Straight:
    """Doubled amounts of lines that are never negative: halves are rounded by one division."""

    rows: Cents
    """Place of the first line of each month, shape (months, 1)."""
    starts: Cents
    """Shape (months x lines,)."""
    prices: Cents
    constant: Cents
    """Taxed amounts that the energy of a line does not move. [céntimo]"""
    same_tax: Cents | None
    """Their tax where each is taxed apart; ``None``: all are taxed together. [céntimo]"""
    rate: Cents
    levy: Cents
    after: Cents

    def totals(self, energy_milli: Cents, place: Cents, whole: YearArrays) -> Cents:
        """Return the totals of energies on their lines. [céntimo]"""
        line = self.rows + place
        taxed: Cents = energy_milli * self.prices[line]
        taxed += self.starts[line]
        taxed //= 2 * DIVISOR
        if self.same_tax is None:
            taxed += self.constant[line]
        total: Cents = taxed * self.rate
        total += RATE_UNITS
        total //= 2 * RATE_UNITS
        if self.same_tax is not None:
            taxed += self.constant[line]
            total += self.same_tax[line]
        levy = energy_milli * self.levy
        levy += DIVISOR
        levy //= 2 * DIVISOR
        total += taxed
        total += levy
        total += self.after
        total //= whole.step
        total *= whole.step
        return total


def _lines(terms: BillTerms) -> list[_Line]:
    """Return the lines of a month by rising energy."""
    homes = terms.supply.collective_homes
    found: list[_Line] = []
    floor = 0
    priced = terms.bands == (Band.TOTAL,)
    for bracket in terms.brackets:
        end = ENDLESS if bracket.limit_kwh is None else _milli(bracket.limit_kwh) * homes
        known = priced and bool(bracket.blocks)
        for limit, start, price in _blocks(bracket, homes) if known else [(ENDLESS, 0, 0)]:
            if limit > floor and floor < end:
                found.append(
                    _Line(
                        limit=min(limit, end),
                        start=start,
                        price=price,
                        fixed=_cents(bracket.fixed),
                        known=known,
                    )
                )
                floor = min(limit, end)
        # An energy of zero belongs to the first bracket whatever its limit.
        floor = end
    return found


def _blocks(bracket: Bracket, homes: int) -> list[tuple[int, int, int]]:
    """Return limit, charge at no energy, and price of each block of a bracket."""
    found, floor, start, before = [], 0, 0, 0
    for block in bracket.blocks:
        price = int(block.prices[Band.TOTAL] * PRICE_UNITS)
        start += floor * (before - price)
        limit = ENDLESS if block.limit_kwh is None else _milli(block.limit_kwh) * homes
        found.append((limit, start, price))
        floor, before = limit, price
    return found


def _same(terms: BillTerms) -> list[int]:
    charges = terms.charges
    amounts = (charges.connection, charges.lighting, charges.interest, charges.other_taxed)
    return [_cents(amount) for amount in amounts]


def _cents(amount: Decimal | None) -> int:
    return int(round_cent(amount or Decimal(0)) * CENTS)


def _milli(kwh: Decimal) -> int:
    return int(kwh * MILLI)
