"""``ahorraluz tariffs hourly``: would a tariff by hours pay."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.meter_samples import write_meter
from tests.unit.cli.running import EXAMPLES, answer, faults, run

pytestmark = pytest.mark.usefixtures("data_folder")

AS_OF = ("--as-of", "2026-11-24")
LIMA = ("--distributor", "luz-del-sur", "--system", "lima-sur")
HOURLY = ("tariffs", "hourly")
D = Decimal


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "medidor.csv", days=365)


def test_the_document_follows_its_schema(meter: Path) -> None:
    documents = [
        answer(*HOURLY, *LIMA, "--kwh", "180", *AS_OF),
        answer(*HOURLY, *LIMA, "--kwh", "0", *AS_OF),
        answer(*HOURLY, EXAMPLES / "lima.toml", "--readings", meter, *AS_OF),
        answer(*HOURLY, EXAMPLES / "arequipa.toml", "--lang", "en", *AS_OF),
        answer(*HOURLY, *LIMA, "--kwh", "90", "--assume", "peak-share=0.2", *AS_OF),
        answer(*HOURLY, *LIMA, "--kwh", "90", "--assume", "cost-hourly-meter=300", *AS_OF),
    ]

    assert [faults(document, "tariffs-hourly") for document in documents] == [[]] * 6


def test_answers_move_the_chance() -> None:
    def chance(*words: str) -> float:
        document = answer(*HOURLY, *LIMA, "--kwh", "180", *words, *AS_OF)
        by_option = {one["option"]: one["chance"] for one in document["options"]}
        return float(by_option["BT5F"])

    assert chance("--other-shower") > chance() > chance("--evening-shower")
    assert chance("--home-by-day") > chance() > chance("--away-by-day")
    assert chance("--assume", "evening-shower=1") == chance("--evening-shower")


def test_the_measured_months_are_those_of_compare(meter: Path) -> None:
    compared = answer("tariffs", "compare", meter, *LIMA, *AS_OF)

    document = answer(*HOURLY, *LIMA, "--readings", meter, *AS_OF)

    measured = document["measured"]
    assert measured["peak_share"] == compared["peak_share"]
    assert {one["option"]: one["saving"] for one in measured["options"]} == {
        one["option"]: one["saving"] for one in compared["options"]
    }
    for option in compared["options"]:
        months = [month["totals"][option["option"]] for month in measured["months"]]
        assert sum(map(D, months)) == D(option["total"])


@pytest.mark.parametrize("language", ["es", "en"])
def test_people_are_told_chance_break_even_shift_meter_and_check(
    language: str, meter: Path
) -> None:
    home = EXAMPLES / "lima.toml"

    result = run(*HOURLY, home, "--readings", meter, "--lang", language, *AS_OF)

    assert (result.exit_code, result.stderr) == (0, "")
    for word in ("BT5F", "BT5I", "100", "24.00"):
        assert word in result.stdout
    assert "hourly." not in result.stdout
    assert result.stdout.count("S/") > 24


def test_a_home_that_cannot_save_is_told_why() -> None:
    result = run(*HOURLY, *LIMA, "--kwh", "5", "--lang", "en", *AS_OF)

    assert result.exit_code == 0
    assert "the fixed charge weighs more" in result.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((*LIMA,), "option-missing"),
        (("--kwh", "100"), "option-missing"),
        ((*LIMA, "--kwh", "100", "--customer", "non-residential"), "hourly-only-homes"),
        ((*LIMA, "--kwh", "100", "--option", "BT5F"), "hourly-from-one-register"),
        ((*LIMA, "--kwh", "100", "--option", "BT9Z"), "field-not-a-choice"),
        (("--distributor", "luz-del-sur", "--system", "marte", "--kwh", "9"), "system-unknown"),
        ((str(EXAMPLES / "lima.toml"), "--kwh", "100"), "home-or-options"),
        ((*LIMA, "--kwh", "100", "--readings", "no-hay"), "no-such-file-or-home"),
        ((*LIMA, "--kwh", "100", "--assume", "peak-share=2"), "assume-range"),
    ],
)
def test_wrong_words_get_their_mend(words: tuple[str, ...], code: str) -> None:
    result = run(*HOURLY, *words, *AS_OF, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert f'"code": "{code}"' in result.stderr
