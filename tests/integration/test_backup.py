"""Backups of a service at work, brought back to where there is nothing, in both databases."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.full_service import NOW, OWNERS, ask, fill
from tests.integration.postgres import Server

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.keyring import open_keyring
from ahorraluz.services.accounts.administering import rotate_keys
from ahorraluz.services.backup import making, restoring
from ahorraluz.services.backup.making import Asked, BackupMade, make_backup
from ahorraluz.services.backup.reading import looked_at
from ahorraluz.services.backup.restoring import restore_backup
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.copies_back import bringing_back

HOURS = 24 * 10
PASSPHRASE = b"tres focos y un perro"
WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ahorraluz.services.accounts.administering import rotate_keys
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
tools = open_toolbox(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2],
                              keys_url=sys.argv[3]))
trail, at = tools.store.people.trail, datetime.now(tz=UTC)
for number in range(100_000):
    tools.store._key(f"vecino-{sys.argv[4]}-{number}", make=True)
    trail.note("seen", actor=sys.argv[4], detail=str(number), as_of=at)
    if number == 0:
        print("writing", flush=True)
"""


@dataclass(frozen=True)
class Filled:
    """A service with something of everything, a backup of it, and what it answers."""

    settings: Settings
    parts: tuple[Path, ...]
    answers: dict[str, str]


def backup(settings: Settings, into: Path, **asked: Any) -> BackupMade:
    """Make a backup of everything."""
    as_of = asked.pop("as_of", NOW)
    assert isinstance(as_of, datetime)
    places = {kind: into / kind for kind in ("data", "keys", "ring")}
    return make_backup(Asked(**{**places, **asked}), settings=settings, as_of=as_of)


def files_of(made: BackupMade) -> tuple[Path, ...]:
    return tuple(one.file for one in made.parts)


def restored(parts: tuple[Path, ...], settings: Settings) -> Settings:
    restore_backup(parts, settings=settings, passphrase=None)
    return settings


def refusal(parts: tuple[Path, ...], settings: Settings) -> str:
    with pytest.raises(AhorraLuzError) as caught:
        restored(parts, settings)
    return caught.value.issue.code


def everything_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("service")
    settings = Settings(data_dir=folder / "datos")
    fill(settings, looked_at=False, hours=HOURS)
    made = backup(settings, folder / "copias")
    return Filled(settings=settings, parts=files_of(made), answers=ask(settings, computed=False))


# --- the same answers --------------------------------------------------------------------------


def test_a_service_brought_back_gives_the_same_answers(filled: Filled, tmp_path: Path) -> None:
    there = restored(filled.parts, Settings(data_dir=tmp_path / "datos"))

    assert ask(there, computed=False) == filled.answers
    assert len(filled.answers) > 15


@pytest.mark.integration
def test_a_copy_goes_from_one_database_to_the_other_and_back(
    filled: Filled, postgres_server: Server, tmp_path: Path
) -> None:
    data, keys = (postgres_server.make_database(f"back_{name}") for name in ("data", "keys"))
    server = Settings(data_dir=tmp_path / "uno", database_url=data, keys_url=keys)

    restored(filled.parts, server)
    again = backup(server, tmp_path / "copias")
    other = [postgres_server.make_database(f"again_{name}") for name in ("data", "keys")]
    on_server = restored(
        files_of(again),
        Settings(data_dir=tmp_path / "dos", database_url=other[0], keys_url=other[1]),
    )
    in_files = restored(files_of(again), Settings(data_dir=tmp_path / "tres"))

    assert ask(on_server, computed=False) == filled.answers
    check_numbers(on_server)
    assert rows_of(in_files, tmp_path / "a") == rows_of(filled.settings, tmp_path / "b")


def check_numbers(settings: Settings) -> None:
    """Look whether numbers that were given away come back."""
    tools = open_toolbox(settings)
    tools.store.people.trail.note("seen", actor="x", as_of=NOW)
    before, newest = reversed(tools.store.people.trail.newest(limit=2))
    tools.store.people.trail.check()
    tools.store.close()
    assert newest.id == before.id + 1


def rows_of(settings: Settings, into: Path) -> dict[str, int]:
    """Return the rows of each table, without those that asking itself leaves."""
    with looked_at(files_of(backup(settings, into)), passphrase=None) as looked:
        assert looked.data is not None
        asked = ("api_tokens", "sessions", "trail", "allowances")
        return {name: rows for name, rows in looked.data.tables.items() if name not in asked}


# --- while others write ------------------------------------------------------------------------


def check_under_writers(settings: Settings, into: Path) -> None:
    """Make backups while another process writes, and look at each."""
    urls = (settings.database_url, settings.keys_url)
    words = [sys.executable, "-c", WRITER, str(settings.data_dir), *urls, "uno"]
    counts = []
    with subprocess.Popen(words, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            for number in range(2):
                made = backup(settings, into, as_of=NOW + timedelta(seconds=number))
                with looked_at(files_of(made), passphrase=None) as looked:
                    assert looked.data is not None
                    counts.append(looked.data.trail_count)
            assert writer.poll() is None
        finally:
            writer.kill()
    assert counts == sorted(counts)
    assert everything_in(into / "data") == sorted(
        f"ahorraluz-20261124T15000{number}Z-data.zip" for number in range(2)
    )


def test_a_copy_in_files_is_of_one_moment_while_another_process_writes(
    filled: Filled, tmp_path: Path
) -> None:
    there = restored(filled.parts, Settings(data_dir=tmp_path / "datos"))

    check_under_writers(there, tmp_path / "copias")


@pytest.mark.integration
def test_a_copy_of_a_server_is_of_one_moment_while_another_process_writes(
    filled: Filled, postgres_server: Server, tmp_path: Path
) -> None:
    data, keys = (postgres_server.make_database(f"busy_{name}") for name in ("data", "keys"))
    there = restored(
        filled.parts, Settings(data_dir=tmp_path / "datos", database_url=data, keys_url=keys)
    )

    check_under_writers(there, tmp_path / "copias")


# --- deletions stay ----------------------------------------------------------------------------


def test_who_was_deleted_after_the_copy_is_deleted_again(filled: Filled, tmp_path: Path) -> None:
    there = restored(filled.parts, Settings(data_dir=tmp_path / "datos"))
    tools = open_toolbox(there)
    gone, stays = (
        next(one for one in tools.store.people.accounts.all() if one.name == name)
        for name in OWNERS
    )
    for reached in tools.store.people.households.homes_of(gone.id):
        forget_home(reached.home, tools=tools)
    tools.store.people.accounts.remove(gone.id)
    tools.store.close()
    keys = backup(there, tmp_path / "later", data=None, as_of=NOW + timedelta(days=1))

    done = restore_backup(
        (filled.parts[0], *files_of(keys)),
        settings=Settings(data_dir=tmp_path / "otra"),
        passphrase=None,
    )

    tools = open_toolbox(Settings(data_dir=tmp_path / "otra"))
    assert (done.homes_deleted, done.accounts_deleted) == (1, 1)
    assert gone.id not in {one.id for one in tools.store.people.accounts.all()}
    assert len(tools.store.people.households.homes_of(stays.id)) == 1
    assert len(tools.store.homes()) == 1
    tools.store.close()


def test_the_data_alone_name_nobody(filled: Filled) -> None:
    with zipfile.ZipFile(filled.parts[0]) as packed:
        content = b"".join(packed.read(name) for name in packed.namelist())

    assert b"rosa@ejemplo.pe" not in content
    assert [name for name in packed.namelist() if "key" in name.lower()] == []


def test_data_alone_are_not_brought_back_without_their_keys(filled: Filled, tmp_path: Path) -> None:
    code = refusal(filled.parts[:1], Settings(data_dir=tmp_path / "datos"))

    assert code == "backup-ring-lacking"
    assert everything_in(tmp_path / "datos") == []


# --- refusals ----------------------------------------------------------------------------------


def test_parts_never_lie_together(filled: Filled, tmp_path: Path) -> None:
    with pytest.raises(AhorraLuzError) as caught:
        backup(filled.settings, tmp_path, keys=tmp_path / "data" / "llaves")

    assert caught.value.issue.code == "backup-places-same"
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("cut", [pytest.param(0.5, id="half of it"), pytest.param(0, id="nothing")])
def test_a_part_that_is_not_whole_is_refused(filled: Filled, tmp_path: Path, cut: float) -> None:
    content = filled.parts[0].read_bytes()
    half = tmp_path / filled.parts[0].name
    half.write_bytes(content[: int(len(content) * cut)])

    code = refusal((half, *filled.parts[1:]), Settings(data_dir=tmp_path / "datos"))

    assert code == "backup-damaged"
    assert everything_in(tmp_path / "datos") == []


def rewritten(part: Path, into: Path, **said: object) -> Path:
    """Write a part anew with other words in its list of contents."""
    other = into / part.name
    with zipfile.ZipFile(part) as packed, zipfile.ZipFile(other, "w") as out:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | said).encode()
            out.writestr(name, content)
    return other


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"schema": "ahorraluz.backup.2"}, "backup-newer", id="a later form"),
        pytest.param({"schema": "another.1"}, "backup-damaged", id="no form of ours"),
        pytest.param({"files": {}}, "backup-damaged", id="files that are not listed"),
        pytest.param({"ring": "0" * 32}, "backup-ring-differs", id="of another ring"),
        pytest.param(
            {"made_at": "2030-01-01T00:00:00+00:00"}, "backup-keys-older", id="keys of before"
        ),
    ],
)
def test_a_part_that_does_not_fit_is_refused(
    filled: Filled, tmp_path: Path, said: dict[str, object], code: str
) -> None:
    other = rewritten(filled.parts[0], tmp_path, **said)

    found = refusal((other, *filled.parts[1:]), Settings(data_dir=tmp_path / "datos"))

    assert found == code
    assert everything_in(tmp_path / "datos") == []


def test_a_name_that_leads_elsewhere_is_refused(filled: Filled, tmp_path: Path) -> None:
    other = rewritten(filled.parts[0], tmp_path)
    with zipfile.ZipFile(other, "a") as packed:
        packed.writestr("../fuera.txt", "x")

    assert refusal((other,), Settings(data_dir=tmp_path / "datos")) == "backup-damaged"
    assert not (tmp_path / "fuera.txt").exists()


def test_a_ring_of_another_service_is_refused(filled: Filled, tmp_path: Path) -> None:
    open_keyring(tmp_path / "datos" / "keyring.json")

    code = refusal(filled.parts[:2], Settings(data_dir=tmp_path / "datos"))

    assert code == "backup-ring-differs"
    assert everything_in(tmp_path / "datos") == ["keyring.json"]


def test_a_place_that_is_taken_is_refused_and_stays(filled: Filled, tmp_path: Path) -> None:
    there = restored(filled.parts, Settings(data_dir=tmp_path / "datos"))
    before = everything_in(there.data_dir)

    assert refusal(filled.parts, there) == "copy-place-taken"
    assert everything_in(there.data_dir) == before


def test_a_restore_that_fails_leaves_nothing(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Iterator[None]:
        raise OSError("no room")

    def failing(copy: Path, url: str, *, keys: bool = False) -> object:
        return bringing_back(copy, url, keys=keys) if keys else full()

    monkeypatch.setattr(restoring, "bringing_back", failing)

    with pytest.raises(OSError, match="no room"):
        restored(filled.parts, Settings(data_dir=tmp_path / "datos"))

    assert [name for name in everything_in(tmp_path / "datos") if name != "tariffs"] == []


# --- rings and seals ---------------------------------------------------------------------------


def test_keys_after_a_rotation_need_the_ring_of_after(filled: Filled, tmp_path: Path) -> None:
    there = restored(filled.parts, Settings(data_dir=tmp_path / "datos"))
    tools = open_toolbox(there)
    rotate_keys(tools=tools, as_of=NOW)
    tools.store.close()
    later = files_of(backup(there, tmp_path / "later", as_of=NOW + timedelta(days=1)))

    old_ring = refusal((*later[:2], filled.parts[2]), Settings(data_dir=tmp_path / "otra"))
    right = restored(later, Settings(data_dir=tmp_path / "otra"))

    assert old_ring == "backup-keys-shut"
    assert ask(right, computed=False) == filled.answers


def test_a_ring_that_changes_all_the_time_is_told(
    filled: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "shut_under", lambda *_: 1)

    with pytest.raises(AhorraLuzError) as caught:
        backup(filled.settings, tmp_path)

    assert caught.value.issue.code == "backup-keys-changing"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_sealed_part_opens_with_its_passphrase_alone(filled: Filled, tmp_path: Path) -> None:
    parts = files_of(backup(filled.settings, tmp_path, passphrase=PASSPHRASE))
    there = Settings(data_dir=tmp_path / "datos")

    without = refusal(parts, there)
    with pytest.raises(AhorraLuzError) as wrong:
        restore_backup(parts, settings=there, passphrase=b"x" * 20)
    restore_backup(parts, settings=there, passphrase=PASSPHRASE)

    assert without == "backup-sealed"
    assert wrong.value.issue.code == "sealed-file-shut"
    assert all(b"PK" not in part.read_bytes()[:4] for part in parts)
    assert len(open_toolbox(there).store.homes()) == 2


def test_old_parts_are_deleted_by_their_kind(filled: Filled, tmp_path: Path) -> None:
    kept = {"keep_days": 35, "keep_keys_days": 7}
    backup(filled.settings, tmp_path, as_of=NOW, **kept)

    made = backup(filled.settings, tmp_path, as_of=NOW + timedelta(days=20), **kept)

    assert len(made.removed) == 1
    assert len(list((tmp_path / "data").iterdir())) == 2
    assert len(list((tmp_path / "keys").iterdir())) == 1
