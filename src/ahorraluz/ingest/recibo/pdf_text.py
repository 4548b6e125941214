"""The text layer of a PDF as words with positions; a hostile or broken file ends as an issue.

pypdf is the one door to PDF. It fetches nothing; its own limits bound what a compressed
stream may grow to, and the limits below what is done with it.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from ahorraluz.ingest.broken_pdf import BROKEN, silent_pypdf
from ahorraluz.ingest.recibo.problems import ReciboFileError
from ahorraluz.ingest.recibo.words import Word

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_PAGES = 12
"""A recibo has one or two; a year of them may be one file."""
MAX_OPERATIONS = 400_000
"""Drawing operations of a file; a recibo with its pictures has some thousands."""
MAX_STREAM = 8_000_000
"""Drawing instructions of a page, unpacked. [byte]"""
MAX_FORMS = 400
"""Drawings inside drawings that are looked at."""
UPRIGHT = 0.02
"""Slope of a line that still counts as straight. [rad]"""
MIN_SIZE = 1.0
"""Letters smaller than this are not print. [pt]"""

# Widths of Helvetica and Arial in thousandths of the letter height: near enough for any
# typeface to tell a gap inside a word from a space.
NARROW = dict.fromkeys("ijl'|", 222) | dict.fromkeys("fIt.,:;/ !\\[]", 278)
MIDDLE = dict.fromkeys("r()-", 333) | dict.fromkeys("ckszvxyJ", 500)
WIDE = dict.fromkeys("AEKPBSVXY&", 667) | dict.fromkeys("wCDHNRU", 722) | dict.fromkeys("GOQ", 778)
WIDEST = {"m": 833, "M": 833, "W": 944, "%": 889, "F": 611, "T": 611, "Z": 611}
WIDTHS = NARROW | MIDDLE | WIDE | WIDEST
USUAL_WIDTH = 556

Matrix = Sequence[float]
Piece = tuple[str, float, float, float, float]
"""Text, x, y, angle and height."""


def pdf_words(content: bytes, *, name: str) -> tuple[tuple[Word, ...], int]:
    """Return the words of a PDF's text layer and the number of its pages.

    Parameters
    ----------
    content
        The file.
    name
        Its name, for messages.

    Raises
    ------
    ReciboFileError
        ``recibo-pdf-broken``, ``recibo-pdf-locked``, ``recibo-too-many-pages`` or
        ``recibo-too-complex``.
    """
    from pypdf.errors import PyPdfError

    with silent_pypdf():
        try:
            pages = _open(content, name=name).pages
            words: list[Word] = []
            counted: Counter[str] = Counter()
            for number, page in enumerate(pages, 1):
                words += _page_words(page, number=number, name=name, counted=counted)
            return tuple(words), len(pages)
        except ReciboFileError:
            raise
        except (PyPdfError, *BROKEN) as error:
            kind = type(error).__name__
            raise ReciboFileError("recibo-pdf-broken", file=name, reason=kind) from error


def _open(content: bytes, *, name: str) -> "PdfReader":
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(BytesIO(content), strict=False)
    try:
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:
        # Some ciphers need a package that is not worth its weight here.
        locked = True
    if locked:
        raise ReciboFileError("recibo-pdf-locked", file=name)
    pages = len(reader.pages)
    if pages > MAX_PAGES:
        raise ReciboFileError("recibo-too-many-pages", file=name, pages=pages, limit=MAX_PAGES)
    return reader


def _page_words(
    page: "PageObject", *, number: int, name: str, counted: Counter[str]
) -> Iterator[Word]:
    too_complex = ReciboFileError("recibo-too-complex", file=name, page=number)
    if _weight(page) > MAX_STREAM:
        raise too_complex
    pieces: list[Piece] = []

    def count(*_: object) -> None:
        counted["operations"] += 1
        if counted["operations"] > MAX_OPERATIONS:
            raise too_complex

    def take(text: str, cm: Matrix, tm: Matrix, _font: object, size: float) -> None:
        if text.strip():
            pieces.append(_placed(text, cm, tm, size))

    page.extract_text(visitor_operand_before=count, visitor_text=take)
    box = page.mediabox
    height, left = float(box.top), float(box.left)
    angle = _reading_angle(pieces)
    for text, x, y, slope, size in pieces:
        if abs(math.remainder(slope - angle, math.tau)) > UPRIGHT or size < MIN_SIZE:
            continue
        # Pages may be stored on their side: turn the place, not the letters.
        turned_x = (x - left) * math.cos(angle) + y * math.sin(angle)
        turned_y = -(x - left) * math.sin(angle) + y * math.cos(angle)
        yield from _words_of(text, x=turned_x, y=height - turned_y, size=size, page=number)


def _weight(page: "PageObject") -> int:
    """Return how much is drawn on a page, drawings inside drawings included. [byte]"""
    contents = page.get_contents()
    weight = 0 if contents is None else len(contents.get_data())
    waiting, seen = [page.get("/Resources")], set[int]()
    while waiting and weight <= MAX_STREAM:
        resources = waiting.pop()
        resources = resources.get_object() if resources is not None else None
        forms = resources.get("/XObject") if resources is not None else None
        for form in (forms.get_object() if forms is not None else {}).values():
            drawn = form.get_object()
            if id(drawn) in seen or drawn.get("/Subtype") != "/Form":
                continue
            seen.add(id(drawn))
            weight += len(drawn.get_data()) if len(seen) <= MAX_FORMS else MAX_STREAM
            waiting.append(drawn.get("/Resources"))
    return weight


def _placed(text: str, cm: Matrix, tm: Matrix, size: float) -> Piece:
    """Return a piece of text where the two matrices put it."""
    a = tm[0] * cm[0] + tm[1] * cm[2]
    b = tm[0] * cm[1] + tm[1] * cm[3]
    c = tm[2] * cm[0] + tm[3] * cm[2]
    d = tm[2] * cm[1] + tm[3] * cm[3]
    x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
    y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
    return text, x, y, math.atan2(b, a), abs(size) * math.hypot(c, d)


def _reading_angle(pieces: Sequence[Piece]) -> float:
    """Return the angle most letters of a page stand at. [rad]"""
    letters: Counter[int] = Counter()
    slopes: dict[int, float] = {}
    for text, _, _, slope, _ in pieces:
        step = round(slope / UPRIGHT)
        letters[step] += len(text.strip())
        slopes.setdefault(step, slope)
    return slopes[letters.most_common(1)[0][0]] if letters else 0.0


def _words_of(text: str, *, x: float, y: float, size: float, page: int) -> Iterator[Word]:
    """Yield the words of one piece; its line breaks are pypdf's, not the page's."""
    at = x
    for part in _parts(text.strip("\n")):
        width = sum(WIDTHS.get(c, USUAL_WIDTH) for c in part) / 1000 * size
        if not part.isspace():
            yield Word(text=part, x0=at, x1=at + width, y=y, size=size, page=page)
        at += width


def _parts(text: str) -> Iterator[str]:
    """Yield words and the spaces between them, in order."""
    part = ""
    for char in text:
        if part and char.isspace() != part[-1].isspace():
            yield part
            part = ""
        part += char
    if part:
        yield part
