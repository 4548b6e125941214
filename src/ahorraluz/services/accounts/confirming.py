"""Showing again who one is, before something that cannot be undone or that opens the account.

An open browser, or a cookie that somebody took, must not be enough for it: the password is asked
for again, and the second factor where there is one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ahorraluz.services.accounts.attempts import begin_attempt, take_back
from ahorraluz.services.accounts.entering import check_own_password
from ahorraluz.services.accounts.second_factor import SecondFactorError, takes_code
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox

FRESH = timedelta(minutes=15)
"""A passkey cannot be typed: whoever has no code app shows it by signing in, this long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What somebody shows again."""

    password: str
    code: str = ""
    """Of the code app, or a recovery code; empty for who has neither."""


def confirm(who: SignedIn, proof: Proof, *, tools: Toolbox, as_of: datetime) -> None:
    """Check again who somebody is.

    Raises
    ------
    SignInError
        ``password-wrong``.
    SecondFactorError
        ``code-wrong``; ``code-missing``: the account has a code app and none was typed;
        ``factor-not-fresh``: it has passkeys alone, and they were shown long ago.
    """
    check_own_password(who.account, proof.password, tools=tools, as_of=as_of)
    if not who.account.has_second_factor:
        return
    if proof.code.strip():
        _take(who, proof.code, tools=tools, as_of=as_of)
        return
    if tools.store.people.accounts.second_factor(who.account.id) is not None:
        raise SecondFactorError("code-missing")
    if as_of - who.session.created_at > FRESH:
        raise SecondFactorError("factor-not-fresh", minutes=FRESH // timedelta(minutes=1))


def needs_proof(who: SignedIn, *, as_of: datetime) -> bool:
    """Tell whether a further factor is added only by who shows again who they are.

    Not so by somebody who has just signed in and has no factor yet: this is how one begins.
    """
    if not who.complete:
        return False
    return who.account.has_second_factor or as_of - who.session.created_at > FRESH


def _take(who: SignedIn, code: str, *, tools: Toolbox, as_of: datetime) -> None:
    account = who.account
    attempt = begin_attempt(account, tools=tools, as_of=as_of)
    if attempt is None or not takes_code(account, code, tools=tools, as_of=as_of):
        note("code-refused", tools=tools, as_of=as_of, account=account.id)
        raise SecondFactorError("code-wrong")
    take_back(attempt, tools=tools)
