"""The supply that prices stand for where nobody says how a home is billed."""

from dataclasses import dataclass
from datetime import date

from ahorraluz.core.home import CustomerClass, Option
from ahorraluz.core.tariffs.schedule import Schedule
from ahorraluz.services.connection import Connection
from ahorraluz.services.supplies import SupplyFields, distributor_choices, find_supply
from ahorraluz.services.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedSupply:
    """A home of the distributor whose sheet is the newest on file."""

    connection: Connection
    sheet_from: date
    """Day on which that sheet begins."""


def assumed_supply(tools: Toolbox, *, as_of: date) -> AssumedSupply | None:
    """Return the supply with the newest sheet for homes, ``None`` where none is on file by then.

    Parameters
    ----------
    tools
        Sheets on file.
    as_of
        Sheets that begin later do not count.
    """
    sheets = [
        (choice.id, sheet)
        for choice in distributor_choices()
        if choice.has_sheets
        for sheet in tools.book(choice.id).schedules
        if sheet.distributor == choice.id and _is_of_homes(sheet) and sheet.start <= as_of
    ]
    if not sheets:
        return None
    distributor, sheet = max(sheets, key=lambda item: item[1].start)
    fields = SupplyFields(distributor=distributor, system=sheet.system)
    supply = find_supply(fields, user_folder=tools.user_folder)
    return AssumedSupply(connection=Connection(supply=supply), sheet_from=sheet.start)


def _is_of_homes(sheet: Schedule) -> bool:
    return sheet.option is Option.BT5B and sheet.customer is CustomerClass.RESIDENTIAL
