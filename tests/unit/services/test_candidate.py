"""A backtest of a network that is not served yet, on homes that are never learnt from."""

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.unit.cli.running import run
from tests.unit.learning.invented_homes import write_homes
from tests.unit.services.test_same_model import changed

from ahorraluz.learning.training_data import read_panel

SHIPPED = Path(str(files("ahorraluz"))) / "data" / "models" / "day-mixer"


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return features of invented homes, and a copy of the shipped model that was changed."""
    folder = tmp_path_factory.mktemp("candidate")
    (folder / "meters").mkdir()
    write_homes(folder / "meters" / "homes.csv", homes=6, days=120)
    run("features", "--readings", folder / "meters", "--out", folder / "features")
    model = folder / "model"
    model.mkdir()
    for name in ("model.tflite", "card.json"):
        shutil.copy(SHIPPED / name, model)
    return folder / "features", changed(model, lambda _: None)


def card_of(folder: Path) -> Any:
    """Return the card of a model."""
    return json.loads((folder / "card.json").read_text("utf-8"))


def test_a_candidate_is_judged_in_the_place_of_the_model_that_is_served(
    folders: tuple[Path, Path],
) -> None:
    features, model = folders
    words = ("backtest", "--readings", features, "--models", "day-mixer", "--horizon", "24")

    served, candidate = (
        json.loads(run(*words, *more, "--json").stdout) for more in ((), ("--model", model))
    )

    assert served["homes"] == candidate["homes"] == len(read_panel(features).unseen())
    versions = [one["models"]["day-mixer"]["version"] for one in (served, candidate)]
    assert versions[0] != versions[1] == card_of(model)["version"]


def test_a_candidate_that_nobody_asked_for_is_refused(folders: tuple[Path, Path]) -> None:
    features, model = folders
    words = ("backtest", "--readings", features, "--models", "climatology-28", "--model", model)

    result = run(*words, "--lang", "en")

    assert (result.exit_code, "day-mixer" in result.stderr) == (2, True)
