"""Serve the day mixer with LiteRT: no TensorFlow, a few tens of megabytes, under a millisecond."""

import json
from collections.abc import Callable, Mapping, Sequence
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
FEW = 12
"""Up to so many homes left over are called one by one: a batch costs as much however empty it is,
a home of it as much as a home alone."""

Run = Callable[[Inputs], np.ndarray]
"""A network: its answers to any number of homes, shape (w, 7, 24, 10). [of a mean hour]"""


class DayMixer:
    """A fitted day mixer behind the protocol of all forecasters."""

    name = NAME

    def __init__(
        self, model: "bytes | Run", card: Mapping[str, Any], *, free: "FreeDays | None" = None
    ) -> None:
        """Keep a model that ``ahorraluz train`` has written.

        Parameters
        ----------
        model
            Content of ``model.tflite``, or whatever runs the network.
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
        self.run: Run = LiteNetwork(model) if isinstance(model, bytes) else model

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first ``days`` days ahead, h = 24 × days.

        Raises
        ------
        ForecastError
            ``forecast-nothing-known``: a window with neither readings nor a recibo.
        """
        return self.told(windows, run=self.run, free=self._calendar(), days=days)

    def told(
        self, windows: Windows, *, run: Run, free: "FreeDays", days: int = HORIZON_DAYS
    ) -> Hours:
        """Return what :meth:`predict` does, of another network of this card, or elsewhere.

        Parameters
        ----------
        windows, days
            As of :meth:`predict`.
        run
            The network.
        free
            Holidays where the homes are.
        """
        if windows.facts is not None:
            # Of what no home that was learnt from had stated, the network knows nothing.
            windows = replace(windows, facts=np.where(self._taught, windows.facts, np.nan))
        base = climatology(windows, days=HORIZON_DAYS, population=self._population)
        seen = tokens(windows, base, free=free)
        answer = run(seen.inputs)[:, :days]
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


class LiteNetwork:
    """The network for any number of homes: whole batches at once, what is left one by one."""

    def __init__(self, model: bytes) -> None:
        """Load a model; raises as :class:`Network`."""
        self._one = Network(model, batch=1)
        self._many = Network(model, batch=BATCH)

    def __call__(self, inputs: Inputs) -> np.ndarray:
        """Return the answers of any number of homes, float32, shape (w, 7, 24, 10)."""
        count = len(inputs["home"])
        left = count % BATCH
        whole = count - left if left <= FEW else count
        return np.concatenate(
            [
                self._many({name: value[:whole] for name, value in inputs.items()}),
                self._one({name: value[whole:] for name, value in inputs.items()}),
            ]
        )


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
    model, card = shipped()
    return DayMixer(model, card, free=free)


def default_population() -> Population:
    """Return how the homes behind the default model spread their energy."""
    _, card = shipped()
    return population_of(card)


def population_of(card: Mapping[str, Any]) -> Population:
    """Return the population that a card holds."""
    tables: Mapping[str, Sequence[Any]] = card["population"]
    return Population(
        shape=np.array(tables["shape"]), quantile_ratio=np.array(tables["quantile_ratio"])
    )


@cache
def shipped() -> tuple[bytes, Mapping[str, Any]]:
    """Return network and card of the model that comes with the program."""
    folder = files("ahorraluz") / "data" / "models" / NAME
    card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    return (folder / MODEL_FILE).read_bytes(), card
