"""The values that stand beside a label: to its right in the row, or under it as in a table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ahorraluz.ingest.recibo.amounts import Number, numbers_of
from ahorraluz.ingest.recibo.labels import Label, Labelled, labels_in, word_at
from ahorraluz.ingest.recibo.words import Row, Word, plain

ROWS_BELOW = 3
"""A value under its heading stands at most so many rows lower."""
HEIGHTS_BELOW = 4.5
"""And at most so many letter heights lower."""
WORDS_BETWEEN = 6
"""Words that may stand between a label and its first number."""

LOOK_HEIGHT = 1_000_000.0
"""Each look at a picture is laid so far below the one before: none is beside another."""

_NEUTRAL = re.compile(r"[x×*=:.,\-_/()|]+|s/\.?|kwh|kw\.h|soles|pen|dias?|al?|del?|[%°]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A number where it stands."""

    number: Number
    word: Word

    @property
    def place(self) -> tuple[int, float, float]:
        """Page, height and left end: two meanings of one word stand in one place."""
        return self.word.page, self.word.y, self.word.x0

    @property
    def look(self) -> int:
        """Which look at a picture it comes from: the same print in two looks is one print."""
        return int(self.word.y // LOOK_HEIGHT)


@dataclass(frozen=True)
class Sheet:
    """All rows of a recibo with their labels."""

    rows: tuple[Row, ...]

    @cached_property
    def labelled(self) -> tuple[tuple[Labelled, ...], ...]:
        """Labels of each row."""
        return tuple(labels_in(row) for row in self.rows)

    @cached_property
    def exact(self) -> bool:
        """Whether this is the file's own text: letters are certain, only places are not."""
        return all(word.confidence is None for row in self.rows for word in row.words)

    def of(self, *labels: Label) -> Iterator[Labelled]:
        """Yield every place of these labels, from top to bottom."""
        for row in self.labelled:
            yield from (found for found in row if found.label in labels)

    def has(self, label: Label) -> bool:
        """Tell whether a label stands anywhere."""
        return next(self.of(label), None) is not None

    def words_right(self, labelled: Labelled) -> tuple[Word, ...]:
        """Return the words between a label and the next one in its row."""
        row = labelled.row
        after = [
            other.start
            for other in self.labelled[self.rows.index(row)]
            if other.start >= labelled.end and other.label is not Label.NEUTRAL
        ]
        end = min(after, default=len(row.squeezed))
        return tuple(_cut(row, labelled.end, end))

    def text_right(self, labelled: Labelled) -> str:
        """Return those words without spaces, capitals and accents."""
        return "".join(plain(word.text) for word in self.words_right(labelled))

    def numbers_right(self, labelled: Labelled) -> tuple[Printed, ...]:
        """Return the numbers right of a label, up to the first word that is none.

        A word whose comma has two meanings gives both.
        """
        found: list[Printed] = []
        words = 0
        for word in self.words_right(labelled):
            numbers = numbers_of(word.text)
            if numbers:
                found += [Printed(number=number, word=word) for number in numbers]
            elif not _NEUTRAL.fullmatch(plain(word.text)) and not _is_day(word.text):
                words += 1
                if found or words > WORDS_BETWEEN:
                    break
        return tuple(found)

    def numbers_below(self, labelled: Labelled) -> tuple[Printed, ...]:
        """Return the number that stands under a label used as the heading of a column."""
        for words in self._under(labelled):
            found = [Printed(number=n, word=w) for w in words for n in numbers_of(w.text)]
            if found:
                return tuple(found)
        return ()

    def numbers_beside(self, labelled: Labelled) -> tuple[Printed, ...]:
        """Return the numbers right of a label, else the one under it."""
        return self.numbers_right(labelled) or self.numbers_below(labelled)

    def texts_beside(self, labelled: Labelled) -> Iterator[str]:
        """Yield the text right of a label, then what stands under it, without spaces."""
        for words in self.words_beside(labelled):
            yield "".join(plain(word.text) for word in words)

    def words_beside(self, labelled: Labelled) -> Iterator[tuple[Word, ...]]:
        """Yield the words right of a label, then those of each row under it."""
        yield self.words_right(labelled)
        yield from self._under(labelled)

    def _under(self, labelled: Labelled) -> Iterator[tuple[Word, ...]]:
        """Yield the words of each row below that stand under a label."""
        index = self.rows.index(labelled.row)
        size = max(word.size for word in labelled.row.words)
        for row in self.rows[index + 1 : index + 1 + ROWS_BELOW]:
            if row.page != labelled.row.page or row.y - labelled.row.y > HEIGHTS_BELOW * size:
                return
            yield tuple(
                w for w in row.words if w.x0 < labelled.x1 + size and labelled.x0 - size < w.x1
            )


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\(?\d{1,4}[/.-]\w{2,3}[/.-]\d{2,4}\)?:?", text) is not None


def _cut(row: Row, start: int, end: int) -> Iterator[Word]:
    """Yield the words between two places of a row; the first may begin inside a word."""
    if start >= end:
        return
    for index in range(word_at(row, start), len(row.words)):
        word, begins = row.words[index], row.starts[index]
        if begins >= end:
            return
        if begins >= start:
            yield word
        elif rest := plain(word.text)[start - begins :].lstrip(":.= "):
            width = (word.x1 - word.x0) * len(rest) / max(1, len(plain(word.text)))
            yield Word(
                text=rest,
                x0=word.x1 - width,
                x1=word.x1,
                y=word.y,
                size=word.size,
                page=word.page,
                confidence=word.confidence,
            )


def laid_below(words: Sequence[Word], *, look: int) -> tuple[Word, ...]:
    """Return the words of one look at a picture, below those of the looks before."""
    return tuple(replace(word, y=word.y + look * LOOK_HEIGHT) for word in words)


def least_confidence(words: Sequence[Word]) -> float | None:
    """Return the least that the OCR thinks of some words."""
    known = [word.confidence for word in words if word.confidence is not None]
    return min(known, default=None)
