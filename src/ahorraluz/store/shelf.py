"""The books of a store: parts of it that keep one kind of thing each, in the same database."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey
    from ahorraluz.store.boards.book import BoardBook
    from ahorraluz.store.live.book import LiveBook
    from ahorraluz.store.model_watch import ModelWatchBook
    from ahorraluz.store.people import People
    from ahorraluz.store.promise_book import PromiseBook
    from ahorraluz.store.proposals import ProposalBook
    from ahorraluz.store.stamps import Glancing
    from ahorraluz.store.standing import StandingBook
    from ahorraluz.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How books come to the database."""

    reading: Opened
    changing: Opened
    writing: Opened
    glancing: "Glancing"


class Shelf:
    """Books that come to their database by the ways of a store."""

    def __init__(self, vault: "Vault | None", ways: Ways) -> None:
        self._vault = vault
        self._ways = ways
        self._live: LiveBook | None = None

    @property
    def promises(self) -> "PromiseBook":
        """What was promised of steps, done and measured."""
        from ahorraluz.store.promise_book import PromiseBook

        return PromiseBook(
            reading=self._ways.reading, changing=self._ways.changing, writing=self._ways.writing
        )

    @property
    def proposals(self) -> "ProposalBook":
        """What providers propose for the repository of renewable energy."""
        from ahorraluz.store.proposals import ProposalBook

        return ProposalBook(reading=self._ways.reading, writing=self._ways.writing)

    @property
    def people(self) -> "People":
        """Accounts, sessions, consents and the trail; ``vault-none`` for a store without keys."""
        from ahorraluz.store.people import People

        if self._vault is None:
            raise StoreError("vault-none")
        return People(
            reading=self._ways.reading,
            changing=self._ways.changing,
            writing=self._ways.writing,
            glancing=self._ways.glancing,
            vault=self._vault,
        )

    @property
    def live(self) -> "LiveBook":
        """Devices, what they say while it happens, and its sums."""
        from ahorraluz.store.live.book import LiveBook

        # One for all: it remembers what it wrote.
        if self._live is None:
            self._live = LiveBook(
                reading=self._ways.reading,
                changing=self._ways.changing,
                writing=self._ways.writing,
                key=self._key,
                account_key=self._account_key,
            )
        return self._live

    @property
    def boards(self) -> "BoardBook":
        """Who may read boards in the database itself; of PostgreSQL only."""
        from ahorraluz.store.boards.book import BoardBook

        return BoardBook(reading=self._ways.reading, writing=self._ways.writing)

    @property
    def model_watch(self) -> "ModelWatchBook":
        """What models were fed and what they answered, day by day."""
        from ahorraluz.store.model_watch import ModelWatchBook

        return ModelWatchBook(reading=self._ways.reading, writing=self._ways.writing, key=self._key)

    @property
    def standing(self) -> "StandingBook":
        """How much waits, and how large the database is."""
        from ahorraluz.store.standing import StandingBook

        return StandingBook(reading=self._ways.reading)

    def _start_anew(self) -> None:
        """Forget what was remembered of a database that was let go, and let that of keys go."""
        self._live = None
        if self._vault is not None:
            self._vault.close()

    def _key(self, home: str, *, make: bool = False) -> "DataKey | None":
        """Return the key of a home; ``None`` for one that was kept without."""
        from ahorraluz.store.vault import home_owner

        if self._vault is None:
            return None
        return self._vault.make(home_owner(home)) if make else self._vault.find(home_owner(home))

    def _account_key(self, account: str) -> "DataKey":
        from ahorraluz.store.vault import account_owner

        if self._vault is None:
            raise StoreError("vault-none")
        return self._vault.get(account_owner(account))
