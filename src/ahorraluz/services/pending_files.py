"""Uploaded meter files between the look at their quality and the decision to keep them.

A file waits in the data folder for a day at most, sealed under a token that nobody can guess
and that only the address of its page holds: once the page is closed nobody can read it, and its
bytes tell nothing. It is written whole or not at all. What waits is bounded for each visitor and in
all, so that a visitor who sends many files pushes out their own and nobody else's.
"""

import hashlib
import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.keyring import DataKey, SealBrokenError
from ahorraluz.security.tokens import hash_token
from ahorraluz.services.toolbox import Toolbox

FOLDER = "pending"
CONTEXT = "pending-file"
TOKEN_BYTES = 24
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
LONGEST_WAIT = timedelta(days=1)
MOST_OF_ONE = 8
"""Files of one visitor that may wait at once; the oldest of them go first."""
MOST_WAITING = 400
"""Files of all visitors that may wait at once; then nobody's go, and who has none is refused."""
MOST_BYTES = 4 * 1024**3
"""Of all that waits. [byte]"""
MARK_DIGITS = 16
LONGEST_NAME = 120


class PendingFileError(AhorraLuzError):
    """A waiting file that is not there, or could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """One waiting file."""

    token: str
    name: str
    content: bytes


def hold_file(content: bytes, *, name: str, visitor: str, tools: Toolbox, as_of: datetime) -> str:
    """Keep an uploaded file until it is decided about; return its token.

    Parameters
    ----------
    content, name
        The file.
    visitor
        Who sent it: an account, or the address of a stranger. Only a keyed hash of it is kept.
    tools
        Where it waits.
    as_of
        The moment.

    Raises
    ------
    PendingFileError
        ``upload-not-kept``: the data folder cannot be written; ``uploads-too-many``: too much
        waits of others.
    """
    folder = tools.settings.data_dir / FOLDER
    token, mark = secrets.token_urlsafe(TOKEN_BYTES), _mark(visitor, tools)
    shown = name.replace("\\", "/").rpartition("/")[2][:LONGEST_NAME] or "archivo"
    head = json.dumps({"name": shown}).encode("ascii") + b"\n"
    sealed = _key(token).seal(head + content, context=CONTEXT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(folder, mark, size=len(sealed), as_of=as_of)
        part = folder / f".{hash_token(token)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
            part.replace(folder / f"{hash_token(token)}.{mark}")
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise PendingFileError("upload-not-kept", reason=error.strerror or "") from None
    return token


def pending_file(token: str, *, tools: Toolbox, as_of: datetime) -> PendingFile:
    """Return a waiting file.

    Raises
    ------
    PendingFileError
        ``upload-gone``: there is none, or its day is over.
    """
    path = path_of(token, tools=tools)
    try:
        if path.stat().st_mtime < (as_of - LONGEST_WAIT).timestamp():
            path.unlink()
        opened = _key(token).unseal(path.read_bytes(), context=CONTEXT)
    except (OSError, SealBrokenError):
        raise PendingFileError("upload-gone") from None
    head, _, content = opened.partition(b"\n")
    return PendingFile(token=token, name=str(json.loads(head)["name"]), content=content)


def drop_file(token: str, *, tools: Toolbox) -> None:
    """Delete a waiting file; one that is gone already, or never was, is no error."""
    with suppress(OSError, PendingFileError):
        path_of(token, tools=tools).unlink()


def tidy_files(*, tools: Toolbox, as_of: datetime) -> None:
    """Delete what has waited for longer than a day; a folder that cannot be read is left."""
    with suppress(OSError):
        _tidy(tools.settings.data_dir / FOLDER, as_of=as_of)


def path_of(token: str, *, tools: Toolbox) -> Path:
    """Return where the file of a token waits; its name does not tell the token.

    Raises
    ------
    PendingFileError
        ``upload-gone``: no token, or nothing waits under it.
    """
    if TOKEN.fullmatch(token):
        folder = tools.settings.data_dir / FOLDER
        for path in folder.glob(f"{hash_token(token)}.*"):
            return path
    raise PendingFileError("upload-gone")


def _key(token: str) -> DataKey:
    return DataKey(hashlib.sha256(f"{FOLDER}:{token}".encode()).digest())


def _mark(visitor: str, tools: Toolbox) -> str:
    """Return by what the files of a visitor are known: nobody without the key finds out whose."""
    key = tools.keyring.derive(FOLDER)
    return hmac.digest(key, visitor.encode(), "sha256").hex()[:MARK_DIGITS]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Waiting:
    moment: float
    path: Path
    size: int


def _tidy(folder: Path, *, as_of: datetime) -> list[_Waiting]:
    """Delete what has waited too long; return the others, the oldest first."""
    oldest_allowed = (as_of - LONGEST_WAIT).timestamp()
    waiting = []
    for path in folder.iterdir():
        # Another visitor may decide about a file while this one is looked at.
        with suppress(FileNotFoundError):
            known = path.stat()
            if known.st_mtime < oldest_allowed:
                path.unlink()
            else:
                waiting.append(_Waiting(moment=known.st_mtime, path=path, size=known.st_size))
    return sorted(waiting)


def _make_room(folder: Path, mark: str, *, size: int, as_of: datetime) -> None:
    """Delete the oldest files of a visitor until one more may wait; nobody else's."""
    waiting = _tidy(folder, as_of=as_of)
    own = [one for one in waiting if one.path.suffix == f".{mark}"]
    count, total = len(waiting), sum(one.size for one in waiting) + size
    while len(own) >= MOST_OF_ONE or (own and (count >= MOST_WAITING or total > MOST_BYTES)):
        gone = own.pop(0)
        gone.path.unlink(missing_ok=True)
        count, total = count - 1, total - gone.size
    if count >= MOST_WAITING or total > MOST_BYTES:
        raise PendingFileError("uploads-too-many")
