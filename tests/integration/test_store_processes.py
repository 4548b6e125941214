"""Imports by several processes at once, and by processes that are killed."""

import re
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.integration.postgres import Server
from tests.started import started

from ahorraluz.store.database import open_store

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 600.0
"""How long two importers may take on a busy machine. [s]"""
IMPORTER = """
import sys
from tests.integration.test_store_troubles import kept
from ahorraluz.store.database import open_store
store = open_store(sys.argv[1])
sys.stdin.readline()
print(sum(kept(store, day=day).added for day in range(int(sys.argv[2]), 24, 2)))
"""


def check_two_importers(url: str) -> None:
    """Let two processes open a database that is not made yet, and import at once."""
    with ExitStack() as programs:
        processes = [
            programs.enter_context(
                started(
                    [sys.executable, "-c", IMPORTER, url, first],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=ROOT,
                )
            )
            for first in ("0", "1")
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        answers = [process.communicate(timeout=PATIENCE_S) for process in processes]

    assert answers == [("288\n", ""), ("288\n", "")]
    store = open_store(url)
    assert sorted(int(record.file_name[:-4]) for record in store.imports("casa")) == [*range(24)]
    assert len(store.channels("casa")[0]) == 24 * 24
    store.close()


def test_two_processes_import_into_one_file_at_once(tmp_path: Path) -> None:
    check_two_importers(f"sqlite:///{tmp_path / 'data' / 'ahorraluz.db'}")


@pytest.mark.integration
def test_two_processes_import_into_one_server_at_once(postgres_server: Server) -> None:
    check_two_importers(postgres_server.make_database("two_importers"))


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)]
)
def test_nothing_is_lost_when_an_import_is_killed(database: str) -> None:
    script = ROOT / "scripts" / "kill_imports.py"
    kills = ["--server-kills", "3"] if database == "postgresql" else []

    run = subprocess.run(
        [sys.executable, script, "--instants", "15", "--only", database, *kills],
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"\| 15 \|.*\| 0 \| 0 \| 0 \|$", run.stdout, flags=re.MULTILINE)
