"""Try other rules on the bills of a population: a table that somebody brings, or what is told.

A table is read, priced and forgotten. The homes kept here count only as what was published of
them, so that no policy, however narrow, can ask more of them than everybody may know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from ahorraluz.catalog.districts import load_provinces
from ahorraluz.catalog.places import departments, find_department, load_places
from ahorraluz.core.home import Sector, Supply
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.policy import Bills, Outcome, Policy, PolicyError, prices_of, try_out
from ahorraluz.core.tariffs.schedule import Origin
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.ingest.population import PopulationTable, read_population
from ahorraluz.services.publish_aggregates import latest_aggregates
from ahorraluz.services.supplies import SupplyFields, find_supply
from ahorraluz.services.toolbox import Toolbox

MONTH = timedelta(days=30)
DISCOUNT_SLACK = Decimal("0.005")
"""What rounding a price to four decimals can put between a discount and the one printed."""
NOWHERE = ""
LIMITS = {
    "limit_kwh": (Decimal(0), Decimal(1_000)),
    "first_kwh": (Decimal(0), Decimal(1_000)),
    "discount": (Decimal(0), Decimal(1)),
    "surcharge": (Decimal(0), Decimal(1)),
    "igv": (Decimal(0), Decimal(1)),
    "energy": (Decimal("-0.9"), Decimal(1)),
}
"""Least and most of what can be moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What a policy does, to whom."""

    policy: Policy
    outcome: Outcome
    departments: tuple[str, ...]
    """Names by number; empty where not told."""
    published: bool
    """Whether these are groups that were published, each home of a group at its mean."""
    issues: tuple[Issue, ...]


def try_policy(policy: Policy, *, table: bytes | None, tools: Toolbox, as_of: date) -> Tried:
    """Return what a policy does to the bills of a month.

    Parameters
    ----------
    policy
        What is moved.
    table
        CSV of bills; ``None``: the groups that were published.
    tools
        Sheets and store.
    as_of
        Last day of the month priced.

    Raises
    ------
    InvalidInputError
        ``policy-out-of-range``, what :func:`.read_population` raises, or what a supply or a
        department that is not known raises.
    PolicyError
        ``policy-nobody``, ``policy-nothing-published``, and as :func:`.try_out`.
    """
    _check(policy)
    rows = _published(tools) if table is None else read_population(table)
    names: list[str] = [NOWHERE]
    priced = tuple(_priced(rows, names, tools=tools, as_of=as_of))
    issues = [issue for bills in priced for issue in _issues(bills.terms, policy)]
    unique = {(issue.code, str(issue.parameters)): issue for issue in issues}
    return Tried(
        policy=policy,
        outcome=try_out(priced, policy),
        departments=tuple(names),
        published=table is None,
        issues=tuple(unique.values()),
    )


def _check(policy: Policy) -> None:
    for name, (low, high) in LIMITS.items():
        value = getattr(policy, name)
        if value is not None and not low <= value <= high:
            raise InvalidInputError(
                "policy-out-of-range", field=name, value=value, low=low, high=high
            )


def _priced(
    rows: PopulationTable, names: list[str], *, tools: Toolbox, as_of: date
) -> Iterator[Bills]:
    """Yield the bills by supply, and name the departments they are in."""
    places, told = pd.factorize(rows.department)
    known = departments()
    numbers = []
    for text in told:
        name = NOWHERE if not text else known[find_department(str(text))]
        if name not in names:
            names.append(name)
        numbers.append(names.index(name))
    place = np.asarray(numbers, dtype=np.int64)[places]
    distributors, whose = pd.factorize(rows.distributor)
    systems, which = pd.factorize(rows.system)
    codes = distributors * len(which) + systems
    for code in np.unique(codes):
        chosen = np.flatnonzero(codes == code)
        distributor, system = whose[code // len(which)], which[code % len(which)]
        fields = SupplyFields(distributor=str(distributor), system=str(system) or None)
        terms = _terms(find_supply(fields, user_folder=tools.user_folder), tools=tools, as_of=as_of)
        yield Bills(
            milli=rows.milli[chosen],
            count=rows.count[chosen],
            department=place[chosen],
            terms=terms,
        )


def _terms(supply: Supply, *, tools: Toolbox, as_of: date) -> BillTerms:
    return bill_terms(tools.book(supply.distributor), supply, Period(as_of - MONTH, as_of))


def _issues(terms: BillTerms, policy: Policy) -> Sequence[Issue]:
    """Return what a reader must know of the prices: assumed ones, and discounts of no law."""
    told = []
    if terms.origin is not Origin.SHEET:
        told.append(
            Issue(
                code="policy-price-assumed",
                parameters={
                    "distributor": terms.supply.distributor,
                    "sheet": terms.days[-1].schedule.source.title,
                    "percent": round(terms.spread * 100, 1),
                },
            )
        )
    prices = prices_of(terms)
    printed = 1 - prices.discounted / prices.base
    known = terms.fose_discount
    elsewhere = terms.supply.sector not in (None, Sector.URBAN_INTERCONNECTED)
    if known is None or abs(printed - known) > DISCOUNT_SLACK or elsewhere:
        told.append(
            Issue(
                code="policy-discount-of-sheet",
                parameters={
                    "distributor": terms.supply.distributor,
                    "percent": round(printed * 100, 1),
                },
            )
        )
    return told


def _published(tools: Toolbox) -> PopulationTable:
    """Return the published groups of each department, every home at the mean of its group."""
    found = latest_aggregates(tools=tools)
    cells = [] if found is None else [place for place in found.places if len(place.code) == 2]
    if not cells:
        raise PolicyError("policy-nothing-published")
    names = {province.code[:2]: province.department for province in load_provinces().values()}
    serving = {place.department: place.distributor for place in reversed(load_places())}
    kwh = [int(cell.consumption_kwh * 1000) for cell in cells]
    return PopulationTable(
        milli=np.asarray(kwh, dtype=np.int64),
        count=np.asarray([cell.homes for cell in cells], dtype=np.int64),
        distributor=np.asarray([serving[names[cell.code]] for cell in cells], dtype=object),
        system=np.full(len(cells), "", dtype=object),
        department=np.asarray([names[cell.code] for cell in cells], dtype=object),
    )
