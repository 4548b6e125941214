"""Energy and its price, sure where meter, product or both agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ahorraluz.ingest.recibo.found import Candidate, Field, Status, Why, distinct, sure, unsure
from ahorraluz.ingest.recibo.labels import Label, Labelled
from ahorraluz.ingest.recibo.places import Printed, Sheet

CENTIMO = Decimal("0.01")
"""A product agrees with its line when it lies within this. [PEN]"""
MAX_PRICE = Decimal(5)
"""No low-voltage price of a kWh comes near. [PEN/kWh]"""
MOST_READINGS = 12
"""Readings of a meter at one label; a sheet that prints more is no single recibo."""
MOST_PRINTED = 60
"""Places where energy is printed that are looked at, all looks at a picture together."""
PRICE_DECIMALS = 3
"""Prices of a kWh are printed with at least so many decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """An energy line that prints what it multiplies."""

    quantity: Candidate
    price: Candidate
    amount: Decimal
    shown_decimals: int
    """Decimals of the quantity as printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFields:
    """Fields of the meter."""

    kwh: Field
    unit_price: Field


def read_meter(sheet: Sheet, *, energy: Decimal | None) -> MeterFields:
    """Return energy and price of a recibo.

    Parameters
    ----------
    sheet
        The recibo.
    energy
        The energy charge, where the sums make it sure. [PEN]
    """
    printed = [*_kwh_printed(sheet)][:MOST_PRINTED]
    prices = [*_prices(sheet)]
    products = [*_products(sheet)]
    differences = _differences(sheet)
    by_meter = {c.value for c, _ in printed if c.value in differences}
    by_product = _by_product(sheet, printed, prices, products, energy=energy)
    # The same misread digit in two readings of the meter may agree with itself: a picture
    # needs the money to say the same.
    agreed = by_meter | by_product if sheet.exact else by_product
    candidates = [candidate for candidate, _ in printed]
    if len(agreed) == 1:
        (value,) = agreed
        chosen = next(candidate for candidate in candidates if candidate.value == value)
        kwh = sure("kwh", chosen, Why.METER if value in by_meter else Why.PRODUCT)
    else:
        several = Why.SEVERAL if agreed else Why.UNCHECKED
        clash = bool(products or differences)
        kwh = unsure("kwh", candidates, Why.DISAGREES if clash and not agreed else several)
    if kwh.status is Status.SURE and len(_blocks(products)) > 1:
        # Each block has a price of its own: there is none of the month.
        return MeterFields(
            kwh=kwh,
            unit_price=Field(name="unit_price", status=Status.MISSING, why=Why.NOT_FOUND),
        )
    return MeterFields(kwh=kwh, unit_price=_price(sheet, prices, kwh=kwh, energy=energy))


def _candidate(labelled: Labelled, printed: Printed) -> Candidate:
    return Candidate(
        value=printed.number.value,
        page=printed.word.page,
        label=labelled.text,
        text=printed.number.text,
        confidence=printed.word.confidence,
    )


def _kwh_printed(sheet: Sheet) -> Iterator[tuple[Candidate, Printed]]:
    """Yield every number printed as energy: at its label, and in the energy line."""
    for labelled in sheet.of(Label.KWH):
        beside = sheet.numbers_beside(labelled)
        for printed in beside:
            if printed.place == beside[0].place and printed.number.value >= 0:
                yield _candidate(labelled, printed), printed
    for labelled in sheet.of(Label.ENERGY):
        numbers = sheet.numbers_right(labelled)
        if numbers and len({printed.place for printed in numbers}) > 1:
            for printed in numbers:
                if printed.place != numbers[-1].place and not _is_price(printed):
                    yield _candidate(labelled, printed), printed


def _prices(sheet: Sheet) -> Iterator[Candidate]:
    for labelled in sheet.of(Label.PRICE):
        for printed in sheet.numbers_beside(labelled):
            if _is_price(printed):
                yield _candidate(labelled, printed)
    for labelled in sheet.of(Label.ENERGY):
        for printed in sheet.numbers_right(labelled):
            if _is_price(printed):
                yield _candidate(labelled, printed)


def _is_price(printed: Printed) -> bool:
    number = printed.number
    return (
        number.decimals >= PRICE_DECIMALS
        and 0 < number.value < MAX_PRICE
        and (
            # A quantity such as 2.0000 has the decimals of a price, and none of them.
            number.value != number.value.to_integral_value()
        )
    )


def _products(sheet: Sheet) -> Iterator[Product]:
    """Yield the energy lines whose quantity times price is their amount."""
    for labelled in sheet.of(Label.ENERGY):
        numbers = sheet.numbers_right(labelled)
        money = [printed for printed in numbers if printed.number.is_money]
        if not money:
            continue
        amount = money[-1].number.value
        for at, quantity in enumerate(numbers):
            for price in numbers[at + 1 :]:
                product = quantity.number.value * price.number.value
                if _is_price(price) and abs(product - amount) <= CENTIMO:
                    yield Product(
                        quantity=_candidate(labelled, quantity),
                        price=_candidate(labelled, price),
                        amount=amount,
                        shown_decimals=quantity.number.decimals,
                    )


def _differences(sheet: Sheet) -> set[Decimal]:
    """Return what the meter says: later reading minus earlier, times the factor."""

    def values(label: Label) -> set[Decimal]:
        return {
            printed.number.value
            for labelled in sheet.of(label)
            for printed in sheet.numbers_beside(labelled)[:2]
        }

    if any(len(values(label)) > MOST_READINGS for label in (Label.READ_NOW, Label.READ_BEFORE)):
        return set()
    factors = values(Label.FACTOR) or {Decimal(1)}
    return {
        (now - before) * factor
        for now in values(Label.READ_NOW)
        for before in values(Label.READ_BEFORE)
        for factor in factors
        if now > before and factor > 0
    }


def _by_product(
    sheet: Sheet,
    printed: list[tuple[Candidate, Printed]],
    prices: list[Candidate],
    products: list[Product],
    *,
    energy: Decimal | None,
) -> set[object]:
    """Return the printed energies that price and energy charge confirm."""
    agreed: set[object] = set()
    meter = _differences(sheet)
    for candidate, place in printed:
        value = place.number.value
        amounts = [p.amount for p in products if p.quantity.value == value]
        amounts += [] if energy is None else [energy]
        fits = [
            price
            for price in distinct(prices)
            for amount in amounts
            if isinstance(price.value, Decimal) and abs(value * price.value - amount) <= CENTIMO
        ]
        if fits and (sheet.exact or value in meter or _tells(place, fits, printed)):
            agreed.add(candidate.value)
    # Blocks of one month, each a product of its own, add up to the energy billed.
    blocks = _blocks(products)
    if len(blocks) > 1:
        total = sum(blocks.values(), Decimal(0))
        whole: set[object] = {c.value for c, _ in printed if c.value == total}
        return whole or agreed
    return agreed


def _blocks(products: Sequence[Product]) -> dict[tuple[object, Decimal], Decimal]:
    """Return the energy of each energy line that is a product, by its price and amount. [kWh]"""
    return {
        (product.price.value, product.amount): product.quantity.value
        for product in products
        if isinstance(product.quantity.value, Decimal)
    }


def _tells(
    place: Printed, prices: list[Candidate], printed: list[tuple[Candidate, Printed]]
) -> bool:
    """Tell whether a wrong last digit of a scanned number would have shown in the product."""
    step = Decimal(1).scaleb(-place.number.decimals)
    seen = all(isinstance(p.value, Decimal) and p.value * step > 2 * CENTIMO for p in prices)
    alike = [p for _, p in printed if p.number.value == place.number.value]
    twice = any(a.look == b.look and a.place != b.place for a in alike for b in alike)
    return seen or twice


def _price(sheet: Sheet, prices: list[Candidate], *, kwh: Field, energy: Decimal | None) -> Field:
    listed = distinct(prices)
    if isinstance(kwh.value, Decimal) and energy is not None:
        fits = [
            price
            for price in listed
            if isinstance(price.value, Decimal) and abs(kwh.value * price.value - energy) <= CENTIMO
        ]
        if len(fits) == 1 and (sheet.exact or kwh.value > 0):
            return _sure_price(sheet, fits[0], kwh=kwh.value)
        # Energy and charge are both confirmed elsewhere: a price that does not fit is the
        # recibo's own mistake, and exact text is what the recibo says.
        if sheet.exact and len(listed) == 1 and kwh.why is Why.METER:
            return sure("unit_price", listed[0], Why.PRINTED)
    return unsure("unit_price", listed, Why.DISAGREES if len(listed) == 1 else Why.SEVERAL)


def _sure_price(sheet: Sheet, price: Candidate, *, kwh: Decimal) -> Field:
    """Return the price as sure, unless a scanned last digit could be another one."""
    assert isinstance(price.value, Decimal)  # noqa: S101 - the caller looked
    exponent = price.value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    if sheet.exact or kwh * step > 2 * CENTIMO:
        return sure("unit_price", price, Why.PRODUCT)
    return unsure("unit_price", [price], Why.UNCHECKED)
