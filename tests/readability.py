"""How easy a Spanish text is: the perspicuity of Szigriszt-Pazos, read on the INFLESZ scale.

``P = 206.835 - 62.3 * syllables / words - words / sentences`` (Szigriszt Pazos, 1993: a revision
of Fernández Huerta, 1959, which was Flesch's for Spanish). The scale is that of Barrio-Cantalejo
and others (2008), "Validación de la Escala INFLESZ": 40 to 55 somewhat hard, 55 to 65 normal,
65 to 80 quite easy (primary school), above 80 very easy.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LEAST_WORDS = 10
"""Of shorter texts, labels and buttons, the formula says nothing."""
NOT_READ = ("cli.", "texts.")
_COMMAND = re.compile(r"ahorraluz [a-z]+|(?<![\w-])--[a-z]")
"""Sentences that name a command are for who has a terminal."""
_WORD = re.compile(r"[^\W\d_]+")
_PLACE = re.compile(r"\{[^}]*\}")
_END = re.compile(r"[.!?:;…]+(?=\s|$)|\n+")
_STRONG, _WEAK = "aeoáéíóú", "iuü"
_VOWELS = _STRONG + _WEAK


def syllables(word: str) -> int:
    """Return how many syllables a Spanish word has.

    Examples
    --------
    >>> [syllables(w) for w in ("luz", "recibo", "energía", "ahorro", "aéreo", "quien", "día")]
    [1, 3, 4, 3, 4, 1, 2]
    """
    letters = unicodedata.normalize("NFC", word.casefold())
    # A silent u makes no syllable; a y at the end sounds like i.
    letters = re.sub(r"(?<=[gq])u(?=[eéií])", "", letters)
    letters = re.sub(r"y$", "i", letters)
    count, before = 0, ""
    for letter in letters:
        if letter in _VOWELS:
            hiatus = letter in _STRONG and before in _STRONG
            count += not before or hiatus
            before = letter
        elif letter != "h":
            before = ""
    return max(count, 1)


def perspicuity(text: str) -> float:
    """Return how easy a text is; the higher, the easier."""
    words, spoken, sentences = _counted(text)
    return 206.835 - 62.3 * spoken / words - words / sentences


def huerta(text: str) -> float:
    """Return how easy a text is by Fernández Huerta (1959), as corrected by Law (2011)."""
    words, spoken, sentences = _counted(text)
    return 206.84 - 60 * spoken / words - 1.02 * words / sentences


def longer_texts(domain: str) -> Mapping[str, str]:
    """Return the texts of a domain that households read and the formulas can measure."""
    return {key: text for key, text in _texts(domain).items() if _counted(text)[0] >= LEAST_WORDS}


def _counted(text: str) -> tuple[int, int, int]:
    """Return words, syllables and sentences."""
    plain = _PLACE.sub("", text)
    words = _WORD.findall(plain)
    sentences = sum(_WORD.search(part) is not None for part in _END.split(plain))
    return len(words), sum(map(syllables, words)), max(sentences, 1)


@cache
def _texts(domain: str) -> Mapping[str, str]:
    with (files("ahorraluz") / "locales" / "es_PE" / f"{domain}.po").open("rb") as file:
        catalogue = read_po(file, locale="es_PE")
    found = {str(message.id): str(message.string) for message in catalogue if message.id}
    return {
        key: text
        for key, text in found.items()
        if not key.startswith(NOT_READ) and not _COMMAND.search(text)
    }
