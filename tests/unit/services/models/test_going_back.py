"""Going back, listing and mending need no registry: the shelf and the book are enough."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from tests.made_models import write_model

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning import registry
from ahorraluz.learning.shelf import champion, point_to, put
from ahorraluz.learning.shelf_files import locked
from ahorraluz.services.models import book as book_module
from ahorraluz.services.models.book import Act, Book
from ahorraluz.services.models.folder import read_folder
from ahorraluz.services.models.promoting import Order, roll_back
from ahorraluz.services.models.registering import list_models
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ANA = Order(by="ana", reason="bands too narrow")


def no_registry(_place: object) -> NoReturn:
    raise registry.RegistryError("registry-extra-missing", extra="registry")


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toolbox:
    """Return the tools of a machine without MLflow on which 1 and then 2 were promoted."""
    monkeypatch.setattr(registry, "open_registry", no_registry)
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    book = Book(data_dir=tmp_path / "data")
    for number in (1, 2):
        found = read_folder(write_model(tmp_path / f"model-{number}", by=0.01, seed=number))
        put(found.path, book.shelf, name=book.name, version=found.version, number=number)
        point_to(book.shelf, name=book.name, number=number)
        act = Act(
            id=f"act-{number}",
            kind="promoted",
            at=(NOW - timedelta(days=3 - number)).isoformat(),
            by="luis",
            number=number,
            version=found.version,
            before=number - 1,
        )
        book.add(act)
    return tools


def book_of(tools: Toolbox) -> Book:
    return Book(data_dir=tools.settings.data_dir)


def refused(to: str | None, tools: Toolbox) -> str:
    with pytest.raises(AhorraLuzError) as caught:
        roll_back(to, ANA, tools=tools, as_of=NOW)
    return caught.value.issue.code


def test_going_back_serves_the_one_before_and_says_who_wanted_it(tools: Toolbox) -> None:
    done = roll_back(None, ANA, tools=tools, as_of=NOW)

    served = champion(book_of(tools).shelf, name="day-mixer")
    assert served is not None
    assert (served.number, served.version) == (1, done.act.version)
    assert not done.alias_told
    last = book_of(tools).acts()[-1]
    assert (last.kind, last.number, last.before, last.by) == ("rolled-back", 1, 2, "ana")
    assert last.reason == "bands too narrow"


def test_going_back_twice_ends_with_the_shipped_model_and_then_at_nothing(tools: Toolbox) -> None:
    roll_back(None, ANA, tools=tools, as_of=NOW)
    roll_back(None, ANA, tools=tools, as_of=NOW)

    assert champion(book_of(tools).shelf, name="day-mixer") is None
    assert refused(None, tools) == "models-nothing-before"


def test_one_goes_back_to_any_version_that_was_served(tools: Toolbox) -> None:
    roll_back("0", ANA, tools=tools, as_of=NOW)
    roll_back("2", ANA, tools=tools, as_of=NOW)

    assert book_of(tools).served() == 2
    assert refused("2", tools) == "models-is-champion"


def test_one_does_not_go_back_to_what_was_never_served(tools: Toolbox) -> None:
    assert refused("3", tools) == "models-never-served"
    assert refused("'; --", tools) == "models-never-served"


def test_a_version_whose_file_was_changed_is_not_served(tools: Toolbox) -> None:
    book = book_of(tools)
    path = book.shelf / "day-mixer" / "1" / "model.tflite"
    path.write_bytes(path.read_bytes() + b"\x00")

    code = refused(None, tools)

    assert code == "shelf-file-differs"
    assert book.served() == 2
    assert book.going_on() is None
    assert len(book.acts()) == 2


def test_a_champion_whose_file_was_changed_is_left_all_the_same(tools: Toolbox) -> None:
    (book_of(tools).shelf / "day-mixer" / "2" / "card.json").write_text("{}", "utf-8")

    roll_back(None, ANA, tools=tools, as_of=NOW)

    assert book_of(tools).served() == 1


class KilledError(BaseException):
    """The process ends here."""


def killed(*_: object, **__: object) -> NoReturn:
    raise KilledError


@pytest.mark.parametrize(
    ("place", "number", "code"),
    [
        pytest.param("promoting.point_to", 2, "models-dropped", id="before the pointer"),
        pytest.param("promoting.write_down", 1, "models-finished", id="after the pointer"),
        pytest.param("book.Book.end", 1, "models-finished", id="after it was written down"),
    ],
)
def test_what_was_killed_in_between_is_finished_or_dropped(
    tools: Toolbox, monkeypatch: pytest.MonkeyPatch, place: str, number: int, code: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"ahorraluz.services.models.{place}", killed)
        with pytest.raises(KilledError):
            roll_back(None, ANA, tools=tools, as_of=NOW)

    listed = list_models(tools=tools, as_of=NOW)

    assert listed.served == number
    assert code in [issue.code for issue in listed.issues]
    told = [act.number for act in listed.acts]
    assert told == [1, 2, 1] if number == 1 else told == [1, 2]
    assert list_models(tools=tools, as_of=NOW).issues[0].code == "registry-extra-missing"


def test_without_a_registry_the_list_says_so_and_shows_what_is_served(tools: Toolbox) -> None:
    listed = list_models(tools=tools, as_of=NOW)

    assert not listed.asked
    assert listed.served == 2
    assert [issue.code for issue in listed.issues] == ["registry-extra-missing"]


def test_two_do_not_change_what_is_served_at_once(
    tools: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "WAIT_S", 0.0)
    with locked(book_of(tools).folder, wait_s=0.0) as ours:
        code = refused(None, tools)

    assert ours
    assert code == "models-busy"
    assert book_of(tools).served() == 2


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "registry").write_text("a file in the way", "utf-8")
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))

    assert refused("0", tools) == "models-not-written"


@pytest.mark.parametrize("content", [b"\xff\xfe", b'{"id": 1}', b"[]", b"[" * 10_000])
def test_a_book_that_cannot_be_read_is_said(tools: Toolbox, content: bytes) -> None:
    (book_of(tools).folder / "history.jsonl").write_bytes(content)

    assert refused(None, tools) == "models-book-wrong"


def test_a_pointer_that_cannot_be_read_falls_back_on_the_book(tools: Toolbox) -> None:
    (book_of(tools).shelf / "day-mixer" / "champion.json").write_text("{", "utf-8")

    assert book_of(tools).served() == 2
    roll_back(None, ANA, tools=tools, as_of=NOW)

    assert (
        json.loads((book_of(tools).shelf / "day-mixer" / "champion.json").read_text())["number"]
        == 1
    )


def test_a_number_of_the_shelf_is_given_once(tools: Toolbox, tmp_path: Path) -> None:
    book, other = book_of(tools), read_folder(tmp_path / "model-2")

    with pytest.raises(AhorraLuzError) as caught:
        put(other.path, book.shelf, name=book.name, version=other.version, number=1)
    again = put(other.path, book.shelf, name=book.name, version=other.version, number=2)

    assert caught.value.issue.code == "shelf-number-taken"
    assert (again.number, book.served()) == (2, 2)


def test_words_that_are_too_long_are_refused(tools: Toolbox) -> None:
    with pytest.raises(AhorraLuzError) as caught:
        roll_back(None, replace(ANA, reason="x" * 501), tools=tools, as_of=NOW)

    assert caught.value.issue.code == "models-words-too-long"
