"""``ahorraluz plan`` of a home that no line reaches."""

from pathlib import Path

import pytest
from tests.unit.cli.running import answer, faults, run

HOME = Path(__file__).resolve().parents[2] / "golden" / "plans" / "without-line" / "home.toml"
TEXT = HOME.read_text("utf-8")


def test_the_document_follows_its_schema() -> None:
    document = answer("plan", HOME)

    assert faults(document, "plan-without-line") == []
    assert [step["measure"] for step in document["steps"]] == ["offgrid-kit"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_is_told_in_words(language: str) -> None:
    result = run("plan", HOME, "--lang", language)

    assert result.exit_code == 0
    assert "S/ 432.00" in result.stdout
    assert "75 W" in result.stdout
    assert "basis." not in result.stdout


def test_the_budget_and_the_aim_are_heard() -> None:
    poor = answer("plan", HOME, "--budget", "100")
    npv = answer("plan", HOME, "--objective", "npv", "--assume", "cost-offgrid-kit=500")

    assert poor["steps"] == []
    assert {item["measure"] for item in poor["left_out"]} == {"offgrid-kit", "biodigester"}
    assert npv["objective"] == "npv"
    assert npv["steps"][0]["cost"]["amount"] == "500.00"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--kwh", "20"), "home-or-options", id="an energy besides"),
        pytest.param(("--frontier",), "wish-needs-line", id="a frontier"),
        pytest.param(("--any-option",), "wish-needs-line", id="options"),
        pytest.param(("--instalment", "10"), "wish-needs-line", id="an instalment"),
        pytest.param(("--objective", "co2"), "co2-without-line", id="CO2"),
        pytest.param(("--assume", "budget=3"), "assume-unknown", id="what has an option"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], code: str) -> None:
    result = run("plan", HOME, *words, "--json")

    assert result.exit_code != 0
    assert code in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(
            ("[home]", '[supply]\ndistributor = "seal"\n[home]'), "line-and-none", id="a supply"
        ),
        pytest.param(("[home]", "[[recibos]]\nkwh = 3\n[home]"), "line-and-none", id="recibos"),
        pytest.param(("light = 24", "light = -24"), "field-too-small", id="below zero"),
        pytest.param(("light = 24", "ligth = 24"), "field-unknown", id="misspelt"),
        pytest.param(('city = "iquitos"', 'city = "x"'), "city-unknown", id="no such city"),
    ],
)
def test_a_file_that_is_wrong_is_refused(
    change: tuple[str, str], code: str, tmp_path: Path
) -> None:
    file = tmp_path / "home.toml"
    file.write_text(TEXT.replace(*change), "utf-8")

    result = run("plan", file, "--json")

    assert result.exit_code != 0
    assert code in result.stderr + result.stdout


def test_without_spending_or_list_nothing_is_invented(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    file.write_text("[without_line]\n", "utf-8")

    document = answer("plan", file)

    assert document["steps"] == []
    asked = {question["id"] for question in document["questions"]}
    assert {"place", "appliances-without-line", "spending-without-line"} <= asked


@pytest.mark.parametrize("command", [("bill", "--home"), ("usage", "--home"), ("forecast",)])
def test_other_commands_say_who_answers(command: tuple[str, ...]) -> None:
    result = run(*command, HOME, "--json")

    assert result.exit_code != 0
    assert "Traceback" not in result.stderr
