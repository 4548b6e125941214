"""Addresses of ways lead to services of a list, encrypted, and into no private network."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.live.sender import _plugin_class
from ahorraluz.services.live.ways import (
    PLAIN,
    SERVICES,
    Inside,
    check_address,
    inside_of,
    is_open,
    shown,
)
from ahorraluz.texts import open_texts

NOTHING = Inside()


def refused(url: str, inside: Inside = NOTHING) -> str:
    with pytest.raises(InvalidInputError) as error:
        check_address(url, inside=inside)
    for language in ("es", "en"):
        assert "secreto" not in open_texts(language).issue(error.value.issue)
    return error.value.issue.code


@pytest.mark.parametrize(
    "url",
    [
        "ntfys://tema-secreto",
        "NTFYS://usuario:secreto@ntfy.ejemplo.pe/tema",
        "tgram://123456789:secreto/12345678",
        "mailtos://rosa:secreto@gmail.com?to=rosa@ejemplo.pe",
        "matrixs://u:secreto@matrix.ejemplo.pe/%23sala",
        "gotifys://[2606:4700::1111]/secreto",
    ],
)
def test_addresses_of_known_services_are_taken(url: str) -> None:
    assert check_address(url, inside=NOTHING).casefold() == url.casefold()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "way-address-missing"),
        ("x" * 501, "way-address-long"),
        ("hola secreto", "way-address-wrong"),
        ("ntfys://", "way-address-wrong"),
        ("ntfys://tema secreto", "way-address-wrong"),
        ("ntfys://tema\nsecreto", "way-address-wrong"),
        ("ntfys://tema%0d%0asecreto", "way-address-wrong"),
        ("mailtos://u:p@h.pe?to=a%250aBcc:secreto", "way-address-wrong"),
        ("ntfys://señal-secreto", "way-address-wrong"),
        ("file:///etc/secreto", "way-service-unknown"),
        ("syslog://secreto", "way-service-unknown"),
        ("rsyslog://secreto", "way-service-unknown"),
        ("dbus://secreto", "way-service-unknown"),
        ("glib://secreto", "way-service-unknown"),
        ("macosx://secreto", "way-service-unknown"),
        ("windows://secreto", "way-service-unknown"),
        ("json://ejemplo.pe/secreto", "way-service-unknown"),
        ("jsons://ejemplo.pe/secreto", "way-service-unknown"),
        ("xmls://ejemplo.pe/secreto", "way-service-unknown"),
        ("forms://ejemplo.pe/secreto", "way-service-unknown"),
        ("apprises://ejemplo.pe/secreto", "way-service-unknown"),
        ("mqtts://ejemplo.pe/secreto", "way-service-unknown"),
        ("https://discord.com/api/webhooks/1/secreto", "way-service-unknown"),
        ("ntfy://ejemplo.pe/secreto", "way-not-encrypted"),
        ("mailto://u:secreto@ejemplo.pe", "way-not-encrypted"),
        ("ntfys://ejemplo.pe/t?verify=no&x=secreto", "way-option-unknown"),
        ("ntfys://ejemplo.pe/t?rto=99999", "way-option-unknown"),
        ("ntfys://ejemplo.pe/t?attach=file:///etc/secreto", "way-option-unknown"),
        ("ntfys://ejemplo.pe/t?+X-Header=secreto", "way-option-unknown"),
        ("mailtos://u:secreto@h.pe?pgp=yes", "way-option-unknown"),
        ("mailtos://u:secreto@h.pe?to=a@b.pe&bcc=c@d.pe", "way-option-unknown"),
        ("tgram://1:secreto/2?template=/etc/passwd", "way-option-unknown"),
        ("ntfys://localhost/secreto", "way-host-private"),
        ("ntfys://127.0.0.1/secreto", "way-host-private"),
        ("ntfys://127.1/secreto", "way-host-private"),
        ("ntfys://2130706433/secreto", "way-host-private"),
        ("ntfys://0x7f000001/secreto", "way-host-private"),
        ("ntfys://[::1]/secreto", "way-host-private"),
        ("ntfys://[::ffff:10.0.0.1]/secreto", "way-host-private"),
        ("ntfys://169.254.169.254/secreto", "way-host-private"),
        ("gotifys://10.0.0.7/secreto", "way-host-private"),
        ("gotifys://router/secreto", "way-host-private"),
        ("gotifys://nas.local/secreto", "way-host-private"),
        ("mailtos://u:secreto@gmail.com?smtp=127.0.0.1", "way-host-private"),
        ("mailtos://u:secreto@gmail.com?SMTP=10.0.0.1", "way-host-private"),
    ],
)
def test_other_addresses_are_refused_in_words_that_do_not_repeat_them(url: str, code: str) -> None:
    assert refused(url) == code


def test_what_the_operator_named_may_lie_inside_and_need_no_encryption() -> None:
    inside = inside_of("ntfy.casa,192.168.1.0/24")

    assert check_address("ntfy://ntfy.casa/t", inside=inside) == "ntfy://ntfy.casa/t"
    assert check_address("gotify://192.168.1.9/t", inside=inside) == "gotify://192.168.1.9/t"
    assert refused("ntfy://192.168.2.9/secreto", inside) == "way-not-encrypted"
    assert refused("ntfys://192.168.2.9/secreto", inside) == "way-host-private"


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_that_everybody_reaches_are_open(text: str, open_: bool) -> None:
    assert is_open(ipaddress.ip_address(text)) is open_


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("scheme", [*SERVICES, *PLAIN])
def test_every_service_of_the_list_is_one_of_apprise(scheme: str) -> None:
    plugin = _plugin_class(f"{scheme}://x")

    schemes: set[str] = set()
    for said in (plugin.secure_protocol, plugin.protocol):
        schemes |= {said} if isinstance(said, str) else set(said or ())
    assert plugin.enabled
    assert scheme in schemes
    encrypted = plugin.secure_protocol
    sealed: set[str] = {encrypted} if isinstance(encrypted, str) else set(encrypted or ())
    assert scheme in PLAIN or scheme in sealed


def test_of_an_address_only_service_and_computer_are_shown() -> None:
    assert shown("tgram://123456789:secreto/1") == "Telegram"
    assert shown("ntfys://u:secreto@ntfy.ejemplo.pe/tema") == "ntfy · ntfy.ejemplo.pe"
    assert shown("ntfys://tema-secreto") == "ntfy · ntfy.sh"
    assert shown("mailtos://u:secreto@gmail.com?to=a@b.pe") == "E-mail · gmail.com"


@given(st.text(max_size=80) | st.text(max_size=60).map("ntfys://".__add__))
def test_whatever_is_typed_is_taken_or_refused_in_words(text: str) -> None:
    taken, said = "", ""
    try:
        taken = check_address(text, inside=NOTHING)
    except InvalidInputError as error:
        said = open_texts("es").issue(error.issue)

    assert bool(said) != (taken.partition("://")[0] in SERVICES)
