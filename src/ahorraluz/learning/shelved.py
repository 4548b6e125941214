"""One version on the shelf of models: its files, its manifest, and whether it is whole."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.shelf_files import hash_of, read_small, regular_files

POINTER, MANIFEST = "champion.json", "manifest.json"
SHIPPED_NUMBER = 0
"""Number of the model that comes with the program."""
SAVED_MODEL = "saved-model/1/"
KNOWN: Mapping[str, int] = MappingProxyType(
    {
        "card.json": 4 << 20,
        "model.tflite": 64 << 20,
        f"{SAVED_MODEL}fingerprint.pb": 64 << 10,
        f"{SAVED_MODEL}saved_model.pb": 64 << 20,
        f"{SAVED_MODEL}variables/variables.data-00000-of-00001": 256 << 20,
        f"{SAVED_MODEL}variables/variables.index": 16 << 20,
    }
)
"""Every file of a version, and how large it may be. [byte]"""
NEEDED = frozenset({"card.json", "model.tflite"})
NOT_TAKEN = frozenset({"model.keras"})
"""What a training writes as well and nothing serves: it stays where it is."""
MOST_LISTED = 64 << 10
"""Size of a pointer or a manifest at most. [byte]"""
MOST_FILES = 50
"""Files of a folder at most, before it is looked at any further."""
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
"""How a version is written."""

_HASH = re.compile(r"[0-9a-f]{64}\Z")


class ShelfError(AhorraLuzError):
    """A version that is not taken onto the shelf, or not from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version on the shelf."""

    name: str
    number: int
    version: str
    folder: Path
    files: Mapping[str, str]
    """SHA-256 of each file, by its path in the folder."""

    def read(self, file: str) -> bytes:
        """Return the content of a file, which must be what was published.

        Raises
        ------
        ShelfError
            ``shelf-file-differs``: it is gone, or another one.
        """
        if file in self.files:
            with suppress(OSError):
                content = read_small(self.folder / file, most=KNOWN[file])
                if sha256(content).hexdigest() == self.files[file]:
                    return content
        raise ShelfError("shelf-file-differs", model=self.name, number=self.number, file=file)

    @property
    def has_saved_model(self) -> bool:
        """Whether TensorFlow Serving can serve it."""
        return f"{SAVED_MODEL}saved_model.pb" in self.files


def check_names(found: Mapping[str, int | None], folder: Path) -> None:
    """Refuse a folder with a file that no version has, or without one that it needs.

    Raises
    ------
    ShelfError
        ``shelf-file-unknown`` or ``shelf-file-missing``.
    """
    for file, size in sorted(found.items()):
        if file not in KNOWN or size is None:
            raise ShelfError("shelf-file-unknown", file=file[:80], folder=str(folder))
    network = {file for file in KNOWN if file.startswith(SAVED_MODEL)}
    part = network & set(found)
    for file in sorted((NEEDED | (network if part else set())) - set(found)):
        raise ShelfError("shelf-file-missing", file=file, folder=str(folder))


def listed_in(path: Path, name: str) -> Published:
    """Return what a pointer or a manifest says; ``ValueError`` where it is none."""
    said = json.loads(read_small(path, most=MOST_LISTED))
    number, version, files = _fields(said)
    home = path.parent if path.name == POINTER else path.parent.parent
    return Published(
        name=name, number=number, version=version, folder=home / str(number), files=files
    )


def _fields(said: Any) -> tuple[int, str, Mapping[str, str]]:  # noqa: ANN401 - any JSON value
    if not isinstance(said, dict) or set(said) != {"number", "version", "sha256"}:
        raise ValueError("not a pointer")
    number, version, files = said["number"], said["version"], said["sha256"]
    if type(number) is not int or number < 0 or not isinstance(version, str):
        raise ValueError("not a version")
    if not isinstance(files, dict) or not all(
        file in KNOWN and isinstance(value, str) and _HASH.match(value)
        for file, value in files.items()
    ):
        raise ValueError("not hashes of known files")
    if number != SHIPPED_NUMBER and (not set(files) >= NEEDED or not VERSION.match(version)):
        raise ValueError("not a whole version")
    return number, version, MappingProxyType(files)


def as_json(found: Published | None) -> bytes:
    """Return what a pointer or a manifest says of a version, ``None``: of the shipped one."""
    said: dict[str, Any] = {"number": SHIPPED_NUMBER, "version": "", "sha256": {}}
    if found is not None:
        said = {
            "number": found.number,
            "version": found.version,
            "sha256": dict(sorted(found.files.items())),
        }
    return (json.dumps(said, indent=1) + "\n").encode("utf-8")


def verify(listed: Published) -> None:
    """Refuse a version whose folder holds anything but what was published.

    Raises
    ------
    ShelfError
        ``shelf-file-unknown``, ``shelf-file-missing`` or ``shelf-file-differs``.
    """
    try:
        found = regular_files(listed.folder, most=MOST_FILES)
    except OSError:
        raise ShelfError(
            "shelf-file-missing", file="model.tflite", folder=str(listed.folder)
        ) from None
    here = {file: size for file, size in found.items() if file != MANIFEST}
    check_names(here, listed.folder)
    for file in sorted(set(here) ^ set(listed.files)):
        code = "missing" if file in listed.files else "unknown"
        if code == "missing":
            raise ShelfError("shelf-file-missing", file=file, folder=str(listed.folder))
        raise ShelfError("shelf-file-unknown", file=file[:80], folder=str(listed.folder))
    for file, expected in listed.files.items():
        if hash_of(listed.folder / file, most=KNOWN[file]) != expected:
            raise ShelfError(
                "shelf-file-differs", model=listed.name, number=listed.number, file=file
            )
