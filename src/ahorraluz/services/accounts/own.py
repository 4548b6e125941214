"""What somebody changes of their own account: name, language, password, and where it is open."""

from dataclasses import dataclass
from datetime import datetime

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.security.passwords import check_password, hash_password
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.confirming import Proof, confirm
from ahorraluz.services.accounts.entering import may_learn, told_taken
from ahorraluz.services.accounts.names import read_name
from ahorraluz.services.accounts.second_factor import only_session
from ahorraluz.services.accounts.sessions import NewSession, SignedIn
from ahorraluz.services.accounts.tokens import revoke_all
from ahorraluz.services.accounts.trail import note
from ahorraluz.services.households.keeping import kept_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.setting_values import LANGUAGES
from ahorraluz.store.account_records import Session, StoredPasskey

HANDLE = 16
"""Letters of a session's hash by which its holder names it: it opens nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where an account is open."""

    handle: str
    session: Session
    here: bool
    """Whether it is the session that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedHome:
    """A home of one's own."""

    id: str
    label: str
    """How its people call it; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What guards an account beside its password."""

    authenticator: bool
    passkeys: tuple[StoredPasskey, ...]
    codes_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password in place of another."""

    proof: Proof
    """With the former password."""
    new: str
    keep_tokens: bool = False
    """Whether tokens of programs stay."""


def guards_of(who: SignedIn, *, tools: Toolbox) -> Guards:
    """Return what guards an account beside its password."""
    people, account = tools.store.people, who.account.id
    return Guards(
        authenticator=people.accounts.second_factor(account) is not None,
        passkeys=people.passkeys.of_account(account),
        codes_left=people.accounts.recovery_codes_left(account),
    )


def owned_homes(account: str, *, tools: Toolbox) -> tuple[OwnedHome, ...]:
    """Return the homes that an account owns, the oldest first."""
    reached = tools.store.people.households.homes_of(account)
    owned = [r.home for r in reached if r.reach is Reach.OWNER]
    return tuple(OwnedHome(id=home, label=kept_home(home, tools=tools).label) for home in owned)


def called(actor: str, *, tools: Toolbox) -> str:
    """Return the organisation that an account speaks for; empty: none, or it is gone."""
    try:
        return tools.store.people.accounts.get(actor).organisation
    except AhorraLuzError:
        return ""


def devices_of(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> tuple[Device, ...]:
    """Return where an account is open, the device that asks first."""
    found = tools.store.people.sessions.of_account(who.account.id, at=as_of)
    devices = (
        Device(handle=s.hash[:HANDLE], session=s, here=s.hash == who.session.hash) for s in found
    )
    return tuple(sorted(devices, key=lambda device: not device.here))


def end_device(who: SignedIn, handle: str, *, tools: Toolbox, as_of: datetime) -> bool:
    """End a session of one's own; ``False`` where there is none such."""
    for device in devices_of(who, tools=tools, as_of=as_of):
        if device.handle == handle:
            tools.store.people.sessions.end(device.session.hash)
            _note("session-ended", who, tools=tools, as_of=as_of)
            return True
    return False


def end_others(who: SignedIn, *, tools: Toolbox, as_of: datetime) -> None:
    """End every session of one's own but this one."""
    tools.store.people.sessions.end_all(who.account.id, but=who.session.hash)
    _note("session-ended", who, tools=tools, as_of=as_of)


def change_password(
    who: SignedIn, change: NewPassword, *, tools: Toolbox, as_of: datetime
) -> NewSession:
    """Set another password; every session ends, and this device gets a new one.

    Tokens of programs end as well, unless they are to stay: who changes a password because
    somebody else knew it does not know what tokens that person made.

    Raises
    ------
    SignInError
        ``password-wrong``.
    SecondFactorError
        As :func:`ahorraluz.services.accounts.confirming.confirm`.
    InvalidInputError
        What :func:`ahorraluz.security.passwords.check_password` refuses.
    """
    confirm(who, change.proof, tools=tools, as_of=as_of)
    check_password(change.new, name=who.account.name)
    tools.store.people.accounts.set_password(who.account.id, hash_password(change.new))
    tools.store.people.resets.cancel(who.account.id)
    if not change.keep_tokens:
        revoke_all(who.account, tools=tools, as_of=as_of)
    _note("password-changed", who, tools=tools, as_of=as_of)
    return only_session(who, tools=tools, as_of=as_of)


def change_name(
    who: SignedIn, proof: Proof, *, name: str, tools: Toolbox, as_of: datetime
) -> NewSession:
    """Set another e-mail address or number to sign in with.

    Raises
    ------
    SignInError
        ``password-wrong``.
    SecondFactorError
        As :func:`ahorraluz.services.accounts.confirming.confirm`.
    InvalidInputError
        ``account-name-missing``, ``account-name-invalid``.
    StoreError
        ``account-there-already``.
    """
    confirm(who, proof, tools=tools, as_of=as_of)
    accounts = tools.store.people.accounts
    read, asker = read_name(name), who.account.id
    if read != who.account.name:
        may_learn(asker, read, tools=tools, as_of=as_of)
    with told_taken(asker, tools=tools, as_of=as_of):
        accounts.set_profile(asker, name=read, organisation=who.account.organisation)
    _note("name-changed", who, tools=tools, as_of=as_of)
    return only_session(who, tools=tools, as_of=as_of)


def change_language(who: SignedIn, language: str, *, tools: Toolbox) -> None:
    """Set the language of pages and letters; raises ``language-unknown``."""
    if language not in LANGUAGES:
        raise InvalidInputError("language-unknown", value=language[:20], allowed=list(LANGUAGES))
    tools.store.people.accounts.set_language(who.account.id, language)


def _note(act: str, who: SignedIn, *, tools: Toolbox, as_of: datetime) -> None:
    account = who.account.id
    note(act, tools=tools, as_of=as_of, actor=account, account=account)
