"""Second factors by code: set one up, show one, and the recovery codes for the day it is lost."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR
from ahorraluz.security.totp import (
    hash_recovery_code,
    matching_step,
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    qr_svg,
)
from ahorraluz.services.accounts.attempts import begin_attempt, forget_failures
from ahorraluz.services.accounts.sessions import NewSession, SignedIn, rotate
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.vault import account_owner

OFFER = "authenticator-offer"
OFFER_HOLDS = timedelta(minutes=30)
"""How long an authenticator may take to be set up."""
_GROUP = 4


class SecondFactorError(AhorraLuzError):
    """A code or a factor that lets nobody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A secret that is offered to an authenticator; it counts once a code of it was shown."""

    sealed: str
    """What a form carries until then: only this account's key opens it."""
    secret: str
    """As a person types it, in groups of four."""
    qr: str
    """SVG element."""


def may_set_up(who: SignedIn) -> bool:
    """Tell whether a session may add a factor.

    One that still owes its second factor may not: whoever has the password alone would add
    one of their own. Somebody of staff without any has to begin with the password.
    """
    if who.account.has_second_factor:
        return who.session.complete
    return who.session.complete or who.account.role in NEEDS_SECOND_FACTOR


def offer_authenticator(account: Account, *, tools: Toolbox, as_of: datetime) -> Offer:
    """Return a new secret for an authenticator of an account."""
    secret = new_secret()
    said = json.dumps({"secret": secret, "at": int(as_of.timestamp())}).encode()
    sealed = tools.store.people.vault.get(account_owner(account.id)).seal(said, context=OFFER)
    groups = (secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))
    return Offer(
        sealed=base64.urlsafe_b64encode(sealed).decode(),
        secret=" ".join(groups),
        qr=qr_svg(provisioning_uri(secret, account.name)),
    )


def same_offer(account: Account, sealed: str, *, tools: Toolbox, as_of: datetime) -> Offer:
    """Return an offer again, after a wrong code; a new one where it is over."""
    try:
        secret = _secret_of(account, sealed, tools=tools, as_of=as_of)
    except SecondFactorError:
        return offer_authenticator(account, tools=tools, as_of=as_of)
    groups = (secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))
    uri = provisioning_uri(secret, account.name)
    return Offer(sealed=sealed, secret=" ".join(groups), qr=qr_svg(uri))


def accept_authenticator(
    who: SignedIn, sealed: str, code: str, *, tools: Toolbox, as_of: datetime
) -> tuple[NewSession, tuple[str, ...]]:
    """Keep an authenticator whose code was shown; end every other session.

    Returns
    -------
    tuple of NewSession and tuple of str
        The session in place of this one, and new recovery codes, which are shown once.

    Raises
    ------
    SecondFactorError
        ``factor-offer-over``: it took too long, or is another account's; ``code-wrong``;
        ``factor-not-now``: this session may not add one.
    """
    account = who.account
    if not may_set_up(who):
        raise SecondFactorError("factor-not-now")
    secret = _secret_of(account, sealed, tools=tools, as_of=as_of)
    step = matching_step(secret, code, at=as_of, after_step=None)
    if step is None:
        raise SecondFactorError("code-wrong")
    accounts = tools.store.people.accounts
    accounts.set_second_factor(account.id, secret)
    accounts.take_step(account.id, step)
    note("factor-added", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    codes = make_recovery_codes(account, tools=tools, as_of=as_of)
    return only_session(who, tools=tools, as_of=as_of), codes


def make_recovery_codes(account: Account, *, tools: Toolbox, as_of: datetime) -> tuple[str, ...]:
    """Return new recovery codes, to be shown once; the former ones count no more."""
    codes = new_recovery_codes()
    hashes = [hash_recovery_code(code) for code in codes]
    tools.store.people.accounts.set_recovery_codes(account.id, hashes)
    note("recovery-codes-made", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return codes


def show_code(who: SignedIn, code: str, *, tools: Toolbox, as_of: datetime) -> NewSession:
    """Complete a session by a code of the authenticator, or by a recovery code.

    Raises
    ------
    SecondFactorError
        ``code-wrong``: it is wrong or was used, or too many wrong ones came before.
    """
    account = who.account
    if begin_attempt(account, tools=tools, as_of=as_of) is None:
        raise SecondFactorError("code-wrong")
    if not takes_code(account, code, tools=tools, as_of=as_of):
        note("code-refused", tools=tools, as_of=as_of, account=account.id)
        raise SecondFactorError("code-wrong")
    forget_failures(account, tools=tools)
    return rotate(who, complete=True, tools=tools, as_of=as_of)


def remove_authenticator(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> NewSession:
    """Forget the authenticator of an account, once its password was checked.

    Raises
    ------
    SecondFactorError
        ``factor-needed``: the role needs a factor, and this is its last one.
    """
    account, people = who.account, tools.store.people
    if account.role in NEEDS_SECOND_FACTOR and not people.passkeys.of_account(account.id):
        raise SecondFactorError("factor-needed")
    people.accounts.set_second_factor(account.id, None)
    note("factor-removed", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return only_session(who, tools=tools, as_of=as_of)


def only_session(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> NewSession:
    """Return a new session in place of all that an account has: what it may do has changed."""
    new = rotate(who, complete=True, tools=tools, as_of=as_of)
    tools.store.people.sessions.end_all(who.account.id, but=new.session.hash)
    return new


def takes_code(account: Account, code: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """Use a code up, of either kind; ``False``: it is wrong, or was used."""
    accounts = tools.store.people.accounts
    factor = accounts.second_factor(account.id)
    if factor is not None:
        step = matching_step(factor.secret, code, at=as_of, after_step=factor.last_step)
        if step is not None:
            return accounts.take_step(account.id, step)
    return accounts.take_recovery_code(account.id, hash_recovery_code(code), as_of=as_of)


def _secret_of(account: Account, sealed: str, *, tools: Toolbox, as_of: datetime) -> str:
    key = tools.store.people.vault.get(account_owner(account.id))
    try:
        raw = base64.b64decode(sealed.encode(), altchars=b"-_", validate=True)
        said = json.loads(key.unseal(raw, context=OFFER))
    except (ValueError, AhorraLuzError):
        raise SecondFactorError("factor-offer-over") from None
    if as_of - datetime.fromtimestamp(said["at"], tz=UTC) > OFFER_HOLDS:
        raise SecondFactorError("factor-offer-over")
    return str(said["secret"])
