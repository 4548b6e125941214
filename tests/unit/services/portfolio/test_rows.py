"""Columns are guessed by their names, and rows become what a page would have been told."""

from datetime import date

import pytest

from ahorraluz.ingest.client_tables import read_sheets
from ahorraluz.services.portfolio.columns import Column, Table, guess, join_sheets
from ahorraluz.services.portfolio.rows import ClientRow, read_rows

TODAY = date(2026, 11, 24)


def table(text: str) -> Table:
    return join_sheets(read_sheets(text.encode(), name="c.csv"))


def rows(text: str, *known: str) -> tuple[ClientRow, ...]:
    laid = table(text)
    return read_rows(laid, guess(laid.columns), known_labels=known, as_of=TODAY)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Nombre del cliente", "label"),
        ("CONSUMO (kWh)", "k"),
        ("Total a pagar S/", "t"),
        ("Departamento", "dep"),
        ("UBIGEO", "di"),
        ("Empresa eléctrica", "d"),
        ("People", "ph"),
        ("ene-26", "hk"),
        ("kWh 3", "hk"),
        ("Teléfono", ""),
        ("", ""),
    ],
)
def test_a_column_is_known_by_its_name(name: str, field: str) -> None:
    assert guess([Column(name=name, samples=())]) == (field,)


def test_titles_over_the_header_are_no_rows() -> None:
    laid = table("Mis clientes;\n\nCliente;kWh\nAna;152\n")

    assert [column.name for column in laid.columns] == ["Cliente", "kWh"]
    assert [row.line for row in laid.rows] == [4]


def test_files_with_other_columns_come_under_one_header() -> None:
    one = read_sheets(b"Cliente;kWh\nAna;152\n", name="a.csv")
    two = read_sheets(b"kWh;Personas;cliente\n60;3;Beto\n", name="b.csv")

    laid = join_sheets((*one, *two))

    assert [row.cells for row in laid.rows] == [("Ana", "152", ""), ("Beto", "60", "3")]


def test_a_row_becomes_what_a_page_would_be_told() -> None:
    (row,) = rows(
        "Cliente;Departamento;Distrito;Distribuidora;Sistema;kWh;Techo;Vivienda;Cocina;Aparatos\n"
        "Ana;LIMA;surquillo;luz del sur;Lima Sur;152 kWh;Techo propio con sol;Own home;GLP;"
        "Ducha electrica, refrigeradora-mediana\n".replace("Own home", "propia")
    )

    assert row.issues == ()
    assert row.label == "Ana"
    assert dict(row.pairs[:6]) | dict(row.pairs[6:9]) == {
        "dep": "lima",
        "di": "150141",
        "d": "luz-del-sur",
        "s": "Lima Sur",
        "k": "152",
        "ro": "own",
        "te": "owner",
        "fu": "lpg",
        "a": "ducha-electrica",
    }


def test_months_fill_the_earlier_energies_in_their_order() -> None:
    (row,) = rows("Cliente;Distribuidora;Enero;Febrero;kWh\nAna;Electro Puno;50;55;60\n")

    assert dict(row.pairs)["hk"] == "50 55"


def test_a_code_of_a_district_tells_the_department() -> None:
    (row,) = rows("Cliente;Ubigeo;kWh;Distribuidora\nAna;150141;60;luz del sur\n")

    assert dict(row.pairs)["dep"] == "lima"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("Ana;Atlantis;;;60", "department-unknown"),
        ("Ana;;;Nadie;60", "distributor-unknown"),
        ("Ana;Lima;Atlantis;Luz del Sur;60", "district-unknown"),
        ("Ana;;Surquillo;Luz del Sur;60", "client-district-alone"),
        ("Ana;;;Luz del Sur;", "typed-missing"),
        ("Ana;;;Luz del Sur;mucho", "typed-not-a-number"),
        ("Ana;;;Luz del Sur;-5", "typed-too-small"),
        ("Ana;;;Luz del Sur;1e9", "typed-not-a-number"),
        (";;;;", "typed-missing"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(cells: str, code: str) -> None:
    found = rows(f"Cliente;Departamento;Distrito;Distribuidora;kWh;x\n{cells};y\n")

    assert code in {issue.code for row in found for issue in row.issues}
    assert all(row.pairs == () for row in found)


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    (row,) = rows("Cliente;Departamento;Distribuidora;kWh;Personas\nAna;Atlantis;Nadie;x;0\n")

    assert len(row.issues) == 4


def test_a_client_who_is_there_already_comes_once() -> None:
    text = "Cliente;Distribuidora;kWh\nAna Ñ;Electro Puno;60\nana n;Electro Puno;61\n"

    twice, there = rows(text), rows(text, "ANA Ñ")

    assert [len(row.issues) for row in twice] == [0, 1]
    assert [row.issues[0].code for row in there] == ["client-there-already"] * 2


def test_an_unknown_appliance_is_said() -> None:
    (row,) = rows("Cliente;Distribuidora;kWh;Aparatos\nAna;Electro Puno;60;ducha eléctrica/ovni\n")

    assert [issue.code for issue in row.issues] == ["client-appliance-unknown"]


def test_districts_of_one_name_are_told_apart_by_their_province() -> None:
    header = "Cliente;Departamento;Provincia;Distrito;Distribuidora;kWh"

    alone = rows(f"{header}\nAna;Lima;;Miraflores;Luz del Sur;152\n")
    told = rows(f"{header}\nAna;Lima;Lima;Miraflores;Luz del Sur;152\n")

    assert [issue.code for row in alone for issue in row.issues] == ["district-ambiguous"]
    assert dict(told[0].pairs)["di"] == "150122"
