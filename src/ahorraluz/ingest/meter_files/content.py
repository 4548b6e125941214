"""A meter file before it is understood: its name, its size, its beginning, and a way to open it."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.files import FileReadError

HEAD_BYTES = 65_536
"""What the format is told from. [byte]"""
MAX_BYTES = 512 * 1024 * 1024
"""Largest file taken, and largest content of an archive. [byte]"""


class MeterFileError(AhorraLuzError):
    """A file that is no meter file, or cannot be read as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Bytes of one file, on disk or in memory."""

    name: str
    """Name for messages; it never decides the format."""
    size: int
    """[byte]"""
    head: bytes
    """The first 64 kB."""
    opened: Callable[[], BinaryIO]
    """Opens the content from its beginning; the caller closes it."""

    def read(self, *, limit: int = MAX_BYTES) -> bytes:
        """Return everything.

        Raises
        ------
        MeterFileError
            ``meter-file-too-large``: more than ``limit`` bytes.
        """
        with self.opened() as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise MeterFileError("meter-file-too-large", file=self.name, limit=limit)
        return content


def content_of_path(path: Path, *, limit: int = MAX_BYTES) -> Content:
    """Return the content of a file on disk.

    Raises
    ------
    FileReadError
        ``file-missing``, ``file-is-folder``, ``file-forbidden`` or ``file-not-read``.
    MeterFileError
        ``meter-file-too-large`` or ``meter-file-empty``.
    """
    shown = str(path)
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise FileReadError("file-missing", file=shown) from None
    except IsADirectoryError:
        raise FileReadError("file-is-folder", file=shown) from None
    except PermissionError:
        raise FileReadError("file-forbidden", file=shown) from None
    except OSError as error:
        raise FileReadError("file-not-read", file=shown, reason=str(error.errno)) from None
    if size > limit:
        raise MeterFileError("meter-file-too-large", file=path.name, limit=limit)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise MeterFileError("meter-file-empty", file=path.name)
    return Content(
        name=path.name, size=size, head=head, opened=lambda: cast(BinaryIO, path.open("rb"))
    )


def content_of_bytes(content: bytes, *, name: str) -> Content:
    """Return a content held in memory.

    Raises
    ------
    MeterFileError
        ``meter-file-empty``.
    """
    head = content[:HEAD_BYTES]
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise MeterFileError("meter-file-empty", file=name)
    return Content(name=name, size=len(content), head=head, opened=lambda: BytesIO(content))
