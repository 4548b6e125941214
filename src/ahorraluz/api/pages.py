"""The document itself, as JSON and as a page without script."""

from collections.abc import Iterator
from typing import Any, cast

from apiflask import APIFlask
from flask import Response, current_app, make_response, render_template

from ahorraluz.api.answering import PUBLIC, answer
from ahorraluz.api.door import PREFIX, door
from ahorraluz.api.endpoints import Endpoint, Given, endpoint
from ahorraluz.api.language import language, texts
from ahorraluz.api.openapi import Document, openapi
from ahorraluz.api.problems import TOLD

DOCS = f"{PREFIX}/docs"
DEEPEST = 3
STYLE = """\
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
pre{overflow-x:auto;padding:.75rem;border:1px solid #8888;border-radius:.5rem;white-space:pre-wrap}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem;border-bottom:1px solid #8886}
summary{cursor:pointer;padding:.6rem 0;min-height:1.5rem}
.method{display:inline-block;min-width:4.2rem;font-weight:700}
.scroll{overflow-x:auto}
a,summary,code,td{overflow-wrap:anywhere}
td:nth-child(2):not(:last-child){overflow-wrap:normal;white-space:nowrap}
"""


@endpoint(
    Endpoint(
        name="showDocument",
        method="GET",
        path="/openapi.json",
        tag="facts",
        gives=Given(schema="document", headers=("ETag",)),
    )
)
def document() -> Response:
    """Return this document."""
    return answer(described(), public=True)


@endpoint(
    Endpoint(
        name="showPage",
        method="GET",
        path="/docs",
        tag="facts",
        gives=Given(media=("text/html",)),
        hidden=True,
    )
)
def docs() -> Response:
    """Show the document as a page."""
    words = texts()
    found = described()
    html = render_template(
        "api/docs.html",
        document=found,
        t=words.text,
        language=language(),
        groups=list(_groups(found)),
        problems=TOLD,
        style=f"{PREFIX}/docs.css",
        source=f"{PREFIX}/openapi.json",
    )
    response = make_response(html)
    response.headers["Content-Language"] = words.language
    response.headers["Cache-Control"] = PUBLIC
    response.headers.add("Vary", "Accept-Language")
    return response


@endpoint(
    Endpoint(
        name="showStyle",
        method="GET",
        path="/docs.css",
        tag="facts",
        gives=Given(media=("text/css",)),
        hidden=True,
    )
)
def style() -> Response:
    """Return the style of the page."""
    response = Response(STYLE, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = PUBLIC
    return response


def described() -> Document:
    """Return the document in the language of the answer, made once."""
    known = door().documents
    words = texts()
    if words.locale not in known:
        known[words.locale] = openapi(cast(APIFlask, current_app), words)
    return known[words.locale]


def _groups(document: Document) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each tag with its operations, ready to be shown."""
    schemas = document["components"]["schemas"]
    operations = [
        {
            **operation,
            "path": path,
            "method": method.upper(),
            "body": list(_body_rows(operation, schemas)),
            "gives": _gives(operation),
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for tag in document["tags"]:
        yield tag, [one for one in operations if tag["name"] in one["tags"]]


def _gives(operation: Document) -> list[tuple[str, str]]:
    return [(status, told["description"]) for status, told in operation["responses"].items()]


def _body_rows(operation: Document, schemas: Document) -> Iterator[tuple[str, str]]:
    body = operation.get("requestBody")
    if body is None:
        return
    for media, content in body["content"].items():
        yield media, ""
        yield from _rows(content["schema"], schemas, name="", depth=0)


def _rows(
    schema: Document, schemas: Document, *, name: str, depth: int
) -> Iterator[tuple[str, str]]:
    """Yield the fields of a schema by their path, with what each may be."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if name:
        yield name, kind_of(schema)
    if depth >= DEEPEST:
        return
    inside = schema.get("items")
    if isinstance(inside, dict) and ("$ref" in inside or "properties" in inside):
        yield from _rows(inside, schemas, name=f"{name}[]", depth=depth + 1)
    for inner, part in schema.get("properties", {}).items():
        path = f"{name}.{inner}" if name else inner
        yield from _rows(part, schemas, name=path, depth=depth + 1)


def kind_of(schema: Document) -> str:
    """Return what a value may be, in short."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = str(schema.get("format") or schema.get("type") or "")
    low, high = schema.get("minimum"), schema.get("maximum")
    within = "" if low is None and high is None else f" {low:g}…{high:g}"
    items = schema.get("items")
    of = f" [{kind_of(items)}]" if isinstance(items, dict) and "$ref" not in items else ""
    told = schema.get("description")
    return f"{kind}{within}{of}" + (f" — {told}" if told else "")
