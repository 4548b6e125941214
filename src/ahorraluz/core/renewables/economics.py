"""What an investment is worth: present value, payback and cost per kWh, in exact soles.

Money and discount factors are ``Decimal``; results are rounded once, at the end.
Ranges pair the worst with the worst and the best with the best (dear and little
saved, cheap and much saved), so they are wider than independent errors would make
them: nobody knows how cost and saving go together.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import round_cent, round_price

MAX_YEARS = 60
_TENTH = Decimal("0.1")
_ONE = Decimal(1)
_ZERO = Decimal(0)


class EconomicsError(AhorraLuzError):
    """Money, years or a rate that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyRange:
    """Low, middle and high of an amount of money, with what it rests on."""

    low: Decimal
    middle: Decimal
    high: Decimal
    unit: str
    """``PEN``, ``PEN/year`` or ``PEN/kWh``."""
    basis: str

    def __post_init__(self) -> None:
        """Refuse a range that is not in order (``money-range-order``)."""
        if not self.low <= self.middle <= self.high:
            raise EconomicsError(
                "money-range-order", low=self.low, middle=self.middle, high=self.high
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payback:
    """Years until an investment has returned its cost; ``None``: never within its life."""

    low: Decimal | None
    """With little spent and much saved. [year]"""
    middle: Decimal | None
    high: Decimal | None
    """With much spent and little saved. [year]"""
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment:
    """Money spent once for a saving every year."""

    cost: MoneyRange
    """[PEN]"""
    saving_year: MoneyRange
    """Saved in the first year, a difference of bills. [PEN/year]"""
    energy_year: Estimate
    """Not bought in the first year. [kWh/year]"""
    life_years: int
    """Whole years it works, 1 to 60. [year]"""
    rate: Decimal
    """Yearly discount rate, real. [1/year]"""
    upkeep_pen_year: Decimal = _ZERO
    """[PEN/year]"""
    fading_year: Decimal = _ZERO
    """Part of saving and energy lost each year, such as a panel's. [1/year]"""

    def __post_init__(self) -> None:
        """Refuse an investment that cannot be (``investment-impossible``)."""
        limits: dict[str, tuple[Decimal, Decimal]] = {
            "life_years": (_ONE, Decimal(MAX_YEARS)),
            "rate": (_ZERO, _ONE),
            "fading_year": (_ZERO, _ONE),
        }
        for name, (least, most) in limits.items():
            value = Decimal(getattr(self, name))
            if not least <= value <= most:
                raise EconomicsError("investment-impossible", field=name, value=value)
        for name, amount in (("cost", self.cost.low), ("upkeep_pen_year", self.upkeep_pen_year)):
            if amount < 0:
                raise EconomicsError("investment-impossible", field=name, value=amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What an investment is worth."""

    net_present_value: MoneyRange
    """[PEN]"""
    simple_payback: Payback
    discounted_payback: Payback
    cost_per_kwh: MoneyRange | None
    """Of energy not bought; ``None`` where it spares no energy. [PEN/kWh]"""


@lru_cache(maxsize=4_096)
def present_value(
    yearly: Decimal, *, years: int, rate: Decimal, fading_year: Decimal = _ZERO
) -> Decimal:
    """Return today's worth of an amount at the end of each of ``years``, unrounded.

    Examples
    --------
    >>> str(round_cent(present_value(Decimal(100), years=2, rate=Decimal("0.10"))))
    '173.55'
    """
    return sum(_yearly_values(yearly, years=years, rate=rate, fading_year=fading_year), _ZERO)


def payback_years(
    cost: Decimal,
    yearly: Decimal,
    *,
    years: int,
    rate: Decimal = _ZERO,
    fading_year: Decimal = _ZERO,
) -> Decimal | None:
    """Return the years until ``cost`` is back, to a tenth, within ``years``.

    With ``rate`` zero this is the simple payback. A part of a year counts in
    proportion to that year's value. ``None``: not within ``years``. [year]

    Examples
    --------
    >>> str(payback_years(Decimal(250), Decimal(100), years=10))
    '2.5'
    >>> payback_years(Decimal(2500), Decimal(100), years=10) is None
    True
    """
    if cost <= 0:
        return _ZERO
    missing = cost
    values = _yearly_values(yearly, years=years, rate=rate, fading_year=fading_year)
    for year, value in enumerate(values):
        if value > 0 and value >= missing:
            return (year + missing / value).quantize(_TENTH, rounding=ROUND_HALF_UP)
        missing -= value
    return None


def assess(investment: Investment, *, basis: str) -> Economics:
    """Return present value, paybacks and cost per kWh of an investment, with ranges.

    Parameters
    ----------
    investment
        What is spent and saved.
    basis
        Key of the sentence that says what it rests on.
    """
    return Economics(
        net_present_value=_net_present_value(investment, basis),
        simple_payback=_payback(investment, basis, rate=_ZERO),
        discounted_payback=_payback(investment, basis, rate=investment.rate),
        cost_per_kwh=_cost_per_kwh(investment, basis),
    )


def _yearly_values(
    yearly: Decimal, *, years: int, rate: Decimal, fading_year: Decimal
) -> list[Decimal]:
    """Return today's worth of each year's amount."""
    step = (_ONE - fading_year) / (_ONE + rate)
    worth = [yearly / (_ONE + rate)]
    while len(worth) < years:
        worth.append(worth[-1] * step)
    return worth[:years]


def _net_present_value(investment: Investment, basis: str) -> MoneyRange:
    def worth(saving: Decimal, cost: Decimal) -> Decimal:
        gained = _over_life(investment, saving)
        kept = present_value(
            investment.upkeep_pen_year, years=investment.life_years, rate=investment.rate
        )
        return round_cent(gained - kept - cost)

    cost, saving = investment.cost, investment.saving_year
    return MoneyRange(
        low=worth(saving.low, cost.high),
        middle=worth(saving.middle, cost.middle),
        high=worth(saving.high, cost.low),
        unit="PEN",
        basis=basis,
    )


def _payback(investment: Investment, basis: str, *, rate: Decimal) -> Payback:
    cost, saving = investment.cost, investment.saving_year

    def years(spent: Decimal, saved: Decimal) -> Decimal | None:
        return payback_years(
            spent,
            saved - investment.upkeep_pen_year,
            years=investment.life_years,
            rate=rate,
            fading_year=investment.fading_year,
        )

    return Payback(
        low=years(cost.low, saving.high),
        middle=years(cost.middle, saving.middle),
        high=years(cost.high, saving.low),
        basis=basis,
    )


def _cost_per_kwh(investment: Investment, basis: str) -> MoneyRange | None:
    """Return cost and upkeep over the energy not bought, both in today's worth."""
    upkeep = present_value(
        investment.upkeep_pen_year, years=investment.life_years, rate=investment.rate
    )
    energy = investment.energy_year
    ends = [
        _over_life(investment, Decimal(str(value)))
        for value in (energy.high, energy.middle, energy.low)
    ]
    if min(ends) <= 0:
        return None
    cost = investment.cost
    low, middle, high = (
        round_price((spent + upkeep) / kwh)
        for spent, kwh in zip((cost.low, cost.middle, cost.high), ends, strict=True)
    )
    return MoneyRange(low=low, middle=middle, high=high, unit="PEN/kWh", basis=basis)


def _over_life(investment: Investment, yearly: Decimal) -> Decimal:
    return present_value(
        yearly,
        years=investment.life_years,
        rate=investment.rate,
        fading_year=investment.fading_year,
    )
