"""The REST contract of TensorFlow Serving, against a stand-in that runs the SavedModel itself."""

import json
from collections.abc import Iterator
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from tests.serving_stand_in import StandIn, standing_in, with_tensorflow
from tests.unit.learning.invented_homes import windows_of
from tests.unit.learning.shelved_models import SHIPPED

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.holidays import no_free
from ahorraluz.learning import shelf
from ahorraluz.learning.day_tokens import HEADS, SHAPES, Inputs, tokens
from ahorraluz.learning.export import KERAS_FILE, export
from ahorraluz.learning.litert import MODEL_FILE, LiteNetwork
from ahorraluz.learning.neural import Shape, build, joined
from ahorraluz.learning.served import ServedForecaster, Serving
from ahorraluz.learning.serving import TensorFlowServing
from ahorraluz.telemetry import ModelMeters

# Keras asks NumPy for arrays as it did before version 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

NAME = "day-mixer"
CLOSE = 1e-5
TINY = Shape(width=8, blocks=1, heads=2, hour_code=2, hour_hidden=6)


def inputs_of(count: int) -> Inputs:
    windows = windows_of(count)
    return tokens(windows, climatology(windows), free=no_free).inputs


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a shelf with a network as `ahorraluz train` exports it."""
    source = tmp_path_factory.mktemp("trained")
    network = build(TINY)
    weights = network.get_weights()
    draw = np.random.default_rng(7)
    network.set_weights([w + draw.normal(0, 0.05, w.shape).astype(np.float32) for w in weights])
    export(joined([network]), source, sample=inputs_of(3))
    card = json.loads((SHIPPED / "card.json").read_text(encoding="utf-8"))
    card["version"] = sha256((source / MODEL_FILE).read_bytes()).hexdigest()[:12]
    (source / "card.json").write_text(json.dumps(card), encoding="utf-8")
    assert (source / KERAS_FILE).exists()
    models = tmp_path_factory.mktemp("models")
    shelf.publish(source, models, name=NAME, version=card["version"])
    return models


@pytest.fixture(scope="module")
def server(models: Path) -> Iterator[StandIn]:
    """Return a stand-in over what the shelf shows to servers."""
    base = models / NAME / shelf.SERVING
    with standing_in(
        StandIn(name=NAME, base=base, load=with_tensorflow, labels={"stable": 1})
    ) as running:
        yield running


def asked(server: StandIn, method: str, path: str, body: object = None) -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content if method == "POST" else None)
    response = connection.getresponse()
    told = json.loads(response.read())
    connection.close()
    return response.status, told


def listed(inputs: Inputs) -> dict[str, Any]:
    return {name: value.tolist() for name, value in inputs.items()}


def own(models: Path, inputs: Inputs) -> np.ndarray:
    return LiteNetwork((models / NAME / "1" / MODEL_FILE).read_bytes())(inputs)


@pytest.mark.parametrize("where", ["", "/versions/1", "/labels/stable"])
@pytest.mark.parametrize("signature", ["forecast", "serving_default", None])
def test_columns_are_answered_as_in_process(
    models: Path, server: StandIn, where: str, signature: str | None
) -> None:
    inputs = inputs_of(3)
    named = {} if signature is None else {"signature_name": signature}

    status, told = asked(
        server, "POST", f"/v1/models/{NAME}{where}:predict", {**named, "inputs": listed(inputs)}
    )

    assert (status, list(told)) == (200, ["outputs"])
    np.testing.assert_allclose(told["outputs"], own(models, inputs), atol=CLOSE)


def test_rows_are_answered_as_in_process(models: Path, server: StandIn) -> None:
    inputs = inputs_of(3)
    rows = [{name: value[place].tolist() for name, value in inputs.items()} for place in range(3)]

    status, told = asked(server, "POST", f"/v1/models/{NAME}:predict", {"instances": rows})

    assert (status, list(told)) == (200, ["predictions"])
    np.testing.assert_allclose(told["predictions"], own(models, inputs), atol=CLOSE)


def test_status_and_metadata_are_told(server: StandIn) -> None:
    good = {"error_code": "OK", "error_message": ""}
    status, told = asked(server, "GET", f"/v1/models/{NAME}")
    _, described = asked(server, "GET", f"/v1/models/{NAME}/versions/1/metadata")

    assert status == 200
    assert told == {
        "model_version_status": [{"version": "1", "state": "AVAILABLE", "status": good}]
    }
    assert described["model_spec"] == {"name": NAME, "signature_name": "", "version": "1"}
    call = described["metadata"]["signature_def"]["signature_def"]["forecast"]
    assert call["method_name"] == "tensorflow/serving/predict"
    assert {
        name: tuple(int(dim["size"]) for dim in tensor["tensor_shape"]["dim"])
        for name, tensor in call["inputs"].items()
    } == {name: (-1, *sizes) for name, sizes in SHAPES.items()}
    assert list(call["outputs"]) == ["answer"]
    assert [int(dim["size"]) for dim in call["outputs"]["answer"]["tensor_shape"]["dim"]][-1] == (
        HEADS
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        pytest.param("GET", "/v1/models/other", None, 404, "Could not find any", id="status"),
        pytest.param(
            "GET", f"/v1/models/{NAME}/versions/9", None, 404, "version 9", id="version status"
        ),
        pytest.param(
            "POST", "/v1/models/other:predict", {}, 404, "Latest(other)", id="no such model"
        ),
        pytest.param(
            "POST",
            f"/v1/models/{NAME}/versions/9:predict",
            {},
            404,
            "Specific(day-mixer, 9)",
            id="no such version",
        ),
        pytest.param("GET", f"/v1/models/{NAME}:predict", None, 400, "Malformed", id="GET predict"),
        pytest.param("POST", f"/v1/models/{NAME}:predict", b"", 400, "empty", id="no body"),
        pytest.param("POST", f"/v1/models/{NAME}:predict", b"{", 400, "Parse error", id="no JSON"),
        pytest.param("POST", f"/v1/models/{NAME}:predict", [], 400, "Is not object", id="a list"),
        pytest.param("POST", f"/v1/models/{NAME}:predict", {}, 400, "Missing 'inputs'", id="none"),
        pytest.param(
            "POST",
            f"/v1/models/{NAME}:predict",
            {"inputs": {}, "instances": [{}]},
            400,
            "only one",
            id="both",
        ),
        pytest.param(
            "POST",
            f"/v1/models/{NAME}:predict",
            {"signature_name": "other", "inputs": {}},
            400,
            'signature name: "other" not found',
            id="no such signature",
        ),
        pytest.param(
            "POST", f"/v1/models/{NAME}:predict", {"inputs": {}}, 400, "Missing named", id="input"
        ),
        pytest.param(
            "POST", f"/v1/models/{NAME}:predict", {"instances": [1]}, 400, "plain list", id="rows"
        ),
    ],
)
def test_refusals_have_a_status_and_say_why(
    server: StandIn, method: str, path: str, body: object, status: int, says: str
) -> None:
    found, told = asked(server, method, path, body)

    assert found == status
    assert list(told) == ["error"]
    assert says in told["error"]


def test_a_tensor_of_another_size_is_refused(server: StandIn) -> None:
    wrong = {**listed(inputs_of(1)), "home": [[1.0, 2.0]]}

    status, told = asked(server, "POST", f"/v1/models/{NAME}:predict", {"inputs": wrong})

    assert status == 400
    assert list(told) == ["error"]


def test_homes_are_told_by_the_server_as_by_the_process_and_by_it_when_the_server_dies(
    models: Path,
) -> None:
    windows, meters = windows_of(5), ModelMeters()
    expected = Serving(shelf=models).forecaster(free=no_free).predict(windows)
    base = models / NAME / shelf.SERVING
    with standing_in(StandIn(name=NAME, base=base, load=with_tensorflow)) as running:
        remote = TensorFlowServing(url=running.url, meters=meters, timeout_s=30)
        serving = Serving(shelf=models, server=remote, meters=meters)
        model = serving.forecaster(free=no_free)
        alive = model.predict(windows)
        assert isinstance(model, ServedForecaster)
        first = model.served_by

    dead = model.predict(windows)

    assert (first, model.served_by) == ("tensorflow-serving", "in-process")
    np.testing.assert_allclose(alive.quantiles, expected.quantiles, atol=CLOSE)
    np.testing.assert_allclose(alive.mean, expected.mean, atol=CLOSE)
    np.testing.assert_array_equal(dead.quantiles, expected.quantiles)
