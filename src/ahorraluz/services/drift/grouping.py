"""Which groups homes are watched in: by place, tariff option, level, and as a table names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ahorraluz.core.forecast.drift import Group
from ahorraluz.core.forecast.drift_days import DayTable
from ahorraluz.core.forecast.drift_reference import LEAST_HOMES, thirds
from ahorraluz.ingest.fleet_tables import open_homes

LEVELS = ("low", "middle", "high")
"""Names of groups by level."""
MOST_GROUPS = 40
"""The largest groups are looked at: more tests find less."""
LIMA = "America/Lima"
"""Zone of homes of whose clock their table says nothing."""
DEPARTMENT = 2
"""Digits of a district that name its department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongs:
    """What a home's groups are made of; empty: not known."""

    department: str = ""
    option: str = ""
    cohort: str = ""
    zone: str = ""
    """IANA zone of its clock."""


def groups_of(table: DayTable, known: Mapping[str, Belongs]) -> list[Group]:
    """Return groups of at least ten homes, the largest first.

    Their names are ``level:low``, ``department:04``, ``option:BT5B``, ``cohort:…``.

    Parameters
    ----------
    table
        The homes.
    known
        By id of the home.
    """
    named = [
        (f"level:{name}", members) for name, members in zip(LEVELS, thirds(table), strict=False)
    ]
    for kind in ("department", "option", "cohort"):
        of_home = np.array([getattr(known.get(home, Belongs()), kind) for home in table.homes])
        # A group of everybody says nothing that all homes do not.
        values = [value for value in np.unique(of_home) if value]
        named += [
            (f"{kind}:{value}", of_home == value)
            for value in values
            if int((of_home == value).sum()) < len(table)
        ]
    large = [group for group in named if int(group[1].sum()) >= LEAST_HOMES]
    return sorted(large, key=lambda group: (-int(group[1].sum()), group[0]))[:MOST_GROUPS]


def read_belongs(path: Path) -> Mapping[str, Belongs]:
    """Return what a table of homes says of their groups; raises ``FleetTableError``."""
    found: dict[str, Belongs] = {}
    for batch in open_homes(path).batches():
        names = set(batch.schema.names)
        columns = {
            name: batch.column(name).to_pylist()
            for name in ("household_id", "district", "department", "option", "cohort", "zone")
            if name in names
        }
        for row, home in enumerate(columns["household_id"]):
            found[str(home)] = Belongs(
                department=_department(columns, row),
                option=_text(columns.get("option"), row),
                cohort=_text(columns.get("cohort"), row),
                zone=_text(columns.get("zone"), row) or LIMA,
            )
    return found


def _department(columns: Mapping[str, Sequence[object]], row: int) -> str:
    district = _text(columns.get("district"), row)
    return district[:DEPARTMENT] if district else _text(columns.get("department"), row)


def _text(column: Sequence[object] | None, row: int) -> str:
    value = None if column is None else column[row]
    return "" if value is None else str(value)
