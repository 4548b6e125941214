"""The tables of the databases as commands tell and make them."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.unit.cli.running import answer, run

from ahorraluz.store.schema import HEAD


def test_where_nothing_is_kept_yet_the_state_is_none_and_the_code_three(data_folder: Path) -> None:
    result = run("database", "status", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 3
    assert [one["state"] for one in told["databases"]] == ["none", "none"]
    assert told["databases"][0]["missing"][-1] == HEAD
    assert not data_folder.exists()


def test_an_upgrade_makes_both_databases_once(data_folder: Path) -> None:
    first = answer("database", "upgrade")
    again = answer("database", "upgrade")

    assert [len(one["steps"]) > 0 for one in first["databases"]] == [True, True]
    assert [one["steps"] for one in again["databases"]] == [[], []]
    assert run("database", "status").exit_code == 0


def test_a_database_of_a_later_program_is_told_and_not_touched(data_folder: Path) -> None:
    answer("database", "upgrade")
    with closing(sqlite3.connect(data_folder / "ahorraluz.db")) as raw, raw:
        raw.execute("UPDATE ahorraluz_schema SET version_num = '9999'")

    status, upgrade = run("database", "status", "--json"), run("database", "upgrade", "--json")

    assert (status.exit_code, upgrade.exit_code) == (3, 2)
    assert json.loads(status.stdout)["databases"][0]["state"] == "newer"
    assert json.loads(upgrade.stderr)["issues"][0]["code"] == "database-newer"
