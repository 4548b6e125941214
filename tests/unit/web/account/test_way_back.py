"""A way back that an administrator asks for: the owner is told, can refuse, and is entered by none.

Each test is an administrator who would like to get into somebody's account.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.unit.web.account.conftest import HOME, NAME, PASSWORD, Clock, Person, Service
from tests.unit.web.conftest import unpacked
from werkzeug.test import TestResponse

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts import recovery
from ahorraluz.services.accounts.administering import resume, suspend
from ahorraluz.services.accounts.mail import Letter
from ahorraluz.services.accounts.resetting import OPEN_FOR, ask_reset
from ahorraluz.services.accounts.sessions import open_session
from ahorraluz.services.accounts.tidying import tidy
from ahorraluz.services.administration.people import Invitation, invite_staff
from ahorraluz.store.account_records import Account
from ahorraluz.store.account_tables import RESETS

PEOPLE = "/administracion/personas"
NEW = "cinco llamas azules"
BANNER = "Alguien pidió una clave nueva"
WAIT = timedelta(hours=24)
MAILS = {
    "smtp_url": "smtps://u:p@mail.example",
    "mail_from": "luz@ejemplo.pe",
    "public_url": "https://luz.example",
}
_LINK = re.compile(r"https?://[^/\s<]+(/recuperar/[A-Za-z0-9_-]+)")


def boss(service: Service, name: str = "jefe@ejemplo.pe") -> Person:
    """Return an administrator who is signed in."""
    return signed(service, service.staff(Role.ADMINISTRATOR, name))


def signed(service: Service, account: Account) -> Person:
    service.tools.store.people.accounts.set_second_factor(account.id, "JBSWY3DPEHPK3PXP")
    opened = open_session(
        account, device="x", complete=True, tools=service.tools, as_of=service.clock.at
    )
    person = service.browser()
    person.client.set_cookie("ahorraluz", opened.token)
    return person


def asks(administrator: Person, account: Account) -> TestResponse:
    return administrator.post(f"{PEOPLE}/{account.id}/enlace", form="/administracion/personas")


def link_in(response: TestResponse) -> str:
    found = _LINK.search(unpacked(response))
    assert found is not None
    return found.group(1)


def uses(service: Service, link: str) -> int:
    return service.browser().post(link, form="/recuperar", nueva=NEW).status_code


def enters(service: Service, name: str = NAME) -> bool:
    return service.browser().signs_in(name, NEW).status_code == 303


def test_a_link_opens_nothing_before_its_owner_could_refuse(
    service: Service, rosa: Person, clock: Clock
) -> None:
    link = link_in(asks(boss(service), service.account()))

    at_once = uses(service, link)
    clock.at += WAIT - timedelta(minutes=1)
    shortly_before = uses(service, link)
    told = service.browser().get(link)

    assert (at_once, shortly_before) == (422, 422)
    assert "Este enlace sirve desde" in told
    assert not enters(service)


def test_after_the_wait_it_works_once_and_for_a_day(
    service: Service, rosa: Person, clock: Clock
) -> None:
    link = link_in(asks(boss(service), service.account()))
    clock.at += WAIT

    first, again = uses(service, link), uses(service, link)

    assert (first, again) == (200, 422)
    assert enters(service)


def test_a_link_that_nobody_used_is_over(service: Service, rosa: Person, clock: Clock) -> None:
    link = link_in(asks(boss(service), service.account()))
    clock.at += WAIT + OPEN_FOR

    assert uses(service, link) == 422
    assert BANNER not in rosa.get("/cuenta")
    tidy(tools=service.tools, as_of=clock.at)
    assert service.tools.store.people.resets.waiting(at=clock.at - OPEN_FOR) == ()


def test_every_open_session_says_it_on_every_page_and_ends_it_by_a_tap(
    service: Service, rosa: Person, clock: Clock
) -> None:
    elsewhere = service.browser()
    elsewhere.signs_in()
    link = link_in(asks(boss(service), service.account()))
    home = service.tools.store.people.households.homes_of(service.account().id)[0].home
    pages = ("/cuenta", f"/hogares/{home}", "/privacidad", "/acerca", "/cuenta/borrar")

    told = [path for path in pages if BANNER in person_page(rosa, path)]
    also = BANNER in elsewhere.get("/cuenta")
    refused = elsewhere.post("/cuenta/enlace/anular")
    clock.at += WAIT

    assert (told, also) == (list(pages), True)
    assert refused.status_code == 303
    assert BANNER not in rosa.get("/cuenta")
    assert uses(service, link) == 422
    assert not enters(service)


def test_a_home_page_looked_at_before_says_it_as_well_and_no_longer_than_it_waits(
    service: Service, rosa: Person
) -> None:
    home = service.tools.store.people.households.homes_of(service.account().id)[0].home
    before = BANNER in rosa.get(f"/hogares/{home}")

    asks(boss(service), service.account())
    told = BANNER in rosa.get(f"/hogares/{home}")
    rosa.post("/cuenta/enlace/anular")

    assert (before, told) == (False, True)
    assert BANNER not in rosa.get(f"/hogares/{home}")


@pytest.mark.parametrize("first", ["suspender", "enlace"])
def test_who_is_kept_out_cannot_refuse_so_no_link_comes_of_it(
    service: Service, rosa: Person, clock: Clock, first: str
) -> None:
    administrator, account = boss(service), service.account()
    way = f"{PEOPLE}/{account.id}"
    if first == "suspender":
        administrator.post(f"{way}/suspender", form=PEOPLE)
        link = link_in(asks(administrator, account))
    else:
        link = link_in(asks(administrator, account))
        administrator.post(f"{way}/suspender", form=PEOPLE)
    clock.at += WAIT

    while_out = uses(service, link)
    signed(service, service.account("jefe@ejemplo.pe")).post(f"{way}/reanudar", form=PEOPLE)
    afterwards = uses(service, link)

    assert (while_out, afterwards) == (422, 422)
    assert not enters(service)


def test_an_owner_whose_account_was_taken_over_gets_in_while_the_other_is_kept_out(
    service: Service, rosa: Person, clock: Clock
) -> None:
    account, tools = service.account(), service.tools
    suspend(account, tools=tools, as_of=clock.at)
    link = _LINK.search(ask_reset(account, tools=tools, as_of=clock.at).link or "")
    clock.at += WAIT

    assert link is not None
    assert uses(service, link.group(1)) == 200
    resume(account, tools=tools, as_of=clock.at)
    assert enters(service)


def person_page(person: Person, path: str) -> str:
    return unpacked(person.client.get(path))


def test_others_are_told_nothing_and_cannot_refuse_it(
    service: Service, rosa: Person, stranger: Person, clock: Clock
) -> None:
    link = link_in(asks(boss(service), service.account()))

    shown = BANNER in stranger.get("/cuenta")
    stranger.post("/cuenta/enlace/anular")
    clock.at += WAIT

    assert not shown
    assert uses(service, link) == 200


def test_who_signs_in_has_forgotten_nothing_and_the_link_is_over(
    service: Service, rosa: Person, clock: Clock
) -> None:
    rosa.post("/salir")
    link = link_in(asks(boss(service), service.account()))

    service.browser().signs_in()
    clock.at += WAIT

    assert uses(service, link) == 422


def test_a_new_password_of_the_owner_ends_the_link(
    service: Service, rosa: Person, clock: Clock
) -> None:
    link = link_in(asks(boss(service), service.account()))

    rosa.post("/cuenta/clave", clave=PASSWORD, nueva="siete zorros lentos")
    clock.at += WAIT

    assert uses(service, link) == 422


def test_asking_again_begins_the_wait_again(service: Service, rosa: Person, clock: Clock) -> None:
    administrator = service.staff(Role.ADMINISTRATOR)
    former = link_in(asks(signed(service, administrator), service.account()))
    clock.at += WAIT - timedelta(minutes=30)

    link = link_in(asks(signed(service, administrator), service.account()))
    clock.at += timedelta(hours=1)

    assert (uses(service, former), uses(service, link)) == (422, 422)


def test_the_owners_record_says_who_asked_and_that_it_was_used(
    service: Service, rosa: Person, clock: Clock
) -> None:
    administrator = service.staff(Role.ADMINISTRATOR)
    accounts = service.tools.store.people.accounts
    accounts.set_profile(administrator.id, name=administrator.name, organisation="Luz SAC")
    link = link_in(asks(signed(service, administrator), service.account()))
    asked = rosa.get("/cuenta/registro")
    clock.at += WAIT
    uses(service, link)
    back = service.browser()
    back.signs_in(password=NEW)

    used = back.get("/cuenta/registro")

    assert "Administración pidió un enlace" in asked
    assert "Luz SAC" in asked
    assert "Se usó el enlace que pidió administración" in used


@pytest.mark.parametrize("hours", [1, 720])
def test_the_wait_is_a_setting(
    make_service: Callable[..., Service], clock: Clock, hours: int
) -> None:
    service = make_service(reset_wait_hours=hours)
    service.browser().joins(**HOME)
    way = ask_reset(service.account(), tools=service.tools, as_of=clock.at)

    assert way.opens_at == clock.at + timedelta(hours=hours)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Letter]:
    """Catch what would be mailed."""
    sent: list[Letter] = []
    monkeypatch.setattr(recovery, "send", lambda letter, settings: sent.append(letter))
    return sent


def test_where_letters_are_sent_nobody_but_the_owner_sees_the_link(
    make_service: Callable[..., Service], letters: list[Letter]
) -> None:
    service = make_service(**MAILS)
    service.browser().joins(**HOME)

    page = unpacked(asks(boss(service), service.account()))

    assert "/recuperar/" not in page
    assert [letter.to for letter in letters] == [NAME]
    found = _LINK.search(letters[0].text)
    assert found is not None
    assert uses(service, found.group(1)) == 200


def test_who_has_no_address_waits_though_letters_are_sent(
    make_service: Callable[..., Service], letters: list[Letter]
) -> None:
    service = make_service(**MAILS)
    service.browser().joins("987654321", PASSWORD, **HOME)

    link = link_in(asks(boss(service), service.account("+51987654321")))

    assert letters == []
    assert uses(service, link) == 422


def test_a_second_administrator_has_to_agree_for_staff(service: Service, clock: Clock) -> None:
    consultant = service.staff(Role.CONSULTANT, "ana@ejemplo.pe")
    first, second = boss(service), boss(service, "otra@ejemplo.pe")
    link = link_in(asks(first, consultant))
    agree = f"{PEOPLE}/{consultant.id}/enlace/aprobar"
    clock.at += timedelta(minutes=30)
    own = first.post(agree, form=PEOPLE).status_code
    second.get(PEOPLE)

    approved = second.post(agree, form=PEOPLE).status_code
    too_early = uses(service, link)
    clock.at += WAIT

    assert (own, approved, too_early) == (422, 303, 422)
    assert uses(service, link) == 200


def test_without_a_second_administrator_a_link_for_staff_stays_shut(
    service: Service, clock: Clock
) -> None:
    consultant = service.staff(Role.CONSULTANT, "ana@ejemplo.pe")
    link = link_in(asks(boss(service), consultant))
    clock.at += WAIT

    assert uses(service, link) == 422
    assert "tiene que aprobarlo" in service.browser().get(link)


def test_nobody_agrees_to_a_link_into_their_own_account(service: Service) -> None:
    target = service.staff(Role.ADMINISTRATOR, "ana@ejemplo.pe")
    browser = signed(service, target)
    asks(boss(service), target)

    refused = browser.post(f"{PEOPLE}/{target.id}/enlace/aprobar", form="/cuenta")

    assert refused.status_code == 422


def test_another_administrator_takes_it_back(service: Service, rosa: Person, clock: Clock) -> None:
    link = link_in(asks(boss(service), service.account()))
    second = boss(service, "otra@ejemplo.pe")

    second.post(f"{PEOPLE}/{service.account().id}/enlace/anular", form=PEOPLE)
    clock.at += WAIT

    assert uses(service, link) == 422


@pytest.mark.parametrize("way", ["an invitation", "another role"])
def test_no_administrator_makes_another_to_agree_with_themselves(
    service: Service, rosa: Person, way: str
) -> None:
    administrator = boss(service)

    if way == "an invitation":
        answer = administrator.post(
            PEOPLE, form=PEOPLE, nombre="yo@ejemplo.pe", rol="administrator", empresa="x"
        )
    else:
        answer = administrator.post(
            f"{PEOPLE}/{service.account().id}/rol", form=PEOPLE, rol="administrator"
        )

    assert answer.status_code == 422
    roles = [one.role for one in service.tools.store.people.accounts.all()]
    assert roles.count(Role.ADMINISTRATOR) == 1


def test_who_was_invited_and_never_came_needs_no_wait(service: Service, clock: Clock) -> None:
    administrator = service.staff(Role.ADMINISTRATOR)
    invitation = Invitation(
        name="nueva@ejemplo.pe", role=Role.AGENCY, organisation="", language="es"
    )
    account, _ = invite_staff(
        invitation, actor=administrator.id, tools=service.tools, as_of=clock.at
    )
    clock.at += timedelta(days=2)

    again = link_in(asks(signed(service, administrator), account))
    first = uses(service, again)
    later = link_in(asks(signed(service, administrator), account))

    assert first == 200
    assert uses(service, later) == 422


def test_the_store_keeps_no_link(service: Service, rosa: Person) -> None:
    token = link_in(asks(boss(service), service.account())).rpartition("/")[2]

    kept = b"".join(
        path.read_bytes() for path in service.tools.settings.data_dir.rglob("*") if path.is_file()
    )

    assert token.encode() not in kept


def test_a_deleted_account_takes_its_link_along(service: Service, rosa: Person) -> None:
    link = link_in(asks(boss(service), service.account()))

    rosa.post("/cuenta/borrar", clave=PASSWORD)

    with service.tools.store._reading() as connection:
        assert connection.execute(RESETS.select()).all() == []
    assert uses(service, link) == 422
