"""The rules of a bill over arrays: whole numbers only, equal to ``billing`` line by line.

Energy is in thousandths of a kWh, prices in ten-thousandths of a sol, amounts in
céntimos, all int64: nothing is lost on the way.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from ahorraluz.core.consumption import KWH_DECIMALS, MAX_KWH, Band
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import IgvRounding, round_cent
from ahorraluz.core.tariffs.energy import EnergyPriceError
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import Bracket
from ahorraluz.core.tariffs.terms import BillTerms

Cents = npt.NDArray[np.int64]

MILLI = 10**KWH_DECIMALS
PRICE_UNITS = 10_000
RATE_UNITS = 1_000_000
CENTS = 100
CHUNK = 16_384
"""Rows priced at a time. They fit the processor's cache, so memory is read once."""
MAX_BAND_MILLI = 20_000 * MILLI
"""Highest energy with bands whose products still fit in 64 bits. [kWh/1000]"""


class ArrayEnergyError(AhorraLuzError):
    """Energy that cannot be priced as an array."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillArrays:
    """Bills as columns, one row per energy; amounts in céntimos, int64, shape (n,)."""

    lines: dict[LineCode, Cents]
    """Amount of each code. ``fose`` is informed only, so it has no column. [céntimo]"""
    subtotal: Cents
    igv: Cents
    total: Cents


def to_milli(energy_kwh: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return energy as whole thousandths of a kWh.

    Parameters
    ----------
    energy_kwh
        Energy, shape (n,), non-negative and finite, rounded to the nearest
        thousandth. [kWh]

    Raises
    ------
    ArrayEnergyError
        ``kwh-array-out-of-range``: a value is negative, not a number or above the
        limit of one supply.
    """
    values = np.asarray(energy_kwh, dtype=np.float64)
    if not np.all((values >= 0) & (values <= float(MAX_KWH))):
        raise ArrayEnergyError("kwh-array-out-of-range", limit=MAX_KWH)
    return np.asarray(np.rint(values * MILLI), dtype=np.int64)


def price_bills(
    energy_milli: npt.NDArray[np.int64],
    terms: BillTerms,
    *,
    bands_milli: dict[Band, npt.NDArray[np.int64]] | None = None,
) -> BillArrays:
    """Return the bills of many energies under the same terms.

    Parameters
    ----------
    energy_milli
        Energy of each bill, shape (n,), int64. [kWh/1000]
    terms
        Prices and rules of the period.
    bands_milli
        Energy by band, same shape, adding up to ``energy_milli``, for options with
        hours. [kWh/1000]

    Raises
    ------
    EnergyPriceError
        ``bands-needed``, or ``bracket-price-unknown`` where an energy falls in a
        bracket whose prices are not known.
    """
    _check_bands(energy_milli, terms, bands_milli)
    size = energy_milli.size
    columns = np.empty((len(_VARYING), size), dtype=np.int64)
    for start in range(0, size, CHUNK):
        rows = slice(start, start + CHUNK)
        bands = None if bands_milli is None else {b: kwh[rows] for b, kwh in bands_milli.items()}
        _price_chunk(energy_milli[rows], terms, bands, out=columns[:, rows])
    priced = dict(zip(_VARYING, columns, strict=True))
    charges = terms.charges
    same = {
        LineCode.CONNECTION: charges.connection,
        LineCode.LIGHTING: charges.lighting,
        LineCode.INTEREST: charges.interest,
    }
    lines = {code: np.broadcast_to(_constant(amount), size) for code, amount in same.items()}
    other = _constant(charges.other_taxed) + _constant_untaxed(terms)
    lines |= {
        LineCode.ENERGY: priced["energy"],
        LineCode.FIXED: priced["fixed"],
        LineCode.IGV: priced["igv"],
        LineCode.RURAL_ELECTRIFICATION: priced["levy"],
        LineCode.ROUNDING: priced["rounding"],
        LineCode.OTHER: np.broadcast_to(other, size),
    }
    return BillArrays(
        lines=lines, subtotal=priced["subtotal"], igv=priced["igv"], total=priced["total"]
    )


_VARYING = ("energy", "fixed", "subtotal", "igv", "levy", "rounding", "total")
"""What differs from bill to bill, in the order of the columns of a chunk."""


def _price_chunk(
    energy_milli: npt.NDArray[np.int64],
    terms: BillTerms,
    bands: dict[Band, npt.NDArray[np.int64]] | None,
    *,
    out: Cents,
) -> None:
    """Price rows few enough to stay in the processor's cache, into ``out``."""
    energy, fixed = _energy_and_fixed(energy_milli, terms, bands)
    charges = terms.charges
    same = (charges.connection, charges.lighting, charges.interest, charges.other_taxed)
    parts = [energy, fixed, *map(_constant, same)]
    rate = int(terms.igv_rate * RATE_UNITS)
    subtotal = np.asarray(sum(parts), dtype=np.int64)
    if terms.igv_rounding is IgvRounding.PER_LINE:
        igv = np.asarray(sum(divide(part * rate, RATE_UNITS) for part in parts), dtype=np.int64)
    else:
        igv = divide(subtotal * rate, RATE_UNITS)
    levy = _levy(energy_milli, terms.levy)
    before = subtotal + igv + levy + _constant_untaxed(terms)
    step = int(terms.total_rounding.step * CENTS)
    total = np.floor_divide(before + _constant(charges.previous_rounding), step) * step
    columns = (energy, fixed, subtotal, igv, levy, total - before, total)
    for column, values in zip(out, columns, strict=True):
        column[:] = values


def _constant_untaxed(terms: BillTerms) -> Cents:
    return _constant(terms.charges.late_interest) + _constant(terms.charges.other_untaxed)


def _check_bands(
    energy: npt.NDArray[np.int64],
    terms: BillTerms,
    bands: dict[Band, npt.NDArray[np.int64]] | None,
) -> None:
    """Refuse energy without the bands its option has, or with products beyond 64 bits."""
    names = terms.bands
    if names == (Band.TOTAL,):
        return
    if bands is None or any(name not in bands for name in names):
        raise EnergyPriceError("bands-needed", missing=[name.value for name in names])
    if energy.size and int(energy.max()) > MAX_BAND_MILLI:
        raise ArrayEnergyError("kwh-array-out-of-range", limit=MAX_BAND_MILLI // MILLI)


def _energy_and_fixed(
    energy: npt.NDArray[np.int64],
    terms: BillTerms,
    bands: dict[Band, npt.NDArray[np.int64]] | None,
) -> tuple[Cents, Cents]:
    """Return the energy and fixed charges, each energy priced in its own bracket."""
    names = terms.bands
    homes = terms.supply.collective_homes
    limits = [
        _milli(bracket.limit_kwh) * homes
        for bracket in terms.brackets
        if bracket.limit_kwh is not None
    ]
    index = np.searchsorted(np.asarray(limits, dtype=np.int64), energy, side="left")
    amount = np.zeros(energy.shape, dtype=np.int64)
    for number, bracket in enumerate(terms.brackets):
        rows = np.flatnonzero(index == number)
        if rows.size:
            has_hours = bands is not None and names != (Band.TOTAL,)
            chosen = {name: bands[name][rows] for name in names} if bands and has_hours else None
            amount[rows] = _bracket_energy(energy[rows], bracket, chosen, homes=homes)
    fixed = np.asarray([_cents(bracket.fixed) for bracket in terms.brackets], dtype=np.int64)
    return amount, fixed[index]


def _bracket_energy(
    energy: npt.NDArray[np.int64],
    bracket: Bracket,
    bands: dict[Band, npt.NDArray[np.int64]] | None,
    *,
    homes: int,
) -> Cents:
    if not bracket.blocks:
        raise EnergyPriceError("bracket-price-unknown", kwh=Decimal(int(energy[0])) / MILLI)
    if bands is None:
        bands = {Band.TOTAL: energy}
    single = len(bands) == 1
    weighted = np.zeros(energy.shape, dtype=np.int64)
    floor = 0
    for block in bracket.blocks:
        ceiling = (
            energy
            if block.limit_kwh is None
            else np.minimum(energy, _milli(block.limit_kwh) * homes)
        )
        in_block = np.maximum(ceiling - floor, 0)
        for band, in_band in bands.items():
            price = int(block.prices[band] * PRICE_UNITS)
            weighted += in_block * price if single else in_block * in_band * price
        floor = floor if block.limit_kwh is None else _milli(block.limit_kwh) * homes
    divisor = MILLI * PRICE_UNITS // CENTS
    return divide(weighted, divisor if single else divisor * np.maximum(energy, 1))


def _levy(energy: npt.NDArray[np.int64], levy: Decimal | None) -> Cents:
    price = int((levy or Decimal(0)) * PRICE_UNITS)
    return divide(energy * price, MILLI * PRICE_UNITS // CENTS)


def divide(numerator: Cents, divisor: int | Cents) -> Cents:
    """Return the quotient with halves away from zero, as Decimal's half-up does."""
    if not (np.asarray(numerator) < 0).any():
        return np.asarray((2 * numerator + divisor) // (2 * np.asarray(divisor)), dtype=np.int64)
    magnitude = (2 * np.abs(numerator) + divisor) // (2 * np.asarray(divisor))
    return np.asarray(np.where(numerator < 0, -magnitude, magnitude), dtype=np.int64)


def _constant(amount: Decimal | None) -> Cents:
    return np.asarray(_cents(amount or Decimal(0)), dtype=np.int64)


def _cents(amount: Decimal) -> int:
    return int(round_cent(amount) * CENTS)


def _milli(kwh: Decimal) -> int:
    return int(kwh * MILLI)
