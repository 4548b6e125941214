"""The OpenAPI document: what each endpoint says of itself, in the reader's language."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from apiflask import APIFlask

from ahorraluz.api.door import PREFIX
from ahorraluz.api.endpoints import FORM, JSON, PROBLEM, Endpoint, endpoints
from ahorraluz.api.names import NAMES, OF_APPLIANCE
from ahorraluz.api.parameters import HOME_PATTERN, STEP, Parameter, Place
from ahorraluz.api.schemas import REF, components
from ahorraluz.texts import Texts

Document = dict[str, Any]
SECURITY, OF_DEVICE = "token", "device"
ENTRY_PATTERN = r"^[A-Za-z0-9._~-]{1,100}$"
JOB_PATTERN = r"^j-[0-9a-f]{32}$"
WAY_PATTERN = r"^[0-9a-f]{8}$"
PATHS: Mapping[str, Mapping[str, object]] = {
    "home": {"type": "string", "pattern": HOME_PATTERN},
    "entry": {"type": "string", "pattern": ENTRY_PATTERN},
    "step": {"type": "string", "pattern": STEP},
    "job": {"type": "string", "pattern": JOB_PATTERN},
    "number": {"type": "integer", "minimum": 0, "maximum": 2_000_000_000},
    "way": {"type": "string", "pattern": WAY_PATTERN},
}
"""Arguments of addresses."""
HEADERS: Mapping[str, Mapping[str, object]] = {
    "ETag": {"type": "string"},
    "Link": {"type": "string"},
    "Location": {"type": "string", "format": "uri-reference"},
    "RateLimit": {"type": "string"},
    "RateLimit-Policy": {"type": "string"},
    "Retry-After": {"type": "integer", "minimum": 0},
    "WWW-Authenticate": {"type": "string"},
    "Idempotency-Replayed": {"enum": ["true"]},
}
LIMITS = ("RateLimit", "RateLimit-Policy")


def openapi(app: APIFlask, words: Texts) -> Document:
    """Return the document of an application."""
    found = [made for made in endpoints(app) if not made.hidden]
    paths = cast(Document, app.spec)["paths"]
    described: Document = {}
    for made in found:
        path = PREFIX + made.path.replace("<int:", "{").replace("<", "{").replace(">", "}")
        operation = dict(paths[path][made.method.lower()])
        described.setdefault(path, {})[made.method.lower()] = {
            **operation,
            **_operation(made, words),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": words.text("api.title"),
            "version": version("ahorraluz"),
            "summary": words.text("api.summary"),
            "description": words.text("api.description"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": tag, "description": words.text(f"api.tag.{tag}")}
            for tag in dict.fromkeys(made.tag for made in found)
        ],
        "paths": described,
        "components": {
            "schemas": _schemas(found, words),
            "securitySchemes": {
                SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": words.text("api.security"),
                },
                OF_DEVICE: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": words.text("api.security-device"),
                },
            },
        },
    }


def _schemas(found: list[Endpoint], words: Texts) -> Document:
    told = [name for made in found for name in (made.gives.schema, made.later) if name]
    names = tuple(dict.fromkeys(told))
    models = tuple(dict.fromkeys(made.takes() for made in found if made.takes is not None))
    schemas = dict(components(names, models))
    for name, fields in (
        ("Answers", NAMES),
        ("KeptAnswers", NAMES),
        ("AnswersAppliance", OF_APPLIANCE),
    ):
        schemas[name] = _told(schemas[name], fields, words)
    return schemas


def _told(schema: Document, fields: Mapping[str, str], words: Texts) -> Document:
    """Return a schema whose fields say what the pages say beside them."""
    labels = {api: f"field.web-{web}" for web, api in fields.items()}
    properties = {
        name: {**part, "description": words.text(labels[name])}
        if name in labels and words.has(labels[name])
        else part
        for name, part in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _operation(made: Endpoint, words: Texts) -> Document:
    key = f"api.operation.{made.name}"
    operation: Document = {
        "operationId": made.name,
        "tags": [made.tag],
        "summary": words.text(key),
        "parameters": list(_parameters(made, words)),
        "responses": dict(_responses(made, words)),
        "security": _security(made),
    }
    if words.has(f"{key}.more"):
        operation["description"] = words.text(f"{key}.more")
    if made.scope is not None:
        operation["x-scope"] = made.scope.value
    if made.has_body:
        operation["requestBody"] = _body(made)
    return operation


def _security(made: Endpoint) -> list[dict[str, list[str]]]:
    if made.device:
        return [{OF_DEVICE: []}]
    return [] if made.scope is None else [{SECURITY: []}]


def _parameters(made: Endpoint, words: Texts) -> Iterator[Document]:
    for name, schema in PATHS.items():
        if f"<{name}>" in made.path or f":{name}>" in made.path:
            told = words.text(f"api.parameter.{name}")
            yield {
                "name": name,
                "in": Place.PATH.value,
                "required": True,
                "schema": dict(schema),
                "description": told,
            }
    for parameter in (*made.parameters, *made.headers):
        yield _parameter(parameter, words)


def _parameter(parameter: Parameter, words: Texts) -> Document:
    return {
        "name": parameter.name,
        "in": parameter.place.value,
        "required": parameter.required,
        "schema": dict(parameter.schema),
        "description": words.text(parameter.key),
    }


def _body(made: Endpoint) -> Document:
    content: Document = {}
    if made.takes is not None:
        content[JSON] = {"schema": {"$ref": f"{REF}{made.takes().__name__}"}}
    content |= {media: {"schema": {"type": "string"}} for media in made.media}
    if made.form:
        # No address is so long, and a form is bounded as a whole.
        properties = {one.name: {"type": "string"} for one in made.query}
        content[FORM] = {"schema": {"type": "object", "properties": properties}}
    return {"required": not made.form, "content": content}


def _responses(made: Endpoint, words: Texts) -> Iterator[tuple[str, Document]]:
    gives = made.gives
    headers = (*gives.headers, *LIMITS)
    good: Document = {"description": HTTPStatus(gives.status).phrase, "headers": _headers(headers)}
    if gives.schema:
        good["content"] = {JSON: {"schema": {"$ref": f"{REF}{gives.schema}"}}}
    elif gives.media:
        good["content"] = {media: {"schema": {"type": "string"}} for media in gives.media}
    yield str(gives.status), good
    if made.later:
        yield (
            "202",
            {
                "description": HTTPStatus.ACCEPTED.phrase,
                "headers": _headers(("Location", "Retry-After", *LIMITS)),
                "content": {JSON: {"schema": {"$ref": f"{REF}{made.later}"}}},
            },
        )
    if "ETag" in gives.headers and made.method == "GET":
        yield "304", {"description": HTTPStatus.NOT_MODIFIED.phrase, "headers": _headers(LIMITS)}
    for status in sorted(_refusals(made)):
        extra = {401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
        yield (
            str(status),
            {
                "description": words.text(f"api.problem.{status}"),
                "headers": _headers((*LIMITS, *extra.get(status, ()))),
                "content": {PROBLEM: {"schema": {"$ref": f"{REF}problem"}}},
            },
        )


def _refusals(made: Endpoint) -> set[int]:
    """Return the statuses by which an endpoint may say no."""
    statuses = {400, 401, 414, 422, 429, 503}
    if made.scope is not None:
        statuses |= {403}
    if "<" in made.path:
        statuses |= {404, 409}
    if made.has_body:
        statuses |= {409, 413, 415}
    if any(header.required for header in made.headers):
        statuses |= {412, 428}
    return statuses


def _headers(names: tuple[str, ...]) -> Document:
    return {name: {"schema": dict(HEADERS[name])} for name in names}
