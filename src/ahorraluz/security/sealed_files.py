"""Files sealed under a passphrase: what leaves the machine tells nobody anything on its way.

A sealed file is ``magic | salt (16) | chunks``. The key comes from passphrase and salt by scrypt;
each chunk is AES-256-GCM of a MiB under a nonce that counts, whose last byte says whether it is
the last one. So no chunk can be changed, moved, doubled or left out, and no end cut off.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ahorraluz.core.issues import AhorraLuzError

MAGIC = b"ahorraluz-sealed-1\n"
SALT_BYTES = 16
TAG_BYTES = 16
CHUNK_BYTES = 1 << 20
COUNTER_BYTES = 11
COST = 1 << 15
"""Of scrypt, with blocks of 8: 32 MiB and a tenth of a second for each guess."""
LEAST_LETTERS = 16
"""Of a passphrase: whoever holds a copy may guess as long as they like."""


class SealedFileError(AhorraLuzError):
    """A file that does not open under a passphrase, or a passphrase that is none."""


def read_passphrase(path: Path) -> bytes:
    """Return the passphrase that a file holds, without the end of its line.

    Raises
    ------
    SealedFileError
        ``passphrase-not-read``; ``passphrase-short``.
    """
    try:
        found = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SealedFileError("passphrase-not-read", file=str(path), reason=reason) from None
    if len(found) < LEAST_LETTERS:
        raise SealedFileError("passphrase-short", file=str(path), least=LEAST_LETTERS)
    return found


def is_sealed(path: Path) -> bool:
    """Tell whether a file is a sealed one."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def seal_file(plain: Path, sealed: Path, *, passphrase: bytes) -> None:
    """Write a file sealed under a passphrase."""
    header = MAGIC + os.urandom(SALT_BYTES)
    cipher = _cipher(passphrase, header)
    with plain.open("rb") as source, sealed.open("wb") as into:
        into.write(header)
        for nonce, chunk in _chunks(source, CHUNK_BYTES):
            into.write(cipher.encrypt(nonce, chunk, header))


def open_file(sealed: Path, plain: Path, *, passphrase: bytes) -> None:
    """Write what a sealed file holds.

    Raises
    ------
    SealedFileError
        ``sealed-file-shut``: another passphrase, or the file is not as it was written.
    """
    with sealed.open("rb") as source, plain.open("wb") as into:
        header = source.read(len(MAGIC) + SALT_BYTES)
        if len(header) < len(MAGIC) + SALT_BYTES or not header.startswith(MAGIC):
            raise SealedFileError("sealed-file-shut", file=str(sealed))
        cipher = _cipher(passphrase, header)
        for nonce, chunk in _chunks(source, CHUNK_BYTES + TAG_BYTES):
            try:
                into.write(cipher.decrypt(nonce, chunk, header))
            except InvalidTag:
                raise SealedFileError("sealed-file-shut", file=str(sealed)) from None


def _cipher(passphrase: bytes, header: bytes) -> AESGCM:
    salt = header[len(MAGIC) :]
    return AESGCM(Scrypt(salt=salt, length=32, n=COST, r=8, p=1).derive(passphrase))


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a file with their nonces; an empty file has one, which is empty."""
    number, chunk = 0, source.read(size)
    while True:
        following = source.read(size)
        last = b"\x00" if following else b"\x01"
        yield number.to_bytes(COUNTER_BYTES, "big") + last, chunk
        if not following:
            return
        number, chunk = number + 1, following
