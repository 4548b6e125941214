"""Links to a home's report: whoever holds one may read it, until it ends or is taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.tokens import hash_token, new_token
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Share

PREFIX = "c"
SHARED_FOR = timedelta(days=30)
MOST_LINKS = 20
"""Links of a home that hold at the same time."""
LONGEST_TOKEN = 100


class ShareError(AhorraLuzError):
    """A link that cannot be made or taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """A link that was just made."""

    token: str
    """The secret part of its address: shown now, and kept nowhere."""
    share: Share


def share_report(home: str, *, actor: str, tools: Toolbox, as_of: datetime) -> NewShare:
    """Make a link to a home's report.

    Raises
    ------
    ShareError
        ``shares-too-many``.
    """
    if len(links_of(home, tools=tools, as_of=as_of)) >= MOST_LINKS:
        raise ShareError("shares-too-many", limit=MOST_LINKS)
    token = new_token(PREFIX)
    made = tools.store.people.households.share(
        home, hash_token(token), as_of=as_of, expires_at=as_of + SHARED_FOR
    )
    note_home("report-shared", home, tools=tools, as_of=as_of, actor=actor)
    return NewShare(token=token, share=made)


def links_of(home: str, *, tools: Toolbox, as_of: datetime) -> tuple[Share, ...]:
    """Return the links to a home's report that hold, oldest first."""
    return tools.store.people.households.shares(home, at=as_of)


def end_share(home: str, share: int, *, actor: str, tools: Toolbox, as_of: datetime) -> None:
    """Take a link back.

    Raises
    ------
    ShareError
        ``share-unknown``: the home has none such.
    """
    if not tools.store.people.households.revoke_share(home, share):
        raise ShareError("share-unknown")
    note_home("share-ended", home, tools=tools, as_of=as_of, actor=actor)


def shared_home(token: str, *, tools: Toolbox, as_of: datetime) -> str | None:
    """Return the home that a link opens, and note that somebody looked; ``None``: it opens none."""
    if not 0 < len(token) <= LONGEST_TOKEN:
        return None
    try:
        share = tools.store.people.households.shared(hash_token(token), at=as_of)
    except AhorraLuzError as error:
        if error.issue.code == "database-none":
            return None
        raise
    if share is None:
        return None
    note_home("shared-report-read", share.home, tools=tools, as_of=as_of, actor=None)
    return share.home
