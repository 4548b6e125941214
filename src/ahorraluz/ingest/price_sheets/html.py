"""A page saved from a site: its tables and lines, whatever browser saved it.

A scanner of its own, since the parser of the standard library takes time that grows
with the square of a broken page. It fetches nothing, runs nothing, expands no entities
beyond characters, and every step moves forward.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from ahorraluz.ingest.price_sheets.lines import grid_line, text_line
from ahorraluz.ingest.price_sheets.sheet import Cell, Page, SheetKind, SheetLine, check_length
from ahorraluz.ingest.price_sheets.words import clean, plain

MAX_SPAN = 60
MAX_DEPTH = 60
MAX_CELLS = 200
"""More cells of a row are left out, as are deeper tables: no price sheet has them."""
MAX_ATTRIBUTES = 4_000
"""Longer tags are hidden fields of the server; what is read stands before. [char]"""
MAX_LABEL = 200
"""Longest entry of a drop-down list. [char]"""
MAX_TEXT = 8_000
"""Longest run of text that is read of one element. [char]"""
OFFICIAL_HOST = re.compile(r"^https?://([a-z0-9-]+\.)*osinergmin\.gob\.pe(?:[:/]|$)", re.IGNORECASE)
OFFICIAL_MARK = "pliego tarifario maximo del servicio publico de electricidad"

_NEXT = re.compile(r"[\"'>]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,20})")
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z][\w:-]{0,30})\s{0,8}(?:=\s{0,8}("[^"]*"|'[^']*'|[^\s"'>]+))?"""
)
_SAVED_FROM = re.compile(r"saved from url=\(\d{1,6}\)\s{0,4}(https?://[^\s<>\"']{1,500})")
_RAW = {
    name: re.compile(rf"</{name}", re.IGNORECASE)
    for name in ("script", "style", "noscript", "template", "textarea", "svg", "iframe")
}
_BREAKS = frozenset(
    {"address", "article", "body", "br", "caption", "center", "dd", "div", "dl", "dt", "fieldset"}
    | {"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li"}
    | {"main", "nav", "ol", "p", "section", "title", "ul"}
)


@dataclass(slots=True)
class _Table:
    """A table whose end has not come yet."""

    number: int
    row: list[Cell] | None = None
    column: int = 0
    """Where the next cell of the row begins."""
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    hanging: dict[int, tuple[int, Cell]] = field(default_factory=dict)
    """Cells that reach down into the next rows, by column, with the rows left."""

    def begin_row(self) -> None:
        """Begin a row at its first column."""
        self.row, self.column = [], 0

    def place(self, text: str) -> None:
        """Put a cell with ``text`` at the next column."""
        assert self.row is not None  # noqa: S101 - only called inside a row
        wide, high = self.span
        cell = Cell(column=self.column, span=wide, text=text)
        self.row.append(cell)
        if high > 1:
            below = Cell(column=cell.column, span=wide, text=text, continued=True)
            # The row that begins it counts too: it is taken off when that row ends.
            self.hanging[cell.column] = (high, below)
        self.column += wide

    def place_cells_above(self) -> None:
        """Add the cells from above that stand at the next columns of the row."""
        assert self.row is not None  # noqa: S101 - only called inside a row
        while self.column in self.hanging and len(self.row) < MAX_CELLS:
            above = self.hanging[self.column][1]
            self.row.append(above)
            self.column += above.span


@dataclass(slots=True)
class _Reader:
    """The page as far as it has been read."""

    lines: list[SheetLine] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    """Text outside of tables since the last break."""
    options: list[tuple[str, bool]] | None = None
    """Entries of the drop-down list being read, each with whether it is chosen."""
    selected: list[str] = field(default_factory=list)
    url: str = ""
    count: int = 0
    """Tables begun."""

    def text(self, data: str) -> None:
        """Take a run of text."""
        if self.options is not None:
            if self.options and len(self.options[-1][0]) < MAX_LABEL:
                label, chosen = self.options[-1]
                self.options[-1] = (label + data, chosen)
            return
        table = self.tables[-1] if self.tables else None
        if table is None:
            self.loose.append(data)
        elif table.cell is not None:
            table.cell.append(data)

    def break_line(self) -> None:
        """End the line of text outside of tables."""
        text = clean("".join(self.loose))
        self.loose.clear()
        if text:
            self._add(text_line(len(self.lines) + 1, text))

    def _add(self, line: SheetLine) -> None:
        check_length(len(self.lines))
        self.lines.append(line)

    def open_table(self) -> None:
        """Begin a table; what its surrounding row already holds becomes a line before it."""
        self.break_line()
        if self.tables:
            self.end_row()
        if len(self.tables) < MAX_DEPTH:
            self.count += 1
            self.tables.append(_Table(self.count))

    def close_table(self) -> None:
        """End a table and its last row."""
        if self.tables:
            self.end_row()
            self.tables.pop()

    def open_row(self) -> None:
        """Begin a row, which ends the one before."""
        if self.tables:
            self.end_row()
            self.tables[-1].begin_row()

    def open_cell(self, attributes: dict[str, str]) -> None:
        """Begin a cell, which ends the one before."""
        if not self.tables:
            self.break_line()
            return
        table = self.tables[-1]
        self.end_cell()
        if table.row is None:
            table.begin_row()
        table.cell = []
        table.span = (_span(attributes, "colspan"), _span(attributes, "rowspan"))

    def end_cell(self) -> None:
        """Put the open cell of the innermost table at its place in the row."""
        table = self.tables[-1]
        if table.cell is not None and table.row is not None and len(table.row) < MAX_CELLS:
            table.place_cells_above()
            table.place(clean("".join(table.cell)))
        table.cell = None

    def end_row(self) -> None:
        """End the row of the innermost table."""
        table = self.tables[-1]
        self.end_cell()
        if table.row is None:
            return
        table.place_cells_above()
        table.hanging = {
            column: (rows - 1, cell) for column, (rows, cell) in table.hanging.items() if rows > 1
        }
        if any(cell.text for cell in table.row):
            self._add(grid_line(len(self.lines) + 1, table.row, table=table.number))
        table.row = None

    def open_option(self, attributes: dict[str, str]) -> None:
        """Begin an entry of a drop-down list."""
        if self.options is not None:
            self.options.append(("", "selected" in attributes))

    def close_select(self) -> None:
        """Keep the chosen entry of a list, or its only one."""
        entries = self.options or []
        chosen = [label for label, marked in entries if marked]
        if not chosen and len(entries) == 1:
            chosen = [entries[0][0]]
        self.selected += [text for label in chosen[:1] if (text := clean(label))]
        self.options = None


def parse_page(text: str, *, url: str = "") -> Page:
    """Return the lines and table rows of a saved page, with what its lists have chosen.

    Parameters
    ----------
    text
        The page, decoded.
    url
        Where it came from, if the file around it says so; else the page is asked.

    Raises
    ------
    PriceSheetError
        ``sheet-too-many-lines``.
    """
    reader = _Reader(url=url)
    _scan(text, reader)
    while reader.tables:
        reader.close_table()
    reader.break_line()
    marked = any(OFFICIAL_MARK in plain(line.raw) for line in reader.lines)
    return Page(
        kind=SheetKind.HTML,
        lines=tuple(reader.lines),
        selected=tuple(reader.selected),
        url=reader.url,
        official=bool(OFFICIAL_HOST.match(reader.url)) or marked,
    )


def _scan(text: str, reader: _Reader) -> None:
    """Walk over the page once; what is broken ends it, never repeats it."""
    place = 0
    while place < len(text):
        tag = text.find("<", place)
        if tag != place:
            _take_text(text[place : tag if tag >= 0 else len(text)], reader)
        if tag < 0:
            return
        place = _markup(text, tag, reader)


def _take_text(data: str, reader: _Reader) -> None:
    data = data[:MAX_TEXT]
    try:
        reader.text(unescape(data))
    except ValueError:  # a character number of thousands of digits
        reader.text(data)


def _markup(text: str, tag: int, reader: _Reader) -> int:
    """Read what begins with ``<`` at ``tag`` and return the place behind it."""
    if text.startswith("<!--", tag):
        end = text.find("-->", tag + 4)
        saved = _SAVED_FROM.search(text, tag, min(tag + 800, end if end >= 0 else len(text)))
        if saved and not reader.url:
            reader.url = saved[1]
        return len(text) if end < 0 else end + 3
    if text.startswith(("<!", "<?"), tag):
        end = text.find(">", tag)
        return len(text) if end < 0 else end + 1
    match = _TAG.match(text, tag)
    if match is None:
        reader.text("<")
        return tag + 1
    end = _tag_end(text, match.end())
    if end < 0:
        return len(text)
    name = match[2].casefold()
    attributes = _attributes(text[match.end() : min(end, match.end() + MAX_ATTRIBUTES)])
    if match[1]:
        _close(name, reader)
        return end + 1
    if name in _RAW:
        found = _RAW[name].search(text, end)
        return len(text) if found is None else found.start()
    _open(name, attributes, reader)
    return end + 1


def _tag_end(text: str, place: int) -> int:
    """Return the place of the ``>`` that ends a tag, -1 where the page ends first."""
    while True:
        mark = _NEXT.search(text, place)
        if mark is None:
            return -1
        if mark[0] == ">":
            return mark.start()
        place = text.find(mark[0], mark.end()) + 1
        if place == 0:
            return -1


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].casefold(): (match[2] or "").strip("\"'") for match in _ATTRIBUTE.finditer(text)
    }


def _span(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1").strip()
    return min(MAX_SPAN, max(1, int(text))) if text.isascii() and text[:4].isdigit() else 1


def _open(name: str, attributes: dict[str, str], reader: _Reader) -> None:
    match name:
        case "table":
            reader.open_table()
        case "tr":
            reader.open_row()
        case "td" | "th":
            reader.open_cell(attributes)
        case "select":
            reader.options = []
        case "option":
            reader.open_option(attributes)
        case _ if name in _BREAKS:
            _break(reader)


def _close(name: str, reader: _Reader) -> None:
    match name:
        case "table":
            reader.close_table()
        case "tr" | "thead" | "tbody" | "tfoot" if reader.tables:
            reader.end_row()
        case "td" | "th" if reader.tables:
            reader.end_cell()
        case "select" if reader.options is not None:
            reader.close_select()
        case _ if name in _BREAKS:
            _break(reader)


def _break(reader: _Reader) -> None:
    """Part two runs of text: a new line outside of tables, a space in a cell."""
    if reader.tables:
        reader.text(" ")
    else:
        reader.break_line()
