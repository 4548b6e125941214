"""A forgotten password: by mail, by a recovery code; nobody learns who has an account."""

import re
from collections.abc import Callable
from datetime import UTC

import pytest
from tests.unit.web.account.conftest import NAME, PASSWORD, Clock, Person, Service
from tests.unit.web.conftest import unpacked

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security import passwords
from ahorraluz.security.scopes import Scope
from ahorraluz.security.totp import hash_recovery_code
from ahorraluz.services.accounts import entering, recovery
from ahorraluz.services.accounts.mail import Letter, MailError, afterwards, message_of
from ahorraluz.services.accounts.tokens import TokenRequest, bearer_of, make_token
from ahorraluz.web.account import recovering

RESET = "/recuperar"
BY_CODE = f"{RESET}/codigo"
NEW = "cinco llamas azules"
LINK = re.compile(r"https://ahorraluz\.example(/recuperar/\S+)")
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
CODE = re.compile(r"<code>([0-9a-z-]{29})</code>")


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """Hold back letters and do at once what is done afterwards."""
    sent: list[Letter] = []
    monkeypatch.setattr(recovery, "send", lambda letter, settings: sent.append(letter))
    monkeypatch.setattr(recovering, "afterwards", lambda task: task())
    return sent


@pytest.fixture
def mailing(make_service: Callable[..., Service]) -> Service:
    """Return a service that sends letters."""
    return make_service(
        public_url="https://ahorraluz.example",
        smtp_url="smtps://luz:secret@mail.example",
        mail_from="luz@ahorraluz.example",
    )


def asked(
    service: Service, name: str = NAME, *, base: str = "http://localhost", **headers: str
) -> tuple[int, str]:
    client = service.browser().client
    form = unpacked(client.get(RESET, base_url=base))
    token = TOKEN.findall(form)[0]
    sent = client.post(RESET, data={"csrf": token, "nombre": name}, headers=headers, base_url=base)
    # The token of a form is another one each time, and what was typed is typed.
    return sent.status_code, re.sub(r'value="[^"]*"', "", unpacked(sent))


def link_of(letters: list[Letter]) -> str:
    match = LINK.search(letters[-1].text)
    assert match is not None
    return match.group(1)


def test_a_link_sets_a_new_password_once_and_ends_every_session(
    mailing: Service, letters: list[Letter]
) -> None:
    rosa = mailing.browser()
    rosa.joins()
    asked(mailing)
    link = link_of(letters)
    person = mailing.browser()

    first = person.post(link, form=link, nueva=NEW)
    again = mailing.browser().post(link, form=RESET, nueva="otra clave mas larga")

    assert (letters[0].to, first.status_code, again.status_code) == (NAME, 200, 422)
    assert rosa.client.get("/cuenta").location == "/entrar"
    assert mailing.browser().signs_in(password=NEW).status_code == 303
    assert mailing.browser().signs_in().status_code == 422


def test_a_link_is_over_after_an_hour(
    mailing: Service, letters: list[Letter], clock: Clock
) -> None:
    mailing.browser().joins()
    asked(mailing)
    link = link_of(letters)
    clock.go_on(minutes=61)

    late = mailing.browser().post(link, form=RESET, nueva=NEW)

    assert late.status_code == 422
    assert mailing.browser().signs_in().status_code == 303


def test_a_weak_password_does_not_use_the_link_up(mailing: Service, letters: list[Letter]) -> None:
    mailing.browser().joins()
    asked(mailing)
    link = link_of(letters)

    weak = mailing.browser().post(link, form=link, nueva="corta")
    good = mailing.browser().post(link, form=link, nueva=NEW)

    assert (weak.status_code, good.status_code) == (422, 200)


def test_one_link_that_was_used_takes_the_others_back(
    mailing: Service, letters: list[Letter]
) -> None:
    mailing.browser().joins()
    asked(mailing)
    asked(mailing)
    first, second = (LINK.search(letter.text) for letter in letters)
    assert first is not None
    assert second is not None

    mailing.browser().post(second.group(1), form=RESET, nueva=NEW)

    assert mailing.browser().post(first.group(1), form=RESET, nueva=NEW).status_code == 422


def test_a_known_and_an_unknown_name_get_the_same_answer(
    mailing: Service, letters: list[Letter]
) -> None:
    mailing.browser().joins()

    known, unknown, wrong = (asked(mailing, name) for name in (NAME, "nadie@ejemplo.pe", "%%%"))

    assert known == unknown == wrong
    assert known[0] == 200
    assert [letter.to for letter in letters] == [NAME]


def test_who_is_asked_for_is_looked_up_after_the_answer(
    mailing: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_off: list[object] = []
    monkeypatch.setattr(recovering, "afterwards", put_off.append)
    looked: list[str] = []
    monkeypatch.setattr(recovery, "account_of", lambda name, tools: looked.append(name))
    mailing.browser().joins()

    asked(mailing)

    assert len(put_off) == 1
    assert looked == []


def test_letters_are_few(mailing: Service, letters: list[Letter], clock: Clock) -> None:
    mailing.browser().joins()

    for _ in range(6):
        asked(mailing)
    clock.go_on(minutes=61)
    asked(mailing)

    assert len(letters) == 4


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "Forwarded", "X-Original-Host"])
def test_no_header_says_where_a_link_leads(
    mailing: Service, letters: list[Letter], name: str
) -> None:
    mailing.browser().joins()

    asked(mailing, **{name: "evil.pe"})

    assert LINK.search(letters[0].text) is not None
    assert "evil.pe" not in letters[0].text


def test_the_host_that_was_asked_does_not_say_where_a_link_leads(
    mailing: Service, letters: list[Letter]
) -> None:
    mailing.browser().joins()

    asked(mailing, base="http://evil.pe")

    assert LINK.search(letters[0].text) is not None
    assert "evil.pe" not in letters[0].text


@pytest.mark.parametrize(
    ("to", "subject"),
    [("rosa@ejemplo.pe\r\nBcc: x@y.pe", "Hola"), ("rosa@ejemplo.pe", "Hola\nBcc: x@y.pe")],
    ids=["in the address", "in the subject"],
)
def test_a_header_within_a_header_is_not_sent(to: str, subject: str) -> None:
    with pytest.raises(MailError):
        message_of(Letter(to=to, subject=subject, text="Hola"), sender="luz@ejemplo.pe")


def test_a_letter_goes_to_one_reader() -> None:
    message = message_of(Letter(to=NAME, subject="Clave", text="Hola\n"), sender="luz@ejemplo.pe")

    assert message["To"] == NAME
    assert message["Bcc"] is None
    assert message.get_content() == "Hola\n"


def test_without_a_mail_server_the_page_says_so(service: Service) -> None:
    assert "no envía correos" in service.browser().get(RESET)


def codes_of(person: Person) -> list[str]:
    return CODE.findall(unpacked(person.post("/cuenta/rescate", clave=PASSWORD)))


def by_code(service: Service, code: str, *, name: str = NAME, new: str = NEW) -> tuple[int, str]:
    person = service.browser()
    sent = person.post(BY_CODE, form=RESET, nombre=name, codigo=code, nueva=new)
    return sent.status_code, unpacked(sent)


def test_a_recovery_code_sets_a_new_password_once(service: Service, rosa: Person) -> None:
    code = codes_of(rosa)[0]

    first, _ = by_code(service, code)
    again, _ = by_code(service, code, new="otra clave mas larga")

    assert (first, again) == (200, 422)
    assert rosa.client.get("/cuenta").location == "/entrar"
    assert service.browser().signs_in(password=NEW).status_code == 303


def test_a_new_password_ends_the_keys_of_programs(
    service: Service, rosa: Person, clock: Clock
) -> None:
    tools, code = service.tools, codes_of(rosa)[0]
    account = tools.store.people.accounts.find(NAME)
    assert account is not None
    wanted = TokenRequest(label="x", scopes=frozenset({Scope.HOMES_READ}), days=30)
    key = make_token(wanted, account=account, tools=tools, as_of=clock.now(UTC)).text
    assert bearer_of(key, tools=tools, as_of=clock.now(UTC)) is not None

    by_code(service, code)

    assert bearer_of(key, tools=tools, as_of=clock.now(UTC)) is None


def test_new_codes_make_the_former_ones_worthless(service: Service, rosa: Person) -> None:
    former = codes_of(rosa)[0]
    codes_of(rosa)

    assert by_code(service, former)[0] == 422


def test_a_wrong_code_and_an_unknown_name_get_the_same_words(
    service: Service, rosa: Person
) -> None:
    codes_of(rosa)

    wrong = by_code(service, "00000-00000-00000-00000")
    unknown = by_code(service, "00000-00000-00000-00000", name="nadie@ejemplo.pe")

    def bare(html: str) -> str:
        return re.sub(r'value="[^"]*"', "", html)

    assert wrong[0] == unknown[0] == 422
    assert bare(wrong[1]) == bare(unknown[1])


def test_wrong_codes_hold_back_the_right_one(service: Service, rosa: Person, clock: Clock) -> None:
    code = codes_of(rosa)[0]
    for _ in range(5):
        by_code(service, "00000-00000-00000-00000")

    held, _ = by_code(service, code)
    clock.go_on(minutes=2)

    assert held == 422
    assert by_code(service, code)[0] == 200


def test_a_code_of_somebody_else_opens_nothing(
    service: Service, rosa: Person, stranger: Person
) -> None:
    made = stranger.post("/cuenta/rescate", clave="lluvia en la puna")
    code = CODE.findall(unpacked(made))[0]

    assert by_code(service, code)[0] == 422
    assert hash_recovery_code(code) != hash_recovery_code(code[::-1])
    assert rosa.client.get("/cuenta").status_code == 200


@pytest.mark.parametrize("name", [NAME, "nadie@ejemplo.pe", "not a name"])
def test_signing_in_does_the_work_of_a_password_whoever_is_named(
    service: Service, rosa: Person, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    checked: list[str | None] = []

    def noted(hash: str | None, password: str) -> bool:  # noqa: A002
        checked.append(hash)
        return passwords.verify_password(hash, password)

    monkeypatch.setattr(entering, "verify_password", noted)

    refused = service.browser().signs_in(name, "otra cosa larga")

    assert refused.status_code == 422
    assert len(checked) == 1


def test_a_refused_sign_in_says_the_same_whoever_is_named(service: Service, rosa: Person) -> None:
    known = unpacked(service.browser().signs_in(NAME, "otra cosa larga"))
    unknown = unpacked(service.browser().signs_in("nadie@ejemplo.pe", "otra cosa larga"))

    def bare(html: str) -> str:
        return re.sub(r'value="[^"]*"', "", html)

    assert bare(known) == bare(unknown)


def test_what_fails_afterwards_stops_nothing(service: Service) -> None:
    def fails() -> None:
        raise AhorraLuzError("mail-not-sent", reason="x")

    afterwards(fails)

    assert service.browser().client.get(RESET).status_code == 200
