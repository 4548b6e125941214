"""Looking at a backup without bringing it back: whole, as it was written, and of one deployment."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ahorraluz.security.keyring import Keyring
from ahorraluz.services.backup.making import DATABASE, KEY_TABLE, OWNERS, RING_FILE
from ahorraluz.services.backup.parts import (
    DATA,
    KEYS,
    RING,
    BackupError,
    Part,
    read_part,
)
from ahorraluz.services.backup.rings import mark_of, ring_at, shut_under
from ahorraluz.store.copies_back import DataCopy, look_at_data, look_at_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Parts of a backup that were looked at."""

    parts: Mapping[str, Part]
    data: DataCopy | None = None
    owners: frozenset[str] = frozenset()
    """Whose key there was when the data were copied."""
    keys: Mapping[str, bytes] | None = field(default=None, repr=False)
    ring: Keyring | None = None

    @property
    def deleted(self) -> Sequence[str] | None:
        """Homes and accounts of the data that were deleted since; ``None``: without both parts."""
        return deleted_since(self, None if self.keys is None else frozenset(self.keys))


def deleted_since(looked: Looked, keys: frozenset[str] | None) -> Sequence[str] | None:
    """Return whose key is gone of those who had one when the data were copied."""
    if looked.data is None or keys is None:
        return None
    return tuple(sorted(looked.owners - keys))


@contextmanager
def looked_at(
    files: Sequence[Path], *, passphrase: bytes | None, beside: Path | None = None
) -> Iterator[Looked]:
    """Unpack parts into a folder that goes at the end, and give what they hold.

    Parameters
    ----------
    files
        One part each of data, keys and ring, or some of them.
    passphrase
        What they are sealed under; ``None``: they are not.
    beside
        Folder to work in; ``None``: that of temporary files.

    Raises
    ------
    BackupError
        ``backup-part-twice``; ``backup-keys-older``: keys from before the data, in which
        later homes have none; ``backup-ring-differs``: they are of different deployments, or
        the ring was changed in between; and as :func:`.parts.read_part`.
    StoreError
        ``database-damaged``, ``database-newer``, ``trail-altered``.
    """
    with tempfile.TemporaryDirectory(prefix=".ahorraluz-", dir=beside) as work:
        parts: dict[str, Part] = {}
        for at, file in enumerate(files):
            part = read_part(file, Path(work) / str(at), passphrase=passphrase)
            kind = part.manifest.part
            if kind in parts:
                raise BackupError("backup-part-twice", file=str(file), other=str(parts[kind].file))
            parts[kind] = part
        _refuse_strangers(parts)
        yield _look(parts)


def _look(parts: Mapping[str, Part]) -> Looked:
    data, owners, keys, ring = None, frozenset[str](), None, None
    if DATA in parts:
        folder = parts[DATA].folder
        data = look_at_data(_file(parts[DATA], DATABASE))
        owners = frozenset(_file(parts[DATA], OWNERS).read_text("utf-8").split("\n")) - {""}
        if not owners <= data.owners or not folder.is_dir():
            raise BackupError("backup-damaged", file=str(parts[DATA].file))
    if KEYS in parts:
        keys = look_at_keys(_file(parts[KEYS], KEY_TABLE))
    if RING in parts:
        ring = ring_at(_file(parts[RING], RING_FILE))
        if ring is None or mark_of(ring) != parts[RING].manifest.ring:
            raise BackupError("backup-damaged", file=str(parts[RING].file))
        refuse_shut(ring, keys)
    return Looked(parts=parts, data=data, owners=owners, keys=keys, ring=ring)


def refuse_shut(ring: Keyring, keys: Mapping[str, bytes] | None) -> None:
    """Refuse keys that a ring does not open.

    Raises
    ------
    BackupError
        ``backup-keys-shut``.
    """
    shut = shut_under(ring, keys or {})
    if shut:
        raise BackupError("backup-keys-shut", count=shut)


def _refuse_strangers(parts: Mapping[str, Part]) -> None:
    marks = {part.manifest.ring for part in parts.values()} - {None}
    if len(marks) > 1:
        raise BackupError("backup-ring-differs")
    if DATA in parts and KEYS in parts:
        data, keys = (parts[kind].manifest.made_at for kind in (DATA, KEYS))
        if keys < data:
            raise BackupError(
                "backup-keys-older",
                keys=keys.isoformat(timespec="seconds"),
                data=data.isoformat(timespec="seconds"),
            )


def _file(part: Part, name: str) -> Path:
    if not part.has(name):
        raise BackupError("backup-damaged", file=str(part.file))
    return part.folder / name
