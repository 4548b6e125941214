"""Who is signed in: a token that only the browser holds, its hash in the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account, Session

PREFIX = "s"
LONGEST = timedelta(days=60)
"""A session of a resident ends after it, used or not."""
LONGEST_OF_STAFF = timedelta(hours=12)
IDLE = timedelta(days=30)
IDLE_OF_STAFF = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)
"""The moment a session was last seen is no finer than this: a page writes nothing."""
LONGEST_DEVICE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Somebody in a session."""

    account: Account
    session: Session

    @property
    def complete(self) -> bool:
        """Whether every factor that the account asks for was shown.

        Somebody of a staff role without a second factor may do nothing but set one up.
        """
        if self.account.role in NEEDS_SECOND_FACTOR and not self.account.has_second_factor:
            return False
        return self.session.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """A session that was just opened."""

    token: str
    """What the browser keeps; it is stored nowhere else."""
    session: Session


def open_session(
    account: Account,
    *,
    device: str,
    complete: bool,
    tools: Toolbox,
    as_of: datetime,
    former: Session | None = None,
) -> NewSession:
    """Open a session on a device; in place of one that was as complete it ends when that would."""
    token = new_token(PREFIX)
    staff = account.role in NEEDS_SECOND_FACTOR
    session = Session(
        hash=hash_token(token),
        account=account.id,
        device=device[:LONGEST_DEVICE],
        complete=complete,
        created_at=as_of if former is None else former.created_at,
        seen_at=as_of,
        expires_at=as_of + (LONGEST_OF_STAFF if staff else LONGEST)
        if former is None
        else former.expires_at,
    )
    tools.store.people.sessions.open(session)
    note("signed-in", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return NewSession(token=token, session=session)


def session_of(token: str, *, tools: Toolbox, as_of: datetime) -> SignedIn | None:
    """Return who holds a token, or ``None``: it is over, was ended, or never was one."""
    people = tools.store.people
    try:
        session = people.sessions.find(hash_token(token), at=as_of)
        if session is None:
            return None
        account = people.accounts.get(session.account)
    except AhorraLuzError as error:
        if error.issue.code in ("database-none", "account-unknown", "key-gone"):
            return None
        raise
    staff = account.role in NEEDS_SECOND_FACTOR
    idle = as_of - session.seen_at > (IDLE_OF_STAFF if staff else IDLE)
    if idle or account.suspended_at is not None:
        people.sessions.end(session.hash)
        return None
    if as_of - session.seen_at >= SEEN_EVERY:
        people.sessions.see(session.hash, at=as_of)
    return SignedIn(account=account, session=session)


def rotate(signed_in: SignedIn, *, complete: bool, tools: Toolbox, as_of: datetime) -> NewSession:
    """Return a new session in place of one, as after every change of what it may do."""
    tools.store.people.sessions.end(signed_in.session.hash)
    return open_session(
        signed_in.account,
        device=signed_in.session.device,
        complete=complete,
        tools=tools,
        as_of=as_of,
        # Nothing was shown anew: neither its age nor its end may be another one.
        former=signed_in.session if signed_in.session.complete else None,
    )


def close_session(signed_in: SignedIn, *, tools: Toolbox) -> None:
    """End a session: its token opens nothing any more."""
    tools.store.people.sessions.end(signed_in.session.hash)
