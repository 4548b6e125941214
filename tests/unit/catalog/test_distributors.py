"""Finding distributors, systems and places by what people call them."""

import pytest

from ahorraluz.catalog.distributors import find_distributor, load_distributors
from ahorraluz.catalog.places import (
    departments,
    find_department,
    find_system,
    load_places,
    load_systems,
    places_in,
)
from ahorraluz.core.home import Sector
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.money import IgvRounding, TotalRounding


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("luz-del-sur", "luz-del-sur", id="the id"),
        pytest.param("  LUZ DEL SUR ", "luz-del-sur", id="the name in capitals"),
        pytest.param("luzdelsur", "luz-del-sur", id="without spaces"),
        pytest.param("Pluz Energia Peru", "pluz", id="without accents"),
        pytest.param("edelnor", "pluz", id="a name of long ago"),
        pytest.param("ELNO", "enosa", id="the code of the regulator"),
        pytest.param("Electronoroeste", "enosa", id="another name"),
        pytest.param("Electro Sur", "electrosur", id="a name that others begin with"),
        pytest.param("Electro Sur Este", "electro-sur-este", id="the longer of two names"),
    ],
)
def test_a_distributor_is_found_by_any_of_its_names(text: str, found: str) -> None:
    assert find_distributor(text).id == found


def test_a_slip_of_the_keyboard_gets_suggestions() -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_distributor("Hidrandna")

    assert refused.value.issue.code == "distributor-unknown"
    assert refused.value.issue.parameters["suggestions"] == ["Hidrandina"]


@pytest.mark.parametrize("text", ["", "Ñ", "9" * 10_000, "DROP TABLE"])
def test_what_is_no_distributor_is_refused_without_repeating_all_of_it(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_distributor(text)

    assert len(str(refused.value.issue.parameters["value"])) <= 60


def test_all_29_distributors_are_on_file_with_names_that_do_not_collide() -> None:
    distributors = load_distributors()

    assert len(distributors) == 29
    assert all(find_distributor(row.name).id == row.id for row in distributors.values())


def test_rounding_is_known_only_where_bills_show_it() -> None:
    known = {
        row.id: (row.settings.igv_rounding, row.settings.total_rounding)
        for row in load_distributors().values()
        if row.settings.igv_rounding
    }

    assert known == {
        "luz-del-sur": (IgvRounding.PER_LINE, TotalRounding.DOWN_10),
        "pluz": (IgvRounding.SUBTOTAL, TotalRounding.DOWN_50),
    }


def test_the_amazon_regime_is_a_setting_that_may_be_unknown() -> None:
    distributors = load_distributors()

    assert distributors["electro-ucayali"].settings.igv_exempt is True
    assert distributors["luz-del-sur"].settings.igv_exempt is False
    assert distributors["electro-oriente"].settings.igv_exempt is None


def test_neighbours_are_tariff_files_other_than_ones_own() -> None:
    for row in load_distributors().values():
        assert row.neighbours
        assert row.id not in row.neighbours


def test_a_system_is_found_by_its_name_with_or_without_accents() -> None:
    assert find_system("luz del sur", "CANETE").id == "canete"
    assert find_system("luz-del-sur", "lima-sur").sector is Sector.URBAN_INTERCONNECTED


def test_a_system_of_another_distributor_is_refused_with_those_known() -> None:
    with pytest.raises(InvalidInputError) as refused:
        find_system("luz-del-sur", "lima-norte")

    assert refused.value.issue.code == "system-unknown"
    assert refused.value.issue.parameters["known"] == ["Lima Sur", "Cañete", "Lunahuaná"]


def test_a_sector_is_stated_only_where_a_sheet_shows_it() -> None:
    stated = {system.id for system in load_systems().values() if system.sector}

    assert stated == {"lima-sur", "lima-norte"}


def test_every_department_has_somebody_who_may_serve_it() -> None:
    assert len(departments()) == 25
    assert {place.department for place in load_places()} == set(departments())


def test_a_province_that_is_named_comes_before_the_whole_department() -> None:
    served = [place.distributor for place in places_in("Lima", province="canete")]

    assert served[0] == "luz-del-sur"
    assert "emsemsa" not in served


def test_a_department_that_does_not_exist_is_refused() -> None:
    assert find_department("Áncash") == "ancash"
    with pytest.raises(InvalidInputError) as refused:
        find_department("Atlantis")
    assert refused.value.issue.code == "department-unknown"


@pytest.mark.parametrize(
    ("printed", "id_"),
    [
        ("LUZ DEL SUR S.A.A.", "luz-del-sur"),
        ("Enel Distribución Perú S.A.A.", "pluz"),
        ("Empresa Regional Electronoroeste S.A.", "enosa"),
        ("Empresa Electro Sur Este S.A.A.", "electro-sur-este"),
        ("Electrosur S.A.", "electrosur"),
        ("Electro Puno S.A.A. (Puno)", "electro-puno"),
    ],
)
def test_a_printed_company_name_is_known(printed: str, id_: str) -> None:
    assert find_distributor(printed).id == id_
