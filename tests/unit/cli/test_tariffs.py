"""``ahorraluz tariffs list``, ``show`` and ``import``."""

from pathlib import Path

import pytest
from tests.price_sheets import sheet_text
from tests.unit.cli.running import ROOT, answer, faults, run

SHEETS = ROOT / "tests" / "golden" / "price_sheets"
PUNO = SHEETS / "puno-inventado.html"
SEVERAL = SHEETS / "pluz-varios-sistemas-inventado.txt"
AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(folder))
    return folder


def test_the_list_has_the_sheets_that_came_with_the_program() -> None:
    document = answer("tariffs", "list")

    assert {(sheet["system"], sheet["start"]) for sheet in document["sheets"]} >= {
        ("lima-sur", "2026-08-04"),
        ("lima-norte", "2026-05-04"),
    }
    assert {sheet["origin"] for sheet in document["sheets"]} == {"shipped"}
    assert faults(document, "tariffs-list") == []


def test_an_imported_sheet_is_listed_and_shown(data_dir: Path) -> None:
    imported = answer("tariffs", "import", PUNO, *AS_OF)
    listed = answer("tariffs", "list", "--distributor", "Electro Puno")
    shown = answer("tariffs", "show", "electro-puno", "--day", "2026-09-20")

    assert faults(imported, "tariffs-import") == []
    assert (imported["outcome"], imported["system"], imported["start"]) == (
        "stored",
        "puno",
        "2026-09-04",
    )
    assert imported["files"][-1] == str(data_dir / "tariffs" / "electro-puno.csv")
    assert [sheet["origin"] for sheet in listed["sheets"]] == ["imported"]
    assert faults(shown, "tariffs-show") == []
    assert shown["lists"][0]["prices"][0]["published"] == "3.07"
    assert shown["issues"] == []


def test_a_second_import_changes_nothing() -> None:
    answer("tariffs", "import", PUNO, *AS_OF)

    again = answer("tariffs", "import", PUNO, *AS_OF)

    assert (again["outcome"], again["files"]) == ("unchanged", [])


def test_prices_are_shown_with_and_without_igv() -> None:
    shown = answer("tariffs", "show", "luz del sur", "--option", "bt5b", "--day", "2026-08-10")

    high = shown["lists"][0]["prices"][-1]
    assert (high["before_igv"], high["with_igv"], high["grade"]) == (
        "0.6403",
        "0.7556",
        "distributor",
    )


def test_the_newest_sheet_begun_by_the_day_is_shown_with_a_word_on_its_age() -> None:
    july = answer("tariffs", "show", "luz-del-sur", "--option", "BT5B", "--day", "2026-07-20")
    today = answer("tariffs", "show", "luz-del-sur", "--option", "BT5B", "--day", "2026-11-24")

    assert july["lists"][0]["start"] == "2026-05-04"
    assert [issue["code"] for issue in today["issues"]] == ["tariffs-may-be-old"]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("list",), id="list"),
        pytest.param(("show", "luz-del-sur"), id="show"),
        pytest.param(("show", "lima-unstated"), id="show a sheet of no stated distributor"),
        pytest.param(("import", str(PUNO), *AS_OF), id="import"),
        pytest.param(("import", str(SEVERAL), "--system", "Huacho", "--dry-run"), id="dry run"),
        pytest.param(("import", str(SHEETS / "lima-sur-2026-08.html")), id="known already"),
        pytest.param(("import", str(SHEETS / "bt5a-bt7-inventado.tsv"), *AS_OF), id="prepaid"),
    ],
)
def test_every_answer_is_also_a_text(words: tuple[str, ...], language: str) -> None:
    result = run("tariffs", *words, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) > 3


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("show", "luz-de-luna"), "luz-de-luna", id="unknown distributor"),
        pytest.param(("show", "seal"), "seal", id="nothing on file"),
        pytest.param(("show", "pluz", "--day", "2020-01-01"), "2026", id="all begin later"),
        pytest.param(("show", "pluz", "--system", "Huaral"), "lima-norte", id="unknown system"),
        pytest.param(("show", "pluz", "--option", "BT9"), "BT9", id="unknown option"),
        pytest.param(("show",), "DISTRIBUTOR", id="no distributor"),
        pytest.param(("import", "missing.html"), "missing.html", id="no such file"),
        pytest.param(("import", str(SEVERAL)), "--system", id="several systems"),
        pytest.param(("import", str(PUNO), "--column", "0"), "--column", id="no such column"),
        pytest.param(("import", str(PUNO), "--valid-from", "2026-13-01"), "2026-13-01", id="month"),
        pytest.param(("import", str(PUNO), "--distributor", "seal"), "electro-puno", id="other"),
    ],
)
def test_a_refusal_names_field_value_and_mend(
    words: tuple[str, ...], said: str, language: str, data_dir: Path
) -> None:
    result = run("tariffs", *words, "--lang", language)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert not data_dir.exists()


def test_what_the_sheet_does_not_say_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "pliego.txt"
    path.write_text(sheet_text(head=()), encoding="utf-8")
    words = ("--distributor", "SEAL", "--system", "Arequipa", "--valid-from", "2026-09-04")

    document = answer("tariffs", "import", path, *words, "--igv-included", *AS_OF)

    assert (document["distributor"], document["system"]) == ("seal", "arequipa")
    assert document["prices"][0]["igv_included"] is True


@pytest.mark.parametrize("command", ["list", "show", "import"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_command_has_help_with_an_example(command: str, language: str) -> None:
    result = run("tariffs", command, "--help", "--lang", language)

    assert result.exit_code == 0
    assert f"ahorraluz tariffs {command}" in result.stdout
