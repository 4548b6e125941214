"""A published sheet into the user's folder: compared, checked, kept once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.price_sheets import BRACKETS, HEAD, pdf_sheet, sheet_text

from ahorraluz.catalog.schedules import load_schedules
from ahorraluz.core.home import Option, Supply
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Severity
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.schedule import Origin
from ahorraluz.core.tariffs.terms import bill_terms
from ahorraluz.services.import_tariffs import (
    ImportedSheet,
    ImportRequest,
    Outcome,
    import_sheet,
)
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.texts import LOCALES, open_texts

AS_OF = date(2026, 11, 24)
ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "price_sheets"
NEXT = {"35.00": "45.50", "50.00": "65.00", "10.50": "13.65", "51.25": "66.50"}
"""Invented prices near those of Lima Sur in August 2026."""

Importer = Callable[..., ImportedSheet]


def _near(text: str) -> str:
    for invented, near in NEXT.items():
        text = text.replace(invented, near)
    return text.replace("2.00", "2.20").replace("2.05", "2.25")


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path / "data"))


@pytest.fixture
def import_text(tools: Toolbox, tmp_path: Path) -> Importer:
    def run(text: str | bytes | Path, **given: object) -> ImportedSheet:
        path = text if isinstance(text, Path) else tmp_path / "pliego"
        if not isinstance(text, Path):
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        request = ImportRequest(path=path, **given)  # type: ignore[arg-type]
        return import_sheet(request, tools=tools, as_of=AS_OF)

    return run


def _stored(tools: Toolbox) -> dict[str, bytes]:
    folder = tools.user_folder
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix == ".csv"
    }


def _codes(error: AhorraLuzError) -> list[str]:
    return [issue.code for issue in error.issues]


def test_a_new_sheet_is_compared_and_kept(import_text: Importer, tools: Toolbox) -> None:
    done = import_text(_near(sheet_text()))

    assert done.outcome is Outcome.STORED
    energy = next(c for c in done.changes if c.row.charge == "energy-above-30")
    assert (energy.old, energy.new, energy.known_start) == (
        Decimal("0.6259"),
        Decimal("0.6500"),
        date(2026, 8, 4),
    )
    newest = load_schedules("luz-del-sur", user_folder=tools.user_folder)[-1]
    assert newest.start == date(2026, 9, 4)
    assert newest.source == done.source


def test_bills_use_an_imported_sheet_at_once(import_text: Importer, tools: Toolbox) -> None:
    supply = Supply(distributor="luz-del-sur", system="lima-sur", option=Option.BT5B)
    period = Period(date(2026, 9, 4), date(2026, 10, 4))
    before = bill_terms(tools.book("luz-del-sur"), supply, period)

    import_text(_near(sheet_text()))
    after = bill_terms(tools.book("luz-del-sur"), supply, period)

    assert (before.origin, after.origin) == (Origin.ASSUMED, Origin.SHEET)


def test_the_same_sheet_twice_changes_nothing_and_says_so(
    import_text: Importer, tools: Toolbox
) -> None:
    import_text(_near(sheet_text()))
    before = _stored(tools)

    again = import_text(_near(sheet_text()))

    assert again.outcome is Outcome.UNCHANGED
    assert again.files == ()
    assert _stored(tools) == before


@pytest.mark.parametrize(
    "name", ["lima-sur-2026-08.html", "lima-sur-2026-05.txt", "lima-norte-2026-05.csv"]
)
def test_a_sheet_that_came_with_the_program_is_known(
    name: str, import_text: Importer, tools: Toolbox
) -> None:
    done = import_text(GOLDEN / name)

    assert done.outcome is Outcome.UNCHANGED
    assert _stored(tools) == {}


def test_the_same_sheet_in_another_form_is_the_same_sheet(import_text: Importer) -> None:
    import_text(_near(sheet_text()))

    assert import_text(pdf_sheet(_near(sheet_text()))).outcome is Outcome.UNCHANGED


def test_a_dry_run_writes_nothing(import_text: Importer, tools: Toolbox) -> None:
    done = import_text(_near(sheet_text()), dry_run=True)

    assert done.outcome is Outcome.DRY_RUN
    assert not tools.user_folder.exists()


def test_a_new_option_of_a_known_day_is_added_alone(import_text: Importer, tools: Toolbox) -> None:
    import_text(_near(sheet_text()))
    more = (*BRACKETS, "No Residencial", "Cargo Fijo S//mes 2.60", "Energía activa S//kWh 0.6600")

    done = import_text(_near(sheet_text(body=more)))

    assert done.outcome is Outcome.STORED
    lists = load_schedules("luz-del-sur", user_folder=tools.user_folder)
    assert [s.customer.value for s in lists if s.start == done.start] == [
        "residential",
        "non-residential",
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("kW.h 35.00", "kW.h 75.00", "sheet-fose-order", id="first block dearer"),
        pytest.param("kW.h 51.25", "kW.h 50.00", "sheet-fose-order", id="no surcharge"),
        pytest.param("S//mes 10.50", "S//mes 11.50", "sheet-first-block", id="30 kWh do not fit"),
        pytest.param("kW.h 51.25", "kW.h 0.00", "sheet-price-absurd", id="a price of zero"),
        pytest.param("kW.h 51.25", "kW.h 512.50", "sheet-price-absurd", id="ten times too much"),
        pytest.param("S//mes 2.05", "S//mes 205.00", "sheet-price-absurd", id="a fixed charge"),
        pytest.param("setiembre de 2026", "setiembre de 2062", "sheet-start-unlikely", id="year"),
        pytest.param("Mayor a 140 kW.h", "TARIFA BT6", "sheet-incomplete", id="a bracket less"),
    ],
)
def test_a_sheet_that_cannot_be_right_is_refused(
    old: str, new: str, code: str, import_text: Importer, tools: Toolbox
) -> None:
    text = sheet_text()
    assert old in text
    if code == "sheet-fose-order" and "75.00" in new:
        text = text.replace("S//mes 10.50", "S//mes 22.50")

    with pytest.raises(AhorraLuzError) as refused:
        import_text(text.replace(old, new))

    assert code in _codes(refused.value)
    assert _stored(tools) == {}


def test_a_large_move_needs_a_word(import_text: Importer, tools: Toolbox) -> None:
    text = sheet_text()  # 0.5125 against 0.6403 is less than 30 %; the fixed charge stays
    cheap = text.replace("35.00", "25.00").replace("10.50", "7.50")

    with pytest.raises(InvalidInputError) as refused:
        import_text(cheap)
    done_before = _stored(tools)
    done = import_text(cheap, accept_large_change=True)

    assert _codes(refused.value) == ["sheet-price-jump"]
    assert refused.value.issue.parameters["count"] == 2
    assert done_before == {}
    assert done.outcome is Outcome.STORED
    assert [(i.code, i.severity) for i in done.issues] == [("sheet-price-jump", Severity.WARNING)]


def test_prices_taken_with_igv_for_prices_without_are_noticed(import_text: Importer) -> None:
    with_igv = {"35.00": "51.70", "50.00": "73.86", "10.50": "15.51", "51.25": "75.56"}
    text = sheet_text().replace("2.00", "2.60").replace("2.05", "2.66")
    for invented, printed in with_igv.items():
        text = text.replace(invented, printed)

    with pytest.raises(InvalidInputError, match="sheet-jump-like-igv"):
        import_text(text)


def test_other_prices_for_a_known_day_need_a_word(import_text: Importer, tools: Toolbox) -> None:
    import_text(_near(sheet_text()))
    other = _near(sheet_text()).replace("66.50", "66.60")
    before = _stored(tools)

    with pytest.raises(InvalidInputError) as refused:
        import_text(other)
    unchanged = _stored(tools) == before
    done = import_text(other, replace=True)

    assert _codes(refused.value) == ["sheet-known-differs"]
    assert unchanged
    assert [issue.code for issue in done.issues] == ["sheet-replaces-known"]
    newest = load_schedules("luz-del-sur", user_folder=tools.user_folder)[-1]
    assert newest.brackets[-1].blocks[0].prices.popitem()[1] == Decimal("0.6660")  # type: ignore[attr-defined]


def test_columns_that_do_not_differ_by_the_igv_are_refused(import_text: Importer) -> None:
    head = (*(line for line in HEAD if "IGV" not in line), "UNIDAD   Sin IGV   Con IGV")
    body = [f"{line} 99.99" if "S//" in line else line for line in BRACKETS]

    with pytest.raises(InvalidInputError, match="sheet-igv-columns-differ"):
        import_text(sheet_text(head=head, body=body))


def test_prepaid_with_two_fixed_charges_is_left_out_and_said(import_text: Importer) -> None:
    prepaid = (
        "TARIFA BT7",
        "No Residencial",
        "Cargo Comercial del Servicio Prepago - Códigos S//mes 3.00",
        "Cargo Comercial del Servicio Prepago - Tarjetas S//mes 3.20",
        "Cargo por Energía Activa ctm. S//kW.h 66.00",
    )

    done = import_text(_near(sheet_text(body=(*BRACKETS, *prepaid))))

    assert [(i.code, i.parameters["option"]) for i in done.issues] == [
        ("sheet-option-left-out", "BT7")
    ]
    assert {change.row.option for change in done.changes} == {"BT5B"}


def test_an_incomplete_option_shows_how_to_take_the_others(import_text: Importer) -> None:
    body = (*BRACKETS, "TARIFA BT7", "No Residencial", "Cargo Fijo S//mes 3.00")

    with pytest.raises(InvalidInputError) as refused:
        import_text(_near(sheet_text(body=body)))
    done = import_text(_near(sheet_text(body=body)), options=("bt5b",))

    assert _codes(refused.value) == ["sheet-incomplete", "sheet-options-without"]
    assert done.outcome is Outcome.STORED


def test_a_system_that_is_not_on_file_needs_a_word(import_text: Importer) -> None:
    head = tuple(line for line in HEAD if "Sistema" not in line)

    with pytest.raises(InvalidInputError, match="sheet-system-not-on-file"):
        import_text(sheet_text(head=head), system="Lima Sud")
    done = import_text(sheet_text(head=head), system="Chilca", new_system=True)

    assert done.system.id == "chilca"
    assert [issue.code for issue in done.issues] == ["sheet-system-new"]


def test_a_distributor_without_known_systems_takes_any(import_text: Importer) -> None:
    head = ("SEAL", "Sin IGV", "Vigencia: 04/09/2026")

    done = import_text(sheet_text(head=head), system="Arequipa")
    again = import_text(sheet_text(head=head), system="arequipa")

    assert (done.distributor, done.system.id) == ("seal", "arequipa")
    assert again.outcome is Outcome.UNCHANGED


def test_an_unknown_distributor_is_refused_with_names(import_text: Importer) -> None:
    with pytest.raises(InvalidInputError) as refused:
        import_text(sheet_text(), distributor="Luz del Norte")

    assert refused.value.issue.code == "distributor-unknown"


def test_what_a_list_of_the_page_said_is_told(import_text: Importer) -> None:
    done = import_text(GOLDEN / "lima-sur-2026-08.html")

    assert [issue.code for issue in done.issues] == ["sheet-read-from-menu"]


def test_the_document_says_what_it_is_and_how_good(import_text: Importer) -> None:
    page, text, table = (
        import_text(GOLDEN / name).source
        for name in ("puno-inventado.html", "lima-sur-2026-05.txt", "lima-norte-2026-05.csv")
    )

    assert (page.issuer, page.grade.value) == ("Osinergmin", "official")
    assert (text.issuer, text.grade.value) == ("Luz del Sur", "distributor")
    assert (text.published, text.consulted) == (date(2026, 5, 3), AS_OF)
    assert table.grade.value == "secondary"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_refusal_is_a_sentence(locale: str, import_text: Importer) -> None:
    texts = open_texts(locale)
    refused = (
        sheet_text(head=()),
        sheet_text().replace("kW.h 51.25", "kW.h 0.00"),
        sheet_text().replace("35.00", "25.00").replace("10.50", "7.50"),
        sheet_text().replace("2026", "2062"),
        "hola",
    )

    for text in refused:
        with pytest.raises(AhorraLuzError) as error:
            import_text(text)
        for issue in error.value.issues:
            assert texts.issue(issue)


def test_the_table_of_the_guide_is_a_price_sheet(import_text: Importer) -> None:
    guide = (ROOT / "docs" / "guides" / "import-a-price-sheet.md").read_text(encoding="utf-8")
    table = guide.partition("```text\n")[2].partition("```")[0]

    done = import_text(table)

    assert (done.distributor, done.system.id, len(done.changes)) == ("seal", "arequipa", 7)
