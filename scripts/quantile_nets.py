"""Fitting of the small nets of months with numpy alone: the same numbers on every machine."""

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.forecast.forecaster import HIGH, LOW, MEDIAN, QUANTILES
from ahorraluz.core.forecast.months import QuantileNet

Floats = NDArray[np.float64]

BATCH = 512
LEARNING_RATE = 0.004
ROUND_CORNER = 0.02
"""Width within which the pinball's corner is rounded, so that steps can grow small. [log]"""
TABLES = ("centre", "scale", "hidden", "hidden_bias", "output", "output_bias", "line")
LEVELS = np.array(QUANTILES)


def held_out(home: str, *, share: float) -> bool:
    """Tell whether a home is kept from the fit: by a hash of its id, so for good."""
    return _hash(home) / 2**32 < share


def group_of(home: str, *, groups: int) -> int:
    """Return the group of a home, from 0, by a hash of its id."""
    return _hash(home) % groups


def _hash(home: str) -> int:
    return int(hashlib.sha256(home.encode()).hexdigest()[:8], 16)


def fit_nets(
    inputs: Floats, target: Floats, *, units: int, epochs: int, decay: float, seeds: int
) -> QuantileNet:
    """Return the mean of several nets, which is one wider net.

    Parameters
    ----------
    inputs, target
        Rows to learn from, shapes (n, k) and (n,).
    units
        Hidden units of each net.
    decay
        Weight of the squared weights in the loss.
    """
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    unit = (inputs - centre) / scale
    nets = [_fit(unit, target, units, epochs, decay, seed) for seed in range(seeds)]
    return QuantileNet(
        name="",
        version="",
        centre=centre,
        scale=scale,
        hidden=np.concatenate([net[0] for net in nets], axis=1),
        hidden_bias=np.concatenate([net[1] for net in nets]),
        output=np.concatenate([net[2] for net in nets]) / seeds,
        output_bias=np.mean([net[3] for net in nets], axis=0),
        line=np.mean([net[4] for net in nets], axis=0),
    )


def _fit(
    unit: Floats, target: Floats, units: int, epochs: int, decay: float, seed: int
) -> list[Floats]:
    """Return the weights of one net after Adam with a falling rate."""
    chance = np.random.default_rng(seed)
    count, width = unit.shape
    heads = len(LEVELS)
    weights = [
        chance.normal(0, width**-0.5, (width, units)),
        np.zeros(units),
        chance.normal(0, 0.1 * units**-0.5, (units, heads)),
        np.quantile(target, LEVELS),
        np.zeros((width, heads)),
    ]
    first = [np.zeros_like(weight) for weight in weights]
    second = [np.zeros_like(weight) for weight in weights]
    batches = count // BATCH
    step = 0
    for _ in range(epochs):
        order = chance.permutation(count)
        for batch in range(batches):
            rows = order[batch * BATCH : (batch + 1) * BATCH]
            gradient = _gradient(weights, unit[rows], target[rows], decay)
            step += 1
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / (epochs * batches)))
            for place, slope in enumerate(gradient):
                first[place] = 0.9 * first[place] + 0.1 * slope
                second[place] = 0.999 * second[place] + 0.001 * slope**2
                size = np.sqrt(second[place] / (1 - 0.999**step)) + 1e-8
                weights[place] = weights[place] - rate * first[place] / (1 - 0.9**step) / size
    return weights


def _gradient(weights: list[Floats], unit: Floats, target: Floats, decay: float) -> list[Floats]:
    hidden, hidden_bias, output, output_bias, line = weights
    units = np.tanh(unit @ hidden + hidden_bias)
    over = units @ output + output_bias + unit @ line - target[:, None]
    side = np.clip(over / ROUND_CORNER, -1, 1)
    slope = np.where(side < 0, side * LEVELS, side * (1 - LEVELS)) / len(target)
    back = (slope @ output.T) * (1 - units * units)
    return [
        unit.T @ back + decay * hidden,
        back.sum(axis=0),
        units.T @ slope + decay * output,
        slope.sum(axis=0),
        unit.T @ slope + decay * line,
    ]


def widening(quantiles: Floats, target: Floats) -> float:
    """Return how much wider the quantiles of homes outside the fit must lie to hold 80 %."""
    middle = quantiles[:, [MEDIAN]]
    low, high = 0.5, 2.0
    while high - low > 1e-3:
        factor = (low + high) / 2
        wide = middle + (quantiles - middle) * factor
        held = np.mean((target >= wide[:, LOW]) & (target <= wide[:, HIGH]))
        low, high = (factor, high) if held < LEVELS[HIGH] - LEVELS[LOW] else (low, factor)
    return round(high, 3)


def write_net(net: QuantileNet, path: Path, *, fitted: dict[str, object]) -> None:
    """Write a net as JSON: five digits a number, and what it was fitted on."""
    tables = {
        name: [[float(f"{x:.5g}") for x in row] for row in table.tolist()]
        if (table := getattr(net, name)).ndim > 1
        else [float(f"{x:.5g}") for x in table.tolist()]
        for name in TABLES
    }
    numbers = {"widen": net.widen, "tail": net.tail, **tables}
    version = hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()[:12]
    document = {"name": net.name, "version": version, "fitted": fitted, **numbers}
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n", encoding="utf-8")
