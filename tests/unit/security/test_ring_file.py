"""Of the file of a ring: written whole or not at all, closed to others, never replaced."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from tests.started import started

from ahorraluz.security import ring_file
from ahorraluz.security.keyring import open_keyring, retire_keys, rotate_keyring
from ahorraluz.security.ring_file import KeyringError, Ring, changing_ring

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes of files say who may read")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(KeyringError) as caught:
        call()
    return caught.value.issue.code


@posix_only
def test_a_new_ring_is_closed_to_everybody_else(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    before = os.umask(0)

    try:
        open_keyring(path)
        rotate_keyring(path)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_but_the_ring_is_left_in_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"

    open_keyring(path)
    rotate_keyring(path)
    retire_keys(path)

    assert list(tmp_path.iterdir()) == [path]


def test_an_opened_ring_is_the_same_ring(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    sealed = open_keyring(path).seal(b"secret", context="c")

    assert open_keyring(path).unseal(sealed, context="c") == b"secret"


def test_threads_that_start_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    path, start = tmp_path / "keyring.json", Barrier(8)

    def derived(_: int) -> bytes:
        start.wait()
        return open_keyring(path).derive("forms")

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(derived, range(8)))

    assert len(keys) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_start_at_once_agree_on_one_ring(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from ahorraluz.security.keyring import open_keyring;"
        "sys.stdin.read(1); print(open_keyring(pathlib.Path(sys.argv[1])).derive('f').hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "keyring.json")]
    with ExitStack() as programs:
        processes = [
            programs.enter_context(started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for _ in range(3)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("x")
            process.stdin.flush()
        keys = {process.communicate()[0] for process in processes}

    assert len(keys) == 1
    assert len(keys.pop().strip()) == 64


def test_a_ring_that_came_first_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keyring.json"
    write = ring_file._write_part
    others: list[bytes] = []

    def late(path: Path, ring: Ring) -> Path:
        monkeypatch.setattr(ring_file, "_write_part", write)
        others.append(open_keyring(path).derive("forms"))
        return write(path, ring)

    monkeypatch.setattr(ring_file, "_write_part", late)
    mine = open_keyring(path).derive("forms")

    assert others == [mine]


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_ring_that_others_can_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keyring.json"
    ring = open_keyring(path)
    path.chmod(mode)

    assert code_of(lambda: open_keyring(path)) == "keyring-readable"
    assert code_of(lambda: rotate_keyring(path)) == "keyring-readable"
    path.chmod(0o600)
    assert open_keyring(path).derive("f") == ring.derive("f")


def edited(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda content: content | changes


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no keys": edited(keys=[]),
    "keys that are no list": edited(keys=7),
    "keys that are a text": edited(keys="abc"),
    "a key without its id": lambda c: c | {"keys": [{"key": c["keys"][0]["key"]}]},
    "a short key": lambda c: c | {"keys": [c["keys"][0] | {"key": "AAAA"}]},
    "a key that is no base64": lambda c: c | {"keys": [c["keys"][0] | {"key": "?" * 44}]},
    "a key that is a number": lambda c: c | {"keys": [c["keys"][0] | {"key": 1}]},
    "a key with letters nobody can write": lambda c: c | {"keys": [c["keys"][0] | {"key": "ñ"}]},
    "a short id": lambda c: c | {"keys": [c["keys"][0] | {"id": "00"}]},
    "an id twice": lambda c: c | {"keys": c["keys"] * 2},
    "no index key": lambda c: {name: c[name] for name in ("format", "keys")},
    "an index key of nothing": edited(index_key=None),
    "another format": edited(format=2),
    "a list": lambda c: [c],
    "nothing": lambda c: None,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_ring_is_said_to_be_damaged(
    tmp_path: Path, damage: Callable[[dict[str, Any]], object]
) -> None:
    path = tmp_path / "keyring.json"
    open_keyring(path)
    written = json.dumps(damage(json.loads(path.read_text())))
    path.write_text(written)

    assert code_of(lambda: open_keyring(path)) == "keyring-damaged"
    assert code_of(lambda: rotate_keyring(path)) == "keyring-damaged"
    assert path.read_text() == written
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b" " * 2_000_000, id="huge"),
    ],
)
def test_a_file_that_is_no_ring_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keyring.json"
    open_keyring(path)
    path.write_bytes(content)

    assert code_of(lambda: open_keyring(path)) == "keyring-damaged"


def test_an_error_of_a_ring_shows_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    open_keyring(path)
    content = json.loads(path.read_text())
    secret = content["keys"][0]["key"]
    path.write_text(json.dumps(content | {"format": secret}))

    with pytest.raises(KeyringError) as caught:
        open_keyring(path)

    assert secret not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_ring_that_got_lost_is_not_replaced_behind_ones_back(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    running = open_keyring(path)
    path.unlink()

    assert code_of(lambda: open_keyring(path, create=False)) == "keyring-missing"
    assert code_of(lambda: running.seal(b"x", context="c")) == "keyring-missing"
    assert code_of(lambda: rotate_keyring(path)) == "keyring-missing"
    assert code_of(lambda: retire_keys(tmp_path / "none" / "k.json")) == "keyring-missing"
    assert list(tmp_path.iterdir()) == []


def test_a_place_where_no_ring_can_be_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")

    assert code_of(lambda: open_keyring(tmp_path)) == "keyring-not-opened"
    assert code_of(lambda: open_keyring(file / "keyring.json")) == "keyring-not-opened"


def test_two_changes_at_once_are_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    sealed = open_keyring(path).seal(b"secret", context="c")

    with changing_ring(path):
        assert code_of(lambda: rotate_keyring(path)) == "keyring-busy"
        assert code_of(lambda: retire_keys(path)) == "keyring-busy"

    assert rotate_keyring(path).unseal(sealed, context="c") == b"secret"


def test_a_change_that_fails_leaves_the_ring_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "keyring.json"
    open_keyring(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    assert code_of(lambda: rotate_keyring(path)) == "keyring-not-opened"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
