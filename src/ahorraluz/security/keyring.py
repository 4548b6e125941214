"""The keys of a deployment: one file, kept apart from the database, that opens what is sealed.

A ring holds one or more keys, the newest first, and an index key. The newest key seals; the
others only open what they sealed. Each home and each account has a data key of its own, which
is kept *wrapped*, that is, sealed under the ring: whoever deletes the wrapped form has deleted
everything that was sealed under it, in every copy (docs/decisions/0009).

A sealed value is ``kind (1) | key id (8) | nonce (12) | AES-256-GCM ciphertext and tag``; its
first nine bytes and the context it belongs to are authenticated with it.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import NoReturn, SupportsIndex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.ring_file import (
    KEY_BYTES,
    KEY_ID_BYTES,
    KeyringError,
    Ring,
    RingKey,
    changing_ring,
    make_ring,
    read_ring,
    signature_of,
)

NONCE_BYTES = 12
"""96 bits, the size that GCM is made for; random, which is sound for 2³² values under a key."""
TAG_BYTES = 16
HEADER_BYTES = 1 + KEY_ID_BYTES

_UNDER_RING = b"\x01"
_DATA_KEY = b"\x02"
_UNDER_DATA_KEY = b"\x03"
_NO_KEY_ID = bytes(KEY_ID_BYTES)
"""A data key has no id: what it sealed lies beside its wrapped form."""


class SealBrokenError(AhorraLuzError):
    """A sealed value that was changed, belongs elsewhere, or whose key is gone."""


class _Secret:
    """Something that must not be shown in a log nor travel in a pickle, say of a job."""

    __slots__ = ()

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @override
    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is not copied: hand on its wrapped form")


class DataKey(_Secret):
    """The key of one home or account: seals its fields and names it in the audit trail."""

    __slots__ = ("_cipher", "_names")

    def __init__(self, secret: bytes) -> None:
        # Subkeys: a name that leaks tells nothing that helps to open a field.
        self._cipher = AESGCM(_derive(secret, "data-key:seal"))
        self._names = _derive(secret, "data-key:pseudonym")

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Return ``plain`` sealed under this key.

        Parameters
        ----------
        plain
            What nobody without the key may read.
        context
            What the value is, such as ``account:email``; it opens under the same context only,
            so that a sealed value moved to another column or row stays shut.
        """
        return _seal(self._cipher, plain, header=_UNDER_DATA_KEY + _NO_KEY_ID, context=context)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed under this key and context.

        Raises
        ------
        SealBrokenError
            ``seal-broken``: changed, sealed under another key, or of another context.
        """
        header = _header_of(sealed, kind=_UNDER_DATA_KEY)
        return _open(None if header[1:] != _NO_KEY_ID else self._cipher, sealed, context=context)

    def pseudonym(self, value: str) -> str:
        """Return the name that stands for ``value`` where the value itself must not be kept.

        The same value has the same name under one key and another name under every other key.
        Once the key is gone nobody can tell whom a name meant, not by trying every value.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        return hmac.digest(self._names, _bytes_of(value), "sha256").hex()


class Keyring(_Secret):
    """The keys of a ring; it follows its file when the keys are rotated or retired.

    A ring may be used by several threads, and its file by several processes.
    """

    __slots__ = ("_path", "_ring", "_signature")

    def __init__(self, path: Path, *, ring: Ring, signature: tuple[int, ...]) -> None:
        self._path = path
        self._ring = ring
        self._signature = signature

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Return ``plain`` sealed under the newest key; see :meth:`DataKey.seal`."""
        return self._seal(plain, kind=_UNDER_RING, context=context)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Return what was sealed under a key of this ring and this context.

        Raises
        ------
        SealBrokenError
            ``seal-broken``: changed, of another context, or sealed under a key that the ring
            does not have.
        """
        return self._unseal(sealed, kind=_UNDER_RING, context=context)

    def blind_index(self, value: str, *, context: str) -> str:
        """Return what finds ``value`` again without keeping it, such as the e-mail of an account.

        It does not change when keys are rotated. The caller brings the value into one form
        first, say lower case: another spelling is another value.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        key = _derive(self._current().index_key, f"blind-index:{context}")
        return hmac.digest(key, _bytes_of(value), "sha256").hex()

    def derive(self, context: str) -> bytes:
        """Return a key of 32 bytes for one purpose, say to sign forms.

        It does not change when keys are rotated, and tells nothing about any other key.
        """
        return _derive(self._current().index_key, f"derive:{context}")

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """Return a new random data key and its wrapped form, which is what is kept."""
        secret = secrets.token_bytes(KEY_BYTES)
        return DataKey(secret), self._wrap(secret)

    def data_key(self, wrapped: bytes) -> DataKey:
        """Return the data key of a wrapped form.

        Raises
        ------
        SealBrokenError
            ``seal-broken``: no wrapped key of this ring.
        """
        return DataKey(self._unwrap(wrapped))

    def rewrap(self, wrapped: bytes) -> bytes:
        """Return the same data key wrapped under the newest key of the ring.

        Raises
        ------
        SealBrokenError
            ``seal-broken``: no wrapped key of this ring.
        """
        return self._wrap(self._unwrap(wrapped))

    def is_newest(self, wrapped: bytes) -> bool:
        """Tell whether a data key is wrapped under the newest key of the ring.

        Raises
        ------
        SealBrokenError
            ``seal-broken``: no wrapped key.
        """
        return _header_of(wrapped, kind=_DATA_KEY)[1:] == self._current().newest.key_id

    def _current(self) -> Ring:
        # Another process may have rotated the ring: sealing under a key that is about to be
        # retired would lose what is sealed, and a stat costs a microsecond.
        signature = signature_of(self._path)
        if signature != self._signature:
            self._ring, self._signature = read_ring(self._path)
        return self._ring

    def _seal(self, plain: bytes, *, kind: bytes, context: str) -> bytes:
        key = self._current().newest
        return _seal(AESGCM(key.secret), plain, header=kind + key.key_id, context=context)

    def _unseal(self, sealed: bytes, *, kind: bytes, context: str) -> bytes:
        key_id = _header_of(sealed, kind=kind)[1:]
        key = next((key for key in self._current().keys if key.key_id == key_id), None)
        return _open(AESGCM(key.secret) if key else None, sealed, context=context)

    def _wrap(self, secret: bytes) -> bytes:
        return self._seal(secret, kind=_DATA_KEY, context="data-key")

    def _unwrap(self, wrapped: bytes) -> bytes:
        return self._unseal(wrapped, kind=_DATA_KEY, context="data-key")


def open_keyring(path: Path, *, create: bool = True) -> Keyring:
    """Return the ring at ``path``; a new one is made where there is none.

    Processes that start at once agree on one ring: the first that is written whole.

    Parameters
    ----------
    path
        File of the ring, readable by its owner alone. Its folder is made if it is missing.
    create
        Whether a ring may be made. Pass ``False`` where something was sealed before: a new
        ring would not open it, and the lost file is what must be brought back.

    Raises
    ------
    KeyringError
        ``keyring-readable``: others may read the file; ``keyring-damaged``;
        ``keyring-missing`` (without ``create``); ``keyring-not-opened``: the file cannot be
        read or written.
    """
    try:
        ring, signature = read_ring(path)
    except KeyringError as error:
        if not create or error.issue.code != "keyring-missing":
            raise
        make_ring(path, Ring(keys=(_new_key(),), index_key=secrets.token_bytes(KEY_BYTES)))
        ring, signature = read_ring(path)
    return Keyring(path, ring=ring, signature=signature)


def rotate_keyring(path: Path) -> Keyring:
    """Return the ring with a new newest key; the former ones still open what they sealed.

    Afterwards every data key that is not :meth:`Keyring.is_newest` is to be wrapped again
    (:meth:`Keyring.rewrap`) and everything sealed under the ring itself sealed again; then
    :func:`retire_keys` can follow.

    Raises
    ------
    KeyringError
        As :func:`open_keyring`, and ``keyring-busy``: another process is changing the ring.
    """
    with changing_ring(path) as change:
        change.write(Ring(keys=(_new_key(), *change.ring.keys), index_key=change.ring.index_key))
    return open_keyring(path, create=False)


def retire_keys(path: Path) -> Keyring:
    """Return the ring with its newest key alone; what the others sealed is lost for good.

    Raises
    ------
    KeyringError
        As :func:`open_keyring`, and ``keyring-busy``: another process is changing the ring.
    """
    with changing_ring(path) as change:
        change.write(Ring(keys=(change.ring.newest,), index_key=change.ring.index_key))
    return open_keyring(path, create=False)


def _new_key() -> RingKey:
    return RingKey(key_id=secrets.token_bytes(KEY_ID_BYTES), secret=secrets.token_bytes(KEY_BYTES))


def _derive(secret: bytes, purpose: str) -> bytes:
    info = _bytes_of(f"ahorraluz:{purpose}")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def _seal(cipher: AESGCM, plain: bytes, *, header: bytes, context: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + cipher.encrypt(nonce, plain, header + _bytes_of(context))


def _header_of(sealed: bytes, *, kind: bytes) -> bytes:
    if len(sealed) < HEADER_BYTES + NONCE_BYTES + TAG_BYTES or sealed[:1] != kind:
        raise SealBrokenError("seal-broken")
    return sealed[:HEADER_BYTES]


def _open(cipher: AESGCM | None, sealed: bytes, *, context: str) -> bytes:
    header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
    nonce, cipher_text = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    if cipher is None:
        raise SealBrokenError("seal-broken")
    try:
        return cipher.decrypt(nonce, cipher_text, header + _bytes_of(context))
    except InvalidTag:
        # `from None`: why a seal does not hold is nobody's to know.
        raise SealBrokenError("seal-broken") from None


def _bytes_of(text: str) -> bytes:
    # Half a surrogate pair can come in as JSON: an address that nobody has, not an accident.
    return text.encode("utf-8", "surrogatepass")
