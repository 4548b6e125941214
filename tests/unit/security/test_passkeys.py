"""Of passkeys: whoever holds the device gets in, and every other answer is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authenticator import PRESENT, VERIFIED, Authenticator
from webauthn.helpers import bytes_to_base64url, encode_cbor

from ahorraluz.security.passkeys import (
    Ceremony,
    Passkey,
    PasskeyError,
    RelyingParty,
    authentication_options,
    credential_id_of,
    registration_options,
    verify_authentication,
    verify_registration,
)

PARTY = RelyingParty(
    party_id="ahorraluz.example",
    name="AhorraLuz",
    origins=("https://ahorraluz.example", "https://www.ahorraluz.example"),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def question() -> Ceremony:
    return registration_options(PARTY, user_handle=b"u" * 16, user_name="ana@example.pe")


def register(device: Authenticator) -> Passkey:
    asked = question()
    return verify_registration(
        device.register(asked.options), party=PARTY, challenge=asked.challenge
    )


def sign_in(device: Authenticator, passkey: Passkey) -> Passkey:
    asked = authentication_options(PARTY, known=[passkey])
    return verify_authentication(
        device.sign(asked.options), party=PARTY, challenge=asked.challenge, passkey=passkey
    )


def refused(call: Callable[[], object]) -> bool:
    with pytest.raises(PasskeyError) as caught:
        call()
    return caught.value.issue.code == "passkey-refused" and not caught.value.issue.parameters


# --- what works -------------------------------------------------------------------------------


def test_a_device_adds_a_passkey_and_signs_in_with_it() -> None:
    device = Authenticator()

    passkey = register(device)
    again = sign_in(device, passkey)

    assert passkey.credential_id == device.credential_id
    assert passkey.transports == ("internal",)
    assert again == passkey


def test_an_answer_may_come_as_text() -> None:
    device, asked = Authenticator(), question()

    answer = json.dumps(device.register(asked.options))
    passkey = verify_registration(answer, party=PARTY, challenge=asked.challenge)

    assert passkey.credential_id == credential_id_of(answer) == device.credential_id


def test_every_page_of_the_site_may_ask() -> None:
    device = Authenticator(origin="https://www.ahorraluz.example")

    passkey = register(device)

    assert sign_in(device, passkey) == passkey


def test_the_count_of_a_device_is_kept() -> None:
    device = Authenticator(sign_count=7)
    passkey = register(device)

    device.sign_count = 9

    assert passkey.sign_count == 7
    assert sign_in(device, passkey).sign_count == 9


def test_questions_differ_each_time_and_ask_for_a_finger_or_code() -> None:
    registrations = [question() for _ in range(3)]
    sign_ins = [authentication_options(PARTY) for _ in range(3)]

    challenges = {asked.challenge for asked in (*registrations, *sign_ins)}
    asked_to_register, asked_to_sign = (
        json.loads(asked.options) for asked in (registrations[0], sign_ins[0])
    )

    assert len(challenges) == 6
    assert min(len(challenge) for challenge in challenges) >= 32
    assert asked_to_register["authenticatorSelection"]["userVerification"] == "required"
    assert asked_to_sign["userVerification"] == "required"
    assert asked_to_sign["allowCredentials"] == []


def test_devices_that_are_known_are_not_asked_for_a_second_passkey() -> None:
    passkey = register(Authenticator())

    asked = registration_options(PARTY, user_handle=b"u", user_name="ana", known=[passkey])

    (excluded,) = json.loads(asked.options)["excludeCredentials"]
    assert excluded["id"] == bytes_to_base64url(passkey.credential_id)
    assert excluded["transports"] == ["internal"]


# --- what is refused --------------------------------------------------------------------------

ATTACKS: dict[str, dict[str, Any]] = {
    "a page of another site": {"origin": "https://ahorraluz.example.evil"},
    "a page without encryption": {"origin": "http://ahorraluz.example"},
    "a device that was asked for another site": {"party_id": "evil.example"},
    "a frame within another site": {"cross_origin": True},
    "nobody at the device": {"flags": 0},
    "somebody who did not prove to be the holder": {"flags": PRESENT},
    "a proof without presence": {"flags": VERIFIED},
}


@pytest.mark.parametrize("changes", ATTACKS.values(), ids=ATTACKS.keys())
def test_no_passkey_is_added_by(changes: dict[str, Any]) -> None:
    assert refused(lambda: register(Authenticator(**changes)))


@pytest.mark.parametrize("changes", ATTACKS.values(), ids=ATTACKS.keys())
def test_nobody_signs_in_by(changes: dict[str, Any]) -> None:
    device = Authenticator()
    passkey = register(device)

    for name, value in changes.items():
        setattr(device, name, value)

    assert refused(lambda: sign_in(device, passkey))


def test_an_answer_to_another_question_is_refused() -> None:
    device = Authenticator()
    passkey = register(device)
    first, second = (authentication_options(PARTY) for _ in range(2))
    old, new = question(), question()

    assert refused(
        lambda: verify_registration(
            device.register(old.options), party=PARTY, challenge=new.challenge
        )
    )
    assert refused(
        lambda: verify_authentication(
            device.sign(first.options), party=PARTY, challenge=second.challenge, passkey=passkey
        )
    )


def test_the_passkey_of_somebody_else_is_refused() -> None:
    mine, other = Authenticator(), Authenticator()
    passkey = register(mine)
    register(other)

    assert refused(lambda: sign_in(other, passkey))
    # Nor under the name of mine, with the key of the other.
    other.credential_id = mine.credential_id
    assert refused(lambda: sign_in(other, passkey))


def test_the_right_key_under_another_name_is_refused() -> None:
    device = Authenticator()
    passkey = replace(register(device), credential_id=b"another one")

    assert refused(lambda: sign_in(device, passkey))


@pytest.mark.parametrize("count", [0, 6, 7])
def test_a_count_that_did_not_rise_tells_of_a_copy(count: int) -> None:
    device = Authenticator(sign_count=7)
    passkey = register(device)

    device.sign_count = count

    assert refused(lambda: sign_in(device, passkey))


def test_an_answer_of_one_ceremony_does_not_pass_for_the_other() -> None:
    device = Authenticator()
    passkey = register(device)
    asked = authentication_options(PARTY)
    signed, made = device.sign(asked.options), device.register(asked.options)
    # The data of a registration, signed as if it were a sign-in.
    made["response"] |= {
        name: signed["response"][name] for name in ("authenticatorData", "signature")
    }

    assert refused(lambda: verify_registration(signed, party=PARTY, challenge=asked.challenge))
    assert refused(
        lambda: verify_authentication(made, party=PARTY, challenge=asked.challenge, passkey=passkey)
    )


@given(
    part=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]),
    place=st.integers(min_value=0),
    flip=st.integers(1, 255),
)
def test_one_changed_byte_of_a_sign_in_is_refused(part: str, place: int, flip: int) -> None:
    from webauthn.helpers import base64url_to_bytes

    device = Authenticator()
    passkey = register(device)
    asked = authentication_options(PARTY)
    answer = device.sign(asked.options)
    changed = bytearray(base64url_to_bytes(answer["response"][part]))
    changed[place % len(changed)] ^= flip
    answer["response"][part] = bytes_to_base64url(bytes(changed))

    assert refused(
        lambda: verify_authentication(
            answer, party=PARTY, challenge=asked.challenge, passkey=passkey
        )
    )


# --- answers of anybody's making --------------------------------------------------------------


def every_door(answer: Any) -> list[Callable[[], object]]:
    passkey = Passkey(
        credential_id=b"x", public_key=b"y", sign_count=0, transports=(), synced=False
    )
    return [
        lambda: verify_registration(answer, party=PARTY, challenge=b"c" * 32),
        lambda: verify_authentication(answer, party=PARTY, challenge=b"c" * 32, passkey=passkey),
    ]


@given(answer=ANYTHING)
def test_what_is_no_answer_is_refused(answer: Any) -> None:
    assert all(refused(door) for door in every_door(answer))
    assert all(refused(door) for door in every_door(json.dumps(answer)))


@given(response=ANYTHING, raw=st.binary(max_size=300), name=st.sampled_from(["a", "create", "get"]))
def test_damaged_answers_are_refused(response: Any, raw: bytes, name: str) -> None:
    encoded = bytes_to_base64url(raw)
    client = {"type": f"webauthn.{name}", "challenge": "YQ", "origin": response}
    parts = {
        "clientDataJSON": bytes_to_base64url(json.dumps(client).encode()),
        "attestationObject": encoded,
        "authenticatorData": encoded,
        "signature": encoded,
    }

    for content in (response, parts, parts | {"clientDataJSON": encoded}):
        answer = {"id": "YQ", "rawId": "YQ", "type": "public-key", "response": content}
        assert all(refused(door) for door in every_door(answer))


@given(data=st.binary(max_size=200), statement=ANYTHING, form=st.text(max_size=20) | st.integers())
def test_damaged_attestations_are_refused(data: bytes, statement: Any, form: Any) -> None:
    device, asked = Authenticator(), question()
    answer = device.register(asked.options)
    made = encode_cbor(
        {"fmt": form, "attStmt": json.loads(json.dumps(statement)), "authData": data}
    )
    answer["response"]["attestationObject"] = bytes_to_base64url(made)

    assert refused(lambda: verify_registration(answer, party=PARTY, challenge=asked.challenge))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("", id="nothing"),
        pytest.param("[" * 50_000, id="deep"),
        pytest.param('{"a":' * 10_000, id="deep objects"),
        pytest.param('{"id": "' + "a" * 1_000_000 + '"}', id="megabytes"),
        pytest.param({"id": "a" * 1_000_000}, id="megabytes, read already"),
        pytest.param("\ud800", id="half a pair"),
    ],
)
def test_answers_that_would_hurt_are_refused(answer: Any) -> None:
    assert all(refused(door) for door in every_door(answer))
    assert refused(lambda: credential_id_of(answer))


@pytest.mark.parametrize("raw", [None, 7, "", "é", "a" * 5_000])
def test_a_name_that_no_passkey_has_is_refused(raw: Any) -> None:
    assert refused(lambda: credential_id_of({"rawId": raw}))
