"""Bringing a backup back to where there is nothing: all of it or none of it."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ahorraluz.security.keyring import Keyring
from ahorraluz.services.backup.making import DATABASE, KEY_TABLE, RING_FILE
from ahorraluz.services.backup.parts import DATA, KEYS, OWNER_ONLY, RING, BackupError, Part
from ahorraluz.services.backup.reading import Looked, deleted_since, looked_at, refuse_shut
from ahorraluz.services.backup.rings import mark_of, ring_at
from ahorraluz.services.backup.shelf_part import files_back, refuse_taken_folder
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.copies import owners_of
from ahorraluz.store.copies_back import bringing_back, keys_taken_back, refuse_taken
from ahorraluz.store.schema import upgrade
from ahorraluz.store.vault import account_owner, home_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was brought back."""

    parts: Sequence[Part]
    steps: Sequence[str]
    """Steps that the tables lacked, and have now."""
    homes_deleted: int
    """Homes that were deleted after the data were copied, and are deleted again."""
    accounts_deleted: int


def restore_backup(
    files: Sequence[Path], *, settings: Settings, passphrase: bytes | None
) -> Restored:
    """Put parts of a backup where the settings say, each where there is nothing yet.

    Whoever was deleted after the data were copied has no key any more; their rows, which nobody
    can read, are deleted again.

    Raises
    ------
    BackupError
        As :func:`.reading.looked_at`; ``backup-nothing-asked``; ``backup-keys-lacking``,
        ``backup-ring-lacking``: neither among the parts nor in their place;
        ``backup-keys-shut``, ``backup-ring-differs``: what is in place is of another deployment;
        ``backup-not-restored``.
    StoreError
        ``copy-place-taken``; what keeps a database from being written. In every case nothing is
        where it was not before.
    """
    if not files:
        raise BackupError("backup-nothing-asked")
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with looked_at(files, passphrase=passphrase, beside=settings.data_dir) as looked:
        _refuse_taken(looked, settings)
        keys = _whose_keys(looked, settings)
        with ExitStack() as stack:
            # Whoever comes while it is done finds no data until all else is there.
            if RING in looked.parts:
                stack.enter_context(_ring_back(looked.parts[RING], settings.key_ring))
            if KEYS in looked.parts:
                copy = looked.parts[KEYS].folder / KEY_TABLE
                with bringing_back(copy, settings.keys, keys=True):
                    pass
                stack.enter_context(keys_taken_back(settings.keys))
            if DATA in looked.parts:
                part = looked.parts[DATA]
                models = part.manifest.content.get("models", ())
                stack.enter_context(files_back(settings, part.folder, models))
                with bringing_back(part.folder / DATABASE, settings.database):
                    pass
        deleted = deleted_since(looked, keys) or ()
        steps = upgrade(settings.database) if DATA in looked.parts else ()
        homes, accounts = _delete_again(deleted, settings)
        return Restored(
            parts=tuple(looked.parts.values()),
            steps=steps,
            homes_deleted=homes,
            accounts_deleted=accounts,
        )


def _refuse_taken(looked: Looked, settings: Settings) -> None:
    if DATA in looked.parts:
        refuse_taken(settings.database)
        part = looked.parts[DATA]
        refuse_taken_folder(settings, part.folder, part.manifest.content.get("models", ()))
    if KEYS in looked.parts:
        refuse_taken(settings.keys, keys=True)
    if RING in looked.parts and settings.key_ring.exists():
        raise BackupError("copy-place-taken", place=str(settings.key_ring))


def _whose_keys(looked: Looked, settings: Settings) -> frozenset[str]:
    """Return whose keys there will be, once it is sure that they open what comes back."""
    ring = looked.ring or _ring_in_place(looked, settings)
    marks = {part.manifest.ring for part in looked.parts.values()} - {None}
    if ring is not None and marks - {mark_of(ring)}:
        raise BackupError("backup-ring-differs")
    if looked.keys is not None:
        if ring is not None:
            refuse_shut(ring, looked.keys)
        return frozenset(looked.keys)
    there = owners_of(settings.keys)
    if looked.owners and not there:
        raise BackupError("backup-keys-lacking", count=len(looked.owners))
    return there


def _ring_in_place(looked: Looked, settings: Settings) -> Keyring | None:
    ring = ring_at(settings.key_ring)
    if ring is None and (looked.keys or looked.owners):
        raise BackupError("backup-ring-lacking", path=str(settings.key_ring))
    return ring


@contextmanager
def _ring_back(part: Part, path: Path) -> Iterator[None]:
    """Put a ring where there is none; take it away again if what follows fails."""
    beside = path.with_name(f".{path.name}.restore")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.unlink(missing_ok=True)
        beside.touch(mode=OWNER_ONLY)
        beside.write_bytes((part.folder / RING_FILE).read_bytes())
        # Unlike a rename, a link never takes the place of a file.
        os.link(beside, path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError("backup-not-restored", place=str(path), reason=reason) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _delete_again(owners: Sequence[str], settings: Settings) -> tuple[int, int]:
    """Delete the rows of homes and accounts whose keys are gone."""
    if not owners:
        return 0, 0
    tools = open_toolbox(settings)
    homes = [one.removeprefix(home_owner("")) for one in owners if one.startswith(home_owner(""))]
    accounts = [
        one.removeprefix(account_owner("")) for one in owners if one.startswith(account_owner(""))
    ]
    try:
        for home in homes:
            forget_home(home, tools=tools)
        for account in accounts:
            tools.store.people.accounts.remove(account)
    finally:
        tools.store.close()
    return len(homes), len(accounts)
