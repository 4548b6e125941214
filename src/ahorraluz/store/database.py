"""The store: homes, their imports and readings, in a SQLite file or in PostgreSQL.

SQLAlchemy is imported when a store is first used, not before: most commands need none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from ahorraluz.core.readings.channels import Channel, MeterFile
from ahorraluz.store.errors import StoreError, database_errors
from ahorraluz.store.looking import apart, once, reading
from ahorraluz.store.records import (
    Description,
    ImportReceipt,
    ImportRecord,
    ImportState,
    Quarantined,
    StoredHome,
)
from ahorraluz.store.shelf import Shelf, Ways

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from ahorraluz.store.vault import Vault


DAY_S = 86_400


def open_store(url: str, *, create: bool = True, vault: "Vault | None" = None) -> "Store":
    """Return the store at ``url``, opened and brought up to date when it is first used.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://USER:PASSWORD@HOST/NAME``.
    create
        Whether the first import may make a SQLite file that is not there; nothing else does.
    vault
        Keys of homes and accounts; ``None``: readings are kept as they are, and there are no
        accounts.
    """
    return Store(url, create=create, vault=vault)


class Store(Shelf):
    """Homes and their readings; every method is one transaction, kept whole or not at all.

    A store may be used by several threads, and its database by several processes: writers
    wait for each other. Every method raises :class:`~ahorraluz.store.errors.StoreError`
    where the database cannot do it (``database-busy``, ``database-full``,
    ``database-damaged``, ``database-newer``, ``database-not-opened``, ``database-refused``,
    ``database-unreachable``, ``database-url-invalid``, ``database-none``, ``extra-missing``,
    ``database-failed``), and one that names a home
    :class:`~ahorraluz.store.errors.HomeUnknownError` where there is none (``home-unknown``).
    """

    def __init__(self, url: str, *, create: bool, vault: "Vault | None" = None) -> None:
        ways = Ways(
            reading=self._reading,
            changing=self._changing,
            writing=self._writing,
            glancing=self._glancing,
        )
        super().__init__(vault, ways)
        self._url = url
        self._create = create
        self._opened: Engine | None = None
        self._place = ""
        self._opening = Lock()

    # --- imports ---------------------------------------------------------------------------

    def add_import(
        self, home: str, file: MeterFile, *, sha256: str, file_name: str, as_of: datetime
    ) -> ImportReceipt:
        """Keep a file for a home, whole or not at all; a home that is new is made.

        Readings of moments that the home has already supersede those there; the earlier ones
        stay, and count again if this import is undone. The same file again changes nothing,
        nor does another file with the same readings. The same file read in another way, say
        in another unit, replaces its former reading.

        Parameters
        ----------
        home
            Short name of the home.
        file
            What the file says; channels without rows are left out.
        sha256
            Digest of the file's content, hexadecimal.
        file_name
            Name to show; folders in it are left out.
        as_of
            The moment, with its zone.

        Raises
        ------
        StoreError
            ``import-without-readings``.
        """
        from ahorraluz.store import imports
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.new_import import NewImport

        new = NewImport(file, sha256=sha256, file_name=file_name)
        with self._writing(create=self._create) as connection:
            lock_home(connection, home)
            # Not before: somebody may delete the home and its key until it is locked.
            key = self._key(home, make=True)
            return imports.add(connection, home, new, key=key, as_of=as_of)

    def imports(self, home: str) -> tuple[ImportRecord, ...]:
        """Return every import of a home, oldest first, those undone as well."""
        from ahorraluz.store import imports

        with self._reading(home) as connection:
            return imports.imports(connection, home, key=self._key(home))

    def undo_import(self, home: str, import_id: int, as_of: datetime) -> ImportRecord:
        """Let an import count no more; what it superseded counts again.

        Raises
        ------
        StoreError
            ``import-unknown``.
        """
        return self._set_state(home, import_id, ImportState.UNDONE, as_of)

    def redo_import(self, home: str, import_id: int, as_of: datetime) -> ImportRecord:
        """Let an import that was undone count again, in its old place among the others.

        Raises
        ------
        StoreError
            ``import-unknown``.
        """
        return self._set_state(home, import_id, ImportState.ACTIVE, as_of)

    def _set_state(
        self, home: str, import_id: int, state: ImportState, as_of: datetime
    ) -> ImportRecord:
        from ahorraluz.store import imports

        with self._changing(home) as connection:
            return imports.set_state(
                connection, home, import_id, state, key=self._key(home), as_of=as_of
            )

    # --- readings --------------------------------------------------------------------------

    def channels(self, home: str) -> tuple[Channel, ...]:
        """Return the readings of a home that count.

        Those of imports not undone, later imports over earlier ones, and of devices where no
        import tells of the time; without what is put aside. A channel of which nothing is
        left is left out.
        """
        from ahorraluz.store import quarantine

        with self._reading(home) as connection:
            return quarantine.counting_channels(connection, home, key=self._key(home))

    def channels_of_import(self, home: str, import_id: int) -> tuple[Channel, ...]:
        """Return what one file said of a home, whether it counts, is put aside, or was undone."""
        from ahorraluz.store.taking import stored_channels

        with self._reading(home) as connection:
            return stored_channels(connection, home, key=self._key(home), only=import_id)

    def homes(self) -> tuple[StoredHome, ...]:
        """Return every home, by name; none where there is no database yet."""
        from ahorraluz.store import imports

        try:
            with self._reading() as connection:
                return imports.homes(connection)
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def zone(self, home: str) -> str:
        """Return the IANA zone of a home: that of its first import."""
        from ahorraluz.store import imports

        with self._reading() as connection:
            return imports.known_home(connection, home)

    # --- readings put aside ----------------------------------------------------------------

    def quarantine(
        self, home: str, channel: str, start_s: int, end_s: int, reason: str, as_of: datetime
    ) -> int:
        """Put the readings of a channel aside that begin in ``[start_s, end_s)``.

        With both the same, those at that moment. Nothing is deleted: :meth:`release` with
        the number returned lets them count again.

        Raises
        ------
        StoreError
            ``quarantine-period``: an end before its start; ``channel-not-stored``;
            ``quarantine-without-readings``: the channel has none there.
        """
        from ahorraluz.store import quarantine
        from ahorraluz.store.imports import moment

        if end_s < start_s:
            start, end = (moment(at_s).isoformat() for at_s in (start_s, end_s))
            raise StoreError("quarantine-period", start=start, end=end)
        aside = Quarantined(
            id=0,
            channel=channel,
            start_s=start_s,
            end_s=end_s,
            reason=reason,
            created_at=as_of,
            released_at=None,
        )
        with self._changing(home) as connection:
            return quarantine.put_aside(connection, home, aside, key=self._key(home))

    def release(self, home: str, quarantine_id: int, as_of: datetime) -> None:
        """Let readings that were put aside count again.

        Raises
        ------
        StoreError
            ``quarantine-unknown``.
        """
        from ahorraluz.store import quarantine

        with self._changing(home) as connection:
            quarantine.release(connection, home, quarantine_id, as_of=as_of)

    def quarantined(self, home: str) -> tuple[Quarantined, ...]:
        """Return everything that was put aside, oldest first, what was released as well."""
        from ahorraluz.store import quarantine

        with self._reading(home) as connection:
            return quarantine.quarantined(connection, home)

    # --- what homes are like ---------------------------------------------------------------

    def describe(self, home: str, description: Description, as_of: datetime) -> None:
        """Keep what a home is like, so that it counts among those like it."""
        from ahorraluz.store import descriptions

        with self._changing(home) as connection:
            descriptions.describe(connection, home, description, as_of=as_of)

    def withdraw(self, home: str) -> None:
        """Erase what a home is like: it is compared with nobody any more."""
        from ahorraluz.store import descriptions

        with self._changing(home) as connection:
            descriptions.withdraw(connection, home)

    def descriptions(self) -> dict[str, Description]:
        """Return what every home is like that agreed to be compared, by its name."""
        from ahorraluz.store import descriptions

        with self._reading() as connection:
            return descriptions.descriptions(connection)

    # --- the whole -------------------------------------------------------------------------

    def forget(self, home: str) -> None:
        """Erase everything of a home for good, its bytes in the database's files as well.

        A copy somebody made, and the log that a PostgreSQL server keeps for its own
        recovery, are theirs to erase.
        """
        from ahorraluz.store import imports
        from ahorraluz.store.vault import home_owner

        with self._changing(home) as connection:
            # First the key: should the rest fail, nobody can read it any more.
            if self._vault is not None:
                self._vault.destroy(home_owner(home))
            of_devices = imports.forget(connection, home)
        # Single readings were moved from page to page when others came between them.
        self.wipe(rewrite=of_devices)

    def drop_fine_readings(self, *, before: datetime) -> int:
        """Put monthly totals in the place of readings finer than a day, home by home.

        Parameters
        ----------
        before
            First day of a month: what each home read before it began there.

        Returns
        -------
        int
            How many blocks of rows were deleted.
        """
        from ahorraluz.core.readings.lattice import midnights
        from ahorraluz.store.imports import known_home, seconds
        from ahorraluz.store.retention import homes_with_fine, leave_totals

        # No zone is further behind than this.
        latest_s, day, count = seconds(before) + DAY_S, seconds(before) // DAY_S, 0
        with self._reading() as connection:
            homes = homes_with_fine(connection, before_s=latest_s)
        for home in homes:
            try:
                with self._changing(home) as connection:
                    zone = known_home(connection, home)
                    at_s = int(midnights(day, day, zone=zone)[0])
                    key = self._key(home)
                    count += leave_totals(connection, home, before_s=at_s, zone=zone, key=key)
            except StoreError as error:
                if error.issue.code not in ("home-unknown", "key-gone"):
                    raise
        return count

    def wipe(self, *, rewrite: bool = False) -> None:
        """Overwrite the bytes of what was deleted, as far as the database lets its user.

        Parameters
        ----------
        rewrite
            Whether to write a SQLite file anew as well, which takes as long as the file is
            large: what a page held before its rows moved to another one is gone after that.
        """
        from ahorraluz.store.connections import wipe_freed
        from ahorraluz.store.live_tables import METADATA

        engine = self._engine(create=False)
        with apart(), database_errors(self._place):
            tables = [table.name for table in METADATA.sorted_tables]
            wipe_freed(engine, tables=tables, rewrite=rewrite)

    def close(self) -> None:
        """Let the database and that of the vault go; they are opened again if they are used."""
        with self._opening:
            if self._opened is not None:
                self._opened.dispose()
                self._opened = None
            self._start_anew()

    def _engine(self, *, create: bool) -> "Engine":
        from ahorraluz.store.connections import connect, place_of
        from ahorraluz.store.schema import bring_up_to_date

        with self._opening:
            if self._opened is None:
                self._place = place_of(self._url)
                engine = connect(self._url, create=create)
                try:
                    with database_errors(self._place):
                        bring_up_to_date(engine, place=self._place)
                except StoreError:
                    engine.dispose()
                    raise
                self._opened = engine
            return self._opened

    @contextmanager
    def _reading(self, home: str | None = None) -> "Iterator[Connection]":
        from ahorraluz.store.imports import known_home

        # Asking makes no database.
        engine = self._engine(create=False)
        with database_errors(self._place), reading(engine) as connection:
            if home is not None:
                once((self, "home", home), lambda: known_home(connection, home))
            yield connection

    @contextmanager
    def _glancing(self) -> "Iterator[Engine]":
        engine = self._engine(create=False)
        with database_errors(self._place):
            yield engine

    @contextmanager
    def _writing(self, *, create: bool = False) -> "Iterator[Connection]":
        from ahorraluz.store.connections import writing

        engine = self._engine(create=create)
        with apart(), database_errors(self._place), writing(engine) as connection:
            yield connection

    @contextmanager
    def _changing(self, home: str) -> "Iterator[Connection]":
        """Give a transaction that changes a known home, alone with it."""
        from ahorraluz.store.connections import lock_home
        from ahorraluz.store.imports import known_home

        with self._writing() as connection:
            lock_home(connection, home)
            known_home(connection, home)
            yield connection
