"""Models are put onto the shelf whole, and taken from it as they were put there."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.unit.learning.shelved_models import NETWORK, trained

from ahorraluz.learning import shelf, shelf_files
from ahorraluz.learning.shelved import Published, ShelfError

NAME = "day-mixer"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def put(models: Path, lift: float = 0.0, *, promote: bool = True) -> Published:
    source = models.parent / f"trained-{lift}"
    version = trained(source, lift=lift)
    return shelf.publish(source, models, name=NAME, version=version, promote=promote)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(ShelfError) as caught:
        call()
    return caught.value.issue.code


def test_a_shelf_without_models_has_no_champion(models: Path) -> None:
    assert shelf.champion(models, name=NAME) is None
    assert shelf.versions(models, name=NAME) == ()
    assert shelf.pointer_mark(models, name=NAME) is None


def test_what_was_published_is_champion_with_its_files(models: Path) -> None:
    first = put(models)

    found = shelf.champion(models, name=NAME)

    assert found == first
    assert (found.number, found.folder) == (1, models / NAME / "1")
    assert found.read("model.tflite") == (tmp_source(models) / "model.tflite").read_bytes()
    pointer = json.loads((models / NAME / "champion.json").read_text())
    assert pointer["number"] == 1
    assert pointer["version"] == first.version
    assert set(pointer["sha256"]) == {"card.json", "model.tflite", *NETWORK}


def tmp_source(models: Path) -> Path:
    return models.parent / "trained-0.0"


def test_numbers_rise_and_the_newest_is_champion(models: Path) -> None:
    marks = []
    for lift in (0.0, 0.1, 0.2):
        put(models, lift)
        marks.append(shelf.pointer_mark(models, name=NAME))

    numbers = [each.number for each in shelf.versions(models, name=NAME)]

    assert numbers == [1, 2, 3]
    assert len(set(marks)) == 3
    champion = shelf.champion(models, name=NAME)
    assert champion is not None
    assert champion.number == 3


def test_the_same_model_keeps_its_number(models: Path) -> None:
    first = put(models)
    second = put(models, 0.1)

    again = shelf.publish(tmp_source(models), models, name=NAME, version=first.version)

    assert again == first
    assert [each.number for each in shelf.versions(models, name=NAME)] == [1, 2]
    assert shelf.champion(models, name=NAME) == first != second


def test_a_challenger_waits_beside_the_champion(models: Path) -> None:
    first = put(models)

    second = put(models, 0.1, promote=False)

    assert shelf.champion(models, name=NAME) == first
    assert second in shelf.versions(models, name=NAME)


def test_a_rollback_points_to_what_is_there(models: Path) -> None:
    first = put(models)
    put(models, 0.1)

    told = shelf.point_to(models, name=NAME, number=1)

    assert told == first == shelf.champion(models, name=NAME)


def test_number_nought_is_the_model_of_the_program(models: Path) -> None:
    put(models)

    told = shelf.point_to(models, name=NAME, number=0)

    assert told is None
    assert shelf.champion(models, name=NAME) is None


def test_a_number_that_is_not_there_is_refused_with_those_that_are(models: Path) -> None:
    put(models)

    with pytest.raises(ShelfError) as caught:
        shelf.point_to(models, name=NAME, number=7)

    assert caught.value.issue.code == "shelf-number-unknown"
    assert caught.value.issue.parameters["choices"] == ["0", "1"]


def test_the_network_is_shown_as_tensorflow_serving_reads_it(models: Path) -> None:
    put(models)

    shown = models / NAME / "serving" / "1"

    assert {
        path.relative_to(shown).as_posix(): path.read_bytes()
        for path in shown.rglob("*")
        if path.is_file()
    } == {name.removeprefix("saved-model/1/"): content for name, content in NETWORK.items()}


def test_only_the_champion_and_the_one_before_are_shown_to_be_served(models: Path) -> None:
    for lift in (0.0, 0.1, 0.2):
        put(models, lift)
    third = sorted(path.name for path in (models / NAME / "serving").iterdir())

    shelf.point_to(models, name=NAME, number=1)

    assert third == ["2", "3"]
    assert sorted(path.name for path in (models / NAME / "serving").iterdir()) == ["1", "3"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(
            lambda at: (at / "model.pkl").write_bytes(b"x"), "shelf-file-unknown", id="a pickle"
        ),
        pytest.param(
            lambda at: (at / "more").symlink_to(at.parent), "shelf-file-unknown", id="a link out"
        ),
        pytest.param(
            lambda at: relinked(at / "model.tflite"), "shelf-file-unknown", id="a linked model"
        ),
        pytest.param(
            lambda at: (at / "model.tflite").unlink(), "shelf-file-missing", id="no model"
        ),
        pytest.param(
            lambda at: (at / "saved-model/1/fingerprint.pb").unlink(),
            "shelf-file-missing",
            id="half a network",
        ),
        pytest.param(
            lambda at: os.truncate(at / "model.tflite", (64 << 20) + 1),
            "shelf-file-too-large",
            id="a huge model",
        ),
        pytest.param(
            lambda at: (at / "card.json").write_text("[" * 100_000), "shelf-card-wrong", id="a bomb"
        ),
        pytest.param(
            lambda at: (at / "card.json").write_text('{"name": "other", "version": "1"}'),
            "shelf-card-wrong",
            id="the card of another model",
        ),
    ],
)
def test_a_training_that_is_not_exactly_a_model_is_refused_whole(
    models: Path, spoil: Callable[[Path], object], code: str
) -> None:
    source = models.parent / "spoilt"
    version = trained(source)
    spoil(source)

    told = refused(lambda: shelf.publish(source, models, name=NAME, version=version))

    assert told == code
    assert not models.exists()


def relinked(path: Path) -> None:
    target = path.parent.parent / "elsewhere"
    path.rename(target)
    path.symlink_to(target)


def test_a_version_other_than_the_cards_is_refused(models: Path) -> None:
    source = models.parent / "trained"
    trained(source)

    assert (
        refused(lambda: shelf.publish(source, models, name=NAME, version="other"))
        == "shelf-version-differs"
    )


@pytest.mark.parametrize("name", ["", "../out", "/abs", "Day", "a/b", "a" * 65, "a\n"])
def test_a_name_is_no_path(models: Path, name: str) -> None:
    source = models.parent / "trained"
    version = trained(source)

    for call in (
        lambda: shelf.publish(source, models, name=name, version=version),
        lambda: shelf.champion(models, name=name),
        lambda: shelf.versions(models, name=name),
        lambda: shelf.point_to(models, name=name, number=1),
    ):
        assert refused(call) == "shelf-name-wrong"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(
            lambda at: (at / "1/model.tflite").write_bytes(b"other"),
            "shelf-file-differs",
            id="another model",
        ),
        pytest.param(lambda at: (at / "1/card.json").unlink(), "shelf-file-missing", id="no card"),
        pytest.param(
            lambda at: (at / "1/extra.py").write_text("x"), "shelf-file-unknown", id="one more file"
        ),
        pytest.param(lambda at: relinked(at / "1/model.tflite"), "shelf-file-unknown", id="a link"),
        pytest.param(
            lambda at: (at / "1").rename(at / "gone"), "shelf-file-missing", id="no folder"
        ),
        pytest.param(lambda at: relinked(at / "1"), "shelf-file-missing", id="a linked folder"),
        pytest.param(
            lambda at: (at / "champion.json").write_text("{"), "shelf-pointer-wrong", id="half JSON"
        ),
        pytest.param(
            lambda at: (at / "champion.json").write_text("[" * 50_000),
            "shelf-pointer-wrong",
            id="a bomb",
        ),
        pytest.param(
            lambda at: (at / "champion.json").write_text(
                '{"number": true, "version": "1", "sha256": {}}'
            ),
            "shelf-pointer-wrong",
            id="a number that is none",
        ),
        pytest.param(
            lambda at: (at / "champion.json").write_text(
                json.dumps({"number": 1, "version": "1", "sha256": {"../../x": "0" * 64}})
            ),
            "shelf-pointer-wrong",
            id="a path out",
        ),
    ],
)
def test_what_is_not_as_it_was_published_is_not_served(
    models: Path, spoil: Callable[[Path], object], code: str
) -> None:
    put(models)
    spoil(models / NAME)

    assert refused(lambda: shelf.champion(models, name=NAME)) == code


def test_a_file_that_changes_after_the_look_is_not_read(models: Path) -> None:
    first = put(models)
    (first.folder / "card.json").write_bytes(b"{}")

    assert refused(lambda: first.read("card.json")) == "shelf-file-differs"
    assert refused(lambda: first.read("../champion.json")) == "shelf-file-differs"


def test_a_spoilt_version_is_not_pointed_to_and_the_old_one_stays(models: Path) -> None:
    put(models)
    second = put(models, 0.1)
    (models / NAME / "1" / "model.tflite").write_bytes(b"other")

    told = refused(lambda: shelf.point_to(models, name=NAME, number=1))

    assert told == "shelf-file-differs"
    assert shelf.champion(models, name=NAME) == second


def test_a_spoilt_version_is_published_again_under_a_new_number(models: Path) -> None:
    first = put(models)
    (first.folder / "model.tflite").write_bytes(b"other")

    again = shelf.publish(tmp_source(models), models, name=NAME, version=first.version)

    assert again.number == 2
    assert shelf.champion(models, name=NAME) == again


def test_while_one_publishes_another_is_told_to_wait(models: Path) -> None:
    first = put(models)

    with shelf_files.locked(models / NAME, wait_s=0) as ours:
        told = [
            refused(
                lambda: shelf.publish(
                    tmp_source(models), models, name=NAME, version=first.version, wait_s=0
                )
            ),
            refused(lambda: shelf.point_to(models, name=NAME, number=0, wait_s=0)),
        ]

    assert ours
    assert told == ["shelf-busy", "shelf-busy"]


def test_many_publish_at_once_and_each_gets_a_number_of_its_own(models: Path) -> None:
    lifts = [number / 10 for number in range(6)]

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda lift: put(models, lift), lifts))

    assert sorted(each.number for each in found) == [1, 2, 3, 4, 5, 6]
    assert shelf.champion(models, name=NAME) in found


def test_a_publisher_that_is_killed_leaves_the_old_champion_and_is_swept(models: Path) -> None:
    first = put(models)
    source = models.parent / "next"
    version = trained(source, lift=0.1)
    code = (
        "import os, sys; from pathlib import Path; from ahorraluz.learning import shelf\n"
        "shelf.flush_folder = lambda folder: os._exit(9)\n"
        "shelf.publish(Path(sys.argv[1]), Path(sys.argv[2]), name='day-mixer', "
        "version=sys.argv[3])"
    )

    run = subprocess.run([sys.executable, "-c", code, source, models, version], check=False)
    left = shelf.champion(models, name=NAME), shelf.versions(models, name=NAME)
    second = shelf.publish(source, models, name=NAME, version=version)

    assert run.returncode == 9
    assert left == (first, (first,))
    assert second.number == 2
    assert [path.name for path in (models / NAME).glob(".incoming-*")] == []


def test_a_place_that_cannot_be_written_says_why(models: Path) -> None:
    source = models.parent / "trained"
    version = trained(source)
    models.write_text("a file where the folder should be")

    assert (
        refused(lambda: shelf.publish(source, models, name=NAME, version=version))
        == "shelf-not-written"
    )
