"""Passwords: hashed with Argon2id, and refused where others would guess them soon."""

import base64
import re
import secrets
import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ahorraluz.core.accents import without_accents
from ahorraluz.core.issues import InvalidInputError

LEAST_LENGTH = 10
MOST_LENGTH = 128
LEAST_UNFORESEEN = 5
"""Characters that do not follow from the one before, and different ones: fewer are a pattern."""
MOST_AROUND_A_WORD = 6
"""``dragon2026!!`` is as easy to guess as ``dragon``; a longer tail is a secret of its own."""
LEAST_PART_OF_NAME = 4
"""Shorter parts of a name, such as "ana", are inside many words."""
LEAST_WORD = 4
_MOST_RAW = 4 * MOST_LENGTH
"""Compatibility forms of one character take up to four; more is not even brought into form."""

_OWN_WORDS = ("ahorraluz",)
_PLAIN_WORDS = ("clave", "contrasena", "micontrasena", "miclave", "secreto")
"""What Spanish speakers write where others write "password"; the lists are of the whole world."""
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_FOLLOWERS = frozenset(pair for row in _ROWS for way in (row, row[::-1]) for pair in pairwise(way))
_AS_LETTERS = str.maketrans("@4301$57", "aaeoisst")
"""Signs that people write for letters."""

_HASHER = PasswordHasher()
"""Argon2id with the low-memory choice of RFC 9106: 64 MiB, three passes, four lanes."""
_AT_ONCE = BoundedSemaphore(2)
"""Hashes of a process at the same time: others wait, so that a crowd cannot take the memory."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its parameters and a salt of its own.

    Raises
    ------
    InvalidInputError
        ``password-too-long``: far longer than any that :func:`check_password` accepts.
    """
    if len(password) > _MOST_RAW:
        raise _too_long(len(password))
    with _AT_ONCE:
        return _HASHER.hash(_bytes_of(password))


def verify_password(hash: str | None, password: str) -> bool:  # noqa: A002
    """Tell whether a password is the one of a hash.

    Without a hash the answer is ``False`` after the same work, so that the time of an answer
    does not tell who has an account.

    Parameters
    ----------
    hash
        What :func:`hash_password` returned; ``None`` where there is no account.
    password
        What was typed. However long it is, the work is the same.
    """
    known = hash if hash is not None and len(password) <= _MOST_RAW else _decoy()
    try:
        with _AT_ONCE:
            return _HASHER.verify(known, _bytes_of(password[:_MOST_RAW]))
    except (Argon2Error, ValueError):
        # A wrong password, or a kept hash that is none.
        return False


def needs_rehash(hash: str) -> bool:  # noqa: A002
    """Tell whether a hash was made with other parameters than those of today.

    The password is known only at a sign-in: that is when it can be hashed again.
    """
    try:
        return _HASHER.check_needs_rehash(hash)
    except InvalidHashError:
        return True


def check_password(password: str, *, name: str) -> None:
    """Refuse a password that is too short, too long, or soon guessed.

    Parameters
    ----------
    password
        What was typed; compared in its compatibility form (NFKC), as it is hashed.
    name
        Name of the account: its e-mail address or telephone number.

    Raises
    ------
    InvalidInputError
        ``password-too-short``: fewer than 10 characters; ``password-too-long``: more than 128;
        ``password-too-common``: many people use it, it is a pattern, or it holds the name of
        the account or of the product. The password itself is in no issue.
    """
    if len(password) > _MOST_RAW:
        raise _too_long(len(password))
    typed = unicodedata.normalize("NFKC", password)
    if len(typed) > MOST_LENGTH:
        raise _too_long(len(typed))
    if len(typed) < LEAST_LENGTH:
        raise InvalidInputError(
            "password-too-short", field="password", length=len(typed), least=LEAST_LENGTH
        )
    folded = _folded(typed)
    if _is_pattern(folded) or _is_common(folded) or _holds_name(folded, name):
        raise InvalidInputError("password-too-common", field="password")


def _too_long(length: int) -> InvalidInputError:
    return InvalidInputError("password-too-long", field="password", length=length, most=MOST_LENGTH)


def _bytes_of(password: str) -> bytes:
    # Half a surrogate pair can come in as JSON; it is as good a character as any.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _decoy() -> str:
    """Return a hash of nothing, for the work of a check: made up, so that it costs none."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(size)).decode("ascii").rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${tag}"


def _folded(text: str) -> str:
    return without_accents(text).casefold()


def _is_pattern(folded: str) -> bool:
    unforeseen = 1 + sum(
        first != second and (first, second) not in _FOLLOWERS for first, second in pairwise(folded)
    )
    # A text that is found in itself, moved by less than its length, is a part said again.
    repeats = any(folded[size:] == folded[:-size] for size in range(1, len(folded) // 2 + 1))
    return repeats or min(unforeseen, len(set(folded))) < LEAST_UNFORESEEN


def _is_common(folded: str) -> bool:
    common = _common_passwords()
    letters = "".join(re.findall(r"[^\W_]+", folded))
    if {folded, letters, folded.translate(_AS_LETTERS)} & common:
        return True
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded)
    if len(word) < LEAST_WORD or len(folded) - len(word) > MOST_AROUND_A_WORD:
        return False
    return bool({word, word.translate(_AS_LETTERS)} & common)


def _holds_name(folded: str, name: str) -> bool:
    own = _folded(unicodedata.normalize("NFKC", name[:_MOST_RAW]))
    user, _, _ = own.partition("@")
    digits = re.sub(r"\D", "", own)
    # A number is written with and without the code of its country.
    parts = {own, *re.findall(r"[^\W_]+", user), digits, digits[-9:], *_OWN_WORDS}
    plain = re.sub(r"[\W_]+", "", folded)
    return any(part in folded or part in plain for part in parts if len(part) >= LEAST_PART_OF_NAME)


@cache
def _common_passwords() -> frozenset[str]:
    text = (files("ahorraluz") / "data" / "common_passwords.txt").read_text("utf-8")
    listed = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset((*listed, *_PLAIN_WORDS))
