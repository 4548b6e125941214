"""Bytes of a meter file to UTF-8 text: byte-order marks, UTF-16, Latin-1 and line ends."""

import codecs

from ahorraluz.ingest.meter_files.content import Content, MeterFileError

MAX_LINE_BYTES = 1_048_576
"""Longest line of a table; a longer one is no line of readings. [byte]"""
ZERO_SHARE = 0.8
"""Share of zeros among every second byte from which a text without a mark is UTF-16."""
CHUNK_BYTES = 8_388_608
"""How much is decoded at once, so that a large file is not held twice. [byte]"""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(content: Content, *, long_lines: bool = False) -> bytes:
    """Return the whole content as UTF-8 with lines that end in a line feed.

    Parameters
    ----------
    content
        Text in any of the usual encodings.
    long_lines
        Whether a line may have any length, as in HTML.

    Raises
    ------
    MeterFileError
        ``meter-file-too-large``, ``table-not-text`` or ``table-line-too-long``.
    """
    data = content.read()
    encoding = encoding_of(data)
    if encoding in ("utf-8", "utf-8-bom"):
        text = data[3:] if encoding == "utf-8-bom" else data
    else:
        text = _recoded(data, encoding)
    # A number cannot hold a zero byte: what does is a program's own file, or one that was
    # cut off by a power failure and filled up.
    text = text.rstrip(b"\x00")
    if b"\x00" in text:
        raise MeterFileError("table-not-text", file=content.name)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not long_lines and _longest_line(text) > MAX_LINE_BYTES:
        raise MeterFileError("table-line-too-long", file=content.name, limit=MAX_LINE_BYTES)
    return text


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text: by its mark, else UTF-8 where it is, else Windows-1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return "utf-8-bom" if encoding == "utf-8" and _is_utf8(data) else _marked(encoding)
    head = data[:4096]
    # UTF-16 without a mark: every second byte of plain text is zero.
    if len(head) >= 4 and head[1::2].count(0) > ZERO_SHARE * len(head) / 2:
        return "utf-16-le"
    if len(head) >= 4 and head[::2].count(0) > ZERO_SHARE * len(head) / 2:
        return "utf-16-be"
    return "utf-8" if _is_utf8(data) else "cp1252"


def _marked(encoding: str) -> str:
    return "cp1252" if encoding == "utf-8" else encoding


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), CHUNK_BYTES):
            decoder.decode(data[start : start + CHUNK_BYTES])
        # A last character that was cut in two is the fault of a cut file, not of its encoding.
    except UnicodeDecodeError:
        return False
    return not decoder.getstate()[0]


def _recoded(data: bytes, encoding: str) -> bytes:
    """Return UTF-8; bytes that Windows-1252 does not know become a question mark of their own."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    parts = [
        decoder.decode(data[start : start + CHUNK_BYTES]).encode("utf-8", errors="replace")
        for start in range(0, len(data), CHUNK_BYTES)
    ]
    return b"".join(parts).removeprefix(codecs.BOM_UTF8)


def _longest_line(text: bytes) -> int:
    """Return the length of the longest line, or a bound above it that is still small."""
    longest, start = 0, 0
    while start < len(text):
        # Jumping from line end to line end a megabyte apart is enough to find a longer one.
        end = text.rfind(b"\n", start, start + MAX_LINE_BYTES + 1)
        if end < 0:
            if len(text) - start > MAX_LINE_BYTES:
                return MAX_LINE_BYTES + 1
            return max(longest, len(text) - start)
        longest, start = max(longest, 1), end + 1
    return longest
