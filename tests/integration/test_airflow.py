"""The DAGs of Airflow: what they promise, and each of them run to its end on small tables.

Airflow lives in `.venv-airflow` (`make airflow`); without it these tests are skipped. The program
that the tasks call is the one of this environment.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAGS = ROOT / "deploy" / "airflow" / "dags"
PYTHON = ROOT / ".venv-airflow" / "bin" / "python"
MOST_LINES = 50
WANTED = {"nightly", "weekly_verification", "retention"}
DAY = "2026-11-01"

LOOK = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
sys.path.insert(0, sys.argv[1])
bag = DagBag(sys.argv[1])
print("DAGS " + json.dumps({
    "errors": bag.import_errors,
    "dags": {
        dag.dag_id: {
            "tags": sorted(dag.tags),
            "catchup": dag.catchup,
            "runs": dag.max_active_runs,
            "tasks": dag.max_active_tasks,
            "callback": bool(dag.on_failure_callback),
            "schedule": str(dag.schedule),
            "order": [task.task_id for task in dag.topological_sort()],
            "each": {
                task.task_id: {
                    "owner": task.owner,
                    "retries": task.retries,
                    "limit": bool(task.execution_timeout),
                    "callback": bool(task.on_failure_callback),
                    "after": sorted(task.upstream_task_ids),
                }
                for task in dag.tasks
            },
        }
        for dag in bag.dags.values()
    },
}))
"""

with_airflow = pytest.mark.skipif(not PYTHON.exists(), reason="Airflow: make airflow")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for all that Airflow and the program keep, with the database made."""
    folder = tmp_path_factory.mktemp("airflow")
    said = airflow(folder, "db", "migrate")
    assert said.returncode == 0, said.stderr
    return folder


@pytest.fixture(scope="module")
def tables(home: Path) -> Path:
    """Return a folder with made-up homes and a year of their hours."""
    words = ("--homes", "48", "--kind", "hours", "--months", "6", "--out", str(home / "demo"))
    subprocess.run(
        [sys.executable, "-m", "ahorraluz", "fleet", "demo", *words],
        check=True,
        capture_output=True,
        env=surroundings(home),
    )
    (home / "sheets").mkdir()
    return home


def surroundings(folder: Path) -> dict[str, str]:
    """Return the environment of a run; the program's own settings are those of the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AHORRALUZ_")}
    return kept | {
        "AIRFLOW_HOME": str(folder / "home"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW_VAR_AHORRALUZ_COMMAND": str(Path(sys.executable).parent / "ahorraluz"),
        "AHORRALUZ_DATA_DIR": str(folder / "data"),
        "OMP_NUM_THREADS": "1",
    }


def airflow(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Airflow's own command."""
    return subprocess.run(
        [str(PYTHON), "-m", "airflow", *words],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=surroundings(folder),
    )


def run_dag(folder: Path, dag: str, conf: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run all tasks of a DAG in one process, without a scheduler."""
    return airflow(folder, "dags", "test", dag, "--conf", json.dumps(conf))


def night(folder: Path, **more: str) -> dict[str, str]:
    """Return the parameters of a night on the made-up homes."""
    return {
        "homes": str(folder / "demo" / "homes.parquet"),
        "readings": str(folder / "demo" / "readings"),
        "sheets": str(folder / "sheets"),
        "work": str(folder / "nights"),
        "as_of": DAY,
        "seeds": "1",
        "epochs": "1",
        **more,
    }


def keep_a_home(folder: Path) -> None:
    """Let the service have a database, with one home of a few hours."""
    rows = [f"2026-10-01T{hour:02}:00:00Z,0.2" for hour in range(24)]
    meter = folder / "meter.csv"
    meter.write_text("\n".join(["timestamp,kwh", *rows]) + "\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "ahorraluz", "readings", "import", str(meter), "--home", "casa"],
        check=True,
        capture_output=True,
        env=surroundings(folder),
    )


def test_dags_stay_thin() -> None:
    lines = {path.name: len(path.read_text("utf-8").splitlines()) for path in DAGS.glob("*.py")}

    assert {name: n for name, n in lines.items() if n >= MOST_LINES} == {}


@with_airflow
def test_dags_are_read_without_errors_and_promise_what_all_of_them_must(tmp_path: Path) -> None:
    run = subprocess.run(
        [str(PYTHON), "-c", LOOK, str(DAGS)],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=surroundings(tmp_path),
    )
    said = next(line for line in run.stdout.splitlines() if line.startswith("DAGS "))
    found = json.loads(said.removeprefix("DAGS "))

    assert found["errors"] == {}
    assert found["dags"].keys() == WANTED
    for dag in found["dags"].values():
        assert (dag["tags"], dag["catchup"], dag["runs"]) == (["ahorraluz"], False, 1)
        assert dag["callback"]
        assert dag["tasks"] <= 2
        assert len(dag["order"]) == len(dag["each"])
        for task in dag["each"].values():
            assert (task["owner"], task["retries"], task["limit"]) == ("ahorraluz", 2, True)
            assert task["callback"]


@with_airflow
def test_a_night_goes_from_what_came_in_to_the_report(tables: Path) -> None:
    can_learn = find_spec("tensorflow") is not None and find_spec("mlflow") is not None

    run = run_dag(tables, "nightly", night(tables, train="always" if can_learn else "never"))

    folder = tables / "nights" / DAY
    assert run.returncode == 0, run.stdout[-4_000:] + run.stderr[-4_000:]
    assert json.loads((folder / "validation.json").read_text("utf-8"))["sound"]
    assert json.loads((folder / "fleet" / "manifest.json").read_text("utf-8"))
    assert list((folder / "fleet" / "aggregates").iterdir())
    assert (folder / "model" / "card.json").exists() == can_learn
    assert ("the champion stays" in run.stdout + run.stderr) or not can_learn


@with_airflow
def test_a_night_of_wrong_tables_ends_before_anything_is_scored(tables: Path) -> None:
    wrong = tables / "wrong.csv"
    wrong.write_text("household_id,distributor\nh1,nobody\n", encoding="utf-8")
    conf = night(tables, train="never", homes=str(wrong), work=str(tables / "wrong"))

    run = run_dag(tables, "nightly", conf)

    said = run.stdout + run.stderr
    assert run.returncode != 0
    assert "nobody" in said
    assert "failed:" in said
    assert not (tables / "wrong" / DAY / "fleet").exists()


@with_airflow
def test_promises_are_measured_every_week(home: Path) -> None:
    keep_a_home(home)

    run = run_dag(home, "weekly_verification", {"as_of": DAY})

    assert run.returncode == 0, run.stdout[-4_000:] + run.stderr[-4_000:]


@with_airflow
def test_what_is_past_its_time_is_deleted(home: Path) -> None:
    nights = home / "old-nights"
    for day in ("2026-09-01", DAY):
        (nights / day).mkdir(parents=True)

    run = run_dag(home, "retention", {"as_of": DAY, "work": str(nights)})

    assert run.returncode == 0, run.stdout[-4_000:] + run.stderr[-4_000:]
    assert [path.name for path in nights.iterdir()] == [DAY]
