"""Bring the homes of a fleet into a consultant's portfolio: tables, recibos and meter readings.

The tables are those that :mod:`ahorraluz.services.fleet` scores, read and judged by the same
functions. A home of the portfolio is known by its name: one that is there already gets what its
meter has told since, so that the same command with newer readings brings them up to date, and
one that was stopped is simply repeated.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.fleet_tables import FleetTableError, open_homes, open_readings
from ahorraluz.services.accounts.trail import note, note_home
from ahorraluz.services.fleet.faults import Ward
from ahorraluz.services.fleet.progress import Progress
from ahorraluz.services.fleet.score import PartOptions, told_homes
from ahorraluz.services.fleet.splitting import HOMES, READINGS, Split, count_rows, split
from ahorraluz.services.fleet.tables import Dead
from ahorraluz.services.households.figures import reckon_and_keep
from ahorraluz.services.households.keeping import HOME_BYTES, HOME_PREFIX, KeptHome
from ahorraluz.services.portfolio.fleet_answers import FleetClient, clients_of
from ahorraluz.services.portfolio.importing import (
    MOST_CLIENTS,
    PERU_TIME,
    ClientsError,
    client_book,
    labels_of,
)
from ahorraluz.services.toolbox import Toolbox

AT_ONCE = 100
"""Homes whose readings are in memory together."""


@dataclass(slots=True, kw_only=True)
class Brought:
    """What came of it."""

    new: int = 0
    """Homes that the portfolio had not."""
    renewed: int = 0
    """Homes that it had, to which something was added."""
    same: int = 0
    """Homes that it had, of which nothing new was told."""
    aside: list[Dead] = field(default_factory=list)
    """Homes that could not be brought, each with its reason."""


def bring_fleet(
    homes: Path,
    readings: Path,
    *,
    account: str,
    tools: Toolbox,
    as_of: datetime,
    progress: Progress,
) -> Brought:
    """Bring homes into the portfolio of an account.

    Parameters
    ----------
    homes, readings
        Tables as of ``ahorraluz fleet score``.
    account
        The consultant.
    tools
        The store.
    as_of
        The moment: readings from its day on are not taken.
    progress
        Told of every home.

    Raises
    ------
    FleetTableError
        A table cannot be used; ``fleet-table-empty``.
    ClientsError
        ``clients-too-many``.
    """
    told, measured = open_homes(homes), open_readings(readings)
    count = count_rows(told)
    if count == 0:
        raise FleetTableError("fleet-table-empty", file=told.path.name)
    if count > MOST_CLIENTS:
        raise ClientsError("clients-too-many", limit=MOST_CLIENTS)
    desk = _Desk(account=account, tools=tools, as_of=as_of)
    with TemporaryDirectory() as folder:
        into = Split(folder=Path(folder), parts=-(-count // AT_ONCE))
        for table, kind in ((told, HOMES), (measured, READINGS)):
            progress.begin(f"split-{kind}", 0)
            split(table, kind, into, progress=progress)
            progress.end()
        is_local = measured.clock.is_local if measured.clock else False
        progress.begin("homes", count)
        for part in range(into.parts):
            tables = (
                into.read(HOMES, part, told.schema),
                into.read(READINGS, part, measured.schema),
            )
            desk.bring(*tables, is_local=is_local, progress=progress)
        progress.end()
    desk.told()
    return desk.brought


class _Desk:
    """One account to whose portfolio homes come."""

    def __init__(self, *, account: str, tools: Toolbox, as_of: datetime) -> None:
        self.brought = Brought()
        self._account, self._tools, self._as_of = account, tools, as_of
        self._known = {
            squeeze(label): home for home, label in labels_of(account, tools=tools) if label
        }

    @property
    def _today(self) -> date:
        return self._as_of.astimezone(PERU_TIME).date()

    def bring(
        self, homes: pa.Table, readings: pa.Table, *, is_local: bool, progress: Progress
    ) -> None:
        """Bring the homes of a part, each whole or not at all."""
        ward = Ward()
        about = told_homes(homes, readings, ward, PartOptions(is_local=is_local))
        for name, make in clients_of(about, readings, is_local=is_local, as_of=self._today):
            with ward.of(name, READINGS):
                self._keep(make())
        self.brought.aside += ward.dead
        progress.add(len(homes))

    def told(self) -> None:
        """Write what came of it into the trail."""
        if self.brought.new:
            note(
                "clients-imported",
                tools=self._tools,
                as_of=self._as_of,
                account=self._account,
                detail=str(self.brought.new),
            )

    def _keep(self, client: FleetClient) -> None:
        label = client.about.id
        home = self._known.get(squeeze(label))
        is_new = home is None
        if home is None:
            home = self._make(client)
            self._known[squeeze(label)] = home
        if client.file is None:
            self.brought.new += is_new
            self.brought.same += not is_new
        else:
            self._add(home, client.file, is_new=is_new)
        if is_new:
            reckon_and_keep(home, tools=self._tools, as_of=self._as_of)

    def _make(self, client: FleetClient) -> str:
        """Make a home; done twice at once it is made once."""
        digest = hashlib.sha256(f"fleet:{self._account}:{client.about.id}".encode()).hexdigest()
        home = f"{HOME_PREFIX}{digest[: 2 * HOME_BYTES]}"
        said = KeptHome(id=home, version=0, pairs=client.pairs, label=client.about.id).said()
        book, zone = client_book(self._tools), client.about.zone
        book.keep_all({home: said}, account=self._account, as_of=self._as_of, zone=zone)
        return home

    def _add(self, home: str, file: MeterFile, *, is_new: bool) -> None:
        """Add the readings of a home; those that are there already change nothing."""
        (channel,) = file.channels
        parts = (channel.start_s, channel.end_s, channel.value)
        digest = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
        receipt = self._tools.store.add_import(
            home, file, sha256=digest, file_name="", as_of=self._as_of
        )
        changed = bool(receipt.added or receipt.changed)
        self.brought.new += is_new
        self.brought.renewed += changed and not is_new
        self.brought.same += not changed and not is_new
        if changed:
            note_home(
                "readings-added", home, tools=self._tools, as_of=self._as_of, actor=self._account
            )
            reckon_and_keep(home, tools=self._tools, as_of=self._as_of)
