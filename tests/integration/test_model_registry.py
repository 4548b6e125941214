"""The registry on MLflow: from a folder to what is served and back, and what is cut off between.

``make registry`` installs it and runs this file; without it nothing here runs.
"""

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from tests.made_models import with_scores, write_model
from tests.unit.cli.running import answer, run

from ahorraluz.core.forecast.drift_errors import SCORES
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning import registry as mlflow_door
from ahorraluz.learning import shelf
from ahorraluz.services.models import canary, opening
from ahorraluz.services.models.book import Book
from ahorraluz.services.models.comparing import compare
from ahorraluz.services.models.folder import read_folder, shipped_folder
from ahorraluz.services.models.promoting import Order, promote, roll_back
from ahorraluz.services.models.registering import list_models, register
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

pytest.importorskip("mlflow", reason="MLflow is not installed: make registry")
pytestmark = [
    pytest.mark.integration,
    # Its database engine leaves connections to the garbage collector.
    pytest.mark.filterwarnings("ignore"),
]
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ANA = Order(by="ana")
FORCED = Order(by="ana", reason="a try", force=True)
NAME = "day-mixer"


class KilledError(BaseException):
    """The process ends here."""


def killed(*_: object, **__: object) -> NoReturn:
    raise KilledError


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the database of a registry with nothing in it: making one takes seconds."""
    folder = tmp_path_factory.mktemp("empty")
    place = mlflow_door.Place(uri=f"sqlite:///{folder / 'mlflow.db'}", artifacts=folder)
    mlflow_door.open_registry(place)
    with sqlite3.connect(folder / "mlflow.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (folder / "mlflow.db").read_bytes()


@pytest.fixture
def tools(tmp_path: Path, database: bytes) -> Toolbox:
    """Return the tools of a folder whose registry is empty."""
    folder = tmp_path / "data home" / "registry"
    folder.mkdir(parents=True)
    (folder / "mlflow.db").write_bytes(database)
    return open_toolbox(Settings(data_dir=tmp_path / "data home"))


@pytest.fixture
def better(tmp_path: Path) -> Path:
    """Return a model whose card says that it errs by a twentieth less."""
    return write_model(tmp_path / "better", by=0.001, **with_scores(0.95))


def book_of(tools: Toolbox) -> Book:
    return Book(data_dir=tools.settings.data_dir)


def aliases(tools: Toolbox) -> dict[int, tuple[str, ...]]:
    """Return the aliases that MLflow has, by our numbers."""
    registry = mlflow_door.open_registry(opening.place_of(tools))
    found: dict[int, tuple[str, ...]] = {}
    for alias, registered in sorted(registry.aliases(NAME).items()):
        found[registered - 1] = (*found.get(registered - 1, ()), alias)
    return found


def refused(wanted: str, order: Order, tools: Toolbox) -> str:
    with pytest.raises(AhorraLuzError) as caught:
        promote(wanted, order, tools=tools, as_of=NOW)
    return caught.value.issue.code


def test_the_shipped_model_is_number_nought_and_champion_from_the_first_look(
    tools: Toolbox,
) -> None:
    listed = list_models(tools=tools, as_of=NOW)

    assert listed.asked
    assert [(one.number, one.aliases) for one in listed.versions] == [(0, ("champion",))]
    assert aliases(tools) == {0: ("champion",)}


def test_a_run_holds_parameters_figures_hashes_signature_and_card(
    tools: Toolbox, better: Path
) -> None:
    import mlflow
    from mlflow import MlflowClient

    done = register(better, tools=tools, as_of=NOW)

    uri = opening.place_of(tools).uri
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    version = client.get_model_version_by_alias(NAME, "challenger")
    run = client.get_run(version.run_id)
    assert done.version.number == 1
    assert run.info.status == "FINISHED"
    assert run.data.params["recipe.shape.width"] == "48"
    assert run.data.params["data_version"] == done.version.data_version
    assert run.data.metrics["unseen/168h/wql_over_seasonal-naive-24"] < 1
    assert "seen/24h/nmae_over_boosting" in run.data.metrics
    assert set(json.loads(version.tags["ahorraluz.files"])) == {"card.json", "model.tflite"}
    paths = {file.path for file in client.list_artifacts(version.run_id)}
    assert paths == {"model", "model-card.md"}
    mlflow.set_tracking_uri(uri)
    signature = mlflow.models.get_model_info(f"models:/{NAME}@challenger").signature
    assert signature is not None
    assert signature.inputs.input_names()[:2] == ["history", "known"]


def test_the_same_model_is_registered_once(tools: Toolbox, better: Path, tmp_path: Path) -> None:
    copied = tmp_path / "shipped"
    copied.mkdir()
    for file in shipped_folder().hashes:
        shutil.copy(shipped_folder().path / file, copied / file)

    first = register(better, tools=tools, as_of=NOW)
    again = register(better, tools=tools, as_of=NOW + timedelta(days=1))

    assert (first.anew, again.anew) == (True, False)
    assert again.version.number == first.version.number
    assert not register(copied, tools=tools, as_of=NOW).anew


def test_a_registration_that_was_cut_off_leaves_no_version_and_is_done_again(
    tools: Toolbox, better: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_models(tools=tools, as_of=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(mlflow_door.Registry, "_write", killed)
        with pytest.raises(KilledError):
            register(better, tools=tools, as_of=NOW)
    assert [one.number for one in list_models(tools=tools, as_of=NOW).versions] == [0]

    done = register(better, tools=tools, as_of=NOW)

    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=opening.place_of(tools).uri)
    experiment = client.get_experiment_by_name(f"ahorraluz/{NAME}")
    statuses = [run.info.status for run in client.search_runs([experiment.experiment_id])]
    assert done.version.number == 1
    assert sorted(statuses) == ["FINISHED", "FINISHED", "KILLED"]


def test_what_was_found_better_is_promoted_and_taken_back(tools: Toolbox, better: Path) -> None:
    register(better, tools=tools, as_of=NOW)
    assert refused("1", ANA, tools) == "models-not-compared"
    found = compare(None, None, tools=tools, as_of=NOW)
    assert found.judged.verdict == "better"

    promote("challenger", ANA, tools=tools, as_of=NOW)

    served = shelf.champion(book_of(tools).shelf, name=NAME)
    assert served is not None
    assert served.number == 1
    assert served.read("card.json") == (better / "card.json").read_bytes()
    assert aliases(tools) == {1: ("champion",)}
    assert refused("1", ANA, tools) == "models-is-champion"
    back = roll_back(None, ANA, tools=tools, as_of=NOW)
    assert (back.act.number, back.alias_told) == (0, True)
    assert aliases(tools) == {0: ("champion",)}
    assert shelf.champion(book_of(tools).shelf, name=NAME) is None


def test_a_comparison_holds_for_the_champion_it_was_made_with(
    tools: Toolbox, better: Path, tmp_path: Path
) -> None:
    register(better, tools=tools, as_of=NOW)
    compare("1", None, tools=tools, as_of=NOW)
    other = write_model(tmp_path / "other", by=0.002, seed=3, **with_scores(0.99))
    register(other, tools=tools, as_of=NOW)
    promote("2", FORCED, tools=tools, as_of=NOW)

    assert refused("1", ANA, tools) == "models-not-compared"
    assert book_of(tools).acts()[-1].forced


def test_what_was_not_found_better_needs_force_and_a_reason(tools: Toolbox, tmp_path: Path) -> None:
    register(write_model(tmp_path / "worse", by=0.002, **with_scores(1.05)), tools=tools, as_of=NOW)
    compare("1", None, tools=tools, as_of=NOW)

    assert refused("1", ANA, tools) == "models-not-passed"
    assert refused("1", Order(by="ana", force=True), tools) == "models-force-without-reason"
    assert refused("7", FORCED, tools) == "models-version-unknown"
    assert book_of(tools).served() == 0


def test_what_training_would_have_refused_is_no_better(tools: Toolbox, tmp_path: Path) -> None:
    said = {**with_scores(0.9), "refused": ["train-coverage"]}
    register(write_model(tmp_path / "refused", by=0.002, **said), tools=tools, as_of=NOW)

    found = compare("1", None, tools=tools, as_of=NOW)

    assert (found.judged.failed, found.judged.verdict) == (("training",), "not-better")


def test_cards_of_other_data_need_homes_to_judge_on(tools: Toolbox, tmp_path: Path) -> None:
    model = write_model(tmp_path / "own", by=0.002, data={"mine.csv": "00"})
    register(model, tools=tools, as_of=NOW)

    with pytest.raises(AhorraLuzError) as caught:
        compare("1", None, tools=tools, as_of=NOW)

    assert caught.value.issue.code == "models-data-differs"


def test_a_file_that_was_changed_in_the_registry_is_not_promoted(
    tools: Toolbox, better: Path
) -> None:
    register(better, tools=tools, as_of=NOW)
    artifacts = opening.place_of(tools).artifacts
    assert artifacts is not None
    for path in artifacts.rglob("card.json"):
        path.write_text(path.read_text("utf-8").replace("2026-11-27", "2026-11-28"), "utf-8")

    assert refused("1", FORCED, tools) == "registry-file-differs"
    assert book_of(tools).served() == 0
    assert book_of(tools).acts() == ()


@pytest.mark.parametrize(
    ("place", "served"),
    [
        pytest.param("promoting.put", 0, id="before the files are on the shelf"),
        pytest.param("promoting.point_to", 0, id="before the pointer"),
        pytest.param("promoting.write_down", 1, id="after the pointer"),
        pytest.param("opening.Opened.settle", 1, id="before the alias"),
    ],
)
def test_a_promotion_cut_off_anywhere_leaves_alias_and_shelf_saying_the_same(
    tools: Toolbox, better: Path, monkeypatch: pytest.MonkeyPatch, place: str, served: int
) -> None:
    register(better, tools=tools, as_of=NOW)
    with monkeypatch.context() as patch:
        if place.endswith("settle"):
            patch.setattr("ahorraluz.services.models.promoting._settled", killed)
        else:
            patch.setattr(f"ahorraluz.services.models.{place}", killed)
        with pytest.raises(KilledError):
            promote("1", FORCED, tools=tools, as_of=NOW)

    listed = list_models(tools=tools, as_of=NOW)

    assert listed.served == served == book_of(tools).served()
    assert aliases(tools) == (
        {1: ("champion",)} if served else {0: ("champion",), 1: ("challenger",)}
    )
    assert [act.number for act in listed.acts] == ([1] if served else [])
    assert book_of(tools).going_on() is None


def test_boards_and_the_trail_are_told_where_there_is_a_database(
    tools: Toolbox, better: Path
) -> None:
    from ahorraluz.services.live.figures import fill_figures

    tools.store.people.trail.note("service-began", actor="", as_of=NOW)
    fill_figures(tools=tools, as_of=NOW)
    register(better, tools=tools, as_of=NOW)
    compare("1", None, tools=tools, as_of=NOW)
    promote("1", ANA, tools=tools, as_of=NOW)
    roll_back(None, ANA, tools=tools, as_of=NOW + timedelta(hours=1))

    told = tools.store.live.figures.of_models(since_s=int(NOW.timestamp()))
    by_name = {(one.model, one.name): one for one in told if not one.cohort}
    assert by_name[NAME, "promotion"].value == 1
    assert by_name[NAME, "rollback"].value == 0
    assert by_name[f"{NAME}-challenger", "retraining"].value == 1
    assert by_name[f"{NAME}-challenger", "wql_over_champion"].value < 1
    last = max(one.at_s for one in told if one.model == NAME)
    assert any(one.name == "nmae" for one in told if one.at_s == last)
    acts = [line.act for line in tools.store.people.trail.newest(limit=9)]
    assert acts[:2] == ["model-rolled-back", "model-promoted"]


def test_a_model_that_shipped_with_an_earlier_program_keeps_a_number(
    tools: Toolbox, better: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_models(tools=tools, as_of=NOW)
    before = shipped_folder().version
    monkeypatch.setattr(opening, "shipped_folder", lambda: read_folder(better))

    listed = list_models(tools=tools, as_of=NOW)

    numbers = {one.version: one.number for one in listed.versions}
    assert numbers[read_folder(better).version] == 0
    assert numbers[before] > 0


def test_what_others_put_into_the_registry_is_left_alone(tools: Toolbox, better: Path) -> None:
    from mlflow import MlflowClient

    register(better, tools=tools, as_of=NOW)
    uri = opening.place_of(tools).uri
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    foreign = client.create_model_version(NAME, source="file:///tmp/anything", run_id=None)
    client.set_model_version_tag(NAME, "2", "ahorraluz.verdict", "[no json")

    assert refused(str(int(foreign.version) - 1), FORCED, tools) == "models-version-unknown"
    assert [one.number for one in list_models(tools=tools, as_of=NOW).versions] == [0, 1]


def test_a_registry_that_is_no_database_is_said_and_going_back_works(
    tools: Toolbox, better: Path
) -> None:
    register(better, tools=tools, as_of=NOW)
    promote("1", FORCED, tools=tools, as_of=NOW)
    (tools.settings.data_dir / "registry" / "mlflow.db").write_bytes(b"no database" * 500)

    listed = list_models(tools=tools, as_of=NOW)
    back = roll_back(None, ANA, tools=tools, as_of=NOW)

    assert [issue.code for issue in listed.issues] == ["registry-not-reached"]
    assert [one.number for one in listed.versions] == [0, 1]
    assert (back.act.number, back.alias_told) == (0, False)


def test_commands_say_what_they_did_in_words_and_as_json(
    tools: Toolbox, better: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tools.settings.data_dir))

    registered: dict[str, Any] = answer("models", "register", better)
    compared = answer("models", "compare")
    promoted = answer("models", "promote", "1", "--by", "ana")
    text = run("models", "list", "--lang", "en")
    back = answer("models", "rollback", "--reason", "bands too narrow")
    wrong = run("models", "promote", "99", "--lang", "en")

    assert (registered["number"], registered["anew"]) == (1, True)
    assert compared["verdict"] == "better"
    assert (promoted["number"], promoted["registry_told"]) == (1, True)
    assert "champion" in text.stdout
    assert "ana promoted 1" in text.stdout
    assert (back["number"], back["reason"]) == (0, "bands too narrow")
    assert (wrong.exit_code, "99" in wrong.stderr) == (2, True)


def test_with_a_canary_only_what_does_homes_no_harm_is_served(
    tools: Toolbox, better: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careful = Order(by="ana", after_canary=True)
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tools.settings.data_dir))
    register(better, tools=tools, as_of=NOW)
    compare("1", None, tools=tools, as_of=NOW)

    without = refused("1", careful, tools)
    alone = run("models", "canary", "1", "--json")
    of_few = refused("1", careful, tools)
    sums = np.ones((12, 2, 2, len(SCORES)))
    sums[..., SCORES.index("inside")] = 0.8
    monkeypatch.setattr(canary, "told_again", lambda *_, **__: sums)
    passed = run("models", "canary", "1")
    done = promote("1", careful, tools=tools, as_of=NOW)

    assert (without, of_few) == ("models-no-canary", "models-no-canary")
    assert json.loads(alone.stdout)["verdict"] == "cannot-tell"
    assert (passed.exit_code, done.act.number) == (0, 1)
