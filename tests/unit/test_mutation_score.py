"""The published score of mutation testing: of every module, of this very code, high enough."""

import json
from pathlib import Path

from scripts.mutation.report import (
    EQUIVALENTS,
    PAGE,
    RESULTS,
    ROOT,
    file_of,
    is_told,
    kernel,
    modules,
    noticed,
    page,
    shortened,
    told_equivalent,
)

LEAST = 0.90
WRITTEN = json.loads(RESULTS.read_text("utf-8"))
ROWS = WRITTEN["modules"]
TOLD = told_equivalent(EQUIVALENTS)


def test_every_module_of_money_and_tariffs_was_asked() -> None:
    assert set(ROWS) == {file_of(name) for name in modules()}


def test_nine_of_ten_faults_are_noticed_in_the_code_as_it_is() -> None:
    # Of a module that was changed since, nothing counts: `make mutate ARGS=its-name` asks again.
    counted = {
        module: noticed(row) if kernel(ROOT / module) == row["of"] else 0
        for module, row in ROWS.items()
    }

    assert sum(counted.values()) >= LEAST * sum(row["mutants"] for row in ROWS.values())


def test_every_mutant_is_told_once() -> None:
    for module, row in ROWS.items():
        assert noticed(row) + len(row["survived"]) == row["mutants"], module


def test_the_page_is_made_of_the_results() -> None:
    assert PAGE.read_text("utf-8") == page(WRITTEN, TOLD)


def test_what_is_argued_to_be_no_fault_has_survived() -> None:
    for one in TOLD:
        survivors = ROWS[file_of(one["module"])]["survived"]

        assert any(is_told(survivor, file_of(one["module"]), [one]) for survivor in survivors), one


def test_comments_and_docstrings_are_no_code(tmp_path: Path) -> None:
    plain, told, other = (tmp_path / name for name in ("a.py", "b.py", "c.py"))
    plain.write_text("def f(x):\n    return x + 1\n")
    told.write_text('"""Say."""\n\n\ndef f(x):\n    """Add."""\n    # Why.\n    return x + 1\n')
    other.write_text("def f(x):\n    return x + 2\n")

    assert kernel(plain) == kernel(told)
    assert kernel(plain) != kernel(other)


def test_a_long_text_is_told_around_its_change() -> None:
    mutant = {"line": 1, "function": "f", "before": f"{'a' * 80}<{'b' * 80}"}

    told = shortened({**mutant, "after": f"{'a' * 80}<={'b' * 80}"})

    assert told["before"] == f"{'a' * 24}<{'b' * 25}"
    assert told["after"] == f"{'a' * 24}<={'b' * 25}"
