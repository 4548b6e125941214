"""All that is told of the homes of one part: a pure function of two tables, figures and a day.

What a home is told is what its page tells, by the same functions: the plan, the account, the
months to come. Only what pays is done for many at once: the net of the months and the recibos
of their energies. A home that fails anywhere is put aside with its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.forecast.months import MonthForecast
from ahorraluz.core.issues import AhorraLuzError, Issue
from ahorraluz.ingest.fleet_cells import ID
from ahorraluz.services.fleet.faults import Ward
from ahorraluz.services.fleet.homes import FleetHome, home_of, rows_of
from ahorraluz.services.fleet.hours import HoursModel, hours_of
from ahorraluz.services.fleet.intervals import homes_in, slices_of
from ahorraluz.services.fleet.measured import MeasuredHome, measured_home
from ahorraluz.services.fleet.months import Tariffs, ToPrice, months_of_recibos, recibos_to_come
from ahorraluz.services.fleet.recibos import Past, past_of, recibos_of
from ahorraluz.services.fleet.rows import Known, row_of
from ahorraluz.services.fleet.tables import Row, dead_table, table_of
from ahorraluz.services.fleet.versions import Versions, versions_of
from ahorraluz.services.toolbox import Toolbox

HOMES, READINGS, FORECAST, PLAN = "homes", "readings", "forecast", "plan"
"""Stages at which a home may be put aside."""
PRICED = 2
"""Months whose recibo is told: the present one and the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOptions:
    """How the homes of a part are told."""

    hours: int = 24
    """Hours ahead of homes with readings; 0: none. [h]"""
    is_local: bool = False
    """Whether stamps of readings are of the clock of each home."""
    skip: tuple[str, ...] = ()
    """Homes that ended the process that scored them."""


def score_part(
    homes: pa.Table,
    readings: pa.Table,
    *,
    tools: Toolbox,
    as_of: date,
    options: PartOptions = PartOptions(),
    versions: Versions | None = None,
) -> tuple[pa.Table, pa.Table]:
    """Return the scored homes of a part, and those that could not be.

    Parameters
    ----------
    homes
        Of the columns :data:`~ahorraluz.ingest.fleet_cells.HOMES`, in any order.
    readings
        Of the columns ``BILLS``, ``TIDY`` or ``PACKED``, of these homes, in any order.
    tools
        Figures on file.
    as_of
        Day of the run: nothing that came on it or later is used.
    versions
        What is written beside each home; ``None``: as installed.

    Returns
    -------
    Tables of the columns ``HOMES`` and ``DEAD`` of :mod:`.tables`, by the ids of the homes. Every
    home of either table is in exactly one of them.
    """
    ward, said = Ward(), versions or versions_of(tools)
    known = told_homes(homes, readings, ward, options)
    tariffs = Tariffs(tools, as_of)
    if "end" in readings.schema.names:
        rows = _of_recibos(known, readings, ward, tariffs)
    else:
        rows = _of_readings(known, readings, ward, tariffs, options, said.hours)
    columns = said.columns()
    return table_of([{**row, **columns} for row in rows]), dead_table(ward.dead)


def told_homes(
    homes: pa.Table, readings: pa.Table, ward: Ward, options: PartOptions
) -> dict[str, FleetHome]:
    """Return the homes that have readings and are told rightly; the others are put aside."""
    counts, found = homes_in(readings), dict[str, FleetHome]()
    seen: set[str] = set()
    for row in rows_of(homes):
        home = row[ID] or ""
        if not home:
            ward.put("", HOMES, Issue(code="fleet-id-missing"))
            continue
        if home in seen:
            found.pop(home, None)
            ward.put(home, HOMES, Issue(code="fleet-home-twice", parameters={"home": home[:64]}))
            continue
        seen.add(home)
        if home in options.skip:
            ward.put(home, HOMES, Issue(code="fleet-home-killed"))
        elif home not in counts:
            ward.put(home, READINGS, Issue(code="fleet-home-without-readings"))
        else:
            with ward.of(home, HOMES):
                found[home] = home_of(row)
    for home in counts:
        if home not in seen:
            ward.put(home or "", HOMES, Issue(code="fleet-readings-without-home"))
    return found


def _of_recibos(
    known: Mapping[str, FleetHome], readings: pa.Table, ward: Ward, tariffs: Tariffs
) -> list[Row]:
    recibos = recibos_of(readings)
    pasts: dict[str, Past] = {}
    for home in known:
        with ward.of(home, READINGS):
            pasts[home] = past_of(recibos[home], as_of=tariffs.as_of)

    def failed(home: str, error: AhorraLuzError) -> None:
        ward.put(home, FORECAST, error.issue)

    months = months_of_recibos(pasts, failed=failed)
    costs = _costs(known, months, tariffs)
    rows: list[Row] = []
    for home, forecasts in months.items():
        with ward.of(home, PLAN):
            past = pasts[home]
            told = Known(
                about=known[home],
                home=known[home].home(past.history),
                end=past.end,
                months=forecasts,
                costs=costs,
            )
            rows.append(row_of(told, tariffs=tariffs))
    return rows


def _of_readings(
    known: Mapping[str, FleetHome],
    readings: pa.Table,
    ward: Ward,
    tariffs: Tariffs,
    options: PartOptions,
    model: HoursModel,
) -> list[Row]:
    homes: dict[str, MeasuredHome] = {}
    for home, part in slices_of(readings, order=("start_s",)):
        if home in known:
            with ward.of(home, READINGS):
                homes[home] = measured_home(
                    known[home],
                    part,
                    is_local=options.is_local,
                    hours=options.hours,
                    tariffs=tariffs,
                )
    costs = _costs(known, {home: one.months for home, one in homes.items()}, tariffs)
    asked = {home: one.asked for home, one in homes.items() if one.asked is not None}
    hours = hours_of(asked, tools=tariffs.tools, model=model)
    rows: list[Row] = []
    for home, one in homes.items():
        with ward.of(home, PLAN):
            told = Known(
                about=one.about,
                home=one.home,
                end=one.end,
                months=one.months,
                costs=costs,
                measured=replace(one.measured, hours=hours.get(home)),
            )
            rows.append(row_of(told, tariffs=tariffs))
    return rows


def _costs(
    known: Mapping[str, FleetHome],
    months: Mapping[str, tuple[MonthForecast, ...]],
    tariffs: Tariffs,
) -> Mapping[tuple[str, date], Estimate]:
    """Return the recibos of the present month and the next, of every home."""
    wanted = [
        ToPrice(home=home, supply=known[home].supply, forecast=forecast)
        for home, forecasts in months.items()
        for forecast in forecasts[:PRICED]
    ]
    return recibos_to_come(wanted, tariffs=tariffs)
