"""Files that are broken, hostile or no recibo end as an issue that says what to do."""

import io
import json
import sys
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from tests.recibo_sheets import KNOWN, sheet_of
from tests.recibos import luz_del_sur, pluz

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.recibo import ocr, pdf_text
from ahorraluz.ingest.recibo.reading import Kind, Way, kind_of, parse_recibo, read_recibo

RECIBO = luz_del_sur(sheet_of("lds-2026-08"))


def refusal(content: bytes) -> str:
    with pytest.raises(AhorraLuzError) as refused:
        parse_recibo(content, known=KNOWN, name="archivo")
    return refused.value.issue.code


def pdf_of(*lines: str, pages: int = 1) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for _ in range(pages):
        for at, line in enumerate(lines):
            canvas.drawString(40, 800 - at * 14, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def picture(size: tuple[int, int] = (900, 1200), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size, 255).save(buffer, format=kind)
    return buffer.getvalue()


def rewritten(content: bytes, change: str, value: bytes = b"") -> bytes:
    """Return a PDF with a password, or with other drawing instructions on its page."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    if change == "password":
        writer.encrypt("clave", algorithm="RC4-128")
    else:
        stream = DecodedStreamObject()
        stream.set_data(value)
        packed = stream.flate_encode()
        writer.pages[0][NameObject("/Contents")] = writer._add_object(packed)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(RECIBO, Kind.PDF, id="PDF"),
        pytest.param(b"\nmail header\n" + RECIBO, Kind.PDF, id="PDF after something else"),
        pytest.param(picture(), Kind.PHOTO, id="PNG"),
        pytest.param(picture(kind="JPEG"), Kind.PHOTO, id="JPEG"),
        pytest.param(b'{"distributor": "%PDF"}', None, id="JSON that quotes a PDF"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_the_content_tells_the_kind(content: bytes, kind: Kind | None) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        pytest.param(
            ["SEDAPAL Servicio de Agua Potable y Alcantarillado", "Consumo 18 m3", "IGV 5.40"],
            "recibo-is-water",
            id="water",
        ),
        pytest.param(
            ["Cálidda Gas Natural de Lima", "Consumo 12 Sm3", "Cargo fijo 3.20", "Total 25.10"],
            "recibo-is-gas",
            id="gas",
        ),
        pytest.param(
            ["Estado de cuenta", "Movimientos del mes", "LUZ DEL SUR pago 574.70"],
            "recibo-is-bank",
            id="bank",
        ),
        pytest.param(
            ["Movistar Total", "Internet Hogar 200 Mbps", "Total a pagar 119.90"],
            "recibo-is-phone",
            id="telephone",
        ),
        pytest.param(["Lista de compras", "arroz", "azúcar"], "recibo-not-recognised", id="a list"),
    ],
)
def test_another_paper_is_refused_by_its_name(lines: list[str], code: str) -> None:
    filler = [f"Renglón {number} de un texto cualquiera" for number in range(8)]

    assert refusal(pdf_of(*lines, *filler)) == code


def test_a_recibo_that_mentions_gas_is_still_one() -> None:
    sheet = sheet_of("lds-2026-08", extra={"Vale FISE gas natural": "0.00"})

    assert parse_recibo(pluz(sheet), known=KNOWN, name="recibo.pdf").asked == ()


@pytest.mark.parametrize(("pages", "refused"), [(4, False), (12, True)])
def test_a_sheet_full_of_labels_ends_soon(pages: int, refused: bool) -> None:
    """Hundreds of amounts at every label would be more sums than anybody can try."""
    labels = ("Energía Activa", "Cargo Fijo", "Subtotal", "IGV", "Total a pagar", "Redondeo")
    lines = [f"{labels[n % 6]} {n}.{n % 100:02d} kwh" for n in range(150)]
    content = pdf_of(*lines, pages=pages)

    if refused:
        assert refusal(content) == "recibo-too-complex"
    else:
        assert "total" in parse_recibo(content, known=KNOWN, name="recibo.pdf").asked


def test_a_locked_pdf_is_refused() -> None:
    assert refusal(rewritten(RECIBO, "password")) == "recibo-pdf-locked"


def test_two_hundred_pages_are_refused() -> None:
    assert refusal(pdf_of("hoja", pages=200)) == "recibo-too-many-pages"


def test_a_page_that_unpacks_to_a_bomb_is_refused() -> None:
    bomb = b"0 0 m 1 1 l S\n" * 700_000

    assert refusal(rewritten(RECIBO, "contents", bomb)) == "recibo-too-complex"


def test_more_drawing_than_any_recibo_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_text, "MAX_OPERATIONS", 50)

    assert refusal(RECIBO) == "recibo-too-complex"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"%PDF-1.7\n", id="a heading alone"),
        pytest.param(RECIBO[: len(RECIBO) // 2], id="half a file"),
        pytest.param(b"%PDF-1.7\n" + zlib.compress(RECIBO), id="noise"),
    ],
)
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    assert refusal(content).startswith("recibo-")


@given(data=st.data())
@settings(max_examples=40)
def test_a_damaged_pdf_is_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(RECIBO)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(8, len(damaged) - 1))] = data.draw(st.integers(0, 255))

    try:
        reading = parse_recibo(bytes(damaged), known=KNOWN, name="recibo.pdf")
    except AhorraLuzError as refused:
        assert refused.issue.code  # noqa: PT017 - either outcome is fine, anything else is not
    else:
        assert reading.way in Way


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(picture()[:200], "recibo-photo-broken", id="half a photo"),
        pytest.param(picture((200, 300)), "recibo-photo-too-small", id="a stamp"),
        pytest.param(b"\xff\xd8\xff\xe0 no photo", "recibo-photo-broken", id="a heading alone"),
        pytest.param(b"GIF89a", "recibo-not-a-file", id="another kind of picture"),
    ],
)
def test_a_photo_that_cannot_be_read_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_photo_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "MAX_PIXELS", 1_000_000)

    assert refusal(picture((1200, 1200))) == "recibo-photo-too-large"


@pytest.mark.parametrize("package", ["PIL", "pypdfium2", "pytesseract"])
def test_without_the_extra_a_picture_says_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = (picture(), pdf_of("hoja"))
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)

    codes = [refusal(content) for content in contents]

    assert codes == ["extra-missing", "recibo-no-text"]


def test_without_the_extra_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("PIL", "pypdfium2", "pytesseract"):
        monkeypatch.setitem(sys.modules, package, None)

    assert parse_recibo(RECIBO, known=KNOWN, name="recibo.pdf").complete


def test_without_tesseract_a_photo_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytesseract.pytesseract.tesseract_cmd", "no-such-program")

    assert refusal(picture()) == "tesseract-missing"


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "grande.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(30_000_000)

    with pytest.raises(AhorraLuzError) as refused:
        read_recibo(path, known=KNOWN)

    assert refused.value.issue.code == "file-too-large"


def test_every_value_of_the_form_can_be_written() -> None:
    reading = parse_recibo(RECIBO, known=KNOWN, name="recibo.pdf")

    form = json.loads(json.dumps(reading.form))

    assert form == reading.form
    assert Decimal(form["kwh"]) == Decimal("706.8")
