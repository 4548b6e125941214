"""Permissions: none without a tap, each with its exact words, and gone with a tap."""

import hashlib
import re
from collections.abc import Callable
from html import unescape

import pytest
from tests.unit.web.account.conftest import Clock, Person, Service
from tests.unit.web.conftest import unpacked

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.roles import Reach
from ahorraluz.services.accounts.consents import (
    Asked,
    Purpose,
    give_consent,
    homes_that_agreed,
    withdraw_consent,
    words_of,
)
from ahorraluz.store.account_records import Consent
from ahorraluz.texts import open_texts

PERMITS = "/cuenta/permisos"


@pytest.fixture
def home(service: Service, rosa: Person) -> str:
    """Return the home of Rosa."""
    return service.tools.store.people.households.homes_of(service.account().id)[0].home


def consents(service: Service) -> tuple[Consent, ...]:
    return service.tools.store.people.consents.of_account(service.account().id)


def test_nothing_is_permitted_before_a_tap(service: Service, rosa: Person, home: str) -> None:
    html = rosa.get(PERMITS)

    assert "checked" not in html
    assert "Quitar el permiso" not in html
    assert consents(service) == ()


def test_what_is_kept_is_the_hash_of_the_words_that_were_on_the_page(
    service: Service, rosa: Person, home: str
) -> None:
    html = unescape(rosa.get(PERMITS))

    given = rosa.post(PERMITS, hogar=home, para="aggregates")

    [consent] = consents(service)
    title, text = words_of(Purpose.AGGREGATES, open_texts("es")).split("\n")
    assert given.status_code == 303
    assert title in html
    assert text in html
    assert consent.text_sha256 == hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    assert (consent.language, consent.channel, consent.home) == ("es_PE", "web", home)


def test_a_contact_is_shown_in_its_words_before_it_is_given_and_ends(
    service: Service, rosa: Person, home: str, clock: Clock
) -> None:
    asked = unescape(rosa.get(f"{PERMITS}?hogar={home}&tecnologia=rooftop-pv&dias=30"))
    rosa.post(PERMITS, hogar=home, para="contact", tecnologia="rooftop-pv", dias="30")
    tools = service.tools

    now = homes_that_agreed(Purpose.CONTACT, tools=tools, as_of=clock.at, subject="rooftop-pv")
    other = homes_that_agreed(Purpose.CONTACT, tools=tools, as_of=clock.at, subject="battery")
    clock.go_on(days=30)
    later = homes_that_agreed(Purpose.CONTACT, tools=tools, as_of=clock.at, subject="rooftop-pv")

    assert "Por 30 días" in asked
    assert (list(now), list(other), list(later)) == ([home], [], [])


def test_a_permission_is_taken_back_with_a_tap(
    service: Service, rosa: Person, home: str, clock: Clock
) -> None:
    rosa.post(PERMITS, hogar=home, para="research")
    [number] = re.findall(rf"{PERMITS}/(\d+)/quitar", rosa.get(PERMITS))

    gone = rosa.post(f"{PERMITS}/{number}/quitar")

    assert gone.status_code == 303
    assert homes_that_agreed(Purpose.RESEARCH, tools=service.tools, as_of=clock.at) == {}
    assert consents(service)[0].withdrawn_at is not None
    assert "Quitaste un permiso" in rosa.get("/cuenta/registro")


def test_comparing_begins_and_ends_with_its_permission(
    service: Service, rosa: Person, home: str
) -> None:
    rosa.post(PERMITS, hogar=home, para="compare")
    described = service.tools.store.descriptions()
    [number] = re.findall(rf"{PERMITS}/(\d+)/quitar", rosa.get(PERMITS))

    rosa.post(f"{PERMITS}/{number}/quitar")

    assert described[home].people == 4
    assert described[home].kwh_month == 152
    assert service.tools.store.descriptions() == {}


def test_a_home_that_does_not_say_enough_is_told_what_is_missing(service: Service) -> None:
    person = service.browser()
    person.joins(d="luz-del-sur", k="152")
    home = service.tools.store.people.households.homes_of(service.account().id)[0].home

    refused = person.post(PERMITS, hogar=home, para="compare")

    assert refused.status_code == 422
    assert "falta un dato" in unpacked(refused)
    assert consents(service) == ()


def test_the_permission_of_somebody_else_is_not_touched(
    service: Service, rosa: Person, stranger: Person, home: str
) -> None:
    rosa.post(PERMITS, hogar=home, para="research")
    [number] = re.findall(rf"{PERMITS}/(\d+)/quitar", rosa.get(PERMITS))

    withdrawn = stranger.post(f"{PERMITS}/{number}/quitar")
    given = stranger.post(PERMITS, hogar=home, para="aggregates")

    assert (withdrawn.status_code, given.status_code) == (404, 422)
    assert [c.withdrawn_at for c in consents(service)] == [None]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"para": "everything"}, 404),
        ({"para": "consultant"}, 404),
        ({"para": "contact"}, 422),
        ({"para": "contact", "tecnologia": "rooftop-pv", "dias": "9999"}, 422),
        ({"para": "contact", "tecnologia": "<b>", "dias": "30"}, 422),
        ({"para": "research", "hogar": "h-0"}, 422),
    ],
)
def test_what_is_not_offered_cannot_be_permitted(
    service: Service, rosa: Person, home: str, fields: dict[str, str], status: int
) -> None:
    refused = rosa.post(PERMITS, **{"hogar": home, **fields})

    assert refused.status_code == status
    assert consents(service) == ()


def test_the_same_permission_is_given_once(service: Service, rosa: Person, home: str) -> None:
    rosa.post(PERMITS, hogar=home, para="research")

    assert rosa.post(PERMITS, hogar=home, para="research").status_code == 422


def test_taking_back_a_consultant_ends_what_they_may(
    service: Service, rosa: Person, stranger: Person, home: str, clock: Clock
) -> None:
    tools, account = service.tools, service.account()
    consultant = service.account("+51987654321").id
    tools.store.people.households.grant(home, consultant, Reach.CONSULTANT, as_of=clock.at)
    asked = Asked(account=account.id, home=home, purpose=Purpose.CONSULTANT, subject=consultant)
    give_consent(asked, texts=open_texts("es"), channel="web", tools=tools, as_of=clock.at)

    withdraw_consent(account.id, consents(service)[0].id, tools=tools, as_of=clock.at)

    assert tools.store.people.households.reach(home, consultant) is None


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_words_in_both_languages(purpose: Purpose) -> None:
    subject, days = ("battery", 30) if purpose is Purpose.CONTACT else ("", None)

    said = {words_of(purpose, open_texts(x), subject=subject, days=days) for x in ("es", "en")}

    assert len(said) == 2
    assert not any("{" in words for words in said)


def test_a_consent_that_is_unknown_cannot_be_taken_back(
    service: Service, rosa: Person, make_service: Callable[..., Service], clock: Clock
) -> None:
    with pytest.raises(AhorraLuzError) as error:
        withdraw_consent(service.account().id, 99, tools=service.tools, as_of=clock.at)

    assert error.value.issue.code == "consent-unknown"
