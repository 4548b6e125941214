"""The words of recibos: what each distributor calls what, as patterns without spaces.

Every pattern is held against a row without spaces, capitals and accents
(:attr:`.words.Row.squeezed`), so that *AlumbradoPublico*, *ALUMBRADO PÚBLICO* and a label
set in pieces are the same words. Earlier entries win over later ones that overlap.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ahorraluz.ingest.recibo.words import Row


class Label(StrEnum):
    """What a printed label is for."""

    ENERGY = "energy"
    FIXED = "fixed"
    CONNECTION = "connection"
    LIGHTING = "lighting"
    INTEREST = "interest"
    RURAL = "rural_electrification"
    FOSE = "fose"
    LATE = "late_interest"
    OTHER = "other"
    ROUNDING_PREVIOUS = "rounding_previous"
    ROUNDING = "rounding_current"
    SUBTOTAL = "subtotal"
    IGV = "igv"
    TOTAL_BEFORE = "total_before"
    TOTAL = "total"
    KWH = "kwh"
    READ_BEFORE = "meter_before"
    READ_NOW = "meter_now"
    DIFFERENCE = "meter_difference"
    FACTOR = "meter_factor"
    PRICE = "unit_price"
    FROM = "reading_from"
    TO = "reading_to"
    PERIOD = "billing_days"
    DAYS = "days"
    MONTH = "period"
    TARIFF = "tariff_option"
    HISTORY = "history_kwh"
    NEUTRAL = "neutral"
    """Words that neither end a row of numbers nor begin one."""
    IGNORED = "ignored"
    """Words whose value is not asked for, so that no other label takes it: personal ones too."""


CHARGES = (
    Label.ENERGY,
    Label.FIXED,
    Label.CONNECTION,
    Label.LIGHTING,
    Label.INTEREST,
    Label.FOSE,
    Label.OTHER,
    Label.RURAL,
    Label.LATE,
    Label.ROUNDING_PREVIOUS,
    Label.ROUNDING,
)
"""Lines of the bill itself, sums left out."""

_NO = r"(?:n[°o.*'\"]*|nro\.?|num\.?)?"
_KWH = r"[(\[]?(?:enkwh|kwh|kw\.h|kw-h)?[)\]]?"

# Distributors share most words; where one family has its own, the comment names it. Signs
# that OCR takes for others (an I for an l, the ring of N° for a star) are let through.
PATTERNS: Sequence[tuple[Label, str]] = (
    # --- what is never asked for, personal data above all
    (
        Label.IGNORED,
        rf"{_NO}(?:de)?suministro|codigo(?:de)?cliente|{_NO}(?:de)?cliente|cliente|titular",
    ),
    (
        Label.IGNORED,
        rf"nombre|direccion|domicilio|ruc\b|r\.u\.c|dni\b|d\.n\.i|{_NO}(?:de)?medidor|{_NO}serie",
    ),
    (Label.IGNORED, rf"{_NO}(?:de)?recibo{_NO}(?=[\d:])|telefono|fonoluz|ruta|alimentador"),
    (
        Label.IGNORED,
        r"(?:fecha(?:de)?)?(?:emision|vencimiento|corte)|emitidoel|venceel|ultimodiade(?:l)?pago",
    ),
    (Label.IGNORED, r"fechaimpresion|proximalectura|potenciacontratada|tension"),
    (
        Label.IGNORED,
        r"(?:consumo)?promedio(?:deconsumo|mensual|diario)?(?:\(?kwh\)?)?|consumo(?:mes)?anterior",
    ),
    (Label.IGNORED, r"importepromedio|energiareactiva|totaldeuda|deudatotal"),
    (
        Label.HISTORY,
        r"histori[a-z]*(?:de(?:sus|su)?)?consumos?|evoluciondel?(?:su)?consumo|consumosanteriores",
    ),
    (Label.HISTORY, r"(?:grafico|detalle)deconsumos?|consumo(?:de(?:los)?)?ultimos\d*meses"),
    # --- sums
    (Label.SUBTOTAL, r"sub-?total(?:delmes|afecto[a-z]*|mes)?|baseimponible|valordeventa"),
    (Label.IGV, r"(?<![a-z])[il1|]\.?g\.?v\.?(?:\(?\d{1,2}(?:[.,]\d+)?%\)?)?"),
    (Label.TOTAL, r"(?:importe|monto)?totalapagar|(?:importe|monto)apagar|importetotal|totalpagar"),
    (
        Label.TOTAL_BEFORE,
        r"total(?:importe)?(?:del?|recibodel|facturadodel)?mes(?:actual)?|importedelmes",
    ),
    # Distriluz closes the month under this name before it rounds.
    (Label.TOTAL_BEFORE, r"total(?:facturado|recibo|facturacion)|importefacturado"),
    (Label.TOTAL, r"(?<![a-z])total(?=s/|:|\d|$)"),
    # --- charges
    (
        Label.RURAL,
        rf"(?:aportes?(?:a|de|por|para)?(?:la)?)?\(?(?:electrificacionrural|elect\.?rural)?"
        rf"-?\(?(?:d\.?)?(?:ley)?{_NO}28749\)?",
    ),
    (Label.RURAL, r"(?:aportes?(?:a|de|por)?(?:la)?)?electrificacionrural"),
    (
        Label.FOSE,
        rf"(?:recargo|descuento|compensacion)?(?:por)?fose(?:-?\(?(?:ley)?{_NO}27510\)?)?",
    ),
    (Label.FOSE, rf"(?:recargo|descuento)?\(?ley{_NO}27510\)?"),
    (
        Label.ROUNDING_PREVIOUS,
        r"(?:ajuste|saldo|diferencia|dif\.?)?(?:de|por|x)?(?:redondeo|ajuste)(?:del)?(?:mes)?ant(?:erior|\.)",
    ),
    (
        Label.ROUNDING,
        r"(?:ajuste|saldo|diferencia|dif\.?)?(?:de|por|x)?(?:redondeo|ajuste)s?(?:del)?(?:mes)?(?:actual|act\.)?",
    ),
    (Label.LATE, r"int(?:eres|\.)?(?:es)?(?:por)?mora(?:torios?)?|recargopormora"),
    (Label.INTEREST, r"int(?:eres|\.)?(?:es)?comp(?:ensatorios?|\.)"),
    (
        Label.CONNECTION,
        r"(?:cargo(?:por)?)?(?:rep(?:osicion)?\.?y?/?m(?:ant|anten|to|tto)\.?[a-z]*|mant\.?[a-z]*\.?/?rep\.?[a-z]*)"
        r"\.?(?:de(?:la|las)?)?(?:conexion(?:es)?)?",
    ),
    (Label.LIGHTING, r"(?:serviciode|cargo(?:por)?)?alumbrado(?:publico|pub\.?)"),
    (Label.FIXED, r"cargofijo(?:mensual)?"),
    # Distriluz and Electro Oriente shorten it; Luz del Sur calls it consumption.
    (
        Label.ENERGY,
        r"(?:consumode|cargo(?:por)?)energia(?:activa)?(?:total)?|ene(?:rgia)?\.?activa(?!\(?kwh)",
    ),
    (
        Label.OTHER,
        r"(?:cuota)?convenio|financiamiento|reconexion|deudaanterior|saldoanterior|devolucion",
    ),
    (
        Label.OTHER,
        r"compensacion(?:por)?(?:interrupcion[a-z]*|calidad)?|(?:cargopor)?corteyreconexion",
    ),
    # --- meter
    (Label.DAYS, rf"{_NO}(?:de)?dias(?:facturados|de(?:consumo|facturacion)|consumo|delperiodo)?"),
    (Label.FROM, r"fecha(?:de)?lect(?:ura|\.)?ant(?:erior|\.)|(?<![a-z])desde"),
    (Label.TO, r"fecha(?:de)?lect(?:ura|\.)?act(?:ual|\.)|(?<![a-z])hasta"),
    (Label.READ_BEFORE, rf"lect(?:ura|\.)?(?:ant(?:erior|\.)|inicial){_KWH}"),
    (Label.READ_NOW, rf"lect(?:ura|\.)?(?:act(?:ual|\.)|final){_KWH}"),
    (Label.DIFFERENCE, rf"diferencia(?:de)?(?:lecturas?)?{_KWH}"),
    (Label.FACTOR, r"factor(?:de)?(?:l)?(?:medidor|medicion|multiplicador|multiplicacion|med\.)?"),
    (
        Label.KWH,
        r"(?:consumo|energia)(?:a)?(?:factur(?:ado|ada|ar)|del?mes|mensual|total)[(\[]?(?:kwh)?[)\]]?",
    ),
    (
        Label.KWH,
        r"consumo[(\[]?(?:en)?kwh[)\]]?|kwh(?:facturados|consumidos|delmes)|energia(?:activa)?\(?kwh\)?",
    ),
    (
        Label.PRICE,
        r"precio(?:unitario|unit\.?|del?kwh|de(?:la)?energia|kwh)?[(\[]?(?:s/\.?/?kwh)?[)\]]?|p\.?unit(?:ario)?\.?",
    ),
    # --- days, month, tariff
    (
        Label.PERIOD,
        r"(?:periodo|consumo)(?:de)?(?:consumo|facturacion|facturado|lectura)?:?del?(?=\d)",
    ),
    (
        Label.PERIOD,
        r"periodo(?:de)?(?:consumo|facturacion|facturado|lectura)?:?(?=\d{1,2}[/-]\d{1,2}[/-])",
    ),
    (
        Label.MONTH,
        r"mes(?:facturado|de(?:consumo|facturacion))?|periodo(?:de)?(?:facturacion|facturado|consumo)?",
    ),
    (Label.MONTH, r"recibo(?:del)?(?:mes)?(?:de)?"),
    (Label.TARIFF, r"(?:opcion|tipo(?:de)?)?tarif(?:aria|a)"),
    (Label.KWH, r"consumo(?=:?\d)|(?<![a-z])consumo$"),
    (Label.NEUTRAL, r"alicuota|kwh|soles|importe|s/\.?"),
)
_COMPILED = tuple((label, re.compile(pattern)) for label, pattern in PATTERNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A label where it stands."""

    label: Label
    row: Row
    start: int
    """Where it begins in the row without spaces."""
    end: int

    @property
    def x0(self) -> float:
        """Left end. [pt]"""
        return self.row.words[word_at(self.row, self.start)].x0

    @property
    def x1(self) -> float:
        """Right end. [pt]"""
        return self.row.words[word_at(self.row, max(self.start, self.end - 1))].x1

    @property
    def text(self) -> str:
        """The label as printed."""
        first, last = (word_at(self.row, at) for at in (self.start, max(self.start, self.end - 1)))
        return " ".join(word.text for word in self.row.words[first : last + 1])


def word_at(row: Row, at: int) -> int:
    """Return the index of the word that holds the letter ``at`` of the row without spaces."""
    return bisect_right(row.starts, at) - 1


def labels_in(row: Row) -> tuple[Labelled, ...]:
    """Return the labels of a row from left to right, none over another."""
    taken: list[Labelled] = []
    for label, pattern in _COMPILED:
        for found in pattern.finditer(row.squeezed):
            start, end = found.span()
            if end > start and _begins_a_word(row, start) and not _over(taken, start, end):
                taken.append(Labelled(label=label, row=row, start=start, end=end))
    return tuple(sorted(taken, key=lambda labelled: labelled.start))


def _begins_a_word(row: Row, start: int) -> bool:
    return start in row.starts or not row.squeezed[start - 1].isalpha()


def _over(taken: Sequence[Labelled], start: int, end: int) -> bool:
    return any(other.start < end and start < other.end for other in taken)
