"""A home of a fleet as its page would have been told: the same answers, in the pages' fields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pyarrow as pa

from ahorraluz.catalog.solar import find_city
from ahorraluz.core.home import Appliance, Fose, MonthlyUse, Option
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.services.find_readings import FoundReadings
from ahorraluz.services.fleet.faults import HomeFaultError
from ahorraluz.services.fleet.homes import FleetHome
from ahorraluz.services.fleet.intervals import found_of, series_of, slices_of
from ahorraluz.services.fleet.recibos import Recibo, past_of, recibos_of
from ahorraluz.services.households.asking import with_months
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.fields import APPLIANCES, figure_parameter
from ahorraluz.services.inquiries.inquiry import inquire
from ahorraluz.services.inquiries.query import Query, read_query

FORMAT = "table"
"""Of readings that were rows of a table."""
MOST_RECIBOS = 13
"""Latest recibo and the twelve before it, as a page asks for them."""
TOLD: Mapping[str, str] = {
    "people": "ph",
    "department": "dep",
    "tenure": "te",
    "roof": "ro",
    "panels_kwp": "pk",
    "cooking": "fu",
    "homes_on_meter": "hm",
    "budget_pen": "bu",
}
"""Parameter of a page by the field of a home."""
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetClient:
    """A home of a fleet as a portfolio keeps it."""

    about: FleetHome
    pairs: Pairs
    file: MeterFile | None
    """Its readings; ``None``: recibos, which are among the pairs."""


def clients_of(
    homes: Mapping[str, FleetHome], readings: pa.Table, *, is_local: bool, as_of: date
) -> Iterator[tuple[str, Callable[[], FleetClient]]]:
    """Yield each home by its name, with what reads it and raises if it cannot be.

    Parameters
    ----------
    homes
        By name.
    readings
        Of the columns ``BILLS``, ``TIDY`` or ``PACKED``.
    is_local
        Whether stamps are of the clock of each home.
    as_of
        Today: what is of it or later is not taken.
    """
    if "end" in readings.schema.names:
        for name, rows in recibos_of(readings).items():
            if name in homes:
                yield name, partial(_of_recibos, homes[name], rows, as_of)
        return
    for name, part in slices_of(readings, order=("start_s",)):
        if name in homes:
            yield name, partial(_of_readings, homes[name], part, is_local, as_of)


def _of_recibos(about: FleetHome, rows: list[Recibo], as_of: date) -> FleetClient:
    past = past_of(rows, as_of=as_of)
    pairs = (*_pairs(about), *_recibo_pairs(past.history[-MOST_RECIBOS:]))
    _check(read_query(_values(pairs)), as_of=as_of)
    return FleetClient(about=about, pairs=pairs, file=None)


def _of_readings(about: FleetHome, rows: pa.Table, is_local: bool, as_of: date) -> FleetClient:
    series = series_of(rows, zone=about.zone, is_local=is_local)
    found = found_of(about.id, series, zone=about.zone, as_of=as_of)
    pairs = _pairs(about)
    query = with_months(read_query(_values(pairs)), found)
    if "k" not in query.raw:
        raise HomeFaultError("fleet-readings-few", count=len(found.cleaned.readings))
    _check(query, as_of=as_of)
    return FleetClient(about=about, pairs=pairs, file=_file(found, about.zone))


def _file(found: FoundReadings, zone: str) -> MeterFile:
    return MeterFile(
        format=FORMAT,
        channels=found.channels,
        rows=sum(len(channel) for channel in found.channels),
        zone=zone,
    )


def _check(query: Query, *, as_of: date) -> None:
    """Refuse what a page would refuse of a home."""
    ready = checked(query)
    if ready.errors:
        raise InvalidInputError.of(tuple(ready.errors.values()))
    inquire(ready, as_of=as_of)


def _pairs(about: FleetHome) -> Pairs:
    return tuple(_told(about))


def _told(about: FleetHome) -> Iterator[tuple[str, str]]:
    supply, told = about.supply, about.told
    yield "d", supply.distributor
    if supply.system is not None:
        yield "s", supply.system
    if supply.option is not Option.BT5B:
        yield "o", supply.option.value
    if supply.fose is not Fose.ELIGIBLE:
        yield "fo", supply.fose.value
    if about.district is not None:
        yield "di", about.district
    if "department" not in told and "city" in told:
        # Pages ask for the department, and take the climate of its city.
        yield "dep", find_city(str(told["city"])).department
    for name, parameter in TOLD.items():
        if name in told:
            yield parameter, str(told[name])
    for appliance in _appliances(told):
        yield APPLIANCES, appliance.id
    figures = told.get("assumptions", {})
    assert isinstance(figures, Mapping)  # noqa: S101 - the table of homes made it so
    for figure, value in figures.items():
        yield figure_parameter(figure), str(value)


def _appliances(told: Mapping[str, object]) -> Sequence[Appliance]:
    listed = told.get("appliances", ())
    assert isinstance(listed, tuple)  # noqa: S101 - the table of homes made it so
    return listed


def _recibo_pairs(history: Sequence[MonthlyUse]) -> Pairs:
    """Return recibos as a page takes them: the newest by its days, those before it in a row."""
    newest, earlier = history[-1], history[:-1]
    found = [
        ("k", _kwh(newest.kwh)),
        ("f", newest.period.start.isoformat()),
        ("h", newest.period.end.isoformat()),
    ]
    if earlier:
        found.append(("hk", " ".join(_kwh(use.kwh) for use in earlier)))
        found.append(("hn", " ".join(str(use.period.days) for use in earlier)))
        gaps = [(after.period.start - use.period.end).days for use, after in pairwise(history)]
        if any(gaps):
            found.append(("hg", " ".join(map(str, gaps))))
    return tuple(found)


def _kwh(energy: Decimal) -> str:
    return format(energy.normalize(), "f")


def _values(pairs: Pairs) -> Mapping[str, Sequence[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values
