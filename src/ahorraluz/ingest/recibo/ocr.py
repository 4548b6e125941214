"""Photos and scanned pages as words with positions: pypdfium2 draws, Tesseract reads.

Both are an extra (``pip install ahorraluz[ocr]``), and Tesseract is a program of its own;
without them the rest of the package works and this module says what to install.
"""

import logging
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from ahorraluz.ingest.recibo.problems import ReciboFileError
from ahorraluz.ingest.recibo.words import Word

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""Largest photo that is opened; telephones take 12 to 50 million. [pixel]"""
WORK_PIXELS = 9_000_000
"""Photos are made smaller down to this: an A4 page at 300 dots an inch. [pixel]"""
GOOD_PIXELS = 4_000_000
"""Smaller photos are made larger, up to an A4 page at 200 dots an inch. [pixel]"""
SHADE = 16
"""How much coarser the light on the paper is looked at than the paper. [pixel]"""
INK, PAPER = 0.15, 0.8
"""Share of the paper's light below which all is black, and above which all is paper: grain
in the paper would be taken for letters, and there is a lot of it. [0 to 1]"""
WHITE = 255.0
GRAIN = 6.0
"""Middle step between neighbouring points, of 255 greys, from which a photo is smoothed."""
LEAST_PIXELS = 300_000
"""Smaller pictures hold no letters that could be read. [pixel]"""
DOTS = 300
"""Pages are drawn with so many dots an inch."""
POINTS_AN_INCH = 72
MAX_PAGES = 3
"""Pages that are read by OCR."""
SECONDS = 60
"""Longest time for one look at one page."""
STEEPEST, STEP = 6.0, 0.25
"""Slope of a photo that is mended, and how finely. [degree]"""
LANGUAGE = "spa"
THREADS = "OMP_THREAD_LIMIT"
"""Variable by which Tesseract is told how many threads it may use."""
UNREADABLE = 20.0
"""Words below this confidence are noise. [0 to 100]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a picture: what is misread in one is often right in another."""

    segments: int
    """How Tesseract looks for text: 11 for words wherever they stand, 6 for one block."""
    scale: float = 1.0
    """How much smaller the picture is made first."""


VIEWS = (View(segments=11), View(segments=6), View(segments=11, scale=0.7))
"""In the order they are tried, until nothing has to be asked."""


def image_words(content: bytes, *, name: str, view: View = VIEWS[0]) -> tuple[Word, ...]:
    """Return the words of a photo.

    Raises
    ------
    ReciboFileError
        ``extra-missing``, ``tesseract-missing``, ``recibo-photo-broken``,
        ``recibo-photo-too-large``, ``recibo-photo-too-small``, ``recibo-photo-too-slow``.
    """
    tools = _tools()
    image = _opened(content, tools, name=name)
    return tuple(_words(image, tools, view=view, page=1, name=name))


def page_words(content: bytes, *, name: str, view: View = VIEWS[0]) -> tuple[Word, ...]:
    """Return the words of a PDF whose pages are pictures; raises like :func:`image_words`.

    A PDF may be anything: without the extra it is called one without text (``recibo-no-text``).
    """
    try:
        tools = _tools()
    except ReciboFileError:
        raise ReciboFileError("recibo-no-text", file=name) from None
    words: list[Word] = []
    try:
        document = tools.pdfium.PdfDocument(content)
    except tools.pdfium.PdfiumError as error:
        raise ReciboFileError("recibo-pdf-broken", file=name, reason="pdfium") from error
    try:
        for index in range(min(len(document), MAX_PAGES)):
            page = document[index]
            width, height = page.get_size()
            # A page of metres would be a picture of gigabytes.
            pixels = max(1.0, width * height) / POINTS_AN_INCH**2
            dots = min(DOTS, math.sqrt(WORK_PIXELS / pixels))
            image = page.render(scale=dots / POINTS_AN_INCH, grayscale=True).to_pil()
            words += _words(image, tools, view=view, page=index + 1, name=name)
    except tools.pdfium.PdfiumError as error:
        raise ReciboFileError("recibo-pdf-broken", file=name, reason="pdfium") from error
    finally:
        document.close()
    return tuple(words)


class _Tools:
    """The packages of the extra, imported when a photo is first read."""

    def __init__(self) -> None:
        import PIL.Image
        import PIL.ImageFilter
        import PIL.ImageOps
        import pypdfium2  # type: ignore[import-untyped]
        import pytesseract  # type: ignore[import-untyped]

        self.images: Any = PIL.Image
        self.filters: Any = PIL.ImageFilter
        self.operations: Any = PIL.ImageOps
        self.pdfium: Any = pypdfium2
        self.tesseract: Any = pytesseract
        # Over four threads on two cores Tesseract takes five times the work for the same words.
        pytesseract.pytesseract.environ = {THREADS: "1", **os.environ}


def _tools() -> _Tools:
    try:
        return _Tools()
    except ImportError as error:
        raise ReciboFileError("extra-missing", extra="ocr") from error


def _opened(content: bytes, tools: _Tools, *, name: str) -> "Image":
    """Return a photo upright, grey and of a size that Tesseract reads."""
    broken = ReciboFileError("recibo-photo-broken", file=name)
    with _quiet():
        try:
            image = tools.images.open(BytesIO(content), formats=("PNG", "JPEG"))
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ReciboFileError(
                    "recibo-photo-too-large", file=name, pixels=width * height, limit=MAX_PIXELS
                )
            if width * height < LEAST_PIXELS:
                raise ReciboFileError("recibo-photo-too-small", file=name, width=width)
            image.draft("L", image.size)
            image = tools.operations.exif_transpose(image).convert("L")
        except (OSError, ValueError, SyntaxError, TypeError, ArithmeticError) as error:
            raise broken from error
        except tools.images.DecompressionBombError as error:
            raise ReciboFileError(
                "recibo-photo-too-large", file=name, pixels=None, limit=MAX_PIXELS
            ) from error
    return _prepared(image, tools)


def _prepared(image: "Image", tools: _Tools) -> "Image":
    """Return a photo of the size that Tesseract reads best, its shade taken away."""
    pixels = image.width * image.height
    image = image.filter(tools.filters.MedianFilter(3)) if _is_grainy(image) else image
    scale = math.sqrt(min(max(pixels, GOOD_PIXELS), WORK_PIXELS) / pixels)
    if scale != 1:
        size = (round(image.width * scale), round(image.height * scale))
        image = image.resize(size, tools.images.Resampling.LANCZOS)
    # Paper is the lightest of its surroundings: letters are narrower than the filter.
    small = image.resize((max(1, image.width // SHADE), max(1, image.height // SHADE)))
    paper = small.filter(tools.filters.MaxFilter(5)).filter(tools.filters.GaussianBlur(4))
    light = np.asarray(paper.resize(image.size), dtype=np.float32).clip(min=1)
    share = np.asarray(image, dtype=np.float32) / light
    flat = ((share - INK) / (PAPER - INK) * WHITE).clip(0, WHITE)
    return tools.images.fromarray(flat.astype(np.uint8))  # type: ignore[no-any-return]


def _is_grainy(image: "Image") -> bool:
    """Tell whether neighbouring points of the paper differ, as they do in a poor light."""
    grey = np.asarray(image, dtype=np.float32)
    steps = np.abs(np.diff(grey, axis=1))
    # Most of a sheet is paper: the middle step is one between two points of it.
    return float(np.median(steps)) > GRAIN


def _words(image: "Image", tools: _Tools, *, view: View, page: int, name: str) -> Iterator[Word]:
    """Yield what Tesseract reads on one picture."""
    if view.scale != 1:
        size = (round(image.width * view.scale), round(image.height * view.scale))
        image = image.resize(size, tools.images.Resampling.LANCZOS)
    angle = _slope(image, tools)
    if abs(angle) >= STEP:
        image = image.rotate(
            -angle, expand=True, fillcolor=255, resample=tools.images.Resampling.BICUBIC
        )
    try:
        data = tools.tesseract.image_to_data(
            image,
            lang=LANGUAGE,
            config=f"--oem 1 --psm {view.segments}",
            timeout=SECONDS,
            output_type=tools.tesseract.Output.DICT,
        )
    except tools.tesseract.TesseractNotFoundError as error:
        raise ReciboFileError("tesseract-missing", file=name) from error
    except tools.tesseract.TesseractError as error:
        # The program is there and its Spanish is not.
        raise ReciboFileError("tesseract-missing", file=name) from error
    except RuntimeError as error:
        raise ReciboFileError("recibo-photo-too-slow", file=name, seconds=SECONDS) from error
    for text, left, top, width, height, confidence in zip(
        *(data[key] for key in ("text", "left", "top", "width", "height", "conf")), strict=True
    ):
        if text.strip() and float(confidence) >= UNREADABLE:
            yield Word(
                text=text.strip(),
                x0=float(left),
                x1=float(left + width),
                y=top + height / 2,
                size=float(height),
                page=page,
                confidence=float(confidence),
            )


def _slope(image: "Image", tools: _Tools) -> float:
    """Return by how many degrees the rows of a picture fall to the left.

    Rows of letters give the sharpest steps between dark and light heights when the picture
    is turned straight.
    """
    small = image.copy()
    small.thumbnail((900, 900))
    grey = np.asarray(small, dtype=np.float32)
    dark = tools.images.fromarray(((grey < grey.mean() - grey.std()) * 255).astype(np.uint8))

    def sharpness(angle: float) -> float:
        turned = np.asarray(dark.rotate(-angle), dtype=np.float32).sum(axis=1)
        return float(np.square(np.diff(turned)).sum())

    steps = round(STEEPEST / STEP)
    return max((step * STEP for step in range(-steps, steps + 1)), key=sharpness)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Pillow's remarks on odd photos off the screen."""
    import warnings

    logger = logging.getLogger("PIL")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
