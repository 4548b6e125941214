"""What one measure saves in figures alone: those of its recommendation, without its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ahorraluz.core.advice.choosing import Board, other_year
from ahorraluz.core.advice.context import MONTHS, TermsPair
from ahorraluz.core.advice.energy import OTHER_HOMES, WATT_HOUR, EnergyYear, WattHours
from ahorraluz.core.advice.interactions import Spared
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.pricing import YearPrices, home_part
from ahorraluz.core.advice.recommendation import ZERO
from ahorraluz.core.advice.savings import PriceUnknownError, in_range
from ahorraluz.core.advice.worth import later_cost, payback_months
from ahorraluz.core.money import CENT, round_cent
from ahorraluz.core.tariffs.year_arrays import UNPRICED

ENDS = 4
"""Bills of a candidate: before it, with its middle, its low and its high end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefFigures:
    """Soles and energy of one measure, with what it costs."""

    bill_saving_pen_year: Decimal
    """What it takes off a year of the meter's bills, to the céntimo. [PEN/year]"""
    low_pen_year: Decimal
    """The same with the low end of the energy spared. [PEN/year]"""
    high_pen_year: Decimal
    """With its high end. [PEN/year]"""
    other_pen_year: Decimal
    """Spared outside the bill; negative: spent. [PEN/year]"""
    home_pen_year: Decimal
    """What the home itself saves, its part of a shared meter and other fuels. [PEN/year]"""
    low_pen_month: float
    """Low end of what is saved, errors of energy, prices and fuels independent. [PEN/month]"""
    high_pen_month: float
    """High end of it. [PEN/month]"""
    kwh_year: Decimal
    """Taken off the meter; negative: added. [kWh/year]"""
    low_kwh_year: Decimal
    high_kwh_year: Decimal
    cost_pen: Decimal | None
    """Paid once; ``None``: nobody published it and the household did not say. [PEN]"""
    later_pen: Decimal
    """Care and new parts over its life, at today's worth. [PEN]"""
    payback_months: int | None
    """``None``: the cost is not known, or never comes back. [month]"""

    @property
    def saving_pen_year(self) -> Decimal:
        """What it saves on the bill and outside it. [PEN/year]"""
        return self.bill_saving_pen_year + self.other_pen_year


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bills:
    """What a year of bills falls by. [PEN/year]"""

    low: Decimal
    middle: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefTurn:
    """A candidate that takes energy off the meter, when its turn comes."""

    candidate: Candidate
    before: EnergyYear
    """Energy that is left when its turn comes."""
    then: EnergyYear | None = None
    """Energy after it, where a plan tells; ``None``: reckoned alone."""
    other: Decimal | None = None
    """What it spares outside the bill, where a plan tells; ``None``: reckoned alone.
    [PEN/year]"""


def figures_of(board: Board, turns: Sequence[BriefTurn]) -> tuple[BriefFigures, ...]:
    """Return the figures of candidates in their turns, their bills priced in one go.

    Raises
    ------
    PriceUnknownError
        ``saving-price-unknown``: one of the bills has no price.
    """
    if not turns:
        return ()
    changes = [board.spared(turn.before, turn.candidate, then=turn.then) for turn in turns]
    columns = []
    for turn, change in zip(turns, changes, strict=True):
        meter = turn.before.total_wh
        columns += [meter, meter - change.middle, meter - change.low, meter - change.high]
    totals = board.prices.totals(np.column_stack(columns)).reshape(MONTHS, len(turns), ENDS)
    return tuple(
        _figures(board, turn, change, totals[:, place])
        for place, (turn, change) in enumerate(zip(turns, changes, strict=True))
    )


def figures_of_switch(
    board: Board, candidate: Candidate, pair: TermsPair, year: EnergyYear
) -> BriefFigures:
    """Return the figures of another tariff option of a meter of one home.

    Parameters
    ----------
    candidate
        The option, its shares of bands to the millionth.
    pair
        Both ways to price the year, today's with one register.
    year
        Energy when its turn comes.

    Raises
    ------
    PriceUnknownError
        ``saving-price-unknown``.
    """
    wh = year.total_wh[:, None]
    now = YearPrices(pair.now).totals(wh)
    then = YearPrices(pair.then, shares=candidate.proposal.band_shares).totals(wh)
    nothing = np.zeros(MONTHS, dtype=np.int64)
    unchanged = Spared(uses={}, added=nothing, low=nothing, middle=nothing, high=nothing)
    turn = BriefTurn(candidate=candidate, before=year)
    return _figures(board, turn, unchanged, np.hstack([now, then, then, then]))


def _figures(board: Board, turn: BriefTurn, change: Spared, totals: WattHours) -> BriefFigures:
    """Return the figures of one candidate from its bills. [céntimo]"""
    proposal = turn.candidate.proposal
    bills = _bills(totals)
    others = other_year(proposal, bills.middle)
    if turn.other is not None:
        shift = turn.other - others[1]
        others = (others[0] + shift, turn.other, others[2] + shift)
    saving = _home_saving(board, bills, totals, turn.before, change.middle)
    home_year = round_cent(saving) + others[1]
    low, _, high = in_range(bills, board.context.year, other=others)
    part = (home_year - others[1]) / bills.middle if bills.middle else Decimal(1)
    _, told, _ = sorted((bills.low * part + others[0], home_year, bills.high * part + others[2]))
    cost = proposal.cost.middle
    return BriefFigures(
        bill_saving_pen_year=bills.middle,
        low_pen_year=bills.low,
        high_pen_year=bills.high,
        other_pen_year=others[1],
        home_pen_year=home_year,
        low_pen_month=max(low, 0.0) if bills.low + others[0] >= 0 else low,
        high_pen_month=high,
        kwh_year=int(change.middle.sum()) * WATT_HOUR,
        low_kwh_year=int(change.low.sum()) * WATT_HOUR,
        high_kwh_year=int(change.high.sum()) * WATT_HOUR,
        cost_pen=cost,
        later_pen=round_cent(later_cost(proposal, board.money, cost=turn.candidate.cost)),
        payback_months=None if cost is None else payback_months(cost, told, proposal),
    )


def _bills(totals: WattHours) -> _Bills:
    """Return what the bills fall by, from those before, after, and at both ends. [céntimo]"""
    if (totals[:, :2] == UNPRICED).any():
        raise PriceUnknownError("saving-price-unknown")
    now, then, low, high = totals.sum(axis=0).tolist()
    saving = ZERO + (now - then) * CENT
    # An end in a bracket without prices claims no more than the middle.
    known = (totals != UNPRICED).all(axis=0)
    least = (now - low) * CENT if known[2] else saving
    most = (now - high) * CENT if known[3] else saving
    return _Bills(low=min(least, saving), middle=saving, high=max(most, saving))


def _home_saving(
    board: Board, bills: _Bills, totals: WattHours, before: EnergyYear, taken: WattHours
) -> Decimal:
    """Return the home's own part of a difference of the meter's bills. [PEN/year]"""
    home = board.context.home
    if home.homes_on_meter == 1:
        return bills.middle
    meter = before.total_wh
    own = meter - before.of(OTHER_HOMES)
    now, then = (
        home_part(
            home,
            totals=totals[:, column],
            connected=board.prices.connected,
            home_wh=own - less,
            meter_wh=meter - less,
        )
        for column, less in ((0, np.zeros_like(taken)), (1, taken))
    )
    return now - then
