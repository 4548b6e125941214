"""``ahorraluz bill``."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.cli.running import AUGUST, EXAMPLES, GOLDEN, LIMA, RECIBOS, answer, faults, run

D = Decimal
CHARGES = ("--connection", "1.42", "--lighting", "10.30")


def amounts(document: Any) -> dict[str, str]:
    return {line["code"]: line["amount"] for line in document["lines"]}


def energy_with_igv(document: Any) -> Decimal:
    return D(document["lines"][0]["amount_with_igv"])


def test_one_kwh_over_140_costs_ten_soles_less_22_centimos() -> None:
    above, under = (answer("bill", *LIMA, *AUGUST, "--kwh", kwh) for kwh in ("141", "140"))

    assert (above["lines"][0]["code"], under["lines"][0]["code"]) == ("energy", "energy")
    assert energy_with_igv(above) - energy_with_igv(under) == D("9.78")


def test_every_line_of_a_recibo_is_there_and_adds_up() -> None:
    document = answer("bill", *LIMA, *AUGUST, "--kwh", "141", *CHARGES, "--interest", "0,33")

    assert list(amounts(document)) == [
        "energy",
        "fixed",
        "connection",
        "lighting",
        "interest",
        "igv",
        "rural_electrification",
        "fose",
        "rounding",
    ]
    assert document["tariff_origin"] == "sheet"
    assert sum(map(D, amounts(document).values())) == D(document["total"])
    assert document["period"] == {"from": "2026-08-05", "to": "2026-09-03", "days": 29}


def test_the_document_is_the_one_in_the_docs() -> None:
    words = ("--previous-rounding", "-0.04", "--other-untaxed", "-3", "--late-interest", "0.2")
    document = answer("bill", *LIMA, *AUGUST, "--kwh", "141", *CHARGES, *words)

    assert faults(document, "bill") == []


def test_the_rounding_carried_from_last_month_moves_the_total() -> None:
    document = answer(
        "bill", *LIMA, *AUGUST, "--kwh", "146", *CHARGES, "--previous-rounding", "0.07"
    )

    assert (document["total"], document["carry"]) == ("128.40", "0.08")


def test_words_outside_ascii_are_kept_as_they_are() -> None:
    result = run("bill", *LIMA, *AUGUST, "--kwh", "141", "--json")

    assert '"label": "Energía"' in result.stdout


@pytest.mark.parametrize(
    ("words", "kwh"),
    [
        pytest.param(("--kwh-peak", "20", "--kwh-off-peak", "60"), "80", id="bands alone"),
        pytest.param(
            ("--kwh-peak", "20", "--kwh-off-peak", "60", "--kwh", "80"), "80", id="bands and total"
        ),
    ],
)
def test_an_option_with_hours_is_billed_by_its_bands(words: tuple[str, ...], kwh: str) -> None:
    july = ("--from", "2025-08-01", "--to", "2025-08-04")

    document = answer("bill", "--distributor", "luz-del-sur", "--option", "bt5f", *july, *words)

    assert (document["kwh"], document["supply"]["option"]) == (kwh, "BT5F")
    assert {part["band"] for part in document["lines"][0]["parts"]} == {"peak", "off-peak"}
    assert faults(document, "bill") == []


def test_prices_printed_on_the_recibo_are_used_where_no_sheet_is_on_file() -> None:
    printed = ("--unit-price", "0.7040", "--fixed-charge", "3.28")

    document = answer("bill", "--distributor", "seal", *AUGUST, "--kwh", "184", *printed)

    assert document["tariff_origin"] == "receipt"
    assert (amounts(document)["energy"], amounts(document)["fixed"]) == ("129.54", "3.28")


def test_a_recibo_in_a_file_gives_prices_charges_and_the_supply() -> None:
    october = ("--from", "2026-10-05", "--to", "2026-11-04")

    document = answer("bill", "--receipt", GOLDEN / "lds-2026-08.json", *october, "--kwh", "700")

    assert document["supply"]["distributor"] == "luz-del-sur"
    assert (amounts(document)["connection"], amounts(document)["lighting"]) == ("1.40", "35.20")


def test_a_home_in_a_file_gives_its_prices_and_charges() -> None:
    document = answer("bill", "--home", EXAMPLES / "arequipa.toml", *AUGUST, "--kwh", "184")

    assert (document["supply"]["distributor"], document["tariff_origin"]) == ("seal", "receipt")
    assert (amounts(document)["fixed"], amounts(document)["lighting"]) == ("3.28", "11.20")


def test_what_is_typed_goes_before_what_a_file_says() -> None:
    home = ("--home", EXAMPLES / "lima.toml")

    document = answer(
        "bill", *home, *AUGUST, "--kwh", "150", "--lighting", "5", "--fose", "excluded"
    )

    assert (amounts(document)["lighting"], amounts(document)["connection"]) == ("5.00", "1.42")
    assert document["supply"]["fose"] == "excluded"


def test_an_assumed_price_says_so_and_gives_its_margin() -> None:
    document = answer("bill", *LIMA, "--from", "2026-10-05", "--to", "2026-11-04", "--kwh", "150")

    assert document["tariff_origin"] == "assumed"
    assert D(document["margin"]) > 0
    assert "price-assumed" in {issue["code"] for issue in document["issues"]}


def test_the_text_shows_lines_total_and_the_cliff() -> None:
    result = run("bill", *LIMA, *AUGUST, "--kwh", "141", *CHARGES)

    assert result.exit_code == 0
    for word in ("141 kWh × 0.6403", "S/ 90.28", "Total a pagar", "140 kWh"):
        assert word in result.stdout


def test_the_text_marks_what_only_the_recibo_tells() -> None:
    line = next(
        line
        for line in run("bill", *LIMA, *AUGUST, "--kwh", "141").stdout.splitlines()
        if line.startswith("Alumbrado")
    )

    assert line.endswith("?")


def test_a_broken_recibo_is_refused_whole() -> None:
    result = run("bill", "--receipt", EXAMPLES / "lima.toml", *AUGUST, "--kwh", "3", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == "receipt-not-json"


def test_an_example_recibo_is_what_its_command_says() -> None:
    recibo = json.loads((RECIBOS / "lima-2026-08.json").read_text("utf-8"))

    document = answer(
        "bill", *LIMA, *AUGUST, "--kwh", "146", *CHARGES, "--previous-rounding", "0.07"
    )

    assert D(document["total"]) == D(str(recibo["total_to_pay"]))
