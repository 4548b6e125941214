"""Price sheets in the forms people save them are read as the file beside each says.

Adding a sheet with its JSON to ``price_sheets/`` adds a test.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.ingest.price_sheets.choose import SheetChoices, choose
from ahorraluz.ingest.price_sheets.reading import parse_price_sheet
from ahorraluz.ingest.price_sheets.sheet import FoundSystem
from ahorraluz.services.import_tariffs import sheet_names

FOLDER = Path(__file__).parent / "price_sheets"
EXPECTED = sorted(FOLDER.glob("*.json"))


def _sheet_of(expected: Path) -> Path:
    return next(path for path in FOLDER.glob(f"{expected.stem}.*") if path.suffix != ".json")


def _choices(given: dict[str, Any]) -> SheetChoices:
    system = given.get("system")
    return SheetChoices(
        distributor=given.get("distributor"),
        system=FoundSystem(distributor=system[0], id=system[1], name=system[2]) if system else None,
    )


def test_every_sheet_has_its_expectation() -> None:
    sheets = {path.stem for path in FOLDER.iterdir() if path.suffix not in (".json", ".md")}

    assert sheets == {path.stem for path in EXPECTED}


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_a_sheet_is_read_as_the_file_beside_it_says(path: Path, tmp_path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))

    sheet = parse_price_sheet(_sheet_of(path).read_bytes(), names=sheet_names(tmp_path))
    chosen = choose(sheet, _choices(expected.get("choices", {})))

    assert {
        "kind": sheet.kind.value,
        "distributor": chosen.distributor,
        "system": chosen.system.id,
        "start": chosen.start.isoformat(),
        "official": sheet.official,
        "ignored_options": list(sheet.ignored_options),
        "igv_included": {price.igv_included for price in chosen.prices},
        "prices": {
            f"{price.option} {price.segment} {price.charge}": [format(price.value, "f"), price.unit]
            for price in chosen.prices
        },
    } == {key: value for key, value in expected.items() if key != "choices"} | {
        "igv_included": {expected["igv_included"]}
    }
