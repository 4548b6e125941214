"""What is known of how a home is billed, and the prices of its year to come."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from ahorraluz.core.home import FixedCharges, Supply
from ahorraluz.core.periods import Period, month_after, months_from
from ahorraluz.core.tariffs.learning import LearntTariff
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.explain_bill import Evidence, learn, with_receipt_charges
from ahorraluz.services.shared_terms import shared_year
from ahorraluz.services.toolbox import Toolbox

MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A supply with what its recibos tell of its prices."""

    supply: Supply
    charges: FixedCharges = field(default_factory=FixedCharges)
    receipts: tuple[Receipt, ...] = ()
    """The one to learn prices from first."""
    fose_discount: Decimal | None = None


@dataclass(frozen=True)
class Prices:
    """Prices of one connection, resolved for the periods that are asked for."""

    connection: Connection
    book: TariffBook
    as_of: date

    @cached_property
    def learnt(self) -> LearntTariff | None:
        """What the home's own recibo tells of its prices."""
        known = self.connection
        return learn(
            known.receipts[0] if known.receipts else None,
            known.supply,
            self.book,
            as_of=self.as_of,
            evidence=Evidence(discount=known.fose_discount, others=known.receipts[1:]),
        )

    def terms(self, period: Period) -> BillTerms:
        """Return the terms of a period."""
        known = self.connection
        return bill_terms(
            self.book,
            known.supply,
            period,
            charges=with_receipt_charges(
                known.charges, known.receipts[0] if known.receipts else None
            ),
            receipt=self.learnt.schedule if self.learnt else None,
        )

    @cached_property
    def year(self) -> tuple[BillTerms, ...]:
        """Terms of the twelve months to come, which connections without recibos share."""
        known = self.connection
        if not known.receipts:
            return shared_year(self.book, known.supply, as_of=self.as_of, charges=known.charges)
        return tuple(map(self.terms, months_from(self.as_of, months=MONTHS)))


def prices_of(connection: Connection, *, tools: Toolbox, as_of: date) -> Prices:
    """Return the prices of a connection; raises what the terms of a period raise."""
    return Prices(connection, tools.book(connection.supply.distributor), as_of)


def month_to_come(period: Period, as_of: date) -> Period:
    """Return the same calendar month in the year that begins on ``as_of``.

    What was measured in the past is priced as it would be billed now: sheets of years ago
    are on no file.
    """
    start = date(as_of.year, period.start.month, 1)
    if start < as_of.replace(day=1):
        start = start.replace(year=as_of.year + 1)
    return Period(start, month_after(start))
