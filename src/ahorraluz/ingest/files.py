"""Files that people name: read whole within a limit, or refused for what is wrong with them."""

from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError


class FileReadError(AhorraLuzError):
    """A file that cannot be read."""


def read_limited(path: Path, *, limit: int) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path
        File as it was named.
    limit
        Largest size taken. [byte]

    Raises
    ------
    FileReadError
        ``file-missing``, ``file-is-folder``, ``file-forbidden``, ``file-too-large`` or
        ``file-not-read``.
    """
    shown = str(path)
    try:
        with path.open("rb") as file:
            # One byte more than allowed tells a file that is too large, whatever it is.
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise FileReadError("file-missing", file=shown) from None
    except IsADirectoryError:
        raise FileReadError("file-is-folder", file=shown) from None
    except PermissionError:
        raise FileReadError("file-forbidden", file=shown) from None
    except OSError as error:
        raise FileReadError("file-not-read", file=shown, reason=str(error.errno)) from None
    if len(content) > limit:
        raise FileReadError("file-too-large", file=shown, limit=limit)
    return content
