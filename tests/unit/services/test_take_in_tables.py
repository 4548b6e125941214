"""Price sheets and tables of a night: taken in once, whole, under their hashes."""

import json
from datetime import date
from pathlib import Path

import pytest
from tests.price_sheets import pdf_sheet, sheet_text
from tests.unit.cli.running import run

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.take_in_tables import MANIFEST_FILE, take_in_sheets, take_in_tables
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

HOMES = "household_id,distributor\nh1,seal\n"


def test_tables_are_copied_once_and_then_left_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    tables = {"homes": tmp_path / "homes.csv"}

    first = take_in_tables(tables, tmp_path / "raw")
    stamp = (tmp_path / "raw" / MANIFEST_FILE).stat().st_ino
    second = take_in_tables(tables, tmp_path / "raw")

    assert (first.anew, second.anew) == (True, False)
    assert (tmp_path / "raw" / MANIFEST_FILE).stat().st_ino == stamp
    assert (tmp_path / "raw" / "homes" / "homes.csv").read_text("utf-8") == HOMES


def test_other_tables_replace_the_whole_folder(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(HOMES, encoding="utf-8")
    (tmp_path / "two.csv").write_text(f"{HOMES}h2,seal\n", encoding="utf-8")
    take_in_tables({"homes": tmp_path / "one.csv"}, tmp_path / "raw")

    taken = take_in_tables({"homes": tmp_path / "two.csv"}, tmp_path / "raw")

    assert [path.name for path in (tmp_path / "raw" / "homes").iterdir()] == ["two.csv"]
    assert json.loads((tmp_path / "raw" / MANIFEST_FILE).read_text("utf-8")) == taken.manifest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.csv", "raw", "two.csv"]


def test_a_copy_that_was_spoilt_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    take_in_tables({"homes": tmp_path / "homes.csv"}, tmp_path / "raw")
    (tmp_path / "raw" / "homes" / "homes.csv").write_text("", encoding="utf-8")

    assert take_in_tables({"homes": tmp_path / "homes.csv"}, tmp_path / "raw").anew


def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "letter.txt").write_text("dear", encoding="utf-8")

    with pytest.raises(AhorraLuzError) as refused:
        take_in_tables({"homes": tmp_path / "homes.csv"}, tmp_path / "raw")

    assert refused.value.issue.code == "raw-out-foreign"
    assert (tmp_path / "raw" / "letter.txt").read_text("utf-8") == "dear"


def test_a_sheet_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "b.pdf").write_bytes(pdf_sheet(sheet_text()))
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))

    first = take_in_sheets(folder, tools=tools, as_of=date(2026, 11, 26))
    second = take_in_sheets(folder, tools=tools, as_of=date(2026, 11, 26))

    assert first.refused[0].parameters["file"] == "a.pdf"
    assert (*first.stored, *first.unchanged) == ("b.pdf",)
    assert second.unchanged == ("b.pdf",)


def test_the_command_says_what_was_taken_in(tmp_path: Path) -> None:
    (tmp_path / "homes.csv").write_text(HOMES, encoding="utf-8")
    words = ("data", "import", "--homes", tmp_path / "homes.csv", "--out", tmp_path / "raw")

    said = [run(*words, "--lang", "en").stdout for _ in range(2)]
    nothing = run("data", "import", "--lang", "en")
    nowhere = run("data", "import", "--homes", tmp_path / "homes.csv")

    assert said[0].startswith("Copied to")
    assert said[1].endswith("Nothing was written.\n")
    assert [
        (one.exit_code, o in one.stderr) for one, o in ((nothing, "--sheets"), (nowhere, "--out"))
    ] == [(2, True)] * 2
