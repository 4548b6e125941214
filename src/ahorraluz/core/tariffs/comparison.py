"""Why a bill changed: parts in soles that add up to the difference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import permutations

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import round_cent
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt

ZERO = Decimal("0.00")


class ComparisonError(AhorraLuzError):
    """Two recibos that cannot be compared."""


class Cause(StrEnum):
    """What moves a bill from one month to the next."""

    DAYS = "days"
    KWH = "kwh"
    """Energy a day."""
    PRICE = "price"
    DISCOUNT = "discount"
    """The FOSE bracket: a discount lost or regained."""
    FIXED = "fixed"
    LIGHTING = "lighting"
    ARREARS = "arrears"
    """Interest, debts and other lines that are no consumption of the month."""
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How the later recibo differs from the earlier one."""

    before: Receipt
    after: Receipt
    difference: Decimal
    """Total to pay, later minus earlier. [PEN]"""
    parts: Mapping[Cause, Decimal]
    """Soles from each cause, IGV included; they add up to ``difference``."""
    kwh_a_day: tuple[Decimal, Decimal] | None
    """Energy a day before and after; ``None``: the recibos do not print their days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drivers:
    """What the charges by kWh of a month follow from."""

    days: Decimal
    kwh_a_day: Decimal
    base_price: Decimal
    """Price of a kWh without discount or surcharge, with IGV. [PEN/kWh]"""
    levy: Decimal
    """Rural electrification levy, moving with the price. [PEN/kWh]"""
    bracket: Decimal
    """Energy charge over ``kwh x base_price``: what the FOSE makes of it."""

    def charge(self) -> Decimal:
        """Return energy with IGV, and levy. [PEN]"""
        price = self.base_price * self.bracket + self.levy
        return self.days * self.kwh_a_day * price


FACTORS: Mapping[Cause, tuple[str, ...]] = {
    Cause.DAYS: ("days",),
    Cause.KWH: ("kwh_a_day",),
    Cause.PRICE: ("base_price", "levy"),
    Cause.DISCOUNT: ("bracket",),
}


def compare(
    before: Receipt,
    after: Receipt,
    *,
    base_price: Callable[[Receipt], Decimal | None],
    igv_rate: Decimal,
) -> Change:
    """Return why ``after`` costs more or less than ``before``.

    What is charged by the kWh is a product of days, kWh a day, base price and the
    effect of the FOSE bracket; each cause gets its mean effect over every order in
    which the four could have changed (Shapley's value), so that none is favoured.
    The other lines are compared one by one. Every part carries its IGV.

    Parameters
    ----------
    before, after
        Two recibos of one supply, each with kWh, energy line and total.
    base_price
        Base price of a kWh of a recibo before FOSE and IGV, ``None`` where it cannot
        be told: then the bracket has no effect of its own and the price has it all.
    igv_rate
        Tax on the taxed lines, zero for an exempt supply. [0 to 1]

    Raises
    ------
    ComparisonError
        ``receipt-lacks``: a recibo without kWh, energy charge or total.
    """
    drivers = [_drivers(r, base_price(r), igv_rate) for r in (before, after)]
    exact = _shapley(drivers[0], drivers[1])
    energy = round_cent(drivers[1].charge()) - round_cent(drivers[0].charge())
    parts = dict.fromkeys(Cause, ZERO) | _to_cents(exact, energy)
    for cause, codes in {
        Cause.FIXED: (LineCode.FIXED, LineCode.CONNECTION),
        Cause.LIGHTING: (LineCode.LIGHTING,),
        Cause.ARREARS: (LineCode.INTEREST, LineCode.OTHER),
    }.items():
        parts[cause] = _with_tax(after, codes, igv_rate) - _with_tax(before, codes, igv_rate)
    difference = (after.total or ZERO) - (before.total or ZERO)
    # What is left is the rounding of tax and total, and carries between months.
    parts[Cause.ROUNDING] = difference - sum(parts.values(), ZERO)
    has_days = _days(before) is not None and _days(after) is not None
    return Change(
        before=before,
        after=after,
        difference=difference,
        parts=parts,
        kwh_a_day=(drivers[0].kwh_a_day, drivers[1].kwh_a_day) if has_days else None,
    )


def _drivers(receipt: Receipt, base: Decimal | None, igv_rate: Decimal) -> _Drivers:
    energy = receipt.amount(LineCode.ENERGY)
    for name, value in (("kwh", receipt.kwh), ("energy", energy), ("total", receipt.total)):
        if value is None:
            raise ComparisonError("receipt-lacks", field=name, receipt=receipt.id)
    if not receipt.kwh or energy is None:
        raise ComparisonError("receipt-lacks", field="kwh", receipt=receipt.id)
    levy = receipt.amount(LineCode.RURAL_ELECTRIFICATION) or ZERO
    days = Decimal(_days(receipt) or 1)
    mean_price = energy / receipt.kwh
    return _Drivers(
        days=days,
        kwh_a_day=receipt.kwh / days,
        base_price=(base or mean_price) * (1 + igv_rate),
        levy=levy / receipt.kwh,
        bracket=mean_price / (base or mean_price),
    )


def _days(receipt: Receipt) -> int | None:
    return receipt.period.days if receipt.period else receipt.days_printed


def _shapley(before: _Drivers, after: _Drivers) -> dict[Cause, Decimal]:
    """Return the mean effect of each cause over all orders of change. [PEN]"""
    effects = dict.fromkeys(FACTORS, Decimal(0))
    orders = list(permutations(FACTORS))
    for order in orders:
        state = before
        for cause in order:
            changed = replace(state, **{name: getattr(after, name) for name in FACTORS[cause]})
            effects[cause] += changed.charge() - state.charge()
            state = changed
    return {cause: effect / len(orders) for cause, effect in effects.items()}


def _to_cents(exact: Mapping[Cause, Decimal], total: Decimal) -> dict[Cause, Decimal]:
    """Return the effects in céntimos, adding up to ``total``; the largest takes the rest."""
    cents = {cause: round_cent(effect) for cause, effect in exact.items()}
    largest = max(cents, key=lambda cause: abs(cents[cause]))
    cents[largest] += total - sum(cents.values(), ZERO)
    return cents


def _with_tax(receipt: Receipt, codes: tuple[LineCode, ...], igv_rate: Decimal) -> Decimal:
    amounts = [
        line.amount * (1 + igv_rate if line.taxed else 1)
        for line in receipt.lines
        if line.code in codes
    ]
    return round_cent(sum(amounts, ZERO))
