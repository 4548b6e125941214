"""Price sheets of one distributor: rows of ``tariffs/<distributor>.csv`` to schedules.

Sheets are kept as they are published, with or without IGV; here every price becomes
PEN/kWh before IGV with the four decimals that recibos print.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import (
    CatalogError,
    Row,
    read_optional_table,
    refuse_duplicates,
)
from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.home import CustomerClass, Option
from ahorraluz.core.money import CENT, round_cent, round_price
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.schedule import Block, Bracket, Schedule

COLUMNS = (
    "start",
    "system",
    "option",
    "segment",
    "charge",
    "unit",
    "value",
    "igv_included",
    "status",
    "source",
)
NON_RESIDENTIAL = "non-residential"
RESIDENTIAL_SEGMENTS: Mapping[Decimal, tuple[str, str, str]] = {
    Decimal(140): ("residential-0-30", "residential-31-140", "residential-over-140"),
    Decimal(100): ("residential-0-30", "residential-31-100", "residential-over-100"),
}
"""Segments by the FOSE limit that the sheet is cut by. [kWh]"""
SEGMENTS = (
    NON_RESIDENTIAL,
    *dict.fromkeys(name for names in RESIDENTIAL_SEGMENTS.values() for name in names),
)
FIRST_BLOCK = Decimal(30)
"""Sheets print the price of this block as one amount. [kWh]"""
BANDS: Mapping[str, Band] = {
    "energy": Band.TOTAL,
    "energy-peak": Band.PEAK,
    "energy-off-peak": Band.OFF_PEAK,
    "energy-medium": Band.MEDIUM,
    "energy-base": Band.BASE,
}
FIRST, ABOVE = "-first-30", "-above-30"
FIXED = ("fixed", "fixed-codes", "fixed-cards")
ENERGY = tuple(band + part for band in BANDS for part in ("", FIRST, ABOVE))
PER_MONTH, PER_KWH, PER_BLOCK = "PEN/month", "PEN/kWh", "PEN/30kWh"
YES, NO = "yes", "no"


def tariff_table(distributor: str) -> str:
    """Return the path of a distributor's price table inside a data folder."""
    return f"tariffs/{distributor}.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charge:
    """One cell of a price sheet, before IGV where it was published with it."""

    value: Decimal
    """Published value. [PEN/month, PEN/kWh or PEN/30kWh]"""
    divisor: Decimal
    """One plus the IGV rate where the value includes it."""
    unit: str
    source: Source


_Sheet = dict[tuple[str, str], _Charge]
"""Charges of one sheet by segment and charge."""
_SheetKey = tuple[date, str, Option]


def load_schedules(distributor: str, *, user_folder: Path | None = None) -> tuple[Schedule, ...]:
    """Return every price list on file for ``distributor``, by rising start.

    Parameters
    ----------
    distributor
        Id of the distributor, which is the name of its file.
    user_folder
        Folder with more sheets of the same form; its rows win over the shipped row
        of the same figure and day.

    Raises
    ------
    CatalogError
        ``data-duplicate``, ``data-source-unknown``, ``data-value-unknown`` (unit, segment,
        charge, option), ``sheet-incomplete``, ``sheet-first-block`` or
        ``sheet-fixed-differ``: a sheet is complete or refused.
    """
    table = tariff_table(distributor)
    rows = _rows(table, sources=load_sources(), folder=None)
    if user_folder is not None:
        own = load_sources(user_folder=user_folder)
        rows |= _rows(table, sources=own, folder=user_folder)
    sheets: dict[_SheetKey, _Sheet] = {}
    for (start, system, option, segment, charge), cell in rows.items():
        key = (date.fromisoformat(start), system, Option(option))
        sheets.setdefault(key, {})[segment, charge] = cell
    return tuple(
        schedule
        for key, sheet in sorted(sheets.items(), key=lambda item: item[0])
        for schedule in _schedules(distributor, key, sheet)
    )


def _rows(
    table: str, *, sources: Mapping[str, Source], folder: Path | None
) -> dict[tuple[str, ...], _Charge]:
    rows = read_optional_table(table, columns=COLUMNS, folder=folder)
    return {key: _charge(row, sources) for key, row in refuse_duplicates(rows, key=_key).items()}


def _key(row: Row) -> tuple[str, ...]:
    return (
        row.date("start").isoformat(),
        row.text("system"),
        row.choice("option", Option).value,
        row.one_of("segment", SEGMENTS),
        row.one_of("charge", (*FIXED, *ENERGY)),
    )


def _charge(row: Row, sources: Mapping[str, Source]) -> _Charge:
    charge = row.text("charge")
    # Only what is in force enters the book: a sheet that is announced bills nothing yet.
    row.one_of("status", ("in-force",))
    allowed = [PER_MONTH] if charge in FIXED else [PER_KWH]
    if charge == "energy" + FIRST:
        allowed.append(PER_BLOCK)
    unit = row.one_of("unit", allowed)
    value = row.decimal("value")
    if value < 0:
        raise row.refusal("data-value-negative", column="value", value=value)
    included = row.one_of("igv_included", (YES, NO)) == YES
    igv = load_national().value(IGV, row.date("start")) if included else Decimal(0)
    return _Charge(value=value, divisor=1 + igv, unit=unit, source=source_of(row, sources))


def _schedules(distributor: str, key: _SheetKey, sheet: _Sheet) -> Iterable[Schedule]:
    start, system, option = key
    place = _SheetPlace(distributor=distributor, system=system, option=option, start=start)
    segments = {segment for segment, _ in sheet}
    if segments - {NON_RESIDENTIAL}:
        limit, names = _cut(segments, place)
        yield _schedule(
            place,
            customer=CustomerClass.RESIDENTIAL,
            brackets=_residential(sheet, limit, names, place),
            cells=[cell for (segment, _), cell in sheet.items() if segment in names],
        )
    if NON_RESIDENTIAL in segments:
        yield _schedule(
            place,
            customer=CustomerClass.NON_RESIDENTIAL,
            brackets=(_flat(sheet, NON_RESIDENTIAL, place, limit=None),),
            cells=[cell for (segment, _), cell in sheet.items() if segment == NON_RESIDENTIAL],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _SheetPlace:
    """Which sheet is being read, for the message of what is wrong in it."""

    distributor: str
    system: str
    option: Option
    start: date

    def refusal(self, code: str, **parameters: str) -> CatalogError:
        return CatalogError(
            code,
            distributor=self.distributor,
            system=self.system,
            option=self.option.value,
            start=self.start,
            **parameters,
        )


def _cut(segments: set[str], place: _SheetPlace) -> tuple[Decimal, tuple[str, str, str]]:
    """Return the FOSE limit whose segments the sheet has, all three of them and no other."""
    residential = segments - {NON_RESIDENTIAL}
    for limit, names in RESIDENTIAL_SEGMENTS.items():
        if residential <= set(names) and names[2] in residential:
            missing = [name for name in names if name not in residential]
            if missing:
                raise place.refusal("sheet-incomplete", missing=", ".join(missing))
            return limit, names
    raise place.refusal("sheet-incomplete", missing="residential-over-140")


def _schedule(
    place: _SheetPlace,
    *,
    customer: CustomerClass,
    brackets: tuple[Bracket, ...],
    cells: list[_Charge],
) -> Schedule:
    # Where a person typed one price over a sheet, the weaker document stands for the list.
    weakest = max(cells, key=lambda cell: list(Grade).index(cell.source.grade))
    return Schedule(
        distributor=place.distributor,
        system=place.system,
        option=place.option,
        customer=customer,
        start=place.start,
        brackets=brackets,
        source=weakest.source,
    )


def _residential(
    sheet: _Sheet, limit: Decimal, names: tuple[str, str, str], place: _SheetPlace
) -> tuple[Bracket, ...]:
    low = _flat(sheet, names[0], place, limit=FIRST_BLOCK)
    high = _flat(sheet, names[2], place, limit=None)
    bands = tuple(low.blocks[0].prices)
    above = {band: _per_kwh(_cell(sheet, names[1], _name(band) + ABOVE, place)) for band in bands}
    for band in bands:
        _check_first_block(sheet, names, band, place)
    if tuple(high.blocks[0].prices) != bands:
        raise place.refusal("sheet-incomplete", missing=f"{names[2]} {_name(bands[0])}")
    middle = Bracket(
        limit_kwh=limit,
        fixed=_fixed(sheet, names[1], place),
        blocks=(
            Block(limit_kwh=FIRST_BLOCK, prices=low.blocks[0].prices),
            Block(limit_kwh=None, prices=above),
        ),
    )
    return low, middle, high


def _flat(sheet: _Sheet, segment: str, place: _SheetPlace, *, limit: Decimal | None) -> Bracket:
    """Return the bracket of a segment that has one price for all its energy."""
    prices = {
        band: _per_kwh(sheet[segment, name])
        for name, band in BANDS.items()
        if (segment, name) in sheet
    }
    if not prices:
        raise place.refusal("sheet-incomplete", missing=f"{segment} energy")
    fixed = _fixed(sheet, segment, place)
    return Bracket(limit_kwh=limit, fixed=fixed, blocks=(Block(limit_kwh=None, prices=prices),))


def _fixed(sheet: _Sheet, segment: str, place: _SheetPlace) -> Decimal:
    cells = [sheet[segment, name] for name in FIXED if (segment, name) in sheet]
    if not cells:
        raise place.refusal("sheet-incomplete", missing=f"{segment} fixed")
    values = {round_cent(cell.value / cell.divisor) for cell in cells}
    if len(values) != 1:
        # Prepaid by codes and by cards: a list holds one fixed charge.
        raise place.refusal("sheet-fixed-differ", segment=segment)
    return values.pop()


def _check_first_block(
    sheet: _Sheet, names: tuple[str, str, str], band: Band, place: _SheetPlace
) -> None:
    """Refuse a sheet whose first 30 kWh cost another price than the lowest bracket."""
    lowest = _cell(sheet, names[0], _name(band), place)
    first = _cell(sheet, names[1], _name(band) + FIRST, place)
    if first.unit == PER_BLOCK:
        agrees = abs(lowest.value * FIRST_BLOCK - first.value) <= CENT
    else:
        agrees = lowest.value == first.value
    if not agrees or lowest.divisor != first.divisor:
        raise place.refusal(
            "sheet-first-block",
            price=f"{lowest.value} {lowest.unit}",
            amount=f"{first.value} {first.unit}",
        )


def _cell(sheet: _Sheet, segment: str, charge: str, place: _SheetPlace) -> _Charge:
    if (segment, charge) not in sheet:
        raise place.refusal("sheet-incomplete", missing=f"{segment} {charge}")
    return sheet[segment, charge]


def _per_kwh(cell: _Charge) -> Decimal:
    return round_price(cell.value / cell.divisor)


def _name(band: Band) -> str:
    return next(name for name, known in BANDS.items() if known is band)
