"""``ahorraluz accounts``: made, changed, kept out and let back in at the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.unit.cli.running import answer, run

from ahorraluz.cli.main import cli
from ahorraluz.services.accounts import recovery
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

NAME, PASSWORD = "ana@ejemplo.pe", "tres gatos verdes"


def add(*more: str, password: str = PASSWORD) -> Result:
    words = ["accounts", "add", NAME, *more]
    return CliRunner().invoke(cli, words, input=f"{password}\n")


def tools_of(folder: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=folder))


def test_the_first_administrator_is_made_here(data_folder: Path) -> None:
    made = add("--role", "administrator", "--organisation", "Luz SAC")

    [listed] = answer("accounts", "list")["accounts"]
    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert (listed["name"], listed["role"], listed["organisation"]) == (
        NAME,
        "administrator",
        "Luz SAC",
    )


def test_without_accounts_the_list_says_how_to_begin(data_folder: Path) -> None:
    assert "accounts add" in run("accounts", "list").stdout
    assert answer("accounts", "list")["accounts"] == []


@pytest.mark.parametrize(
    ("more", "password"),
    [(("--role", "king"), PASSWORD), ((), "corta"), ((), "")],
    ids=["an unknown role", "a weak password", "no password"],
)
def test_a_wrong_account_is_not_made(
    data_folder: Path, more: tuple[str, ...], password: str
) -> None:
    refused = add(*more, password=password)

    assert refused.exit_code == 2
    assert answer("accounts", "list")["accounts"] == []


def test_another_role_is_on_the_list(data_folder: Path) -> None:
    add()

    changed = run("accounts", "role", NAME, "agency")

    assert changed.exit_code == 0
    assert answer("accounts", "list")["accounts"][0]["role"] == "agency"


def test_an_account_is_kept_out_and_let_in_again(data_folder: Path) -> None:
    add()
    run("accounts", "suspend", NAME)
    out = answer("accounts", "list")["accounts"][0]["suspended"]

    run("accounts", "suspend", NAME, "--undo")

    assert out is True
    assert answer("accounts", "list")["accounts"][0]["suspended"] is False


def test_a_way_back_in_is_a_link_to_our_own_address(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    monkeypatch.setenv("AHORRALUZ_PUBLIC_URL", "https://luz.example")

    given = answer("accounts", "reset", NAME, "--factors")

    assert given["address"].startswith("https://luz.example/recuperar/r_")


@pytest.mark.parametrize("command", [("role", "agency"), ("suspend",), ("reset",)])
def test_an_account_that_is_not_there_is_said(data_folder: Path, command: tuple[str, ...]) -> None:
    refused = run("accounts", command[0], "nadie@ejemplo.pe", *command[1:])

    assert refused.exit_code == 2
    assert "nadie@ejemplo.pe" in refused.stderr


def test_after_a_change_of_keys_everything_opens_and_the_former_key_is_gone(
    data_folder: Path,
) -> None:
    add()
    before = (data_folder / "keyring.json").read_text()

    rotated = answer("accounts", "keys", "rotate")

    assert rotated["count"] == 1
    assert (data_folder / "keyring.json").read_text() != before
    assert answer("accounts", "list")["accounts"][0]["name"] == NAME
    assert tools_of(data_folder).store.people.trail.check().count == 2


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_to_tidy_is_no_error(data_folder: Path, language: str) -> None:
    assert run("accounts", "tidy", "--lang", language).exit_code == 0


def change_trail(folder: Path, statement: str) -> None:
    """Do to the trail what only who owns the file can do: past its triggers."""
    with closing(sqlite3.connect(folder / "ahorraluz.db")) as database, database:
        named = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in named.fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)


def filled(folder: Path) -> str:
    """Write some lines; return the hash of the last."""
    add()
    for role in ("agency", "provider", "consultant"):
        run("accounts", "role", NAME, role)
    return str(answer("accounts", "trail")["head"])


def test_a_whole_trail_is_said_with_the_hash_to_note(data_folder: Path) -> None:
    head = filled(data_folder)

    found = run("accounts", "trail", "--head", head)

    assert found.exit_code == 0
    assert head in found.stdout
    assert answer("accounts", "trail")["count"] == 4
    assert tools_of(data_folder).store.people.trail.check().head == head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET detail = 'administrator' WHERE id = 2",
        "UPDATE trail SET at_s = at_s + 1 WHERE id = 2",
        "UPDATE trail SET hash = substr(hash, 2) || 'x' WHERE id = 2",
    ],
    ids=["what was done", "when", "its hash"],
)
def test_a_trail_that_was_changed_ends_with_one_and_names_the_line(
    data_folder: Path, statement: str
) -> None:
    filled(data_folder)
    change_trail(data_folder, statement)

    found = run("accounts", "trail", "--lang", "en")

    assert found.exit_code == 1
    assert "Line 2 " in found.stderr


def test_a_line_that_was_taken_out_is_missed(data_folder: Path) -> None:
    filled(data_folder)
    change_trail(data_folder, "DELETE FROM trail WHERE id = 2")

    found = run("accounts", "trail", "--lang", "en")

    assert found.exit_code == 1
    assert "Line 3 " in found.stderr


def test_an_end_that_was_cut_off_is_missed_by_the_hash_that_was_noted(data_folder: Path) -> None:
    head = filled(data_folder)
    change_trail(data_folder, "DELETE FROM trail WHERE id = 4")

    unnoted, noted = run("accounts", "trail"), run("accounts", "trail", "--head", head)

    assert (unnoted.exit_code, noted.exit_code) == (0, 1)


def test_without_a_database_the_trail_is_empty_and_none_is_made(data_folder: Path) -> None:
    found = run("accounts", "trail")

    assert found.exit_code == 0
    assert not (data_folder / "ahorraluz.db").exists()


def test_a_way_back_is_mailed_where_letters_are_sent(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add()
    sent: list[str] = []
    monkeypatch.setattr(recovery, "send", lambda letter, settings: sent.append(letter.to))
    monkeypatch.setenv("AHORRALUZ_PUBLIC_URL", "https://luz.example")
    monkeypatch.setenv("AHORRALUZ_SMTP_URL", "smtps://u:p@mail.example")
    monkeypatch.setenv("AHORRALUZ_MAIL_FROM", "luz@ejemplo.pe")

    given = run("accounts", "reset", NAME)

    assert given.exit_code == 0
    assert "/recuperar/" not in given.stdout
    assert sent == [NAME]
