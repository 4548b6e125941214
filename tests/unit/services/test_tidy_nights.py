"""Nights past their time are deleted, and nothing else."""

from pathlib import Path

import pytest
from tests.unit.cli.running import answer, run


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    """Return a folder of nights and of other things."""
    names = ("2026-10-20", "2026-10-23", "2026-11-26", "2026-99-99", "notes", "2026-10-01.txt")
    for name in names:
        (tmp_path / name / "raw").mkdir(parents=True)
    (tmp_path / "2026-10-02").write_text("a file", encoding="utf-8")
    return tmp_path


def test_only_nights_past_their_time_are_deleted(nights: Path) -> None:
    words = ("data", "tidy", nights, "--keep-days", "35", "--as-of", "2026-11-27")

    first, second = answer(*words), answer(*words)

    assert (first["deleted"], second["deleted"]) == (["2026-10-20"], [])
    assert len(list(nights.iterdir())) == 6


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = run("data", "tidy", tmp_path / "none", "--lang", "en")

    assert (result.exit_code, "none" in result.stderr) == (2, True)
