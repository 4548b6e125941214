"""The shelf of models: whole versions in numbered folders, and a pointer to the champion.

``<shelf>/<name>/<n>/`` holds one version, ``<shelf>/<name>/champion.json`` says which one is
served, with the hash of each of its files, and ``<shelf>/<name>/serving/<n>/`` shows the network
of the champion and of the one before it in the layout that TensorFlow Serving reads. A version is
written beside its place and renamed, the pointer is replaced: a reader finds the old or the new.
Without a pointer, or with one to number 0, the model that comes with the program is champion.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from ahorraluz.learning.shelf_files import (
    flush_folder,
    locked,
    read_small,
    regular_files,
    write_flushed,
)
from ahorraluz.learning.shelved import (
    KNOWN,
    MANIFEST,
    MOST_FILES,
    NOT_TAKEN,
    POINTER,
    SAVED_MODEL,
    SHIPPED_NUMBER,
    VERSION,
    Published,
    ShelfError,
    as_json,
    check_names,
    listed_in,
    verify,
)

FOLDER = "models"
"""Folder of the shelf in the data folder."""
SERVING = "serving"
"""Folder of a model in the layout of TensorFlow Serving: ``serving/<n>/saved_model.pb``."""
WAIT_S = 10.0
"""How long a publisher waits for another one. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What a version is called when it is put onto the shelf."""

    name: str
    version: str
    number: int | None = None
    """``None``: the next one that is free."""


_NUMBER = re.compile(r"[1-9][0-9]{0,8}\Z")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")


def publish(
    source: Path,
    shelf: Path,
    *,
    name: str,
    version: str,
    promote: bool = True,
    wait_s: float = WAIT_S,
) -> Published:
    """Put a model onto the shelf, and make it champion.

    A version that is there already, file by file, is not written again: it keeps its number.

    Parameters
    ----------
    source
        Folder that ``ahorraluz train`` has written: ``model.tflite``, ``card.json`` and,
        for TensorFlow Serving, ``saved-model/1``.
    shelf
        Folder of the shelf; it is made.
    name
        Name of the model, such as ``day-mixer``.
    version
        Version that the card states.
    promote
        Whether it becomes the champion.
    wait_s
        How long to wait for another publisher. [s]

    Raises
    ------
    ShelfError
        ``shelf-name-wrong``, ``shelf-file-unknown``, ``shelf-file-missing``,
        ``shelf-file-too-large``, ``shelf-card-wrong``, ``shelf-version-differs``: nothing is
        written. ``shelf-busy``: another one publishes. ``shelf-not-written``: no room, no rights.
    """
    home = _home(shelf, name)
    sizes = _sizes(source)
    _check_card(source, name=name, version=version)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home, wait_s=wait_s) as ours:
            if not ours:
                raise ShelfError("shelf-busy", model=name, folder=str(home))
            _sweep(home)
            chosen = _Chosen(name=name, version=version)
            found = _put(source, home, chosen, files=sorted(sizes))
            if promote:
                _point(home, found)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ShelfError("shelf-not-written", folder=str(home), reason=reason) from error
    return found


def put(source: Path, shelf: Path, *, name: str, version: str, number: int) -> Published:
    """Put a model onto the shelf under a number of its own; the champion stays as it is.

    Parameters
    ----------
    source, shelf, name, version
        As of :func:`publish`.
    number
        Number of the version, from 1. One that is there already, file by file, stays.

    Raises
    ------
    ShelfError
        As of :func:`publish`; ``shelf-number-taken``: another version has that number.
    """
    home = _home(shelf, name)
    sizes = _sizes(source)
    _check_card(source, name=name, version=version)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home, wait_s=WAIT_S) as ours:
            if not ours:
                raise ShelfError("shelf-busy", model=name, folder=str(home))
            _sweep(home)
            chosen = _Chosen(name=name, version=version, number=number)
            return _put(source, home, chosen, files=sorted(sizes))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ShelfError("shelf-not-written", folder=str(home), reason=reason) from error


def champion(shelf: Path, *, name: str) -> Published | None:
    """Return the version that is to be served, verified file by file.

    ``None``: the model that comes with the program.

    Raises
    ------
    ShelfError
        ``shelf-pointer-wrong``: the pointer cannot be read; ``shelf-file-unknown``,
        ``shelf-file-missing``, ``shelf-file-differs``: the version is not what was published.
    """
    home = _home(shelf, name)
    try:
        listed = listed_in(home / POINTER, name)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ShelfError("shelf-pointer-wrong", model=name, file=POINTER) from error
    if listed.number == SHIPPED_NUMBER:
        return None
    verify(listed)
    return listed


def versions(shelf: Path, *, name: str) -> tuple[Published, ...]:
    """Return the versions of a model by rising number; their files are verified when read."""
    return tuple(_versions(_home(shelf, name), name))


def point_to(shelf: Path, *, name: str, number: int, wait_s: float = WAIT_S) -> Published | None:
    """Make a version that is on the shelf the champion; 0: the one that comes with the program.

    Raises
    ------
    ShelfError
        ``shelf-number-unknown``; ``shelf-file-unknown``, ``shelf-file-missing``,
        ``shelf-file-differs``: it is not what was published; ``shelf-busy``,
        ``shelf-not-written``. The old champion stays.
    """
    home = _home(shelf, name)
    chosen = {each.number: each for each in versions(shelf, name=name)}
    if number != SHIPPED_NUMBER and number not in chosen:
        numbers = [str(SHIPPED_NUMBER), *map(str, chosen)]
        raise ShelfError("shelf-number-unknown", model=name, number=number, choices=numbers)
    found = chosen.get(number)
    if found is not None:
        verify(found)
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home, wait_s=wait_s) as ours:
            if not ours:
                raise ShelfError("shelf-busy", model=name, folder=str(home))
            _point(home, found)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ShelfError("shelf-not-written", folder=str(home), reason=reason) from error
    return found


def pointer_mark(shelf: Path, *, name: str) -> tuple[int, ...] | None:
    """Return what changes whenever another champion is pointed to, by one look at the file.

    ``None``: no pointer.
    """
    try:
        seen = (shelf / name / POINTER).stat(follow_symlinks=False)
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns, seen.st_size


def _home(shelf: Path, name: str) -> Path:
    if not _NAME.match(name) or len(name) > 64:
        raise ShelfError("shelf-name-wrong", value=name[:60])
    return shelf / name


def _sizes(source: Path) -> Mapping[str, int]:
    """Return the files of a training that go onto the shelf, and their sizes."""
    try:
        found = regular_files(source, most=MOST_FILES)
    except OSError:
        raise ShelfError("shelf-file-missing", file="model.tflite", folder=str(source)) from None
    sizes = {file: size for file, size in found.items() if file not in NOT_TAKEN}
    check_names(sizes, source)
    for file, size in sizes.items():
        if size is not None and size > KNOWN[file]:
            raise ShelfError("shelf-file-too-large", file=file, bytes=size, limit=KNOWN[file])
    return {file: size for file, size in sizes.items() if size is not None}


def _check_card(source: Path, *, name: str, version: str) -> None:
    try:
        card = json.loads(read_small(source / "card.json", most=KNOWN["card.json"]))
    except (OSError, ValueError, RecursionError):
        raise ShelfError("shelf-card-wrong", file=str(source / "card.json")) from None
    stated = card.get("version") if isinstance(card, dict) else None
    if not isinstance(stated, str) or not VERSION.match(stated) or card.get("name") != name:
        raise ShelfError("shelf-card-wrong", file=str(source / "card.json"))
    if stated != version:
        raise ShelfError("shelf-version-differs", stated=stated, version=version[:64])


def _put(source: Path, home: Path, chosen: _Chosen, *, files: list[str]) -> Published:
    """Copy a version beside its place, and rename it."""
    part = home / f".incoming-{secrets.token_hex(8)}"
    hashes = {}
    try:
        for file in files:
            content = read_small(source / file, most=KNOWN[file])
            hashes[file] = sha256(content).hexdigest()
            write_flushed(part / file, content)
        number = chosen.number
        for each in _versions(home, chosen.name):
            same = each.version == chosen.version and dict(each.files) == hashes
            if same and number in (None, each.number) and _is_whole(each):
                return each
        if number is None:
            number = 1 + max(_numbers(home), default=SHIPPED_NUMBER)
        elif (home / str(number)).exists():
            raise ShelfError("shelf-number-taken", number=number, folder=str(home / str(number)))
        found = Published(
            name=chosen.name,
            number=number,
            version=chosen.version,
            folder=home / str(number),
            files=hashes,
        )
        write_flushed(part / MANIFEST, as_json(found))
        for folder in sorted({(part / file).parent for file in files} | {part}, reverse=True):
            flush_folder(folder)
        part.rename(found.folder)
        flush_folder(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return found


def _point(home: Path, found: Published | None) -> None:
    """Show a version to TensorFlow Serving, then point to it."""
    before = None
    with suppress(OSError, ValueError, RecursionError):
        before = listed_in(home / POINTER, home.name).number
    if found is not None and found.has_saved_model:
        _show(home, found)
    number = SHIPPED_NUMBER if found is None else found.number
    if number != before:
        part = home / f".{POINTER}-{secrets.token_hex(8)}"
        try:
            write_flushed(part, as_json(found))
            part.replace(home / POINTER)
        finally:
            part.unlink(missing_ok=True)
        flush_folder(home)
        _hide(home, kept={number, before})


def _show(home: Path, found: Published) -> None:
    """Lay the network of a version out as TensorFlow Serving wants it."""
    place = home / SERVING / str(found.number)
    if place.is_dir():
        return
    part = home / SERVING / f".incoming-{secrets.token_hex(8)}"
    try:
        for file in found.files:
            if file.startswith(SAVED_MODEL):
                write_flushed(part / file.removeprefix(SAVED_MODEL), found.read(file))
        part.rename(place)
        flush_folder(place.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _hide(home: Path, *, kept: set[int | None]) -> None:
    """Take networks that are neither champion nor the one before from TensorFlow Serving."""
    folder = home / SERVING
    for number in set(_numbers(folder)) - kept:
        # Renamed first: a server that looks meanwhile sees it whole or not at all.
        aside = folder / f".gone-{secrets.token_hex(8)}"
        (folder / str(number)).rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Remove what a publisher that was killed left behind."""
    for folder in (home, home / SERVING):
        for left in folder.glob(".[ig]*-*") if folder.is_dir() else ():
            shutil.rmtree(left, ignore_errors=True)
    for left in home.glob(f".{POINTER}-*"):
        left.unlink(missing_ok=True)


def _is_whole(found: Published) -> bool:
    try:
        verify(found)
    except ShelfError:
        return False
    return True


def _numbers(folder: Path) -> list[int]:
    """Return the numbers that name what is in a folder."""
    with suppress(OSError):
        return [int(each.name) for each in folder.iterdir() if _NUMBER.match(each.name)]
    return []


def _versions(home: Path, name: str) -> Iterator[Published]:
    for number in sorted(_numbers(home)):
        with suppress(OSError, ValueError, RecursionError):
            listed = listed_in(home / str(number) / MANIFEST, name)
            if listed.number == number:
                yield listed
