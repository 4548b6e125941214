"""Every block of every page of the documentation: commands are run, or their words checked.

Which class a command is in, and why, is in `tests/doc_commands/ways.py`; what a page needs beside
its own words, in `special.py` beside it. `docs/reference/commands-run.md` counts them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from tests.doc_commands.blocks import Block, Command, blocks_of, pages
from tests.doc_commands.desk import Database, Desk, Done
from tests.doc_commands.running import Runner, differences
from tests.doc_commands.samples import says
from tests.doc_commands.special import Page
from tests.doc_commands.ways import UnknownKindError, way_of, way_of_block
from tests.doc_commands.words import faults
from tests.integration.postgres import running_server


@pytest.fixture(scope="module")
def servers() -> Iterator[ExitStack]:
    """Keep a server of PostgreSQL, once a page asked for one."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: ExitStack) -> Iterator[Runner]:
    made = Runner(tmp_path, patch=monkeypatch, server=lambda: one_server(servers))
    yield made
    made.close()


@cache
def one_server(servers: ExitStack) -> Database:
    """Return the server of PostgreSQL of these tests."""
    return servers.enter_context(running_server())


@pytest.mark.parametrize("page", [page for page in pages() if blocks_of(page)])
def test_the_commands_of_a_page_do_what_it_says(page: str, runner: Runner) -> None:
    found = runner.faults(page)

    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_a_folder_of_this_machine_is_never_the_one_that_a_page_names(tmp_path: Path) -> None:
    there = tmp_path / "copies"
    there.mkdir()
    page = Desk(
        folder=tmp_path / "page",
        kept=tmp_path / "kept",
        stands={str(there): says("here")},
        typed={},
        server=no_server,
    )

    assert page.put_in(f"ahorraluz backup make {there}") == "ahorraluz backup make here"


def no_server() -> Database:
    raise AssertionError


def test_the_page_of_counts_is_what_is_counted() -> None:
    from scripts.write_commands_run import PAGE, page

    assert PAGE.read_text("utf-8") == page()


def test_a_block_of_which_nobody_said_what_becomes_of_it_is_told_with_what_to_do() -> None:
    block = Block(page="docs/new.md", line=7, kind="fortran", text="end\n")
    command = Command(text="frobnicate --all", line=9, shown=None)

    with pytest.raises(UnknownKindError, match=r"docs/new.md, line 7: .*DATA or SHOWN"):
        way_of_block(block)
    with pytest.raises(UnknownKindError, match=r"line 9: “frobnicate” .*SHELL_WORDS"):
        way_of("docs/new.md", command)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make nonsense", "nonsense"),
        ("pip install ahorraluz[serve,nonsense]", "ahorraluz[nonsense] is no extra"),
        ("pip install mlflow==0.0.1", "mlflow==0.0.1 is in no lock"),
        ("sudo cp deploy/nonsense.conf /etc", "deploy/nonsense.conf is not in the repository"),
        ("export AHORRALUZ_NONSENSE=1", "AHORRALUZ_NONSENSE is no setting"),
        ("kubectl exec web -- ahorraluz bill --nonsense 1", "ahorraluz bill has no option"),
        ("docker run web ahorraluz accounts nonsense", "ahorraluz accounts has no command"),
        ("python -m scripts.nonsense", "scripts/nonsense.py is not in the repository"),
        ("python -m scripts.write_boards --nonsense", "has no option --nonsense"),
        ("kubectl apply -k deploy/kubernetes/nonsense", "has no kustomization.yaml"),
    ],
)
def test_words_that_are_not_there_are_named(text: str, said: str) -> None:
    assert any(said in fault for fault in faults(text))


@pytest.mark.parametrize(
    ("shown", "same"),
    [
        ("one\ntwo\nthree", True),
        ("one\n…\nthree", True),
        ("one\n…", True),
        ("one\nthree", False),
        ("one\ntwo", False),
        ("One\n…", False),
    ],
)
def test_an_answer_is_compared_to_the_letter(shown: str, same: bool) -> None:
    done = Done(code=0, out="one\ntwo\nthree\n", err="")
    command = Command(text="ahorraluz bill", line=1, shown=shown)

    assert (list(differences(command, done, Page())) == []) is same
