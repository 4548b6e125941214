"""``ahorraluz curve``."""

import json

import pytest
from tests.unit.cli.running import AUGUST, EXAMPLES, LIMA, answer, faults, run


def test_the_cliff_of_lima_sur_is_at_140() -> None:
    document = answer("curve", *LIMA, *AUGUST)

    assert document["cliffs"] == [
        {
            "at_kwh": "140",
            "jump": document["cliffs"][0]["jump"],
            "next_kwh_energy": "9.78",
            "next_kwh_total": "9.85",
        }
    ]
    assert document["kinks"] == ["30"]
    assert (document["here"], document["headroom"]) == (None, [])
    assert faults(document, "curve") == []


def test_it_says_where_a_home_is_and_what_one_more_kwh_costs() -> None:
    here = answer("curve", *LIMA, *AUGUST, "--kwh", "150")["here"]

    assert (here["last_cliff_kwh"], here["next_cliff_kwh"]) == ("140", None)
    assert here["marginal_price"] == "0.7666"


def test_it_says_how_many_kwh_a_day_stay_under_the_cliff() -> None:
    document = answer("curve", *LIMA, *AUGUST, "--used", "96", "--days-left", "10")

    assert document["headroom"] == [
        {"limit_kwh": "140", "days_left": 10, "kwh_left": "44", "kwh_a_day": "4.40"}
    ]


def test_without_dates_it_takes_the_month_to_come() -> None:
    document = answer("curve", *LIMA, "--as-of", "2026-11-24")

    assert document["period"] == {"from": "2026-11-24", "to": "2026-12-24", "days": 30}
    assert document["tariff_origin"] == "assumed"


def test_the_line_of_the_gas_voucher_is_told() -> None:
    document = answer("curve", *LIMA, *AUGUST)

    assert document["fise_limit_kwh"] == "70"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("--used", "96", "--days-left", "10"), "4.40", id="room left"),
        pytest.param(("--used", "150", "--days-left", "3"), "10 kWh", id="already above"),
        pytest.param(("--kwh", "150"), "150 kWh", id="a home on the curve"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_text_shows_segments_and_the_cliff(
    words: tuple[str, ...], said: str, language: str
) -> None:
    result = run("curve", *LIMA, *AUGUST, *words, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "S/ 9.78" in result.stdout
    assert said in result.stdout


def test_prices_of_which_only_one_bracket_is_known_draw_no_curve() -> None:
    result = run("curve", "--home", EXAMPLES / "andina-rural.toml", *AUGUST, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == "curve-unknown"
