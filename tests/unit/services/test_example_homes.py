"""The homes that come with the program."""

from datetime import date

import pytest

from ahorraluz.services.example_homes import ExampleError, example_home, example_ids

TODAY = date(2026, 11, 24)


def test_three_homes_come_with_the_program() -> None:
    assert set(example_ids()) == {"lima", "arequipa", "andina-rural"}


@pytest.mark.parametrize(
    ("example", "distributor"),
    [("lima", "luz-del-sur"), ("arequipa", "seal"), ("andina-rural", "electrocentro")],
)
def test_each_is_a_whole_home(example: str, distributor: str) -> None:
    home = example_home(example, as_of=TODAY).home

    assert home.supply.distributor == distributor
    assert home.history
    assert home.appliances


@pytest.mark.parametrize("name", ["marte", "../pyproject", ""])
def test_another_one_is_refused_by_name(name: str) -> None:
    with pytest.raises(ExampleError, match="example-unknown"):
        example_home(name, as_of=TODAY)
