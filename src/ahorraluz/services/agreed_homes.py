"""Homes that may be counted: those whose owner agreed, with where they are and what they saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.core.anonymity import APART, Present
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.services.accounts.consents import Purpose, homes_that_agreed
from ahorraluz.services.outlets import AGREED, KEPT, MARK, saving_place
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.promise_records import MonthResult, Promise
from ahorraluz.store.vault import home_owner

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedHomes:
    """Promises that were measured of homes that count."""

    homes: Sequence[Present]
    keys: Mapping[str, "DataKey"]
    """Of the home, by its mark."""
    promises: Sequence[Promise]


def agreed_homes(*, tools: Toolbox, as_of: datetime) -> Sequence[str]:
    """Return the homes whose owner of today agreed to count in statistics."""
    agreed = homes_that_agreed(Purpose.AGGREGATES, tools=tools, as_of=as_of)
    owners = client_book(tools).owners_of(list(agreed))
    return [home for home, given in agreed.items() if owners.get(home) == given.account]


def place_code(pairs: object) -> str:
    """Return the code of the smallest place that a home told."""
    said = {str(n): str(v) for n, v in pairs} if isinstance(pairs, list) else {}
    if said.get("di", "") in load_districts():
        return said["di"]
    department = said.get("dep", "")
    codes = (p.code[:2] for p in load_provinces().values() if p.department == department)
    return next(codes, "")


def promised_homes(*, tools: Toolbox, as_of: datetime) -> PromisedHomes:
    """Return the promises that were measured of homes that count.

    A home counts if its owner agreed; one of no account is kept by whoever runs this program, and
    counts apart.
    """
    results = tools.store.promises.results()
    found = [
        (promise, home, results[promise.id])
        for promise, home in tools.store.promises.everything()
        if home is not None and results.get(promise.id)
    ]
    places = _places([home for _, home, _ in found], tools=tools, as_of=as_of)
    keys: dict[str, DataKey] = {}
    homes, promises = [], []
    for promise, home, months in found:
        # Without a key the home is gone meanwhile, or nothing was ever kept under one.
        key = tools.store.people.vault.find(home_owner(home))
        if home not in places or key is None:
            continue
        step = promise.terms.step
        mark = f"{key.pseudonym(MARK)}{APART}{key.pseudonym(f'{MARK} {step}')}"
        keys[mark] = key
        place = saving_place(*places[home], promise.terms.distributor, step)
        homes.append(Present(mark=mark, place=place, values=_values(promise, months)))
        promises.append(promise)
    return PromisedHomes(homes=homes, keys=keys, promises=promises)


def _places(
    homes: Sequence[str], *, tools: Toolbox, as_of: datetime
) -> Mapping[str, tuple[str, str]]:
    """Return whether each home agreed or is of no account, and its place, if it may be counted."""
    agreed = set(agreed_homes(tools=tools, as_of=as_of))
    people = tools.store.people
    unowned = {h: (KEPT, "") for h in homes if not people.households.reached_by(h)}
    said = client_book(tools).answers_of([home for home in homes if home in agreed])
    return unowned | {one.home: (AGREED, place_code(one.said.get("pairs"))) for one in said}


def _values(promise: Promise, months: Sequence[MonthResult]) -> dict[str, int]:
    """Return what was promised and measured in a mean month.

    What was not known of a home in one month was not known in the others either: the ranges of
    its months are added.
    """
    part = DAYS_MONTH / sum(month.days for month in months)
    measured = round(sum(month.cents for month in months) * part)
    half = sum(month.cents_high - month.cents_low for month in months) / 2 * part
    return {
        "promised": promise.terms.cents_month,
        "measured": measured,
        "gained": int(measured > 0),
        "noise": round(half * half),
        "verified": round(sum(month.kwh for month in months) * part * TENTHS),
    }
