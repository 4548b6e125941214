"""The file of a key ring: read whole, written whole or not at all, closed to everybody else."""

import base64
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError

FORMAT = 1
KEY_BYTES = 32
KEY_ID_BYTES = 8
MAX_BYTES = 1_000_000
"""A larger file is no ring: a key takes 100 bytes, and rings are retired."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyringError(AhorraLuzError):
    """A ring that cannot be used or changed; its file is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """One key of a ring."""

    key_id: bytes
    """What a sealed value names its key by; no secret."""
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The keys of one file."""

    keys: tuple[RingKey, ...]
    """At least one, the newest first."""
    index_key: bytes = field(repr=False)
    """What indexes and derived keys come from; it stays when keys are rotated."""

    @property
    def newest(self) -> RingKey:
        """The key that seals."""
        return self.keys[0]


class RingChange:
    """A ring that no other process may change for now."""

    def __init__(self, path: Path, *, ring: Ring) -> None:
        self._path = path
        self.ring = ring

    def write(self, ring: Ring) -> None:
        """Put ``ring`` in the place of the one in the file, whole or not at all."""
        part = _write_part(self._path, ring)
        try:
            part.replace(self._path)
            _sync_folder(self._path)
        finally:
            part.unlink(missing_ok=True)


def signature_of(path: Path) -> tuple[int, ...]:
    """Return what differs once the file of a ring was replaced.

    Raises
    ------
    KeyringError
        ``keyring-missing``, ``keyring-not-opened``
    """
    with _file_errors(path):
        return _signature(path.stat())


def read_ring(path: Path) -> tuple[Ring, tuple[int, ...]]:
    """Return the ring of a file with the signature of that file.

    Raises
    ------
    KeyringError
        ``keyring-readable``, ``keyring-damaged``, ``keyring-missing``, ``keyring-not-opened``
    """
    with _file_errors(path), path.open("rb") as file:
        # Of the open file, not of its path: it may be replaced between two looks.
        state = os.fstat(file.fileno())
        # Elsewhere than on POSIX these bits say nothing about who may read.
        if os.name == "posix" and state.st_mode & _OTHERS:
            raise KeyringError("keyring-readable", path=str(path))
        data = file.read(MAX_BYTES + 1)
    try:
        return _parse(data), _signature(state)
    except (ValueError, TypeError, KeyError, RecursionError):
        # `from None`: the message of a parser may repeat a key.
        raise KeyringError("keyring-damaged", path=str(path)) from None


def make_ring(path: Path, ring: Ring) -> None:
    """Write a ring where there is none; a ring that another process wrote first stays.

    Raises
    ------
    KeyringError
        ``keyring-not-opened``
    """
    with _file_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = _write_part(path, ring)
        try:
            # Unlike a rename, a link never takes the place of a file: the first ring stays,
            # and nobody sees half of one.
            with suppress(FileExistsError):
                os.link(part, path)
            _sync_folder(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def changing_ring(path: Path) -> Iterator[RingChange]:
    """Hold the ring at ``path`` for a change; two changes at once would lose a key.

    Raises
    ------
    KeyringError
        ``keyring-busy``: another process changes it, or was stopped while it did; and what
        :func:`read_ring` raises.
    """
    lock = path.with_name(f"{path.name}.lock")
    with _file_errors(path):
        # First: a ring that is not there needs no lock, and its folder may be missing, too.
        path.stat()
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            raise KeyringError("keyring-busy", path=str(path), lock=str(lock)) from None
    try:
        ring, _ = read_ring(path)
        with _file_errors(path):
            yield RingChange(path, ring=ring)
    finally:
        lock.unlink(missing_ok=True)


@contextmanager
def _file_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise KeyringError("keyring-missing", path=str(path)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KeyringError("keyring-not-opened", path=str(path), reason=reason) from error


def _signature(state: os.stat_result) -> tuple[int, ...]:
    return (state.st_dev, state.st_ino, state.st_mtime_ns, state.st_size)


def _write_part(path: Path, ring: Ring) -> Path:
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_text_of(ring))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _sync_folder(path: Path) -> None:
    """Make sure that a new name outlives a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _text_of(ring: Ring) -> bytes:
    content = {
        "format": FORMAT,
        "keys": [{"id": key.key_id.hex(), "key": _encoded(key.secret)} for key in ring.keys],
        "index_key": _encoded(ring.index_key),
    }
    return json.dumps(content, indent=1).encode() + b"\n"


def _parse(data: bytes) -> Ring:
    content = json.loads(data) if len(data) <= MAX_BYTES else None
    if not isinstance(content, Mapping) or content["format"] != FORMAT:
        raise ValueError
    keys = tuple(
        RingKey(key_id=_bytes_of(bytes.fromhex(key["id"]), KEY_ID_BYTES), secret=_key(key["key"]))
        for key in content["keys"]
    )
    if not keys or len({key.key_id for key in keys}) < len(keys):
        raise ValueError
    return Ring(keys=keys, index_key=_key(content["index_key"]))


def _encoded(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")


def _key(text: str) -> bytes:
    return _bytes_of(base64.b64decode(text, validate=True), KEY_BYTES)


def _bytes_of(value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise ValueError
    return value
