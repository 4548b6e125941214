"""Numbers as people type them, for every door alike."""

import re
from decimal import Decimal

from ahorraluz.core.issues import InvalidInputError

MAX_SHOWN = 60
MAX_CHARACTERS = 30

_ORNAMENT = re.compile(r"s/\.?|kwh|soles|[\s\u00a0\u2009\u202f]", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3}){1,}\.\d+|[+-]?[1-9]\d{0,2}(,\d{3}){2,}")
_POINT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+|[+-]?[1-9]\d{0,2}(\.\d{3}){2,}")


def read_number(text: str, *, field: str) -> Decimal:
    """Return the number a person typed, with a point or a comma for its decimals.

    Spaces, ``S/`` and ``kWh`` may stand around it. ``field`` is for the message.

    Raises
    ------
    InvalidInputError
        ``number-invalid``, or ``number-ambiguous``: a comma before three digits may
        mark decimals or part thousands.

    Examples
    --------
    >>> [str(read_number(text, field="kwh")) for text in ("1,42", "1,234.50", "1.234,50")]
    ['1.42', '1234.50', '1234.50']
    """
    bare = _ORNAMENT.sub("", text).replace("\u2212", "-")
    if len(bare) > MAX_CHARACTERS:
        raise InvalidInputError("number-invalid", field=field, value=text[:MAX_SHOWN])
    if _PLAIN.fullmatch(bare):
        return Decimal(bare)
    if _COMMA_GROUPS.fullmatch(bare):
        return Decimal(bare.replace(",", ""))
    if _POINT_GROUPS.fullmatch(bare):
        return Decimal(bare.replace(".", "").replace(",", "."))
    if _ONE_GROUP.fullmatch(bare):
        raise InvalidInputError(
            "number-ambiguous",
            field=field,
            value=text[:MAX_SHOWN],
            decimal=bare.replace(",", "."),
            whole=bare.replace(",", ""),
        )
    if _DECIMAL_COMMA.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    raise InvalidInputError("number-invalid", field=field, value=text[:MAX_SHOWN])
