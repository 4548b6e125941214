"""Recibos as PDF and as photo for tests, drawn from the golden bills in several layouts.

Amounts, days and tariff are those of ``tests/golden/bills``; names, addresses, meter readings
and the months before are invented, and so are the layouts: they borrow the words and the
arrangement of each family of distributors, not its drawing.
"""

import io
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from ahorraluz.ingest.recibo.reading import Known

GOLDEN = Path(__file__).parent / "golden" / "bills"
FULL = ("lds-2026-03", "lds-2026-05", "lds-2026-08")
KNOWN = Known(
    names={
        "Luz del Sur": "Luz del Sur",
        "Pluz Energía Perú": "Pluz Energía Perú",
        "Pluz": "Pluz Energía Perú",
        "Enel": "Pluz Energía Perú",
        "Hidrandina": "Hidrandina",
        "SEAL": "SEAL",
        "Electro Sur Este": "Electro Sur Este",
        "Electro Sur": "Electrosur",
    },
    igv_rates=(Decimal("0.18"),),
)
PERSON = "ROSA QUISPE HUAMAN"
ADDRESS = "JR. LOS OLIVOS 458 DPTO 302"
SUPPLY_NUMBER = "1740852"
MONTHS = ("ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SET", "OCT", "NOV", "DIC")
LONG = ("Enero", "Febrero", "Marzo", "Abril", "Mayo", "Junio", "Julio", "Agosto")
HISTORY = (401, 388, 352, 317, 290, 284, 301, 322, 340, 365, 398, 410)


@dataclass(frozen=True)
class Sheet:
    """What is printed, as text."""

    distributor: str
    month: date
    start: date
    end: date
    days: str
    before: str
    now: str
    kwh: str
    price: str
    energy: str
    fixed: str
    connection: str
    lighting: str
    interest: str
    subtotal: str
    igv: str
    rural: str
    previous: str
    current: str
    total_before: str
    total: str
    option: str = "BT5B"
    history: tuple[int, ...] = HISTORY
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def past(self) -> list[tuple[str, int]]:
        """The twelve months before, oldest first."""
        first = self.month.month - 1
        return [(MONTHS[(first + at) % 12], kwh) for at, kwh in enumerate(self.history)]


def sheet_of(name: str, *, distributor: str = "Luz del Sur", **changed: Any) -> Sheet:
    """Return what a golden bill prints; meter readings and history are invented."""
    raw = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"), parse_float=Decimal)
    amounts = [f"{Decimal(str(item['amount'])):.2f}" for item in raw["items"]]
    kwh = Decimal(str(raw["kwh"]))
    detail = raw.get("adjustments_detail", {})
    net = Decimal(str(raw["total_to_pay"])) - Decimal(str(raw["total_before_adjustments"]))
    previous = Decimal(str(detail.get("previous_month_rounding", 0)))
    end = date.fromisoformat(raw["reading_to"])
    sheet = Sheet(
        distributor=distributor,
        month=date(end.year, int(raw["period"][5:7]), 1),
        start=date.fromisoformat(raw["reading_from"]),
        end=end,
        days=str(raw["days"]),
        before="21540.30",
        now=f"{Decimal('21540.30') + kwh:.2f}",
        kwh=f"{kwh:.2f}",
        price=f"{Decimal(str(raw['unit_price_printed_s_per_kwh_without_igv'])):.4f}",
        energy=amounts[0],
        fixed=amounts[1],
        connection=amounts[2],
        lighting=amounts[3],
        interest=amounts[4],
        subtotal=f"{Decimal(str(raw['subtotal'])):.2f}",
        igv=f"{Decimal(str(raw['igv_18'])):.2f}",
        rural=f"{Decimal(str(raw['after_igv'][0]['amount'])):.2f}",
        previous=f"{previous:.2f}",
        current=f"{net - previous:.2f}",
        total_before=f"{Decimal(str(raw['total_before_adjustments'])):.2f}",
        total=f"{Decimal(str(raw['total_to_pay'])):.2f}",
    )
    return replace(sheet, **changed)


def printed_values(sheet: Sheet) -> dict[str, object]:
    """Return the value of every field as the sheet prints it."""
    amounts = {
        name: Decimal(getattr(sheet, name))
        for name in (
            *("kwh", "energy", "fixed", "connection", "lighting", "interest"),
            *("subtotal", "igv", "total_before", "total"),
        )
    }
    return amounts | {
        "distributor": sheet.distributor,
        "period": f"{sheet.month:%Y-%m}",
        "reading_from": sheet.start,
        "reading_to": sheet.end,
        "days": int(sheet.days),
        "tariff_option": sheet.option,
        "unit_price": Decimal(sheet.price),
        "rural_electrification": Decimal(sheet.rural),
        "rounding_previous": Decimal(sheet.previous),
        "rounding_current": Decimal(sheet.current),
        "history_kwh": tuple(Decimal(kwh) for kwh in sheet.history),
    }


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


@dataclass(frozen=True)
class Camera:
    """How a photo was taken."""

    name: str
    dots: int = 220
    turned: float = 0.0
    """Degrees it was held askew."""
    blur: float = 0.0
    """Radius of the blur. [pixel]"""
    noise: float = 0.0
    """Deviation of the grain, of 255 greys."""
    shade: float = 0.0
    """How much darker one edge is than the other, 0 to 1."""


CAMERAS = (
    Camera("scan"),
    Camera("scan, 150 dots", dots=150),
    Camera("photo, askew", turned=1.3),
    Camera("photo, grain", noise=18.0, turned=-0.7),
    Camera("photo, blur", blur=1.2, turned=0.5),
    Camera("photo, shade", shade=0.45, noise=8.0),
    Camera("bad photo", dots=110, blur=1.3, noise=22.0, turned=2.0, shade=0.3),
)


def photo(pdf: bytes, camera: Camera, *, kind: str = "JPEG", seed: int = 1) -> bytes:
    """Return the first page of a PDF as somebody's camera sees it."""
    import numpy as np
    import pypdfium2  # type: ignore[import-untyped]
    from PIL import Image, ImageFilter

    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=camera.dots / 72, grayscale=True).to_pil()
    document.close()
    if camera.turned:
        image = image.rotate(
            camera.turned, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC
        )
    if camera.blur:
        image = image.filter(ImageFilter.GaussianBlur(camera.blur))
    grey = np.asarray(image, dtype=float)
    if camera.shade:
        grey = grey * np.linspace(1 - camera.shade, 1, grey.shape[1])
    if camera.noise:
        grey = grey + np.random.default_rng(seed).normal(0, camera.noise, grey.shape)
    image = Image.fromarray(np.clip(grey, 0, 255).astype("uint8"))
    buffer = io.BytesIO()
    image.save(buffer, format=kind)
    return buffer.getvalue()
