"""Deleting a home or an account for good: first its key, then its rows, then their bytes."""

from datetime import datetime

from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.confirming import Proof, confirm
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.accounts.trail import NOBODY, note
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.jobs import drop_calls
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.errors import StoreError


def erase_home(home: str, *, who: SignedIn, proof: Proof, tools: Toolbox, as_of: datetime) -> None:
    """Delete a home that an account owns, once its person has shown again who they are.

    Raises
    ------
    SignInError
        ``password-wrong``.
    SecondFactorError
        As :func:`ahorraluz.services.accounts.confirming.confirm`.
    HomeUnknownError
        ``home-unknown``: there is none such, or it is somebody else's.
    """
    confirm(who, proof, tools=tools, as_of=as_of)
    account = who.account
    if tools.store.people.households.reach(home, account.id) is not Reach.OWNER:
        raise StoreError("home-without-answers")
    forget_home(home, tools=tools)
    note("home-deleted", tools=tools, as_of=as_of, actor=account.id, account=account.id)


def erase_account(who: SignedIn, proof: Proof, *, tools: Toolbox, as_of: datetime) -> None:
    """Delete an account with every home that is left to nobody, once its person was checked.

    Those are the homes it owns, and those a consultant described that no resident took over.

    The trail keeps that an account was deleted, and not which: lines of it name nobody once
    its key is gone.

    Raises
    ------
    SignInError
        ``password-wrong``.
    SecondFactorError
        As :func:`ahorraluz.services.accounts.confirming.confirm`.
    """
    confirm(who, proof, tools=tools, as_of=as_of)
    account = who.account
    people = tools.store.people
    reached = people.households.homes_of(account.id)
    owners = client_book(tools).owners_of([one.home for one in reached])
    for one in reached:
        if owners.get(one.home, account.id) == account.id:
            forget_home(one.home, tools=tools)
    people.accounts.remove(account.id)
    tools.store.wipe()
    drop_calls(tools=tools)
    people.trail.note("account-deleted", actor=NOBODY, subject=NOBODY, as_of=as_of)
