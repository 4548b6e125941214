"""Tables of clients are read within limits, and what would do harm is refused."""

import io
import zipfile
from collections.abc import Callable

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.meters import packed as as_zip

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest import client_tables
from ahorraluz.ingest.client_tables import read_sheets

CSV = "Cliente;kWh\nAna;152\n\nBeto;60\n"


def workbook(*rows: list[object], sheets: int = 1) -> bytes:
    """Return a workbook with some rows on its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def packed(**members: bytes) -> bytes:
    """Return an archive; an underline in a name is a point."""
    return packed_of({name.replace("_", "."): data for name, data in members.items()})


def packed_of(members: dict[str, bytes]) -> bytes:
    """Return an archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return written.getvalue()


def changed(book: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a workbook with one of its parts changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == member else data)
    return written.getvalue()


def code_of(content: bytes, name: str = "x") -> str:
    """Return the code with which a file is refused."""
    with pytest.raises(AhorraLuzError) as refused:
        read_sheets(content, name=name)
    return refused.value.issue.code


def test_rows_keep_the_number_of_their_line() -> None:
    (sheet,) = read_sheets(CSV.encode(), name="c.csv")

    assert sheet.rows == (
        (1, ("Cliente", "kWh")),
        (2, ("Ana", "152")),
        (4, ("Beto", "60")),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_told_apart(encoding: str, sign: str) -> None:
    text = f"Cliente{sign}kWh\nÁlvaro Ñahui{sign}152\n"

    (sheet,) = read_sheets(text.encode(encoding), name="c.csv")

    assert sheet.rows[1][1] == ("Álvaro Ñahui", "152")


def test_numbers_of_a_workbook_are_written_as_people_write_them() -> None:
    (sheet,) = read_sheets(workbook(["Cliente", "kWh"], ["Ana", 152.0], ["Beto", 60.25]), name="x")

    assert [cells for _, cells in sheet.rows] == [
        ("Cliente", "kWh"),
        ("Ana", "152"),
        ("Beto", "60.25"),
    ]


def test_a_formula_is_never_reckoned() -> None:
    (sheet,) = read_sheets(workbook(["Cliente", "kWh"], ["=1+1", 5]), name="x")

    assert "2" not in sheet.rows[1][1]


def test_an_archive_brings_all_its_tables() -> None:
    content = packed(a_csv=CSV.encode(), b_xlsx=workbook(["Cliente", "kWh"], ["Caro", 99]))

    sheets = read_sheets(content, name="todo.zip")

    assert [sheet.name for sheet in sheets] == ["a.csv", "b.xlsx"]


@pytest.mark.parametrize(
    "path", ["../../etc/passwd.csv", "/etc/cron.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_an_archive_that_would_write_elsewhere_is_refused(path: str) -> None:
    assert code_of(packed_of({path: CSV.encode()})) == "client-archive-path"


def test_a_link_in_an_archive_is_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    assert code_of(written.getvalue()) == "client-archive-path"


def test_a_bomb_is_refused_before_it_is_in_memory() -> None:
    bomb = packed(a_csv=b"0" * (client_tables.MAX_UNPACKED_BYTES + 1))

    assert len(bomb) < 100_000
    assert code_of(bomb) == "client-archive-too-large"


def test_many_members_that_are_a_bomb_together_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_tables, "MAX_UNPACKED_BYTES", 600_000)
    part = b"a;b" + b"\n" * 119_000

    assert code_of(packed_of({f"{n}.csv": part for n in range(6)})) == "client-archive-too-large"


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = packed(a_csv=CSV.encode())

    assert code_of(packed_of({"b.zip": inner})) == "client-file-kind"
    assert code_of(packed_of({"b.csv": inner})) == "client-file-kind"


def test_too_many_members_are_refused() -> None:
    many = {f"{n}.csv": b"a;b" for n in range(client_tables.MAX_MEMBERS + 1)}

    assert code_of(packed_of(many)) == "client-archive-members"


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declared", [BOMB, OUTSIDE, b"<!ENTITY % a 'b'>"])
def test_a_workbook_that_declares_entities_is_refused(declared: bytes) -> None:
    evil = changed(workbook(["Cliente"], ["Ana"]), SHEET, lambda xml: declared + xml)

    assert code_of(evil) == "client-file-broken"


def test_entities_in_another_encoding_are_refused_as_well() -> None:
    evil = changed(
        workbook(["Cliente"], ["Ana"]),
        SHEET,
        lambda xml: (BOMB.decode() + xml.decode()).encode("utf-16"),
    )

    assert code_of(evil) == "client-file-broken"


@pytest.mark.parametrize("place", [b'r="XFD1048576"', b"r='xfd1048576'", b'r = "XFD1048576"'])
def test_a_cell_far_out_does_not_fill_the_memory(place: bytes) -> None:
    evil = changed(workbook(["Cliente"], ["Ana"]), SHEET, lambda xml: xml.replace(b'r="A2"', place))

    assert code_of(evil) == "client-table-too-large"


def test_a_workbook_that_is_a_bomb_is_refused() -> None:
    size = client_tables.MAX_UNPACKED_BYTES + 1
    book = changed(workbook(["Cliente"], ["Ana"]), SHEET, lambda xml: xml + b" " * size)
    evil = packed_of({name: zipfile.ZipFile(io.BytesIO(book)).read(name) for name in _names(book)})

    assert code_of(evil) == "client-archive-too-large"


def _names(book: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "meter-file-empty"),
        (b"\n\n", "meter-file-empty"),
        (b";;;\n", "client-file-empty"),
        (b"%PDF-1.7 ...", "client-file-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "client-file-kind"),
        (b"PK\x03\x04 not really", "client-file-broken"),
        (b"a;b\n" * (client_tables.MAX_ROWS + 1), "client-table-too-large"),
        (b";".join([b"a"] * (client_tables.MAX_COLUMNS + 1)), "client-table-too-large"),
        (b"a\x00b;c\n" + b"x" * 99, "table-not-text"),
    ],
)
def test_what_is_no_table_is_told(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_signs_nobody_sees_are_no_part_of_a_cell() -> None:
    (sheet,) = read_sheets("Cliente;kWh\nA\u202ena\x07;1\n".encode(), name="../\u202ex.csv")

    assert sheet.rows[1][1][0] == "A na"
    assert sheet.name == "?x.csv"


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_refused(content: bytes) -> None:
    try:
        sheets = read_sheets(content, name="x")
    except AhorraLuzError:
        return

    assert any(sheet.rows for sheet in sheets)


def test_a_member_without_a_name_is_a_file_of_another_kind() -> None:
    assert code_of(as_zip({"": b"Cliente;kWh\nCasa;180\n"})) == "client-file-kind"
