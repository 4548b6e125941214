"""The model that is promoted scores the fleet, and a run asks the one it was begun with."""

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.fleet_town import (
    AS_OF,
    Here,
    StoppedError,
    bytes_of,
    homes_table,
    packed_table,
    write_tables,
)
from tests.unit.learning.shelved_models import trained

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning import shelf
from ahorraluz.learning.litert import NAME, load_default
from ahorraluz.services.fleet.hours import model_in_use
from ahorraluz.services.fleet.local import LocalEngine
from ahorraluz.services.fleet.outputs import FleetOutError, Output
from ahorraluz.services.fleet.runs import Done, FleetRequest, Job, do_part, score_fleet
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")

DAYS = 40
"""Too few for homes to be moved by how well the model did for them: as told is as written."""


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path / "data"))


@pytest.fixture
def town(tmp_path: Path) -> FleetRequest:
    homes, readings = write_tables(tmp_path / "in", homes_table(3), packed_table(3, days=DAYS))
    return FleetRequest(
        homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF, homes_per_part=1
    )


def promote(tools: Toolbox, *, lift: float) -> str:
    source = tools.settings.data_dir.parent / f"trained-{lift}"
    version = trained(source, lift=lift, network=False)
    shelf.publish(source, tools.user_folder / shelf.FOLDER, name=NAME, version=version)
    return version


def rows_of(out: Path) -> list[dict[str, object]]:
    parts = Output(out).parts("homes")
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


@dataclass
class Promoting:
    """An engine in the midst of whose run another model is promoted."""

    lift: float

    def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
        """Score a part, promote, and score the others."""
        for place, part in enumerate(parts):
            if place == 1:
                promote(tools, lift=self.lift)
            yield do_part(job, part, tools=open_toolbox(tools.settings))


def test_the_champion_scores_and_is_named_in_every_row(town: FleetRequest, tools: Toolbox) -> None:
    score_fleet(town, engine=Here(), tools=tools)
    shipped = rows_of(town.out)
    shutil.rmtree(town.out)
    version = promote(tools, lift=0.5)

    score_fleet(town, engine=Here(), tools=tools)

    named = model_in_use(tools).text
    assert named.startswith(f"{NAME} 1 {version} ")
    for before, row in zip(shipped, rows_of(town.out), strict=True):
        assert str(before["hours_model"]).startswith(f"{NAME} 0 {load_default().version} ")
        assert row["hours_model"] == named
        assert row["hours_kwh_q90"] != before["hours_kwh_q90"]
    manifest = json.loads((town.out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["hours_model"] == named


def test_processes_open_the_champion_that_the_run_was_begun_with(
    town: FleetRequest, tools: Toolbox
) -> None:
    promote(tools, lift=0.5)
    score_fleet(town, engine=LocalEngine(workers=1), tools=tools)
    by_worker = bytes_of(town.out)
    shutil.rmtree(town.out)

    score_fleet(town, engine=Here(), tools=tools)

    assert bytes_of(town.out) == by_worker


def test_what_is_promoted_in_the_midst_of_a_run_changes_nothing_of_it(
    town: FleetRequest, tools: Toolbox
) -> None:
    promote(tools, lift=0.5)
    score_fleet(town, engine=Here(), tools=tools)
    undisturbed = bytes_of(town.out)
    shutil.rmtree(town.out)

    score_fleet(town, engine=Promoting(lift=0.9), tools=tools)

    assert bytes_of(town.out) == undisturbed
    assert model_in_use(tools).number == 2


def test_a_run_that_was_stopped_goes_on_with_its_own_model_alone(
    town: FleetRequest, tools: Toolbox
) -> None:
    promote(tools, lift=0.5)
    score_fleet(town, engine=Here(), tools=tools)
    undisturbed = bytes_of(town.out)
    shutil.rmtree(town.out)
    with pytest.raises(StoppedError):
        score_fleet(town, engine=Here(stop_after=1), tools=tools)
    promote(tools, lift=0.9)

    with pytest.raises(FleetOutError) as refused:
        score_fleet(town, engine=Here(), tools=tools)

    assert refused.value.issue.code == "fleet-out-other-run"
    assert refused.value.issue.parameters["differs"] == "hours_model"
    shelf.point_to(tools.user_folder / shelf.FOLDER, name=NAME, number=1)
    score_fleet(town, engine=Here(), tools=tools)
    assert bytes_of(town.out) == undisturbed


def test_a_model_that_went_from_the_shelf_stops_the_run_with_its_reason(
    town: FleetRequest, tools: Toolbox
) -> None:
    promote(tools, lift=0.5)

    class Losing:
        """An engine before whose first part the model is taken away."""

        def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
            shutil.rmtree(tools.user_folder / shelf.FOLDER / NAME / "1")
            for part in parts:
                yield do_part(job, part, tools=tools)

    with pytest.raises(AhorraLuzError) as refused:
        score_fleet(town, engine=Losing(), tools=tools)

    assert refused.value.issue.code == "fleet-model-gone"
    assert Output(town.out).parts("homes") == []


def test_a_champion_that_gives_no_sound_answer_leaves_the_model_of_the_app(tools: Toolbox) -> None:
    source = tools.settings.data_dir.parent / "broken"
    version = trained(source, network=False)
    (source / "model.tflite").write_bytes(b"no network")
    shelf.publish(source, tools.user_folder / shelf.FOLDER, name=NAME, version=version)

    assert model_in_use(tools).number == 0
    assert model_in_use(tools).version == tools.serving.model().version
