"""A way back into an account that somebody else asks for, and that its owner can refuse.

Whoever runs the service must not get into an account by handing themselves the link: it is mailed
to its owner and shown to nobody, or it opens only after a time in which the owner is told wherever
the account is open, and can take it back by a tap or by signing in. For an account of staff a
second administrator has to agree, too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.services.accounts.recovery import PATH, PREFIX, can_reach, link_for, send_link
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.trail import note, of_account
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account, Reset

OPEN_FOR = timedelta(hours=24)
"""How long a link that had to wait can be used."""


class ResetError(AhorraLuzError):
    """A way back that cannot be asked for or agreed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayBack:
    """What came of asking."""

    link: str | None
    """``None``: it was mailed to the owner."""
    opens_at: datetime
    waits_for_approval: bool = False


def ask_reset(
    account: Account, *, tools: Toolbox, as_of: datetime, actor: str | None = None
) -> WayBack:
    """Ask for a link by which the owner of an account sets a new password.

    Parameters
    ----------
    account
        Whose.
    tools
        The store and the settings.
    as_of
        The moment.
    actor
        Account of the administrator; ``None``: whoever runs the machine.

    Raises
    ------
    MailError
        ``mail-not-sent``.
    ResetError
        ``reset-mails-many``: the owner got several within the hour.
    """
    base = tools.settings.public_url or f"http://localhost:{tools.settings.port}"
    if can_reach(account, tools=tools):
        note("reset-made", tools=tools, as_of=as_of, actor=actor, account=account.id, detail="mail")
        if not send_link(account, tools=tools, as_of=as_of):
            raise ResetError("reset-mails-many")
        return WayBack(link=None, opens_at=as_of)
    if _nobody_was_in(account, tools=tools):
        note("reset-made", tools=tools, as_of=as_of, actor=actor, account=account.id, detail="new")
        link = link_for(account, base=base, tools=tools, as_of=as_of)
        return WayBack(link=link, opens_at=as_of)
    opens_at = as_of + timedelta(hours=tools.settings.reset_wait_hours)
    waits = actor is not None and account.role in NEEDS_SECOND_FACTOR
    token = new_token(PREFIX)
    reset = Reset(
        account=account.id,
        asked_by=actor,
        waits_for_approval=waits,
        asked_at=as_of,
        opens_at=opens_at,
        expires_at=opens_at + OPEN_FOR,
    )
    tools.store.people.resets.ask(reset, hash_token(token))
    detail = f"opens {opens_at.isoformat(timespec='minutes')}"
    note("reset-made", tools=tools, as_of=as_of, actor=actor, account=account.id, detail=detail)
    return WayBack(
        link=f"{base.rstrip('/')}{PATH}/{token}", opens_at=opens_at, waits_for_approval=waits
    )


def resets_of(*, tools: Toolbox, as_of: datetime) -> dict[str, Reset]:
    """Return what was asked for and is not over, by account."""
    try:
        return {reset.account: reset for reset in tools.store.people.resets.waiting(at=as_of)}
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return {}
        raise


def approve_reset(account: Account, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Agree to a link for an account of staff, as an administrator who did not ask for it.

    Raises
    ------
    ResetError
        ``reset-not-approved``: none waits, or one's own was to be approved.
    """
    if account.id == actor or not tools.store.people.resets.approve(account.id, by=actor):
        raise ResetError("reset-not-approved")
    note("reset-approved", tools=tools, as_of=as_of, actor=actor, account=account.id)


def void_reset(account: Account, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Take back a link that was asked for, as an administrator; none is no error."""
    if tools.store.people.resets.cancel(account.id):
        note("reset-cancelled", tools=tools, as_of=as_of, actor=actor, account=account.id)


def refuse_reset(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> bool:
    """Refuse a link to one's own account; ``False`` where none was asked for."""
    if not tools.store.people.resets.cancel(who.account.id):
        return False
    account = who.account.id
    note("reset-cancelled", tools=tools, as_of=as_of, actor=account, account=account)
    return True


def _nobody_was_in(account: Account, *, tools: Toolbox) -> bool:
    """Tell whether an account was made for somebody who has never been in it."""
    subject, trail = of_account(account.id, tools=tools), tools.store.people.trail
    invited = trail.newest(limit=1, subject=subject, act="account-invited")
    entered = trail.newest(limit=1, subject=subject, act="signed-in")
    given = trail.newest(limit=1, subject=subject, act="password-reset")
    return bool(invited) and not entered and not given
