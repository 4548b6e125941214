"""A kept home as the other services take it: what was typed, and what its meter tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ahorraluz.core.advice.measured_months import months_of
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.connection import Connection
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.households.choosing import unwanted
from ahorraluz.services.households.keeping import KeptHome
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import Inquiry, inquire, issues_by_parameter, supply_of
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.understand_usage import About, Understanding, understand_usage

NO_READINGS = ("home-unknown", "home-without-readings", "database-none")
TENTH = Decimal("0.1")
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AskedHome:
    """A kept home, read and checked."""

    kept: KeptHome
    query: Query
    """With the issues of what is missing or cannot be."""
    inquiry: Inquiry | None
    """``None``: too little is known for a plan, for the errors of ``query``."""
    understanding: Understanding | None
    """What its meter tells; ``None``: it has no readings."""

    @property
    def connection(self) -> Connection | None:
        """How it is billed; ``None``: not known."""
        if self.inquiry is not None:
            receipts = (self.inquiry.receipt,) if self.inquiry.receipt else ()
            return Connection(
                supply=self.inquiry.supply, charges=self.inquiry.home.charges, receipts=receipts
            )
        return connection_of(self.query)


def ask_home(
    kept: KeptHome,
    *,
    changes: Iterable[tuple[str, str]] = (),
    tools: Toolbox,
    as_of: date,
) -> AskedHome:
    """Return a kept home, ready for advice as far as it is known.

    Parameters
    ----------
    kept
        What was typed.
    changes
        Fields to try instead of those kept: what if.
    tools
        The store.
    as_of
        Today.
    """
    typed = query_of(kept.pairs, changes=changes)
    found = readings_at(kept.id, tools=tools)
    query = checked(typed if found is None else with_months(typed, found))
    inquiry = None
    if not query.errors:
        try:
            inquiry = inquire(query, as_of=as_of)
            wishes = replace(inquiry.wishes, without=unwanted(kept, tools=tools))
            inquiry = replace(inquiry, wishes=wishes)
        except AhorraLuzError as error:
            query = query.with_errors(issues_by_parameter(error, otherwise="d"))
    asked = AskedHome(kept=kept, query=query, inquiry=inquiry, understanding=None)
    if found is None:
        return asked
    about = About(connection=asked.connection, home=inquiry.home if inquiry else None)
    try:
        known = understand_usage(found, about=about, tools=tools, as_of=as_of)
    except AhorraLuzError as error:
        if inquiry is None:
            raise
        # An appliance that is on no list, say: the readings are told without what was typed.
        query = query.with_errors(issues_by_parameter(error, otherwise="d"))
        asked = replace(asked, query=query, inquiry=None)
        about = About(connection=asked.connection)
        known = understand_usage(found, about=about, tools=tools, as_of=as_of)
    return replace(asked, understanding=known)


def query_of(pairs: Iterable[tuple[str, str]], *, changes: Iterable[tuple[str, str]] = ()) -> Query:
    """Return pairs as a query, with some fields changed; an empty change takes a field out."""
    return read_query(changed_pairs(pairs, changes))


def changed_pairs(
    pairs: Iterable[tuple[str, str]], changes: Iterable[tuple[str, str]]
) -> Mapping[str, Sequence[str]]:
    """Return the values of each field with some of them changed."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    new: dict[str, list[str]] = {}
    for name, value in changes:
        new.setdefault(name, []).append(value)
    return {**values, **new}


def connection_of(query: Query) -> Connection | None:
    """Return how a home is billed as far as its query says; ``None``: it does not."""
    if query.text("d") is None:
        return None
    try:
        return Connection(supply=supply_of(query))
    except AhorraLuzError:
        return None


def readings_at(home: str, *, tools: Toolbox) -> FoundReadings | None:
    """Return the readings of a kept home; ``None``: it has none."""
    try:
        channels, cleaned = readings_of(home, tools=tools)
    except AhorraLuzError as error:
        if error.issue.code in NO_READINGS:
            return None
        raise
    return FoundReadings(name=home, channels=channels, cleaned=cleaned, home=home)


def with_months(query: Query, found: FoundReadings) -> Query:
    """Return a query with the whole months of a meter where no recibo was typed."""
    if "k" in query.raw:
        return query
    whole = [month for month in months_of(found.cleaned.readings) if month.is_whole]
    if not whole:
        return query
    told = whole[-MOST_MONTHS:]
    latest = told[-1]
    energies = [str(Decimal(repr(m.whole_kwh)).quantize(TENTH)) for m in told]
    measured = {
        "k": energies[-1],
        "f": latest.period.start.isoformat(),
        "h": latest.period.end.isoformat(),
    }
    if len(told) > 1:
        measured["hk"] = " ".join(energies[:-1])
        measured["hn"] = " ".join(str(month.period.days) for month in told[:-1])
        gaps = [(later.period.start - month.period.end).days for month, later in pairwise(told)]
        if any(gaps):
            measured["hg"] = " ".join(map(str, gaps))
    typed = {name: value for name, value in query.raw.items() if name not in measured}
    pairs = [*typed.items(), *measured.items(), *(("a", id_) for id_ in query.appliances)]
    return query_of(pairs)
