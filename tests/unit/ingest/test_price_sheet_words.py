"""Words, units, numbers and days of price sheets."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.price_sheets import NAMES

from ahorraluz.catalog import schedules
from ahorraluz.core.tariffs.schedule import PRICED_OPTIONS
from ahorraluz.ingest.price_sheets import charges
from ahorraluz.ingest.price_sheets.charges import (
    bracket_of,
    charge_of,
    customer_of,
    is_charge,
    option_codes,
)
from ahorraluz.ingest.price_sheets.identify import find_starts, identify, mentions
from ahorraluz.ingest.price_sheets.lines import text_line, text_lines
from ahorraluz.ingest.price_sheets.sheet import Page, SheetKind
from ahorraluz.ingest.price_sheets.words import (
    Unit,
    exact_text,
    find_days,
    find_igv,
    find_units,
    number,
    plain,
    slug,
)

TEXT = st.text(max_size=400)


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        pytest.param("S//mes", Unit.PEN_MONTH, id="the regulator's month"),
        pytest.param("S/./mes", Unit.PEN_MONTH, id="an older month"),
        pytest.param("S/./cliente", Unit.PEN_MONTH, id="a distributor's month"),
        pytest.param("S/./Usuario", Unit.PEN_MONTH, id="another distributor's month"),
        pytest.param("ctm. S//kW.h", Unit.CENT_KWH, id="the regulator's céntimos"),
        pytest.param("Cent.S/./kW.h", Unit.CENT_KWH, id="a distributor's céntimos"),
        pytest.param("céntimos de S/ por kWh", Unit.CENT_KWH, id="céntimos in words"),
        pytest.param("S/ / kWh", Unit.PEN_KWH, id="soles with spaces"),
        pytest.param("S/ per kWh", Unit.PEN_KWH, id="soles in English"),
        pytest.param("PEN/kWh", Unit.PEN_KWH, id="this project's kWh"),
        pytest.param("PEN/30kWh", Unit.PEN_BLOCK, id="this project's block"),
        pytest.param("S/ per month (30 kWh)", Unit.PEN_BLOCK, id="a block in words"),
        pytest.param("S//kW-mes", Unit.OTHER, id="power"),
        pytest.param("ctm. S//kVar.h", Unit.OTHER, id="reactive energy"),
    ],
)
def test_units_are_read_as_they_are_printed(printed: str, unit: Unit) -> None:
    assert [found.unit for found in find_units(plain(printed))] == [unit]


@pytest.mark.parametrize("printed", ["consumos/mes", "30 kW.h por mes", "20 kW en HP", "S/ 2.60"])
def test_words_that_only_look_like_units_are_none(printed: str) -> None:
    assert find_units(plain(printed)) == []


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        pytest.param("55,93", "55.93", id="decimal comma"),
        pytest.param("0.7386", "0.7386", id="decimal point"),
        pytest.param("3", "3", id="no decimals"),
        pytest.param("S/. 2.60", "2.60", id="with its currency"),
    ],
)
def test_numbers_keep_their_digits(printed: str, value: str) -> None:
    found = number(printed)

    assert found is not None
    assert exact_text(found) == value


@pytest.mark.parametrize("printed", ["1.234,50", "1,2,3", "-2.60", "2.60*", "", "NaN", "1e5", "٣"])
def test_anything_else_is_no_number(printed: str) -> None:
    assert number(printed) is None


@given(st.decimals(0, 9999, places=4, allow_nan=False))
def test_every_price_is_read_back_as_it_was_written(value: Decimal) -> None:
    found = number(format(value, "f").replace(".", ","))

    assert found is not None
    assert exact_text(found) == format(value, "f")


@pytest.mark.parametrize(
    "printed",
    [
        "Vigencia a partir del 4/ago/2026",
        "04/08/2026",
        "4 de agosto de 2026",
        "04 de agosto del 2026",
        "04 AGOSTO 2026",
        "04 / 08 / 2026",
        "4-Ago-2026",
        "2026-08-04",
    ],
)
def test_days_are_read_as_peru_writes_them(printed: str) -> None:
    assert [day for day, _ in find_days(plain(printed))] == [date(2026, 8, 4)]


@pytest.mark.parametrize("printed", ["31/02/2026", "4/13/2026", "04/08/26", "tel. 517-2026", "140"])
def test_impossible_days_are_none(printed: str) -> None:
    assert list(find_days(plain(printed))) == []


@pytest.mark.parametrize(
    ("line", "starts"),
    [
        pytest.param("vigente del 04/08/2026 al 03/09/2026", ["2026-08-04"], id="the end is none"),
        pytest.param("pliego tarifario : 04 mayo 2026 (1)", ["2026-05-04"], id="under its title"),
        pytest.param("fecha de publicacion : 03/08/2026", [], id="publication is no start"),
        pytest.param("impreso el 24/11/2026", [], id="printing is no start"),
        pytest.param("resolucion del 28/10/2022", [], id="a resolution is no start"),
    ],
)
def test_only_a_labelled_day_is_the_first_one(line: str, starts: list[str]) -> None:
    found, _, _ = find_starts([line])

    assert [str(day) for day in found] == starts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("Precios sin IGV", [False], id="without"),
        pytest.param("(Incluye I.G.V.)", [True], id="includes"),
        pytest.param("Los precios no incluyen IGV", [False], id="do not include"),
        pytest.param("Sin IGV   Con IGV", [False, True], id="both, in order"),
        pytest.param("IGV 18 %", [], id="says nothing"),
    ],
)
def test_igv_is_what_the_words_say(text: str, said: list[bool]) -> None:
    assert find_igv(plain(text)) == said


@pytest.mark.parametrize(
    ("words", "charge"),
    [
        pytest.param("Cargo Fijo Mensual", "fixed", id="fixed"),
        pytest.param("Cargo Fijo mensual - Códigos", "fixed-codes", id="prepaid by codes"),
        pytest.param(
            "Cargo Comercial del Servicio Prepago - Sistema Recarga Tarjetas",
            "fixed-cards",
            id="prepaid by cards",
        ),
        pytest.param("Cargo por Energía Activa", "energy", id="energy"),
        pytest.param("Cargo por Energa", "energy", id="energy without its accented letter"),
        pytest.param("energía activa, primeros 30 kWh", "energy-first-30", id="first block"),
        pytest.param(
            "Cargo por Energía Activa - Exceso de 30 kW.h", "energy-above-30", id="above it"
        ),
        pytest.param("Primeros 30 kW.h", "energy-first-30", id="first block alone"),
        pytest.param("Exceso de 30 kW.h", "energy-above-30", id="above it alone"),
        pytest.param("Cargo por Energía en horas de punta", "energy-peak", id="peak"),
        pytest.param("Cargo por Energía Activa Fuera de Punta", "energy-off-peak", id="off peak"),
        pytest.param(
            "Cargo por Energía en punta para demandas hasta 20 kW en horas punta y fuera punta",
            "energy-peak",
            id="for whom it is does not change the band",
        ),
        pytest.param(
            "Energía activa Fuera de Punta en Base - Primeros 30 kW.h",
            "energy-base-first-30",
            id="base, first block",
        ),
    ],
)
def test_charges_are_known_by_their_words(words: str, charge: str) -> None:
    assert is_charge(plain(words))
    assert charge_of(plain(words)) == charge


@pytest.mark.parametrize(
    "words",
    [
        "Cargo por Energía Reactiva que exceda el 30% del total de la Energía Activa",
        "Cargo por Potencia Activa de Generación en HP",
        "Cargo por Exceso de Potencia Activa de Distribución en HFP",
        "Interconexión: SEIN",
    ],
)
def test_other_words_are_no_charge_of_a_home(words: str) -> None:
    assert not is_charge(plain(words))


def test_another_first_block_is_not_taken_for_the_known_one() -> None:
    assert charge_of(plain("Cargo por Energía Activa - Primeros 50 kW.h")) is None


@pytest.mark.parametrize(
    ("words", "segment"),
    [
        pytest.param(
            "Para clientes con consumos menores o iguales a 30 kW.h por mes",
            "residential-0-30",
            id="the regulator's lowest",
        ),
        pytest.param("mayores a 30 kW.h hasta 140 kW.h", "residential-31-140", id="middle"),
        pytest.param("mayores a 30 y menores o iguales a 140 kWh", "residential-31-140", id="and"),
        pytest.param("De 31 a 140 kW.h", "residential-31-140", id="from to"),
        pytest.param("31 - 100 kW.h", "residential-31-100", id="before 2022"),
        pytest.param(
            "Para clientes con consumos mayores a 140 kW.h por mes",
            "residential-over-140",
            id="highest",
        ),
        pytest.param("residencial >140 kWh", "residential-over-140", id="with a sign"),
    ],
)
def test_brackets_are_known_by_their_words(words: str, segment: str) -> None:
    bracket = bracket_of(plain(words))

    assert bracket is not None
    assert bracket.segment == segment


@pytest.mark.parametrize("words", ["0 - 50 kW.h", "Más de 200 kWh"])
def test_a_bracket_nobody_knows_has_no_segment(words: str) -> None:
    bracket = bracket_of(plain(words))

    assert bracket is not None
    assert bracket.segment is None


def test_the_group_below_the_limit_is_no_bracket() -> None:
    bracket = bracket_of(plain("a) consumos menores o iguales a 140 kW.h por mes"))

    assert bracket is not None
    assert bracket.is_group


@pytest.mark.parametrize(
    ("heading", "codes"),
    [
        pytest.param("TARIFA BT5B: TARIFA CON SIMPLE MEDICIÓN", ("BT5B",), id="with its name"),
        pytest.param("Opción tarifaria: MT2  Sector : 2", ("MT2",), id="labelled"),
        pytest.param("BT5B y BT5E Residencial", ("BT5B", "BT5E"), id="two at once"),
        pytest.param("BT5 a) Para clientes", ("BT5",), id="a list letter is no option"),
        pytest.param("Las notas al pie dicen que desde este mes la tarifa BT5B", (), id="prose"),
    ],
)
def test_options_are_named_by_headings(heading: str, codes: tuple[str, ...]) -> None:
    assert option_codes(plain(heading)) == codes


def test_non_residential_is_not_residential() -> None:
    assert customer_of(plain("BT5B No Residencial")) == "non-residential"
    assert customer_of(plain("BT5B Residencial")) == "residential"
    assert customer_of(plain("BT5B")) is None


def test_ids_are_those_of_the_tables() -> None:
    assert set(charges.CHARGES) == {*schedules.FIXED, *schedules.ENERGY}
    assert set(charges.SEGMENTS) == set(schedules.SEGMENTS)
    assert set(charges.SUPPORTED_OPTIONS) <= {option.value for option in PRICED_OPTIONS}
    assert {unit.value for unit in Unit} >= {
        schedules.PER_MONTH,
        schedules.PER_KWH,
        schedules.PER_BLOCK,
    }


def test_a_name_inside_a_longer_one_is_not_mentioned() -> None:
    assert mentions(plain("Electro Sur Este S.A.A."), NAMES) == ("electro-sur-este",)
    assert mentions(plain("ELECTROSUR S.A."), NAMES) == ("electrosur",)
    assert mentions(plain("la sealladora"), NAMES) == ()


def test_a_line_parts_label_unit_and_prices() -> None:
    line = text_line(7, "Cargo por Energía Activa  Cent.S/./kW.h   63,97   64.10  -  65.00")

    assert line.texts == ("cargo por energia activa",)
    assert line.unit is Unit.CENT_KWH
    assert line.values == ((0, "63,97"), (1, "64.10"), (2, ""), (3, "65.00"))


def test_two_charges_on_one_line_are_not_taken_apart() -> None:
    line = text_line(1, "Cargo Fijo S//mes 2.60 Cargo Fijo S//mes 4.70")

    assert line.mixed


def test_a_charge_whose_price_fell_on_the_next_line_is_mended() -> None:
    lines = text_lines("Cargo por Energía Activa\n      ctm. S//kW.h  55.93\nnotas\n")

    assert [line.raw for line in lines] == ["Cargo por Energía Activa ctm. S//kW.h 55.93", "notas"]


def test_a_year_in_a_sentence_is_no_price() -> None:
    line = text_line(1, "El cargo por energía activa se revisa desde 2013")

    assert line.values == ()


@given(TEXT)
def test_no_text_breaks_the_words(text: str) -> None:
    words = plain(text)

    assert "\n" not in words
    assert slug(text) == slug(slug(text))
    for found in find_units(words):
        assert 0 <= found.start < found.end <= len(words)
    list(find_days(words))
    find_igv(words)
    bracket_of(words)
    charge_of(words)
    option_codes(words)
    text_line(1, text)


@given(st.lists(TEXT, max_size=8), st.lists(TEXT, max_size=3))
def test_no_page_breaks_the_identification(texts: list[str], selected: list[str]) -> None:
    lines = tuple(text_line(place, text) for place, text in enumerate(texts, start=1))
    page = Page(kind=SheetKind.HTML, lines=lines, selected=tuple(selected))

    found = identify(page, NAMES, head=len(lines))

    assert set(found.distributors) <= set(NAMES.distributors)
