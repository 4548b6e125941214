"""Everything the services work with, wired once."""

import time
from collections.abc import Hashable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ahorraluz.catalog.book import book_hash, load_tariff_book
from ahorraluz.catalog.user_sheets import TARIFFS
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.settings import Settings
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.looking import one_look
from ahorraluz.store.vault import Vault

if TYPE_CHECKING:
    from ahorraluz.learning.served import Serving
    from ahorraluz.security.keyring import Keyring


TABLES = (".csv", ".json")
"""How the files of a user's folder end that tell facts."""
SETTLED_NS = 2_000_000_000
"""Coarsest clock of a file system. [ns]"""


@dataclass
class Toolbox:
    """Settings and the facts on file; books are loaded when a distributor is first asked for."""

    settings: Settings
    _books: dict[str, tuple[int, TariffBook]] = field(default_factory=dict)
    _listed: dict[Path, tuple[int, tuple[Path, ...]]] = field(default_factory=dict)

    @property
    def user_folder(self) -> Path:
        """Folder of the price sheets that this user imported."""
        return self.settings.data_dir

    @cached_property
    def store(self) -> Store:
        """What is kept of homes; the database is opened when it is first used."""
        return open_store(self.settings.database, vault=self._vault)

    def one_look(self) -> AbstractContextManager[None]:
        """Let everything read inside, in this thread, come over one connection to a database."""
        return one_look()

    def book(self, distributor: str) -> TariffBook:
        """Return the tariff book of ``distributor``, fresh after an import."""
        stamp = self._stamp()
        cached = self._books.get(distributor)
        if cached is None or cached[0] != stamp:
            book = load_tariff_book(distributor, user_folder=self.user_folder)
            self._books[distributor] = (stamp, book)
            return book
        return cached[1]

    def data_hash(self, distributor: str) -> str:
        """Return the hash of the data files behind the book of ``distributor``."""
        return book_hash(distributor, user_folder=self.user_folder)

    def facts_stamp(self) -> tuple[tuple[str, int, int, int], ...]:
        """Return what is another one when a table of this user is: prices, or what was learnt.

        Tables are put in their place whole, so that name, number and time of a file tell its
        content; those that came with the program stay as they are while it runs.
        """
        found = list[tuple[str, int, int, int]]()
        for folder in (self.settings.data_dir, self.settings.data_dir / TARIFFS):
            for path in self._tables_in(folder):
                # One that was taken away meanwhile is none.
                with suppress(FileNotFoundError):
                    about = path.stat()
                    found.append((path.name, about.st_ino, about.st_mtime_ns, about.st_size))
        return tuple(found)

    @cached_property
    def serving(self) -> "Serving":
        """The model of hourly use: the champion of the shelf, loaded when it is first asked."""
        from ahorraluz.services.serving_models import open_serving

        return open_serving(self.settings)

    def model_mark(self) -> Hashable:
        """Return what is another one when answers come from another model."""
        return self.serving.mark()

    @cached_property
    def keyring(self) -> "Keyring":
        """The keys of this deployment, made when they are first needed.

        A ring that is missing while something lies under it is to be brought back, never made
        anew: raises ``keyring-missing``.
        """
        from ahorraluz.security.keyring import open_keyring

        return open_keyring(self.settings.key_ring, create=not self._vault.holds_any())

    @cached_property
    def form_key(self) -> bytes:
        """The key that signs forms; it stays as it is when the others are changed."""
        return self.keyring.derive("csrf")

    @cached_property
    def _vault(self) -> Vault:
        return Vault(self.settings.keys, keyring=lambda: self.keyring)

    def _tables_in(self, folder: Path) -> tuple[Path, ...]:
        """Return the files of a folder that tell facts, as long as none came or went."""
        try:
            changed_ns = folder.stat().st_mtime_ns
        except FileNotFoundError:
            # There is none, as long as nothing was imported.
            return ()
        known = self._listed.get(folder)
        if known is not None and known[0] == changed_ns:
            return known[1]
        names = tuple(sorted(path for path in folder.iterdir() if path.suffix in TABLES))
        # The clock of files is coarse: what follows a change at once may bear the same time.
        if time.time_ns() - changed_ns > SETTLED_NS:
            self._listed[folder] = (changed_ns, names)
        return names

    def _stamp(self) -> int:
        """Return a number that changes when a sheet is imported."""
        folder = self.user_folder / "tariffs"
        try:
            return max((f.stat().st_mtime_ns for f in folder.iterdir()), default=0)
        except OSError:
            return 0


def open_toolbox(settings: Settings) -> Toolbox:
    """Return the tools for ``settings``; nothing is read until it is needed."""
    return Toolbox(settings)
