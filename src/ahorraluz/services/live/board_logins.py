"""Logins of PostgreSQL for Grafana: who gets one, and what it is allowed to see."""

from collections.abc import Sequence
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.entering import account_of
from ahorraluz.services.accounts.trail import note, note_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.boards.book import Login, MadeLogin, Reader
from ahorraluz.store.boards.views import Audience

OF_NOBODY = (Audience.AGENCY, Audience.SERVICE, Audience.MODEL)
"""Audiences that see nothing of one home: whoever runs the machine lets boards read for them."""
OF_ROLE = {
    Role.RESIDENT: Audience.HOME,
    Role.CONSULTANT: Audience.CONSULTANT,
    Role.AGENCY: Audience.AGENCY,
    Role.ADMINISTRATOR: Audience.SERVICE,
}
KeptLogin = Login
"""What doors call it, which know no store."""


def grant(whom: str, *, tools: Toolbox, as_of: datetime) -> MadeLogin:
    """Make a login for somebody, with a password that is told this once.

    Parameters
    ----------
    whom
        Short name of a home, name of an account, or ``agency``, ``service`` or ``model``.
    tools
        The store.
    as_of
        The moment.

    Raises
    ------
    InvalidInputError
        ``boards-whom``: nobody is called so; ``boards-role``: the account has no board.
    StoreError
        ``boards-need-postgresql``, ``boards-not-made``.
    """
    reader = reader_of(whom, tools=tools)
    made = tools.store.boards.make_login(reader, as_of=as_of)
    _note("board-login-made", reader, made.name, tools=tools, as_of=as_of)
    return made


def reader_of(whom: str, *, tools: Toolbox) -> Reader:
    """Return whom a login is for, and what it may see."""
    if whom in OF_NOBODY:
        return Reader(audience=Audience(whom))
    account = account_of(whom, tools=tools)
    if account is not None:
        audience = OF_ROLE.get(account.role)
        if audience is None:
            allowed = [role.value for role in OF_ROLE]
            raise InvalidInputError("boards-role", value=account.role.value, allowed=allowed)
        return Reader(audience=audience, account=account.id)
    try:
        tools.store.zone(whom)
    except AhorraLuzError as error:
        if error.issue.code != "home-unknown":
            raise
        raise InvalidInputError("boards-whom", value=whom[:80]) from None
    owners = [
        reached.account
        for reached in tools.store.people.households.reached_by(whom)
        if reached.reach is Reach.OWNER
    ]
    return Reader(audience=Audience.HOME, home=whom, account=owners[0] if owners else None)


def revoke(name: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Take a login away: from now on it sees nothing.

    Raises
    ------
    StoreError
        ``boards-need-postgresql``, ``boards-login-unknown``.
    """
    known = {login.name: login.reader for login in logins(tools=tools)}
    tools.store.boards.revoke(name)
    _note("board-login-removed", known[name], name, tools=tools, as_of=as_of)


def logins(*, tools: Toolbox) -> Sequence[Login]:
    """Return every login, the oldest first."""
    return tools.store.boards.logins()


def roles_sql(*, tools: Toolbox) -> str:
    """Return what an administrator of PostgreSQL runs where our user may not make roles."""
    return tools.store.boards.roles_sql()


def build(*, tools: Toolbox) -> None:
    """Make the views of boards, their roles and permissions anew."""
    tools.store.boards.build()


def _note(act: str, reader: Reader, name: str, *, tools: Toolbox, as_of: datetime) -> None:
    if reader.home is not None:
        note_home(act, reader.home, tools=tools, as_of=as_of, actor=None, detail=name)
        return
    note(act, tools=tools, as_of=as_of, account=reader.account, detail=name)
