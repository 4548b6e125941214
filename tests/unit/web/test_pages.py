"""What holds for every page: whole in both languages, guarded, light, and never markup."""

import gzip
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from tests.unit.web.conftest import ANSWER, FULL, Elements, fetch, unpacked

from ahorraluz.services.inquiries.fields import BY_NAME, BY_PREFIX
from ahorraluz.web.assets import load_assets

PAGES = (
    "/",
    ANSWER,
    FULL,
    FULL.replace("/respuesta", "/recibo"),
    FULL.replace("/respuesta", "/hogar"),
    FULL.replace("/respuesta", "/revision"),
    FULL.replace("/respuesta", "/reclamo"),
    "/respuesta?k=abc",
    "/ejemplos",
    "/ejemplos/lima",
    "/ejemplos/arequipa",
    "/ejemplos/andina-rural",
    "/acerca",
    "/no-existe",
)
FIRST_LOAD_BYTES = 60_000


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_page_is_whole_in_both_languages(
    client: FlaskClient, address: str, language: str
) -> None:
    joint = "&" if "?" in address else "?"
    _, html = fetch(client, f"{address}{joint}lang={language}")
    page = Elements(html)
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]

    assert f'<html lang="{"es-PE" if language == "es" else "en"}">' in html
    assert sum(1 for _ in page.all("h1")) == 1
    assert sum(1 for _ in page.all("main")) == 1
    assert len(ids) == len(set(ids))
    assert "{" not in re.sub(r"<[^>]*>", "", html)
    assert not re.search(
        r"\b(web|issue|basis|measure|reason)\.[a-z-]+", re.sub(r"<[^>]*>", "", html)
    )


@pytest.mark.parametrize("address", PAGES)
def test_no_page_holds_script_or_style_of_its_own(client: FlaskClient, address: str) -> None:
    _, html = fetch(client, address)
    page = Elements(html)

    assert all(attributes.get("src") for attributes in page.all("script"))
    assert not list(page.all("style"))
    assert [
        (tag, name)
        for tag, attributes in page.elements
        for name in attributes
        if name == "style" or name.startswith("on")
    ] == []


@pytest.mark.parametrize("address", PAGES)
def test_every_input_has_a_label_and_every_hint_exists(client: FlaskClient, address: str) -> None:
    _, html = fetch(client, address)
    page = Elements(html)
    labelled = {attributes.get("for") for attributes in page.all("label")}
    ids = {attributes.get("id") for _, attributes in page.elements}
    inputs = [a for tag in ("input", "select") for a in page.all(tag)]

    unlabelled = [
        a
        for a in inputs
        if a.get("type") not in ("hidden", "radio", "checkbox") and a.get("id") not in labelled
    ]
    described = {
        id_
        for _, attributes in page.elements
        for id_ in (attributes.get("aria-describedby") or "").split()
    }

    assert unlabelled == []
    assert described - ids == set()


@pytest.mark.parametrize("address", PAGES)
def test_every_link_inside_the_site_leads_somewhere(client: FlaskClient, address: str) -> None:
    _, html = fetch(client, address)
    page = Elements(html)
    ids = {attributes.get("id") for _, attributes in page.elements}
    hrefs = {attributes.get("href") or "" for attributes in page.all("a")}
    inside = {href for href in hrefs if href.startswith("/")}

    assert {href[1:] for href in hrefs if href.startswith("#")} - ids == set()
    own = address.partition("?")[0]
    led = {href for href in inside if urlsplit(href).path != own}
    assert {href: client.get(href).status_code for href in led} == dict.fromkeys(led, 200)


@pytest.mark.parametrize("address", PAGES)
def test_the_first_load_weighs_less_than_sixty_kilobytes(client: FlaskClient, address: str) -> None:
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    statics = sum(len(asset.compressed) for asset in load_assets().values())

    assert len(response.data) + statics < FIRST_LOAD_BYTES


MARKUP = '"><script>alert(1)</script>'


@pytest.mark.parametrize("name", [*BY_NAME, *(f"{prefix}.ventilador" for prefix in BY_PREFIX)])
@pytest.mark.parametrize("path", ["/", "/respuesta", "/recibo", "/hogar", "/revision", "/reclamo"])
def test_what_is_typed_never_becomes_markup(client: FlaskClient, path: str, name: str) -> None:
    given = {"d": "luz-del-sur", "k": "152", "a": "ventilador", name: MARKUP}

    _, html = fetch(client, f"{path}?{urlencode(given)}")

    assert "<script>alert" not in html
    assert '"><script' not in html


@pytest.mark.parametrize("address", ["/?lang=" + MARKUP, f"/{MARKUP}", f"/respuesta?{MARKUP}=1"])
def test_neither_does_an_address(client: FlaskClient, address: str) -> None:
    _, html = fetch(client, address)

    assert "<script>alert" not in html


def switch_of(html: str) -> str:
    found = next(a for a in Elements(html).all("a") if a.get("class") == "lang")
    return found["href"] or ""


@pytest.mark.parametrize("address", [ANSWER, FULL, FULL.replace("/respuesta", "/revision")])
def test_the_language_switch_keeps_the_answer(client: FlaskClient, address: str) -> None:
    _, spanish = fetch(client, address)
    english_address = switch_of(spanish)
    _, english = fetch(client, english_address)
    back = switch_of(english)

    typed = sorted(parse_qsl(urlsplit(address).query))
    assert '<html lang="en">' in english
    assert sorted(parse_qsl(urlsplit(english_address).query)) == sorted([*typed, ("lang", "en")])
    assert sorted(parse_qsl(urlsplit(back).query)) == typed


def test_every_form_carries_on_what_the_others_asked(client: FlaskClient) -> None:
    _, html = fetch(client, FULL.replace("/respuesta", "/hogar"))
    page = Elements(html)
    hidden = {a["name"]: a["value"] for a in page.all("input") if a.get("type") == "hidden"}
    asked = {a.get("name") for a in page.all("input") if a.get("type") != "hidden"}

    assert hidden["k"] == "152"
    assert hidden["p"] == "0.6403"
    assert hidden.keys() & asked == set()


def test_pages_of_an_answer_are_kept_by_their_own_browser_only(client: FlaskClient) -> None:
    assert client.get(ANSWER).headers["Cache-Control"] == "private, no-cache"
    assert client.get("/respuesta?k=x").headers["Cache-Control"] == "no-store"


def test_a_page_squeezes_well(client: FlaskClient) -> None:
    response = client.get(FULL, headers={"Accept-Encoding": "gzip"})

    assert len(gzip.decompress(response.data)) > 3 * len(response.data)


def test_the_answer_tells_what_each_hundred_soles_buys_where_money_changes_the_plan(
    client: FlaskClient,
) -> None:
    priced = (
        f"{ANSWER}&a=foco-ahorrador-20&n.foco-ahorrador-20=8&x.cost-led-lamp=8"
        "&te=owner&ro=own&dep=lima&x.cost-pv-kwp=4000"
    )

    told, untold = unpacked(client.get(priced)), unpacked(client.get(ANSWER))

    assert 'id="presupuesto"' in told
    assert "Qué compra cada S/ 100 más" in told
    assert told.count('<th scope="row">S/') >= 2
    assert 'id="presupuesto"' not in untold
