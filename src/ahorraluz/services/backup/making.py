"""Making a backup while the service goes on: data, keys and ring, each in a place of its own."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ahorraluz.core.issues import Issue
from ahorraluz.security.keyring import Keyring, open_keyring
from ahorraluz.services.backup.parts import (
    DATA,
    KEYS,
    OWNER_ONLY,
    PART_NAME,
    RING,
    STAMP,
    BackupError,
    Manifest,
    staged,
)
from ahorraluz.services.backup.rings import mark_of, ring_at, shut_under
from ahorraluz.services.backup.shelf_part import copy_files, copy_models
from ahorraluz.settings import Settings
from ahorraluz.store.copies import copy_data, copy_keys, owners_of
from ahorraluz.store.copies_back import look_at_data, look_at_keys

DATABASE, KEY_TABLE, RING_FILE, OWNERS = "data.db", "keys.db", "keyring.json", "owners.txt"
WORK = ".ahorraluz-"
"""How names begin of what is not a part yet."""
LEFT_S = 86_400
"""After that it was left behind. [s]"""
TRIES = 3
"""How often keys and ring are copied anew where they were changed in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which parts are made, and where."""

    data: Path | None = None
    keys: Path | None = None
    ring: Path | None = None
    passphrase: bytes | None = field(default=None, repr=False)
    keep_days: int | None = None
    """Older parts of data in the same place are deleted. [day]"""
    keep_keys_days: int | None = None
    """Older parts of keys in the same place are deleted. [day]"""

    @property
    def places(self) -> dict[str, Path]:
        """Folder of each part that is asked for."""
        asked = {DATA: self.data, KEYS: self.keys, RING: self.ring}
        return {kind: place.absolute() for kind, place in asked.items() if place is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMade:
    """One part that was written."""

    part: str
    file: Path
    size: int
    """[byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """What was written, and what was deleted as too old."""

    parts: Sequence[PartMade]
    removed: Sequence[Path]
    issues: Sequence[Issue] = ()


def make_backup(asked: Asked, *, settings: Settings, as_of: datetime) -> BackupMade:
    """Write the parts that are asked for; others go on reading and writing meanwhile.

    The data are copied first and the keys after them: what lies in the data has its key in the
    copy, unless it was deleted in between.

    Raises
    ------
    BackupError
        ``backup-nothing-asked``; ``backup-places-same``; ``backup-keys-changing``: the ring was
        changed each time; ``backup-not-written``, ``backup-there``.
    StoreError, KeyringError, ShelfError
        What cannot be read.
    """
    places = asked.places
    _refuse_places(places)
    issues: list[Issue] = []
    targets: dict[str, Path] = {}
    with ExitStack() as stack:
        # Each beside where it goes: a copy of all readings may be larger than memory.
        folders = {
            kind: Path(stack.enter_context(_work_in(place, as_of))) / kind
            for kind, place in places.items()
        }
        for kind, manifest in _contents(folders, settings, as_of, issues).items():
            target = staged(folders[kind], places[kind], manifest, passphrase=asked.passphrase)
            targets[kind] = stack.enter_context(target)
    parts = tuple(
        PartMade(part=kind, file=target, size=target.stat().st_size)
        for kind, target in targets.items()
    )
    return BackupMade(parts=parts, removed=_remove_old(asked, as_of), issues=tuple(issues))


def _work_in(place: Path, as_of: datetime) -> "tempfile.TemporaryDirectory[str]":
    """Make a folder to work in, and remove what a backup that was killed left behind."""
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in place.glob(f"{WORK}*"):
            if left.stat().st_mtime < as_of.timestamp() - LEFT_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        return tempfile.TemporaryDirectory(prefix=WORK, dir=place)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError("backup-not-written", folder=str(place), reason=reason) from None


def _contents(
    folders: dict[str, Path], settings: Settings, as_of: datetime, issues: list[Issue]
) -> dict[str, Manifest]:
    """Copy what the parts are to hold."""
    for folder in folders.values():
        folder.mkdir(mode=0o700)
    content: dict[str, dict[str, object]] = {}
    if DATA in folders:
        content[DATA] = _data(settings, folders[DATA], issues)
    ring = ring_at(settings.key_ring)
    if KEYS in folders or RING in folders:
        count, ring = _keys_and_ring(settings, folders)
        content |= {KEYS: {"keys": count}, RING: {}}
    mark = None if ring is None else mark_of(ring)
    return {
        kind: Manifest(part=kind, made_at=as_of, ring=mark, content=content[kind])
        for kind in folders
    }


def _data(settings: Settings, folder: Path, issues: list[Issue]) -> dict[str, object]:
    before = owners_of(settings.keys)
    copy_data(settings.database, folder / DATABASE)
    found = look_at_data(folder / DATABASE)
    # Whose key was there before or after: of those, who has none any more was deleted since.
    known = sorted((before | owners_of(settings.keys)) & found.owners)
    (folder / OWNERS).write_text("".join(f"{owner}\n" for owner in known), "utf-8")
    files = copy_files(settings, folder)
    models, left = copy_models(settings, folder)
    issues += left
    return {
        "step": found.version,
        "tables": dict(found.tables),
        "trail": {"count": found.trail_count, "head": found.trail_head},
        "files": files,
        "models": list(models),
    }


def _keys_and_ring(settings: Settings, folders: dict[str, Path]) -> tuple[int, Keyring]:
    """Copy keys and ring so that the ring opens every one of the keys."""
    for _ in range(TRIES):
        count, wrapped = 0, dict[str, bytes]()
        if KEYS in folders:
            path = folders[KEYS] / KEY_TABLE
            path.unlink(missing_ok=True)
            count = copy_keys(settings.keys, path)
            wrapped.update(look_at_keys(path))
        ring = _copied_ring(settings, folders.get(RING))
        if not shut_under(ring, wrapped):
            return count, ring
    raise BackupError("backup-keys-changing", path=str(settings.key_ring))


def _copied_ring(settings: Settings, folder: Path | None) -> Keyring:
    # It is read as a ring first: another kind of file is no part of a backup.
    ring = ring_at(settings.key_ring)
    if ring is None:
        raise BackupError("backup-ring-lacking", path=str(settings.key_ring))
    if folder is None:
        return ring
    target = folder / RING_FILE
    target.unlink(missing_ok=True)
    target.touch(mode=OWNER_ONLY)
    shutil.copyfile(settings.key_ring, target)
    return open_keyring(target, create=False)


def _refuse_places(places: dict[str, Path]) -> None:
    if not places:
        raise BackupError("backup-nothing-asked")
    resolved = [place.resolve() for place in places.values()]
    for at, place in enumerate(resolved):
        for another in resolved[at + 1 :]:
            if place.is_relative_to(another) or another.is_relative_to(place):
                raise BackupError("backup-places-same", folder=str(place), other=str(another))


def _remove_old(asked: Asked, as_of: datetime) -> Sequence[Path]:
    """Delete parts that are older than they may be; those of this backup stay in any case."""
    removed = []
    kept = {DATA: asked.keep_days, KEYS: asked.keep_keys_days}
    for kind, place in asked.places.items():
        days = kept.get(kind)
        if days is None:
            continue
        for path in sorted(place.iterdir()):
            named = PART_NAME.match(path.name)
            if named is None or named[2] != kind:
                continue
            try:
                made_at = datetime.strptime(named[1], STAMP).replace(tzinfo=UTC)
            except ValueError:
                # Somebody's own file: no moment is called so.
                continue
            if made_at < as_of - timedelta(days=days):
                path.unlink()
                removed.append(path)
    return tuple(removed)
