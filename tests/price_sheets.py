"""Price sheets for tests, invented, in the forms a person may save them."""

from collections.abc import Iterable, Sequence

from ahorraluz.ingest.price_sheets.sheet import SheetNames

NAMES = SheetNames(
    distributors={
        "luz-del-sur": ("Luz del Sur",),
        "pluz": ("Pluz Energía Perú", "Enel", "Edelnor"),
        "seal": ("SEAL",),
        "electrosur": ("Electrosur", "Electro Sur"),
        "electro-sur-este": ("Electro Sur Este",),
    },
    systems={
        ("luz-del-sur", "lima-sur"): "Lima Sur",
        ("luz-del-sur", "canete"): "Cañete",
        ("pluz", "lima-norte"): "Lima Norte",
        ("pluz", "huacho"): "Huacho",
    },
)

BRACKETS = (
    "BT5B Residencial",
    "0 - 30 kW.h",
    "Cargo Fijo Mensual S//mes 2.00",
    "Cargo por Energía Activa ctm. S//kW.h 35.00",
    "31 - 140 kW.h",
    "Cargo Fijo Mensual S//mes 2.00",
    "Cargo por Energía Activa - Primeros 30 kW.h S//mes 10.50",
    "Cargo por Energía Activa - Exceso de 30 kW.h ctm. S//kW.h 50.00",
    "Mayor a 140 kW.h",
    "Cargo Fijo Mensual S//mes 2.05",
    "Cargo por Energía Activa ctm. S//kW.h 51.25",
)
"""Invented: 0.35 and 0.50 PEN/kWh before IGV up to 140 kWh, 0.5125 above."""
HEAD = (
    "LUZ DEL SUR S.A.A.",
    "Sistema eléctrico: Lima Sur",
    "Precios sin IGV",
    "Vigencia a partir del 4 de setiembre de 2026",
)


def sheet_text(*, head: Iterable[str] = HEAD, body: Iterable[str] = BRACKETS) -> str:
    """Return an invented sheet as text copied from a PDF."""
    return "\n".join((*head, *body)) + "\n"


def pdf(lines: Sequence[Sequence[tuple[int, str]]]) -> bytes:
    """Return a PDF of one page whose lines are runs of text at their places, in points."""
    stream = b""
    for row, runs in enumerate(lines):
        for x, text in runs:
            shown = text.encode("cp1252")
            for mark in (b"\\", b"(", b")"):
                shown = shown.replace(mark, b"\\" + mark)
            stream += b"BT /F1 9 Tf %d %d Td (%s) Tj ET\n" % (x, 800 - 14 * row, shown)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    content = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return content + b"startxref\n%d\n%%%%EOF\n" % table


def pdf_sheet(text: str) -> bytes:
    """Return a sheet of text as a PDF: labels on the left, unit and prices on the right."""
    rows = []
    for line in text.splitlines():
        mark = " ctm. S//" if " ctm. S//" in line else " S//"
        label, found, rest = line.partition(mark)
        unit, _, price = rest.partition(" ")
        places = [(40, label), (360, found.strip() + unit), (500, price)]
        rows.append([(x, part) for x, part in places if part])
    return pdf(rows)
