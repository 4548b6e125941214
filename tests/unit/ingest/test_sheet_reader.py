"""Whatever becomes of the reader of spreadsheets is one error of ours; cells come as they are."""

import datetime as dt
import io
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]
from tests.fuzz.meters import SHEET, WORKBOOK, packed

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest import sheet_process, sheet_reader
from ahorraluz.ingest.client_tables import ClientFileError, read_sheets
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.reading import parse_meter_file
from ahorraluz.ingest.sheet_reader import open_book

FAR = "7" * 48
"""A row that wraps around to a place in the middle of nowhere."""
XML = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


def broken() -> AhorraLuzError:
    return ClientFileError("client-file-broken", file="x")


def sheet_of(*cells: str) -> bytes:
    rows = "".join(f"<row>{cell}</row>" for cell in cells)
    return XML.format(rows).encode()


def written(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_cells_come_as_they_were_written() -> None:
    row = [
        "señal 💡",
        1.5,
        -3,
        True,
        dt.datetime.fromisoformat("2026-02-28T23:59:30"),
        None,
        dt.time(7, 30),
    ]
    data = written({"uno": [row], "dos": []})

    book = open_book(data, broken=broken)

    assert book.names == ("uno", "dos")
    assert book.grid("uno", broken=broken).rows == [[*row[:5], "", row[6]]]
    assert book.grid("dos", broken=broken).rows == []


def test_every_kind_of_cell_comes_through() -> None:
    cells = [dt.timedelta(days=40, microseconds=3), dt.date(1, 1, 1), float("inf"), "", None, 2**70]

    lines = [b'["a"]', b'["a",2]', b"[]", b"true"]
    book = sheet_reader._book(iter(lines))

    assert book.grid("a", broken=broken).first == 2
    assert [sheet_reader._cell(sheet_process.told(cell)) for cell in cells] == cells  # type: ignore[arg-type]


def test_bytes_that_are_no_workbook_are_broken() -> None:
    with pytest.raises(ClientFileError, match="client-file-broken"):
        open_book(b"PK\x03\x04 and no more", broken=broken)


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([f'<c r="A{FAR}"><v>1</v></c>'], id="a row of fifty digits"),
        pytest.param(
            ["<c r='A1'><v>1</v></c>", "<c r='XFD1048576'><v>1</v></c>"], id="in other quotes"
        ),
        pytest.param(
            ['<c r="A1"><v>1</v></c>', '<c\nr="XFD1048576"><v>1</v></c>'], id="on a line of its own"
        ),
    ],
)
def test_a_cell_in_a_far_corner_ends_no_process_but_its_own(cells: list[str]) -> None:
    content = packed({**WORKBOOK, SHEET: sheet_of(*cells)})

    with pytest.raises(MeterFileError) as meter:
        parse_meter_file(content, name="medidor.xlsx")
    with pytest.raises(ClientFileError) as clients:
        read_sheets(content, name="clientes.xlsx")

    assert meter.value.issue.code in ("workbook-unreadable", "workbook-too-large")
    assert clients.value.issue.code in ("client-file-broken", "client-table-too-large")


def test_a_sheet_outside_its_folder_is_bound_too() -> None:
    relations = {
        name: content.replace(b"worksheets/sheet1.xml", b"elsewhere.xml")
        for name, content in WORKBOOK.items()
    }
    far = sheet_of('<c r="A1"><v>1</v></c>', '<c r="XFD1048576"><v>1</v></c>')
    content = packed({**relations, "xl/elsewhere.xml": far})

    with pytest.raises(MeterFileError, match="workbook-unreadable"):
        parse_meter_file(content, name="medidor.xlsx")


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reader, "PATIENCE_S", 0.0)

    with pytest.raises(ClientFileError, match="client-file-broken"):
        open_book(written({"a": [[1]]}), broken=broken)


def test_a_computer_without_room_for_a_process_says_that_the_file_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(ClientFileError, match="client-file-broken"):
        open_book(written({"a": [[1]]}), broken=broken)


def test_one_sheet_that_is_broken_does_not_hide_the_others() -> None:
    whole = written({"uno": [["fecha", "kWh"], ["2026-01-01", 1]], "dos": [["x"]]})
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet2.xml"] = b"<worksheet><sheetData><row><c"

    book = open_book(packed(members), broken=broken)

    assert len(book.grid("uno", broken=broken).rows) == 2
    with pytest.raises(ClientFileError, match="client-file-broken"):
        book.grid("dos", broken=broken)
