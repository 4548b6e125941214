"""The day mixer as this process serves it: the champion of the shelf, loaded once, swapped hot.

Who asks takes the version that is in use at that moment and keeps it for all its questions, so
that nothing is answered by two versions at once. A version that comes is loaded beside the old
one and tried; only then it is in use, and the old one goes when its last question is answered. One
that is not what was published, or gives no sound answer, is refused: it is said, and the old one
stays. The pointer of the shelf is looked at by ``stat``, at most a few times a second.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    HORIZON_DAYS,
    HOURS_DAY,
    Forecaster,
    ForecastError,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.holidays import no_free, peru_free
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.gathering import Gathering, Told
from ahorraluz.learning.litert import CARD_FILE, MODEL_FILE, NAME, DayMixer, LiteNetwork, shipped
from ahorraluz.learning.shelf import champion, pointer_mark
from ahorraluz.learning.shelved import SHIPPED_NUMBER
from ahorraluz.telemetry import LOGGER, ModelMeters

if TYPE_CHECKING:
    from ahorraluz.core.forecast.holidays import FreeDays
    from ahorraluz.learning.day_tokens import Inputs

LOOK_S = 0.5
"""Between two looks at the pointer. [s]"""
AGAIN_S = 30.0
"""Until a version that was refused is tried again. [s]"""
AGREEMENT = 1e-4
"""Largest difference between a server's answer and that of this process, in mean hours."""
CHECKED_EVERY = 500
"""Answers of a server after which one is held against this process again, as the first is."""
IN_PROCESS = "in-process"
"""Who answers where no server of models is set, or it does not answer."""

log = logging.getLogger(f"{LOGGER}.model")


class RefusedModelError(AhorraLuzError):
    """A version that does not answer as a model must."""


class Server(Protocol):
    """A server of models beside this process."""

    name: str

    def answer(self, inputs: "Inputs", *, number: int) -> np.ndarray | None:
        """Return what a version answers, ``None`` where it does not in time or not soundly."""


class ServedModel:
    """One version in use."""

    def __init__(
        self,
        model: bytes,
        card: Mapping[str, Any],
        *,
        number: int,
        meters: ModelMeters,
        server: Server | None = None,
    ) -> None:
        """Load a version and try it.

        Parameters
        ----------
        model, card
            As of :class:`DayMixer`.
        number
            Of it on the shelf; 0: it came with the program.
        meters
            What counts its calls.
        server
            Who answers first; ``None``: this process alone.

        Raises
        ------
        RefusedModelError
            ``served-model-unsound``.
        """
        self.number = number
        self.card = card
        self._meters = meters
        # What came with the program is on no shelf, so that no server has it.
        self._server = server if number != SHIPPED_NUMBER else None
        self._answered = 0
        self._network = LiteNetwork(model)
        self._mixer = DayMixer(self._network, card)
        self.version = self._mixer.version
        self._try()
        self._gathering = Gathering(ask=self._told, noted=meters.called)

    def forecaster(self, *, free: "FreeDays | None" = None) -> "ServedForecaster":
        """Return this version for the homes of a country; ``None``: Peru."""
        return ServedForecaster(self, free=peru_free if free is None else free)

    def ask(self, windows: Windows, free: "FreeDays") -> Told:
        """Return seven days ahead of some homes, together with whoever asks at the moment."""
        return self._gathering(windows, free)

    def _told(self, windows: Windows, free: "FreeDays") -> Told:
        by = IN_PROCESS
        server_name = "" if self._server is None else self._server.name

        def run(inputs: "Inputs") -> np.ndarray:
            nonlocal by
            answer = self._from_server(inputs)
            if answer is None:
                return self._network(inputs)
            by = server_name
            return answer

        hours = self._mixer.told(windows, run=run, free=free)
        return hours, by

    def _from_server(self, inputs: "Inputs") -> np.ndarray | None:
        """Return what a server answers, ``None`` where there is none that says what we would."""
        server = self._server
        answer = None if server is None else server.answer(inputs, number=self.number)
        if server is None or answer is None:
            return None
        self._answered += 1
        if self._answered % CHECKED_EVERY == 1:
            own = self._network(inputs)
            apart = float(np.max(np.abs(own - answer), initial=0.0))
            if apart > AGREEMENT:
                # The number is ours and the network is not: it is asked no more.
                self._server = None
                self._meters.asked_remote("other-version")
                log.error(
                    "%s has another version %s of %s (off by %.4f): not asked any more",
                    server.name,
                    self.number,
                    NAME,
                    apart,
                )
                return None
        return answer

    def _try(self) -> None:
        """Refuse a version that does not tell an ordinary and an empty home."""
        kwh = np.stack(
            [np.full((CONTEXT_DAYS, HOURS_DAY), 0.3), np.full((CONTEXT_DAYS, HOURS_DAY), np.nan)]
        )
        windows = Windows(
            kwh=kwh, origin=np.full(2, np.datetime64("2026-07-27")), bill_kwh_day=np.full(2, 5.0)
        )
        told = self._mixer.told(windows, run=self._network, free=no_free)
        shape = (2, HORIZON_DAYS * HOURS_DAY)
        sound = told.mean.shape == shape and told.quantiles.shape[:2] == shape
        if not (sound and np.isfinite(told.mean).all() and np.isfinite(told.quantiles).all()):
            raise RefusedModelError("served-model-unsound", version=self.version)


class ServedForecaster:
    """One version in use for the homes of one country: what a request asks all it asks."""

    name = NAME

    def __init__(self, model: ServedModel, *, free: "FreeDays") -> None:
        self.version = model.version
        self.number = model.number
        self.served_by = IN_PROCESS
        """Who answered last: this process, or a server of models."""
        self._model = model
        self._free = free

    def predict(self, windows: Windows, *, days: int = HORIZON_DAYS) -> Hours:
        """Return the hours of the first ``days`` days ahead; as :meth:`DayMixer.predict`."""
        hours, self.served_by = self._model.ask(windows, self._free)
        if days == HORIZON_DAYS:
            return hours
        return Hours(
            quantiles=hours.quantiles[:, : days * HOURS_DAY], mean=hours.mean[:, : days * HOURS_DAY]
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Serving:
    """The version in use by this process; safe to share between threads."""

    shelf: Path
    meters: ModelMeters = field(default_factory=ModelMeters)
    server: Server | None = None
    quietly: Callable[[], AbstractContextManager[None]] = nullcontext
    """Around the loading of a model: what keeps greetings of compiled code off the streams."""
    clock: Callable[[], float] = time.monotonic
    look_s: float = LOOK_S
    _used: ServedModel | None = None
    _mark: Hashable = None
    """Of the pointer when the version in use was loaded."""
    _refused: tuple[Hashable, float] | None = None
    """Mark of a pointer whose version was refused, and when."""
    _looked_s: float | None = None
    _loading: threading.Lock = field(default_factory=threading.Lock)

    def forecaster(self, *, free: "FreeDays | None" = None) -> Forecaster:
        """Return the version in use, for all that one request asks.

        Raises
        ------
        ForecastError
            ``forecast-runtime-missing``: this system has no LiteRT.
        """
        return self.model().forecaster(free=free)

    def model(self) -> ServedModel:
        """Return the version in use; raises as :meth:`forecaster`."""
        self._look()
        used = self._used
        if used is None:
            with self._loading:
                used = self._used
                if used is None:
                    used = self._used = self._first()
        return used

    def mark(self) -> Hashable:
        """Return what is another one when another version is in use, or will be at first use."""
        self._look()
        return self._mark if self._used is not None else pointer_mark(self.shelf, name=NAME)

    def refresh(self) -> None:
        """Look at the pointer now, whenever it was looked at last."""
        self._looked_s = None
        self._look()

    def _look(self) -> None:
        if self._used is None:
            return
        now = self.clock()
        if self._looked_s is not None and now - self._looked_s < self.look_s:
            return
        self._looked_s = now
        mark = pointer_mark(self.shelf, name=NAME)
        refused = self._refused
        if mark == self._mark or (refused is not None and refused[0] == mark and now < refused[1]):
            return
        # Others go on with the version in use while one loads.
        if self._loading.acquire(blocking=False):
            try:
                self._swap(mark, now)
            finally:
                self._loading.release()

    def _first(self) -> ServedModel:
        self._looked_s = self.clock()
        mark = pointer_mark(self.shelf, name=NAME)
        try:
            found = self._champion()
        except ForecastError:
            # No version runs here.
            raise
        except Exception as error:  # noqa: BLE001 - whatever is on the shelf, homes are answered
            self._turn_down(mark, self.clock(), error)
            found, mark = self._loaded(*shipped(), SHIPPED_NUMBER), None
        self._mark = mark
        self.meters.serves(name=NAME, version=found.version, number=found.number)
        return found

    def _swap(self, mark: Hashable, now: float) -> None:
        try:
            found = self._champion()
        except Exception as error:  # noqa: BLE001 - a version of any fault leaves the old one
            self._turn_down(mark, now, error)
            return
        before, self._used, self._mark, self._refused = self._used, found, mark, None
        self.meters.serves(name=NAME, version=found.version, number=found.number)
        if before is not None and before.version != found.version:
            self.meters.swapped()
            log.warning("model %s: version %s in use", NAME, found.version)

    def _turn_down(self, mark: Hashable, now: float, error: Exception) -> None:
        again = self._refused is not None and self._refused[0] == mark
        self._refused = (mark, now + AGAIN_S)
        if not again:
            self.meters.refused()
            log.error("model %s: the new version is refused, the old one stays: %s", NAME, error)

    def _champion(self) -> ServedModel:
        chosen = champion(self.shelf, name=NAME)
        if chosen is None:
            return self._loaded(*shipped(), SHIPPED_NUMBER)
        card = json.loads(chosen.read(CARD_FILE))
        found = self._loaded(chosen.read(MODEL_FILE), card, chosen.number)
        if found.version != chosen.version:
            raise RefusedModelError("served-model-unsound", version=chosen.version)
        return found

    def _loaded(self, model: bytes, card: Mapping[str, Any], number: int) -> ServedModel:
        with self.quietly():
            return ServedModel(model, card, number=number, meters=self.meters, server=self.server)
