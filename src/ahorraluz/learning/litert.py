"""Serve the day mixer with LiteRT: no TensorFlow, a few tens of megabytes, under a millisecond."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.forecaster import (
    FACTS,
    HORIZON_DAYS,
    HOURS_DAY,
    QUANTILES,
    Floats,
    Forecaster,
    ForecastError,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.population import Population
from ahorraluz.learning.day_tokens import Inputs, bare_as_others, hours_of_answer, tokens

if TYPE_CHECKING:
    from ahorraluz.core.forecast.holidays import FreeDays

NAME = "day-mixer"
MODEL_FILE, CARD_FILE = "model.tflite", "card.json"
SIGNATURE = "forecast"
"""Name of the call in both exported forms."""
BATCH = 16
"""Homes of one call of the network: what it works on then stays in the cache."""
FEW = 4
"""Up to so many homes are called one by one rather than as a batch that is mostly empty."""


class DayMixer:
    """A fitted day mixer behind the protocol of all forecasters."""

    name = NAME

    def __init__(
        self, model: bytes, card: Mapping[str, Any], *, free: "FreeDays | None" = None
    ) -> None:
        """Keep a model that ``ahorraluz train`` has written.

        Parameters
        ----------
        model
            Content of ``model.tflite``.
        card
            Content of ``card.json``.
        free
            Holidays where the homes are; ``None``: those of Peru.
        """
        self.version = str(card["version"])
        self._population = population_of(card)
        self._offsets: Floats = np.array(card["offsets"])
        self._taught = np.array([card["facts"][name] > 0 for name in FACTS])
        self._free = free
        self._one = Network(model, batch=1)
        self._many = Network(model, batch=BATCH)

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first ``days`` days ahead, h = 24 × days.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``: a window with neither readings nor a recibo.
        """
        if windows.facts is not None:
            # Of what no home that was learnt from had stated, the network knows nothing.
            windows = replace(windows, facts=np.where(self._taught, windows.facts, np.nan))
        base = climatology(windows, days=HORIZON_DAYS, population=self._population)
        seen = tokens(windows, base, free=self._calendar())
        network = self._one if len(windows) <= FEW else self._many
        answer = network(seen.inputs)[:, :days]
        return bare_as_others(hours_of_answer(answer, seen.level, self._offsets), windows, base)

    def _calendar(self) -> "FreeDays":
        if self._free is None:
            # The list of holidays takes longer to load than the model: when first needed.
            from ahorraluz.core.forecast.holidays import peru_free

            self._free = peru_free
        return self._free


class Network:
    """The network in LiteRT, for batches of one size; calls from several threads queue."""

    def __init__(self, model: bytes, *, batch: int) -> None:
        """Load a model and set its batch.

        Raises
        ------
        ForecastError
            ``forecast-runtime-missing``: this system has no LiteRT.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ForecastError("forecast-runtime-missing", package="ai-edge-litert") from error
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._batch = batch
        self._lock = Lock()
        self._interpreter.allocate_tensors()
        runner = self._interpreter.get_signature_runner(SIGNATURE)
        details = runner.get_input_details()
        self._places = {name: int(detail["index"]) for name, detail in details.items()}
        (out,) = runner.get_output_details().values()
        self._out = int(out["index"])
        # It holds on to the tensors, which cannot be resized as long as it lives.
        del runner
        for name, place in self._places.items():
            size = [batch, *(int(n) for n in details[name]["shape"][1:])]
            self._interpreter.resize_tensor_input(place, size)
        self._interpreter.allocate_tensors()

    def __call__(self, inputs: Inputs) -> np.ndarray:
        """Return the answers of any number of homes, float32, shape (w, 7, 24, 10)."""
        count = len(inputs["home"])
        parts = [self._part(inputs, start) for start in range(0, count, self._batch)]
        none = np.zeros((0, HORIZON_DAYS, HOURS_DAY, len(QUANTILES) + 1), dtype=np.float32)
        return np.concatenate([none, *parts])

    def _part(self, inputs: Inputs, start: int) -> np.ndarray:
        with self._lock:
            rows = 0
            for name, place in self._places.items():
                given = inputs[name][start : start + self._batch]
                rows = len(given)
                if rows < self._batch:
                    rest = np.zeros((self._batch - rows, *given.shape[1:]), dtype=np.float32)
                    given = np.concatenate([given, rest])
                self._interpreter.set_tensor(place, given)
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._out)[:rows])


def load_default(*, free: "FreeDays | None" = None) -> Forecaster:
    """Return the model that comes with the program.

    Parameters
    ----------
    free
        Holidays where the homes are; ``None``: those of Peru.

    Raises
    ------
    ForecastError
        ``forecast-runtime-missing``: this system has no LiteRT.
    """
    model, card = _shipped()
    return DayMixer(model, card, free=free)


def default_population() -> Population:
    """Return how the homes behind the default model spread their energy."""
    _, card = _shipped()
    return population_of(card)


def population_of(card: Mapping[str, Any]) -> Population:
    """Return the population that a card holds."""
    tables: Mapping[str, Sequence[Any]] = card["population"]
    return Population(
        shape=np.array(tables["shape"]), quantile_ratio=np.array(tables["quantile_ratio"])
    )


@cache
def _shipped() -> tuple[bytes, Mapping[str, Any]]:
    folder = files("ahorraluz") / "data" / "models" / NAME
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    return (folder / MODEL_FILE).read_bytes(), card
