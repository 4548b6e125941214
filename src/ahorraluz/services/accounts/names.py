"""By what people are known here: an e-mail address, or a number of a mobile phone."""

import re
import unicodedata

from ahorraluz.core.issues import InvalidInputError

LONGEST_NAME = 254
"""Longest e-mail address there is (RFC 5321). [characters]"""
PERU_CODE = "+51"
_PERU_MOBILE = re.compile(r"9\d{8}")
_ABROAD = re.compile(r"\+[1-9]\d{7,14}")
"""E.164."""
_SPACING = re.compile(r"[\s().-]")


def read_name(text: str) -> str:
    """Return the one form of an e-mail address or a telephone number.

    Raises
    ------
    InvalidInputError
        ``account-name-missing``, ``account-name-invalid``: neither of the two.

    Examples
    --------
    >>> read_name(" Rosa.Quispe@Example.PE ")
    'rosa.quispe@example.pe'
    >>> read_name("987 654 321")
    '+51987654321'
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        raise InvalidInputError("account-name-missing", field="name")
    if len(typed) <= LONGEST_NAME:
        name = _address(typed) if "@" in typed else _number(typed)
        if name is not None:
            return name
    raise InvalidInputError("account-name-invalid", field="name", value=typed[:60])


def _address(typed: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.normalized.casefold()


def _number(typed: str) -> str | None:
    digits = _SPACING.sub("", typed)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if _PERU_MOBILE.fullmatch(digits):
        return PERU_CODE + digits
    if digits.startswith("51") and _PERU_MOBILE.fullmatch(digits[2:]):
        return f"+{digits}"
    return digits if _ABROAD.fullmatch(digits) else None
