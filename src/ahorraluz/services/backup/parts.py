"""One part of a backup: a file that lists what it holds, written whole and read with suspicion."""

import hashlib
import json
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.sealed_files import is_sealed, open_file, seal_file

SCHEMA = "ahorraluz.backup.1"
FAMILY = "ahorraluz.backup."
MODEL_SAYS = {"name": str, "number": int, "version": str, "champion": bool}
"""What a part says of each model that it holds."""
MANIFEST = "manifest.json"
DATA, KEYS, RING = "data", "keys", "ring"
KINDS = (DATA, KEYS, RING)
STAMP = "%Y%m%dT%H%M%SZ"
OWNER_ONLY = 0o600
MOST_MANIFEST = 64 << 20
"""Size of a list of contents at most. [byte]"""
CHUNK = 1 << 20
PART_NAME = re.compile(r"ahorraluz-(\d{8}T\d{6}Z)-(data|keys|ring)\.zip(?:\.sealed)?\Z", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*){0,6}\Z")


class BackupError(AhorraLuzError):
    """A backup that cannot be made, or is not used: nothing was put into the place of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a part says about itself."""

    part: str
    """One of :data:`KINDS`."""
    made_at: datetime
    ring: str | None
    """By what the key ring is known that its content belongs to; tells nothing of a key."""
    content: Mapping[str, Any] = field(default_factory=dict)
    """What else matters of this kind of part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that was read, every file of it as it was written."""

    manifest: Manifest
    folder: Path
    """Where its files were put."""
    file: Path

    def has(self, name: str) -> bool:
        """Tell whether it holds a file."""
        return (self.folder / name).is_file()


def part_name(kind: str, made_at: datetime, *, sealed: bool) -> str:
    """Return by what a part is called."""
    return f"ahorraluz-{made_at.astimezone(UTC):{STAMP}}-{kind}.zip{'.sealed' if sealed else ''}"


@contextmanager
def staged(
    content: Path, place: Path, manifest: Manifest, *, passphrase: bytes | None
) -> Iterator[Path]:
    """Write a part beside its place; it gets its name once what is done inside went well.

    Raises
    ------
    BackupError
        ``backup-not-written``: no rights, no room; ``backup-there``.
    """
    target = place / part_name(manifest.part, manifest.made_at, sealed=passphrase is not None)
    part = place / f".ahorraluz-{target.name}-{secrets.token_hex(8)}"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        if target.exists():
            raise BackupError("backup-there", file=str(target))
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
        if passphrase is None:
            _write_zip(content, part, manifest)
        else:
            plain = content.with_name(f"{content.name}.zip")
            _write_zip(content, plain, manifest)
            seal_file(plain, part, passphrase=passphrase)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        yield target
        part.rename(target)
        _flush(place)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError("backup-not-written", folder=str(place), reason=reason) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def read_part(file: Path, into: Path, *, passphrase: bytes | None) -> Part:
    """Read a part into a folder, every file of it compared with what the part says of it.

    Raises
    ------
    BackupError
        ``backup-not-read``; ``backup-sealed``: no passphrase was given; ``backup-damaged``:
        it is not whole, or not as it was written; ``backup-newer``.
    SealedFileError
        ``sealed-file-shut``.
    """
    try:
        into.mkdir(mode=0o700)
        plain = file
        if is_sealed(file):
            if passphrase is None:
                raise BackupError("backup-sealed", file=str(file))
            plain = into.with_name(f"{into.name}.zip")
            open_file(file, plain, passphrase=passphrase)
        with zipfile.ZipFile(plain) as packed:
            manifest, files = _manifest(packed, file)
            _unpack(packed, files, into, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        # Of the last kind: a member under a password, or packed in a way that nobody here packs.
        raise BackupError("backup-damaged", file=str(file)) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise BackupError("backup-not-read", file=str(file), reason=reason) from None
    return Part(manifest=manifest, folder=into, file=file)


def _write_zip(content: Path, part: Path, manifest: Manifest) -> None:
    files = {}
    # Most of it is sealed and does not get smaller: more effort would win nothing.
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in sorted(one for one in content.rglob("*") if one.is_file()):
            name = path.relative_to(content).as_posix()
            files[name] = _write_member(packed, path, name)
        packed.writestr(MANIFEST, _text_of(manifest, files))


def _write_member(packed: zipfile.ZipFile, path: Path, name: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, packed.open(name, "w", force_zip64=True) as into:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            into.write(chunk)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _text_of(manifest: Manifest, files: Mapping[str, Any]) -> str:
    said = {
        "schema": SCHEMA,
        "part": manifest.part,
        "made_at": manifest.made_at.astimezone(UTC).isoformat(),
        "program": version("ahorraluz"),
        "ring": manifest.ring,
        "content": dict(manifest.content),
        "files": dict(files),
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


def _manifest(packed: zipfile.ZipFile, file: Path) -> tuple[Manifest, Mapping[str, Any]]:
    try:
        if packed.getinfo(MANIFEST).file_size > MOST_MANIFEST:
            raise BackupError("backup-damaged", file=str(file))
        said = json.loads(packed.read(MANIFEST))
        schema = said["schema"]
        if schema != SCHEMA and str(schema).startswith(FAMILY):
            raise BackupError("backup-newer", file=str(file), program=str(said.get("program"))[:40])
        found = Manifest(
            part=KINDS[KINDS.index(said["part"])],
            made_at=datetime.fromisoformat(said["made_at"]),
            ring=said["ring"],
            content=said["content"],
        )
        files = {
            str(name): {"bytes": int(one["bytes"]), "sha256": str(one["sha256"])}
            for name, one in dict(said["files"]).items()
        }
    except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
        raise BackupError("backup-damaged", file=str(file)) from None
    if schema != SCHEMA or found.made_at.tzinfo is None or not _is_content(found.content):
        raise BackupError("backup-damaged", file=str(file))
    return found, files


def _is_content(content: object) -> bool:
    """Tell whether what a part says of itself has the form that is read later."""
    if not isinstance(content, dict):
        return False
    models = content.get("models", [])
    return isinstance(models, list) and all(
        isinstance(one, dict)
        and all(isinstance(one.get(name), kind) for name, kind in MODEL_SAYS.items())
        for one in models
    )


def _unpack(packed: zipfile.ZipFile, files: Mapping[str, Any], into: Path, file: Path) -> None:
    listed = sorted([*files, MANIFEST])
    if sorted(packed.namelist()) != listed or not all(_NAME.match(name) for name in listed):
        raise BackupError("backup-damaged", file=str(file))
    for name, said in files.items():
        target, digest, size = into / name, hashlib.sha256(), 0
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with packed.open(name) as source, target.open("wb") as out:
            target.chmod(OWNER_ONLY)
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if size > said["bytes"]:
                    # More than it says: no use to go on until the disk is full.
                    raise BackupError("backup-damaged", file=str(file))
                out.write(chunk)
        if (size, digest.hexdigest()) != (said["bytes"], said["sha256"]):
            raise BackupError("backup-damaged", file=str(file))


def _flush(folder: Path) -> None:
    """Make sure that a new name outlives a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
