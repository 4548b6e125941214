"""The money of an investment year by year: what it brings, costs, wears out and owes.

Soles are ``Decimal`` throughout; only what is shown is rounded. Prices that grow grow
faster than others by the given rate, since the discount rate is real too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from ahorraluz.core.money import round_cent, round_price
from ahorraluz.core.renewables.economics import MAX_YEARS, EconomicsError

_ZERO, _ONE = Decimal(0), Decimal(1)
_TENTH = Decimal("0.1")
_PERCENT = Decimal("0.0001")
MONTHS = 12
LOWEST_RETURN, HIGHEST_RETURN = Decimal("-0.9"), Decimal(10)
"""Between which a yearly return is looked for; beyond them it tells nobody anything."""
HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """Money borrowed for a part of the cost, paid back in equal months."""

    share: Decimal
    """Part of the cost that is borrowed. [0 to 1]"""
    rate_year: Decimal
    """Effective yearly rate (TEA), as lenders must state it. [1/year]"""
    years: int
    """[year]"""

    def __post_init__(self) -> None:
        """Refuse a loan that cannot be (``investment-impossible``)."""
        _between("loan_share", self.share, _ZERO, _ONE)
        _between("loan_rate", self.rate_year, _ZERO, Decimal(10))
        _between("loan_years", Decimal(self.years), _ONE, Decimal(MAX_YEARS))

    def yearly_payment(self, cost: Decimal) -> Decimal:
        """Return twelve months' payments, unrounded. [PEN/year]"""
        amount = cost * self.share
        months = self.years * MONTHS
        monthly_rate = (_ONE + self.rate_year) ** (_ONE / MONTHS) - _ONE
        if monthly_rate == 0:
            return amount / self.years
        return amount * monthly_rate / (_ONE - (_ONE + monthly_rate) ** -months) * MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An investment with everything it costs over its life."""

    cost: Decimal
    """What the household pays for it, IGV included. [PEN]"""
    saving_year: Decimal
    """In the first year. [PEN/year]"""
    energy_year: Decimal
    """Not bought in the first year. [kWh/year]"""
    life_years: int
    rate: Decimal
    """Yearly discount rate, real. [1/year]"""
    fading_year: Decimal = _ZERO
    """Part of saving and energy lost each year. [1/year]"""
    growth_year: Decimal = _ZERO
    """By which electricity grows dearer than other things each year. [1/year]"""
    upkeep_share: Decimal = _ZERO
    """Care in a year over the cost. [1/year]"""
    replacements: Mapping[int, Decimal] = field(default_factory=dict)
    """Parts bought anew at the end of a year, such as an inverter. [PEN]"""
    loan: Loan | None = None

    def __post_init__(self) -> None:
        """Refuse an investment that cannot be (``investment-impossible``)."""
        _between("cost", self.cost, _ZERO, None)
        _between("life_years", Decimal(self.life_years), _ONE, Decimal(MAX_YEARS))
        _between("rate", self.rate, _ZERO, _ONE)
        _between("fading_year", self.fading_year, _ZERO, _ONE)
        _between("growth_year", self.growth_year, Decimal("-0.5"), Decimal("0.5"))
        _between("upkeep_share", self.upkeep_share, _ZERO, _ONE)
        for amount in self.replacements.values():
            _between("replacements", amount, _ZERO, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFlow:
    """One year of it; year 0 is the day it is paid for. [PEN]"""

    year: int
    energy_kwh: Decimal
    """[kWh]"""
    saving: Decimal
    upkeep: Decimal
    replacement: Decimal
    loan: Decimal
    net: Decimal
    """Saving less all that is paid in the year; in year 0 less what is not borrowed."""
    balance: Decimal
    """Sum of nets so far."""
    worth: Decimal
    """Sum of nets so far at today's worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """What the years come to."""

    net_present_value: Decimal
    """[PEN]"""
    return_year: Decimal | None
    """Internal rate of return; ``None``: none, such as where nothing is paid. [1/year]"""
    simple_payback: Decimal | None
    """``None``: never within its life. [year]"""
    discounted_payback: Decimal | None
    cost_per_kwh: Decimal | None
    """All costs over all energy, both at today's worth. [PEN/kWh]"""
    pays_below: Decimal
    """The price at which it would just pay, with its loan where there is one. [PEN]"""


def cash_flow(project: Project) -> tuple[YearFlow, ...]:
    """Return every year of a project from 0 to the end of its life, unrounded.

    A loan longer than the life is still paid within it: the last year pays the rest.
    """
    loan = project.loan
    borrowed = project.cost * loan.share if loan else _ZERO
    first = -(project.cost - borrowed)
    years = [_year_zero(first)]
    saving, energy = project.saving_year, project.energy_year
    for year in range(1, project.life_years + 1):
        upkeep = project.cost * project.upkeep_share
        replacement = project.replacements.get(year, _ZERO)
        paid = _loan_in(project, year)
        net = saving - upkeep - replacement - paid
        before = years[-1]
        years.append(
            YearFlow(
                year=year,
                energy_kwh=energy,
                saving=saving,
                upkeep=upkeep,
                replacement=replacement,
                loan=paid,
                net=net,
                balance=before.balance + net,
                worth=before.worth + net / (_ONE + project.rate) ** year,
            )
        )
        energy *= _ONE - project.fading_year
        saving *= (_ONE - project.fading_year) * (_ONE + project.growth_year)
    return tuple(years)


def returns(project: Project) -> Returns:
    """Return what a project comes to, rounded to what people read."""
    years = cash_flow(project)
    nets = [year.net for year in years]
    rate = internal_rate(nets)
    cost_per_kwh = _cost_per_kwh(project, years)
    return Returns(
        net_present_value=round_cent(years[-1].worth),
        return_year=None if rate is None else rate.quantize(_PERCENT, rounding=ROUND_HALF_UP),
        simple_payback=_crossing([year.balance for year in years]),
        discounted_payback=_crossing([year.worth for year in years]),
        cost_per_kwh=None if cost_per_kwh is None else round_price(cost_per_kwh),
        pays_below=round_cent(max(price_that_pays(project), _ZERO)),
    )


def price_that_pays(project: Project) -> Decimal:
    """Return the cost at which the present value is nothing; negative: not even as a gift.

    Care that is a part of the cost, and the payments of a loan for a part of it, are
    counted with it; replacements keep their price.
    """
    free = replace(project, cost=_ZERO, upkeep_share=_ZERO, loan=None)
    # Every sol of cost brings the same payments, so one sol tells what each is worth today.
    one_sol = replace(project, cost=_ONE, saving_year=_ZERO, energy_year=_ZERO, replacements={})
    return cash_flow(free)[-1].worth / -cash_flow(one_sol)[-1].worth


def internal_rate(nets: Sequence[Decimal]) -> Decimal | None:
    """Return the yearly rate at which flows are worth nothing today, unrounded.

    ``None`` where there is none between -90 % and 1000 % a year, or where nothing is paid
    first: a rate of return needs something returned on.

    Examples
    --------
    >>> str(internal_rate([Decimal(-100), Decimal(60), Decimal(60)]).quantize(Decimal("0.001")))
    '0.131'
    """
    if not nets or nets[0] >= 0 or max(nets) <= 0:
        return None
    low, high = LOWEST_RETURN, HIGHEST_RETURN
    if _worth(nets, low) < 0 or _worth(nets, high) > 0:
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _worth(nets, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def with_igv(price: Decimal, igv_rate: Decimal) -> Decimal:
    """Return a price quoted before IGV as the household pays it, to the céntimo. [PEN]"""
    return round_cent(price * (_ONE + igv_rate))


def _year_zero(net: Decimal) -> YearFlow:
    return YearFlow(
        year=0,
        energy_kwh=_ZERO,
        saving=_ZERO,
        upkeep=_ZERO,
        replacement=_ZERO,
        loan=_ZERO,
        net=net,
        balance=net,
        worth=net,
    )


def _loan_in(project: Project, year: int) -> Decimal:
    loan = project.loan
    if loan is None or year > loan.years:
        return _ZERO
    payment = loan.yearly_payment(project.cost)
    if year == project.life_years:
        return payment * (loan.years - year + 1)
    return payment


def _worth(nets: Sequence[Decimal], rate: Decimal) -> Decimal:
    worth = _ZERO
    for net in reversed(nets):
        worth = worth / (_ONE + rate) + net
    return worth


def _crossing(sums: Sequence[Decimal]) -> Decimal | None:
    """Return the time from which the sums stay at or above nothing, to a tenth. [year]"""
    below = [year for year, value in enumerate(sums) if value < 0]
    if not below:
        return Decimal("0.0")
    last = below[-1]
    if last == len(sums) - 1:
        return None
    part = -sums[last] / (sums[last + 1] - sums[last])
    return (last + part).quantize(_TENTH, rounding=ROUND_HALF_UP)


def _cost_per_kwh(project: Project, years: Sequence[YearFlow]) -> Decimal | None:
    def today(values: Sequence[Decimal]) -> Decimal:
        return _worth(values, project.rate)

    energy = today([year.energy_kwh for year in years])
    if energy <= 0:
        return None
    paid = -years[0].net + today([year.upkeep + year.replacement + year.loan for year in years])
    return paid / energy


def _between(name: str, value: Decimal, least: Decimal, most: Decimal | None) -> None:
    if not value.is_finite() or value < least or (most is not None and value > most):
        raise EconomicsError("investment-impossible", field=name, value=value)
