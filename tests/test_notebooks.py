"""The notebooks as they lie here ran from top to bottom, and what is asked of them is asked well.

That they still run is for ``make notebooks``, which needs pictures and a kernel.
"""

import copy
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECKS = _script("notebook_checks")
NAMES = list(CHECKS.PICTURES)


def test_every_notebook_of_the_folder_is_asked_about() -> None:
    assert sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_ran_without_an_error_and_names_no_machine(name: str) -> None:
    assert CHECKS.problems(name, CHECKS.read(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_guide_leads_to_the_notebook(name: str) -> None:
    guide = (ROOT / "docs" / "guides" / "notebooks.md").read_text("utf-8")

    assert f"notebooks/{name}.ipynb" in guide


@pytest.mark.parametrize("file", CHECKS.SHOWN)
def test_the_guide_shows_pictures_as_the_notebooks_have_them(file: str) -> None:
    name, place = CHECKS.SHOWN[file]
    guide = (ROOT / "docs" / "guides" / "notebooks.md").read_text("utf-8")

    assert (CHECKS.IMAGES / file).read_bytes() == CHECKS.pictures(CHECKS.read(name))[place]
    assert f"(../images/{file})" in guide


def code_of(notebook: dict[str, Any]) -> dict[str, Any]:
    cell: dict[str, Any] = CHECKS.code_cells(notebook)[0]
    return cell


def with_error(notebook: dict[str, Any]) -> None:
    error = {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}
    code_of(notebook)["outputs"].append(error)


def with_warning(notebook: dict[str, Any]) -> None:
    code_of(notebook)["outputs"].append(
        {"output_type": "stream", "name": "stderr", "text": ["FutureWarning"]}
    )


def with_path(notebook: dict[str, Any]) -> None:
    code_of(notebook)["source"] = "open('/ho" + "me/somebody/readings.csv')"


def out_of_order(notebook: dict[str, Any]) -> None:
    code_of(notebook)["execution_count"] = 7


def without_pictures(notebook: dict[str, Any]) -> None:
    for cell in CHECKS.code_cells(notebook):
        cell["outputs"] = []


def without_a_word_of_it(notebook: dict[str, Any]) -> None:
    notebook["cells"][0]["source"] = "# Homes"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(with_error, "an error: KeyError", id="an error"),
        pytest.param(with_warning, "a warning: FutureWarning", id="a warning"),
        pytest.param(with_path, "a path of one machine", id="a path"),
        pytest.param(out_of_order, "out of order", id="cells run out of order"),
        pytest.param(without_pictures, "0 pictures", id="no picture"),
        pytest.param(without_a_word_of_it, "made up", id="nothing says who lives there"),
    ],
)
def test_what_is_wrong_with_a_notebook_is_said(
    spoil: Callable[[dict[str, Any]], None], said: str
) -> None:
    notebook = copy.deepcopy(CHECKS.read(NAMES[0]))

    spoil(notebook)

    assert any(said in problem for problem in CHECKS.problems(NAMES[0], notebook))
