"""Files that went wrong at random give an answer or a clear error, never a traceback."""

from pathlib import Path

import pytest
from scripts.fuzz_meter_files import read_case, write_case
from scripts.meter_file_mutations import ATTACKS, MUTATORS, mutated, own_seeds

CASES = 300
BATCH = 30


@pytest.mark.parametrize("batch", range(CASES // BATCH))
def test_a_mutated_file_gives_an_answer_or_a_clear_error(batch: int, tmp_path: Path) -> None:
    seeds, path = own_seeds(), tmp_path / "case"
    numbers = range(batch * BATCH, (batch + 1) * BATCH)

    outcomes = []
    for number in numbers:
        write_case(path, mutated(seeds, seed=3, number=number), sparse=number == 0)
        outcomes.append(read_case(path, number=number))

    assert [outcome for outcome in outcomes if outcome.kind == "problem"] == []


def test_a_case_depends_on_its_number_and_seed_alone() -> None:
    seeds = own_seeds()

    assert mutated(seeds, seed=1, number=7) == mutated(seeds, seed=1, number=7)
    assert mutated(seeds, seed=1, number=7) != mutated(seeds, seed=1, number=8)


def test_every_mutator_says_what_it_does() -> None:
    assert all(mutator.__doc__ for mutator in (*MUTATORS, *ATTACKS))
