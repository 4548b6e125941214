"""A run writes the same bytes however it comes about, and refuses what is not its own."""

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fleet_town import (
    AS_OF,
    KILLER,
    Here,
    StoppedError,
    bills_table,
    bytes_of,
    homes_table,
    killing_part,
    tidy_table,
    write_tables,
)

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.fleet_tables import FleetTableError
from ahorraluz.services.fleet import splitting
from ahorraluz.services.fleet.local import LocalEngine
from ahorraluz.services.fleet.outputs import FleetOutError, Output
from ahorraluz.services.fleet.runs import Done, FleetRequest, score_fleet
from ahorraluz.services.fleet.splitting import FleetWriteError
from ahorraluz.services.toolbox import Toolbox

COUNT = 13


@pytest.fixture
def request_of_town(tmp_path: Path) -> FleetRequest:
    homes, readings = write_tables(tmp_path / "in", homes_table(COUNT), bills_table(COUNT))
    return FleetRequest(
        homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF, homes_per_part=4
    )


def run(asked: FleetRequest, tools: Toolbox, engine: Any = None) -> dict[str, bytes]:
    score_fleet(asked, engine=engine or Here(), tools=tools)
    return bytes_of(asked.out)


def test_every_home_is_in_one_file_of_the_result(
    request_of_town: FleetRequest, tools: Toolbox
) -> None:
    files = run(request_of_town, tools)

    output = Output(request_of_town.out)
    names = [
        name
        for kind in ("homes", "dead")
        for path in output.parts(kind)
        for name in pq.read_table(path).column("household_id").to_pylist()
    ]
    assert sorted(names) == [f"h{number:05d}" for number in range(COUNT)]
    assert sorted(files) == [
        "aggregates/places.csv",
        "aggregates/places.parquet",
        *(f"dead/part-{part:05d}.parquet" for part in range(4)),
        *(f"homes/part-{part:05d}.parquet" for part in range(4)),
        "manifest.json",
    ]
    told = json.loads(files["manifest.json"])
    assert (told["complete"], told["homes"], told["dead"]) == (True, COUNT, 0)


@pytest.mark.parametrize("stop_after", [0, 1, 3, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    stop_after: int, request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    whole = run(replace(request_of_town, out=tmp_path / "whole"), tools)
    stopped, after = Here(stop_after=stop_after), Here()

    try:
        run(request_of_town, tools, stopped)
    except StoppedError:
        files = run(request_of_town, tools, after)
    else:
        files = bytes_of(request_of_town.out)

    assert files == whole
    assert sorted(stopped.done + after.done) == [0, 1, 2, 3]


def test_a_part_that_was_torn_is_done_again(request_of_town: FleetRequest, tools: Toolbox) -> None:
    whole = run(request_of_town, tools)
    part = request_of_town.out / "homes" / "part-00002.parquet"
    part.write_bytes(part.read_bytes()[:-9])
    engine = Here()

    assert run(request_of_town, tools, engine) == whole
    assert engine.done == [2]


def test_order_and_format_of_the_rows_change_nothing(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    whole = run(request_of_town, tools)
    folder, chance = tmp_path / "csv", np.random.default_rng(2)
    (folder / "bills").mkdir(parents=True)
    homes, bills = homes_table(COUNT), bills_table(COUNT)
    bills = bills.take(chance.permutation(bills.num_rows))
    pc_csv.write_csv(homes.take(chance.permutation(COUNT)), folder / "homes.csv")
    pc_csv.write_csv(bills.slice(0, 60), folder / "bills" / "a.csv")
    with pa.CompressedOutputStream(str(folder / "bills" / "b.csv.gz"), "gzip") as packed:
        pc_csv.write_csv(bills.slice(60), packed)
    asked = replace(
        request_of_town,
        homes=folder / "homes.csv",
        readings=folder / "bills",
        out=tmp_path / "other",
    )

    run(asked, tools)

    for kind in ("homes", "dead"):
        ours, theirs = (
            pa.concat_tables(map(pq.read_table, Output(out).parts(kind)))
            for out in (request_of_town.out, asked.out)
        )
        assert ours.drop(["inputs_hash"] * (kind == "homes")).equals(
            theirs.drop(["inputs_hash"] * (kind == "homes"))
        )
    assert whole["aggregates/places.csv"] == (asked.out / "aggregates/places.csv").read_bytes()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(1, 200), parts=st.integers(1, 9), limit=st.sampled_from([1, 3000, 10**9]))
def test_no_row_is_lost_however_little_memory_there_is(
    rows: int, parts: int, limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from ahorraluz.ingest.fleet_tables import open_readings

    folder = tmp_path_factory.mktemp("split")
    bills = bills_table(20).slice(0, rows)
    _, path = write_tables(folder / "in", homes_table(20), bills)
    into = splitting.Split(folder=folder, parts=parts)
    table = open_readings(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "AT_ONCE", limit)
        from ahorraluz.services.fleet.progress import Silent

        splitting.split(table, splitting.READINGS, into, progress=Silent())

    back = [into.read(splitting.READINGS, part, table.schema) for part in range(parts)]
    assert sum(part.num_rows for part in back) == rows
    for part, found in enumerate(back):
        homes = set(found.column("household_id").to_pylist())
        assert {splitting.part_of(home, parts) for home in homes} <= {part}
    whole = pa.concat_tables(back).sort_by([("household_id", "ascending"), ("start", "ascending")])
    assert whole.column("kwh").to_pylist() == bills.column("kwh").to_pylist()


def test_rows_without_a_home_are_counted_and_stop_nothing(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    bills = bills_table(COUNT)
    names = bills.column("household_id").to_pylist()
    nameless = bills.set_column(0, "household_id", [[None, " ", *names[2:]]])
    write_tables(tmp_path / "in", homes_table(COUNT), nameless)

    found = score_fleet(request_of_town, engine=Here(), tools=tools)

    assert (found.homes, found.left_aside) == (COUNT, 2)


@pytest.mark.parametrize(
    ("what", "differs"),
    [
        pytest.param({"as_of": AS_OF.replace(day=25)}, "as_of", id="another day"),
        pytest.param({"homes_per_part": 5}, "parts", id="another number of parts"),
        pytest.param({"hours": 3}, "hours", id="other hours"),
    ],
)
def test_the_folder_of_another_run_is_refused_and_stays(
    what: dict[str, Any], differs: str, request_of_town: FleetRequest, tools: Toolbox
) -> None:
    before = run(request_of_town, tools)

    with pytest.raises(FleetOutError) as refused:
        run(replace(request_of_town, **what), tools)

    assert refused.value.issue.code == "fleet-out-other-run"
    assert differs in str(refused.value.issue.parameters["differs"])
    assert bytes_of(request_of_town.out) == before


def test_inputs_that_changed_are_refused(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    before = run(request_of_town, tools)
    write_tables(tmp_path / "in", homes_table(COUNT), bills_table(COUNT, seed=2))

    with pytest.raises(FleetOutError) as refused:
        run(request_of_town, tools)

    assert refused.value.issue.parameters["differs"] == "inputs_hash"
    assert bytes_of(request_of_town.out) == before


@pytest.mark.parametrize(
    "name", ["notes.txt", "homes", "manifest.json"], ids=["a file", "a folder", "a manifest"]
)
def test_a_folder_with_something_else_is_refused_and_stays(
    name: str, request_of_town: FleetRequest, tools: Toolbox
) -> None:
    strange = request_of_town.out / name
    request_of_town.out.mkdir()
    if name == "homes":
        (strange / "mine.parquet").parent.mkdir()
        (strange / "mine.parquet").write_bytes(b"mine")
    else:
        strange.write_text("mine", encoding="utf-8")
    before = bytes_of(request_of_town.out)

    with pytest.raises(FleetOutError) as refused:
        run(request_of_town, tools)

    assert refused.value.issue.code == "fleet-out-foreign"
    assert bytes_of(request_of_town.out) == before


def test_a_folder_that_another_run_is_writing_is_refused(
    request_of_town: FleetRequest, tools: Toolbox
) -> None:
    output = Output(request_of_town.out)
    output.take()

    with output.alone(), pytest.raises(FleetOutError) as refused:
        run(request_of_town, tools)

    assert refused.value.issue.code == "fleet-out-busy"


def test_a_full_disk_is_said_and_the_run_goes_on_once_there_is_room(
    request_of_town: FleetRequest,
    tools: Toolbox,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    whole = run(replace(request_of_town, out=tmp_path / "whole"), tools)
    write, written = pq.write_table, list[Path]()

    def full(table: pa.Table, where: Path, **how: Any) -> None:
        if len(written) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(table, where, **how)
        written.append(where)

    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", full)
        with pytest.raises(FleetWriteError) as refused:
            run(request_of_town, tools)

    assert refused.value.issue.code == "fleet-disk"
    assert refused.value.issue.parameters["reason"] == "No space left on device"
    assert not list(request_of_town.out.rglob(".part-*"))
    engine = Here()
    assert run(request_of_town, tools, engine) == whole
    assert engine.done == [2, 3]


@pytest.mark.parametrize(
    ("homes", "readings", "code"),
    [
        pytest.param(None, "bills", "fleet-path-missing", id="no homes"),
        pytest.param("homes", None, "fleet-path-missing", id="no readings"),
        pytest.param("bills", "bills", "fleet-columns-missing", id="recibos for homes"),
        pytest.param("homes", "homes", "fleet-columns-missing", id="homes for recibos"),
        pytest.param("torn", "bills", "fleet-table-unreadable", id="a torn table"),
        pytest.param("noise", "bills", "fleet-not-utf8", id="noise"),
        pytest.param("empty", "bills", "fleet-table-empty", id="no rows"),
        pytest.param("nothing", "bills", "fleet-columns-missing", id="an empty file"),
        pytest.param("folder", "bills", "fleet-folder-empty", id="an empty folder"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(
    homes: str | None,
    readings: str | None,
    code: str,
    request_of_town: FleetRequest,
    tools: Toolbox,
    tmp_path: Path,
) -> None:
    good = {"homes": request_of_town.homes, "bills": request_of_town.readings}
    whole = request_of_town.homes.read_bytes()
    places = {name: tmp_path / name for name in ("torn", "noise", "empty", "nothing", "folder")}
    places["torn"].write_bytes(whole[: len(whole) // 2])
    places["noise"].write_bytes(bytes(range(128, 256)) * 9)
    places["nothing"].write_bytes(b"")
    places["folder"].mkdir()
    pq.write_table(homes_table(2).slice(0, 0), places["empty"])
    known = {"absent": tmp_path / "absent", **good, **places}

    with pytest.raises(FleetTableError) as refused:
        run(
            replace(
                request_of_town,
                homes=known[homes or "absent"],
                readings=known[readings or "absent"],
            ),
            tools,
        )

    assert refused.value.issue.code == code


def test_readings_a_row_each_give_the_result_of_packed_ones(tmp_path: Path, tools: Toolbox) -> None:
    homes, readings = write_tables(tmp_path / "in", homes_table(2), tidy_table(2, days=45))
    asked = FleetRequest(homes=homes, readings=readings, out=tmp_path / "out", as_of=AS_OF)

    found = score_fleet(asked, engine=Here(), tools=tools)

    row = pq.read_table(Output(asked.out).parts("homes")[0]).to_pylist()[0]
    assert (found.homes, found.dead) == (2, 0)
    assert (row["kind"], len(row["hours_kwh_mean"])) == ("intervals", 24)


def test_any_number_of_workers_writes_the_same_bytes(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    whole = run(request_of_town, tools)

    assert run(replace(request_of_town, out=tmp_path / "2"), tools, LocalEngine(workers=2)) == whole


def test_a_home_that_ends_its_worker_is_put_aside_alone(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    write_tables(tmp_path / "in", homes_table(5), bills_table(5))
    asked = replace(request_of_town, homes_per_part=2)

    run(asked, tools, LocalEngine(workers=1, score=killing_part))

    output = Output(asked.out)
    dead = pa.concat_tables(map(pq.read_table, output.parts("dead"))).to_pylist()
    assert [(one["household_id"], one["code"]) for one in dead] == [(KILLER, "fleet-home-killed")]
    assert output.count("homes") == 4


def test_what_a_worker_cannot_put_aside_stops_the_run_with_its_reason(
    request_of_town: FleetRequest, tools: Toolbox
) -> None:
    with pytest.raises(AhorraLuzError) as refused:
        run(request_of_town, tools, LocalEngine(workers=1, score=full_disk))

    assert refused.value.issue.code == "fleet-disk"


def full_disk(*_: Any, **__: Any) -> Done:
    raise FleetWriteError("fleet-disk", folder="out", reason="No space left on device")


def test_readings_of_two_clocks_are_refused_before_anything_is_written(
    request_of_town: FleetRequest, tools: Toolbox, tmp_path: Path
) -> None:
    readings = tmp_path / "readings.csv"
    stamps = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00")
    rows = [f"h{number:05d},{stamp},1" for number, stamp in enumerate(stamps)]
    readings.write_text("\n".join(["household_id,timestamp,kwh", *rows]) + "\n", encoding="utf-8")

    with pytest.raises(FleetTableError) as refused:
        run(replace(request_of_town, readings=readings), tools)

    assert refused.value.issue.code == "fleet-clock-mixed"
    assert not request_of_town.out.exists()
