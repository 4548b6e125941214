"""What a step is worth: saving against cost over its life, for ranking and for people."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from ahorraluz.core.advice.measures import Cost, CostKind, Proposal
from ahorraluz.core.money import round_cent
from ahorraluz.core.renewables.economics import MoneyRange, present_value

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
    worth = _value(saving_year, proposal, money) - whole_cost(proposal, money, cost=cost)
    return worth / present_value(Decimal(1), years=years, rate=money.rate)


def later_cost(proposal: Proposal, money: Money, *, cost: Decimal) -> Decimal:
    """Return care and new parts over the years that count, at today's worth, unrounded. [PEN]

    Parameters
    ----------
    proposal
        What is bought.
    money
        Discount rate and limit.
    cost
        What it costs at once, of which care is a part. [PEN]
    """
    years = money.years(proposal)
    care = present_value(cost * proposal.upkeep_share, years=years, rate=money.rate)
    parts = (
        amount / (1 + money.rate) ** year
        for year, amount in proposal.new_parts.items()
        if year < years
    )
    return care + sum(parts, Decimal(0))


def whole_cost(proposal: Proposal, money: Money, *, cost: Decimal) -> Decimal:
    """Return a cost with its care and new parts, at today's worth, unrounded. [PEN]"""
    return cost + later_cost(proposal, money, cost=cost)


def price_that_is_worth(value: Decimal, proposal: Proposal, money: Money) -> Decimal:
    """Return the price at which buying costs ``value`` over the life; may be negative. [PEN]

    Care is a part of the price; new parts keep theirs.
    """
    parts = later_cost(proposal, money, cost=Decimal(0))
    return (value - parts) / (whole_cost(proposal, money, cost=Decimal(1)) - parts)


def worth_of(saving_year: MoneyRange, proposal: Proposal, money: Money) -> Worth:
    """Return payback and present value of a step.

    Parameters
    ----------
    saving_year
        What the home itself saves. [PEN/year]
    proposal
        Its cost and life.
    money
        Discount rate and limit.
    """
    cost = proposal.cost
    if cost.middle is None:
        return Worth(
            payback_months=None,
            net_present_value=None,
            pays_below_pen=max(
                Decimal("0.00"),
                round_cent(
                    price_that_is_worth(
                        _value(saving_year.middle, proposal, money), proposal, money
                    )
                ),
            ),
            pays_within_years=money.years(proposal),
        )
    return Worth(
        payback_months=payback_months(cost.middle, saving_year.middle, proposal),
        net_present_value=_net_present_value(saving_year, proposal, money),
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


def payback_months(cost: Decimal, saving_year: Decimal, proposal: Proposal) -> int | None:
    """Return when the cost is back, with care and the parts that were bought anew until then.

    ``None``: never. A cost of nothing is back at once. [month]
    """
    if cost == 0:
        return 0
    net_year = saving_year - cost * proposal.upkeep_share
    if net_year <= 0:
        return None
    owed = cost
    for year, amount in sorted(proposal.new_parts.items()):
        if owed > net_year * year:
            owed += amount
    months = owed * MONTHS_YEAR / net_year
    return int(months.to_integral_value(rounding=ROUND_CEILING))


def _net_present_value(
    saving_year: MoneyRange, proposal: Proposal, money: Money
) -> MoneyRange | None:
    """Return the present value over a life that is known; ``None`` where it is not.

    The low end takes the dear price with the small saving, the high end the other way.
    """
    amount = _amount(proposal.cost)
    if proposal.life_years is None or amount is None:
        return None
    ends = zip(
        (saving_year.low, saving_year.middle, saving_year.high),
        (amount.high, amount.middle, amount.low),
        strict=True,
    )
    low, middle, high = (
        round_cent(_value(saving, proposal, money) - whole_cost(proposal, money, cost=cost))
        for saving, cost in ends
    )
    return MoneyRange(low=low, middle=middle, high=high, unit="PEN", basis=proposal.basis)


def _amount(cost: Cost) -> MoneyRange | None:
    if cost.kind is CostKind.FREE:
        nothing = Decimal(0)
        return MoneyRange(low=nothing, middle=nothing, high=nothing, unit="PEN", basis="cost.free")
    return cost.amount
