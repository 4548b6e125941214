"""Attacks from outside that no page of its own answers for: markup, headers, redirects, hosts."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from tests.route_table import ALL, OF_PAGES
from tests.signed_people import Clock, Service, Signed, make_service, text_of
from typing_extensions import override
from werkzeug.test import TestResponse

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.entering import Joining, join

MARKUP = "\"'><xq7 xq7a=1>{{7*7}}</textarea></title>"
ESCAPED = "&lt;xq7 xq7a=1&gt;"
MOST_PAGES = 60
LEAVE = re.compile(r"/salir|/suspender|/cuenta/equipos|/trabajos/.*borrar|/personas/.*/rol")
"""Forms after which somebody could go no further."""
TYPED = ("text", "search", "email", "tel", "password", "number", "date", "url", "")
PASSWORD = "tres caballos cruzan el puente 83"
CRLF = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
SQL = (
    "' OR 1=1 --",
    "'; DROP TABLE accounts; --",
    '" UNION SELECT sealed FROM accounts --',
    "\x00",
)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, type and value."""

    def filled(self, text: str) -> dict[str, object]:
        """Return its fields, with a text in each that a person types in."""
        data: dict[str, object] = {}
        for name, kind, value in self.fields:
            if kind == "file":
                content = f"a,b\n{text},1\n".encode()
                data[name] = (io.BytesIO(content), f"{text}.csv")
            else:
                data[name] = text if kind in TYPED or kind == "textarea" else value
        return data


class Parts(HTMLParser):
    """Links and forms of a page, and what of it came out of a field."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.forms: list[Form] = []
        self.foreign: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "xq7" or "xq7a" in said:
            self.foreign.append(tag)
        if tag == "a" and said.get("href", "").startswith("/"):
            self.links.add(said["href"])
        elif tag == "form":
            action = urljoin(self.address, said.get("action", ""))
            self.forms.append(Form(action=action, method=said.get("method", "get").lower()))
        elif tag in ("input", "textarea", "select", "button") and self.forms and "name" in said:
            kind = tag if tag != "input" else said.get("type", "text")
            self.forms[-1].fields.append((said["name"], kind, said.get("value", "")))
        elif tag == "option" and self.forms and self.forms[-1].fields:
            name, kind, value = self.forms[-1].fields[-1]
            if kind == "select" and not value:
                self.forms[-1].fields[-1] = (name, kind, said.get("value", ""))


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service of its own."""
    clock = Clock()
    monkeypatch.setattr("ahorraluz.web.page.datetime", clock)
    return make_service(tmp_path, clock)


def _pages(client: FlaskClient, begin: str) -> Iterator[tuple[str, str, Parts]]:
    """Walk every page that links lead to, each once."""
    waiting = [begin]
    seen: set[str] = set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.pop(0)
        path = urlsplit(address).path
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.mimetype != "text/html":
            continue
        text = text_of(answer)
        parts = Parts(address)
        parts.feed(text)
        yield address, text, parts
        waiting += sorted(parts.links)


def _send(who: Signed, form: Form) -> TestResponse:
    data = form.filled(MARKUP)
    if form.method == "get":
        return who.client.get(form.action, query_string=data)
    return who.client.post(form.action, data=data)


@pytest.mark.parametrize(
    ("role", "begin", "least"),
    [
        (Role.RESIDENT, "/hogares", 1),
        (Role.CONSULTANT, "/cartera", 2),
        (Role.PROVIDER, "/ofertas", 1),
        (Role.AGENCY, "/agregados", 0),
        (Role.ADMINISTRATOR, "/administracion", 2),
    ],
)
def test_markup_in_any_field_of_any_form_stays_text(
    service: Service, role: Role, begin: str, least: int
) -> None:
    who = service.signed(role, organisation=MARKUP)
    if role is Role.RESIDENT:
        service.home_of(who)
    forms = {
        (form.method, form.action): form
        for _, _, parts in _pages(who.client, begin)
        for form in parts.forms
        if not LEAVE.search(form.action)
    }
    answers = []

    for form in forms.values():
        sent = _send(who, form)
        assert sent.status_code < 500, form.action
        if sent.mimetype == "text/html" and sent.status_code != 303:
            answers.append((form.action, text_of(sent)))
    answers += [(address, text) for address, text, _ in _pages(who.client, begin)]

    assert len(forms) > 3
    foreign = []
    for address, text in answers:
        parts = Parts(address)
        parts.feed(text)
        foreign += [address] * bool(parts.foreign or "{{49}}" in text or ">49</t" in text)
    assert foreign == []
    assert sum(ESCAPED in text for _, text in answers) >= least


def test_no_answer_to_a_visitor_of_private_pages_is_kept_or_framed(service: Service) -> None:
    who = service.signed(Role.RESIDENT)
    home = service.home_of(who)
    paths = [
        path.replace("<home>", home)
        for (method, path), line in OF_PAGES.items()
        if method == "GET" and line is not ALL and "<" not in path.replace("<home>", "")
    ]

    answers = [(path, who.client.get(path)) for path in paths]

    assert len(paths) > 20
    for path, answer in answers:
        assert answer.headers["Cache-Control"] in ("no-store", "private, no-cache"), path
        assert answer.headers["X-Frame-Options"] == "DENY", path
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_public_pages_are_not_shared_as_somebody_signed_in_sees_them(service: Service) -> None:
    who, stranger = service.signed(Role.CONSULTANT), service.app.test_client()
    paths = ["/energias", "/resultados"]

    shared = {path: stranger.get(path).headers["Cache-Control"] for path in paths}
    own = {path: who.client.get(path).headers["Cache-Control"] for path in paths}

    assert all("public" in how for how in shared.values())
    assert set(own.values()) == {"no-store"}


@pytest.mark.parametrize("field_name", ["lang", "hecho", "texto", "pagina", "siguiente", "next"])
def test_line_breaks_in_an_address_make_no_header(service: Service, field_name: str) -> None:
    who = service.signed(Role.CONSULTANT)

    for path in ("/cartera", "/cuenta", "/entrar", "/hogares", "/respuesta"):
        answer = who.client.get(path, query_string={field_name: CRLF})
        cookies = answer.headers.getlist("Set-Cookie")
        assert answer.status_code < 500
        assert not any("evil" in cookie for cookie in cookies)
        assert "\n" not in "".join(answer.headers.values())


def test_line_breaks_in_a_file_name_make_no_header(service: Service) -> None:
    who = service.signed(Role.CONSULTANT)

    for name in (CRLF, "../../etc/passwd", "a\x00b.csv", "x" * 5000):
        sent = who.post("/cartera/importar", {"archivo": (io.BytesIO(b"nombre,k\na,1\n"), name)})
        assert sent.status_code in (303, 400, 422), name
        assert "evil" not in str(sent.headers)
    assert not list(service.tools.settings.data_dir.parent.glob("**/passwd"))


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_no_page_sends_anybody_to_another_site(service: Service, target: str) -> None:
    name = "rosa@ejemplo.pe"
    joining = Joining(name=name, password=PASSWORD, language="es")
    join(joining, tools=service.tools, as_of=service.clock.at)
    client = service.app.test_client()
    query = dict.fromkeys(("next", "siguiente", "volver", "url", "lang"), target)
    page = text_of(client.get("/entrar", query_string=query))
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    fields = {"csrf": token.group(1), "nombre": name, "clave": PASSWORD, "next": target}

    sent = client.post("/entrar", query_string=query, data=fields)

    assert sent.status_code == 303
    assert sent.headers["Location"].startswith("/")
    assert "evil" not in sent.headers["Location"]
    assert f'href="{target}' not in page


def test_a_session_that_was_put_into_a_browser_is_not_the_one_after_signing_in(
    service: Service,
) -> None:
    name = "rosa@ejemplo.pe"
    joining = Joining(name=name, password=PASSWORD, language="es")
    join(joining, tools=service.tools, as_of=service.clock.at)
    client = service.app.test_client()
    client.set_cookie("ahorraluz", "s_" + "A" * 43)
    token = re.search(r'name="csrf" value="([^"]+)"', text_of(client.get("/entrar")))
    assert token is not None

    client.post("/entrar", data={"csrf": token.group(1), "nombre": name, "clave": PASSWORD})
    mine = client.get_cookie("ahorraluz")
    fixed = service.app.test_client()
    fixed.set_cookie("ahorraluz", "s_" + "A" * 43)

    assert mine is not None
    assert mine.value != "s_" + "A" * 43
    assert client.get("/cuenta").status_code == 200
    assert fixed.get("/cuenta").status_code == 303


def test_the_host_that_a_request_names_stands_in_no_link(service: Service) -> None:
    administrator, other = service.signed(Role.ADMINISTRATOR), service.account(Role.RESIDENT)
    page = text_of(administrator.client.get("/administracion/personas"))
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None

    answer = administrator.client.post(
        f"/administracion/personas/{other.id}/enlace",
        data={"csrf": token.group(1)},
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    text = text_of(answer)

    assert answer.status_code == 200
    assert "/recuperar/" in text
    assert "evil" not in text


@pytest.mark.parametrize("text", SQL)
def test_words_of_sql_are_words(service: Service, text: str) -> None:
    who = service.signed(Role.ADMINISTRATOR)
    before = len(service.tools.store.people.accounts.all())

    found = who.client.get("/administracion/personas", query_string={"texto": text})
    acts = who.client.get("/administracion/registro", query_string={"acto": text, "antes": text})
    home = who.client.get(f"/consumo/{text.replace('/', '')}")
    signed = who.post("/entrar", {"nombre": text, "clave": text})
    role = who.post("/administracion/personas/' OR '1'='1/rol", {"rol": "agency"})

    assert (found.status_code, acts.status_code) == (200, 200)
    assert "Cuentas: 0" in text_of(found) or text == "\x00"
    assert home.status_code in (404, 308)
    assert signed.status_code < 500
    assert signed.status_code != 303
    assert role.status_code == 404
    assert len(service.tools.store.people.accounts.all()) == before


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "9" * 5_000])
def test_a_number_larger_than_any_is_not_found(service: Service, number: str) -> None:
    rosa, consultant = service.signed(Role.RESIDENT), service.signed(Role.CONSULTANT)
    administrator = service.signed(Role.ADMINISTRATOR)
    share = f"/hogares/{service.home_of(rosa)}/compartir/{number}/quitar"
    no: dict[str, object] = {"decision": "rechazar", "motivo": "x"}
    yes: dict[str, object] = {"decision": "publicar"}
    proposal = f"/administracion/propuestas/{number}"

    missing = [
        rosa.post(share),
        administrator.post(proposal, no),
        administrator.post(proposal, yes),
    ]
    first = [
        consultant.client.get(f"/cartera?pagina={number}"),
        consultant.post("/cartera/informes", {"pagina": number}),
    ]

    assert {answer.status_code for answer in missing} == {404}
    assert {answer.status_code for answer in first} == {200}


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/medidor/..%2f..%2fahorraluz.db",
        "/ejemplos/..%2f..%2fpyproject.toml",
        "/energias/..%2f..%2fetc%2fpasswd",
        "/administracion/pliegos/..%2f..%2fkeyring.json",
        "/trabajos/..%2f..%2fkeys.db/archivo",
    ],
)
def test_no_address_leads_out_of_its_folder(service: Service, path: str) -> None:
    who = service.signed(Role.ADMINISTRATOR)

    answer = who.client.get(path)

    assert answer.status_code == 404
