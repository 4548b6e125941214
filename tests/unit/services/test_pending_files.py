"""Uploaded files that wait for a decision."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.services.conftest import NOW

from ahorraluz.services.pending_files import (
    FOLDER,
    MOST_OF_ONE,
    PendingFileError,
    drop_file,
    hold_file,
    path_of,
    pending_file,
)
from ahorraluz.services.toolbox import Toolbox


def folder(tools: Toolbox) -> Path:
    return tools.settings.data_dir / FOLDER


def hold(
    tools: Toolbox,
    name: str = "m.csv",
    *,
    content: bytes = b"a,b\n1,2\n",
    visitor: str = "198.51.100.7",
    since: datetime = NOW,
) -> str:
    """Hold a file as if it had been sent at a moment."""
    token = hold_file(content, name=name, visitor=visitor, tools=tools, as_of=NOW)
    os.utime(path_of(token, tools=tools), (since.timestamp(),) * 2)
    return token


def test_a_file_waits_with_its_name_and_content(own_tools: Toolbox) -> None:
    token = hold(own_tools, "mi medidor ñ.csv", content=b"\x00a\nb\r\n")

    waiting = pending_file(token, tools=own_tools, as_of=NOW)

    assert (waiting.token, waiting.name, waiting.content) == (
        token,
        "mi medidor ñ.csv",
        b"\x00a\nb\r\n",
    )


def test_tokens_are_long_and_never_the_same(own_tools: Toolbox) -> None:
    tokens = {hold(own_tools) for _ in range(20)}

    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {32}


def test_only_the_program_can_read_what_waits(own_tools: Toolbox) -> None:
    token = hold(own_tools)

    assert folder(own_tools).stat().st_mode & 0o777 == 0o700
    assert (path_of(token, tools=own_tools)).stat().st_mode & 0o777 == 0o600


def test_neither_token_nor_name_nor_content_is_on_the_disk(own_tools: Toolbox) -> None:
    token = hold(own_tools, "benita.csv", content=b"0.735 kWh")

    [path] = folder(own_tools).iterdir()

    written = path.name.encode() + path.read_bytes()
    assert not any(word in written for word in (token.encode(), b"benita", b"kWh"))


def test_a_file_that_was_changed_on_the_disk_is_gone(own_tools: Toolbox) -> None:
    token = hold(own_tools)
    path = path_of(token, tools=own_tools)
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(PendingFileError, match="upload-gone"):
        pending_file(token, tools=own_tools, as_of=NOW)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Users\\ana\\m.csv", "m.csv"),
        ("../../etc/m.csv", "m.csv"),
        ("carpeta/", "archivo"),
        ("x" * 500, "x" * 120),
        ("línea\nnueva.csv", "línea\nnueva.csv"),
    ],
)
def test_folders_in_a_name_are_left_out(name: str, shown: str, own_tools: Toolbox) -> None:
    token = hold(own_tools, name)

    assert pending_file(token, tools=own_tools, as_of=NOW).name == shown


@pytest.mark.parametrize("token", ["", "x", "../../ahorraluz.db", "a" * 32, "a/" * 16, "." * 32])
def test_a_token_of_nothing_is_gone(token: str, own_tools: Toolbox) -> None:
    hold(own_tools)

    with pytest.raises(PendingFileError, match="upload-gone"):
        pending_file(token, tools=own_tools, as_of=NOW)


@pytest.mark.parametrize("token", ["", "../../ahorraluz.db", "a" * 32])
def test_dropping_nothing_is_no_error_and_deletes_nothing(token: str, own_tools: Toolbox) -> None:
    waiting = hold(own_tools)
    (own_tools.settings.data_dir / "ahorraluz.db").touch()

    drop_file(token, tools=own_tools)

    assert pending_file(waiting, tools=own_tools, as_of=NOW).name == "m.csv"
    assert (own_tools.settings.data_dir / "ahorraluz.db").exists()


def test_a_dropped_file_is_gone(own_tools: Toolbox) -> None:
    token = hold(own_tools)

    drop_file(token, tools=own_tools)

    assert list(folder(own_tools).iterdir()) == []


def test_a_day_is_the_longest_wait_even_if_nobody_comes(own_tools: Toolbox) -> None:
    token = hold(own_tools)
    later = NOW + timedelta(days=1, seconds=1)

    assert pending_file(token, tools=own_tools, as_of=NOW + timedelta(hours=23)).token == token
    with pytest.raises(PendingFileError, match="upload-gone"):
        pending_file(token, tools=own_tools, as_of=later)
    assert list(folder(own_tools).iterdir()) == []


def test_what_has_waited_too_long_goes_when_another_comes(own_tools: Toolbox) -> None:
    hold(own_tools, since=NOW - timedelta(days=2))
    (folder(own_tools) / ".half.part").write_bytes(b"")
    os.utime(folder(own_tools) / ".half.part", (0, 0))

    token = hold(own_tools)

    assert [path.name for path in folder(own_tools).iterdir()] == [
        path_of(token, tools=own_tools).name
    ]


def test_the_oldest_of_a_visitor_make_room(own_tools: Toolbox) -> None:
    tokens = [
        hold(own_tools, since=NOW - timedelta(seconds=MOST_OF_ONE + 2 - place))
        for place in range(MOST_OF_ONE + 2)
    ]

    waiting = set(folder(own_tools).iterdir())

    assert waiting == {path_of(token, tools=own_tools) for token in tokens[2:]}


def test_who_sends_many_pushes_out_nobody_elses(own_tools: Toolbox) -> None:
    mine = hold(own_tools, "mio.csv", since=NOW - timedelta(hours=5))

    for _ in range(2 * MOST_OF_ONE):
        hold(own_tools, visitor="203.0.113.9")

    assert pending_file(mine, tools=own_tools, as_of=NOW).name == "mio.csv"
    assert len(list(folder(own_tools).iterdir())) == 1 + MOST_OF_ONE


@pytest.mark.parametrize(("bound", "most"), [("MOST_WAITING", 3), ("MOST_BYTES", 400)])
def test_where_all_is_full_a_newcomer_is_refused_and_others_take_their_own_place(
    bound: str, most: int, own_tools: Toolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"ahorraluz.services.pending_files.{bound}", most)
    tokens = [hold(own_tools, content=b"x" * 50, visitor=f"a-{n}") for n in range(3)]

    with pytest.raises(PendingFileError, match="uploads-too-many"):
        hold(own_tools, content=b"x" * 50, visitor="a-9")
    again = hold(own_tools, content=b"x" * 50, visitor="a-1")

    gone, *kept = (tokens[1], tokens[0], tokens[2], again)
    assert {path_of(token, tools=own_tools) for token in kept} == set(folder(own_tools).iterdir())
    with pytest.raises(PendingFileError, match="upload-gone"):
        pending_file(gone, tools=own_tools, as_of=NOW)


def test_nothing_on_the_disk_tells_who_sent_a_file(own_tools: Toolbox) -> None:
    hold(own_tools, visitor="198.51.100.7")

    [path] = folder(own_tools).iterdir()

    hashed = (hashlib.sha256(b"198.51.100.7").hexdigest(), "198.51.100.7")
    assert not any(word[:12] in path.name for word in hashed)


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_left(own_tools: Toolbox) -> None:
    own_tools.settings.data_dir.mkdir()
    folder(own_tools).touch()

    with pytest.raises(PendingFileError, match="upload-not-kept"):
        hold(own_tools)
