"""A folder is a model only where its files, its card and its network belong together."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.made_models import shipped, write_model

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.models.card_figures import data_version, dvc_hashes, figures, page
from ahorraluz.services.models.folder import read_folder, shipped_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a model of its own."""
    return write_model(tmp_path / "model", by=0.01)


def refused(folder: Path) -> str:
    """Return why a folder is refused."""
    with pytest.raises(AhorraLuzError) as caught:
        read_folder(folder)
    return caught.value.issue.code


def change_card(folder: Path, **said: Any) -> None:
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | said), "utf-8")


def test_a_whole_model_is_read_with_the_hash_of_each_file(folder: Path) -> None:
    found = read_folder(folder)

    assert set(found.hashes) == {"card.json", "model.tflite"}
    assert found.hashes["model.tflite"].startswith(found.version)


def test_what_goes_on_with_training_is_left_where_it_is(folder: Path) -> None:
    (folder / "model.keras").write_bytes(b"PK\x03\x04 whatever it unpacks to")

    assert "model.keras" not in read_folder(folder).hashes


def test_a_folder_without_a_model_is_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert refused(tmp_path / "empty") == "models-no-model"
    assert refused(tmp_path / "nowhere") == "models-no-model"


def test_a_card_of_another_network_is_refused(folder: Path) -> None:
    change_card(folder, version="0" * 12)

    assert refused(folder) == "models-card-differs"


@pytest.mark.parametrize("version", ["", "7", None, 12])
def test_a_card_without_a_whole_version_is_refused(folder: Path, version: object) -> None:
    change_card(folder, version=version)

    assert refused(folder) in ("models-card-wrong", "models-card-differs")


@pytest.mark.parametrize(
    "said",
    [
        {"scores": {}},
        {"scores": {"seen": {"1": {"day-mixer": {"nmae": "much"}}}, "unseen": {}}},
        {"homes": [{"place": "lima"}]},
        {"data": {"meters.csv": "no hash"}},
        {"recipe": "the usual"},
        {"name": "night-mixer"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_a_card_that_lacks_what_it_needs_is_refused(folder: Path, said: dict[str, Any]) -> None:
    change_card(folder, **said)

    assert refused(folder) == "models-card-wrong"


def test_a_card_that_is_no_json_is_no_model(folder: Path) -> None:
    (folder / "card.json").write_bytes(b"\xff{")

    assert refused(folder) == "models-no-model"


def test_boosted_trees_are_not_served() -> None:
    assert refused(shipped().parent / "boosting") == "models-not-served"


@pytest.mark.parametrize("name", ["model.pkl", "saved-model/1/evil.py", "notes.txt"])
def test_a_foreign_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"cos\nsystem\n(S'true'\ntR.")

    assert refused(folder) == "shelf-file-unknown"


def test_a_link_is_no_file_of_a_model(folder: Path) -> None:
    (folder / "model.tflite").rename(folder.parent / "elsewhere.tflite")
    (folder / "model.tflite").symlink_to(folder.parent / "elsewhere.tflite")

    assert refused(folder) == "shelf-file-unknown"


def test_a_file_that_is_no_network_does_not_run(folder: Path) -> None:
    from hashlib import sha256

    content = b"not a network at all" * 100
    (folder / "model.tflite").write_bytes(content)
    change_card(folder, version=sha256(content).hexdigest()[:12])

    assert refused(folder) == "models-does-not-run"


def test_a_card_whose_offsets_have_another_shape_does_not_run(folder: Path) -> None:
    change_card(folder, offsets=[[0.0] * 4])

    assert refused(folder) == "models-does-not-run"


def test_figures_are_told_over_the_naive_rules_and_over_the_shipped_trees() -> None:
    card = shipped_folder().card

    found = figures(card)

    own = card["scores"]["unseen"]["7"]
    naive = own["seasonal-naive-24"]["wql"]
    assert found["unseen/168h/wql"] == own["day-mixer"]["wql"]
    assert found["unseen/168h/wql_over_seasonal-naive-24"] == own["day-mixer"]["wql"] / naive
    assert 0.9 < found["unseen/168h/wql_over_boosting"] < 1.1
    assert "cold_start_0/24h/nmae" in found


def test_trees_of_other_data_are_no_measure() -> None:
    card = dict(shipped_folder().card) | {"data": {"mine.csv": "00"}}

    assert not any(name.endswith("_over_boosting") for name in figures(card))


def test_the_version_of_data_is_that_of_its_files_in_any_order() -> None:
    one = {"data": {"a": "00", "b": "11"}}

    assert data_version(one) == data_version({"data": {"b": "11", "a": "00"}})
    assert data_version(one) != data_version({"data": {"a": "11", "b": "00"}})


def test_the_page_of_a_card_shows_groups_places_and_files() -> None:
    said = page(shipped_folder().card)

    assert "| unseen | 168 |" in said
    assert "| london | 33 | 17 |" in said
    assert "lcl2013_halfhourly.csv.gz" in said


def test_hashes_of_dvc_are_those_of_the_stage_that_made_the_folder(folder: Path) -> None:
    pytest.importorskip("yaml")
    (folder.parent / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  train:\n    deps:\n    - path: meters\n      md5: abc.dir\n"
        "    outs:\n    - path: model\n      md5: def.dir\n",
        "utf-8",
    )

    assert dvc_hashes(folder) == {"meters": "abc.dir"}


def test_a_lock_of_dvc_that_says_nothing_gives_no_hashes(folder: Path) -> None:
    pytest.importorskip("yaml")
    (folder.parent / "dvc.lock").write_text("stages: [", "utf-8")

    assert dvc_hashes(folder) == {}
