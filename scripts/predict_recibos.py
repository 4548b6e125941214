"""Write the table of docs/explanation/predictions.md: a recibo predicted from an earlier one.

    python scripts/predict_recibos.py          # print the table
    python scripts/predict_recibos.py --write  # put it into the page

Each later recibo of one supply is predicted from the prices and charges that an earlier
one prints, the sheets on file, and the later one's kWh, period and compensatory interest
(how late a household pays is no tariff).
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from ahorraluz.core.home import FixedCharges
from ahorraluz.core.tariffs.billing import Bill
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.services.explain_bill import BillRequest, explain_bill
from ahorraluz.services.receipts import receipt_from_file, supply_of
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
BILLS = ROOT / "tests" / "golden" / "bills"
PAGE = ROOT / "docs" / "explanation" / "predictions.md"
START, END = "<!-- table: start -->", "<!-- table: end -->"
ONE_SUPPLY = ("lds-2026-03", "lds-2026-05", "lds-2026-08")
AS_OF = date(2026, 11, 24)
HEADER = (
    "| from | to | kWh | price origin, days | printed | predicted | error, céntimos |"
    " of which energy | lighting | other |\n"
    "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A later recibo beside its prediction."""

    earlier: Receipt
    later: Receipt
    bill: Bill

    def error(self, *codes: LineCode) -> Decimal:
        """Return predicted minus printed of some lines, IGV included. [PEN]"""
        rate = 1 + self.bill.terms.igv_rate
        return sum(
            (
                (self.bill.line(code).amount - (self.later.amount(code) or Decimal(0))) * rate
                for code in codes
            ),
            Decimal(0),
        )


def predict(earlier: Receipt, later: Receipt, *, tools: Toolbox) -> Prediction:
    """Return ``later`` as ``earlier`` and the sheets on file foretell it."""
    if later.period is None or later.kwh is None:
        raise ValueError(later.id)
    interest = later.amount(LineCode.INTEREST) or Decimal(0)
    request = BillRequest(
        supply=supply_of(earlier),
        period=later.period,
        kwh=later.kwh,
        charges=FixedCharges(interest=interest),
        receipt=earlier,
    )
    bill = explain_bill(request, tools=tools, as_of=AS_OF).bill
    return Prediction(earlier=earlier, later=later, bill=bill)


def row(prediction: Prediction) -> str:
    """Return one row of the table."""
    bill, later = prediction.bill, prediction.later
    total = bill.total - (later.total or Decimal(0))
    energy, lighting = prediction.error(LineCode.ENERGY), prediction.error(LineCode.LIGHTING)
    origins = ", ".join(f"{d.origin.value} {d.period.days}" for d in bill.terms.days)
    cells = [
        prediction.earlier.label,
        later.label,
        later.kwh,
        origins,
        later.total,
        f"{bill.total} ± {bill.margin}",
        *(f"{amount * 100:.0f}" for amount in (total, energy, lighting, total - energy - lighting)),
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def table() -> str:
    """Return the whole table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        tools = open_toolbox(Settings(data_dir=Path(folder)))
        receipts = [receipt_from_file(BILLS / f"{name}.json") for name in ONE_SUPPLY]
        pairs = combinations(receipts, 2)
        rows = [row(predict(earlier, later, tools=tools)) for earlier, later in pairs]
    return HEADER + "".join(rows)


def main() -> None:
    """Print the table, or write it into the page."""
    if "--write" not in sys.argv[1:]:
        sys.stdout.write(table())
        return
    before, _, rest = PAGE.read_text().partition(START)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{START}\n\n{table()}\n{END}{after}")


if __name__ == "__main__":
    main()
