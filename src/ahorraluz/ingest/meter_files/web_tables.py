"""Tables in HTML, as portals give them under the name of a sheet; any other page is refused."""

import re
from html import unescape

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.delimiters import Cells
from ahorraluz.ingest.meter_files.meaning import read_rows
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.table import rows_table
from ahorraluz.ingest.meter_files.text import read_text

MAX_BYTES = 16 * 1024 * 1024
"""Largest page taken: its cells are held as text. [byte]"""
MAX_CELLS = 4_000_000
NO_TABLE = ("table-no-time-column", "table-not-found")
"""What is wrong with a page that is just a page."""

_TAG = re.compile(r"<(/?)(t[rdh]|table)\b([^<>]{0,1000})>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]{0,1000}>")
_SPAN = re.compile(r"colspan\W{1,4}(\d{1,2})(?!\d)", re.IGNORECASE)


def parse_web_tables(content: Content, options: ReadOptions) -> MeterFile:
    """Return what the table of a page of HTML says.

    Parameters
    ----------
    content
        HTML, as portals give it under the name of a workbook.
    options
        What a person says about it.

    Raises
    ------
    MeterFileError
        ``meter-file-is-web-page``: it has no table of readings; or what
        ``tabular.parse_table`` raises for its table.
    """
    if content.size > MAX_BYTES:
        raise MeterFileError("meter-file-too-large", file=content.name, limit=MAX_BYTES)
    rows = _rows(read_text(content, long_lines=True).decode("utf-8", errors="replace"))
    if not rows:
        raise MeterFileError("meter-file-is-web-page", file=content.name)
    try:
        table = rows_table(rows, range(len(rows)), name=content.name)
    except MeterFileError as error:
        if error.issue.code not in NO_TABLE:
            raise
        raise MeterFileError("meter-file-is-web-page", file=content.name) from None
    return read_rows(table, options, form="table")


def _rows(text: str) -> list[Cells]:
    """Return the rows of all tables; none where there is more than any sheet of readings has."""
    rows: list[Cells] = []
    cells, opened, span = 0, -1, 1
    for tag in _TAG.finditer(text):
        if opened >= 0:
            inner = unescape(_ANY_TAG.sub(" ", text[opened : tag.start()]))
            # A title over several columns keeps those after it in their places.
            rows[-1] += [" ".join(inner.split()), *[""] * (span - 1)]
            cells, opened = cells + span, -1
            if cells > MAX_CELLS:
                return []
        name = tag[2].casefold()
        if not tag[1] and name == "tr":
            rows.append([])
        elif not tag[1] and name in ("td", "th"):
            rows = rows or [[]]
            wide = _SPAN.search(tag[3])
            opened, span = tag.end(), int(wide[1]) if wide else 1
    return [cells for cells in rows if cells]
