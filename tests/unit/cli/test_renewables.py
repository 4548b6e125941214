"""``ahorraluz renewables``: the repository, sizes, and proposals from file to list."""

import json
import re
from pathlib import Path

import pytest
from tests.unit.cli.running import EXAMPLES, answer, faults, run

PROPOSAL = """
name = "Terma de prueba 150 L"
kind = "product"
technologies = ["solar-water-heater"]
price = 1890.50
size = 150
size_unit = "L"
provider = "Calor Altiplano"
source = "https://example.org/precios"
source_date = 2026-11-01
"""
"""Invented."""


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep proposals of a test in a folder of its own."""
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path))


def test_the_list_is_filtered_and_follows_its_schema() -> None:
    everything = answer("renewables", "list")
    some = answer("renewables", "list", "--need", "no-line", "--region", "Cajamarca")

    assert faults(everything, "renewables-list") == []
    assert everything["count"] == len(everything["entries"]) > 90
    assert 0 < some["count"] < everything["count"]
    assert all("no-line" in entry["needs"] for entry in some["entries"])
    assert all(entry["source"]["consulted"] for entry in some["entries"])


def test_a_search_forgives_accents() -> None:
    with_accents = answer("renewables", "list", "--text", "cocina leña")
    without = answer("renewables", "list", "--text", "COCINA lena")

    assert with_accents == without
    assert with_accents["count"] > 0


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_entry_is_shown_with_source_and_date(language: str) -> None:
    document = answer("renewables", "show", "yacusol", "--lang", language)
    text = run("renewables", "show", "yacusol", "--lang", language)

    assert faults(document, "renewables-show") == []
    assert document["entry"]["source"]["published"] == "2026-07-25"
    assert "2026" in text.stdout
    assert document["entry"]["source"]["url"] in text.stdout


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--place", "Tacna"), id="a place alone"),
        pytest.param(("--place", "Cusco", "--kwh", "180"), id="no price"),
        pytest.param(
            ("--place", "Cusco", "--kwh", "180", "--price", "0.8", "--quote-kwp", "3000"),
            id="a price for each kWp",
        ),
        pytest.param(
            (
                *("--home", EXAMPLES / "arequipa.toml", "--kwp", "1", "--quote", "4500"),
                *("--battery", "2", "--loan-rate", "20", "--loan-years", "3"),
            ),
            id="a home, a quote, a battery and a loan",
        ),
        pytest.param(
            (
                *("--place=-13.9,-71.9", "--altitude", "4300", "--kwh", "15"),
                *("--technology", "offgrid-pv", "--spending", "25"),
            ),
            id="a kit far from the grid",
        ),
        pytest.param(("--technology", "improved-stove", "--wood", "150"), id="a stove"),
        pytest.param(("--technology", "biodigester", "--dung", "20"), id="a biodigester"),
        pytest.param(
            ("--technology", "solar-water-heater", "--place", "Puno", "--people", "4"),
            id="a solar heater",
        ),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_technology_is_sized_in_words_and_as_json(
    words: tuple[str | Path, ...], language: str
) -> None:
    text = run("renewables", "size", *words, "--lang", language)

    assert (text.exit_code, text.stderr) == (0, "")
    assert len(text.stdout.splitlines()) > 3
    assert faults(answer("renewables", "size", *words), "renewables-size") == []


def test_sizes_are_told_from_small_to_large_with_the_best_marked() -> None:
    text = run(
        *("renewables", "size", "--place", "Cusco", "--kwh", "180"),
        *("--price", "0.8", "--quote-kwp", "3000"),
    ).stdout

    rows = re.findall(r"^ *(mejor: )?([\d.]+) +[\d,]+ +[\d,]+ +[\d,]+ +S/", text, re.M)
    sizes = [float(kwp) for _, kwp in rows]
    assert sizes == sorted(sizes)
    assert [mark for mark, _ in rows].count("mejor: ") == 1


def test_a_quote_that_never_pays_is_called_so_in_a_sentence() -> None:
    text = run(
        *("renewables", "size", "--place", "Cusco", "--kwh", "180", "--kwp", "1"),
        *("--price", "0.8", "--quote", "30000"),
    ).stdout

    assert "A ese precio no se paga mientras dura" in text
    assert "no se paga mientras dura, cada kWh cuesta" in text
    assert "que más te conviene" not in text


def test_without_a_price_the_table_tells_energy_alone() -> None:
    text = run("renewables", "size", "--place", "Cusco", "--kwh", "180").stdout

    assert "El tamaño que mejor cubre lo que usas de día" in text
    assert "sobra" in text
    assert "conviene hasta\n" not in text
    assert "que más te conviene" not in text


def test_without_use_no_size_is_called_good() -> None:
    text = run("renewables", "size", "--place", "Lima", "--kwh", "0", "--price", "0.8").stdout

    assert "Ningún tamaño te conviene" in text
    assert "S/ 0.00 al año" not in text
    assert "Conviene si cuesta menos" not in text


def test_a_name_like_none_names_none() -> None:
    far = run("renewables", "show", "zzzzqq").stderr
    near = run("renewables", "show", "yacusolo").stderr

    assert "Parecidos" not in far
    assert "Parecidos: yacusol" in near


def test_the_hours_behind_a_yield_can_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"

    document = answer("renewables", "size", "--place", "Piura", "--hours-out", path)

    lines = path.read_text("utf-8").splitlines()
    made = sum(float(line.rpartition(",")[2]) for line in lines[1:])
    assert len(lines) == 8761
    assert made == pytest.approx(float(document["yield"]["middle"]), abs=0.1)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--place=-12.0,-77.6",), "place-outside-peru"),
        (("--place=40,-3",), "place-outside-peru"),
        (("--place", "Atlantis"), "city-unknown"),
        (("--kwh", "100"), "place-needed"),
        (("--place", "Cusco", "--kwh", "100", "--quote", "3000"), "quote-needs-size"),
        (("--place", "Cusco", "--loan-rate", "20"), "option-missing"),
        (("--place", "Cusco", "--tilt", "120"), "field-too-large"),
        (("--place", "Cusco", "--kwp", "0"), "solar-size-impossible"),
        (("--place", "Cusco", "--kwp", "nan"), "number-invalid"),
    ],
)
def test_what_cannot_be_is_refused(words: tuple[str, ...], told: str) -> None:
    result = run("renewables", "size", *words, "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert told in [issue["code"] for issue in json.loads(result.stderr)["issues"]]


def test_a_proposal_goes_from_file_to_list_and_back(tmp_path: Path) -> None:
    path = tmp_path / "proposal.toml"
    path.write_text(PROPOSAL, encoding="utf-8")
    look = ("renewables", "list", "--text", "terma de prueba")

    made = answer("renewables", "propose", path)
    before = answer(*look)["count"]
    published = answer("renewables", "publish", "1", "--by", "Rosa")
    during = answer(*look)["count"]
    rejected = answer("renewables", "reject", "1", "--reason", "ya no existe")
    after = answer(*look)["count"]

    assert (before, during, after) == (0, 1, 0)
    states = [one["proposals"][0]["state"] for one in (made, published, rejected)]
    assert states == ["proposed", "published", "rejected"]
    assert published["proposals"][0]["decided_by"] == "Rosa"
    assert all(
        faults(one, "renewables-proposal") == []
        for one in (made, published, rejected, answer("renewables", "proposals"))
    )
    assert "ya no existe" in run("renewables", "proposals").stdout


def test_a_rejection_needs_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "proposal.toml"
    path.write_text(PROPOSAL, encoding="utf-8")
    run("renewables", "propose", path)

    result = run("renewables", "reject", "1")

    assert result.exit_code == 2
    assert "--reason" in result.stderr


def test_a_part_of_one_is_refused_where_shade_is_percent() -> None:
    refused = run("renewables", "size", "--place", "Lima", "--kwh", "150", "--shading", "0.2")

    assert refused.exit_code == 2
    assert "0.2 %" in refused.stderr
