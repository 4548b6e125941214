"""What is asked of every notebook: that it ran from top to bottom and names no machine.

Needs nothing but the standard library.
"""

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
PICTURES = {
    "exploratory_analysis": 9,
    "data_preprocessing": 7,
    "model_training_evaluation": 6,
}
"""Notebooks, in the order in which to read them, and the pictures of each."""
SHOWN = {
    "homes-apart.png": ("exploratory_analysis", 0),
    "limit-step.png": ("exploratory_analysis", 7),
    "cleaning-energy.png": ("data_preprocessing", 2),
    "model-ratios.png": ("model_training_evaluation", 2),
    "model-coverage.png": ("model_training_evaluation", 4),
}
"""Pictures that the guide shows, with their notebook and their place in it."""
IMAGES = FOLDER.parent / "docs" / "images"
MOST_BYTES = 700_000
MOST_CODE_LINES = 70
"""Of a cell, so that it can be followed."""
MACHINE = re.compile(r"(?<![\w.}/-])/(?:work|root|tmp|usr|opt|home/[a-z]\w*|Users/[A-Za-z]\w*)/")
"""Paths of one machine."""
PACKAGE = re.compile(r"^(?:from|import) ahorraluz\b", re.MULTILINE)
Notebook = Mapping[str, Any]


def read(name: str) -> Notebook:
    """Return a notebook of the folder."""
    found: Notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    return found


def pictures(notebook: Notebook) -> list[bytes]:
    """Return the pictures that a notebook shows, in order."""
    return [
        b64decode(output["data"]["image/png"])
        for output in outputs(notebook)
        if "image/png" in output.get("data", {})
    ]


def outputs(notebook: Notebook) -> Iterator[Mapping[str, Any]]:
    """Yield everything that the cells of a notebook show."""
    for cell in code_cells(notebook):
        yield from cell["outputs"]


def code_cells(notebook: Notebook) -> list[Mapping[str, Any]]:
    """Return the cells with code that is not empty."""
    return [c for c in notebook["cells"] if c["cell_type"] == "code" and source(c).strip()]


def source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell."""
    return "".join(cell["source"])


def problems(name: str, notebook: Notebook) -> list[str]:
    """Return what is wrong with a notebook that was run, nothing where all is well."""
    return [f"{name}: {problem}" for problem in _problems(notebook, PICTURES[name])]


def _problems(notebook: Notebook, expected: int) -> Iterator[str]:
    cells = code_cells(notebook)
    counts = [cell["execution_count"] for cell in cells]
    if counts != list(range(1, len(cells) + 1)):
        yield f"cells ran out of order or not at all: {counts}"
    if len(pictures(notebook)) != expected:
        yield f"{len(pictures(notebook))} pictures instead of {expected}"
    for output in outputs(notebook):
        if output["output_type"] == "error":
            yield f"an error: {output['ename']}"
        if output.get("name") == "stderr":
            yield f"a warning: {''.join(output['text'])[:200]}"
    yield from _text_problems(notebook, cells)


def _text_problems(notebook: Notebook, cells: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    text = json.dumps(notebook, ensure_ascii=False)
    if found := MACHINE.search(text):
        yield f"a path of one machine: {found[0]}"
    if len(text.encode("utf-8")) > MOST_BYTES:
        yield f"{len(text.encode('utf-8'))} bytes"
    if not PACKAGE.search("\n".join(map(source, cells))):
        yield "nothing of the package is imported"
    if "made up" not in source(notebook["cells"][0]):
        yield "the first cell does not say that the homes are made up"
    lines = [len(source(cell).splitlines()) for cell in cells]
    yield from (f"a cell of {count} lines" for count in lines if count > MOST_CODE_LINES)
