"""A server of models is asked first, and whatever it does, homes are answered.

The server is a stand-in that computes with LiteRT; with TensorFlow: ``test_tensorflow_serving``.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.serving_stand_in import DRIP, DROP, HANG, Signature, StandIn, standing_in
from tests.unit.learning.invented_homes import windows_of
from tests.unit.learning.shelved_models import trained

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.holidays import no_free
from ahorraluz.learning import serving as client
from ahorraluz.learning import shelf
from ahorraluz.learning.day_tokens import HEADS, SHAPES, Inputs, tokens
from ahorraluz.learning.litert import LiteNetwork, shipped
from ahorraluz.learning.served import ServedForecaster, Serving
from ahorraluz.learning.serving import TensorFlowServing
from ahorraluz.telemetry import ModelMeters

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")

NAME = "day-mixer"
CLOSE = 1e-5
PATIENT_S, HURRIED_S = 120.0, 0.1
"""Time for an answer that comes, however busy the machine, and for one that never does. [s]"""


def with_litert(_: Path, *, off: float = 0.0) -> Mapping[str, Signature]:
    """Return the calls of the shipped network, its answers moved by ``off``."""
    network = LiteNetwork(shipped()[0])

    def call(inputs: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        return {"answer": network(dict(inputs)) + np.float32(off)}

    takes = {name: (-1, *sizes) for name, sizes in SHAPES.items()}
    made = Signature(takes=takes, gives={"answer": (-1, 7, 24, HEADS)}, call=call)
    return {"forecast": made, "serving_default": made}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a shelf with one version."""
    version = trained(tmp_path / "trained", lift=0.1)
    shelf.publish(tmp_path / "trained", tmp_path / "models", name=NAME, version=version)
    return tmp_path / "models"


@pytest.fixture
def server(models: Path) -> Iterator[StandIn]:
    """Return a server of what the shelf shows."""
    base = models / NAME / shelf.SERVING
    with standing_in(StandIn(name=NAME, base=base, load=with_litert)) as running:
        yield running


def asking(server: StandIn, **changes: Any) -> TensorFlowServing:
    return TensorFlowServing(
        **{
            "url": server.url,
            "meters": ModelMeters(),
            "timeout_s": PATIENT_S,
            "pause": lambda _: None,
            **changes,
        }
    )


def inputs_of(count: int) -> Inputs:
    windows = windows_of(count)
    return tokens(windows, climatology(windows), free=no_free).inputs


def told(models: Path, remote: TensorFlowServing) -> tuple[str, np.ndarray]:
    """Return who answered a home, and what."""
    serving = Serving(shelf=models, server=remote, meters=remote.meters)
    model = serving.forecaster(free=no_free)
    hours = model.predict(windows_of(3))
    assert isinstance(model, ServedForecaster)
    return model.served_by, hours.quantiles


def in_process(models: Path) -> np.ndarray:
    return Serving(shelf=models).forecaster(free=no_free).predict(windows_of(3)).quantiles


def counted(remote: TensorFlowServing, outcome: str) -> float:
    name = "ahorraluz_model_remote_total"
    value = remote.meters.registry.get_sample_value(name, {"outcome": outcome})
    assert value is not None
    return value


def test_the_server_is_asked_for_the_version_of_the_shelf_and_says_the_same(
    models: Path, server: StandIn
) -> None:
    remote = asking(server)

    by, quantiles = told(models, remote)

    assert by == "tensorflow-serving"
    np.testing.assert_allclose(quantiles, in_process(models), atol=CLOSE)
    assert [asked[:2] for asked in server.asked] == [
        ("GET", "/v1/models/day-mixer/versions/1/metadata"),
        ("POST", "/v1/models/day-mixer/versions/1:predict"),
    ]
    said = json.loads(server.asked[1][2])
    assert set(said) == {"signature_name", "inputs"}
    assert said["signature_name"] == "forecast"
    assert {name: np.shape(value)[1:] for name, value in said["inputs"].items()} == dict(SHAPES)
    assert counted(remote, "answered") == 1


def test_many_homes_go_in_requests_of_a_size_the_server_takes(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_ROWS", 2)
    inputs = inputs_of(5)

    answer = asking(server).answer(inputs, number=1)

    assert answer is not None
    np.testing.assert_allclose(answer, LiteNetwork(shipped()[0])(inputs), atol=CLOSE)
    assert len(server.asked) == 1 + 3


def test_the_model_of_the_program_is_asked_of_nobody(tmp_path: Path, server: StandIn) -> None:
    by, _ = told(tmp_path / "empty", asking(server))

    assert by == "in-process"
    assert server.asked == []


@pytest.mark.parametrize("fault", [503, 429, 502, DROP])
def test_what_passes_is_tried_again(models: Path, server: StandIn, fault: int) -> None:
    remote = asking(server)
    server.faults = [fault, fault]

    by, quantiles = told(models, remote)

    assert by == "tensorflow-serving"
    np.testing.assert_allclose(quantiles, in_process(models), atol=CLOSE)


NUMBERS = [[[[0.0] * HEADS] * 24] * 7] * 3


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(HANG, "late", id="no answer"),
        pytest.param(DRIP, "late", id="an answer byte by byte"),
        pytest.param(DROP, "failed", id="hangs up"),
        pytest.param(500, "failed", id="500"),
        pytest.param(503, "failed", id="503 for long"),
        pytest.param(400, "failed", id="400"),
        pytest.param(302, "failed", id="302"),
        pytest.param(404, "other-version", id="404"),
        pytest.param(b"", "wrong", id="nothing"),
        pytest.param(b"<html>", "wrong", id="no JSON"),
        pytest.param(b"[" * 100_000, "wrong", id="a bomb"),
        pytest.param(b" " * 1_000_000, "wrong", id="too long"),
        pytest.param(b"[]", "wrong", id="a list"),
        pytest.param(b'{"predictions": []}', "wrong", id="rows for columns"),
        pytest.param(b'{"outputs": "x"}', "wrong", id="a text"),
        pytest.param(b'{"outputs": [[1, 2], [3]]}', "wrong", id="a ragged list"),
        pytest.param(b'{"outputs": [[[[1.0]]]]}', "wrong", id="another shape"),
        pytest.param(
            json.dumps({"outputs": NUMBERS}).replace("0.0", "NaN").encode(), "wrong", id="NaN"
        ),
        pytest.param(
            json.dumps({"outputs": NUMBERS}).replace("0.0", "1e300").encode(), "wrong", id="huge"
        ),
    ],
)
def test_whatever_the_server_does_the_process_answers(
    models: Path, server: StandIn, fault: int | bytes, outcome: str
) -> None:
    remote = asking(server)
    assert remote.answer(inputs_of(1), number=1) is not None
    server.faults, server.lasting = [fault], True
    if outcome == "late":
        remote.timeout_s = HURRIED_S

    by, quantiles = told(models, remote)

    assert by == "in-process"
    np.testing.assert_array_equal(quantiles, in_process(models))
    assert counted(remote, outcome) == 1


def test_a_server_that_is_not_there_is_no_matter(models: Path, server: StandIn) -> None:
    remote = asking(server, url="http://127.0.0.1:1")

    assert told(models, remote)[0] == "in-process"


def test_after_some_failures_nobody_asks_for_a_while_and_then_one_asks(server: StandIn) -> None:
    now = [0.0]
    remote = asking(server, clock=lambda: now[0])
    server.faults, server.lasting = [500], True
    inputs = inputs_of(1)
    for _ in range(client.FAILURES):
        assert remote.answer(inputs, number=1) is None
    before = len(server.asked)

    rested = [remote.answer(inputs, number=1) for _ in range(5)]
    quiet = len(server.asked)
    now[0] = client.REST_S + 1
    probed = remote.answer(inputs, number=1), remote.answer(inputs, number=1)
    once = len(server.asked)
    server.faults, now[0] = [], now[0] + client.REST_S + 1
    well = [remote.answer(inputs, number=1) for _ in range(2)]

    assert rested == [None] * 5
    assert quiet == before
    assert probed == (None, None)
    assert once == before + 1
    assert all(answer is not None for answer in well)


def test_a_version_that_the_server_does_not_have_yet_is_asked_for_later(
    models: Path, server: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    remote = asking(server, clock=lambda: now[0])
    inputs = inputs_of(1)
    first = [remote.answer(inputs, number=2) for _ in range(3)]
    asked = len(server.asked)
    source = models.parent / "next"
    shelf.publish(source, models, name=NAME, version=trained(source, lift=0.2))

    now[0] = client.OTHER_S + 1
    later = remote.answer(inputs, number=2)

    assert first == [None] * 3
    assert asked == 2
    assert server.asked[1][:2] == ("GET", "/v1/models/day-mixer")
    assert "has the versions: {1: 'AVAILABLE'}" in caplog.text
    assert later is not None
    assert counted(remote, "other-version") == 1
    assert caplog.text.count("not asked for version 2") == 1
    # That another version was missing says nothing of the server.
    assert remote.answer(inputs, number=1) is not None


def test_a_server_that_describes_another_model_is_not_asked(
    models: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(place: Path) -> Mapping[str, Signature]:
        known = with_litert(place)["forecast"]
        return {
            "forecast": Signature(
                takes={**known.takes, "home": (-1, 99)}, gives=known.gives, call=known.call
            )
        }

    monkeypatch.setattr(server, "load", other)
    remote = asking(server)

    assert told(models, remote)[0] == "in-process"
    assert counted(remote, "other-version") == 1


def test_another_network_under_the_same_number_is_noticed_and_not_used(
    models: Path, server: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "load", lambda place: with_litert(place, off=0.01))
    remote = asking(server)
    model = Serving(shelf=models, server=remote, meters=remote.meters).model()

    answers = [model.ask(windows_of(3), no_free) for _ in range(3)]

    assert [by for _, by in answers] == ["in-process"] * 3
    np.testing.assert_array_equal(answers[0][0].quantiles, in_process(models))
    assert counted(remote, "other-version") == 1
    assert "has another version 1" in caplog.text


def test_the_versions_of_a_server_are_told(server: StandIn) -> None:
    assert asking(server).status() == {1: "AVAILABLE"}
    assert asking(server, url="http://127.0.0.1:1").status() == {}


def test_a_server_stands_under_a_path_of_its_own(server: StandIn) -> None:
    assert asking(server, url=f"{server.url}/models/").answer(inputs_of(1), number=1) is None
    assert server.asked[-1][1] == "/models/v1/models/day-mixer/versions/1/metadata"
