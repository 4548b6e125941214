"""A new password for who forgot the old one: by mail, by a recovery code, by an administrator.

Nothing that is answered tells whether a name has an account: the words are the same, the work is
the same, and what is looked up for a mail is looked up after the answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.passwords import check_password, hash_password
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.security.totp import hash_recovery_code
from ahorraluz.services.accounts.attempts import begin_attempt
from ahorraluz.services.accounts.entering import account_of, count_unknown
from ahorraluz.services.accounts.mail import Letter, can_mail, send
from ahorraluz.services.accounts.tokens import revoke_all
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.sessions import Ticket
from ahorraluz.texts import open_texts

PURPOSE, PREFIX = "password-reset", "r"
HOLDS = timedelta(hours=1)
MOST_AT_ONCE = 3
"""Letters to one account within the hour: more would be a nuisance to its holder."""
PATH = "/recuperar"


class RecoveryError(AhorraLuzError):
    """A new password that was not set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCode:
    """What somebody types who has a recovery code."""

    name: str
    code: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link can do."""

    account: str
    opens_at: datetime | None
    """Before it the link does nothing; ``None``: it is open."""
    waits_for_approval: bool = False
    by_administrator: bool = False
    """Whether its owner has to be able to refuse it."""

    @property
    def counts(self) -> bool:
        """Whether it sets a password now."""
        return self.opens_at is None and not self.waits_for_approval


def mail_link(name: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Send a link to who has an account under a name; ``False`` where nothing was sent.

    Whoever asked is answered before this runs, and the same in any case.
    """
    account = account_of(name, tools=tools)
    if account is None or account.suspended_at is not None:
        return False
    return can_reach(account, tools=tools) and send_link(account, tools=tools, as_of=as_of)


def can_reach(account: Account, *, tools: Toolbox) -> bool:
    """Tell whether letters are sent, and the account has an address for them."""
    return can_mail(tools.settings) and "@" in account.name


def send_link(account: Account, *, tools: Toolbox, as_of: datetime) -> bool:
    """Mail a link to the holder of an account; ``False`` where they got several lately."""
    if tools.store.people.sessions.tickets_of(account.id, PURPOSE, at=as_of) >= MOST_AT_ONCE:
        return False
    texts = open_texts(account.language)
    address = link_for(account, base=tools.settings.public_url, tools=tools, as_of=as_of)
    letter = Letter(
        to=account.name,
        subject=texts.text("mail.reset-subject"),
        text=texts.text("mail.reset-text", address=address),
    )
    send(letter, settings=tools.settings)
    return True


def link_for(account: Account, *, base: str, tools: Toolbox, as_of: datetime) -> str:
    """Return a new link by which the password of an account can be set once, within the hour.

    Parameters
    ----------
    account
        Whose.
    base
        Address of this service, never what a request says it is.
    tools
        The store.
    as_of
        The moment.
    """
    token = new_token(PREFIX)
    tools.store.people.sessions.issue_ticket(
        hash_token(token),
        Ticket(purpose=PURPOSE, account=account.id, home=None),
        as_of=as_of,
        expires_at=as_of + HOLDS,
    )
    note("reset-asked", tools=tools, as_of=as_of, account=account.id)
    return f"{base.rstrip('/')}{PATH}/{token}"


def look_at_link(token: str, *, tools: Toolbox, as_of: datetime) -> Link | None:
    """Return what a link can do, now or later; ``None``: it is over, or never was one."""
    people, hash_ = tools.store.people, hash_token(token)
    try:
        ticket = people.sessions.look_at_ticket(hash_, PURPOSE, at=as_of)
        reset = None if ticket is not None else people.resets.find(hash_, at=as_of)
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return None
        raise
    if ticket is not None and ticket.account is not None:
        return Link(account=ticket.account, opens_at=None)
    if reset is None:
        return None
    return Link(
        account=reset.account,
        opens_at=reset.opens_at if as_of < reset.opens_at else None,
        waits_for_approval=reset.waits_for_approval,
        by_administrator=reset.asked_by is not None,
    )


def reset_by_link(token: str, password: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Set the password of whose link it is, and end every session of theirs.

    Raises
    ------
    RecoveryError
        ``reset-link-over``: it was used, is too old, or never was one, or its owner is kept
        out and could not refuse it; ``reset-link-waits``: its owner still can, or a second
        administrator has not agreed.
    InvalidInputError
        What :func:`ahorraluz.security.passwords.check_password` refuses; the link still counts.
    """
    people, hash_ = tools.store.people, hash_token(token)
    link = look_at_link(token, tools=tools, as_of=as_of)
    if link is None:
        raise RecoveryError("reset-link-over")
    if not link.counts:
        raise RecoveryError("reset-link-waits")
    account = people.accounts.get(link.account)
    if link.by_administrator and account.suspended_at is not None:
        raise RecoveryError("reset-link-over")
    check_password(password, name=account.name)
    hashed = hash_password(password)
    # Used up only now, and by one of two who come at once.
    if people.sessions.take_ticket(hash_, PURPOSE, at=as_of) is None:
        if people.resets.take(hash_, at=as_of) is None:
            raise RecoveryError("reset-link-over")
        note("reset-used", tools=tools, as_of=as_of, account=account.id)
    _set(account, hashed, tools=tools, as_of=as_of)


def reset_by_code(given: ByCode, *, tools: Toolbox, as_of: datetime) -> None:
    """Set a new password with a recovery code, which is used up, and end every session.

    Raises
    ------
    RecoveryError
        ``recovery-refused``: name or code are wrong, or too many wrong ones came before; it is
        not said which.
    InvalidInputError
        What :func:`ahorraluz.security.passwords.check_password` refuses.
    """
    check_password(given.password, name=given.name)
    # The same work whoever is named, before anything is looked up.
    hashed = hash_password(given.password)
    account = account_of(given.name, tools=tools)
    if account is None:
        count_unknown(given.name, tools=tools, as_of=as_of)
    if account is None or not _takes(account, given.code, tools=tools, as_of=as_of):
        subject = None if account is None else account.id
        note("recovery-refused", tools=tools, as_of=as_of, account=subject)
        raise RecoveryError("recovery-refused")
    _set(account, hashed, tools=tools, as_of=as_of)


def _takes(account: Account, code: str, *, tools: Toolbox, as_of: datetime) -> bool:
    # Counted until the new password is set, which forgets it.
    if begin_attempt(account, tools=tools, as_of=as_of) is None:
        return False
    if account.suspended_at is not None:
        return False
    hash_ = hash_recovery_code(code)
    return tools.store.people.accounts.take_recovery_code(account.id, hash_, as_of=as_of)


def _set(account: Account, hashed: str, *, tools: Toolbox, as_of: datetime) -> None:
    people = tools.store.people
    people.accounts.set_password(account.id, hashed)
    people.sessions.end_all(account.id)
    people.sessions.drop_tickets(account.id, PURPOSE)
    people.resets.cancel(account.id)
    # Whoever had got into the account may have made themselves a key for programs.
    revoke_all(account, tools=tools, as_of=as_of)
    note("password-reset", tools=tools, as_of=as_of, actor=account.id, account=account.id)
