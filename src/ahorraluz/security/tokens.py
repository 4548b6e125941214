"""Tokens that open something by themselves: made from chance, kept as a hash only."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
"""256 bits: nobody finds one by trying, so that a fast hash is enough to keep it."""


def new_token(prefix: str) -> str:
    """Return a new random token.

    Parameters
    ----------
    prefix
        What it is for, so that people and scanners of leaked secrets tell tokens apart.

    Returns
    -------
    str
        ``prefix_`` and 43 letters, digits, ``-`` or ``_``. It is shown once and never kept.
    """
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def hash_token(token: str) -> str:
    """Return what is kept of a token: its SHA-256, as 64 hexadecimal digits.

    Examples
    --------
    >>> hash_token("example")[:8]
    '50d858e0'
    """
    return hashlib.sha256(_bytes_of(token)).hexdigest()


def same(a: str, b: str) -> bool:
    """Tell whether two secrets are the same, in a time that does not say how far they agree.

    Examples
    --------
    >>> same("ñandú", "ñandú"), same("ñandú", "nandu")
    (True, False)
    """
    return hmac.compare_digest(_bytes_of(a), _bytes_of(b))


def _bytes_of(text: str) -> bytes:
    # Half a surrogate pair can come in as JSON: it is a wrong token, not an accident.
    return text.encode("utf-8", "surrogatepass")
