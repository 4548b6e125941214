"""Words with their place on the page, and the rows they stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ahorraluz.core.accents import without_accents

SAME_ROW = 0.45
"""Words whose baselines differ by less than this share of their height stand in one row."""
SAME_WORD = 0.13
"""Pieces with a gap below this share of their height are one word; a space is twice that."""
OVERLAP = -0.4
"""Pieces may overlap this far, since widths are estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as printed."""

    text: str
    x0: float
    """Left end. [pt]"""
    x1: float
    """Right end; estimated where the file does not say it. [pt]"""
    y: float
    """Baseline, from the top of the page. [pt]"""
    size: float
    """Height of the letters. [pt]"""
    page: int
    """Page, from 1."""
    confidence: float | None = None
    """What the OCR thinks of it, 0 to 100; ``None``: the file's own text, exact."""


@dataclass(frozen=True)
class Row:
    """Words of one height on a page, from left to right."""

    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        """Page, from 1."""
        return self.words[0].page

    @property
    def y(self) -> float:
        """Baseline, from the top. [pt]"""
        return self.words[0].y

    @cached_property
    def squeezed(self) -> str:
        """The row without spaces, capitals and accents: how a label is set never matters."""
        return "".join(plain(word.text) for word in self.words)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in :attr:`squeezed`."""
        at, starts = 0, []
        for word in self.words:
            starts.append(at)
            at += len(plain(word.text))
        return tuple(starts)


def plain(text: str) -> str:
    """Return text without capitals, accents, ligatures and spaces.

    Examples
    --------
    >>> plain("Electrificación Rural N°"), plain("Cargo ﬁjo")
    ('electrificacionruraln°', 'cargofijo')
    """
    # Compatibility forms take ligatures apart; the sign of a number would become an o.
    kept = text.replace("º", "°")
    return "".join(without_accents(kept).casefold().split())


def rows_of(words: Iterable[Word]) -> tuple[Row, ...]:
    """Return the rows of all pages, from top to bottom, pieces of a word put together."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.page, w.y, w.x0)):
        row = next((row for row in reversed(rows[-3:]) if _beside(row[0], word)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return tuple(Row(_joined(sorted(row, key=lambda w: w.x0))) for row in rows)


def _beside(first: Word, word: Word) -> bool:
    near = abs(first.y - word.y) <= SAME_ROW * min(first.size, word.size)
    return first.page == word.page and near


def _joined(words: Sequence[Word]) -> tuple[Word, ...]:
    """Return words in order, those that were set in pieces made whole."""
    joined: list[Word] = []
    for word in words:
        last = joined[-1] if joined else None
        if last is not None and _touching(last, word):
            joined[-1] = Word(
                text=last.text + word.text,
                x0=last.x0,
                x1=word.x1,
                y=last.y,
                size=last.size,
                page=last.page,
            )
        else:
            joined.append(word)
    return tuple(joined)


def _touching(last: Word, word: Word) -> bool:
    # OCR has its own idea of words, and its boxes are exact.
    if last.confidence is not None or word.confidence is not None:
        return False
    gap = (word.x0 - last.x1) / max(last.size, 1.0)
    return OVERLAP < gap < SAME_WORD
