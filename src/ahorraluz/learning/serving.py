"""TensorFlow Serving as a server of models: asked within a time, and never needed.

It is asked by its REST API (``/v1/models/<name>/versions/<n>:predict``) for exactly the version
that this process serves. Whatever goes wrong (no answer in time, an error, an answer that is none,
a version that it does not have) it says nothing, and the network in this process answers.
"""

import io
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from typing_extensions import override

from ahorraluz.core.forecast.forecaster import HORIZON_DAYS, HOURS_DAY
from ahorraluz.learning.day_tokens import HEADS, SHAPES, Inputs
from ahorraluz.learning.litert import NAME, SIGNATURE
from ahorraluz.telemetry import LOGGER, ModelMeters

ANSWER = "answer"
"""Name of the only output."""
SERVER = "tensorflow-serving"
TIMEOUT_MS = 500
MOST_ROWS = 128
"""Homes of one request: ``max_batch_size`` of ``deploy/serving/batching.config``."""
TRIES = 3
"""Requests until a server that is busy or gone is given up."""
BACK_OFF_S = 0.02
"""Before the second try; twice as long before each further one. [s]"""
FAILURES = 3
"""Questions without an answer, one after another, after which nobody asks for a while."""
REST_S = 10.0
"""How long nobody asks then; afterwards a single question tells whether it is well again. [s]"""
OTHER_S = 5.0
"""How long a version that the server does not have is not asked for again. [s]"""
BYTES_A_HOME, BYTES_BESIDE = 64 << 10, 64 << 10
"""Size of an answer at most: of each home, and of what is around them. [byte]"""
BEYOND = 1e6
"""No hour takes so many mean hours. [of a mean hour]"""
AGAIN = (429, 502, 503)
"""Statuses after which the same question may be answered."""
NOT_FOUND = 404

log = logging.getLogger(f"{LOGGER}.model")


class _FailedError(Exception):
    """No answer; ``outcome`` is one of ``telemetry.REMOTE``."""

    def __init__(self, outcome: str, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.again = again


@dataclass(slots=True, kw_only=True, eq=False)
class TensorFlowServing:
    """One server; safe to share between threads."""

    url: str
    """Such as ``http://localhost:8501``."""
    meters: ModelMeters
    timeout_s: float = TIMEOUT_MS / 1_000
    """Of one question with all its tries. [s]"""
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    name: str = SERVER
    _failures: int = 0
    _rests_until: float = 0.0
    _sound: set[int] = field(default_factory=set)
    """Versions whose description was looked at."""
    _other: dict[int, float] = field(default_factory=dict)
    """Versions that it does not have, and until when they are not asked for."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, inputs: Inputs, *, number: int) -> np.ndarray | None:
        """Return what a version answers, shape (w, 7, 24, 10); ``None``: nothing in time.

        Parameters
        ----------
        inputs
            Arrays of ``SHAPES``.
        number
            Of the version on the shelf, which is its number on the server.
        """
        if not self._may_ask(number):
            self.meters.asked_remote("skipped")
            return None
        until = self.clock() + self.timeout_s
        try:
            self._look_at(number, until)
            count = len(inputs["home"])
            parts = [
                self._part({n: v[at : at + MOST_ROWS] for n, v in inputs.items()}, number, until)
                for at in range(0, count, MOST_ROWS)
            ]
        except _FailedError as error:
            self._failed(error, number, until)
            return None
        with self._lock:
            self._failures = 0
            self._rests_until = 0.0
        self.meters.asked_remote("answered")
        none = np.zeros((0, HORIZON_DAYS, HOURS_DAY, HEADS), dtype=np.float32)
        return np.concatenate([none, *parts])

    def status(self) -> Mapping[int, str]:
        """Return the state of each version that the server has, such as ``AVAILABLE``.

        Empty where it does not answer.
        """
        return self._states(self.clock() + self.timeout_s)

    def _states(self, until: float) -> Mapping[int, str]:
        try:
            told = self._asked("GET", f"/v1/models/{NAME}", None, until, most=BYTES_BESIDE)
            rows = told["model_version_status"]
            return {int(row["version"]): str(row["state"]) for row in rows}
        except (_FailedError, KeyError, TypeError, ValueError):
            return {}

    def _may_ask(self, number: int) -> bool:
        now = self.clock()
        with self._lock:
            if now < self._rests_until or now < self._other.get(number, 0.0):
                return False
            if self._failures >= FAILURES:
                # This one tells whether it is well again; the others go on without it.
                self._rests_until = now + REST_S
            return True

    def _failed(self, error: _FailedError, number: int, until: float) -> None:
        self.meters.asked_remote(error.outcome)
        now = self.clock()
        with self._lock:
            self._sound.discard(number)
            if error.outcome == "other-version":
                told = number in self._other
                self._other[number] = now + OTHER_S
            else:
                self._failures += 1
                told = self._failures != FAILURES
                if self._failures >= FAILURES:
                    self._rests_until = now + REST_S
        if told:
            return
        log.error("%s is not asked for version %s for a while: %s", self.name, number, error)
        if error.outcome == "other-version":
            log.error("%s has the versions: %s", self.name, dict(self._states(until)))

    def _look_at(self, number: int, until: float) -> None:
        """Refuse a version that the server does not have, or that takes or gives anything else."""
        if number in self._sound:
            return
        path = f"/v1/models/{NAME}/versions/{number}/metadata"
        told = self._asked("GET", path, None, until, most=4 * BYTES_BESIDE)
        try:
            version = int(told["model_spec"]["version"])
            described = told["metadata"]["signature_def"]["signature_def"][SIGNATURE]
            takes = {name: _sizes(tensor) for name, tensor in described["inputs"].items()}
            gives = set(described["outputs"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _FailedError("wrong", "its description is none") from None
        if version != number or takes != dict(SHAPES) or gives != {ANSWER}:
            raise _FailedError("other-version", "it describes another model")
        with self._lock:
            self._sound.add(number)
            self._other.pop(number, None)

    def _part(self, inputs: Inputs, number: int, until: float) -> np.ndarray:
        count = len(inputs["home"])
        # Seven digits say a float32 of this size, in a third of the length.
        values = {n: np.round(v.astype(np.float64), 7).tolist() for n, v in inputs.items()}
        body = json.dumps({"signature_name": SIGNATURE, "inputs": values}).encode("ascii")
        path = f"/v1/models/{NAME}/versions/{number}:predict"
        most = BYTES_BESIDE + count * BYTES_A_HOME
        told = self._asked("POST", path, body, until, most=most)
        try:
            answer = np.asarray(told["outputs"], dtype=np.float64)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise _FailedError("wrong", "its answer holds no outputs") from None
        shape = (count, HORIZON_DAYS, HOURS_DAY, HEADS)
        # NaN is not below either.
        if answer.shape != shape or not (np.abs(answer) < BEYOND).all():
            raise _FailedError("wrong", f"its answer has the shape {answer.shape}, or no numbers")
        return answer.astype(np.float32)

    def _asked(self, method: str, path: str, body: bytes | None, until: float, *, most: int) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON of an answer, tried again while there is time."""
        for tried in range(1, TRIES + 1):
            try:
                return self._exchanged(method, path, body, until, most=most)
            except _FailedError as error:
                wait = BACK_OFF_S * 2 ** (tried - 1)
                if not error.again or tried == TRIES or self.clock() + wait >= until:
                    raise
                self.pause(wait)
        raise AssertionError("the last try returns or raises")

    def _exchanged(
        self, method: str, path: str, body: bytes | None, until: float, *, most: int
    ) -> Any:  # noqa: ANN401 - any JSON value
        place = urlsplit(self.url)
        maker = HTTPSConnection if place.scheme == "https" else HTTPConnection
        left = until - self.clock()
        if left <= 0:
            raise _FailedError("late", "no answer in time")
        connection = maker(place.hostname or "", place.port, timeout=left)
        hurried = None
        try:
            connection.connect()
            hurried = connection.sock = _Hurried(connection.sock, until, self.clock)
            headers = {"Content-Type": "application/json", "Connection": "close"}
            connection.request(method, place.path.rstrip("/") + path, body, headers)
            response = connection.getresponse()
            content = response.read(most + 1)
        except TimeoutError:
            raise _FailedError("late", "no answer in time") from None
        except (OSError, HTTPException) as error:
            reason = f"it cannot be reached: {type(error).__name__}"
            raise _FailedError("failed", reason, again=True) from None
        finally:
            if hurried is not None:
                hurried.hang_up()
        if response.status == NOT_FOUND:
            raise _FailedError("other-version", "it does not have this version")
        if response.status != 200:
            again = response.status in AGAIN
            raise _FailedError("failed", f"it answers {response.status}", again=again)
        if len(content) > most:
            raise _FailedError("wrong", "its answer is too long")
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise _FailedError("wrong", "its answer is no JSON") from None


def _sizes(tensor: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the sizes of a described tensor behind its first, which is free."""
    first, *others = (int(dim["size"]) for dim in tensor["tensor_shape"]["dim"])
    if first != -1:
        raise ValueError("a batch of one size")
    return tuple(others)


class _Hurried:
    """A socket of which all that is sent and read ends by one moment."""

    def __init__(self, sock: socket.socket, until: float, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._until = until
        self._clock = clock

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        view = memoryview(data)
        while view:
            self.hurry()
            view = view[self._sock.send(view) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return what the answer is read from."""
        return io.BufferedReader(_HurriedReader(self))

    def close(self) -> None:
        """Stay open: what closes when an answer begins has yet to be read."""

    def hang_up(self) -> None:
        """Close the connection."""
        self._sock.close()

    def take(self, buffer: memoryview) -> int:
        """Read what is there."""
        self.hurry()
        return self._sock.recv_into(buffer)

    def hurry(self) -> None:
        """Have the next step end by the moment; raises ``TimeoutError`` when it is over."""
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)


class _HurriedReader(io.RawIOBase):
    def __init__(self, sock: _Hurried) -> None:
        super().__init__()
        self._sock = sock

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int:
        return self._sock.take(memoryview(buffer))
