"""``ahorraluz change``."""

import json
from decimal import Decimal

from tests.unit.cli.running import GOLDEN, RECIBOS, answer, faults, run

MAY, AUGUST = RECIBOS / "lima-2026-05.json", RECIBOS / "lima-2026-08.json"


def test_the_parts_add_up_to_the_difference() -> None:
    document = answer("change", MAY, AUGUST)

    assert sum(Decimal(part["amount"]) for part in document["parts"]) == Decimal(
        document["difference"]
    )
    assert document["difference"] == "19.80"
    assert faults(document, "change") == []


def test_a_lost_discount_is_a_part_of_its_own() -> None:
    parts = {
        part["cause"]: Decimal(part["amount"]) for part in answer("change", MAY, AUGUST)["parts"]
    }

    assert parts["discount"] > parts["kwh"] > 0
    assert parts["days"] == 0


def test_the_text_shows_both_recibos_and_each_cause() -> None:
    result = run("change", MAY, AUGUST, "--lang", "en")

    assert result.exit_code == 0
    for word in ("Before: 2026-05", "After: 2026-08", "Difference", "+S/ 19.80"):
        assert word in result.stdout


def test_recibos_of_two_distributors_are_refused() -> None:
    result = run("change", MAY, GOLDEN / "electrocentro-2026-2kwh.json", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr)["issues"][0]["code"] == "receipts-of-two-distributors"
