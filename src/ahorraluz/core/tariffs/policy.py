"""Other rules for everybody's bill: who gains, who pays, and what the fund of the FOSE costs.

The published prices are the base line and stay as they are where nothing is moved. The base
price is that of the energy above the first block, which carries neither discount nor surcharge.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from ahorraluz.core.consumption import Band
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import round_cent, round_price
from ahorraluz.core.tariffs.arrays import MILLI, price_bills
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import Block, Bracket
from ahorraluz.core.tariffs.terms import BillTerms

Whole = npt.NDArray[np.int64]
ONE = Decimal(1)
SURCHARGE_STEP = Decimal("0.0001")
EDGES_KWH = (30, 100, 140, 300, 500)
"""Upper ends of the groups of homes by energy, inclusive. [kWh/month]"""
TENTHS = 10


class PolicyError(AhorraLuzError):
    """A change that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is moved; ``None`` stays as it is."""

    limit_kwh: Decimal | None = None
    """Energy up to which a home has the discount. [kWh/month]"""
    first_kwh: Decimal | None = None
    """Energy that is discounted. [kWh/month]"""
    discount: Decimal | None = None
    """Of the base price. [0 to 1]"""
    surcharge: Decimal | None = None
    """On the base price and fixed charge of all others. [0 to 1]"""
    igv: Decimal | None = None
    energy: Decimal = Decimal(0)
    """By how much every price of energy moves. [-1 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The figures behind the brackets of a sheet under the FOSE."""

    limit: Decimal
    first: Decimal
    small: Decimal
    """Price up to the first block, for homes that use no more."""
    discounted: Decimal
    """Price of the first block, for homes above it."""
    base: Decimal
    above: Decimal
    fixed: Decimal
    fixed_above: Decimal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bills:
    """Bills under the same terms."""

    milli: Whole
    """Energy, shape (n,). [kWh/1000]"""
    count: Whole
    """Homes that each stands for, shape (n,)."""
    department: Whole
    """Number of its department, shape (n,)."""
    terms: BillTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What becomes of a group."""

    name: str
    homes: int
    gain: int
    """Homes whose bill falls."""
    pay: int
    """Homes whose bill rises."""
    before: int
    """All their bills. [céntimo]"""
    after: int

    @property
    def change(self) -> int:
        """What they pay more, negative: less. [céntimo]"""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """The FOSE of this population in a month, before IGV."""

    cost: Decimal
    """What the discounts come to. [PEN]"""
    income: Decimal
    """What the surcharge brings. [PEN]"""
    balancing: Decimal | None
    """Surcharge by which this population pays for its discounts; ``None``: nobody pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a policy does."""

    whole: Group
    brackets: tuple[Group, ...]
    deciles: tuple[Group, ...]
    departments: tuple[Group, ...]
    """Named by their number."""
    fund_before: Fund
    fund_after: Fund


def prices_of(terms: BillTerms) -> Prices:
    """Return the figures behind the brackets of a sheet under the FOSE.

    Raises
    ------
    PolicyError
        ``policy-tariff``: these are not the three brackets of a home with one register.
    """
    brackets = terms.brackets
    shape = [len(bracket.blocks) for bracket in brackets]
    if shape != [1, 2, 1] or terms.bands != (Band.TOTAL,):
        raise PolicyError("policy-tariff", distributor=terms.supply.distributor)
    small, middle, above = brackets
    first, limit = middle.blocks[0].limit_kwh, middle.limit_kwh
    if first is None or limit is None or small.limit_kwh != first or small.fixed != middle.fixed:
        raise PolicyError("policy-tariff", distributor=terms.supply.distributor)
    return Prices(
        limit=limit,
        first=first,
        small=small.blocks[0].prices[Band.TOTAL],
        discounted=middle.blocks[0].prices[Band.TOTAL],
        base=middle.blocks[1].prices[Band.TOTAL],
        above=above.blocks[0].prices[Band.TOTAL],
        fixed=middle.fixed,
        fixed_above=above.fixed,
    )


def under(policy: Policy, terms: BillTerms) -> BillTerms:
    """Return the terms of a supply under a policy.

    Raises
    ------
    PolicyError
        ``policy-tariff``, or ``policy-block-over-limit``: more would be discounted than a home
        with the discount may use.
    """
    old = prices_of(terms)
    new = _moved(old, policy, terms)
    if new.first > new.limit:
        raise PolicyError("policy-block-over-limit", first=new.first, limit=new.limit)
    # Where the IGV is not charged, another rate of it changes nothing.
    taxed = policy.igv is not None and terms.igv_rate > 0
    rate = policy.igv if taxed and policy.igv is not None else terms.igv_rate
    return replace(terms, brackets=_brackets(new), igv_rate=rate)


def _moved(old: Prices, policy: Policy, terms: BillTerms) -> Prices:
    rise = ONE + policy.energy
    keeps = ONE if policy.discount is None else ONE - policy.discount
    asked = terms.fose_surcharge
    former = old.above / old.base - ONE if asked is None else asked
    more = ONE if policy.surcharge is None else (ONE + policy.surcharge) / (ONE + former)
    given = policy.discount is not None
    return Prices(
        limit=old.limit if policy.limit_kwh is None else policy.limit_kwh,
        first=old.first if policy.first_kwh is None else policy.first_kwh,
        small=round_price((old.base * keeps if given else old.small) * rise),
        discounted=round_price((old.base * keeps if given else old.discounted) * rise),
        base=round_price(old.base * rise),
        above=round_price(old.above * rise * more),
        fixed=old.fixed,
        fixed_above=round_cent(old.fixed_above * more),
    )


def _brackets(prices: Prices) -> tuple[Bracket, ...]:
    def block(limit: Decimal | None, price: Decimal) -> Block:
        return Block(limit_kwh=limit, prices={Band.TOTAL: price})

    made = []
    if prices.first > 0:
        small = (block(None, prices.small),)
        made.append(Bracket(limit_kwh=prices.first, fixed=prices.fixed, blocks=small))
    if prices.limit > prices.first:
        first = (block(prices.first, prices.discounted),) if prices.first > 0 else ()
        blocks = (*first, block(None, prices.base))
        made.append(Bracket(limit_kwh=prices.limit, fixed=prices.fixed, blocks=blocks))
    above = (block(None, prices.above),)
    return (*made, Bracket(limit_kwh=None, fixed=prices.fixed_above, blocks=above))


def try_out(population: Sequence[Bills], policy: Policy) -> Outcome:
    """Return what a policy does to everybody's bill of one month.

    Parameters
    ----------
    population
        Bills, those of the same terms together.
    policy
        What is moved.

    Raises
    ------
    PolicyError
        As :func:`under`; ``policy-nobody``: there is no bill.
    """
    if not sum(bills.milli.size for bills in population):
        raise PolicyError("policy-nobody")
    dues = [(_due(b, b.terms), _due(b, under(policy, b.terms))) for b in population]
    before = np.concatenate([one for one, _ in dues])
    after = np.concatenate([other for _, other in dues])
    milli = np.concatenate([bills.milli for bills in population])
    count = np.concatenate([bills.count for bills in population])
    places = np.concatenate([bills.department for bills in population])
    edges = np.asarray(EDGES_KWH, dtype=np.int64) * MILLI
    spread = _Spread(before=before, after=after, count=count)
    limits = [*map(str, EDGES_KWH), ""]
    present = [str(place) for place in range(int(places.max()) + 1)]
    departments = spread.grouped(places, present)
    return Outcome(
        whole=spread.grouped(np.zeros_like(milli), [""])[0],
        brackets=spread.grouped(np.searchsorted(edges, milli, side="left"), limits),
        deciles=spread.grouped(
            _tenths(milli, count), [str(number) for number in range(1, TENTHS + 1)]
        ),
        departments=tuple(group for group in departments if group.homes),
        fund_before=_fund(population, Policy()),
        fund_after=_fund(population, policy),
    )


def _due(bills: Bills, terms: BillTerms) -> Whole:
    """Return what is due for each bill, before the rounding that next month makes up for."""
    priced = price_bills(bills.milli, terms)
    return np.asarray(priced.total - priced.lines[LineCode.ROUNDING], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spread:
    before: Whole
    after: Whole
    count: Whole

    def grouped(self, of: npt.NDArray[np.integer], names: Sequence[str]) -> tuple[Group, ...]:
        """Return the groups by the number of each bill; sums are exact below 2⁵³."""

        def sums(values: Whole) -> list[int]:
            found = np.bincount(
                of, weights=(values * self.count).astype(float), minlength=len(names)
            )
            return [int(value) for value in found]

        falls = (self.after < self.before).astype(np.int64)
        rises = (self.after > self.before).astype(np.int64)
        columns = (np.ones_like(self.count), falls, rises, self.before, self.after)
        return tuple(
            Group(name=name, homes=homes, gain=gain, pay=pay, before=before, after=after)
            for name, homes, gain, pay, before, after in zip(
                names, *map(sums, columns), strict=True
            )
        )


def _tenths(milli: Whole, count: Whole) -> npt.NDArray[np.int64]:
    """Return the tenth of the homes by rising energy that each bill is in, 0 to 9."""
    order = np.argsort(milli, kind="stable")
    reached = np.cumsum(count[order]) - count[order]
    tenth = np.empty_like(milli)
    tenth[order] = np.minimum(reached * TENTHS // max(int(count.sum()), 1), TENTHS - 1)
    return tenth


def _fund(population: Sequence[Bills], policy: Policy) -> Fund:
    """Return what discounts cost and the surcharge brings, summed in whole numbers."""
    cost, income, base = Decimal(0), Decimal(0), Decimal(0)
    for bills in population:
        new = _moved(prices_of(bills.terms), policy, bills.terms)
        helped = bills.milli <= _milli(new.limit)
        first = np.minimum(bills.milli, _milli(new.first))
        small = helped & (bills.milli <= _milli(new.first))
        cost += _kwh(first, bills.count, small) * (new.base - new.small)
        cost += _kwh(first, bills.count, helped & ~small) * (new.base - new.discounted)
        homes = int(bills.count[~helped].sum())
        kwh = _kwh(bills.milli, bills.count, ~helped)
        income += kwh * (new.above - new.base) + homes * (new.fixed_above - new.fixed)
        base += kwh * new.base + homes * new.fixed
    balancing = (cost / base).quantize(SURCHARGE_STEP) if base else None
    return Fund(cost=round_cent(cost), income=round_cent(income), balancing=balancing)


def _kwh(milli: Whole, count: Whole, rows: npt.NDArray[np.bool_]) -> Decimal:
    return Decimal(int((milli * count)[rows].sum())) / Decimal(MILLI)


def _milli(kwh: Decimal) -> int:
    return int(kwh * MILLI)
