"""Passkeys of an account: a device is added, and later proves that its holder is there."""

import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from ahorraluz.security.passkeys import (
    Passkey,
    PasskeyError,
    RelyingParty,
    authentication_options,
    credential_id_of,
    registration_options,
    verify_authentication,
    verify_registration,
)
from ahorraluz.security.roles import NEEDS_SECOND_FACTOR
from ahorraluz.security.tokens import hash_token
from ahorraluz.security.totp import ISSUER
from ahorraluz.services.accounts.attempts import begin_attempt, forget_failures
from ahorraluz.services.accounts.second_factor import SecondFactorError, may_set_up, only_session
from ahorraluz.services.accounts.sessions import NewSession, SignedIn, rotate
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import StoredPasskey
from ahorraluz.store.sessions import Ticket

MOST_PASSKEYS = 10
LONGEST_LABEL = 60
CHALLENGE_HOLDS = timedelta(minutes=5)
LOCAL = "localhost"
"""The only name without HTTPS that browsers make passkeys for."""


ADD, SHOW = "passkey-add", "passkey-show"
"""What a challenge is for."""


def party_of(address: str, *, tools: Toolbox) -> RelyingParty | None:
    """Return the site that passkeys are for, ``None`` where there can be none.

    It is the one of the settings. The address that was asked counts for this machine alone: it
    is whatever somebody wrote into a header.

    Parameters
    ----------
    address
        Address that was asked, such as ``http://localhost:8000/``.
    tools
        The settings.
    """
    stated = tools.settings.public_url
    parts = urlsplit(stated or address)
    if not stated and parts.hostname != LOCAL:
        return None
    if not parts.hostname:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    return RelyingParty(party_id=parts.hostname, name=ISSUER, origins=(origin,))


def ask_to_add(who: SignedIn, party: RelyingParty, *, tools: Toolbox, as_of: datetime) -> str:
    """Return the question by which a browser makes a passkey, as JSON.

    Raises
    ------
    SecondFactorError
        ``factor-not-now``, ``passkeys-too-many``.
    """
    if not may_set_up(who):
        raise SecondFactorError("factor-not-now")
    known = tools.store.people.passkeys.of_account(who.account.id)
    if len(known) >= MOST_PASSKEYS:
        raise SecondFactorError("passkeys-too-many", limit=MOST_PASSKEYS)
    asked = registration_options(
        party,
        user_handle=hash_token(who.account.id).encode()[:64],
        user_name=who.account.name,
        known=tuple(map(_passkey, known)),
    )
    _keep(asked.challenge, who, ADD, tools=tools, as_of=as_of)
    return asked.options


def add_passkey(
    who: SignedIn, answer: str, party: RelyingParty, *, label: str, tools: Toolbox, as_of: datetime
) -> NewSession:
    """Keep the passkey that a device made; end every other session.

    Raises
    ------
    PasskeyError
        ``passkey-refused``.
    SecondFactorError
        ``factor-not-now``.
    StoreError
        ``passkey-there-already``.
    """
    if not may_set_up(who):
        raise SecondFactorError("factor-not-now")
    challenge = _taken(answer, who, ADD, tools=tools, as_of=as_of)
    made = verify_registration(answer, party=party, challenge=challenge)
    people, account = tools.store.people, who.account.id
    people.passkeys.add(
        StoredPasskey(
            credential=bytes_to_base64url(made.credential_id),
            account=account,
            public_key=made.public_key,
            sign_count=made.sign_count,
            label=" ".join(label.split())[:LONGEST_LABEL],
            transports=made.transports,
            created_at=as_of,
            used_at=None,
        )
    )
    note("factor-added", tools=tools, as_of=as_of, actor=account, account=account)
    return only_session(who, tools=tools, as_of=as_of)


def ask_to_show(who: SignedIn, party: RelyingParty, *, tools: Toolbox, as_of: datetime) -> str:
    """Return the question by which a browser proves who holds a passkey, as JSON."""
    known = tools.store.people.passkeys.of_account(who.account.id)
    asked = authentication_options(party, known=tuple(map(_passkey, known)))
    _keep(asked.challenge, who, SHOW, tools=tools, as_of=as_of)
    return asked.options


def show_passkey(
    who: SignedIn, answer: str, party: RelyingParty, *, tools: Toolbox, as_of: datetime
) -> NewSession:
    """Complete a session by a passkey.

    Raises
    ------
    PasskeyError
        ``passkey-refused``.
    """
    account = who.account
    if begin_attempt(account, tools=tools, as_of=as_of) is None:
        raise PasskeyError("passkey-refused")
    try:
        _prove(who, answer, party, tools=tools, as_of=as_of)
    except PasskeyError:
        note("code-refused", tools=tools, as_of=as_of, account=account.id)
        raise
    forget_failures(account, tools=tools)
    return rotate(who, complete=True, tools=tools, as_of=as_of)


def remove_passkey(
    who: SignedIn, credential: str, *, tools: Toolbox, as_of: datetime
) -> NewSession:
    """Forget a passkey of an account, once its password was checked.

    Raises
    ------
    SecondFactorError
        ``passkey-unknown``: the account has none such; ``factor-needed``: the role needs a
        factor, and this is its last one.
    """
    people, account = tools.store.people, who.account
    known = {passkey.credential for passkey in people.passkeys.of_account(account.id)}
    if credential not in known:
        raise SecondFactorError("passkey-unknown")
    last = known == {credential} and people.accounts.second_factor(account.id) is None
    if last and account.role in NEEDS_SECOND_FACTOR:
        raise SecondFactorError("factor-needed")
    people.passkeys.remove(account.id, credential)
    note("factor-removed", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return only_session(who, tools=tools, as_of=as_of)


def _prove(
    who: SignedIn, answer: str, party: RelyingParty, *, tools: Toolbox, as_of: datetime
) -> None:
    challenge = _taken(answer, who, SHOW, tools=tools, as_of=as_of)
    claimed = bytes_to_base64url(credential_id_of(answer))
    book = tools.store.people.passkeys
    known = {passkey.credential: passkey for passkey in book.of_account(who.account.id)}
    if claimed not in known:
        raise PasskeyError("passkey-refused")
    kept = known[claimed]
    proved = verify_authentication(answer, party=party, challenge=challenge, passkey=_passkey(kept))
    counted = book.note_use(
        who.account.id,
        claimed,
        sign_count=proved.sign_count,
        former=kept.sign_count,
        as_of=as_of,
    )
    if not counted:
        raise PasskeyError("passkey-refused")


def _keep(challenge: bytes, who: SignedIn, kind: str, *, tools: Toolbox, as_of: datetime) -> None:
    """Keep the hash of a challenge, for this session alone."""
    ticket = Ticket(purpose=_purpose(kind, who), account=who.account.id, home=None)
    tools.store.people.sessions.issue_ticket(
        _hash(challenge), ticket, as_of=as_of, expires_at=as_of + CHALLENGE_HOLDS
    )


def _taken(answer: str, who: SignedIn, kind: str, *, tools: Toolbox, as_of: datetime) -> bytes:
    """Return the challenge that an answer is to, which is used up, if it was ours."""
    challenge = _challenge_of(answer)
    sessions = tools.store.people.sessions
    ticket = sessions.take_ticket(_hash(challenge), _purpose(kind, who), at=as_of)
    if ticket is None or ticket.account != who.account.id:
        raise PasskeyError("passkey-refused")
    return challenge


def _challenge_of(answer: str) -> bytes:
    try:
        client_data = base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
        return base64url_to_bytes(json.loads(client_data)["challenge"])
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise PasskeyError("passkey-refused") from None


def _purpose(kind: str, who: SignedIn) -> str:
    return f"{kind}:{who.session.hash}"


def _hash(challenge: bytes) -> str:
    return hash_token(bytes_to_base64url(challenge))


def _passkey(kept: StoredPasskey) -> Passkey:
    return Passkey(
        credential_id=base64url_to_bytes(kept.credential),
        public_key=kept.public_key,
        sign_count=kept.sign_count,
        transports=kept.transports,
        synced=False,
    )
