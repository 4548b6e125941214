"""Who bills and under which option: distributor, tariff, kind of customer, kind of reading."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from ahorraluz.ingest.recibo.found import Candidate, Field, Why, distinct, sure, unsure
from ahorraluz.ingest.recibo.labels import Label
from ahorraluz.ingest.recibo.places import Sheet, least_confidence
from ahorraluz.ingest.recibo.words import Row, Word, plain

SHORTEST_NAME = 4
"""Shorter names of distributors are codes that other words may hold."""
CLEAR = 88.0
"""Scanned words that nothing else confirms are taken from this confidence on. [0 to 100]"""

_OPTION = re.compile(r"bt-?([2-8])([a-i]?)")
_CUSTOMER = re.compile(r"no-?residencial|residencial")
_ESTIMATED = re.compile(
    r"lecturaestimada|consumoestimado|promediadoporfaltadelectura|lecturapromedio"
)
_MEASURED = re.compile(r"lecturareal|lecturanormal|tipodelectura:?(?:real|normal)")


def read_distributor(sheet: Sheet, *, names: Mapping[str, str]) -> Field:
    """Return who issued the recibo.

    Parameters
    ----------
    sheet
        The recibo.
    names
        The name to write for every name and alias that may be printed.
    """
    known = {plain(alias): name for alias, name in names.items() if len(alias) >= SHORTEST_NAME}
    # Longest first: Electro Sur Este is no Electro Sur.
    by_length = sorted(known, key=len, reverse=True)
    found: list[Candidate] = []
    for row in sheet.rows:
        text = row.squeezed
        for alias in by_length:
            for at in re.finditer(re.escape(alias), text):
                if _is_whole(row, at.start(), at.end()):
                    found.append(_candidate(sheet, row, known[alias], alias))
                    text = text[: at.start()] + " " * len(alias) + text[at.end() :]
    listed = distinct(found)
    if len(listed) == 1:
        clear = sheet.exact or _clear(found)
        if clear:
            return sure("distributor", listed[0], Why.PRINTED)
        return unsure("distributor", listed, Why.UNCHECKED)
    return unsure("distributor", listed, Why.SEVERAL)


def _clear(found: list[Candidate]) -> bool:
    return len(found) > 1 or (found[0].confidence or 0) >= CLEAR


def _is_whole(row: Row, start: int, end: int) -> bool:
    """Tell whether a name begins and ends with words, or stands in an address of the web."""
    ends = {*row.starts, len(row.squeezed)}
    begins = start in row.starts or not row.squeezed[start - 1].isalnum()
    return begins and (end in ends or not row.squeezed[end].isalnum())


def read_option(sheet: Sheet) -> Field:
    """Return the tariff option."""
    read = [*_options(sheet)]
    found = distinct(read)
    if len(found) == 1:
        if sheet.exact or _clear(read):
            return sure("tariff_option", found[0], Why.PRINTED)
        return unsure("tariff_option", found, Why.UNCHECKED)
    return unsure("tariff_option", found, Why.SEVERAL)


def _options(sheet: Sheet) -> Iterator[Candidate]:
    for labelled in sheet.of(Label.TARIFF):
        for words in sheet.words_beside(labelled):
            found = [*_options_in(words)]
            for option in found[:1]:
                yield _candidate(sheet, labelled.row, option, option, label=labelled.text)
            if found:
                break
    if not sheet.has(Label.TARIFF):
        for row in sheet.rows:
            for option in _options_in(row.words):
                yield _candidate(sheet, row, option, option)


def _options_in(words: Sequence[Word]) -> Iterator[str]:
    """Yield the options among some words, one that was set in two words too."""
    texts = [plain(word.text).strip(".:,;()-") for word in words]
    for text in (*texts, *(a + b for a, b in pairwise(texts) if a == "bt")):
        option = _OPTION.fullmatch(text)
        if option:
            yield f"BT{option[1]}{option[2].upper()}"


def read_customer(sheet: Sheet) -> Field | None:
    """Return whether the supply is residential, where the recibo says it beside the tariff."""
    found = []
    for labelled in sheet.of(Label.TARIFF):
        said = _CUSTOMER.search(sheet.text_right(labelled))
        if said:
            value = "no residencial" if said[0].startswith("no") else "residencial"
            found.append(_candidate(sheet, labelled.row, value, said[0], label=labelled.text))
    listed = distinct(found)
    if not listed:
        return None
    if len(listed) == 1 and (sheet.exact or (listed[0].confidence or 0) >= CLEAR):
        return sure("segment", listed[0], Why.PRINTED)
    return unsure("segment", listed, Why.SEVERAL if len(listed) > 1 else Why.UNCHECKED)


def read_kind(sheet: Sheet) -> Field | None:
    """Return the kind of reading, where the recibo says that it is estimated or real."""
    found = []
    for row in sheet.rows:
        for pattern, value in ((_ESTIMATED, "estimada"), (_MEASURED, "real")):
            said = pattern.search(row.squeezed)
            if said:
                found.append(_candidate(sheet, row, value, said[0]))
    listed = distinct(found)
    if not listed:
        return None
    if len(listed) == 1:
        return sure("reading_type", listed[0], Why.PRINTED)
    return unsure("reading_type", listed, Why.SEVERAL)


def _candidate(sheet: Sheet, row: Row, value: str, shown: str, *, label: str = "") -> Candidate:
    words = [word for word in row.words if plain(word.text) in plain(shown) or shown in word.text]
    return Candidate(
        value=value,
        page=row.page,
        label=label,
        text=shown,
        confidence=None if sheet.exact else least_confidence(words or row.words),
    )
