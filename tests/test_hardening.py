"""The checklist of the security standard: whole, current, and naming what exists."""

import re
from pathlib import Path

import pytest
from scripts import write_asvs

ROOT = Path(__file__).resolve().parents[1]
OF_LEVEL = {1: 70, 2: 183}
"""Requirements of each level in ASVS 5.0.0."""
LINES = write_asvs.lines()


def test_every_requirement_of_both_levels_stands_there_once() -> None:
    ids = [line["id"] for line in LINES]

    assert len(set(ids)) == len(ids)
    assert {level: sum(line["level"] == level for line in LINES) for level in OF_LEVEL} == OF_LEVEL


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_what_a_line_names_exists(line: dict[str, object]) -> None:
    tests, pages = list(line.get("tests", ())), list(line.get("pages", ()))  # type: ignore[call-overload]

    assert line["status"] in write_asvs.STATUSES
    assert (line["status"] == "shown") <= bool(tests)
    assert (line["status"] in ("in part", "not here")) <= bool(line.get("note"))
    assert (line["status"] == "told") <= bool(pages)
    for name in tests:
        path, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text("utf-8"), name
    for path in pages:
        assert (ROOT / "docs" / path).is_file(), path


def test_the_page_is_the_table() -> None:
    assert write_asvs.PAGE.read_text("utf-8") == write_asvs.page()


def test_every_test_that_the_threat_model_names_exists() -> None:
    page = (ROOT / "docs" / "hardening" / "threat-model.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", page)

    assert len(named) > 20
    for file, test in named:
        texts = [path.read_text("utf-8") for path in (ROOT / "tests").rglob(file)]
        assert any(f"def {test}(" in text for text in texts), (file, test)
