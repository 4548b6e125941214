"""The blocks of the networks on ETTh1, beside the figures published for it.

    python -m pip install '.[train]'
    python benchmarks/etth1.py FILE.csv[.gz] | DATA_DIR [--seeds 3]

Oil temperature and load of a transformer, hour by hour for two years (Zhou et al. 2021,
github.com/zhouhaoyi/ETDataset, CC BY-ND 4.0: fetch it, it is not part of this project). The
next 96 hours of seven series are forecast; first 12 months of 30 days to train, 4 to choose,
4 to test; each series by its mean and standard deviation of the training months; every one of
the 2,785 test windows counts. Each network is trained a fixed number of epochs with each seed
and judged by the weights it ends with; which one is the answer is chosen by its error on the
validation months alone. Prints a table with the time
of one seed; asserts nothing. It checks the code, not the homes.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ahorraluz.learning import blocks

HORIZON = 96
MONTH = 30 * 24
TRAIN_END, VALIDATION_END, TEST_END = 12 * MONTH, 16 * MONTH, 20 * MONTH
PARTS = {"validation": (TRAIN_END, VALIDATION_END), "test": (VALIDATION_END, TEST_END)}
DAY = 24
FEATURES = 7
SMALLEST_RATE = 0.02
"""Learning rate of the last step, as a part of the first one's."""
ANSWERS_AT_ONCE = 557
"""Windows of one call of a trained network; a fifth of a part, so that none is left over."""

Floats = NDArray[np.float32]
Tensor: TypeAlias = Any
Network: TypeAlias = Any
"""A Keras model from the past of all series, and the hour of its first step, to their future."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A network and how it is trained."""

    name: str
    past: int
    """Hours that are seen."""
    epochs: int
    batch: int
    rate: float = 1e-3
    """Learning rate of the first step; it falls along a cosine."""
    cycle: bool = False
    """Whether a learned day is taken out of the past and put back ahead."""
    normalised: bool = False
    """Whether each window is moved and scaled by its own mean and deviation."""
    mixing: int = 0
    """Mixing blocks before the linear map."""
    compiled: bool = True
    """Whether an epoch is compiled as one: a gain for few large products, a loss for many."""


RECIPES = (
    Recipe(name="linear, cycle", past=336, epochs=15, batch=32, cycle=True),
    Recipe(
        name="linear, cycle, normalised", past=336, epochs=15, batch=32, cycle=True, normalised=True
    ),
    Recipe(
        name="mixing, normalised",
        past=336,
        epochs=8,
        batch=32,
        normalised=True,
        mixing=1,
        compiled=False,
    ),
)
TOGETHER = "mean of all"
BAR = "the last day, repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """What one network answers for each part, and how long it took to fit."""

    answers: Mapping[str, Floats]
    """Answer by part, shape (windows, 96, 7)."""
    seconds: float
    """Time on the clock, which other work of the machine makes longer. [s]"""
    cpu_seconds: float
    """Time of all cores in this work alone. [s]"""
    weights: int


def series_of(path: Path) -> Floats:
    """Return the twenty months that count, scaled by the training months, shape (14400, 7)."""
    if path.is_dir():
        found = [path / "ett" / name for name in ("ETTh1.csv", "ETTh1.csv.gz")]
        path = next((file for file in found if file.exists()), found[0])
    raw = pd.read_csv(path).iloc[:TEST_END, 1:].to_numpy(dtype=np.float64)
    train = raw[:TRAIN_END]
    scaled: Floats = ((raw - train.mean(axis=0)) / train.std(axis=0)).astype(np.float32)
    return scaled


def first_steps(past: int, start: int, end: int) -> NDArray[np.int32]:
    """Return where the windows begin whose hours ahead lie in ``[start, end)``."""
    return np.arange(start - past, end - past - HORIZON + 1, dtype=np.int32)


def truth(series: Floats, part: str) -> Floats:
    """Return the hours ahead of every window of a part, shape (windows, 96, 7)."""
    places = first_steps(0, *PARTS[part])[:, None] + np.arange(HORIZON)
    ahead: Floats = series[places]
    return ahead


def network(recipe: Recipe) -> Network:
    """Return the network of a recipe, not trained yet."""
    import keras

    series = keras.Input((recipe.past, FEATURES))
    hour = keras.Input((), dtype="int32")
    mixing = [
        blocks.mixing_block(time_hidden=64, feature_hidden=16, dropout=0.7)
        for _ in range(recipe.mixing)
    ]
    inner = blocks.decomposed_linear(HORIZON)
    if mixing:
        inner = keras.Sequential([*mixing, inner])
    if recipe.normalised:
        inner = blocks.normalised(inner)
    if recipe.cycle:
        return keras.Model([series, hour], blocks.cyclic(inner, period=DAY)([series, hour]))
    return keras.Model([series, hour], inner(series))


def epoch_of(
    model: Network, recipe: Recipe, series: Floats, steps: int
) -> Callable[[NDArray[np.int32]], None]:
    """Return a function that goes once through the windows, in the order it is given."""
    import keras
    import tensorflow as tf

    rate = keras.optimizers.schedules.CosineDecay(
        recipe.rate, recipe.epochs * steps, alpha=SMALLEST_RATE
    )
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)
    cut = cutter(series, recipe.past)

    @tf.function(jit_compile=recipe.compiled)  # type: ignore[untyped-decorator]
    def epoch(order: Tensor) -> None:
        for step in tf.range(steps):
            before, hour, after = cut(tf.slice(order, [step * recipe.batch], [recipe.batch]))
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model([before, hour], training=True) - after))
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))

    run: Callable[[NDArray[np.int32]], None] = epoch
    return run


def cutter(series: Floats, past: int) -> Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]:
    """Return a function from first steps to what lies before, its first hour, what comes after."""
    import tensorflow as tf

    everything = tf.constant(series)
    steps = tf.range(past + HORIZON)

    def cut(first: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        window = tf.gather(everything, first[:, None] + steps)
        return window[:, :past], first % DAY, window[:, past:]

    return cut


def answers_of(model: Network, recipe: Recipe, series: Floats) -> dict[str, Floats]:
    """Return what a trained network answers for every window of each part."""
    import tensorflow as tf

    cut = cutter(series, recipe.past)
    answers = {}
    for part, (start, end) in PARTS.items():
        first = first_steps(recipe.past, start, end)
        pieces = [
            np.asarray(model(cut(tf.constant(piece))[:2], training=False))
            for piece in np.split(first, range(ANSWERS_AT_ONCE, len(first), ANSWERS_AT_ONCE))
        ]
        answers[part] = np.concatenate(pieces)
    return answers


def train(recipe: Recipe, series: Floats, seed: int) -> Trained:
    """Return a network trained from one seed."""
    import keras

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    first = first_steps(recipe.past, recipe.past, TRAIN_END)
    began = time.perf_counter(), time.process_time()
    model = network(recipe)
    epoch = epoch_of(model, recipe, series, len(first) // recipe.batch)
    for _ in range(recipe.epochs):
        epoch(rng.permutation(first))
    ended = time.perf_counter(), time.process_time()
    return Trained(
        answers=answers_of(model, recipe, series),
        seconds=ended[0] - began[0],
        cpu_seconds=ended[1] - began[1],
        weights=model.count_params(),
    )


def repeated_day(series: Floats) -> Trained:
    """Return the last known day as the answer for each of the days ahead."""
    answers = {}
    for part, (start, end) in PARTS.items():
        places = first_steps(DAY, start, end)[:, None] + np.arange(HORIZON) % DAY
        answers[part] = series[places]
    return Trained(answers=answers, seconds=0.0, cpu_seconds=0.0, weights=0)


def together(members: Sequence[Trained]) -> Trained:
    """Return the plain mean of what some networks answer."""
    return Trained(
        answers={
            part: np.mean([member.answers[part] for member in members], axis=0, dtype=np.float32)
            for part in PARTS
        },
        seconds=sum(member.seconds for member in members),
        cpu_seconds=sum(member.cpu_seconds for member in members),
        weights=sum(member.weights for member in members),
    )


def errors(trained: Trained, series: Floats, part: str) -> tuple[float, float]:
    """Return the mean squared and the mean absolute error over every window of a part."""
    miss = (trained.answers[part] - truth(series, part)).astype(np.float64)
    return float(np.mean(np.square(miss))), float(np.mean(np.abs(miss)))


def told(values: Sequence[float]) -> str:
    """Return mean and spread (standard deviation over seeds)."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.4f} ± {spread:.4f}"


def main() -> None:
    """Train every recipe with every seed and print the errors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, help="ETTh1.csv, or a folder with ett/ETTh1.csv[.gz]")
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    series = series_of(given.data)
    found = {BAR: [repeated_day(series)], **{recipe.name: [] for recipe in RECIPES}, TOGETHER: []}
    for seed in range(given.seeds):
        for recipe in RECIPES:
            found[recipe.name].append(train(recipe, series, seed))
            sys.stderr.write(f"seed {seed}: {recipe.name}\n")
        found[TOGETHER].append(together([found[recipe.name][-1] for recipe in RECIPES]))
    report(found, series)


def report(found: Mapping[str, Sequence[Trained]], series: Floats) -> None:
    """Print a row for each network, and the one that the validation months choose."""
    windows = len(truth(series, "test"))
    print(f"ETTh1, {HORIZON} h ahead, {windows:,} test windows, mean ± spread over seeds")
    titles = ("network", "weights", "validation MSE", "test MSE", "test MAE", "s", "CPU s")
    print("{:<27} {:>8} {:>16} {:>16} {:>16} {:>6} {:>6}".format(*titles))
    by_validation = {}
    for name, runs in found.items():
        validation = [errors(run, series, "validation")[0] for run in runs]
        squared, absolute = zip(*(errors(run, series, "test") for run in runs), strict=True)
        by_validation[name] = (statistics.mean(validation), squared)
        seconds = statistics.mean(run.seconds for run in runs)
        cpu = statistics.mean(run.cpu_seconds for run in runs)
        print(
            f"{name:<27} {runs[0].weights:>8,} {told(validation):>16} {told(squared):>16} "
            f"{told(absolute):>16} {seconds:>6.0f} {cpu:>6.0f}"
        )
    chosen = min(by_validation, key=lambda name: by_validation[name][0])
    squared = by_validation[chosen][1]
    print(f"chosen on validation: {chosen}")
    print(
        f"its test MSE: mean {statistics.mean(squared):.4f} of", *(f"{mse:.4f}" for mse in squared)
    )


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
