"""Tables of bills: what is wrong is named by row, and nothing is guessed."""

import pytest

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.ingest.population import read_population


def refusals(content: bytes) -> list[tuple[str, object]]:
    with pytest.raises(InvalidInputError) as caught:
        read_population(content)
    return [(issue.code, issue.parameters.get("row")) for issue in caught.value.issues]


def test_bills_are_read_with_what_they_stand_for() -> None:
    table = read_population(b"kwh,distributor,count,department\n100.5, Pluz ,3,Lima\n20,pluz,1,\n")

    assert table.milli.tolist() == [100_500, 20_000]
    assert table.count.tolist() == [3, 1]
    assert table.distributor.tolist() == ["pluz", "pluz"]
    assert table.department.tolist() == ["lima", ""]
    assert table.system.tolist() == ["", ""]


def test_semicolons_and_decimal_commas_are_read() -> None:
    assert read_population("﻿kWh;Distributor\n12,5;pluz\n".encode()).milli.tolist() == [12_500]


@pytest.mark.parametrize("value", ["", "-1", "abc", "1e99", "nan", "inf", "=1+1"])
def test_an_energy_that_cannot_be_is_named_by_its_row(value: str) -> None:
    assert refusals(f"kwh,distributor\n5,pluz\n{value},pluz\n".encode()) == [("population-kwh", 3)]


@pytest.mark.parametrize("value", ["0", "-2", "1.5", "x", "99999999999"])
def test_a_number_of_homes_that_cannot_be_is_named_by_its_row(value: str) -> None:
    wrong = refusals(f"kwh,distributor,count\n5,pluz,{value}\n".encode())

    assert wrong == [("population-count", 2)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "population-unreadable"),
        (b"\xff\xfe\x00", "population-unreadable"),
        (b"kwh\n1\n", "population-column"),
        (b"kwh,distributor\n", "population-empty"),
        (b"kwh,kwh,distributor\n1,2,pluz\n", "population-unreadable"),
    ],
)
def test_what_is_no_table_of_bills_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_population(content)

    assert caught.value.issue.code == code


def test_only_the_first_ten_wrong_rows_are_named() -> None:
    assert len(refusals(b"kwh,distributor\n" + b"x,pluz\n" * 50)) == 10


def test_more_homes_than_sums_stay_exact_for_are_refused() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_population(b"kwh,distributor,count\n" + b"5,pluz,10000000\n" * 6)

    assert caught.value.issue.code == "population-too-many"
