"""The champion of the shelf is served, and another one comes into use while people ask."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tests.unit.learning.invented_homes import windows_of
from tests.unit.learning.shelved_models import trained

from ahorraluz.core.forecast.forecaster import Hours
from ahorraluz.learning import shelf
from ahorraluz.learning.litert import load_default
from ahorraluz.learning.served import AGAIN_S, ServedForecaster, Serving
from ahorraluz.learning.shelved import Published

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")

NAME = "day-mixer"
ASKERS, VERSIONS = 6, 5


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put(models: Path, lift: float) -> Published:
    source = models.parent / f"trained-{lift}"
    if not source.exists():
        trained(source, lift=lift, network=False)
    version = str(json.loads((source / "card.json").read_text())["version"])
    return shelf.publish(source, models, name=NAME, version=version)


def told(serving: Serving) -> tuple[str, Hours]:
    model = serving.forecaster()
    return model.version, model.predict(windows_of(1))


def metric(serving: Serving, name: str) -> float:
    value = serving.meters.registry.get_sample_value(f"ahorraluz_model_{name}")
    assert value is not None
    return value


def test_without_a_shelf_the_model_of_the_program_is_served(models: Path) -> None:
    serving = Serving(shelf=models)

    version, hours = told(serving)

    assert version == load_default().version
    np.testing.assert_array_equal(hours.mean, load_default().predict(windows_of(1)).mean)
    labels = {"model": NAME, "version": version, "number": "0"}
    assert serving.meters.registry.get_sample_value("ahorraluz_model_served_info", labels) == 1


def test_the_champion_is_served_and_loaded_once(models: Path) -> None:
    first = put(models, 0.1)
    serving = Serving(shelf=models)

    used = [serving.model() for _ in range(3)]

    assert used[0].version == first.version
    assert used[0] is used[1] is used[2]
    assert not np.array_equal(
        told(serving)[1].quantiles, load_default().predict(windows_of(1)).quantiles
    )


def test_fewer_days_are_the_first_of_seven(models: Path) -> None:
    model = Serving(shelf=models).forecaster()

    two, seven = model.predict(windows_of(3), days=2), model.predict(windows_of(3))

    assert two.mean.shape == (3, 48)
    np.testing.assert_array_equal(two.quantiles, seven.quantiles[:, :48])


def test_another_champion_comes_into_use_after_the_next_look_and_not_before(models: Path) -> None:
    first = put(models, 0.1)
    now = [0.0]
    serving = Serving(shelf=models, clock=lambda: now[0])
    kept = serving.forecaster()
    second = put(models, 0.2)

    before, now[0] = serving.model().version, 0.6
    after = serving.model().version

    assert (before, after) == (first.version, second.version)
    # Whoever began with the old one is answered by it to the end.
    assert kept.version == first.version
    assert kept.predict(windows_of(1)).mean.shape == (1, 168)
    assert metric(serving, "swaps_total") == 1


def test_a_rollback_is_seen_like_a_promotion(models: Path) -> None:
    first, _ = put(models, 0.1), put(models, 0.2)
    serving = Serving(shelf=models, look_s=0)
    serving.model()

    shelf.point_to(models, name=NAME, number=1)
    back = serving.model().version
    shelf.point_to(models, name=NAME, number=0)

    assert back == first.version
    assert serving.model().number == 0


def test_nobody_is_refused_while_versions_come_and_each_answer_is_of_one_of_them(
    models: Path,
) -> None:
    windows = windows_of(1)
    put(models, 0.0)
    serving = Serving(shelf=models, look_s=0)
    expected = {serving.model().version: told(serving)[1]}
    stop, answers = threading.Event(), list[tuple[str, Hours]]()

    def ask() -> None:
        while not stop.is_set():
            model = serving.forecaster()
            # Two calls of one request: both by the version that it began with.
            answers.append((model.version, model.predict(windows)))
            answers.append((model.version, model.predict(windows)))

    with ThreadPoolExecutor(ASKERS) as pool:
        asking = [pool.submit(ask) for _ in range(ASKERS)]
        for number in range(1, VERSIONS):
            version = put(models, number / 10).version
            alone = Serving(shelf=models).forecaster()
            expected[version] = alone.predict(windows)
            while serving.model().version != version:
                pass
            enough = len(answers) + 4 * ASKERS
            while len(answers) < enough and not any(each.done() for each in asking):
                pass
        last = len(answers)
        stop.set()
        for each in asking:
            each.result()

    assert len(expected) == VERSIONS
    assert {version for version, _ in answers} == set(expected)
    for version, hours in answers:
        np.testing.assert_allclose(hours.quantiles, expected[version].quantiles, atol=1e-6)
    # One that asks after the last swap is answered by the newest only.
    assert {version for version, _ in answers[last + ASKERS * 2 :]} <= {list(expected)[-1]}
    assert told(serving)[0] == list(expected)[-1]
    assert metric(serving, "swaps_total") == VERSIONS - 1


@pytest.mark.parametrize("spoilt", ["model.tflite", "card.json", "champion.json"])
def test_a_version_that_is_spoilt_is_refused_and_the_old_one_stays(
    models: Path, spoilt: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = put(models, 0.1)
    serving = Serving(shelf=models, look_s=0)
    serving.model()
    second = put(models, 0.2)
    at = models / NAME if spoilt == "champion.json" else second.folder
    (at / spoilt).write_bytes(b"spoilt")

    used = [serving.model().version for _ in range(3)]

    assert used == [first.version] * 3
    assert metric(serving, "refused_total") == 1
    assert caplog.text.count("refused") == 1


def test_bytes_that_are_no_network_are_refused_though_they_were_published(models: Path) -> None:
    first = put(models, 0.1)
    serving = Serving(shelf=models, look_s=0)
    serving.model()
    source = models.parent / "garbage"
    version = trained(source, lift=0.2, network=False)
    (source / "model.tflite").write_bytes(b"no network at all")
    shelf.publish(source, models, name=NAME, version=version)

    assert serving.model().version == first.version
    assert metric(serving, "refused_total") == 1


def test_a_card_that_makes_nothing_sound_is_refused(models: Path) -> None:
    first = put(models, 0.1)
    serving = Serving(shelf=models, look_s=0)
    serving.model()

    put(models, float("nan"))

    assert serving.model().version == first.version


def test_one_that_is_mended_is_taken_after_a_while(models: Path) -> None:
    put(models, 0.1)
    now = [0.0]
    serving = Serving(shelf=models, look_s=0, clock=lambda: now[0])
    serving.model()
    second = put(models, 0.2)
    sound = (second.folder / "card.json").read_bytes()
    (second.folder / "card.json").write_bytes(b"spoilt")
    refused = serving.model().version
    (second.folder / "card.json").write_bytes(sound)

    soon, now[0] = serving.model().version, AGAIN_S + 1
    later = serving.model().version

    assert refused == soon != second.version
    assert later == second.version


def test_a_process_that_finds_a_spoilt_champion_serves_the_model_of_the_program(
    models: Path,
) -> None:
    first = put(models, 0.1)
    (first.folder / "model.tflite").write_bytes(b"spoilt")
    serving = Serving(shelf=models)

    assert told(serving)[0] == load_default().version
    assert metric(serving, "refused_total") == 1


def test_what_pages_hang_on_is_another_when_another_model_is_in_use(models: Path) -> None:
    serving = Serving(shelf=models, look_s=0)
    unloaded = serving.mark()
    serving.model()
    loaded = serving.mark()
    put(models, 0.1)

    swapped = serving.mark()
    used = serving.model()

    assert unloaded == loaded
    assert swapped != loaded
    assert serving.mark() == swapped
    assert used.number == 1


def test_a_forecaster_says_who_answered(models: Path) -> None:
    model = Serving(shelf=models).forecaster()

    model.predict(windows_of(1))

    assert isinstance(model, ServedForecaster)
    assert model.served_by == "in-process"
    assert model.number == 0
