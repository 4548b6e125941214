"""Whether keys and ring belong together, without a word of either."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ahorraluz.security.keyring import Keyring, SealBrokenError, open_keyring
from ahorraluz.security.ring_file import KeyringError

MARK_LETTERS = 32


def mark_of(ring: Keyring) -> str:
    """Return by what a ring is known: the same after a rotation, and no help to open anything."""
    return hashlib.sha256(ring.derive("backup")).hexdigest()[:MARK_LETTERS]


def ring_at(path: Path) -> Keyring | None:
    """Return the ring of a file; ``None`` where there is none.

    Raises
    ------
    KeyringError
        ``keyring-readable``, ``keyring-damaged``, ``keyring-not-opened``.
    """
    try:
        return open_keyring(path, create=False)
    except KeyringError as error:
        if error.issue.code != "keyring-missing":
            raise
        return None


def shut_under(ring: Keyring, keys: Mapping[str, bytes]) -> int:
    """Return how many of the keys do not open under a ring."""
    count = 0
    for wrapped in keys.values():
        try:
            ring.data_key(wrapped)
        except SealBrokenError:
            count += 1
    return count
