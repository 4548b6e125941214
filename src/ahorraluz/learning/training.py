"""Fit the day mixer: windows drawn anew for every round, weights averaged over the last ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.forecaster import HORIZON_DAYS, Floats
from ahorraluz.core.forecast.population import Population
from ahorraluz.learning.day_tokens import LEVEL_FLOOR, Tokens, tokens
from ahorraluz.learning.neural import UNKNOWN, Model, Shape, build, loss_of
from ahorraluz.learning.sampling import Sample, calendar_of, drawn
from ahorraluz.learning.training_data import TrainingHome

Progress = Callable[[int, int, float], None]
"""Told after every round: rounds done, rounds in all, loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a network is fitted."""

    epochs: int = 20
    """Rounds, each of newly drawn windows."""
    windows: int = 8192
    """Windows of a round."""
    batch: int = 128
    rate: float = 2e-3
    """Highest step of the optimiser; it falls to nothing along a cosine."""
    decay: float = 1e-2
    """Weight decay."""
    mean_weight: float = 0.1
    """Weight of the mean's squared error against the quantiles' pinball loss."""
    averaged: float = 0.4
    """Part of the rounds, the last ones, whose weights are averaged."""
    shape: Shape = field(default_factory=Shape)


WEIGHTS = (0.05, 4.0)
"""Least and greatest weight of a window: its level against its home's."""
CALM = 4.0
"""Greatest mean over standard deviation of a home that counts as such."""


def fit(
    homes: Sequence[TrainingHome],
    *,
    population: Population,
    recipe: Recipe,
    seed: int,
    progress: Progress,
) -> Model:
    """Return one network fitted on the part to learn from of some homes.

    Parameters
    ----------
    homes
        Homes to learn from.
    population
        For windows without any reading.
    recipe
        How.
    seed
        Of everything that is drawn; the same seed gives the same network on one machine.
    progress
        Told after every round.
    """
    import keras

    keras.utils.set_random_seed(seed)
    chance = np.random.default_rng(seed)
    model = build(recipe.shape, name=f"day_mixer_{seed}")
    steps = recipe.epochs * -(-recipe.windows // recipe.batch)
    warm = max(1, steps // 20)
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.rate / 10, steps - warm, warmup_target=recipe.rate, warmup_steps=warm
    )
    optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.decay, clipnorm=1.0)
    model.compile(optimizer, loss=loss_of(recipe.mean_weight))
    usual = usual_hours(homes)
    first_kept = recipe.epochs - max(1, round(recipe.averaged * recipe.epochs))
    kept: list[list[np.ndarray]] = []
    for epoch in range(recipe.epochs):
        sample = drawn(homes, recipe.windows, chance)
        seen = tokens_of(sample, population)
        aims = targets(sample, seen.level, usual)
        past = model.fit(seen.inputs, aims, batch_size=recipe.batch, verbose=0)
        if epoch >= first_kept:
            kept.append(model.get_weights())
        progress(epoch + 1, recipe.epochs, float(past.history["loss"][-1]))
    # A network that was never compiled: one that was cannot be loaded without its loss.
    finished = build(recipe.shape, name=model.name)
    finished.set_weights([np.mean(weights, axis=0) for weights in zip(*kept, strict=True)])
    return finished


def tokens_of(sample: Sample, population: Population) -> Tokens:
    """Return what the network sees of some windows, by the holidays of their countries."""
    windows = sample.cut.windows
    base = climatology(windows, days=HORIZON_DAYS, population=population)
    return tokens(windows, base, free=calendar_of(sample.country))


def usual_hours(homes: Sequence[TrainingHome]) -> Floats:
    """Return mean and standard deviation of the hours to learn from, shape (homes, 2). [kWh]"""
    usual = []
    for home in homes:
        learnt = home.hours.kwh[home.hours.days < home.learn_until]
        known = learnt[~np.isnan(learnt)]
        usual.append((float(known.mean()), float(known.std())) if len(known) else (0.0, 0.0))
    return np.asarray(np.maximum(np.array(usual), LEVEL_FLOOR))


def targets(sample: Sample, level: Floats, usual: Floats) -> Any:  # noqa: ANN401 - float32
    """Return what the loss is told of each hour ahead, shape (w, 7, 24, 3).

    First its energy, scaled by the window's level, ``UNKNOWN`` where not measured; then the
    window's level over its home's, and the home's mean over its standard deviation. Errors
    weighted so are in units of the home: a window in which nobody was there has a level near
    zero, and whatever follows it would weigh a thousand times an ordinary day; the squared
    errors of one erratic home would outweigh those of all others.
    """
    actual = np.maximum(sample.cut.actual, 0.0) / level[:, None, None]
    known = np.where(np.isnan(actual), UNKNOWN, actual)
    mean, deviation = usual[sample.cut.home].T
    weight = np.clip(level / mean, *WEIGHTS)
    calm = np.minimum(mean / deviation, CALM)
    columns = [known, *(np.broadcast_to(x[:, None, None], known.shape) for x in (weight, calm))]
    return np.stack(columns, axis=-1).astype(np.float32)
