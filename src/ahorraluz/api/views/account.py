"""The account behind a token."""

from flask import Response

from ahorraluz.api.answering import answer
from ahorraluz.api.door import door
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.security.roles import Permission
from ahorraluz.security.scopes import Scope


@endpoint(
    Endpoint(
        name="showAccount",
        method="GET",
        path="/account",
        tag="account",
        scope=Scope.ACCOUNT_READ,
        permission=Permission.USE_OWN_ACCOUNT,
        gives=Given(schema="account", headers=("ETag",)),
    )
)
def account() -> Response:
    """Return who the token speaks for, and what it may be used for."""
    who = asked().who
    token = who.token
    return answer(
        {
            "id": who.account.id,
            "name": who.account.name,
            "role": who.account.role.value,
            "language": who.account.language,
            "created_at": who.account.created_at.isoformat(),
            "homes": len(door().tools.store.people.households.homes_of(who.account.id)),
            "token": {
                "label": token.label,
                "scopes": sorted(scope.value for scope in token.scopes),
                "expires_at": token.expires_at.isoformat(),
            },
        }
    )
