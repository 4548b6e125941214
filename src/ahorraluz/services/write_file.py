"""Files that people ask for: written all at once, so that a reader sees the old one or the new."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError


class FileWriteError(AhorraLuzError):
    """A file that cannot be written where it was asked for."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``content`` to ``path``; text as UTF-8.

    Raises
    ------
    FileWriteError
        ``file-not-written``.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replaced(path) as part:
        part.write_bytes(data)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a file beside ``path`` to write, and put it in its place at the end.

    Raises
    ------
    FileWriteError
        ``file-not-written``.
    """
    try:
        # Beside the target, so that the last step is a rename within one file system.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
    except OSError:
        raise FileWriteError("file-not-written", file=str(path)) from None
    part = Path(name)
    try:
        yield part
        part.replace(path)
    except OSError:
        raise FileWriteError("file-not-written", file=str(path)) from None
    finally:
        part.unlink(missing_ok=True)
