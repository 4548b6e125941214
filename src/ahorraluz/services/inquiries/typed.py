"""What people type into a field, made a value: numbers and days as they write them."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.services.typed_numbers import read_number

MAX_SHOWN = 40
"""Longest part of a wrong value that a message repeats."""
MAX_DIGITS = 12
"""More digits than any amount of a recibo has."""

_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_LOCAL_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


class TypedValueError(AhorraLuzError):
    """Something typed into a field that cannot be what the field asks for."""


def parse_number(text: str) -> Decimal:
    """Return the number that a person typed, as :func:`.typed_numbers.read_number` does.

    Raises
    ------
    TypedValueError
        ``typed-not-a-number`` or ``typed-ambiguous``.

    Examples
    --------
    >>> [str(parse_number(text)) for text in ("180,5", "S/ 1,234.50", "1.234,50", "0,640 ")]
    ['180.5', '1234.50', '1234.50', '0.640']
    """
    shown = text[:MAX_SHOWN]
    if sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise TypedValueError("typed-not-a-number", value=shown)
    try:
        return read_number(text, field="")
    except InvalidInputError as error:
        if error.issue.code != "number-ambiguous":
            raise TypedValueError("typed-not-a-number", value=shown) from None
        told = error.issue.parameters
        raise TypedValueError(
            "typed-ambiguous", value=shown, decimal=told["decimal"], whole=told["whole"]
        ) from None


def parse_numbers(text: str) -> tuple[Decimal, ...]:
    """Return the numbers of a list parted by spaces or semicolons; raises like one number.

    Examples
    --------
    >>> [str(number) for number in parse_numbers("180 175,5; 190")]
    ['180', '175.5', '190']
    """
    return tuple(parse_number(word) for word in re.split(r"[;\s]+", text) if word)


def parse_day(text: str) -> date:
    """Return a day typed as ``2026-08-04`` or, day first, as ``4/8/2026``.

    Raises
    ------
    TypedValueError
        ``typed-not-a-day``.
    """
    if found := _ISO_DAY.fullmatch(text.strip()):
        year, month, day = found.groups()
    elif found := _LOCAL_DAY.fullmatch(text.strip()):
        day, month, year = found.groups()
    else:
        raise TypedValueError("typed-not-a-day", value=text[:MAX_SHOWN])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise TypedValueError("typed-not-a-day", value=text[:MAX_SHOWN]) from None


def check_range(
    value: Decimal, *, low: Decimal | None, high: Decimal | None, places: int
) -> Decimal:
    """Return ``value`` where it lies in its range and has no more decimals than can be.

    Raises
    ------
    TypedValueError
        ``typed-too-small``, ``typed-too-large``, ``typed-not-whole`` or
        ``typed-too-many-decimals``.
    """
    if low is not None and value < low:
        raise TypedValueError("typed-too-small", value=value, limit=low)
    if high is not None and value > high:
        raise TypedValueError("typed-too-large", value=value, limit=high)
    if _decimals(value) > places:
        if places == 0:
            raise TypedValueError("typed-not-whole", value=value)
        raise TypedValueError("typed-too-many-decimals", value=value, limit=str(places))
    return value


def check_choice(text: str, choices: Sequence[str]) -> str:
    """Return ``text`` where it is one of ``choices``; raises ``typed-not-a-choice``."""
    if text not in choices:
        raise TypedValueError("typed-not-a-choice", value=text[:MAX_SHOWN])
    return text


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
