"""Bytes that run code where something unpickles them."""

import os
import pickle
from pathlib import Path

from typing_extensions import override


class Evil:
    """Something that makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @override
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def poison(canary: Path, *, protocol: int | None = None) -> bytes:
    """Return a pickle that makes ``canary`` when it is loaded."""
    return pickle.dumps(Evil(canary), protocol=protocol)
