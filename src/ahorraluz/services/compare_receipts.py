"""Why one recibo costs more than another."""

from datetime import date
from decimal import Decimal

from ahorraluz.core.home import CustomerClass, Fose
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.comparison import Change, compare
from ahorraluz.core.tariffs.figures import IGV
from ahorraluz.core.tariffs.learning import base_price, fose_rule
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.services.audit_receipt import rules_day
from ahorraluz.services.receipts import supply_of
from ahorraluz.services.toolbox import Toolbox


def compare_receipts(before: Receipt, after: Receipt, *, tools: Toolbox, as_of: date) -> Change:
    """Return why ``after`` differs from ``before``, in parts that add up.

    Raises
    ------
    InvalidInputError
        ``receipts-of-two-distributors``, ``distributor-unknown``.
    ComparisonError
        ``receipt-lacks``: a recibo without kWh, energy charge or total.
    """
    supply, other = (
        supply_of(receipt, user_folder=tools.user_folder) for receipt in (after, before)
    )
    if supply.distributor != other.distributor:
        raise InvalidInputError(
            "receipts-of-two-distributors", before=before.distributor, after=after.distributor
        )
    book = tools.book(supply.distributor)
    discounted = supply.customer is CustomerClass.RESIDENTIAL and supply.fose is Fose.ELIGIBLE

    def base(receipt: Receipt) -> Decimal | None:
        if not discounted:
            return None
        rule = fose_rule(book.figures, supply, rules_day(receipt, as_of))
        return base_price(receipt, rule)

    exempt = after.igv is not None and after.igv == 0
    rate = Decimal(0) if exempt else book.figures.value(IGV, rules_day(after, as_of))
    return compare(before, after, base_price=base, igv_rate=rate)
