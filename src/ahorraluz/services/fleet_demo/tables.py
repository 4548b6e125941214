"""Blocks of made-up homes as tables: one of homes, one of their recibos, one of their hours."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ahorraluz.core.home import Option
from ahorraluz.core.usage.made_up import (
    BUDGETS,
    FOSE,
    FUELS,
    ROOF_KINDS,
    TENURES,
    Country,
    MadeUpHomes,
    Texts,
)
from ahorraluz.core.usage.made_up_faults import SOUND, HourRow, Table, break_homes

HOMES_LAYOUT = pa.schema(
    [
        ("household_id", pa.string()),
        ("distributor", pa.string()),
        ("system", pa.string()),
        ("option", pa.string()),
        ("fose", pa.string()),
        ("district", pa.string()),
        ("department", pa.string()),
        ("city", pa.string()),
        ("people", pa.int32()),
        ("tenure", pa.string()),
        ("roof", pa.string()),
        ("cooking", pa.string()),
        ("appliances", pa.string()),
        ("homes_on_meter", pa.int32()),
        ("budget_pen", pa.float64()),
        ("cohort", pa.string()),
    ]
)
BILLS_LAYOUT = pa.schema(
    [
        ("household_id", pa.string()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("kwh", pa.float64()),
    ]
)
HOURS_LAYOUT = pa.schema(
    [
        ("household_id", pa.string()),
        ("start", pa.timestamp("ms", tz="UTC")),
        ("step_s", pa.int32()),
        ("kwh", pa.list_(pa.float32())),
    ]
)
FAULTS_LAYOUT = pa.schema([("household_id", pa.string()), ("fault", pa.string())])


def household_ids(first: int, count: int) -> Texts:
    """Return the ids of some homes, in the order of their numbers.

    Examples
    --------
    >>> household_ids(41, 1).tolist()
    ['demo-00000041']
    """
    return np.array([f"demo-{number:08}" for number in range(first, first + count)], dtype=object)


def table_of_homes(homes: MadeUpHomes, country: Country, faults: Texts) -> pa.Table:
    """Return a block of homes, those with a fault of their own broken.

    What only a questionnaire tells is empty for homes that answered none.
    """
    places = country.places
    table: Table = {
        "household_id": household_ids(homes.first, len(homes)),
        "option": np.full(len(homes), Option.BT5B.value, dtype=object),
        "fose": _named([kind.value for kind in FOSE], homes.excluded.astype(np.int64)),
        "tenure": _named([kind.value for kind in TENURES], homes.tenure),
        "roof": _named([kind.value for kind in ROOF_KINDS], homes.roof),
        "cooking": _named([fuel.value for fuel in FUELS], homes.fuel),
        "appliances": _appliances(homes, country),
        "people": homes.people,
        "homes_on_meter": homes.homes_on_meter,
        "budget_pen": np.asarray(BUDGETS)[homes.budget],
    }
    for column in ("distributor", "system", "district", "department", "city", "cohort"):
        table[column] = _named([getattr(place, column) for place in places], homes.place)
    break_homes(table, faults)
    asked = {"people", "tenure", "roof", "cooking", "appliances"}
    empty = dict.fromkeys(asked, ~homes.stated)
    empty["budget_pen"] = ~homes.stated | (homes.budget < 0)
    # What is broken must be seen, whether the home answered or not.
    arrays = [
        pa.array(table[field.name], field.type, mask=_mask(empty, field.name, faults))
        for field in HOMES_LAYOUT
    ]
    return pa.Table.from_arrays(arrays, schema=HOMES_LAYOUT)


def table_of_faults(first: int, faults: Texts) -> pa.Table:
    """Return which homes of a block are broken, and how."""
    broken = np.flatnonzero(faults != SOUND)
    ids = household_ids(first, len(faults))[broken]
    return pa.Table.from_arrays(
        [pa.array(ids, pa.string()), pa.array(faults[broken], pa.string())], schema=FAULTS_LAYOUT
    )


def table_of_bills(first: int, count: int, bills: Table) -> pa.Table:
    """Return the recibos of a block of homes, one after another."""
    ids = pa.array(household_ids(first, count), pa.string())
    arrays = [
        ids.take(pa.array(bills["home"])),
        pa.array(bills["start"].astype("datetime64[D]"), pa.date32()),
        pa.array(bills["end"].astype("datetime64[D]"), pa.date32()),
        pa.array(bills["kwh"], pa.float64(), mask=np.isnan(bills["kwh"])),
    ]
    return pa.Table.from_arrays(arrays, schema=BILLS_LAYOUT)


def table_of_hours(rows: list[tuple[str, HourRow]], *, start: np.datetime64) -> pa.Table:
    """Return rows of hours as a packed table.

    Parameters
    ----------
    rows
        Home and hours of each row.
    start
        Of the first hour, UTC.
    """
    lengths = [len(row.kwh) for _, row in rows]
    flat = np.concatenate([row.kwh for _, row in rows]) if rows else np.zeros(0, np.float32)
    ends = pa.array(np.cumsum([0, *lengths]), pa.int32())
    arrays = [
        pa.array([home for home, _ in rows], pa.string()),
        pa.array(np.full(len(rows), start, "datetime64[ms]"), HOURS_LAYOUT.field("start").type),
        pa.array([row.step_s for _, row in rows], pa.int32()),
        pa.ListArray.from_arrays(ends, pa.array(flat, pa.float32())),
    ]
    return pa.Table.from_arrays(arrays, schema=HOURS_LAYOUT)


def _named(names: list[str | None], place: NDArray[np.int64]) -> Texts:
    return np.array(names, dtype=object)[place]


def _mask(
    empty: dict[str, NDArray[np.bool_]], name: str, faults: Texts
) -> NDArray[np.bool_] | None:
    return empty[name] & (faults == SOUND) if name in empty else None


def _appliances(homes: MadeUpHomes, country: Country) -> Texts:
    """Return what each home that answered owns, ids joined by ``;``, each once."""
    names = [kind.appliance for kind in country.kinds]
    found = np.full(len(homes), "", dtype=object)
    answered = np.flatnonzero(homes.stated)
    home, kind = np.nonzero(homes.owned[answered] > 0)
    ends = np.searchsorted(home, np.arange(len(answered) + 1)).tolist()
    listed = [names[column] for column in kind.tolist()]
    for row, (begin, end) in enumerate(pairwise(ends)):
        found[answered[row]] = ";".join(listed[begin:end])
    return found
