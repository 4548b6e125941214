"""Blocks of the networks: their shapes, what they learn, and that they survive being kept."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ahorraluz.learning import blocks

pytest.importorskip("tensorflow")

Floats = NDArray[np.float32]

BATCH, STEPS, FEATURES, HORIZON, PERIOD = 5, 48, 3, 24, 24
AGREEMENT = 1e-5


def mixing_then_linear() -> Any:
    import keras

    mixing = blocks.mixing_block(time_hidden=8, feature_hidden=4)
    return keras.Sequential([mixing, blocks.decomposed_linear(HORIZON)])


BLOCKS: dict[str, Callable[[], Any]] = {
    "one linear map": lambda: blocks.decomposed_linear(HORIZON, window=1),
    "trend and remainder": lambda: blocks.decomposed_linear(HORIZON),
    "around the mean": lambda: blocks.normalised(blocks.decomposed_linear(HORIZON)),
    "from the last value on": lambda: blocks.normalised(
        blocks.decomposed_linear(HORIZON, window=1), centre="last", scaled=False
    ),
    "mixing": lambda: blocks.mixing_block(time_hidden=8, feature_hidden=4, dropout=0.5),
    "mixing around the mean": lambda: blocks.normalised(mixing_then_linear()),
    "around a cycle": lambda: blocks.cyclic(
        blocks.normalised(blocks.decomposed_linear(HORIZON)), period=PERIOD
    ),
}

# Keras turns its variables into arrays in a way that numpy has begun to warn of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

every_block = pytest.mark.parametrize("name", BLOCKS)


def network(name: str) -> Any:
    """Return a small network of one block alone, weights drawn with a fixed seed."""
    import keras

    keras.utils.set_random_seed(7)
    series = keras.Input((STEPS, FEATURES), name="series")
    phase = keras.Input((), dtype="int32", name="phase")
    block = BLOCKS[name]()
    if name == "around a cycle":
        model = keras.Model([series, phase], block([series, phase]))
    else:
        model = keras.Model([series], block(series))
    rng = np.random.default_rng(7)
    model.set_weights([rng.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    return model


def inputs(name: str) -> list[NDArray[Any]]:
    rng = np.random.default_rng(11)
    series = rng.normal(2.0, 1.5, (BATCH, STEPS, FEATURES)).astype(np.float32)
    phase = np.arange(BATCH, dtype=np.int32) * 5
    return [series, phase] if name == "around a cycle" else [series]


def answer(model: Any, arrays: list[NDArray[Any]]) -> Floats:
    return np.asarray(model(arrays, training=False))


def test_the_module_alone_does_not_import_keras() -> None:
    code = "import sys, ahorraluz.learning.blocks; print({'keras', 'tensorflow'} & {*sys.modules})"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "set()"


@every_block
def test_a_block_answers_in_the_shape_it_promises(name: str) -> None:
    model = network(name)

    ahead = answer(model, inputs(name))

    assert ahead.shape == (BATCH, STEPS if name == "mixing" else HORIZON, FEATURES)
    assert np.isfinite(ahead).all()


@every_block
def test_every_weight_of_a_block_gets_a_gradient(name: str) -> None:
    import tensorflow as tf

    model = network(name)

    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(inputs(name), training=False) - 1.0))
    gradients = tape.gradient(loss, model.trainable_variables)

    assert gradients
    assert all(float(tf.reduce_max(tf.abs(gradient))) > 0 for gradient in gradients)


@every_block
def test_a_saved_block_answers_the_same(name: str, tmp_path: Path) -> None:
    import keras

    model = network(name)
    model.save(tmp_path / "block.keras")

    loaded = keras.saving.load_model(tmp_path / "block.keras", safe_mode=True)

    assert answer(loaded, inputs(name)).tolist() == answer(model, inputs(name)).tolist()


def test_registered_blocks_are_known_by_the_name_of_the_project() -> None:
    import keras

    blocks.register_blocks()

    for name in ("DecomposedLinear", "Normalised", "MixingBlock", "Cyclic"):
        assert keras.saving.get_registered_object(f"ahorraluz>{name}") is not None


@every_block
def test_litert_answers_what_keras_answers(name: str, tmp_path: Path) -> None:
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter

    model = network(name)
    model.export(tmp_path / "saved", verbose=False)
    converted = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved")).convert()

    runner = Interpreter(model_content=converted).get_signature_runner("serving_default")
    names = sorted(runner.get_input_details(), reverse=True)
    (ahead,) = runner(**dict(zip(names, inputs(name), strict=True))).values()

    assert np.abs(ahead - answer(model, inputs(name))).max() < AGREEMENT


def test_normalising_moves_the_answer_with_the_series() -> None:
    model = network("around the mean")
    (series,) = inputs("around the mean")

    moved = answer(model, [series * 4 + 100])

    assert moved == pytest.approx(answer(model, [series]) * 4 + 100, rel=1e-4)


def test_a_constant_series_is_answered_with_finite_numbers() -> None:
    model = network("around the mean")

    ahead = answer(model, [np.full((1, STEPS, FEATURES), 3.0, dtype=np.float32)])

    assert np.isfinite(ahead).all()


def test_a_cycle_is_put_back_at_the_phase_it_was_taken_out() -> None:
    import keras

    series = keras.Input((STEPS, 1))
    phase = keras.Input((), dtype="int32")
    block = blocks.cyclic(blocks.decomposed_linear(HORIZON, window=1), period=PERIOD)
    model = keras.Model([series, phase], block([series, phase]))
    cycle = np.sin(np.arange(PERIOD) * 2 * np.pi / PERIOD).astype(np.float32)
    # The linear map says zero: what is answered is the cycle alone.
    model.set_weights(
        [
            cycle[:, None] if weight.path.endswith("cycle") else np.zeros(weight.shape)
            for weight in model.weights
        ]
    )

    ahead = answer(model, [np.zeros((1, STEPS, 1), np.float32), np.array([7], np.int32)])

    places = (7 + STEPS + np.arange(HORIZON)) % PERIOD
    assert ahead[0, :, 0] == pytest.approx(cycle[places], abs=1e-6)


def test_a_mixing_block_mixes_steps_and_features() -> None:
    model = network("mixing")
    (series,) = inputs("mixing")
    touched = series.copy()
    touched[:, 0, 0] += 1.0

    change = answer(model, [touched]) - answer(model, [series])

    assert (np.abs(change[:, 1:, 0]).max(axis=1) > 0).all(), "another step"
    assert (np.abs(change[:, 0, 1:]).max(axis=1) > 0).all(), "another feature"


def test_a_trend_is_the_moving_average_with_its_ends_repeated() -> None:
    import keras

    series = keras.Input((3, 1))
    model = keras.Model([series], blocks.decomposed_linear(3, window=3)(series))
    # The remainder is answered with zero and the trend with itself.
    rest, trend = np.zeros((3, 3)), np.eye(3)
    model.set_weights([rest, np.zeros(3), trend, np.zeros(3)])

    ahead = answer(model, [np.array([[[3.0], [6.0], [12.0]]], np.float32)])

    assert ahead[0, :, 0] == pytest.approx([4.0, 7.0, 10.0])
