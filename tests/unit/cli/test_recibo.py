"""``ahorraluz recibo read``, and PDFs given to the commands that take a recibo."""

import json
from pathlib import Path

import pytest
from tests.recibo_sheets import ADDRESS, PERSON, SUPPLY_NUMBER, sheet_of
from tests.recibos import LAYOUTS, luz_del_sur
from tests.unit.cli.running import answer, faults, run


@pytest.fixture
def recibo(tmp_path: Path) -> Path:
    path = tmp_path / "recibo.pdf"
    path.write_bytes(luz_del_sur(sheet_of("lds-2026-08")))
    return path


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    path = tmp_path / "dudoso.pdf"
    path.write_bytes(luz_del_sur(sheet_of("lds-2026-08", kwh="706.90", igv="86.74")))
    return path


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_recibo_is_shown_with_the_reason_of_each_field(
    layout: str, language: str, tmp_path: Path
) -> None:
    draw, distributor = LAYOUTS[layout]
    path = tmp_path / "recibo.pdf"
    path.write_bytes(draw(sheet_of("lds-2026-08", distributor=distributor)))

    result = run("recibo", "read", path, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert all(value in result.stdout for value in (distributor, "706.80", "574.70", "BT5B"))
    assert not any(word in result.stdout for word in (PERSON, ADDRESS, SUPPLY_NUMBER))


def test_the_document_follows_its_schema(recibo: Path, doubtful: Path) -> None:
    documents = [answer("recibo", "read", path) for path in (recibo, doubtful)]

    assert [faults(document, "recibo") for document in documents] == [[], []]
    assert [document["complete"] for document in documents] == [True, False]
    assert {"kwh", "igv"} <= set(documents[1]["asked"])


def test_what_was_read_is_written_and_taken_by_audit(recibo: Path, tmp_path: Path) -> None:
    out = tmp_path / "recibo.json"

    result = run("recibo", "read", recibo, "--out", out)

    assert result.exit_code == 0
    assert answer("audit", out) == answer("audit", recibo)


def test_what_is_open_is_named_and_can_be_filled_in(doubtful: Path, tmp_path: Path) -> None:
    out = tmp_path / "recibo.json"

    run("recibo", "read", doubtful, "--out", out)

    form = json.loads(out.read_text("utf-8"))
    assert form["kwh"] is None
    opened = {entry["field"]: entry["candidates"] for entry in form["to_fill_in"]}
    assert opened["kwh"] == ["706.90"]
    form |= {
        "kwh": "706.80",
        "unit_price_printed_s_per_kwh_without_igv": "0.6234",
        "igv": "86.47",
        "total_before_adjustments": "574.64",
        "total_to_pay": "574.70",
    }
    values = {"rural_electrification": "7.77"}
    for line in form["after_igv"]:
        line["amount"] = line["amount"] or values.get(line["code"], "0.03")
    out.write_text(json.dumps(form), "utf-8")
    audit = answer("audit", out)
    assert [line["code"] for line in audit["lines"] if line["verdict"] == "off"] == []


def test_a_line_left_open_is_refused_by_audit(doubtful: Path, tmp_path: Path) -> None:
    out = tmp_path / "recibo.json"
    run("recibo", "read", doubtful, "--out", out)

    result = run("audit", out)

    assert result.exit_code == 2
    assert "after_igv" in result.stderr


def test_a_doubtful_recibo_is_refused_with_the_way_out(doubtful: Path) -> None:
    result = run("audit", doubtful)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Consumo" in result.stderr
    assert "ahorraluz recibo read dudoso.pdf --out recibo.json" in result.stderr


def test_a_file_that_exists_is_kept_without_force(recibo: Path, tmp_path: Path) -> None:
    out = tmp_path / "recibo.json"
    out.write_text("mine", "utf-8")

    refused = run("recibo", "read", recibo, "--out", out)

    assert refused.exit_code == 2
    assert out.read_text("utf-8") == "mine"
    assert run("recibo", "read", recibo, "--out", out, "--force").exit_code == 0
    assert json.loads(out.read_text("utf-8"))["kwh"] == "706.80"


def test_another_paper_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "nota.pdf"
    path.write_bytes(b"%PDF-1.4 nothing of the kind")

    result = run("recibo", "read", path)

    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert "nota.pdf" in result.stderr
