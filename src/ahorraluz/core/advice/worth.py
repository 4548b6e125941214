"""What a step is worth: saving against cost over its life, for ranking and for people."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ahorraluz.core.advice.measures import Cost, CostKind, Proposal
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.economics import (
    Investment,
    MoneyRange,
    assess,
    present_value,
)

MONTHS_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """How a household weighs soles now against soles later."""

    rate: Decimal
    """Yearly discount rate. [1/year]"""
    limit_years: int
    """Years within which a purchase of unknown life must be paid back."""

    def years(self, proposal: Proposal) -> int:
        """Return the years over which a proposal may count its saving. [year]"""
        return proposal.life_years or self.limit_years


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Payback and present value of one step."""

    payback_months: int | None
    net_present_value: MoneyRange | None
    pays_below_pen: Decimal | None
    """For a cost that is not known. [PEN]"""
    pays_within_years: int | None


def net_yearly(saving_year: Decimal, proposal: Proposal, money: Money) -> Decimal | None:
    """Return saving less cost, spread over the years it counts: what steps are ranked by.

    ``None`` where the cost is not known. [PEN/year]
    """
    cost = proposal.cost.middle
    if cost is None:
        return None
    if cost == 0:
        return saving_year
    years = money.years(proposal)
    worth = _value(saving_year, proposal, money) - cost
    return worth / present_value(Decimal(1), years=years, rate=money.rate)


def worth_of(saving_year: MoneyRange, proposal: Proposal, money: Money, *, kwh: Estimate) -> Worth:
    """Return payback and present value of a step.

    Parameters
    ----------
    saving_year
        What the home itself saves. [PEN/year]
    proposal
        Its cost and life.
    money
        Discount rate and limit.
    kwh
        Energy spared. [kWh/year]
    """
    cost = proposal.cost
    if cost.middle is None:
        return Worth(
            payback_months=None,
            net_present_value=None,
            pays_below_pen=max(
                Decimal("0.00"), round_cent(_value(saving_year.middle, proposal, money))
            ),
            pays_within_years=money.years(proposal),
        )
    return Worth(
        payback_months=_payback_months(cost.middle, saving_year.middle),
        net_present_value=_net_present_value(saving_year, proposal, money, kwh=kwh),
        pays_below_pen=None,
        pays_within_years=None,
    )


def _value(saving_year: Decimal, proposal: Proposal, money: Money) -> Decimal:
    return present_value(
        saving_year,
        years=money.years(proposal),
        rate=money.rate,
        fading_year=proposal.fading_year,
    )


def _payback_months(cost: Decimal, saving_year: Decimal) -> int | None:
    if cost == 0:
        return 0
    if saving_year <= 0:
        return None
    months = cost * MONTHS_YEAR / saving_year
    return int(months.to_integral_value(rounding=ROUND_CEILING))


def _net_present_value(
    saving_year: MoneyRange, proposal: Proposal, money: Money, *, kwh: Estimate
) -> MoneyRange | None:
    """Return the present value over a life that is known; ``None`` where it is not."""
    amount = _amount(proposal.cost)
    if proposal.life_years is None or amount is None:
        return None
    investment = Investment(
        cost=amount,
        saving_year=saving_year,
        energy_year=kwh,
        life_years=proposal.life_years,
        rate=money.rate,
        fading_year=proposal.fading_year,
    )
    return assess(investment, basis=proposal.basis).net_present_value


def _amount(cost: Cost) -> MoneyRange | None:
    if cost.kind is CostKind.FREE:
        nothing = Decimal(0)
        return MoneyRange(low=nothing, middle=nothing, high=nothing, unit="PEN", basis="cost.free")
    return cost.amount
