"""Everything the services work with, wired once."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ahorraluz.catalog.book import book_hash, load_tariff_book
from ahorraluz.core.tariffs.schedule import TariffBook
from ahorraluz.settings import Settings
from ahorraluz.store.database import Store, open_store
from ahorraluz.store.looking import one_look
from ahorraluz.store.vault import Vault

if TYPE_CHECKING:
    from ahorraluz.security.keyring import Keyring


@dataclass
class Toolbox:
    """Settings and the facts on file; books are loaded when a distributor is first asked for."""

    settings: Settings
    _books: dict[str, tuple[int, TariffBook]] = field(default_factory=dict)

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

    @cached_property
    def keyring(self) -> "Keyring":
        """The keys of this deployment, made when they are first needed.

        A ring that is missing while something lies under it is to be brought back, never made
        anew: raises ``keyring-missing``.
        """
        from ahorraluz.security.keyring import open_keyring

        return open_keyring(self.settings.key_ring, create=not self._vault.holds_any())

    @cached_property
    def _vault(self) -> Vault:
        return Vault(self.settings.keys, keyring=lambda: self.keyring)

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
