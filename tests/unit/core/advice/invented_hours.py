"""What options with hours and purchases cost, told slowly and without the plan's own code."""

from collections.abc import Mapping
from decimal import Decimal

from ahorraluz.core.advice.choosing import Board
from ahorraluz.core.advice.measures import Candidate
from ahorraluz.core.advice.pricing import band_split
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.advice.worth import Money
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.tariffs.billing import price_bill
from ahorraluz.core.tariffs.terms import BillTerms


def paid_by_hours(wh: int, terms: BillTerms, shares: Mapping[Band, Decimal]) -> float:
    """Return the recibo of a month with hours, through the one bill there is. [PEN]"""
    kwh = Decimal(wh) / 1000
    bands = band_split(kwh, shares=shares, bands=terms.bands)
    used = Consumption(period=terms.period, energy_kwh=kwh, bands_kwh=bands)
    return float(price_bill(used, terms).total)


def option_worth(board: Board, saved_year: float) -> float:
    """Return what an option adds to every plan, as the objective counts soles.

    Parameters
    ----------
    board
        What the plan is chosen from, with its option or without.
    saved_year
        What the option alone takes off today's bills. [PEN/year]
    """
    if board.switch is None:
        return 0.0
    rate, years = float(board.money.rate), board.money.limit_years
    lasting = sum(1 / (1 + rate) ** year for year in range(1, years + 1))
    meter = float(board.switch.candidate.cost)
    if board.wishes.objective is Objective.NPV:
        return saved_year * lasting - meter
    return saved_year - meter / lasting


def cost_over_life(candidate: Candidate, money: Money) -> float:
    """Return a price with its care and new parts, year by year, at today's worth. [PEN]"""
    proposal, value = candidate.proposal, float(candidate.cost)
    for year in range(1, money.years(proposal) + 1):
        paid = float(candidate.cost * proposal.upkeep_share)
        if year < money.years(proposal):
            paid += float(proposal.new_parts.get(year, Decimal(0)))
        value += paid / float(1 + money.rate) ** year
    return value
