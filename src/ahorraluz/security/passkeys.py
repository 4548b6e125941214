"""Passkeys (WebAuthn): a device that proves to a site that its holder is there.

Both ceremonies go the same way. The door hands the options to the browser and keeps the
challenge with the session; the browser answers; the answer is verified against that challenge,
which is then thrown away: one challenge, one answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    base64url_to_bytes,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ahorraluz.core.issues import AhorraLuzError

MOST_ANSWER = 64_000
"""Characters of an answer; those of real devices have a few thousand."""
MOST_ID = 1023
"""Bytes of the id of a passkey, by the norm (WebAuthn level 3, §4)."""


class PasskeyError(AhorraLuzError):
    """An answer of a passkey that does not prove anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """The site that passkeys are for."""

    party_id: str
    """Its domain, such as ``ahorraluz.example``; passkeys of another one do not fit."""
    name: str
    origins: tuple[str, ...]
    """Origins its pages have, such as ``https://ahorraluz.example``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a browser is asked, and what its answer is held against."""

    options: str
    """JSON for ``PublicKeyCredential.parseCreationOptionsFromJSON`` or its sister for requests."""
    challenge: bytes
    """Kept with the session, on the side of the server, until the answer comes; used once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """What is kept of one passkey; nothing of it is secret."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    """How often it signed, where it counts; a count that falls tells of a copy."""
    transports: tuple[str, ...]
    """How the device is reached: ``internal``, ``usb``, ``nfc``, ``hybrid``…"""
    synced: bool
    """Whether it is kept in a cloud, so that losing the device is not losing it."""


def registration_options(
    party: RelyingParty, *, user_handle: bytes, user_name: str, known: Sequence[Passkey] = ()
) -> Ceremony:
    """Return the question by which an account adds a passkey.

    Parameters
    ----------
    party
        This site.
    user_handle
        Random name of the account, 1 to 64 bytes; devices keep it, so it must tell nothing.
    user_name
        What the device shows, such as the e-mail address.
    known
        Passkeys the account has; their devices are not asked to make a second one.
    """
    options = webauthn.generate_registration_options(
        rp_id=party.party_id,
        rp_name=party.name,
        user_id=user_handle,
        user_name=user_name.encode("utf-8", "replace").decode("utf-8"),
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return Ceremony(options=webauthn.options_to_json(options), challenge=options.challenge)


def verify_registration(
    answer: str | Mapping[str, Any], *, party: RelyingParty, challenge: bytes
) -> Passkey:
    """Return the passkey that a device has made.

    The caller refuses one whose ``credential_id`` another account has.

    Parameters
    ----------
    answer
        What the browser sent: ``PublicKeyCredential.toJSON()``, as text or read already.
    party
        This site.
    challenge
        That of the :class:`Ceremony` that was asked.

    Raises
    ------
    PasskeyError
        ``passkey-refused``: not an answer to that question at that site, made by somebody who
        was there and proved it to the device; why exactly is not said.
    """
    content = _content_of(answer)
    with _refusals():
        credential = parse_registration_credential_json(content)
        _refuse_frames(credential.response.client_data_json)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.party_id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
        if not 0 < len(verified.credential_id) <= MOST_ID:
            raise PasskeyError("passkey-refused")
        return Passkey(
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            transports=tuple(sorted({way.value for way in credential.response.transports or ()})),
            synced=verified.credential_backed_up,
        )


def authentication_options(party: RelyingParty, *, known: Sequence[Passkey] = ()) -> Ceremony:
    """Return the question by which somebody signs in with a passkey.

    Parameters
    ----------
    party
        This site.
    known
        Passkeys of the account, where it is known already. Empty: the device offers those it
        has, and the answer tells the account (:func:`credential_id_of`). A page that has not
        checked a password passes none: the list would tell who has an account.
    """
    options = webauthn.generate_authentication_options(
        rp_id=party.party_id,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Ceremony(options=webauthn.options_to_json(options), challenge=options.challenge)


def credential_id_of(answer: str | Mapping[str, Any]) -> bytes:
    """Return the id of the passkey that an answer claims to be of; nothing is proved yet.

    Raises
    ------
    PasskeyError
        ``passkey-refused``: no answer of a passkey.
    """
    content = _content_of(answer)
    name = content.get("rawId")
    if not isinstance(name, str):
        raise PasskeyError("passkey-refused")
    with _refusals():
        claimed = base64url_to_bytes(name)
    if not 0 < len(claimed) <= MOST_ID:
        raise PasskeyError("passkey-refused")
    return claimed


def verify_authentication(
    answer: str | Mapping[str, Any], *, party: RelyingParty, challenge: bytes, passkey: Passkey
) -> Passkey:
    """Return the passkey with its new count, which is to be kept, once its holder proved it.

    Parameters
    ----------
    answer
        What the browser sent: ``PublicKeyCredential.toJSON()``, as text or read already.
    party
        This site.
    challenge
        That of the :class:`Ceremony` that was asked.
    passkey
        The one kept under :func:`credential_id_of` this answer.

    Raises
    ------
    PasskeyError
        ``passkey-refused``: as in :func:`verify_registration`, or the passkey of somebody
        else, or a count that did not rise; why exactly is not said.
    """
    content = _content_of(answer)
    with _refusals():
        credential = parse_authentication_credential_json(content)
        _refuse_frames(credential.response.client_data_json)
        if credential.raw_id != passkey.credential_id:
            raise PasskeyError("passkey-refused")
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.party_id,
            expected_origin=list(party.origins),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        return replace(
            passkey, sign_count=verified.new_sign_count, synced=verified.credential_backed_up
        )


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[AuthenticatorTransport(way) for way in passkey.transports],
        )
        for passkey in known
    ]


def _content_of(answer: str | Mapping[str, Any]) -> dict[str, Any]:
    with _refusals():
        content = answer if isinstance(answer, Mapping) else json.loads(answer[: MOST_ANSWER + 1])
        if not isinstance(content, Mapping) or len(json.dumps(content)) > MOST_ANSWER:
            raise PasskeyError("passkey-refused")
        return dict(content)


def _refuse_frames(client_data: bytes) -> None:
    """Refuse an answer from within a page of another site, where its holder saw that site."""
    if parse_client_data_json(client_data).cross_origin:
        raise PasskeyError("passkey-refused")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what an answer of anybody's making can bring about inside into one refusal."""
    try:
        yield
    except (
        WebAuthnException,
        InvalidSignature,
        UnsupportedAlgorithm,
        # Damaged JSON, CBOR and keys, however deep.
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        EOFError,
    ):
        # `from None`: an answer repeats whose passkey it is.
        raise PasskeyError("passkey-refused") from None
