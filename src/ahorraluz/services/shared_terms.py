"""Terms of a year that many homes share, reckoned once.

Homes of one distributor with one option and the same charges are billed alike: a fleet of
them asks for the same year again and again, and so does a household that tries another
figure. What is kept belongs to one tariff book; an import makes another book, so nothing
here outlives its prices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.core.advice.context import MONTHS, Otherwise, TermsPair
from ahorraluz.core.advice.pricing import other_terms
from ahorraluz.core.home import FixedCharges, Supply
from ahorraluz.core.periods import months_from
from ahorraluz.core.same import Same
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms

MOST_YEARS = 256
"""Years that are kept, each of some 30 kB, with its other options of some 100 kB."""

Year = tuple[BillTerms, ...]


def shared_year(book: TariffBook, supply: Supply, *, as_of: date, charges: FixedCharges) -> Year:
    """Return the terms of the twelve months that start on a day, the same object each time.

    Raises
    ------
    NoScheduleError
        As :func:`~ahorraluz.core.tariffs.terms.bill_terms`.
    """
    # Equal amounts may be told with more or fewer decimals, which a reader would see.
    return _year(Same(book), supply, as_of, _Charges(charges, told=repr(charges)))


def shared_otherwise(
    book: TariffBook, year: Year, *, homes_on_meter: int
) -> Mapping[Otherwise, TermsPair]:
    """Return the other ways to be billed in a year, the same object each time."""
    return _otherwise(Same(book), Same(year), homes_on_meter)


@dataclass(frozen=True, slots=True)
class _Charges:
    """Charges as they were told."""

    charges: FixedCharges
    told: str


@lru_cache(maxsize=MOST_YEARS)
def _year(book: Same[TariffBook], supply: Supply, as_of: date, charged: _Charges) -> Year:
    return tuple(
        bill_terms(book.value, supply, period, charges=charged.charges)
        for period in months_from(as_of, months=MONTHS)
    )


@lru_cache(maxsize=MOST_YEARS)
def _otherwise(
    book: Same[TariffBook], year: Same[Year], homes_on_meter: int
) -> Mapping[Otherwise, TermsPair]:
    return other_terms(
        book.value,
        year.value,
        homes_on_meter=homes_on_meter,
        stand_ins=stand_ins(year.value[0].supply.distributor),
    )


def stand_ins(distributor: str) -> tuple[str, ...]:
    """Return the sheets whose document names no distributor but may be this one's.

    They come first among its neighbours; a neighbour with a name of its own bills
    somebody else.
    """
    known = load_distributors()
    return tuple(name for name in known[distributor].neighbours[:1] if name not in known)
