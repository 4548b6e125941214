"""A poisoned pickle or model file is refused in words, and nothing of it runs."""

import gzip
import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.made_models import shipped, write_model
from tests.poison import poison
from tests.unit.learning.shelved_models import trained

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.fleet_tables import open_homes
from ahorraluz.ingest.meter_files.reading import parse_meter_file
from ahorraluz.learning.boosting import HEADS, load_boosting
from ahorraluz.learning.panel_files import HOMES_FILE, MANIFEST_FILE, SCHEMA, read_features
from ahorraluz.learning.registry import Kept, Place, Registry
from ahorraluz.learning.shelf import champion, publish
from ahorraluz.services.models.folder import read_folder

UNPICKLED: list[str] = []
"""Every class that anything in this process has asked a pickle for while it was watched."""
WATCHED = [False]


def hear(event: str, arguments: tuple[object, ...]) -> None:
    if WATCHED[0] and event == "pickle.find_class":
        UNPICKLED.append(".".join(map(str, arguments)))


sys.addaudithook(hear)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """Return what would be there had anything run."""
    return tmp_path / "canary"


def refused(call: Callable[[], object]) -> str:
    """Return why a call is refused; no pickle is looked into meanwhile."""
    UNPICKLED.clear()
    WATCHED[0] = True
    try:
        with pytest.raises(AhorraLuzError) as caught:
            call()
    finally:
        WATCHED[0] = False
    assert UNPICKLED == []
    return caught.value.issue.code


def as_network(folder: Path, network: bytes) -> Path:
    """Write a network with a card that vouches for it."""
    write_model(folder, by=0.0)
    (folder / "model.tflite").write_bytes(network)
    card = json.loads((folder / "card.json").read_text("utf-8"))
    card["version"] = sha256(network).hexdigest()[:12]
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    return folder


def test_the_hook_hears_a_pickle_that_is_loaded(canary: Path) -> None:
    from pickle import loads

    UNPICKLED.clear()
    WATCHED[0] = True
    loads(poison(canary))
    WATCHED[0] = False

    assert UNPICKLED != []
    assert canary.exists()


def test_a_pickle_for_a_network_is_no_model(tmp_path: Path, canary: Path) -> None:
    folder = as_network(tmp_path / "model", poison(canary))

    assert refused(lambda: read_folder(folder)) == "models-does-not-run"
    assert not canary.exists()


def test_a_network_with_a_pickle_behind_it_is_read_to_its_end_only(
    tmp_path: Path, canary: Path
) -> None:
    network = (shipped() / "model.tflite").read_bytes()
    folder = as_network(tmp_path / "model", network[: len(network) // 2] + poison(canary))

    assert refused(lambda: read_folder(folder)) == "models-does-not-run"
    assert not canary.exists()


@pytest.mark.parametrize("protocol", [0, 2, 5], ids=["as text", "as bytes", "newest"])
def test_a_pickle_for_a_card_is_no_card(tmp_path: Path, canary: Path, protocol: int) -> None:
    folder = write_model(tmp_path / "model", by=0.0)
    (folder / "card.json").write_bytes(poison(canary, protocol=protocol))

    assert refused(lambda: read_folder(folder)) == "models-no-model"
    assert not canary.exists()


def on_shelf(tmp_path: Path) -> tuple[Path, Path]:
    shelf = tmp_path / "models"
    version = trained(tmp_path / "trained")
    found = publish(tmp_path / "trained", shelf, name="day-mixer", version=version)
    return shelf, found.folder


def test_a_pickle_for_the_pointer_is_refused(tmp_path: Path, canary: Path) -> None:
    shelf, folder = on_shelf(tmp_path)
    (folder.parent / "champion.json").write_bytes(poison(canary))

    assert refused(lambda: champion(shelf, name="day-mixer")) == "shelf-pointer-wrong"
    assert not canary.exists()


@pytest.mark.parametrize("file", ["model.tflite", "card.json", "saved-model/1/saved_model.pb"])
def test_a_file_that_was_swapped_for_a_pickle_has_another_hash(
    tmp_path: Path, canary: Path, file: str
) -> None:
    shelf, folder = on_shelf(tmp_path)
    (folder / file).write_bytes(poison(canary))

    assert refused(lambda: champion(shelf, name="day-mixer")) == "shelf-file-differs"
    assert not canary.exists()


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "saved-model/1/assets/x.pkl"])
def test_a_pickle_beside_a_model_is_a_file_that_no_model_has(
    tmp_path: Path, canary: Path, name: str
) -> None:
    folder = write_model(tmp_path / "model", by=0.0)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(poison(canary))

    assert refused(lambda: read_folder(folder)) == "shelf-file-unknown"
    assert not canary.exists()


# --- boosted trees ---------------------------------------------------------------------------


def as_trees(folder: Path, trees: bytes, card: bytes = b"{}") -> Path:
    folder.mkdir()
    (folder / "card.json").write_bytes(card)
    for head in HEADS:
        (folder / f"{head}.txt.gz").write_bytes(trees)
    return folder


def test_a_pickle_for_trees_is_no_model(tmp_path: Path, canary: Path) -> None:
    pytest.importorskip("lightgbm")
    folder = as_trees(tmp_path / "trees", gzip.compress(poison(canary)))

    assert refused(lambda: load_boosting(folder)) == "boosting-model-broken"
    assert not canary.exists()


@pytest.mark.parametrize(
    ("trees", "card"),
    [
        pytest.param(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xff\xff", b"{}", id="no zlib"),
        pytest.param(gzip.compress(b"tree")[:-9], b"{}", id="cut off"),
        pytest.param(gzip.compress(b"tree\n"), b"[" * 100_000, id="a card a thousand deep"),
        pytest.param(gzip.compress(b"tree\n"), b"7", id="a card that is a number"),
        pytest.param(b"", b"{}", id="nothing"),
    ],
)
def test_trees_that_are_none_are_refused_in_words(
    tmp_path: Path, trees: bytes, card: bytes
) -> None:
    pytest.importorskip("lightgbm")
    folder = as_trees(tmp_path / "trees", trees, card)

    assert refused(lambda: load_boosting(folder)) == "boosting-model-broken"


def test_trees_are_not_unpacked_beyond_what_trees_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("lightgbm")
    monkeypatch.setattr("ahorraluz.learning.boosting.MOST_TREES", 1 << 16)
    folder = as_trees(tmp_path / "trees", gzip.compress(bytes(1 << 20)))

    assert refused(lambda: load_boosting(folder)) == "boosting-model-broken"


# --- tables ----------------------------------------------------------------------------------


def with_extension(payload: bytes) -> bytes:
    """Return Parquet whose column says that it is of a type that Arrow once unpickled."""
    said = {b"ARROW:extension:name": b"arrow.py_extension_type"}
    said |= {b"ARROW:extension:metadata": payload}
    schema = pa.schema([pa.field("household_id", pa.string(), metadata=said)])
    schema = schema.with_metadata({b"pandas": payload})
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([pa.array(["a"])], schema=schema), sink)
    return bytes(sink.getvalue())


def features(folder: Path, content: bytes, *, stated: bytes | None = None) -> Path:
    folder.mkdir()
    hashes = {HOMES_FILE: sha256(stated or content).hexdigest()}
    manifest = {"schema": SCHEMA, "files": hashes, "sources": {}}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), "utf-8")
    (folder / HOMES_FILE).write_bytes(content)
    return folder


def test_features_whose_hash_is_another_are_not_opened(tmp_path: Path, canary: Path) -> None:
    folder = features(tmp_path / "features", poison(canary), stated=b"as it was made")

    assert refused(lambda: read_features(folder)) == "features-differ"
    assert not canary.exists()


@pytest.mark.parametrize("packed", [False, True], ids=["a pickle", "a type that was one"])
def test_features_that_hold_a_pickle_are_refused(
    tmp_path: Path, canary: Path, *, packed: bool
) -> None:
    content = with_extension(poison(canary)) if packed else poison(canary)
    folder = features(tmp_path / "features", content)

    assert refused(lambda: read_features(folder)) == "features-unreadable"
    assert not canary.exists()


def test_a_manifest_that_is_a_pickle_is_refused(tmp_path: Path, canary: Path) -> None:
    folder = features(tmp_path / "features", b"")
    (folder / MANIFEST_FILE).write_bytes(poison(canary))

    assert refused(lambda: read_features(folder)) == "features-unreadable"
    assert not canary.exists()


def test_a_table_with_a_type_that_was_a_pickle_is_only_a_table(
    tmp_path: Path, canary: Path
) -> None:
    path = tmp_path / "homes.parquet"
    path.write_bytes(with_extension(poison(canary)))

    assert refused(lambda: open_homes(path)) == "fleet-columns-missing"
    assert refused(lambda: parse_meter_file(path.read_bytes(), name="m")) == "table-no-time-column"
    assert not canary.exists()


# --- the registry ----------------------------------------------------------------------------


class Stand:
    """A registry somebody else has written to: it gives a file of its own."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def download_artifacts(self, _: str, path: str, folder: str) -> str:
        """Write the file and return its path."""
        found = Path(folder) / path.rsplit("/", 1)[-1]
        found.write_bytes(self.content)
        return str(found)

    def search_model_versions(self, *_: Any, **__: Any) -> list[Any]:
        """Return versions whose tags are poisoned."""
        tags = {"ahorraluz.files": self.content.decode("latin-1"), "ahorraluz.version": "x"}
        return [SimpleNamespace(version="1", run_id="r", creation_timestamp=0, tags=tags)]


def stand(content: bytes) -> Registry:
    return Registry(Place(uri="sqlite:///x.db", artifacts=None), Stand(content))


def test_an_artefact_that_was_swapped_for_a_pickle_is_not_taken(
    tmp_path: Path, canary: Path
) -> None:
    kept = Kept(registered=1, run="r", version="x", content="c", files={"model.tflite": "0" * 64},
                shipped=False, tags={}, at_s=0)  # fmt: skip

    code = refused(lambda: stand(poison(canary)).fetch(kept, tmp_path / "into"))

    assert code == "registry-file-differs"
    assert not (tmp_path / "into").exists()
    assert not canary.exists()


@pytest.mark.parametrize("deep", [False, True], ids=["a pickle", "a thousand deep"])
def test_a_version_with_a_poisoned_tag_is_none_of_ours(canary: Path, *, deep: bool) -> None:
    content = b"[" * 100_000 if deep else poison(canary, protocol=0)

    assert stand(content).versions("day-mixer") == ()
    assert not canary.exists()
