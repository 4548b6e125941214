"""Every input that is kept is run over its target: findings of before stay mended."""

from pathlib import Path

import pytest
from tests.fuzz.targets import CORPUS, PLACES, corpus, target

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
