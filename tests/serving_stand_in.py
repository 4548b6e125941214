"""A stand-in for TensorFlow Serving: its REST API over models in its layout, and its faults.

It speaks ``:predict`` in rows and in columns, the status and the metadata of models, and refuses
with the statuses and bodies of TensorFlow Serving. What computes the answers is handed in: the
SavedModel with TensorFlow itself, or LiteRT where TensorFlow is not installed. It is no
TensorFlow Serving: nothing of batching, of loading, or of speed is shown by it.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import override

HANG, DROP, DRIP = 0, -1, -2
"""An answer that never comes, a connection shut instead of one, and one that comes byte by byte."""
Shapes = Mapping[str, tuple[int, ...]]
"""Sizes of tensors by name, -1 where free."""

_PREDICT = re.compile(
    r"(?i)/v1/models/([^/:]+)(?:/versions/(\d+)|/labels/([^/:]+))?:(classify|regress|predict)"
)
_STATUS = re.compile(
    r"(?i)/v1/models(?:/([^/:]+))?(?:/versions/(\d+)|/labels/([^/:]+))?(?:/(metadata))?"
)


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A named call of a model."""

    takes: Shapes
    gives: Shapes
    call: Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]


Loader = Callable[[Path], Mapping[str, Signature]]


class _RefusedError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class StandIn:
    """A server of one model, and what it was asked."""

    name: str
    base: Path
    """Its ``base_path``: a folder for each version, by its number."""
    load: Loader
    labels: Mapping[str, int] = field(default_factory=dict)
    port: int = 0
    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Method, path and body of each request."""
    faults: list[int | bytes] = field(default_factory=list)
    """What the next requests get instead of an answer: a status, ``HANG``, ``DROP``, ``DRIP``, or
    the body of a 200; the last one stays if ``lasting``."""
    lasting: bool = False
    over: threading.Event = field(default_factory=threading.Event)
    _loaded: dict[int, Mapping[str, Signature]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def fault(self) -> int | bytes | None:
        """Return what goes wrong with the next request, ``None``: nothing."""
        if not self.faults:
            return None
        return self.faults[0] if self.lasting and len(self.faults) == 1 else self.faults.pop(0)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body of an answer."""
        try:
            return 200, json.dumps(self._answered(method, path, body)).encode()
        except _RefusedError as error:
            return error.status, json.dumps({"error": str(error)}).encode()

    def _answered(self, method: str, path: str, body: bytes) -> object:
        if method == "POST" and (found := _PREDICT.fullmatch(path)):
            name, number, label, verb = found.groups()
            if verb.lower() != "predict":
                raise _RefusedError(400, "Expected classification or regression signature")
            return self._predicted(self._one(name, number, label)[1], body)
        if method == "GET" and (found := _STATUS.fullmatch(path)):
            name, number, label, sub = found.groups()
            if name is None:
                raise _RefusedError(400, "Missing model name in request.")
            if sub:
                return self._metadata(name, *self._one(name, number, label))
            return self._status(name, number)
        raise _RefusedError(400, f"Malformed request: {method} {path}")

    def _versions(self) -> dict[int, Mapping[str, Signature]]:
        """Return the versions in its folder, loaded where they are new."""
        there = {
            int(place.parent.name): place.parent
            for place in self.base.glob("*/saved_model.pb")
            if place.parent.name.isdecimal()
        }
        with self._lock:
            for number, place in there.items():
                if number not in self._loaded:
                    self._loaded[number] = self.load(place)
            for number in self._loaded.keys() - there.keys():
                del self._loaded[number]
            return dict(self._loaded)

    def _one(
        self, name: str, number: str | None, label: str | None
    ) -> tuple[int, Mapping[str, Signature]]:
        versions = self._versions() if name == self.name else {}
        if label is not None:
            if label not in self.labels:
                raise _RefusedError(400, f"Unrecognized servable version label: {label}")
            number = str(self.labels[label])
        if number is not None and int(number) not in versions:
            wanted = f"Specific({name}, {number})"
            raise _RefusedError(404, f"Servable not found for request: {wanted}")
        if not versions:
            raise _RefusedError(404, f"Servable not found for request: Latest({name})")
        chosen = max(versions) if number is None else int(number)
        return chosen, versions[chosen]

    def _status(self, name: str, number: str | None) -> object:
        versions = self._versions() if name == self.name else {}
        if number is not None and int(number) not in versions:
            raise _RefusedError(404, f"Could not find version {number} of model {name}")
        if not versions:
            raise _RefusedError(404, f"Could not find any versions of model {name}")
        return {
            "model_version_status": [
                {
                    "version": str(one),
                    "state": "AVAILABLE",
                    "status": {"error_code": "OK", "error_message": ""},
                }
                for one in sorted(versions, reverse=True)
                if number is None or one == int(number)
            ]
        }

    def _metadata(self, name: str, number: int, model: Mapping[str, Signature]) -> object:
        def tensors(of: str, shapes: Shapes) -> dict[str, object]:
            return {
                tensor: {
                    "dtype": "DT_FLOAT",
                    "tensor_shape": {
                        "dim": [{"size": str(size), "name": ""} for size in sizes],
                        "unknown_rank": False,
                    },
                    "name": f"{of}_{tensor}:0",
                }
                for tensor, sizes in shapes.items()
            }

        described = {
            called: {
                "inputs": tensors(called, signature.takes),
                "outputs": tensors("StatefulPartitionedCall", signature.gives),
                "method_name": "tensorflow/serving/predict",
            }
            for called, signature in model.items()
        }
        return {
            "model_spec": {"name": name, "signature_name": "", "version": str(number)},
            "metadata": {"signature_def": {"signature_def": described}},
        }

    def _predicted(self, model: Mapping[str, Signature], body: bytes) -> object:
        if not body:
            raise _RefusedError(400, "JSON Parse error: The document is empty")
        try:
            said = json.loads(body)
        except ValueError:
            raise _RefusedError(400, "JSON Parse error: Invalid value. at offset: 0") from None
        if not isinstance(said, dict):
            raise _RefusedError(400, f"JSON Value: {json.dumps(said)} Is not object")
        called = said.get("signature_name", "serving_default")
        if not isinstance(called, str):
            told = "not formatted correctly. 'signature_name' key must be a string value."
            raise _RefusedError(400, f"JSON Value: {json.dumps(said)} {told}")
        if called not in model:
            told = f'Serving signature name: "{called}" not found in signature def'
            raise _RefusedError(400, told)
        signature = model[called]
        if "instances" in said and "inputs" in said:
            told = "Not formatted correctly expecting only one of 'inputs' or 'instances' keys"
            raise _RefusedError(400, told)
        if "instances" in said:
            inputs, key = _of_rows(said["instances"], signature.takes), "predictions"
        elif "inputs" in said:
            inputs, key = _of_columns(said["inputs"], signature.takes), "outputs"
        else:
            raise _RefusedError(400, "Missing 'inputs' or 'instances' key")
        try:
            answers = signature.call(inputs)
        except Exception as error:  # noqa: BLE001 - as the server says what a graph refuses
            raise _RefusedError(400, str(error)[:200]) from None
        return {key: _told(answers, rows=key == "predictions")}


def _of_rows(rows: Any, takes: Shapes) -> Mapping[str, np.ndarray]:
    if not isinstance(rows, list):
        raise _RefusedError(400, "Excepting 'instances' to be an list/array")
    if not rows:
        raise _RefusedError(400, "No values in 'instances' array")
    if not isinstance(rows[0], dict):
        told = "instances is a plain list, but expecting list of objects as multiple input tensors"
        raise _RefusedError(400, f"{told} required as per tensorinfo_map")
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            told = f"Expecting object but got list at item {place} of input list"
            raise _RefusedError(400, told)
        if set(row) != set(takes):
            told = f"Failed to process element: {place} of 'instances' list. JSON object: "
            raise _RefusedError(400, f"{told} keys must be equal to: {','.join(sorted(takes))}")
    return {name: _tensor([row[name] for row in rows]) for name in takes}


def _of_columns(columns: Any, takes: Shapes) -> Mapping[str, np.ndarray]:
    if not isinstance(columns, dict):
        told = "inputs is a plain value/list, but expecting an object as multiple input tensors"
        raise _RefusedError(400, f"{told} required as per tensorinfo_map")
    for name in takes:
        if name not in columns:
            raise _RefusedError(400, f"Missing named input: {name} in 'inputs' object.")
    return {name: _tensor(columns[name]) for name in takes}


def _tensor(values: Any) -> np.ndarray:
    try:
        tensor = np.asarray(values, dtype=object)
        flat = tensor.ravel().tolist()
    except ValueError:
        raise _RefusedError(400, "Encountered list at unexpected size") from None
    for value in flat:
        if isinstance(value, bool) or not isinstance(value, int | float):
            told = f"JSON Value: {json.dumps(value)} is not of expected type: float"
            raise _RefusedError(400, told)
    return tensor.astype(np.float32)


def _told(answers: Mapping[str, np.ndarray], *, rows: bool) -> object:
    """Return tensors as JSON; one that is alone goes without its name."""
    if len(answers) == 1:
        (only,) = answers.values()
        return only.tolist()
    if not rows:
        return {name: tensor.tolist() for name, tensor in answers.items()}
    count = len(next(iter(answers.values())))
    return [{name: t[place].tolist() for name, t in answers.items()} for place in range(count)]


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.stand_in.asked.append((self.command, self.path, body))
        fault = self.stand_in.fault()
        if fault is None:
            self._send(*self.stand_in.answer(self.command, self.path, body))
        elif isinstance(fault, bytes):
            self._send(200, fault)
        elif fault > 0:
            self._send(fault, json.dumps({"error": "as the test wants it"}).encode())
        else:
            {HANG: self._hang, DROP: self._drop, DRIP: self._drip}[fault]()

    do_GET = do_POST  # noqa: N815 - as the server calls it

    def _send(self, status: int, content: bytes) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def _hang(self) -> None:
        self.stand_in.over.wait(60)

    def _drop(self) -> None:
        self.close_connection = True

    def _drip(self) -> None:
        with suppress(OSError):
            self.send_response(200)
            self.end_headers()
            while not self.stand_in.over.wait(0.01):
                self.wfile.write(b" ")
                self.wfile.flush()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def standing_in(stand_in: StandIn) -> Iterator[StandIn]:
    """Run a stand-in."""
    with ThreadingHTTPServer(
        ("127.0.0.1", stand_in.port), type("Handler", (_Handler,), {"stand_in": stand_in})
    ) as server:
        server.daemon_threads = True
        stand_in.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield stand_in
        finally:
            stand_in.over.set()
            server.shutdown()
            thread.join()


def with_tensorflow(place: Path) -> Mapping[str, Signature]:
    """Load a SavedModel with TensorFlow."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(place))

    def signature(concrete: Any) -> Signature:
        def call(inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
            answers = concrete(**{name: tf.constant(value) for name, value in inputs.items()})
            # The function goes with its model: as long as it is called that is held on to.
            assert loaded is not None
            return {name: np.asarray(value) for name, value in answers.items()}

        specs = concrete.structured_input_signature[1]
        return Signature(
            takes={name: _sizes(spec.shape) for name, spec in specs.items()},
            gives={name: _sizes(spec.shape) for name, spec in concrete.structured_outputs.items()},
            call=call,
        )

    return {name: signature(concrete) for name, concrete in loaded.signatures.items()}


def _sizes(shape: Any) -> tuple[int, ...]:
    return tuple(-1 if size is None else int(size) for size in shape)
