"""Requests of programs and of browsers to a whole application."""

from functools import cache
from typing import Any
from urllib.parse import quote

from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, scratch
from tests.programs import Program, World, make_world, readings

MEDIA = ("application/json", "application/x-ndjson", "text/csv", "application/gzip",
         "application/x-www-form-urlencoded", "text/plain", "")  # fmt: skip
SERVER_FAULT = 500
PAGES = ("/", "/respuesta", "/recibo", "/hogar", "/revision", "/ejemplos", "/energias", "/sin-luz",
         "/resultados", "/medidor", "/reclamo", "/acerca", "/entrar", "/invitacion")  # fmt: skip


@cache
def world() -> World:
    """Return an application for all requests of this process."""
    return make_world(scratch() / "world")


@cache
def owner() -> Program:
    """Return a program of somebody with every scope."""
    made = world()
    return made.program(made.key(made.join()))


@cache
def home() -> str:
    """Return a home of the owner, with readings."""
    name = owner().home()
    sent = owner().post(
        f"/homes/{name}/readings", data=readings(48), content_type="application/x-ndjson"
    )
    hold(sent.status_code < SERVER_FAULT, sent.text)
    return name


@cache
def operations() -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """Return method, path and description of everything the document tells."""
    paths = owner().get("/openapi.json").json["paths"]  # type: ignore[index]
    return tuple(
        (method.upper(), path.removeprefix("/api/v1"), told)
        for path, methods in sorted(paths.items())
        for method, told in sorted(methods.items())
    )


@cache
def with_body() -> tuple[tuple[str, str, dict[str, Any]], ...]:
    """Return those that take a body."""
    return tuple(one for one in operations() if "requestBody" in one[2])


def api_body(data: bytes) -> None:
    """Send bytes as the body of any operation, of any kind, packed or not."""
    cut = Cut(data)
    method, path, _ = cut.one_of(with_body())
    kind, encoding = cut.one_of(MEDIA), cut.one_of(("identity", "identity", "gzip"))
    _answered(
        owner().ask(
            method,
            _filled(path, cut),
            data=cut.rest(),
            content_type=kind,
            headers={"Content-Encoding": encoding, "If-Match": "*"},
        )
    )


def api_query(data: bytes) -> None:
    """Ask for anything with parameters that hold anything."""
    cut = Cut(data)
    method, path, told = cut.one_of(operations())
    if method == "DELETE" and path == "/homes/{home}":
        return
    names = [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
    given = {name: cut.line().decode("utf-8", "replace") for name in names if cut.yes()}
    asked = {**given, **({cut.text(8): cut.text(8)} if cut.yes() else {})}
    _answered(
        owner().ask(
            method,
            _filled(path, cut),
            query_string=asked,
            headers={"Idempotency-Key": "x", "Accept": cut.one_of(("*/*", "application/json"))},
        )
    )


def page(data: bytes) -> None:
    """Ask for a page, its parameters as they come."""
    cut = Cut(data)
    where = cut.one_of(PAGES)
    asked = quote(cut.rest()[:2000], safe="=&%+.-_")
    answer = world().app.test_client().get(f"{where}?{asked}")
    hold(answer.status_code < SERVER_FAULT, f"{where}: {answer.status_code}")


def _filled(path: str, cut: Cut) -> str:
    """Return a path with a home that is there, and with other names as they come."""
    own = home()
    for name in ("home", "number", "way", "job", "step", "entry"):
        place = f"{{{name}}}"
        if place in path:
            usual = own if name == "home" else "1"
            path = path.replace(place, quote(cut.text(20) or "1", safe="") if cut.yes() else usual)
    return path


def _answered(answer: Any) -> None:
    hold(answer.status_code < SERVER_FAULT, answer.text)
    kind = answer.mimetype
    if answer.status_code >= 400:
        hold(kind in ("application/problem+json", "text/html", "text/plain"), kind)
