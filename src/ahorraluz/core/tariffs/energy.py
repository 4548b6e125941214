"""Active-energy charge: the bracket of the month's energy, then its block and band prices.

Brackets and prices are data, never code: they reach this module in the terms of the
bill, with their source.
"""

from collections.abc import Sequence
from decimal import Decimal

from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import round_cent
from ahorraluz.core.tariffs.lines import BillLine, LineCode, LinePart
from ahorraluz.core.tariffs.schedule import Block, Bracket

WATT_HOUR = Decimal("0.001")


class EnergyPriceError(AhorraLuzError):
    """The energy cannot be priced with these prices."""


def bracket_of(energy_kwh: Decimal, brackets: Sequence[Bracket], *, homes: int = 1) -> Bracket:
    """Return the bracket of a month's energy.

    Parameters
    ----------
    energy_kwh
        Energy of the meter in the period, non-negative. [kWh]
    brackets
        By rising limit, the last without limit.
    homes
        Homes of a recognised collective supply: their average counts (Ley 27510,
        art. 3-A, since Ley 31429).

    Raises
    ------
    EnergyPriceError
        ``bracket-price-unknown``: the recibo the prices were read from does not tell
        those of this bracket.
    """
    for bracket in brackets:
        if bracket.limit_kwh is None or energy_kwh <= bracket.limit_kwh * homes:
            if not bracket.blocks:
                raise EnergyPriceError("bracket-price-unknown", kwh=energy_kwh)
            return bracket
    raise EnergyPriceError("energy-above-last-bracket", kwh=energy_kwh)


def block_kwh(
    energy_kwh: Decimal, bracket: Bracket, *, homes: int = 1
) -> tuple[tuple[Block, Decimal], ...]:
    """Return each block that the energy reaches with its part of the energy. [kWh]"""
    reached = []
    floor = Decimal(0)
    for block in bracket.blocks:
        limit = energy_kwh if block.limit_kwh is None else block.limit_kwh * homes
        ceiling = min(energy_kwh, limit)
        if ceiling > floor:
            reached.append((block, ceiling - floor))
            floor = ceiling
    return tuple(reached)


def energy_parts(
    consumption: Consumption, bracket: Bracket, *, homes: int = 1
) -> tuple[LinePart, ...]:
    """Return one part per block and band that the energy reaches.

    In options with hours, each block takes the bands in their proportion of the
    month (inference: the sheets discount every band alike).

    Raises
    ------
    EnergyPriceError
        ``bands-needed``: the option prices hours and the energy has no bands.
    """
    bands_kwh = _bands_kwh(consumption, tuple(bracket.blocks[0].prices))
    used = {band: kwh for band, kwh in bands_kwh.items() if kwh > 0}
    parts = []
    for block, kwh in block_kwh(consumption.energy_kwh, bracket, homes=homes):
        left = kwh
        for band, in_band in used.items():
            # To the watt-hour, for people to read; the last band takes what is left.
            exact = kwh * in_band / consumption.energy_kwh
            quantity = left if band == list(used)[-1] else exact.quantize(WATT_HOUR)
            left -= quantity
            price = block.prices[band]
            parts.append(LinePart(quantity=quantity, unit="kWh", price=price, band=band))
    return tuple(parts)


def energy_amount(consumption: Consumption, bracket: Bracket, *, homes: int = 1) -> Decimal:
    """Return the energy charge before its one rounding. [PEN]

    Products are added up before the division by the month's energy, so that no
    quantity of a band is rounded on the way.
    """
    total = consumption.energy_kwh
    if total == 0:
        return Decimal(0)
    bands_kwh = _bands_kwh(consumption, tuple(bracket.blocks[0].prices))
    weighted = sum(
        (
            in_band * kwh * block.prices[band]
            for block, kwh in block_kwh(total, bracket, homes=homes)
            for band, in_band in bands_kwh.items()
        ),
        Decimal(0),
    )
    return weighted / total


def price_energy(
    consumption: Consumption, brackets: Sequence[Bracket], *, homes: int = 1
) -> tuple[BillLine, Bracket]:
    """Return the energy line and the bracket it was priced in.

    The products of all blocks are added up before the one rounding to the céntimo,
    as recibos do.

    Examples
    --------
    Invented prices: 0.50 PEN/kWh up to 30 kWh in the month, 0.80 for all above.

    >>> from datetime import date
    >>> from ahorraluz.core.periods import Period
    >>> from ahorraluz.core.tariffs.schedule import Block
    >>> def flat(limit, price):
    ...     block = Block(limit_kwh=None, prices={Band.TOTAL: Decimal(price)})
    ...     return Bracket(limit_kwh=limit, fixed=Decimal("2.00"), blocks=(block,))
    >>> may = Period(date(2026, 5, 4), date(2026, 6, 3))
    >>> brackets = [flat(Decimal(30), "0.50"), flat(None, "0.80")]
    >>> def price(kwh):
    ...     used = Consumption(period=may, energy_kwh=Decimal(kwh))
    ...     return str(price_energy(used, brackets)[0].amount)
    >>> price("30"), price("30.001")
    ('15.00', '24.00')
    """
    bracket = bracket_of(consumption.energy_kwh, brackets, homes=homes)
    line = BillLine(
        code=LineCode.ENERGY,
        amount=round_cent(energy_amount(consumption, bracket, homes=homes)),
        label="line.energy",
        basis="basis.energy",
        taxed=True,
        parts=energy_parts(consumption, bracket, homes=homes),
    )
    return line, bracket


def _bands_kwh(consumption: Consumption, bands: tuple[Band, ...]) -> dict[Band, Decimal]:
    if bands == (Band.TOTAL,):
        return {Band.TOTAL: consumption.energy_kwh}
    missing = [band.value for band in bands if band not in consumption.bands_kwh]
    if missing:
        raise EnergyPriceError("bands-needed", missing=missing)
    return {band: consumption.bands_kwh[band] for band in bands}
