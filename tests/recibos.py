"""Recibos as PDF for tests, drawn from the golden bills in several layouts.

The layouts are invented: they borrow the words and the arrangement of each family of
distributors, not its drawing.
"""

import io
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import partial

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from tests.recibo_sheets import ADDRESS, LONG, PERSON, SUPPLY_NUMBER, Sheet


class Pen:
    """Draws text, and spoils how it is set where a style asks for it."""

    def __init__(self, style: str, *, seed: int = 1) -> None:
        self.style, self.chance = style, random.Random(seed)
        self.buffer = io.BytesIO()
        turned = style == "on its side"
        self.canvas = Canvas(self.buffer, pagesize=(A4[1], A4[0]) if turned else A4)
        self.waiting: list[Callable[[], None]] = []
        if turned:
            self.canvas.translate(0, A4[0])
            self.canvas.rotate(-90)

    def text(self, x: float, y: float, words: str, *, size: float = 9) -> None:
        """Put words from ``x`` on."""
        if self.style == "ligatures":
            words = words.replace("fi", "ﬁ") if size else words
            self.waiting.append(lambda: self._put(x, y, words, size, font="Vera"))
        elif self.style == "in pieces":
            self._pieces(x, y, words, size)
        else:
            self.waiting.append(lambda: self._put(x, y, words, size))

    def right(self, x: float, y: float, words: str, *, size: float = 9) -> None:
        """Put words that end at ``x``."""
        font = "Vera" if self.style == "ligatures" else "Helvetica"
        self.text(x - self.canvas.stringWidth(words, font, size), y, words, size=size)

    def row(self, x: float, y: float, label: str, end: float, value: str, size: float = 9) -> None:
        """Put a label, and its value far to the right."""
        self.text(x, y, label, size=size)
        self.right(end, y, value, size=size)

    def pdf(self) -> bytes:
        """Return the finished file."""
        if self.style == "in any order":
            self.chance.shuffle(self.waiting)
        if self.style == "noise":
            self._noise()
        for put in self.waiting:
            put()
        self.canvas.showPage()
        self.canvas.save()
        return self.buffer.getvalue()

    def _put(self, x: float, y: float, words: str, size: float, font: str = "Helvetica") -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, y, words)

    def _pieces(self, x: float, y: float, words: str, size: float) -> None:
        at = x
        while words:
            cut = self.chance.randint(1, 6)
            piece, words = words[:cut], words[cut:]
            put, place = piece, at
            self.waiting.append(partial(self._put, place, y, put, size))
            at += self.canvas.stringWidth(piece, "Helvetica", size)

    def _noise(self) -> None:
        self.canvas.saveState()
        self.canvas.translate(18, 200)
        self.canvas.rotate(90)
        self.canvas.setFont("Helvetica", 6)
        self.canvas.drawString(0, 0, "Imprenta 1234.56 autorizada, total a pagar en bancos 99.00")
        self.canvas.restoreState()
        for at, words in enumerate(
            (
                "Pague a tiempo: evite el corte. Central 617-5000",
                "El cargo fijo cubre la lectura y el reparto de su recibo.",
                "El alumbrado público se reparte según su consumo (norma técnica 074-2009).",
            )
        ):
            self._put(60, 40 - at * 9, words, 6)


def luz_del_sur(sheet: Sheet, style: str = "plain") -> bytes:
    """Draw two columns: amounts on the left, the meter on the right, bars below."""
    pen = _pen(style)
    _head(pen, sheet)
    pen.text(330, 760, "TOTAL A PAGAR", size=12)
    pen.right(550, 760, f"S/ {sheet.total}", size=12)
    pen.row(330, 744, "Fecha de vencimiento", 550, f"{sheet.end + timedelta(days=18):%d/%m/%Y}")
    pen.row(330, 730, "Fecha de emisión", 550, f"{sheet.end + timedelta(days=3):%d/%m/%Y}")
    pen.row(330, 716, "Mes facturado", 550, f"{LONG[sheet.month.month - 1]} {sheet.month.year}")
    _left_column(pen, sheet)
    rows = [
        ("Tarifa", sheet.option),
        ("Fecha lectura anterior", f"{sheet.start:%d/%m/%Y}"),
        ("Fecha lectura actual", f"{sheet.end:%d/%m/%Y}"),
        ("Días facturados", sheet.days),
        ("Lectura anterior", sheet.before),
        ("Lectura actual", sheet.now),
        ("Factor", "1.0000"),
        ("Consumo a facturar (kWh)", sheet.kwh),
        ("Precio unitario", sheet.price),
    ]
    for at, (label, value) in enumerate(rows):
        pen.row(330, 640.5 - at * 15, label, 550, value)
    _bars(pen, sheet, base=180)
    return pen.pdf()


def _left_column(pen: Pen, sheet: Sheet) -> None:
    rows = [
        ("Consumo de energía", sheet.energy),
        ("Cargo Fijo", sheet.fixed),
        ("Mant. y Reposición de Conexión", sheet.connection),
        ("Alumbrado Público", sheet.lighting),
        ("Interés Compensatorio", sheet.interest),
        ("SUBTOTAL", sheet.subtotal),
        ("I.G.V. (18%)", sheet.igv),
        ("Electrificación Rural (Ley N° 28749)", sheet.rural),
        *sheet.extra.items(),
        ("Total del mes", sheet.total_before),
        ("Redondeo mes anterior", sheet.previous),
        ("Redondeo mes actual", sheet.current),
        ("TOTAL S/", sheet.total),
        ("Recargo FOSE (Ley 27510) incluido", "10.21"),
    ]
    pen.text(40, 655, "DETALLE DE LOS IMPORTES FACTURADOS")
    for at, (label, value) in enumerate(rows):
        pen.row(40, 640 - at * 15, label, 290, value)


def pluz(sheet: Sheet, style: str = "plain") -> bytes:
    """Draw one wide column, what was multiplied beside the energy line, headings over values."""
    pen = _pen(style)
    _head(pen, sheet)
    for x, title, value in (
        (40, "Total a pagar", f"S/ {sheet.total}"),
        (170, "Vencimiento", f"{sheet.end + timedelta(days=17):%d-%m-%Y}"),
        (300, "Periodo de facturación", f"{sheet.month:%m/%Y}"),
        (460, "Tarifa", sheet.option),
    ):
        pen.text(x, 700, title)
        pen.text(x, 686, value, size=11)
    pen.text(40, 655, f"Periodo de consumo: del {sheet.start:%d/%m/%Y} al {sheet.end:%d/%m/%Y}")
    pen.text(40, 641, f"Días de consumo: {sheet.days}")
    pen.text(40, 625, f"Lectura actual: {sheet.now}   Lectura anterior: {sheet.before}   Factor: 1")
    pen.text(40, 611, f"Consumo del mes {sheet.kwh} kWh")
    rows = [
        (f"Cargo por Energía  {sheet.kwh} kWh x S/ {sheet.price}", sheet.energy),
        ("Cargo Fijo", sheet.fixed),
        ("Cargo por Reposición y Mantenimiento de la Conexión", sheet.connection),
        ("Alumbrado Público", sheet.lighting),
        ("Interés Compensatorio", sheet.interest),
        ("Subtotal mes", sheet.subtotal),
        ("IGV", sheet.igv),
        ("Aporte Ley N° 28749", sheet.rural),
        *sheet.extra.items(),
        ("Total del mes", sheet.total_before),
        ("Diferencia de redondeo mes anterior", sheet.previous),
        ("Diferencia de redondeo mes actual", sheet.current),
    ]
    for at, (label, value) in enumerate(rows):
        pen.row(40, 570 - at * 16, label, 540, value)
    pen.row(40, 360, "TOTAL A PAGAR", 540, f"S/ {sheet.total}", size=11)
    pen.text(40, 320, "Historial de consumo")
    for at, (month, kwh) in enumerate(sheet.past):
        pen.row(40, 304 - at * 11, month, 140, str(kwh), size=8)
    return pen.pdf()


def distriluz(sheet: Sheet, style: str = "plain") -> bytes:
    """Draw tables with headings and shortened words, as the companies of that group do."""
    pen = _pen(style)
    _head(pen, sheet)
    pen.text(40, 700, f"Mes de consumo: {LONG[sheet.month.month - 1].upper()}-{sheet.month.year}")
    pen.text(250, 700, f"Tarifa: {sheet.option} Residencial")
    pen.text(420, 700, "Potencia contratada: 0.85 kW")
    heads = ("F.Lect.", "Lect. Anterior", "Lect. Actual", "Diferencia", "Factor", "Consumo kWh")
    values = ("", sheet.before, sheet.now, sheet.kwh, "1.0000", sheet.kwh)
    for at, (head, value) in enumerate(zip(heads, values, strict=True)):
        pen.right(110 + at * 88, 672, head, size=8)
        pen.right(110 + at * 88, 659, value, size=8)
    pen.text(40, 642, f"Fecha Lect. Anterior {sheet.start:%d/%m/%Y}")
    pen.text(250, 642, f"Fecha Lect. Actual {sheet.end:%d/%m/%Y}")
    pen.text(440, 642, f"Nro. Dias {sheet.days}")
    for x, head in ((40, "Concepto"), (300, "Cantidad"), (380, "P. Unit."), (480, "Importe S/")):
        pen.text(x, 618, head, size=8)
    rows = [
        ("Cargo Fijo", "", "", sheet.fixed),
        ("Cargo por Rep. y Mant. de la Conexion", "", "", sheet.connection),
        ("Ene.Activa", f"{Decimal(sheet.kwh):.4f}", sheet.price, sheet.energy),
        ("AlumbradoPublico (Alicuota: 17.6000)", "", "", sheet.lighting),
        ("Interés Compensatorio", "", "", sheet.interest),
        ("SUB TOTAL", "", "", sheet.subtotal),
        ("I.G.V.", "", "", sheet.igv),
        ("Aporte Electrif. Rural Ley 28749", "", "", sheet.rural),
        *((label, "", "", value) for label, value in sheet.extra.items()),
        ("TOTAL MES ACTUAL", "", "", sheet.total_before),
        ("Redondeo Mes Ant.", "", "", sheet.previous),
        ("Redondeo", "", "", sheet.current),
    ]
    for at, (label, quantity, price, value) in enumerate(rows):
        y = 602 - at * 14
        pen.text(40, y, label)
        for end, words in ((340, quantity), (420, price), (540, value)):
            if words:
                pen.right(end, y, words)
    pen.row(300, 410, "TOTAL A PAGAR S/", 540, sheet.total, size=12)
    _bars(pen, sheet, base=200)
    return pen.pdf()


def seal(sheet: Sheet, style: str = "plain") -> bytes:
    """Draw capitals with dotted leaders and values at the edge of the page."""
    pen = _pen(style)
    _head(pen, sheet)
    rows = [
        ("OPCION TARIFARIA", sheet.option),
        ("MES DE FACTURACION", f"{LONG[sheet.month.month - 1].upper()} {sheet.month.year}"),
        ("FECHA LECTURA ANTERIOR", f"{sheet.start:%d/%m/%Y}"),
        ("FECHA LECTURA ACTUAL", f"{sheet.end:%d/%m/%Y}"),
        ("NUMERO DE DIAS", sheet.days),
        ("LECTURA ACTUAL", sheet.now),
        ("LECTURA ANTERIOR", sheet.before),
        ("CONSUMO TOTAL KWH", sheet.kwh),
        ("PRECIO KWH", f"S/. {sheet.price}"),
        ("CARGO FIJO", sheet.fixed),
        ("REPOSICION Y MANTENIMIENTO DE CONEXION", sheet.connection),
        ("ENERGIA ACTIVA", sheet.energy),
        ("ALUMBRADO PUBLICO", sheet.lighting),
        ("INTERES COMPENSATORIO", sheet.interest),
        ("SUBTOTAL", sheet.subtotal),
        ("IGV 18%", sheet.igv),
        ("LEY 28749 ELECTRIFICACION RURAL", sheet.rural),
        *sheet.extra.items(),
        ("TOTAL FACTURADO", sheet.total_before),
        ("AJUSTE POR REDONDEO MES ANTERIOR", sheet.previous),
        ("AJUSTE POR REDONDEO", sheet.current),
        ("IMPORTE TOTAL A PAGAR", f"S/.{sheet.total}"),
    ]
    for at, (label, value) in enumerate(rows):
        leaders = "." * (60 - len(label) - len(value))
        pen.row(50, 700 - at * 15, f"{label} {leaders}", 560, value)
    pen.text(50, 330, "CONSUMOS ANTERIORES")
    for at, (month, kwh) in enumerate(sheet.past):
        pen.text(50 + (at % 6) * 85, 314 - (at // 6) * 14, f"{month} {kwh}")
    return pen.pdf()


LAYOUTS: Mapping[str, tuple[Callable[..., bytes], str]] = {
    "Luz del Sur, two columns": (luz_del_sur, "Luz del Sur"),
    "Pluz, headings over values": (pluz, "Pluz Energía Perú"),
    "Distriluz, tables": (distriluz, "Hidrandina"),
    "SEAL, leaders": (seal, "SEAL"),
}
STYLES = ("plain", "in any order", "in pieces", "ligatures", "on its side", "noise")


def _pen(style: str) -> Pen:
    if style == "ligatures":
        from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
        from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

        pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))
    return Pen(style)


def _head(pen: Pen, sheet: Sheet) -> None:
    pen.text(40, 800, f"{sheet.distributor} S.A.", size=14)
    pen.text(40, 784, "RUC 20331898008")
    pen.text(40, 766, f"N° de suministro {SUPPLY_NUMBER}")
    pen.text(40, 752, PERSON)
    pen.text(40, 738, ADDRESS)


def _bars(pen: Pen, sheet: Sheet, *, base: float) -> None:
    pen.text(40, base + 90, "Evolución de su consumo (kWh)")
    for at, (month, kwh) in enumerate(sheet.past):
        x = 60 + at * 40
        pen.canvas.rect(x - 8, base, 16, kwh / 10)
        pen.right(x + 7, base + kwh / 10 + 3, str(kwh), size=7)
        pen.right(x + 9, base - 11, month, size=7)
    pen.text(40, base - 30, "Los montos están en soles.")
