"""The network: it begins at the climatology, learns the same twice, and is exported whole."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from tests.unit.learning.invented_homes import windows_of, write_homes

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.forecaster import Windows
from ahorraluz.core.forecast.holidays import no_free
from ahorraluz.core.forecast.population import UNINFORMED
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning import judging
from ahorraluz.learning.day_tokens import SHAPES, tokens
from ahorraluz.learning.export import AGREEMENT, KERAS_FILE, SAVED_FOLDER, compared, export
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, DayMixer
from ahorraluz.learning.neural import UNKNOWN, Shape, _days_alike, build, joined, loss_of
from ahorraluz.learning.sampling import drawn
from ahorraluz.learning.training import Recipe, fit, targets, tokens_of, usual_hours
from ahorraluz.learning.training_data import Panel, read_panel
from ahorraluz.services import train_models as service

# Keras asks NumPy for arrays as it did before version 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TINY = Shape(width=8, blocks=1, heads=2, hour_code=2, hour_hidden=6)
RECIPE = Recipe(epochs=2, windows=32, batch=16, shape=TINY)


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    folder = tmp_path_factory.mktemp("meters")
    write_homes(folder / "homes.csv", homes=6, days=120)
    return read_panel(folder)


def fitted(panel: Panel, seed: int) -> Any:
    return fit(
        panel.learnt(),
        population=UNINFORMED,
        recipe=RECIPE,
        seed=seed,
        progress=lambda done, total, loss: None,
    )


@pytest.fixture(scope="module")
def member(panel: Panel) -> Any:
    return fitted(panel, 0)


def inputs_of(windows: Windows) -> dict[str, np.ndarray]:
    return tokens(windows, climatology(windows), free=no_free).inputs


def test_an_untrained_network_answers_with_the_climatology() -> None:
    inputs = inputs_of(windows_of(5))

    answer = build(TINY).predict(inputs, verbose=0)

    np.testing.assert_allclose(answer, inputs["base"], atol=1e-6)


def test_the_same_seed_gives_the_same_network_and_another_seed_another(
    panel: Panel, member: Any
) -> None:
    again, other = fitted(panel, 0), fitted(panel, 1)

    pairs = list(zip(member.get_weights(), again.get_weights(), strict=True))
    assert all(np.allclose(one, two, atol=1e-6) for one, two in pairs)
    assert any(
        not np.allclose(one, two)
        for one, two in zip(member.get_weights(), other.get_weights(), strict=True)
    )


def test_training_moves_the_network_away_from_the_climatology(member: Any) -> None:
    inputs = inputs_of(windows_of(5))

    answer = member.predict(inputs, verbose=0)

    assert np.isfinite(answer).all()
    assert np.abs(answer - inputs["base"]).max() > 1e-4


def test_days_that_a_calendar_calls_alike_are_shown_to_each_day_ahead() -> None:
    inputs = inputs_of(windows_of(1))
    layer = _days_alike()()

    shown = np.asarray(layer([inputs[name] for name in ("history", "known", "past", "ahead")]))

    # 27 July 2026 is a Monday: the last four Mondays, and the Monday a week before.
    history = inputs["history"][0]
    np.testing.assert_allclose(shown[0, 0, :, 2], history[::7].mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(shown[0, 0, :, 4], history[21])
    # Five of seven days are worked; yesterday is the same for every day ahead.
    np.testing.assert_allclose(shown[0, 0, :, 1], 20 / 28)
    np.testing.assert_allclose(shown[0, :, :, 9], np.tile(history[27], (7, 1)))


def test_hours_that_were_not_measured_do_not_count_in_the_loss(panel: Panel) -> None:
    sample = drawn(panel.learnt(), 4, np.random.default_rng(0))
    seen = tokens_of(sample, UNINFORMED)
    told = targets(sample, seen.level, usual_hours(panel.learnt()))
    answer = np.ones((4, 7, 24, 10), dtype=np.float32)
    loss = loss_of(0.5)
    told[0, 3, 4, 0] = UNKNOWN

    before = np.asarray(loss(told, answer))
    answer[0, 3, 4] = 1e6

    np.testing.assert_allclose(np.asarray(loss(told, answer)), before, rtol=1e-6)


def test_what_is_exported_agrees_in_all_forms(tmp_path: Path, panel: Panel, member: Any) -> None:
    model = joined([member, build(TINY, name="second")])

    found = export(model, tmp_path, sample=inputs_of(windows_of(5)))

    assert found.saved_model <= AGREEMENT
    assert found.litert <= AGREEMENT
    assert (tmp_path / KERAS_FILE).exists()
    assert (tmp_path / SAVED_FOLDER / "saved_model.pb").exists()
    # One home alone, and more than fill a batch.
    for count in (1, 70):
        again = compared(model, tmp_path, sample=inputs_of(windows_of(count)))
        assert again.litert <= AGREEMENT


def test_a_saved_model_is_called_by_name(tmp_path: Path, member: Any) -> None:
    import tensorflow as tf

    export(joined([member]), tmp_path, sample=inputs_of(windows_of(3)))

    loaded = tf.saved_model.load(str(tmp_path / SAVED_FOLDER))
    assert {"forecast", "serving_default"} <= set(loaded.signatures)
    assert set(loaded.signatures["forecast"].structured_input_signature[1]) == set(SHAPES)


def test_the_service_writes_a_model_that_answers_without_tensorflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meters, out = tmp_path / "meters", tmp_path / "model"
    meters.mkdir()
    write_homes(meters / "homes.csv", homes=6, days=200)
    monkeypatch.setattr(service, "refusals", lambda table, *, homes, name: [])
    steps: list[str] = []
    asked = service.Asked(data=meters, out=out, as_of=date(2026, 11, 26), seeds=2, recipe=RECIPE)

    trained = service.train_models(asked, progress=lambda step, done, total: steps.append(step))

    card = json.loads((out / CARD_FILE).read_text("utf-8"))
    assert card["version"] == trained.card["version"]
    assert set(card["data"]) == {"homes.csv"}
    assert {"nmae", "nrmse", "wql", "coverage80"} <= set(card["scores"]["unseen"]["7"]["day-mixer"])
    assert set(card["scores"]["cold_start"]) == {"0", "1", "2", "3", "7", "14", "28"}
    assert set(steps) == {"read", "fit", "judge", "export"}
    hours = DayMixer((out / MODEL_FILE).read_bytes(), card).predict(windows_of(3))
    assert np.isfinite(hours.quantiles).all()


def test_a_model_that_is_no_better_is_refused_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meters, out = tmp_path / "meters", tmp_path / "model"
    meters.mkdir()
    write_homes(meters / "homes.csv", homes=6, days=200)
    monkeypatch.setattr(judging, "COVERAGE", (0.999, 1.0))
    asked = service.Asked(data=meters, out=out, as_of=date(2026, 11, 26), seeds=1, recipe=RECIPE)

    with pytest.raises(InvalidInputError) as refused:
        service.train_models(asked, progress=lambda step, done, total: None)

    assert "train-coverage" in {issue.code for issue in refused.value.issues}
    assert not out.exists()


def test_a_model_that_is_written_anyway_says_in_its_card_why_it_is_not_good_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meters, out = tmp_path / "meters", tmp_path / "model"
    meters.mkdir()
    write_homes(meters / "homes.csv", homes=6, days=200)
    monkeypatch.setattr(judging, "COVERAGE", (0.999, 1.0))
    asked = service.Asked(
        data=meters, out=out, as_of=date(2026, 11, 26), seeds=1, anyway=True, recipe=RECIPE
    )

    service.train_models(asked, progress=lambda step, done, total: None)

    card = json.loads((out / CARD_FILE).read_text("utf-8"))
    assert "train-coverage" in card["refused"]


@pytest.mark.parametrize("better", ["nrmse", "wql"])
def test_the_gate_names_the_score_that_fell_short(better: str) -> None:
    good = {"nrmse": 0.8, "wql": 0.3, "coverage80": 0.8}
    bars = {"seven-day-mean": {"nrmse": 0.9}, "climatology-28": {"wql": 0.35}}
    table: judging.Table = {7: {"day-mixer": {**good, better: 1.0}, **bars}}

    issues = judging.refusals(table, homes="unseen")

    assert [(issue.code, issue.parameters["score"]) for issue in issues] == [
        ("train-not-better", better.upper())
    ]
