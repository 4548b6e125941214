"""``ahorraluz train --boosting``: what it writes, and what it refuses."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

pytest.importorskip("lightgbm")

from tests.unit.cli.running import run
from tests.unit.learning.invented_homes import windows_of, write_homes

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning.boosting import CARD_FILE, Recipe, load_boosting
from ahorraluz.services import train_boosting as service

SMALL = Recipe(rounds=8, leaves=4, rate=0.3, least_rows=50, hours=8_000)


def asked(folder: Path) -> service.Asked:
    """Return a small fit of a folder; home 2 of ten is held back."""
    return service.Asked(
        data=folder,
        out=folder / "model",
        as_of=date(2026, 11, 26),
        seeds=2,
        windows=120,
        recipe=SMALL,
    )


@pytest.fixture(scope="module")
def meters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file of ten invented homes."""
    folder = tmp_path_factory.mktemp("meters")
    write_homes(folder / "homes.csv", homes=10, days=120)
    return folder


def test_trees_that_pass_are_written_with_their_card(
    meters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "refusals", lambda *_, **__: [])
    steps: list[str] = []

    card = service.train_trees(asked(meters), progress=lambda step, _done, _all: steps.append(step))

    model = load_boosting(meters / "model")
    assert (model.version, model.name) == (card["version"], "boosting")
    assert set(card["data"]) == {"homes.csv"}
    assert set(card["scores"]) == {"seen", "unseen", "unseen_by_seed", "cold_start"}
    assert card["seeds"] == [0, 1]
    assert set(card["scores"]["unseen_by_seed"]["1"]["wql"]) == {"mean", "spread"}
    assert card["scores"]["cold_start"]["1"]["7"]["boosting"]["wql"] > 0
    assert "boosting" in card["scores"]["unseen"]["7"]
    assert list(dict.fromkeys(steps)) == ["read", "fit", "judge", "export"]
    assert model.predict(windows_of(1)).mean.shape == (1, 168)


def test_trees_that_are_not_good_enough_are_not_written(
    meters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.learning.judging.COVERAGE", (0.99, 1.0))
    refused = replace(asked(meters), out=tmp_path / "model")

    with pytest.raises(InvalidInputError, match="train-coverage"):
        service.train_trees(refused, progress=lambda *_: None)

    assert not (tmp_path / "model" / CARD_FILE).exists()


def test_trees_are_fitted_without_tensorflow(meters: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tensorflow", "keras"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setattr(service, "refusals", lambda *_, **__: [])

    assert service.train_trees(asked(meters), progress=lambda *_: None)["name"] == "boosting"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--out", "model"), "--data", id="no folder of readings"),
        pytest.param(("--data", "."), "--out", id="nowhere to write"),
        pytest.param(("--data", ".", "--out", "model"), "36", id="nothing to learn from"),
        pytest.param(("--data", ".", "--out", "m", "--epochs", "2"), "--epochs", id="epochs"),
        pytest.param(
            ("--data", ".", "--out", "m", "--write-anyway"), "--write-anyway", id="anyway"
        ),
    ],
)
def test_what_cannot_be_asked_for_ends_with_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    result = run("train", "--boosting", *words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("home", "days", "said"),
    [
        pytest.param("home-0", 30, "36", id="too few days"),
        pytest.param("home-2", 60, "Ninguno", id="a home that is held back, alone"),
    ],
)
def test_homes_that_nothing_can_be_learnt_from_are_refused(
    tmp_path: Path, home: str, days: int, said: str
) -> None:
    file = tmp_path / "homes.csv"
    write_homes(file, homes=1, days=days)
    file.write_text(file.read_text("utf-8").replace("home-0", home), encoding="utf-8")

    result = run("train", "--boosting", "--data", tmp_path, "--out", tmp_path / "model")

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "model").exists()
