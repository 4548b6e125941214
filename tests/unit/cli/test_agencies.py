"""``ahorraluz aggregates`` and ``ahorraluz policy``."""

from pathlib import Path

import pytest
from tests.unit.cli.running import answer, faults, run

AS_OF = ("--as-of", "2026-09-03")


@pytest.fixture(autouse=True)
def folder(data_folder: Path) -> Path:
    return data_folder


def bills(folder: Path, text: str) -> Path:
    path = folder.parent / "recibos.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_policy_is_tried_on_a_table(folder: Path) -> None:
    table = bills(folder, "kwh,distributor,system,count\n120,luz-del-sur,lima-sur,1000\n")

    found = answer("policy", "--bills", table, "--fose-limit", "100", *AS_OF)

    assert faults(found, "policy") == []
    assert found["population"] == "table"
    assert (found["all"]["homes"], found["all"]["pay"]) == (1000, 1000)
    assert found["fund_after"]["cost_pen"] == "0.00"
    assert found["issues"] == []


def test_it_is_told_in_words_too(folder: Path) -> None:
    table = bills(folder, "kwh,distributor\n25,pluz\n300,luz-del-sur\n")

    result = run("policy", "--bills", table, "--first-discount", "50", "--lang", "en", *AS_OF)

    assert "Of 2 homes, 1 pay less and 0 pay more" in result.stdout


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kwh,distributor\nx,pluz\n", "«x»"),
        ("kwh\n1\n", "distributor"),
        ("kwh,distributor\n1,nadie\n", "nadie"),
    ],
)
def test_a_wrong_table_is_refused(folder: Path, text: str, words: str) -> None:
    result = run("policy", "--bills", bills(folder, text), *AS_OF)

    assert result.exit_code == 2
    assert words in result.stderr


def test_a_file_that_is_not_there_is_said() -> None:
    result = run("policy", "--bills", "no-hay.csv", *AS_OF)

    assert result.exit_code == 2
    assert "no-hay.csv" in result.stderr


def test_without_groups_published_a_table_is_asked_for() -> None:
    result = run("policy", *AS_OF)

    assert result.exit_code == 2
    assert "tabla" in result.stderr


def test_publishing_where_nothing_was_ever_kept_is_refused() -> None:
    assert run("aggregates", "publish").exit_code == 2
