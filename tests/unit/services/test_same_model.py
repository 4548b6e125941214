"""A model made again: the same bits are told as the same, others with the reason."""

import json
import shutil
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.running import run

from ahorraluz.services.same_model import same_model

SHIPPED = Path(str(files("ahorraluz"))) / "data" / "models" / "day-mixer"


@pytest.fixture
def again(tmp_path: Path) -> Path:
    """Return a copy of the shipped model."""
    folder = tmp_path / "again"
    folder.mkdir()
    for name in ("model.tflite", "card.json"):
        shutil.copy(SHIPPED / name, folder / name)
    return folder


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change the network of a folder, and its card, in one weight and as told."""
    import hashlib

    content = bytearray((folder / "model.tflite").read_bytes())
    # A few bytes within the weights, which lie after the tables of the file.
    place = len(content) // 2
    content[place] ^= 1
    (folder / "model.tflite").write_bytes(content)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["version"] = hashlib.sha256(content).hexdigest()[:12]
    change(card)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_the_shipped_model_is_the_same_as_itself(again: Path) -> None:
    found = same_model(again, None)

    assert (found.equal, found.apart, found.reasons) == (True, 0.0, ())
    assert found.ours == found.theirs


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        pytest.param({"data": {"mine.csv": "00"}}, "same-data-differs", "mine.csv", id="data"),
        pytest.param({"libraries": {"numpy": "1"}}, "same-libraries-differ", "numpy", id="numpy"),
        pytest.param({"recipe": {"epochs": 1}}, "same-parts-differ", "recipe", id="recipe"),
        pytest.param({"seeds": [7]}, "same-parts-differ", "seeds", id="seeds"),
    ],
)
def test_what_differs_is_named(
    again: Path, change: Mapping[str, Any], code: str, named: str
) -> None:
    found = same_model(changed(again, lambda card: card.update(change)), None)

    reasons = {reason.code: str(reason.parameters["names"]) for reason in found.reasons}
    assert not found.equal
    assert named in reasons[code]


def test_where_the_other_card_tells_of_no_processor_that_is_said(again: Path) -> None:
    found = same_model(changed(again, lambda _: None), None)

    assert [reason.code for reason in found.reasons] == ["same-machine-unknown"]


def test_the_command_says_it_and_ends_with_two_where_that_was_asked_for(again: Path) -> None:
    equal = run("models", "same", again, "--strict", "--lang", "en")
    changed(again, lambda _: None)
    report = again.parent / "same.json"

    codes = [
        run("models", "same", again, "--report", report, *more).exit_code
        for more in ((), ("--strict",))
    ]

    assert (equal.exit_code, equal.stdout.startswith("The same bit for bit")) == (0, True)
    assert codes == [0, 2]
    assert json.loads(report.read_text("utf-8"))["equal"] is False
