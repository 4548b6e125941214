"""``ahorraluz audit`` and the letter it writes."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.cli.running import GOLDEN, RECIBOS, answer, faults, run

D = Decimal
COMPLETE = sorted(
    path for path in GOLDEN.glob("*.json") if json.loads(path.read_text("utf-8")).get("kwh")
)
WITH_ERROR = RECIBOS / "lima-2026-08-con-error.json"
FINE = RECIBOS / "lima-2026-08.json"


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in COMPLETE])
def test_a_real_recibo_comes_out_without_an_off(path: Path) -> None:
    document = answer("audit", path)

    checked = [*document["lines"], document["subtotal"], document["total_before"]]
    assert [line["code"] for line in checked if line["verdict"] == "off"] == []
    sure = [line for line in checked if line["verdict"] == "ok"]
    assert max(abs(D(line["difference"])) for line in sure) <= D("0.01")
    assert document["total"]["verdict"] != "off"
    assert faults(document, "audit") == []


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem) for path in sorted(GOLDEN.glob("*.json"))]
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_recibo_on_file_can_be_read_as_text(path: Path, language: str) -> None:
    result = run("audit", path, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout


def test_a_line_that_is_too_high_is_named_with_the_tax_that_follows_it() -> None:
    document = answer("audit", WITH_ERROR)

    off = [line["code"] for line in document["lines"] if line["verdict"] == "off"]
    assert off == ["energy", "igv"]
    (finding,) = (f for f in document["findings"] if f["code"] == "line-off")
    assert finding["lines"] == ["energy"]
    assert finding["amount"] == document["overcharge"] == "5.90"
    assert faults(document, "audit") == []


def test_earlier_recibos_can_be_given_to_compare_with() -> None:
    document = answer(
        "audit", WITH_ERROR, "--previous", RECIBOS / "lima-2026-05.json", "--previous", FINE
    )

    assert [f["lines"] for f in document["findings"] if f["code"] == "line-off"] == [["energy"]]


def test_the_text_names_the_line_and_what_to_do() -> None:
    result = run("audit", WITH_ERROR)

    assert "✗  Energía" in result.stdout
    assert "--claim" in result.stdout


def test_a_recibo_that_is_fine_says_so() -> None:
    assert "No line that could be checked is off" in run("audit", FINE, "--lang", "en").stdout


@pytest.mark.parametrize(
    ("name", "start"), [("carta.txt", "Reclamo"), ("carta.HTML", "<!doctype html>")]
)
def test_the_letter_is_written_in_the_form_its_name_asks_for(
    tmp_path: Path, name: str, start: str
) -> None:
    letter = tmp_path / name

    document = answer("audit", WITH_ERROR, "--claim", letter)

    assert document["claim_file"] == str(letter)
    assert letter.read_text("utf-8").startswith(start)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("carta.pdf", "claim-suffix", id="a form nobody writes"),
        pytest.param("carta.txt", "claim-exists", id="over another file"),
        pytest.param("no-hay/carta.txt", "file-not-written", id="in a folder that is not there"),
    ],
)
def test_a_letter_that_cannot_be_written_leaves_nothing_behind(
    tmp_path: Path, name: str, code: str
) -> None:
    (tmp_path / "carta.txt").write_text("mine", "utf-8")

    result = run("audit", WITH_ERROR, "--claim", tmp_path / name, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == code
    assert [path.read_text("utf-8") for path in tmp_path.iterdir()] == ["mine"]


def test_a_letter_may_be_replaced_when_asked(tmp_path: Path) -> None:
    letter = tmp_path / "carta.txt"
    letter.write_text("old", "utf-8")

    result = run("audit", WITH_ERROR, "--claim", letter, "--force")

    assert result.exit_code == 0
    assert letter.read_text("utf-8") != "old"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param("{", "receipt-not-json", id="half an object"),
        pytest.param("[]", "receipt-not-an-object", id="a list"),
        pytest.param('{"distributor": "Luz del Sur"}', "field-missing", id="no lines"),
        pytest.param(
            '{"distributor": "Luz del Sur", "items": [], "kwh": -1}', "kwh-negative", id="negative"
        ),
        pytest.param('{"distributor": "Nadie", "items": []}', "distributor-unknown", id="nobody"),
    ],
)
def test_a_file_that_is_no_recibo_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "recibo.json"
    path.write_text(content, "utf-8")

    result = run("audit", path, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == code
