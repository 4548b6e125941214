"""Papers of a household: recibos, home files, price sheets."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tests.fuzz.refusing import hold, refused
from tests.price_sheets import NAMES

from ahorraluz.core.home import Home
from ahorraluz.ingest.price_sheets.reading import parse_price_sheet
from ahorraluz.ingest.receipt import parse_receipt
from ahorraluz.ingest.recibo.pdf_text import pdf_words
from ahorraluz.ingest.recibo.reading import (
    FEWEST_WORDS,
    Known,
    ReciboReading,
    kind_of,
    parse_recibo,
)
from ahorraluz.services.homes import home_from_bytes

KNOWN = Known(
    names={"Luz del Sur": "luz-del-sur", "Pluz": "pluz", "Electro Oriente": "electro-oriente"},
    igv_rates=(Decimal("0.18"),),
)
AS_OF = date(2026, 11, 24)
PDF = "pdf"
LINES, WIDTH = 120, 160


def recibo_pdf(data: bytes) -> None:
    """Read bytes as the PDF of a recibo; what is a picture goes to another program, not here."""
    if kind_of(data) != PDF:
        refused(lambda: None if kind_of(data) else parse_recibo(data, known=KNOWN, name="r.pdf"))
        return
    words = refused(lambda: pdf_words(data, name="r.pdf"))
    if words is not None and len(words[0]) >= FEWEST_WORDS:
        _held(refused(lambda: parse_recibo(data, known=KNOWN, name="r.pdf")))


def recibo_text(data: bytes) -> None:
    """Print text as a PDF, and read it as a recibo."""
    pdf = printed(data)
    words = refused(lambda: pdf_words(pdf, name="r.pdf"))
    if words is not None and len(words[0]) >= FEWEST_WORDS:
        _held(refused(lambda: parse_recibo(pdf, known=KNOWN, name="r.pdf")))


def _held(reading: ReciboReading | None) -> None:
    """See that what was read is what it says: nothing both known and asked for."""
    if reading is None:
        return
    hold(reading.complete == (not reading.asked), "complete and asked disagree")
    hold(all(_is_exact(part) for part in _leaves(reading.form)), "a float in a recibo")


def _leaves(form: object) -> Iterator[object]:
    if isinstance(form, dict):
        for part in form.values():
            yield from _leaves(part)
    elif isinstance(form, list | tuple):
        for part in form:
            yield from _leaves(part)
    else:
        yield form


def _is_exact(value: object) -> bool:
    return not isinstance(value, float)


def printed(text: bytes) -> bytes:
    """Return a PDF of one page with the lines of a text; a tab is a column further right."""
    drawn = [b"BT /F1 9 Tf"]
    for number, line in enumerate(text.replace(b"\r", b"\n").split(b"\n")[:LINES]):
        for column, cell in enumerate(line[:WIDTH].split(b"\t")):
            safe = b"".join(b"\\%03o" % byte for byte in cell)
            place = b"1 0 0 1 %d %d Tm" % (30 + 130 * column, 800 - 6 * number)
            drawn.append(place + b" (" + safe + b") Tj")
    content = b"\n".join((*drawn, b"ET"))
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    file = io.BytesIO(b"")
    file.write(b"%PDF-1.4\n")
    places = []
    for number, one in enumerate(objects, start=1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    table = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.writelines(b"%010d 00000 n \n" % place for place in places)
    file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n" % (len(objects) + 1, table))
    file.write(b"%%EOF\n")
    return file.getvalue()


def receipt_json(data: bytes) -> None:
    """Read bytes as the JSON of a recibo."""
    receipt = refused(lambda: parse_receipt(data))
    if receipt is not None:
        hold(receipt.kwh is None or receipt.kwh.is_finite(), "kWh that are no number")
        hold(
            all(type(line.amount) is Decimal and line.amount.is_finite() for line in receipt.lines),
            "an amount that is no number",
        )


def home_toml(data: bytes) -> None:
    """Read bytes as the file of a home, its connection found as for a plan."""
    known = refused(lambda: home_from_bytes(data, name="casa.toml", as_of=AS_OF))
    if known is not None:
        _is_home(known.home)


def _is_home(home: Home) -> None:
    hold(len(home.history) > 0, "a home without a recibo")
    starts = [month.period.start for month in home.history]
    hold(starts == sorted(starts), "recibos out of order")
    hold(all(month.kwh.is_finite() and month.kwh >= 0 for month in home.history), "kWh")


def price_sheet(data: bytes) -> None:
    """Read bytes as a sheet of prices: a page, a PDF, a text or a table."""
    sheet = refused(lambda: parse_price_sheet(data, names=NAMES))
    if sheet is not None:
        hold(all(price.value.is_finite() for price in sheet.prices), "a price that is no number")
