"""Every input that is kept is run over its target: findings of before stay mended."""

import csv
from pathlib import Path

import pytest
from tests.fuzz.targets import CORPUS, PLACES, corpus, target

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 1_000_000


def size_of(path: Path) -> int:
    return path.stat().st_size


@pytest.mark.parametrize("name", PLACES)
def test_no_input_of_the_corpus_is_a_finding(name: str) -> None:
    run = target(name)

    for path in corpus(name):
        run(path.read_bytes())


def test_every_target_has_inputs_and_every_input_a_target() -> None:
    folders = {folder.name for folder in CORPUS.iterdir() if folder.is_dir()}

    assert folders == set(PLACES)
    assert [name for name in PLACES if not corpus(name)] == []


def test_the_corpus_stays_small() -> None:
    assert sum(map(size_of, CORPUS.rglob("*"))) < MOST_BYTES


def test_the_documentation_shows_a_run_of_every_target() -> None:
    with (ROOT / "docs" / "hardening" / "fuzzing-runs.csv").open(encoding="utf-8") as file:
        rows = {row["target"]: int(row["executions"]) for row in csv.DictReader(file)}
    page = (ROOT / "docs" / "hardening" / "fuzzing.md").read_text("utf-8")

    assert list(rows) == list(PLACES)
    assert all(rows.values())
    assert [name for name in PLACES if f"`{name}`" not in page] == []
