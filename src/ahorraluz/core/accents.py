"""Text without accents, for comparing what people and files write."""

import unicodedata


def without_accents(text: str) -> str:
    """Return text with its accents left out and its ligatures taken apart; capitals stay.

    Examples
    --------
    >>> without_accents("Cañete – Lunahuaná"), without_accents("Cargo ﬁjo")
    ('Canete – Lunahuana', 'Cargo fijo')
    """
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
