"""Files of every kind a person may save a price sheet as, and files that are none."""

import plistlib
import quopri
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.price_sheets import BRACKETS, NAMES, pdf, pdf_sheet, sheet_text

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.price_sheets import pdf as pdf_module
from ahorraluz.ingest.price_sheets import sheet as limits
from ahorraluz.ingest.price_sheets.choose import ChosenSheet, SheetChoices, choose
from ahorraluz.ingest.price_sheets.html import parse_page
from ahorraluz.ingest.price_sheets.pdf import pdf_texts
from ahorraluz.ingest.price_sheets.reading import decode, parse_price_sheet
from ahorraluz.ingest.price_sheets.sheet import PriceSheetError, SheetKind

GOLDEN = Path(__file__).parents[2] / "golden" / "price_sheets"
PAGE = (GOLDEN / "lima-sur-2026-08.html").read_bytes()
SAMPLES = [
    *(path.read_bytes() for path in sorted(GOLDEN.iterdir()) if path.suffix != ".md"),
    pdf_sheet(sheet_text()),
]


def _chosen(content: bytes) -> ChosenSheet:
    return choose(parse_price_sheet(content, names=NAMES), SheetChoices())


def _code(content: bytes) -> str:
    with pytest.raises(PriceSheetError) as refused:
        parse_price_sheet(content, names=NAMES)
    return refused.value.issue.code


# --- kinds -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(sheet_text().encode(), SheetKind.TEXT, id="text in UTF-8"),
        pytest.param(sheet_text().encode("cp1252"), SheetKind.TEXT, id="text in Windows-1252"),
        pytest.param(sheet_text().encode("utf-16"), SheetKind.TEXT, id="text in UTF-16"),
        pytest.param(b"\xef\xbb\xbf" + sheet_text().encode(), SheetKind.TEXT, id="with its mark"),
        pytest.param(sheet_text().replace("\n", "\r\n").encode(), SheetKind.TEXT, id="Windows"),
        pytest.param(pdf_sheet(sheet_text()), SheetKind.PDF, id="PDF"),
        pytest.param(b"\n junk \n" + pdf_sheet(sheet_text()), SheetKind.PDF, id="PDF after junk"),
    ],
)
def test_the_content_tells_the_kind(content: bytes, kind: SheetKind) -> None:
    sheet = parse_price_sheet(content, names=NAMES)
    chosen = choose(sheet, SheetChoices())

    assert sheet.kind is kind
    assert (chosen.distributor, chosen.system.id) == ("luz-del-sur", "lima-sur")
    assert chosen.start == date(2026, 9, 4)
    assert len(chosen.prices) == 7
    assert not any(price.igv_included for price in chosen.prices)


def _mhtml(page: bytes) -> bytes:
    """Return a page as Chrome and Edge save it in one file."""
    return (
        b"From: <Saved by Blink>\nSnapshot-Content-Location: https://www.osinergmin.gob.pe/x\n"
        b"Subject: Pliego\nMIME-Version: 1.0\nContent-Type: multipart/related;\n"
        b'\ttype="text/html";\n\tboundary="----Limit----"\n\n\n'
        b"------Limit----\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n"
        b"Content-Location: https://www.osinergmin.gob.pe/x\n\n"
        + quopri.encodestring(page)
        + b"\n------Limit----\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
        b"iVBORw0KGgo=\n------Limit------\n"
    )


def _web_archive(page: bytes) -> bytes:
    """Return a page with a frame as Safari saves it."""
    frame = {"WebMainResource": {"WebResourceData": page, "WebResourceURL": "https://example.org"}}
    outer = {"WebResourceData": b"<html><p>menu</p></html>", "WebResourceURL": "about:blank"}
    archive = {"WebMainResource": outer, "WebSubframeArchives": [frame]}
    return plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize("wrap", [_mhtml, _web_archive])
def test_a_page_saved_as_one_file_is_the_same_page(wrap: object) -> None:
    assert callable(wrap)

    assert _chosen(wrap(PAGE)) == _chosen(PAGE)


def test_a_page_of_the_regulator_is_known_by_its_address() -> None:
    assert parse_price_sheet(_mhtml(PAGE), names=NAMES).official
    assert parse_price_sheet(PAGE, names=NAMES).official
    assert not parse_page(
        "<!-- saved from url=(0031)https://osinergmin.gob.pe.evil.org/ -->"
    ).official


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "sheet-empty", id="nothing"),
        pytest.param(b"\0\0 \n", "sheet-empty", id="blanks"),
        pytest.param(b"PK\x03\x04 workbook", "sheet-kind-unsupported", id="a workbook"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "sheet-kind-unsupported", id="a picture"),
        pytest.param(bytes(range(256)) * 9, "sheet-not-text", id="bytes"),
        pytest.param(b"bplist00 broken", "sheet-not-text", id="a broken web archive"),
        pytest.param(b"Hola.\n", "sheet-no-prices", id="a greeting"),
        pytest.param(b"<html><p>Hola</p></html>", "sheet-no-prices", id="another page"),
        pytest.param(b"%PDF-1.4 broken", "sheet-pdf-unreadable", id="a broken PDF"),
        pytest.param(pdf([]), "sheet-pdf-no-text", id="a PDF without text"),
        pytest.param(b"\n" * 30_000 + b"x\n" * 21_000, "sheet-too-many-lines", id="a book"),
    ],
)
def test_what_is_no_price_sheet_is_refused(content: bytes, code: str) -> None:
    assert _code(content) == code


def test_content_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ahorraluz.ingest.price_sheets.reading.MAX_BYTES", 100)

    with pytest.raises(PriceSheetError, match="sheet-too-large"):
        parse_price_sheet(sheet_text().encode(), names=NAMES)


# --- pages -------------------------------------------------------------------------------------


def _rows(page: str) -> list[str]:
    return [line.raw for line in parse_page(page).lines]


def test_scripts_styles_and_hidden_fields_are_not_read() -> None:
    page = (
        "<script>var a = '<td>BT5B</td>';</script><style>td{}</style>"
        "<input type=hidden value='<td>BT5B</td>'><noscript>x</noscript><p>Hola</p>"
    )

    assert _rows(page) == ["Hola"]


def test_a_table_inside_a_table_keeps_its_rows_in_order() -> None:
    page = "<table><tr><td>before<table><tr><td>a<td>1.5</table></td><td>after</table>"

    assert _rows(page) == ["before", "a · 1.5", "after"]


def test_cells_that_span_rows_and_columns_keep_the_others_in_place() -> None:
    page = (
        "<table><tr><td rowspan=2>A<td colspan=2>B<td>1.1</tr><tr><td>C<td>D<td>2.2</tr>"
        "<tr><td>E<td>F<td>G<td>3.3</tr></table>"
    )

    columns = [[(cell.text, cell.column) for cell in line.cells] for line in parse_page(page).lines]

    assert columns == [
        [("A", 0), ("B", 1), ("1.1", 3)],
        [("A", 0), ("C", 1), ("D", 2), ("2.2", 3)],
        [("E", 0), ("F", 1), ("G", 2), ("3.3", 3)],
    ]


def test_only_the_chosen_entry_of_a_list_is_read() -> None:
    page = (
        "<select><option>Lima Norte<option selected>Lima Sur</select>"
        "<select><option>uno</select><select><option>dos<option>tres</select>"
    )

    assert parse_page(page).selected == ("Lima Sur", "uno")
    assert parse_page(page).lines == ()


@pytest.mark.parametrize(
    "broken",
    [
        "<!--",
        "<a ",
        '<a b="',
        "<",
        "<![CDATA[",
        "<td>",
        "<table><tr><td>",
        "<select><option>",
        "&#9",
    ],
)
def test_a_broken_page_takes_no_longer_than_its_length(broken: str) -> None:
    page = "<html><p>Hola</p>" + broken * 40_000

    lines = parse_page(page).lines

    assert lines[0].raw == "Hola"


def test_a_character_number_of_thousands_of_digits_is_only_text() -> None:
    assert _rows(f"<p>&#{'9' * 5000};</p>")


# --- text and PDF ------------------------------------------------------------------------------


def test_a_locked_pdf_asks_for_one_without_a_password() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf_sheet(sheet_text()))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = BytesIO()
    writer.write(locked)

    assert _code(locked.getvalue()) == "sheet-pdf-locked"


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "MAX_PAGES", 0)

    with pytest.raises(PriceSheetError, match="sheet-pdf-too-long"):
        pdf_texts(pdf_sheet(sheet_text()))


def test_a_stream_that_would_fill_the_memory_is_refused() -> None:
    bomb = zlib.compress(b"\0" * 200_000_000, level=9)
    content = pdf_sheet(sheet_text())
    start = content.index(b"<< /Length")
    end = content.index(b"endobj", start)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\n" % (len(bomb), bomb)

    code = _code(content[:start] + stream + content[end:])

    assert code in ("sheet-pdf-unreadable", "sheet-pdf-no-text")


def test_a_text_in_no_known_coding_is_read_as_far_as_it_goes() -> None:
    assert decode("Vigencia\x81 año".encode("latin-1")).endswith("año")


def test_limits_are_those_the_guide_names() -> None:
    assert (limits.MAX_BYTES, limits.MAX_PAGES, limits.MAX_LINES) == (20_000_000, 60, 20_000)


# --- hostile files -----------------------------------------------------------------------------


def _reads_or_refuses(content: bytes) -> None:
    try:
        sheet = parse_price_sheet(content, names=NAMES)
    except AhorraLuzError:
        return
    assert sheet.prices


@given(st.binary(max_size=2_000))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    _reads_or_refuses(content)


@given(st.binary(max_size=2_000))
def test_no_bytes_after_a_pdf_mark_break_the_reader(content: bytes) -> None:
    _reads_or_refuses(b"%PDF-1.7\n" + content)


@settings(max_examples=60)
@given(data=st.data())
def test_no_cut_or_changed_sheet_breaks_the_reader(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, len(content)))

    _reads_or_refuses(bytes(content[:cut]))


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [*BRACKETS, "TARIFA MT2", "Sin IGV Con IGV", "<table>", "<tr>", "<td>", "</table>", ";"]
        ),
        max_size=30,
    )
)
def test_no_order_of_known_lines_breaks_the_reader(lines: list[str]) -> None:
    _reads_or_refuses("\n".join(lines).encode())
