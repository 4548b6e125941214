"""Imported sheets are written whole or not at all, beside whatever the folder held."""

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ahorraluz.catalog.schedules import load_schedules
from ahorraluz.catalog.sources import load_sources
from ahorraluz.catalog.tables import CatalogError
from ahorraluz.catalog.user_sheets import (
    PriceRow,
    UserFolderError,
    add_rows,
    import_lock,
    price_rows,
    systems_on_file,
    tariff_files,
    write_tables,
)
from ahorraluz.core.history import Grade, Source

START = date(2026, 9, 4)


def _source(name: str = "imported-seal-arequipa-1") -> Source:
    return Source(
        id=name,
        title='Invented sheet, "quoted"; with marks',
        issuer="-",
        url="",
        published=None,
        consulted=date(2026, 11, 24),
        grade=Grade.SECONDARY,
    )


def _rows(
    *, energy: str = "0.5000", system: str = "arequipa", source: Source | None = None
) -> list[PriceRow]:
    return [
        PriceRow(
            start=START,
            system=system,
            option="BT5B",
            segment="non-residential",
            charge=charge,
            unit=unit,
            value=Decimal(value),
            igv_included=False,
            source=source or _source(),
        )
        for charge, unit, value in (
            ("fixed", "PEN/month", "2.50"),
            ("energy", "PEN/kWh", energy),
        )
    ]


def _store(folder: Path, rows: list[PriceRow], source: Source | None = None) -> None:
    tables = add_rows("seal", rows, source=source or _source(), user_folder=folder)
    write_tables(tables, user_folder=folder)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_stored_rows_are_read_back_by_the_catalogue(tmp_path: Path) -> None:
    _store(tmp_path, _rows())

    (schedule,) = load_schedules("seal", user_folder=tmp_path)
    assert schedule.brackets[0].fixed == Decimal("2.50")
    assert [str(row.value) for row in price_rows("seal", user_folder=tmp_path)] == [
        "2.50",
        "0.5000",
    ]
    assert all(row.imported for row in price_rows("seal", user_folder=tmp_path))
    assert load_sources(user_folder=tmp_path)["imported-seal-arequipa-1"] == _source()
    assert ("seal", "arequipa") in systems_on_file(user_folder=tmp_path)
    assert "seal" in tariff_files(user_folder=tmp_path)


def test_rows_of_other_systems_and_documents_stay(tmp_path: Path) -> None:
    other = _source("imported-seal-camana-1")
    _store(tmp_path, _rows(system="camana", source=other), other)

    _store(tmp_path, _rows())

    assert {row.system for row in price_rows("seal", user_folder=tmp_path)} == {
        "arequipa",
        "camana",
    }
    assert {"imported-seal-arequipa-1", "imported-seal-camana-1"} <= set(
        load_sources(user_folder=tmp_path)
    )


def test_a_list_that_gives_way_takes_its_document_along(tmp_path: Path) -> None:
    _store(tmp_path, _rows())
    newer = _source("imported-seal-arequipa-2")

    _store(tmp_path, _rows(energy="0.5100", source=newer), newer)

    values = [str(row.value) for row in price_rows("seal", user_folder=tmp_path)]
    assert values == ["2.50", "0.5100"]
    assert "imported-seal-arequipa-1" not in load_sources(user_folder=tmp_path)


def test_an_incomplete_list_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="sheet-incomplete"):
        add_rows("seal", _rows()[:1], source=_source(), user_folder=tmp_path)

    assert _contents(tmp_path) == {}


def test_adding_rows_writes_nothing_by_itself(tmp_path: Path) -> None:
    add_rows("seal", _rows(), source=_source(), user_folder=tmp_path)

    assert _contents(tmp_path) == {}


def test_a_broken_table_of_the_user_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tariffs").mkdir()
    (tmp_path / "tariffs" / "seal.csv").write_text("start,system\n2026-09-04,arequipa\n")
    before = _contents(tmp_path)

    with pytest.raises(CatalogError, match="data-column-missing"):
        add_rows("seal", _rows(), source=_source(), user_folder=tmp_path)

    assert _contents(tmp_path) == before


def test_a_disk_that_refuses_leaves_the_old_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _store(tmp_path, _rows())
    before = _contents(tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserFolderError, match="data-folder-not-written"):
        _store(tmp_path, _rows(energy="0.6000"))

    assert _contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with (
        pytest.raises(UserFolderError, match="data-folder-not-written"),
        import_lock(tmp_path / "file" / "below"),
    ):
        pytest.fail("nothing to hold")


def test_two_imports_do_not_work_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from ahorraluz.catalog.user_sheets import UserFolderError, import_lock\n"
        "try:\n"
        "    with import_lock(Path(sys.argv[1])): print('held')\n"
        "except UserFolderError as error: print(error.issue.code)\n"
    )

    def other() -> str:
        command = [sys.executable, "-c", code, str(tmp_path)]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        return run.stdout.strip()

    with import_lock(tmp_path):
        meanwhile = other()

    assert meanwhile == "data-folder-busy"
    assert other() == "held"
