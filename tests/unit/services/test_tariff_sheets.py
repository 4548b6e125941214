"""The sheets on file: which there are and what they say."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.price_sheets import sheet_text

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.import_tariffs import ImportRequest, import_sheet
from ahorraluz.services.tariff_sheets import sheets_on_file, tariff_on
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
DAY = date(2026, 9, 10)


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path / "data"))


def _import(distributor: str, tools: Toolbox, *, system: str = "Pucallpa") -> None:
    path = tools.user_folder.parent / "pliego.txt"
    path.write_text(sheet_text(head=("Sin IGV", "Vigencia: 04/09/2026")), encoding="utf-8")
    request = ImportRequest(path=path, distributor=distributor, system=system)
    import_sheet(request, tools=tools, as_of=AS_OF)


def test_a_price_printed_with_igv_is_shown_as_printed(tools: Toolbox) -> None:
    tariff = tariff_on("luz-del-sur", tools=tools, day=date(2026, 8, 10), option="BT5B")

    (shown,) = tariff.lists
    over = shown.prices[-1]
    assert (over.before_igv, over.with_igv) == (Decimal("0.6403"), Decimal("0.7556"))
    assert shown.sure_until == date(2026, 9, 4)


def test_a_distributor_whose_bills_carry_no_igv_has_no_price_with_it(tools: Toolbox) -> None:
    _import("electro-ucayali", tools)

    tariff = tariff_on("electro-ucayali", tools=tools, day=DAY)

    assert {price.with_igv for price in tariff.lists[0].prices} == {None}


def test_a_distributor_of_two_regimes_says_so(tools: Toolbox) -> None:
    _import("electro-oriente", tools, system="Iquitos")

    tariff = tariff_on("electro-oriente", tools=tools, day=DAY)

    assert [issue.code for issue in tariff.issues] == ["igv-regime-unknown"]


def test_every_system_on_file_is_shown_unless_one_is_asked_for(tools: Toolbox) -> None:
    _import("seal", tools, system="Arequipa")
    with pytest.raises(InvalidInputError, match="sheet-system-not-on-file"):
        _import("seal", tools, system="Camaná")

    every = tariff_on("SEAL", tools=tools, day=DAY)
    one = tariff_on("SEAL", tools=tools, day=DAY, system="Arequipa")

    assert [shown.system for shown in every.lists] == ["arequipa"]
    assert every.lists == one.lists


def test_the_list_tells_shipped_from_imported(tools: Toolbox) -> None:
    _import("luz-del-sur", tools, system="Cañete")

    sheets = sheets_on_file(tools=tools, distributor="luz-del-sur")

    assert {(sheet.system, sheet.imported) for sheet in sheets} == {
        ("lima-sur", False),
        ("canete", True),
    }
