"""Recibos as JSON: the layout of the golden bills, to :class:`Receipt`."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from ahorraluz.core.accents import without_accents
from ahorraluz.core.consumption import Band, check_kwh
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt, ReceiptLine
from ahorraluz.ingest.validation import issues_of

MAX_BYTES = 1_000_000
MAX_AMOUNT = Decimal(1_000_000)
MAX_PRICE = Decimal(5)
"""Soles for a kWh that no low-voltage price comes near; above it, céntimos were typed."""

# Words of a printed name, without accents, that tell what the line is for; the first
# row that matches wins, so the narrower ones stand above.
NAMES: Sequence[tuple[LineCode, str]] = (
    (LineCode.ROUNDING, r"redonde|ajuste|diferencia de redondeo"),
    (LineCode.RURAL_ELECTRIFICATION, r"28749|electrificacion rural|elect\W*rural"),
    (LineCode.LIGHTING, r"alumbrado|\ba\W?p\b"),
    (LineCode.OTHER, r"moratori|mora\b|deuda|financ|convenio|compensacion|corte|reconexion"),
    (LineCode.INTEREST, r"interes"),
    (LineCode.CONNECTION, r"reposicion|mant(to|\W|enimiento)|conexion"),
    (LineCode.FIXED, r"cargo fijo|\bfijo\b"),
    (LineCode.FOSE, r"\bfose\b|27510"),
    (LineCode.IGV, r"\bigv\b|i\.g\.v"),
    (LineCode.ENERGY, r"energia|ene\W*activa|consumo|recuper"),
)
MONTH = re.compile(r"\d{4}-(\d{2})(?!\d)")
MONTHS_A_YEAR = 12
RECOVERED = re.compile(r"recuper|consumos? anteriores|reintegro")
ESTIMATED = re.compile(r"estimad|promedi")


class ReceiptFormatError(AhorraLuzError):
    """A file that is no recibo in JSON."""


def _written(text: str) -> Decimal | str:
    """Return a JSON number exactly; one that no Decimal holds stays text and is refused."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _exact(value: object) -> object:
    """Let numbers in as the text they were written with, so that no float is made."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return value
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return value


Amount = Annotated[Decimal, BeforeValidator(_exact), Field(le=MAX_AMOUNT, ge=-MAX_AMOUNT)]

Price = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, le=MAX_PRICE)]


def _month(text: str) -> str:
    """Refuse a month that does not exist; a year or words are let through."""
    found = MONTH.match(text.strip())
    if found and not 1 <= int(found[1]) <= MONTHS_A_YEAR:
        raise PydanticCustomError("date_month", "no such month")
    return text


def _nothing(value: object) -> object:
    """Let ``null`` stand for an empty list, as it does for every other missing field."""
    return () if value is None else value


T = TypeVar("T")
Listed = Annotated[tuple[T, ...], BeforeValidator(_nothing)]


class _Model(BaseModel):
    # Recibos carry notes and checks of whoever wrote them down; only what is read here
    # is held to a type.
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _Item(_Model):
    name: str = Field(max_length=200)
    amount: Amount
    igv_affected: bool | None = None
    calc: str | None = None
    code: LineCode | None = None


class _Adjustments(_Model):
    previous_month_rounding: Amount | None = None
    current_month_rounding: Amount | None = None


class _Sheet(_Model):
    id: str = Field(default="recibo", max_length=120)
    distributor: str = Field(max_length=120)
    system: str | None = None
    period: Annotated[str, AfterValidator(_month)] | None = None
    reading_from: date | None = None
    reading_to: date | None = None
    days: int | None = Field(default=None, ge=1, le=400)
    tariff_option: str | None = None
    segment: str | None = None
    kwh: Amount | None = None
    unit_price_printed_s_per_kwh_without_igv: Price | None = None
    unit_price_printed_s_per_kwh: Price | None = None
    band_prices: dict[Band, Price] = Field(default_factory=dict)
    items: tuple[_Item, ...] = Field(max_length=60)
    subtotal: Amount | None = None
    igv_18: Amount | None = None
    igv: Amount | None = None
    after_igv: Listed[_Item] = Field(default=(), max_length=60)
    total_before_adjustments: Amount | None = None
    total_del_mes: Amount | None = None
    total_to_pay: Amount | None = None
    adjustments_detail: _Adjustments | None = None
    reading_type: str | None = None
    history_kwh: Listed[Amount] = Field(default=(), max_length=36)


def parse_receipt(content: bytes, *, name: str = "recibo.json") -> Receipt:
    """Return the recibo in JSON ``content``.

    Parameters
    ----------
    content
        UTF-8 JSON in the layout of ``tests/golden/bills/``.
    name
        File name, for messages.

    Raises
    ------
    ReceiptFormatError
        ``receipt-not-json``, ``receipt-not-an-object``.
    InvalidInputError
        One issue for every field that cannot be used.
    """
    try:
        raw = json.loads(content, parse_float=_written)
    except UnicodeDecodeError:
        raise ReceiptFormatError("receipt-not-utf8", file=name) from None
    except (ValueError, RecursionError):
        raise ReceiptFormatError("receipt-not-json", file=name) from None
    if not isinstance(raw, dict):
        raise ReceiptFormatError("receipt-not-an-object", file=name)
    try:
        sheet = _Sheet.model_validate(raw)
    except ValidationError as error:
        raise InvalidInputError.of(issues_of(error, fields=_Sheet.model_fields)) from None
    return _receipt(sheet)


def receipt_from_fields(fields: Mapping[str, Any]) -> Receipt:
    """Return the recibo that a form or a command line typed, same fields as the JSON.

    Raises
    ------
    InvalidInputError
        One issue for every field that cannot be used.
    """
    try:
        return _receipt(_Sheet.model_validate(dict(fields)))
    except ValidationError as error:
        raise InvalidInputError.of(issues_of(error, fields=_Sheet.model_fields)) from None


def line_code(name: str) -> LineCode:
    """Return what a printed line is for, by the words of its name.

    Examples
    --------
    >>> line_code("Mant. y Reposición de Conexión").value
    'connection'
    >>> line_code("Interés Moratorio").value
    'other'
    """
    plain = _plain(name)
    return next((code for code, words in NAMES if re.search(words, plain)), LineCode.OTHER)


def _plain(text: str) -> str:
    return without_accents(text.casefold())


def _receipt(sheet: _Sheet) -> Receipt:
    above = [_line(item, above=True) for item in sheet.items]
    lines = [*_counted(above, sheet.subtotal)]
    lines += [_line(item, above=False) for item in sheet.after_igv]
    price = sheet.unit_price_printed_s_per_kwh_without_igv
    adjustments = sheet.adjustments_detail or _Adjustments()
    if sheet.kwh is not None:
        check_kwh(sheet.kwh)
    return Receipt(
        id=sheet.id,
        distributor=sheet.distributor,
        system=sheet.system,
        option=sheet.tariff_option,
        segment=sheet.segment,
        label=sheet.period,
        period=_period(sheet),
        kwh=sheet.kwh,
        unit_price=price if price is not None else sheet.unit_price_printed_s_per_kwh,
        lines=tuple(line for line in lines if line.code not in (LineCode.IGV, LineCode.FOSE)),
        subtotal=sheet.subtotal,
        igv=sheet.igv_18 if sheet.igv_18 is not None else sheet.igv,
        total_before=_first(sheet.total_before_adjustments, sheet.total_del_mes),
        total=sheet.total_to_pay,
        previous_rounding=adjustments.previous_month_rounding,
        current_rounding=adjustments.current_month_rounding,
        estimated_reading=bool(ESTIMATED.search(_plain(sheet.reading_type or ""))),
        history_kwh=sheet.history_kwh,
        days_printed=sheet.days,
        band_prices=sheet.band_prices,
    )


def _counted(lines: Sequence[ReceiptLine], subtotal: Decimal | None) -> list[ReceiptLine]:
    """Return the lines above the subtotal, a FOSE line among them only where it counts.

    Most recibos only inform the FOSE; one that takes it off as a line of its own adds
    up with that line and not without it.
    """
    taxed = [line for line in lines if line.code is not LineCode.IGV]
    rest = [line for line in taxed if line.code is not LineCode.FOSE]
    if subtotal is None or len(rest) == len(taxed):
        return rest
    with_fose, without = (
        abs(sum((line.amount for line in some), Decimal(0)) - subtotal) for some in (taxed, rest)
    )
    if with_fose >= without:
        return rest
    return [
        replace(line, code=LineCode.OTHER) if line.code is LineCode.FOSE else line for line in taxed
    ]


def _first(*amounts: Decimal | None) -> Decimal | None:
    return next((amount for amount in amounts if amount is not None), None)


def _line(item: _Item, *, above: bool) -> ReceiptLine:
    code = item.code or line_code(item.name)
    never_taxed = code in (LineCode.ROUNDING, LineCode.RURAL_ELECTRIFICATION)
    taxed = item.igv_affected if item.igv_affected is not None else above and not never_taxed
    return ReceiptLine(
        code=code,
        name=item.name,
        amount=item.amount,
        taxed=taxed,
        factor=_factor(item.calc) if code is LineCode.LIGHTING else None,
        recovered=bool(RECOVERED.search(_plain(item.name))),
    )


def _factor(calc: str | None) -> Decimal | None:
    """Return alícuota times factor from the printed computation of street lighting."""
    found = re.search(r"([\d.]+)\s*x\s*(?:factor\s*)?([\d.]+)", _plain(calc or ""))
    if found is None:
        return None
    try:
        return Decimal(found[1]) * Decimal(found[2])
    except InvalidOperation:
        return None


def _period(sheet: _Sheet) -> Period | None:
    if sheet.reading_from is None or sheet.reading_to is None:
        return None
    if sheet.reading_to <= sheet.reading_from:
        raise InvalidInputError("period-empty", start=sheet.reading_from, end=sheet.reading_to)
    return Period(sheet.reading_from, sheet.reading_to)
