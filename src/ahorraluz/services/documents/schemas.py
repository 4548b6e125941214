"""The layouts of documents as JSON Schema: what `--json` prints, and what the API answers."""

import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

ENDING = ".json"


@cache
def load_schema(name: str) -> dict[str, Any]:
    """Return the layout of one document, such as ``plan``; raises ``KeyError`` for none."""
    found: dict[str, Any] = json.loads(_files()[name].read_text("utf-8"))
    return found


@cache
def _files() -> dict[str, Traversable]:
    """Return the files by name: those of the package, else those beside its source."""
    packaged = files("ahorraluz") / "schemas"
    beside = Path(__file__).parents[4] / "docs" / "reference" / "schemas"
    folder = packaged if packaged.is_dir() else beside
    return {f.name.removesuffix(ENDING): f for f in folder.iterdir() if f.name.endswith(ENDING)}
