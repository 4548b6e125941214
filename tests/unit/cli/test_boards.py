"""``ahorraluz boards`` says what it cannot do, and fills figures in any store."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ahorraluz.cli.main import cli


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path / "data"))


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def made_database() -> None:
    from ahorraluz.services.toolbox import open_toolbox
    from ahorraluz.settings import read_settings

    tools = open_toolbox(read_settings())
    tools.store.live.begin()
    tools.store.close()


@pytest.mark.parametrize(
    "words", [("roles",), ("build",), ("grant", "service"), ("revoke", "ahorraluz_home_0")]
)
def test_a_store_in_a_file_has_no_boards(words: tuple[str, ...]) -> None:
    made_database()

    result = run("--lang", "en", "boards", *words)

    assert result.exit_code == 2
    assert "AHORRALUZ_DATABASE_URL" in result.stderr
    assert "postgresql://" in result.stderr


def test_whom_nobody_knows_is_repeated_with_what_there_may_be() -> None:
    made_database()

    result = run("boards", "grant", "nadie@ejemplo.pe")

    assert result.exit_code == 2
    assert "nadie@ejemplo.pe no es un hogar, ni una cuenta" in result.stderr


def test_nobody_has_a_login_at_first() -> None:
    made_database()

    listed, as_json = run("boards", "list"), run("--json", "boards", "list")

    assert listed.output == "No hay usuarios de tableros.\n"
    assert json.loads(as_json.output) == {"schema": "ahorraluz.boards-list.1", "logins": []}


def test_figures_of_models_are_filled_without_any_home() -> None:
    made_database()

    result = run("--json", "boards", "fill")

    said = json.loads(result.output)
    assert (said["homes"], said["left"]) == (0, 0)
    assert said["models"] > 100
