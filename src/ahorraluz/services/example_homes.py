"""The invented homes that come with the program, to see an answer before typing anything."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.homes import KnownHome, home_from_bytes

ENDING = ".toml"


class ExampleError(AhorraLuzError):
    """An example that does not come with the program."""


def example_ids() -> Sequence[str]:
    """Return the ids of the example homes: the names of their files."""
    return tuple(_files())


def example_home(example: str, *, as_of: date) -> KnownHome:
    """Return one example home.

    Raises
    ------
    ExampleError
        ``example-unknown``.
    """
    found = _files().get(example)
    if found is None:
        raise ExampleError("example-unknown", value=example[:60], known=list(_files()))
    return home_from_bytes(found.read_bytes(), name=found.name, as_of=as_of)


@cache
def _files() -> dict[str, Traversable]:
    """Return the files by id: those of the package, else those beside its source."""
    packaged = files("ahorraluz") / "examples"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples"
    if not folder.is_dir():
        return {}
    found = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return {f.name.removesuffix(ENDING): f for f in found if f.name.endswith(ENDING)}
