"""What TensorFlow Serving is told is what the shelf writes and the program asks."""

import re

import pytest
from tests.boards_as_grafana import ROOT

from ahorraluz.learning import shelf
from ahorraluz.learning.litert import NAME
from ahorraluz.learning.serving import MOST_ROWS

SERVING = ROOT / "deploy" / "serving"


def fields(name: str) -> str:
    """Return a file in the text form of protocol buffers, without remarks and white space."""
    text = (SERVING / name).read_text(encoding="utf-8")
    return re.sub(r"\s+|#.*", "", text)


def test_the_model_is_looked_for_where_the_shelf_shows_it() -> None:
    told = fields("models.config")

    assert f'name:"{NAME}"' in told
    assert f'base_path:"/{shelf.FOLDER}/{NAME}/{shelf.SERVING}"' in told
    # Whatever is shown is served: a champion that was rolled back to has a lower number.
    assert "model_version_policy{all{}}" in told


def test_the_server_takes_as_many_homes_as_the_program_sends() -> None:
    found = re.search(r"max_batch_size\{value:(\d+)\}", fields("batching.config"))

    assert found is not None
    assert int(found[1]) == MOST_ROWS


@pytest.mark.parametrize("name", ["models.config", "batching.config", "monitoring.config"])
def test_every_brace_is_shut(name: str) -> None:
    told = fields(name)

    assert told.count("{") == told.count("}") > 0
    assert re.fullmatch(r"(?:[a-z_]+:?|[{}]|\"[^\"]*\"|\d+)+", told)
