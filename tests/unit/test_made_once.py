"""What the tests make once is what the program makes each time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from tests.made_once import REAL_HASHER, Compiled, Steps
from werkzeug.routing import Map, Rule

from ahorraluz.security import passwords
from ahorraluz.store import schema
from ahorraluz.store.connections import connect, writing


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as raw:
        return list(raw.iterdump())


def brought(path: Path, steps: Steps) -> list[str]:
    engine = connect(f"sqlite:///{path}", create=True)
    with writing(engine) as connection:
        steps(connection, None, str(path))
    engine.dispose()
    return dump(path)


def test_repeated_steps_make_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    migrations = schema._upgrade
    assert isinstance(migrations, Steps)
    ran: list[str] = []

    def upgrade(*given: object) -> None:
        ran.append("migrations")
        migrations.upgrade(*given)  # type: ignore[arg-type]

    steps = Steps(upgrade)

    first, again = (brought(tmp_path / f"{place}.db", steps) for place in range(2))

    assert ran == ["migrations"]
    assert again == first
    assert any(schema.HEAD in line for line in again)
    assert sum(line.startswith("CREATE TABLE") for line in again) > 20


def test_a_database_that_has_some_steps_gets_the_others_from_the_migrations(
    tmp_path: Path,
) -> None:
    asked: list[str | None] = []
    steps = Steps(lambda _, version, __: asked.append(version))
    engine = connect(f"sqlite:///{tmp_path / 'old.db'}", create=True)

    with writing(engine) as connection:
        for version in (None, None, "0003", "0003"):
            steps(connection, version, "old.db")
    engine.dispose()

    assert asked == [None, "0003", "0003"]


def test_addresses_of_another_application_are_its_own() -> None:
    here, there = (
        Map([Rule(rule, endpoint="page")]).bind("localhost")
        for rule in ("/hogares/<home>", "/hogares/<int:home>")
    )

    assert here.build("page", {"home": "a b", "x": 1}) == "/hogares/a%20b?x=1"
    assert there.build("page", {"home": 7}) == "/hogares/7"
    with pytest.raises(ValueError, match="invalid literal"):
        there.build("page", {"home": "a"})


def test_a_template_of_the_same_name_with_another_text_is_compiled_anew(tmp_path: Path) -> None:
    page = tmp_path / "templates" / "page.html"
    page.parent.mkdir()
    said = []
    for words in ("uno", "dos", "uno"):
        page.write_text(f"<b>{words}</b>", encoding="utf-8")
        environment = Flask("other", root_path=str(tmp_path)).jinja_env
        assert isinstance(environment.bytecode_cache, Compiled)
        said.append(environment.get_template("page.html").render())

    assert said == ["<b>uno</b>", "<b>dos</b>", "<b>uno</b>"]


def test_the_program_itself_hashes_as_the_tests_of_passwords_do() -> None:
    assert passwords._HASHER is not REAL_HASHER
    assert REAL_HASHER.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
