"""``ahorraluz tariffs compare``: a measured year under every option."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from tests.meter_samples import write_meter, write_months
from tests.unit.cli.running import EXAMPLES, answer, faults, run

pytestmark = pytest.mark.usefixtures("data_folder")

AS_OF = ("--as-of", "2026-11-24")
LIMA = ("--distributor", "luz-del-sur", "--system", "lima-sur")
CHARGES = ("--connection", "1.42", "--lighting", "10.30")
D = Decimal


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    return write_meter(tmp_path / "medidor.csv", days=365)


def test_the_document_follows_its_schema(meter: Path, tmp_path: Path) -> None:
    short = write_meter(tmp_path / "corto.csv", days=40)
    documents = [
        answer("tariffs", "compare", meter, *LIMA, *CHARGES, *AS_OF),
        answer("tariffs", "compare", short, "--distributor", "electro-puno", *AS_OF),
        answer("tariffs", "compare", short, "--home", EXAMPLES / "lima.toml", "--lang", "en"),
    ]

    assert [faults(document, "tariffs-compare") for document in documents] == [[], [], []]


def test_the_months_are_those_measured_with_their_peak_hours(meter: Path) -> None:
    with meter.open(encoding="utf-8") as file:
        table = [(row["fecha"], D(row["consumo kWh"])) for row in csv.DictReader(file)]

    document = answer("tariffs", "compare", meter, *LIMA, *AS_OF)

    assert len(document["months"]) == 12
    for month in document["months"]:
        inside = [(at, kwh) for at, kwh in table if at.startswith(month["from"][:7])]
        peak = sum(kwh for at, kwh in inside if 18 <= int(at[11:13]) < 23)
        assert D(month["kwh"]) == sum(kwh for _, kwh in inside)
        assert D(month["kwh_peak"]) == peak


def test_a_month_costs_what_its_bill_costs(meter: Path) -> None:
    document = answer("tariffs", "compare", meter, *LIMA, *CHARGES, *AS_OF)

    january = document["months"][0]
    bill = answer(
        *("bill", *LIMA, *CHARGES, "--kwh", january["kwh"], *AS_OF),
        *("--from", "2027-01-01", "--to", "2027-02-01"),
    )
    assert january["from"] == "2026-01-01"
    assert bill["total"] == january["total"]
    assert sum(D(month["total"]) for month in document["months"]) == D(document["total"])


def test_the_cheapest_option_is_the_one_that_saves_most(meter: Path) -> None:
    document = answer("tariffs", "compare", meter, *LIMA, *CHARGES, *AS_OF)

    savings = {option["option"]: D(option["saving"]) for option in document["options"]}
    best = max(savings, key=lambda name: savings[name])
    assert set(savings) == {"BT5F", "BT5I"}
    assert document["cheapest"] == (best if savings[best] > 0 else "BT5B")
    for option in document["options"]:
        assert D(option["total_now_same_sheet"]) - D(option["total"]) == D(option["saving"])
        shifted = [D(step["total"]) for step in option["by_shift"]]
        assert shifted[0] == D(option["total"])
        assert shifted == sorted(shifted, reverse=True)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_text_names_every_option_and_what_would_have_to_move(
    language: str, meter: Path
) -> None:
    result = run("tariffs", "compare", meter, *LIMA, *CHARGES, *AS_OF, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert all(name in result.stdout for name in ("BT5F", "BT5I", "BT7", "S/", "%"))


def test_a_home_of_the_store_is_compared_as_its_file_is(meter: Path) -> None:
    answer("readings", "import", meter, "--home", "casa")

    of_file, of_home = (
        answer("tariffs", "compare", target, *LIMA, *AS_OF) for target in (meter, "casa")
    )

    assert of_file == of_home


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("file", "words", "said"),
    [
        pytest.param("no.csv", LIMA, "no.csv", id="no such file"),
        pytest.param("medidor.csv", (), "--distributor", id="no distributor"),
        pytest.param("medidor.csv", (*LIMA, "--option", "BT5F"), "BT5F", id="not from BT5B"),
        pytest.param("meses.csv", LIMA, "", id="months alone"),
        pytest.param("dias.csv", LIMA, "86400", id="days alone"),
        pytest.param("semana.csv", LIMA, "", id="no whole month"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(
    language: str, file: str, words: tuple[str, ...], said: str, meter: Path, tmp_path: Path
) -> None:
    write_months(tmp_path / "meses.csv")
    write_meter(tmp_path / "dias.csv", days=60, step_minutes=1440)
    write_meter(tmp_path / "semana.csv", days=7)

    result = run("tariffs", "compare", tmp_path / file, *words, *AS_OF, "--lang", language)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_it_says_that_measured_months_are_priced_as_those_to_come(meter: Path) -> None:
    document = answer("tariffs", "compare", meter, *LIMA, *AS_OF)
    words = run("tariffs", "compare", meter, *LIMA, *AS_OF).stdout

    assert document["priced_as"] == "year-to-come"
    for month in document["months"]:
        assert month["from"][5:] == month["priced_from"][5:]
        assert "2026-11-01" <= month["priced_from"] < month["priced_to"] <= "2027-11-01"
    assert "en el año que viene" in words
    assert "enero de 2027" in words
