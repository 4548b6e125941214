"""Settings that lie in files: read, refused with their mend, and never repeated."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.setting_files import MAX_BYTES, read_files
from ahorraluz.setting_table import TABLE
from ahorraluz.settings import read_settings, stated_language
from ahorraluz.texts import open_texts

SECRET = "hush-hush-hush-hush"


def holds(folder: Path, content: str | bytes) -> str:
    """Write a file and return its path."""
    file = folder / "value"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def refused(environment: dict[str, str]) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as error:
        read_settings(environment)
    return error.value


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_setting_is_read_from_the_file_that_its_variable_names(tmp_path: Path, end: str) -> None:
    path = holds(tmp_path, f"postgresql://luz:{SECRET}@db/luz{end}")

    settings = read_settings({"AHORRALUZ_DATABASE_URL_FILE": path})

    assert settings.database_url == f"postgresql://luz:{SECRET}@db/luz"


def test_every_setting_that_is_no_path_may_lie_in_a_file(tmp_path: Path) -> None:
    path = holds(tmp_path, "?")
    named = [setting.variable for setting in TABLE if not setting.names_a_path]

    error = refused({f"{variable}_FILE": path for variable in named})

    assert not any(issue.code == "setting-unknown" for issue in error.issues)
    assert set(read_files({f"{name}_FILE": path for name in named}, named).texts) == set(named)


@pytest.mark.parametrize("variable", ["KEYRING", "BROKER_KEY", "DATA_DIR"])
def test_a_setting_that_names_a_file_itself_lies_in_none(tmp_path: Path, variable: str) -> None:
    path = holds(tmp_path, SECRET)

    error = refused({f"AHORRALUZ_{variable}_FILE": path})

    assert error.issue.code == "setting-unknown"
    assert f"AHORRALUZ_{variable}" in str(error.issue.parameters["allowed"])


def test_a_variable_left_empty_stands_in_the_way_of_no_file(tmp_path: Path) -> None:
    settings = read_settings(
        {"AHORRALUZ_PORT": " ", "AHORRALUZ_PORT_FILE": holds(tmp_path, "8080\n")}
    )

    assert settings.port == 8080
    assert read_settings({"AHORRALUZ_PORT": "8081", "AHORRALUZ_PORT_FILE": " "}).port == 8081


def test_a_value_and_a_file_of_the_same_setting_are_refused(tmp_path: Path) -> None:
    error = refused(
        {
            "AHORRALUZ_METRICS_TOKEN": SECRET,
            "AHORRALUZ_METRICS_TOKEN_FILE": holds(tmp_path, SECRET),
        }
    )

    told = open_texts("es").issue(error.issue)
    assert [issue.code for issue in error.issues] == ["setting-said-twice"]
    assert "AHORRALUZ_METRICS_TOKEN_FILE y AHORRALUZ_METRICS_TOKEN" in told
    assert SECRET not in told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(None, "setting-file-missing", id="no file"),
        pytest.param(b"", "setting-file-empty", id="an empty file"),
        pytest.param(b" \n", "setting-file-empty", id="an end of line alone"),
        pytest.param(b"x" * (MAX_BYTES + 1), "setting-file-too-large", id="a file too large"),
        pytest.param(SECRET.encode("utf-16"), "setting-file-no-text", id="another encoding"),
        pytest.param(SECRET.encode() + b"\0", "setting-file-no-text", id="a byte of zero"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_wrong_file_is_told_with_variable_path_and_mend(
    tmp_path: Path, content: bytes | None, code: str, language: str
) -> None:
    path = str(tmp_path / "value") if content is None else holds(tmp_path, content)

    error = refused({"AHORRALUZ_METRICS_TOKEN_FILE": path})

    told = open_texts(language).issue(error.issue)
    assert [issue.code for issue in error.issues] == [code]
    assert "AHORRALUZ_METRICS_TOKEN_FILE" in told
    assert path in told
    assert SECRET not in told
    assert SECRET not in str(error)


@pytest.mark.parametrize("place", ["folder", "pipe", "too/long"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, place: str) -> None:
    path = tmp_path / (place if place != "too/long" else "x" * 5000)
    if place == "folder":
        path.mkdir()
    if place == "pipe":
        os.mkfifo(path)

    error = refused({"AHORRALUZ_LANG_FILE": str(path)})

    expected = "setting-file-unreadable" if place == "too/long" else "setting-file-missing"
    assert error.issue.code == expected


def test_a_file_without_the_right_to_read_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = holds(tmp_path, SECRET)

    # The administrator, as whom tests may run, reads every file.
    def no_right(*_: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Path, "open", no_right)

    error = refused({"AHORRALUZ_METRICS_TOKEN_FILE": path})

    assert error.issue.code == "setting-file-unreadable"


@pytest.mark.parametrize("setting", [s for s in TABLE if not s.names_a_path], ids=lambda s: s.field)
def test_what_a_file_holds_is_repeated_by_no_message(tmp_path: Path, setting: object) -> None:
    variable = str(getattr(setting, "variable", ""))
    path = holds(tmp_path, f"x://{SECRET}:{SECRET}@{SECRET} \t{SECRET}")

    said = ""
    told = []
    try:
        read_settings({f"{variable}_FILE": path})
    except InvalidInputError as error:
        said = str(error)
        told = [open_texts(language).issue(error.issue) for language in ("es", "en")]

    assert SECRET not in "".join([*told, said])
    assert all(f"{variable}_FILE" in sentence for sentence in told)


@pytest.mark.parametrize("misplaced", [SECRET, f"postgresql://luz:{SECRET}@db/luz"])
def test_a_secret_where_the_path_should_be_is_not_repeated(misplaced: str) -> None:
    error = refused({"AHORRALUZ_DATABASE_URL_FILE": misplaced})

    told = open_texts("es").issue(error.issue)
    assert error.issue.code == "setting-file-missing"
    assert SECRET not in told + str(error)


def test_every_wrong_file_is_told_at_once(tmp_path: Path) -> None:
    error = refused(
        {
            "AHORRALUZ_PORT_FILE": holds(tmp_path, "x"),
            "AHORRALUZ_LANG_FILE": str(tmp_path / "none"),
            "AHORRALUZ_HOST_FILES": "x",
        }
    )

    assert {issue.code for issue in error.issues} == {
        "setting-unknown",
        "setting-file-missing",
        "setting-not-a-whole-number",
    }


def test_the_language_of_messages_may_lie_in_a_file(tmp_path: Path) -> None:
    environment = {"AHORRALUZ_LANG_FILE": holds(tmp_path, "en\n"), "AHORRALUZ_PORT": "x"}

    assert stated_language(environment) == "en"


@given(content=st.binary(max_size=200))
def test_any_file_is_a_value_or_a_refusal(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = holds(tmp_path_factory.getbasetemp(), content)

    held = read_files({"A_FILE": path}, ["A"])

    assert (set(held.texts) == {"A"}) != (len(held.issues) == 1)
    assert held.refused == (frozenset() if held.texts else {"A"})
