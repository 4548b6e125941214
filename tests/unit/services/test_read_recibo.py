"""PDFs where a recibo in JSON is taken: the same answers, or what has to be filled in."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.recibo_sheets import FULL, GOLDEN, sheet_of
from tests.recibos import luz_del_sur

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.ingest.files import FileReadError
from ahorraluz.services.audit_receipt import audit_receipt
from ahorraluz.services.compare_receipts import compare_receipts
from ahorraluz.services.read_recibo import is_document, receipt_from_document
from ahorraluz.services.receipts import receipt_from_file
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.texts import open_texts

AS_OF = date(2026, 11, 24)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("name", FULL)
def test_a_pdf_is_audited_as_its_json_is(name: str, tools: Toolbox, tmp_path: Path) -> None:
    path = tmp_path / "recibo.json"
    path.write_bytes(luz_del_sur(sheet_of(name)))
    known = receipt_from_file(GOLDEN / f"{name}.json")

    receipt = receipt_from_file(path)

    assert (receipt.kwh, receipt.total, receipt.period) == (known.kwh, known.total, known.period)
    audit = audit_receipt(receipt, tools=tools, as_of=AS_OF)
    assert audit.recomputed.off == ()
    assert {line.verdict.value for line in audit.recomputed.lines} == {"ok"}


def test_two_pdfs_are_compared_as_their_json_is(tools: Toolbox) -> None:
    names = ("lds-2026-05", "lds-2026-08")
    before, after = (
        receipt_from_document(luz_del_sur(sheet_of(name)), name="recibo.pdf") for name in names
    )

    change = compare_receipts(before, after, tools=tools, as_of=AS_OF)

    typed = (receipt_from_file(GOLDEN / f"{name}.json") for name in names)
    expected = compare_receipts(*typed, tools=tools, as_of=AS_OF)
    assert change.difference == expected.difference == Decimal("86.70")
    assert change.parts["kwh"] == expected.parts["kwh"]  # type: ignore[index]


def test_an_overcharge_that_the_sheet_prints_is_found(tools: Toolbox) -> None:
    """The readings and the sums are sure, so the product that does not fit is the recibo's."""
    wrong = sheet_of(
        "lds-2026-08",
        energy="540.62",
        subtotal="580.40",
        igv="104.47",
        total_before="692.64",
        total="692.70",
    )
    receipt = receipt_from_document(luz_del_sur(wrong), name="recibo.pdf")

    audit = audit_receipt(receipt, tools=tools, as_of=AS_OF)

    assert "energy" in [checked.code for checked in audit.recomputed.off]


def test_what_is_not_sure_is_asked_for_by_name() -> None:
    content = luz_del_sur(sheet_of("lds-2026-08", kwh="706.90"))

    with pytest.raises(InvalidInputError) as refused:
        receipt_from_document(content, name="recibo.pdf")

    codes = [issue.code for issue in refused.value.issues]
    assert codes[-1] == "recibo-incomplete"
    fields = [issue.parameters.get("field") for issue in refused.value.issues]
    assert "kwh" in fields
    spanish = open_texts("es")
    sentences = [spanish.issue(issue) for issue in refused.value.issues]
    assert "706.90" in sentences[0]
    assert "ahorraluz recibo read recibo.pdf --out recibo.json" in sentences[-1]


def test_json_is_still_json(tmp_path: Path) -> None:
    content = (GOLDEN / "lds-2026-08.json").read_bytes()
    path = tmp_path / "recibo.pdf"
    path.write_bytes(content)

    assert not is_document(content)
    assert receipt_from_file(path) == receipt_from_file(GOLDEN / "lds-2026-08.json")


def test_a_json_file_keeps_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "recibo.json"
    path.write_text(json.dumps({"distributor": "x", "items": [], "notes": "x" * 1_100_000}))

    with pytest.raises(AhorraLuzError) as refused:
        receipt_from_file(path)

    assert refused.value.issue.code == "file-too-large"


def test_a_huge_or_missing_file_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * 1_100_000)

    for path, code in (
        (huge, "file-too-large"),
        (tmp_path / "none.json", "file-missing"),
        (tmp_path, "file-is-folder"),
    ):
        with pytest.raises(FileReadError) as caught:
            receipt_from_file(path)
        assert caught.value.issue.code == code
