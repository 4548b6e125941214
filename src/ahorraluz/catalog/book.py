"""The tariff book of one distributor: its sheets, its neighbours', and the rules of its bills."""

from pathlib import Path

from ahorraluz.catalog import distributors, national, places, sources
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.schedules import load_schedules, tariff_table
from ahorraluz.catalog.tables import data_hash
from ahorraluz.core.tariffs.schedule import TariffBook


def load_tariff_book(distributor: str, *, user_folder: Path | None = None) -> TariffBook:
    """Return the tariff book for the supplies of one distributor.

    Parameters
    ----------
    distributor
        Id of the distributor; :func:`~ahorraluz.catalog.distributors.find_distributor`
        turns what a person typed into it.
    user_folder
        Data folder of the user, with sheets and figures of its own; may not exist yet.

    Raises
    ------
    CatalogError
        A table that cannot be used: nothing of the book is returned.
    """
    known = load_distributors()
    schedules = [
        schedule
        for name in _tariff_files(distributor)
        for schedule in load_schedules(name, user_folder=user_folder)
    ]
    return TariffBook(
        schedules=tuple(schedules),
        figures=load_national(user_folder=user_folder),
        distributors={row.id: row.settings for row in known.values()},
    )


def book_hash(distributor: str, *, user_folder: Path | None = None) -> str:
    """Return the fingerprint of the data files a distributor's book is made of."""
    tables = [national.TABLE, distributors.TABLE, places.SYSTEMS_TABLE, sources.TABLE]
    tables += [tariff_table(name) for name in _tariff_files(distributor)]
    return data_hash(tables, user_folder=user_folder)


def _tariff_files(distributor: str) -> tuple[str, ...]:
    known = load_distributors().get(distributor)
    return (distributor, *(known.neighbours if known else ()))
