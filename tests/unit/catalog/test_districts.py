"""Provinces and districts: whole, found by code and name, refused in words."""

import pytest

from ahorraluz.catalog.districts import (
    districts_of,
    find_district,
    load_districts,
    load_provinces,
)
from ahorraluz.catalog.places import departments
from ahorraluz.core.issues import InvalidInputError


def test_every_department_has_its_provinces_and_districts() -> None:
    of_provinces = {province.department for province in load_provinces().values()}

    assert len(load_provinces()) == 196
    assert of_provinces == set(departments())
    assert sum(len(districts_of(d)) for d in departments()) == len(load_districts())


def test_the_capitals_lie_in_peru() -> None:
    for province in load_provinces().values():
        assert -18.4 < province.lat < -0.03, province
        assert -81.4 < province.lon < -68.6, province


@pytest.mark.parametrize("text", ["150131", "San Isidro", "SAN ISIDRO"])
def test_a_district_is_found_by_code_and_by_name(text: str) -> None:
    assert find_district(text, department="lima").code == "150131"


def test_the_name_is_that_of_the_department_asked_for() -> None:
    assert find_district("San Isidro", department="huancavelica").code == "090612"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Narnia", "district-unknown"),
        ("", "district-unknown"),
        ("Santa Rosa", "district-ambiguous"),
    ],
)
def test_a_name_of_none_or_of_several_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        find_district(text, department="cajamarca" if code.endswith("unknown") else "puno")

    assert error.value.issue.code == code
