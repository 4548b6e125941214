"""The part of the store that keeps people, by what is kept of them."""

from dataclasses import dataclass

from ahorraluz.store.accounts import AccountBook
from ahorraluz.store.aggregates import AggregateBook
from ahorraluz.store.allowances import AllowanceBook
from ahorraluz.store.api_tokens import TokenBook
from ahorraluz.store.consents import ConsentBook
from ahorraluz.store.duties import DutyBook
from ahorraluz.store.households import HouseholdBook
from ahorraluz.store.jobs import JobBook
from ahorraluz.store.once import OnceBook
from ahorraluz.store.opened import Opened
from ahorraluz.store.passkeys import PasskeyBook
from ahorraluz.store.resets import ResetBook
from ahorraluz.store.sessions import SessionBook
from ahorraluz.store.stamps import Glancing, StampBook
from ahorraluz.store.trail import Trail
from ahorraluz.store.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Books about people, all in the database of one store."""

    reading: Opened
    changing: Opened
    writing: Opened
    glancing: Glancing
    vault: Vault
    """Keys of homes and accounts."""

    @property
    def accounts(self) -> AccountBook:
        """Who has an account."""
        return AccountBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def sessions(self) -> SessionBook:
        """Who is signed in where."""
        return SessionBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def resets(self) -> ResetBook:
        """Links to a new password that somebody else asked for."""
        return ResetBook(reading=self.reading, writing=self.writing)

    @property
    def allowances(self) -> AllowanceBook:
        """How much was asked for, by whom."""
        return AllowanceBook(reading=self.reading, writing=self.writing)

    @property
    def stamps(self) -> StampBook:
        """What pages hang on."""
        return StampBook(glancing=self.glancing, vault=self.vault)

    @property
    def passkeys(self) -> PasskeyBook:
        """Devices that prove who holds them."""
        return PasskeyBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def households(self) -> HouseholdBook:
        """Homes as their people know them."""
        return HouseholdBook(
            reading=self.reading, changing=self.changing, writing=self.writing, vault=self.vault
        )

    @property
    def consents(self) -> ConsentBook:
        """What people agreed to."""
        return ConsentBook(reading=self.reading, writing=self.writing)

    @property
    def trail(self) -> Trail:
        """Who did what when."""
        return Trail(reading=self.reading, writing=self.writing)

    @property
    def tokens(self) -> TokenBook:
        """Tokens by which programs come in the name of people."""
        return TokenBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def once(self) -> OnceBook:
        """Requests that are done once, however often they come."""
        return OnceBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def aggregates(self) -> AggregateBook:
        """What was told of groups of homes."""
        return AggregateBook(reading=self.reading, writing=self.writing)

    @property
    def jobs(self) -> JobBook:
        """Work that outlasts a request."""
        return JobBook(reading=self.reading, writing=self.writing, vault=self.vault)

    @property
    def duties(self) -> DutyBook:
        """What the service does by itself."""
        return DutyBook(reading=self.reading, writing=self.writing)
