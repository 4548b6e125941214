"""Second factors by time (TOTP, RFC 6238), and the codes for the day the telephone is lost."""

import re
import secrets
import unicodedata
from datetime import datetime

import pyotp
import segno

from ahorraluz.security.tokens import hash_token, same

ISSUER = "AhorraLuz"
WINDOW = 1
"""Steps before and after now whose code is taken, for clocks that are off by half a minute."""
MOST_NAME = 100
"""Characters of a name in a QR code; more make one that no telephone reads."""

RECOVERY_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""The 32 of Crockford: none looks like another."""
RECOVERY_LENGTH = 25
"""Of five bits each: 125 bits; from 112 on a fast hash is enough to keep a code (ASVS 6.5.2)."""
_RECOVERY_GROUP = 5
_LOOK_ALIKE = str.maketrans("oil", "011")
_MOST_TYPED = 100
"""No code is longer, with whatever spaces somebody types into it."""


def new_secret() -> str:
    """Return a new secret of 160 bits for an authenticator, in base 32."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, name: str) -> str:
    """Return the address that an authenticator app reads a secret from.

    Parameters
    ----------
    secret
        From :func:`new_secret`.
    name
        Name of the account, which the app shows; its first 100 characters are used.
    """
    shown = name[:MOST_NAME].encode("utf-8", "replace").decode("utf-8")
    return pyotp.TOTP(secret).provisioning_uri(name=shown, issuer_name=ISSUER)


def qr_svg(uri: str) -> str:
    """Return the QR code of an address as an SVG element for a page.

    It has no style, script, size or text, so that it stands under the strictest content
    security policy; its size is that of the box it is put in.
    """
    code = segno.make_qr(uri, error="m")
    return str(code.svg_inline(omitsize=True, light="#fff", svgclass=None, lineclass=None))


def matching_step(secret: str, code: str, *, at: datetime, after_step: int | None) -> int | None:
    """Return the step of 30 seconds that a code belongs to, or ``None`` if it lets nobody in.

    Parameters
    ----------
    secret
        From :func:`new_secret`.
    code
        What was typed: six digits, with any spaces.
    at
        Now, with its time zone.
    after_step
        The step last returned for this secret, which is to be kept: a code is good once,
        so that whoever looked over a shoulder cannot use it again. ``None``: none yet.

    Returns
    -------
    int or None
        Number of the step since 1970, greater than ``after_step``.

    Raises
    ------
    ValueError
        ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone is not a moment")
    typed = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code[:_MOST_TYPED]))
    totp = pyotp.TOTP(secret)
    now = totp.timecode(at)
    # All of them are compared, so that the time of an answer says nothing.
    matching = [
        step
        for step in range(max(0, now - WINDOW), now + WINDOW + 1)
        if same(totp.generate_otp(step), typed)
    ]
    return next((step for step in matching if after_step is None or step > after_step), None)


def new_recovery_codes(n: int = 10) -> tuple[str, ...]:
    """Return codes that each let somebody in once without the second factor.

    They are shown once; only their hashes are kept (:func:`hash_recovery_code`).

    Returns
    -------
    tuple of str
        ``n`` codes such as ``7k2mq-x0v4b-9zr3t-hw8ne-c5dpj``.
    """
    return tuple(_new_recovery_code() for _ in range(n))


def hash_recovery_code(code: str) -> str:
    """Return what is kept of a recovery code, and what a typed one is looked up by.

    Capitals, spaces and dashes do not matter, nor the letters o, i and l for 0 and 1.

    Examples
    --------
    >>> hash_recovery_code("7k2mq-x0v4b-9zr3t-hw8ne") == hash_recovery_code("7K2MQ XOV4B9ZR3THW8NE")
    True
    """
    typed = unicodedata.normalize("NFKC", code[:_MOST_TYPED]).casefold()
    return hash_token(re.sub(r"[\s\W_]", "", typed).translate(_LOOK_ALIKE))


def _new_recovery_code() -> str:
    letters = "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
    return "-".join(re.findall("." * _RECOVERY_GROUP, letters))
