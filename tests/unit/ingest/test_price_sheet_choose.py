"""What a sheet says is taken, what it does not say is asked for, and nothing is guessed."""

from datetime import date
from decimal import Decimal

import pytest
from tests.price_sheets import BRACKETS, HEAD, NAMES, sheet_text

from ahorraluz.ingest.price_sheets.choose import ChosenSheet, SheetChoices, choose
from ahorraluz.ingest.price_sheets.reading import parse_price_sheet
from ahorraluz.ingest.price_sheets.sheet import FoundSystem, PriceSheet, PriceSheetError

LIMA_SUR = FoundSystem(id="lima-sur", name="Lima Sur", distributor="luz-del-sur")
HUACHO = FoundSystem(id="huacho", name="Huacho", distributor="pluz")


def _read(text: str) -> PriceSheet:
    return parse_price_sheet(text.encode(), names=NAMES)


def _chosen(text: str, choices: SheetChoices | None = None) -> ChosenSheet:
    return choose(_read(text), choices or SheetChoices())


def _codes(text: str, choices: SheetChoices | None = None) -> list[str]:
    with pytest.raises(PriceSheetError) as refused:
        _chosen(text, choices)
    return [issue.code for issue in refused.value.issues]


def _without(word: str) -> tuple[str, ...]:
    return tuple(line for line in HEAD if word not in line)


# --- whose, where, from when -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "code"),
    [
        pytest.param(
            ("Sin IGV", "Vigencia: 4/9/2026"), "sheet-distributor-missing", id="distributor"
        ),
        pytest.param(_without("Sistema"), "sheet-system-missing", id="system"),
        pytest.param(_without("Vigencia"), "sheet-start-missing", id="first day"),
        pytest.param(_without("IGV"), "sheet-igv-not-stated", id="IGV"),
    ],
)
def test_what_the_sheet_does_not_say_is_asked_for(head: tuple[str, ...], code: str) -> None:
    assert code in _codes(sheet_text(head=head))


def test_everything_missing_is_asked_for_at_once() -> None:
    assert _codes(sheet_text(head=())) == [
        "sheet-distributor-missing",
        "sheet-system-missing",
        "sheet-start-missing",
        "sheet-igv-not-stated",
    ]


def test_what_a_person_says_fills_the_gaps() -> None:
    choices = SheetChoices(
        distributor="luz-del-sur", system=LIMA_SUR, start=date(2026, 9, 4), igv_included=True
    )

    chosen = _chosen(sheet_text(head=()), choices)

    assert chosen.distributor == "luz-del-sur"
    assert all(price.igv_included for price in chosen.prices)


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        pytest.param({"distributor": "pluz"}, "sheet-choice-contradicts", id="distributor"),
        pytest.param({"system": HUACHO}, "sheet-choice-contradicts", id="system"),
        pytest.param({"start": date(2026, 8, 4)}, "sheet-choice-contradicts", id="first day"),
        pytest.param({"igv_included": True}, "sheet-says-without-igv", id="IGV"),
        pytest.param({"options": ("BT7",)}, "sheet-option-absent", id="option"),
        pytest.param({"column": 2}, "sheet-column-choice", id="column"),
    ],
)
def test_a_word_against_the_sheet_is_refused(choices: dict[str, object], code: str) -> None:
    assert code in _codes(sheet_text(), SheetChoices(**choices))  # type: ignore[arg-type]


def test_the_system_tells_the_distributor_where_only_one_has_it() -> None:
    head = ("Sistema eléctrico: Huacho", "Sin IGV", "Vigente desde el 04/09/2026")

    assert _chosen(sheet_text(head=head)).distributor == "pluz"


def test_a_menu_of_all_companies_does_not_hide_the_labelled_one() -> None:
    head = ("SEAL  Electrosur  Luz del Sur  Enel", "Empresa: LUZ DEL SUR", *HEAD[1:])

    assert _chosen(sheet_text(head=head)).distributor == "luz-del-sur"


def test_a_system_of_another_company_is_refused() -> None:
    head = ("Empresa: SEAL", "Sistema: Huacho", "Sin IGV", "Vigencia: 04/09/2026")

    assert _codes(sheet_text(head=head)) == ["sheet-system-of-other"]


def test_a_place_in_an_address_does_not_stand_against_the_person() -> None:
    head = ("Enel, Av. Huacho 100", "Sin IGV", "Vigencia: 04/09/2026")
    lima = FoundSystem(id="lima-norte", name="Lima Norte", distributor="pluz")

    assert _chosen(sheet_text(head=head)).system == HUACHO
    assert _chosen(sheet_text(head=head), SheetChoices(system=lima)).system == lima


def test_a_system_nobody_knows_is_taken_from_its_label_only() -> None:
    labelled = ("SEAL", "Sistema eléctrico: Arequipa", "Sin IGV", "Vigencia: 04/09/2026")
    mentioned = ("SEAL Arequipa", "Sin IGV", "Vigencia: 04/09/2026")

    assert _chosen(sheet_text(head=labelled)).system.id == "arequipa"
    assert _codes(sheet_text(head=mentioned)) == ["sheet-system-missing"]


# --- prices ------------------------------------------------------------------------------------


def _body(old: str, new: str) -> str:
    assert any(old in line for line in BRACKETS)
    return sheet_text(body=[line.replace(old, new) for line in BRACKETS])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        pytest.param("ctm. S//kW.h 35.00", "35.00", "sheet-unit-missing", id="no unit"),
        pytest.param("ctm. S//kW.h 35.00", "S//mes 35.00", "sheet-unit-unexpected", id="other"),
        pytest.param("S//mes 2.05", "ctm. S//kW.h 2.05", "sheet-unit-unexpected", id="fixed"),
        pytest.param("kW.h 35.00", "kW.h", "sheet-value-missing", id="no price"),
        pytest.param("kW.h 35.00", "kW.h 35.00 36.00", "sheet-columns-vary", id="one more price"),
        pytest.param("0 - 30 kW.h", "0 - 50 kW.h", "sheet-bracket-unknown", id="new bracket"),
        pytest.param("0 - 30 kW.h", "", "sheet-segment-missing", id="no bracket"),
        pytest.param("Primeros 30", "Primeros 50", "sheet-charge-unknown", id="new block"),
        pytest.param("Mayor a 140", "0 - 30", "sheet-charge-twice", id="a bracket twice"),
        pytest.param(
            "Cargo Fijo Mensual S//mes 2.05",
            "Cargo Fijo S//mes 2.05 Cargo Fijo S//mes 4.10",
            "sheet-lines-mixed",
            id="two tables side by side",
        ),
    ],
)
def test_a_changed_sheet_is_refused_by_its_line(old: str, new: str, code: str) -> None:
    assert code in _codes(_body(old, new))


def test_a_line_of_an_option_homes_lack_may_be_anything() -> None:
    body = (*BRACKETS, "TARIFA BT6", "Cargo Fijo Mensual 1.00 2.00", "TARIFA MT2", "Cargo Fijo")

    sheet = _read(sheet_text(body=body))

    assert sheet.ignored_options == ("BT6", "MT2")
    assert len(sheet.prices) == 7


def test_other_charges_of_a_home_option_are_named() -> None:
    body = (*BRACKETS, "Cargo por Exceso de Potencia S//kW-mes 60.00")

    assert _read(sheet_text(body=body)).ignored_charges == ("cargo por exceso de potencia",)


def test_prices_under_no_option_are_counted() -> None:
    body = ("Cargo Fijo Mensual S//mes 9.99", *BRACKETS)

    assert _read(sheet_text(body=body)).unplaced == 1


def test_only_the_options_asked_for_are_taken() -> None:
    body = (*BRACKETS, "TARIFA BT7", "No Residencial", "Cargo Fijo S//mes 3.00")

    chosen = _chosen(sheet_text(body=body), SheetChoices(options=("BT5B",)))

    assert {price.option for price in chosen.prices} == {"BT5B"}


def test_a_sheet_with_both_columns_of_igv_keeps_the_one_without() -> None:
    head = (*_without("IGV"), "UNIDAD   Sin IGV   Con IGV")
    body = [f"{line} 99.99" if "S//" in line else line for line in BRACKETS]

    chosen = _chosen(sheet_text(head=head, body=body))

    assert not any(price.igv_included for price in chosen.prices)
    assert {price.other_value for price in chosen.prices} >= {Decimal("99.99"), Decimal("0.9999")}


@pytest.mark.parametrize(
    ("choices", "column"),
    [
        pytest.param(SheetChoices(column=2), Decimal(4), id="by its number"),
        pytest.param(SheetChoices(column=1), Decimal("2.00"), id="the other one"),
    ],
)
def test_columns_without_a_name_are_chosen_by_number(
    choices: SheetChoices, column: Decimal
) -> None:
    body = [f"{line} 4" if "S//" in line else line for line in BRACKETS]

    assert _codes(sheet_text(body=body)) == ["sheet-column-choice"]
    assert _chosen(sheet_text(body=body), choices).prices[0].value == column


PAGE_OF_TWO = """
<h1>PLUZ ENERGÍA PERÚ</h1><p>Vigencia a partir del 4/set/2026. Sin IGV.</p>
<table><tr><th rowspan=2>BAJA TENSIÓN<th rowspan=2>UNIDAD<th colspan=2>SISTEMA
<tr><th>LIMA NORTE<th>HUACHO
<tr><td colspan=4>BT5B Residencial
{rows}</table>
"""


def _page_of_two() -> str:
    rows = []
    for line in BRACKETS[1:]:
        label, _, price = line.rpartition(" ")
        if "S//" not in line:
            rows.append(f"<tr><td colspan=4>{line}")
            continue
        unit = "ctm. S//kW.h" if "ctm." in label else "S//mes"
        doubled = Decimal(price) * 2
        rows.append(f"<tr><td>{label.removesuffix(unit)}<td>{unit}<td>{price}<td>{doubled}")
    return PAGE_OF_TWO.format(rows="\n".join(rows))


def test_the_column_of_a_system_is_found_by_its_heading() -> None:
    chosen = _chosen(_page_of_two(), SheetChoices(system=HUACHO))

    assert chosen.distributor == "pluz"
    assert chosen.prices[0].value == Decimal("4.00")


def test_a_sheet_of_several_systems_asks_which() -> None:
    assert _codes(_page_of_two()) == ["sheet-system-missing"]
    assert _codes(_page_of_two(), SheetChoices(system=LIMA_SUR)) == ["sheet-choice-absent"]


# --- tables ------------------------------------------------------------------------------------

TABLE = """Distribuidora;Sistema;Vigencia;Opción;Segmento;Cargo;Unidad;Precio;Incluye IGV
Luz del Sur;Lima Sur;04/09/2026;BT5B;No residencial;Cargo fijo;S/ por mes;2,00;no
Luz del Sur;Lima Sur;04/09/2026;BT5B;No residencial;Energía activa;céntimos S//kWh;50,00;no
Luz del Sur;Lima Sur;04/09/2026;MT2;;Cargo fijo;S/ por mes;4,00;no
Luz del Sur;Cañete;04/10/2026;BT5B;No residencial;Cargo fijo;S/ por mes;3,00;no
"""


def test_a_table_of_several_sheets_gives_the_one_that_is_meant() -> None:
    chosen = _chosen(TABLE, SheetChoices(system=LIMA_SUR))

    assert chosen.start == date(2026, 9, 4)
    assert [price.value for price in chosen.prices] == [Decimal("2.00"), Decimal("0.5000")]
    assert _codes(TABLE) == ["sheet-system-missing", "sheet-start-missing"]


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_any_usual_mark_may_part_the_columns(delimiter: str) -> None:
    table = TABLE.replace(",", ".").replace(";", delimiter)

    assert _chosen(table, SheetChoices(system=LIMA_SUR)).prices[1].value == Decimal("0.5000")


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        pytest.param("Unidad", "Medida", "sheet-column-missing", "unidad", id="a renamed column"),
        pytest.param("Precio;", "", "sheet-column-missing", "valor", id="a missing column"),
        pytest.param("Cargo;Un", "Crgo;Un", "sheet-column-missing", "cargo", id="a misspelt one"),
        pytest.param("Segmento", "Seg", "sheet-column-missing", "segmento", id="no segment"),
        pytest.param("Opción", "Op", "sheet-column-missing", "opcion", id="no option"),
        pytest.param("2,00;no", "2,00", "sheet-row-length", "9", id="a short row"),
        pytest.param(";2,00;", ";dos;", "sheet-cell-unknown", "Precio", id="a word for a price"),
        pytest.param("S/ por mes;2", "kg;2", "sheet-cell-unknown", "Unidad", id="another unit"),
        pytest.param(
            "Cargo fijo;S/ por mes;2",
            "Cuota;S/ por mes;2",
            "sheet-cell-unknown",
            "Cargo",
            id="cargo",
        ),
        pytest.param("2,00;no", "2,00;tal vez", "sheet-cell-unknown", "Incluye IGV", id="IGV"),
        pytest.param("04/10/2026", "30/02/2026", "sheet-cell-unknown", "Vigencia", id="a day"),
        pytest.param("BT5B;No r", "XT5B;No r", "sheet-cell-unknown", "Opción", id="an option"),
        pytest.param(
            "No residencial;Energía", "Todos;Energía", "sheet-cell-unknown", "Segmento", id="s"
        ),
    ],
)
def test_a_changed_table_names_column_and_row(old: str, new: str, code: str, named: str) -> None:
    with pytest.raises(PriceSheetError) as refused:
        _read(TABLE.replace(old, new))

    issue = refused.value.issue
    assert issue.code == code
    assert named == str(issue.parameters.get("column", issue.parameters.get("columns")))


def test_a_grid_with_headings_for_its_options_is_no_list() -> None:
    body = []
    for line in BRACKETS:
        mark = " ctm. S//" if " ctm. S//" in line else " S//"
        label, found, rest = line.partition(mark)
        unit, _, price = rest.partition(" ")
        body.append(f"{label};{found.strip()}{unit};{price}")
    grid = "\n".join([*(f"{line};;" for line in HEAD), "Cargo;Unidad;Precio", *body])

    assert [price.value for price in _chosen(grid).prices] == [
        price.value for price in _chosen(sheet_text()).prices
    ]


def test_blocks_printed_alone_are_prices_of_energy() -> None:
    alone = [line.replace("Cargo por Energía Activa - ", "") for line in BRACKETS]

    assert _chosen(sheet_text(body=alone)).prices[4].charge == "energy-above-30"


def test_a_price_without_a_word_on_igv_is_asked_for() -> None:
    table = TABLE.replace("Incluye IGV", "Nota")

    assert _codes(table, SheetChoices(system=LIMA_SUR)) == ["sheet-igv-not-stated"]


def test_the_heading_of_the_prices_may_say_igv() -> None:
    table = TABLE.replace("Incluye IGV", "Nota").replace("Precio", "Precio con IGV")

    chosen = _chosen(table, SheetChoices(system=LIMA_SUR))

    assert all(price.igv_included for price in chosen.prices)


def test_a_distributor_nobody_knows_in_a_table_is_shown() -> None:
    table = TABLE.replace("Luz del Sur", "Luz de Luna")

    with pytest.raises(PriceSheetError) as refused:
        _chosen(table, SheetChoices(distributor="luz-del-sur", system=LIMA_SUR))

    assert refused.value.issue.code == "sheet-choice-absent"
    assert "Luz de Luna" in str(refused.value.issue.parameters["found"])


def test_commas_that_may_be_decimals_are_refused() -> None:
    grid = "BAJA TENSIÓN,UNIDAD,TARIFA\nBT5B No Residencial,,\nCargo Fijo Mensual,S//mes,2,60\n"

    with pytest.raises(PriceSheetError, match="sheet-decimal-comma"):
        _read(grid * 2)
