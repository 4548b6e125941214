"""Uploaded meter files between the look at their quality and the decision to keep them.

A file waits in the data folder for a day at most, sealed under a token that nobody can guess
and that only the address of its page holds: once the page is closed nobody can read it, and its
bytes tell nothing. It is written whole or not at all.
"""

import hashlib
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
MOST_WAITING = 200
"""Files that may wait at once; the oldest go first."""
LONGEST_NAME = 120


class PendingFileError(AhorraLuzError):
    """A waiting file that is not there, or could not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFile:
    """One waiting file."""

    token: str
    name: str
    content: bytes


def hold_file(content: bytes, *, name: str, tools: Toolbox, as_of: datetime) -> str:
    """Keep an uploaded file until it is decided about; return its token.

    Raises
    ------
    PendingFileError
        ``upload-not-kept``: the data folder cannot be written.
    """
    folder = tools.settings.data_dir / FOLDER
    token = secrets.token_urlsafe(TOKEN_BYTES)
    shown = name.replace("\\", "/").rpartition("/")[2][:LONGEST_NAME] or "archivo"
    head = json.dumps({"name": shown}).encode("ascii") + b"\n"
    sealed = _key(token).seal(head + content, context=CONTEXT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _tidy(folder, as_of=as_of)
        part = folder / f".{hash_token(token)}.part"
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
            part.replace(path_of(token, tools=tools))
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
        ``upload-gone``: no token.
    """
    if not TOKEN.fullmatch(token):
        raise PendingFileError("upload-gone")
    return tools.settings.data_dir / FOLDER / hash_token(token)


def _key(token: str) -> DataKey:
    return DataKey(hashlib.sha256(f"{FOLDER}:{token}".encode()).digest())


def _tidy(folder: Path, *, as_of: datetime) -> None:
    """Delete what has waited too long, and the oldest where too many wait."""
    oldest_allowed = (as_of - LONGEST_WAIT).timestamp()
    waiting = []
    for path in folder.iterdir():
        # Another visitor may decide about a file while this one is looked at.
        with suppress(FileNotFoundError):
            waiting.append((path.stat().st_mtime, path))
    waiting.sort()
    excess = len(waiting) - MOST_WAITING + 1
    for at, (moment, path) in enumerate(waiting):
        if moment < oldest_allowed or at < excess:
            path.unlink(missing_ok=True)
