"""``ahorraluz data check``."""

import json
from datetime import date

import pytest
from tests.unit.cli.running import answer, faults, run

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.services import check_data


def test_the_tables_on_file_are_sound() -> None:
    document = answer("data", "check", "--as-of", "2026-11-24")

    assert (document["sound"], document["issues"]) == (True, [])
    assert faults(document, "data-check") == []


def test_documents_read_too_long_ago_are_listed() -> None:
    document = answer("data", "check", "--as-of", "2036-01-01", "--max-age", "30")

    assert document["old"]
    assert min(old["age_days"] for old in document["old"]) > 30
    assert faults(document, "data-check") == []


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_text_lists_age_figures_and_title(language: str) -> None:
    result = run("data", "check", "--as-of", "2036-01-01", "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) > 2


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_wrong_table_makes_the_check_fail(
    monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    wrong = Issue(
        code="data-source-unused", severity=Severity.ERROR, parameters={"value": "invented"}
    )
    monkeypatch.setattr(check_data, "check_data", lambda: (wrong,))

    result = run("data", "check", *form)

    assert result.exit_code == 2
    assert "invented" in result.stdout
    if form:
        assert json.loads(result.stdout)["sound"] is False


def test_the_report_keeps_the_age_it_was_asked_for() -> None:
    report = check_data.report_on_data(date(2026, 11, 24), max_age_days=7)

    assert report.max_age_days == 7
