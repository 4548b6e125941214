"""Files of the shelf of models: none through a link, none larger than it may be, all flushed."""

import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

LOCK = ".lock"
PAUSE_S = 0.05
"""Between two looks whether another publisher is done. [s]"""
# What a link points to is not ours; Windows has no such flag.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read_small(path: Path, *, most: int) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    OSError
        It is none, it is a link, or it is larger than ``most``. [byte]
    """
    descriptor = os.open(path, os.O_RDONLY | _NO_LINK)
    with os.fdopen(descriptor, "rb") as file:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > most:
            raise OSError(f"not a file of at most {most} bytes")
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(f"not a file of at most {most} bytes")
    return content


def hash_of(path: Path, *, most: int) -> str | None:
    """Return the SHA-256 of a file, ``None`` of one that cannot be read."""
    try:
        return sha256(read_small(path, most=most)).hexdigest()
    except OSError:
        return None


def regular_files(folder: Path, *, most: int) -> Mapping[str, int | None]:
    """Return the size of each file below a folder by its path, of what is none: ``None``.

    Links are not followed: they are there as what is no file.

    Raises
    ------
    OSError
        The folder cannot be read, or is a link.
    """
    if folder.is_symlink():
        raise OSError("a link, not a folder")
    found: dict[str, int | None] = {}
    waiting = [folder]
    while waiting and len(found) <= most:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                else:
                    path = Path(entry.path).relative_to(folder).as_posix()
                    is_file = entry.is_file(follow_symlinks=False)
                    found[path] = entry.stat(follow_symlinks=False).st_size if is_file else None
    return found


def write_flushed(path: Path, content: bytes) -> None:
    """Write a new file, and have the disk keep it before anything else is said about it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Make new names in a folder last through a power cut, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(folder: Path, *, wait_s: float) -> Iterator[bool]:
    """Keep others from writing to a folder; gives whether it is ours.

    The system gives the lock back when a process ends, however it ends.
    """
    with (folder / LOCK).open("a+b") as file:
        until = time.monotonic() + wait_s
        while not (ours := _taken(file.fileno())) and time.monotonic() < until:
            time.sleep(PAUSE_S)
        yield ours


if sys.platform == "win32":

    def _taken(descriptor: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _taken(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
