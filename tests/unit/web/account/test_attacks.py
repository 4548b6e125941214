"""Attacks on accounts: forged forms, fixed sessions, guessed passwords, text that would run."""

import re

import numpy as np
import pytest
from flask import Flask
from tests.unit.web.account.conftest import (
    HOME,
    NAME,
    PASSWORD,
    Clock,
    Person,
    Service,
)
from tests.unit.web.conftest import unpacked

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.services.accounts.sessions import IDLE, LONGEST
from ahorraluz.web.account.pages import ACCOUNT_PAGES

FOR_NOTHING = {"handle": "0" * 16, "consent": "1", "credential": "x", "token": "r_x", "home": "h-0"}
SCRIPT = "<script>alert(1)</script>"
NAMES = {blueprint.name for blueprint in ACCOUNT_PAGES}


def forms_of(app: Flask) -> list[str]:
    """Return the address of every form about accounts, with something in each place."""
    return sorted(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda place: FOR_NOTHING.get(place.group(1), "1"), rule.rule)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in NAMES
    )


def test_there_are_forms_to_attack(service: Service) -> None:
    assert len(forms_of(service.app)) > 20


def test_no_form_is_taken_without_its_token(service: Service, rosa: Person) -> None:
    fields = {"clave": PASSWORD, "nueva": "cinco llamas azules", "nombre": NAME}

    statuses = {
        path: rosa.client.post(path, data=fields).status_code for path in forms_of(service.app)
    }

    assert {path: status for path, status in statuses.items() if status != 403} == {}


def test_no_form_is_taken_with_the_token_of_somebody_else(
    service: Service, rosa: Person, stranger: Person
) -> None:
    theirs = stranger.token("/cuenta")

    statuses = {
        path: rosa.client.post(path, data={"csrf": theirs, "clave": PASSWORD}).status_code
        for path in forms_of(service.app)
    }

    assert set(statuses.values()) == {403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.pe"},
    ],
    ids=["another site", "a sister domain", "another origin"],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    rosa: Person, headers: dict[str, str]
) -> None:
    fields = {"csrf": rosa.token("/cuenta"), "clave": PASSWORD, "nueva": "cinco llamas azules"}

    assert rosa.client.post("/cuenta/clave", data=fields, headers=headers).status_code == 403


def test_no_form_does_anything_for_a_stranger(service: Service, rosa: Person) -> None:
    stranger = service.browser()
    token = stranger.token("/entrar")
    inside = [path for path in forms_of(service.app) if path.startswith("/cuenta")]

    statuses = {
        path: stranger.client.post(path, data={"csrf": token, "clave": PASSWORD}).status_code
        for path in inside
    }

    assert set(statuses.values()) == {401}
    assert rosa.client.get("/cuenta").status_code == 200


def test_a_session_that_was_there_before_is_not_the_one_afterwards(
    service: Service, rosa: Person
) -> None:
    victim = service.browser()
    victim.client.set_cookie("ahorraluz", "s_planted-by-somebody-else")

    victim.signs_in()

    assert victim.cookie != "s_planted-by-somebody-else"
    assert victim.client.get("/cuenta").status_code == 200
    thief = service.browser()
    thief.client.set_cookie("ahorraluz", "s_planted-by-somebody-else")
    assert thief.client.get("/cuenta").location == "/entrar"


def test_signing_in_ends_the_session_of_whoever_sat_there_before(
    service: Service, rosa: Person, stranger: Person
) -> None:
    before = rosa.cookie
    form = unpacked(rosa.client.get("/recuperar"))
    token = re.findall(r'name="csrf" value="([^"]+)"', form)[0]
    sent = {"csrf": token, "nombre": "987654321", "clave": "lluvia en la puna"}

    rosa.client.post("/entrar", data=sent)

    thief = service.browser()
    thief.client.set_cookie("ahorraluz", str(before))
    assert rosa.cookie != before
    assert thief.client.get("/cuenta").location == "/entrar"


def test_a_cookie_that_was_taken_is_worthless_after_signing_out(
    service: Service, rosa: Person
) -> None:
    taken = str(rosa.cookie)

    rosa.post("/salir")

    thief = service.browser()
    thief.client.set_cookie("ahorraluz", taken)
    assert thief.client.get("/cuenta").location == "/entrar"


@pytest.mark.parametrize("span", [IDLE, LONGEST], ids=["unused", "used all the time"])
def test_a_session_ends_by_itself(rosa: Person, clock: Clock, span: object) -> None:
    for _ in range(3 if span is LONGEST else 1):
        clock.at += (IDLE if span is IDLE else LONGEST / 3) + IDLE / 1000
        rosa.client.get("/cuenta")

    assert rosa.client.get("/cuenta").location == "/entrar"


def test_the_cookie_is_for_our_pages_alone(service: Service) -> None:
    client = service.browser().client
    page = client.get("/crear-cuenta", base_url="https://ahorraluz.example")
    token = re.findall(r'name="csrf" value="([^"]+)"', unpacked(page))[0]

    joined = client.post(
        "/crear-cuenta",
        data={"csrf": token, "nombre": NAME, "clave": PASSWORD},
        base_url="https://ahorraluz.example",
    )

    [cookie] = [c for c in joined.headers.getlist("Set-Cookie") if "__Host-ahorraluz=" in c]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie


def test_guessing_a_password_holds_the_right_one_back(
    service: Service, rosa: Person, clock: Clock
) -> None:
    for _ in range(5):
        service.browser().signs_in(password="otra cosa larga")

    held = service.browser().signs_in()
    clock.go_on(seconds=31)

    assert held.status_code == 422
    assert service.browser().signs_in().status_code == 303


def test_waits_grow_and_end(service: Service, rosa: Person, clock: Clock) -> None:
    for _ in range(12):
        service.browser().signs_in(password="otra cosa larga")
        clock.go_on(hours=1, seconds=1)

    service.browser().signs_in(password="otra cosa larga")
    clock.go_on(minutes=59)
    held = service.browser().signs_in()
    clock.go_on(minutes=2)

    assert held.status_code == 422
    assert service.browser().signs_in().status_code == 303


def test_a_suspended_account_is_out_at_once(service: Service, rosa: Person, clock: Clock) -> None:
    service.tools.store.people.accounts.suspend(service.account().id, at=clock.at)

    assert rosa.client.get("/cuenta").location == "/entrar"
    assert service.browser().signs_in().status_code == 422


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/entrar", {"nombre": SCRIPT, "clave": SCRIPT}),
        ("/crear-cuenta", {"nombre": f"{SCRIPT}@ejemplo.pe", "clave": PASSWORD}),
        ("/recuperar/codigo", {"nombre": SCRIPT, "codigo": SCRIPT, "nueva": "cinco llamas azules"}),
        ("/crear-cuenta", {"nombre": NAME, "clave": "corta", "k": SCRIPT, "d": SCRIPT}),
    ],
)
def test_what_is_typed_does_not_run(service: Service, path: str, fields: dict[str, str]) -> None:
    form = "/recuperar" if path.startswith("/recuperar") else path

    shown = service.browser().post(path, form=form, **fields)

    assert shown.status_code == 422
    assert "<script>alert" not in unpacked(shown)


def test_the_name_of_a_device_does_not_run(service: Service, rosa: Person) -> None:
    other = service.browser()
    token = other.token("/entrar")
    other.client.post(
        "/entrar",
        data={"csrf": token, "nombre": NAME, "clave": PASSWORD},
        headers={"User-Agent": SCRIPT},
    )

    html = rosa.get("/cuenta")

    assert "<script>alert" not in html
    assert html.count("Equipo sin nombre") > 0


@pytest.mark.parametrize(
    "done", ["password", "x", SCRIPT, "../../x"], ids=["known", "unknown", "a script", "a path"]
)
def test_the_address_says_only_what_we_can_have_done(rosa: Person, done: str) -> None:
    html = rosa.client.get("/cuenta", query_string={"hecho": done})

    assert html.status_code == 200
    assert "<script>alert" not in unpacked(html)


@pytest.mark.parametrize("name", ["' or 1=1 --", "rosa@ejemplo.pe' --", '"; drop table accounts;'])
def test_a_name_is_no_query(service: Service, rosa: Person, name: str) -> None:
    assert service.browser().signs_in(name=name).status_code == 422
    assert rosa.client.get("/cuenta").status_code == 200


def test_pages_of_an_account_are_kept_by_no_cache(rosa: Person) -> None:
    for path in ("/cuenta", "/cuenta/registro", "/cuenta/codigo", "/cuenta/permisos"):
        assert rosa.client.get(path).headers["Cache-Control"] == "no-store"


def test_signing_in_leads_to_our_own_pages_alone(service: Service, rosa: Person) -> None:
    for field in ("next", "siguiente", "url"):
        person = service.browser()
        signed = person.signs_in(**{field: "https://evil.pe/"})

        assert signed.location.startswith("/")
        assert "evil" not in signed.location


def test_a_home_of_the_pages_is_not_read_by_its_old_address(
    service: Service, rosa: Person, stranger: Person
) -> None:
    home = service.tools.store.people.households.homes_of(service.account().id)[0].home

    for path in (f"/consumo/{home}", f"/consumo/{home}/lecturas.csv", f"/consumo/{home}/informe"):
        assert service.browser().client.get(path).status_code == 404
        assert stranger.client.get(path).status_code == 404
    posted = stranger.post(f"/consumo/{home}/borrar")
    assert posted.status_code in (403, 404)
    assert HOME["k"] in str(service.tools.store.people.households.answers(home).said)


@pytest.mark.parametrize(
    ("site", "name", "secure"),
    [
        ("https://ahorraluz.example", "__Host-ahorraluz-visit", True),
        ("http://localhost:8000", "ahorraluz-visit", False),
    ],
    ids=["over HTTPS", "on this machine"],
)
def test_the_cookie_of_a_visitor_is_one_that_no_subdomain_can_set(
    service: Service, site: str, name: str, secure: bool
) -> None:
    client = service.browser().client

    page = client.get("/crear-cuenta", base_url=site)

    [cookie] = page.headers.getlist("Set-Cookie")
    said = {part.strip().partition("=")[0] for part in cookie.split(";")}
    assert cookie.startswith(f"{name}=")
    assert ("Secure" in said, "HttpOnly" in said, "Path" in said) == (secure, True, True)
    assert "Domain" not in said
    token = re.findall(r'name="csrf" value="([^"]+)"', unpacked(page))[0]
    fields = {"csrf": token, "nombre": NAME, "clave": PASSWORD}
    assert client.post("/crear-cuenta", data=fields, base_url=site).status_code == 303


def test_over_https_a_cookie_that_a_sister_domain_planted_binds_no_form(service: Service) -> None:
    site = "https://ahorraluz.example"
    thief = service.browser().client
    page = thief.get("/crear-cuenta", base_url="http://localhost")
    token = re.findall(r'name="csrf" value="([^"]+)"', unpacked(page))[0]
    planted = thief.get_cookie("ahorraluz-visit")
    assert planted is not None
    victim = service.browser().client
    victim.set_cookie("ahorraluz-visit", planted.value, domain="ahorraluz.example")

    sent = {"csrf": token, "nombre": NAME, "clave": PASSWORD}
    refused = victim.post("/crear-cuenta", data=sent, base_url=site)

    assert refused.status_code == 403


def test_a_home_that_somebody_keeps_is_not_deleted_without_its_password(
    service: Service, rosa: Person
) -> None:
    households = service.tools.store.people.households
    home = households.homes_of(service.account().id)[0].home
    service.tools.store.add_import(
        home, readings_of_a_day(), sha256="0" * 64, file_name="m.csv", as_of=service.clock.at
    )

    sent = rosa.post(f"/consumo/{home}/borrar")

    assert sent.status_code == 303
    assert sent.location == f"/cuenta/hogares/{home}/borrar"
    assert [one.home for one in households.homes_of(service.account().id)] == [home]
    assert len(service.tools.store.channels(home)) == 1
    assert rosa.client.get(sent.location).status_code == 200


def readings_of_a_day() -> MeterFile:
    start = np.arange(24, dtype=np.int64) * 3_600 + 1_760_000_400
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + 3_600,
        value=np.full(24, 0.5),
        line=np.arange(24, dtype=np.int64) + 2,
        flags=np.zeros(24, dtype=np.uint8),
    )
    return MeterFile(format="csv", channels=(channel,), rows=24, zone="America/Lima")
