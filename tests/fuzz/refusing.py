"""What a refusal has to be: an error of the house, whose every code has words in each language."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar

from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.texts import ENGLISH, SPANISH, open_texts

T = TypeVar("T")


class FoundError(AssertionError):
    """Something that holds for every input did not hold."""


def hold(fact: bool, what: str) -> None:
    """Raise where something does not hold."""
    if not fact:
        raise FoundError(what)


def refused(call: Callable[[], T]) -> T | None:
    """Return what a call gives, ``None`` where it refuses in words; all else is a finding."""
    try:
        return call()
    except AhorraLuzError as error:
        tell(error.issues)
    return None


def tell(issues: tuple[Issue, ...]) -> None:
    """Say issues in both languages: a code without words is a finding."""
    hold(bool(issues), "an error without an issue")
    for issue in issues:
        for locale in (SPANISH, ENGLISH):
            hold(bool(open_texts(locale).issue(issue).strip()), issue.code)


@cache
def scratch() -> Path:
    """Return a folder of this process for what is read from files; it goes when that ends."""
    folder = tempfile.mkdtemp(prefix="ahorraluz-fuzz-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def kept(name: str, content: bytes) -> Path:
    """Write a file in the scratch folder; return its path."""
    path = scratch() / name
    path.write_bytes(content)
    return path
