"""What each endpoint is: said beside its view, read by the guard and by the document.

An endpoint that does not say who may use it cannot be made: ``scope`` and ``permission`` are
either both there or both ``None``, which opens it to all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from apiflask import APIBlueprint, APIFlask
from flask import Response
from pydantic import BaseModel

from ahorraluz.api.door import PREFIX
from ahorraluz.api.parameters import LANGUAGE, Parameter
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope

View = TypeVar("View", bound=Callable[..., Response])
MARK = "ahorraluz_endpoint"
JSON, PROBLEM = "application/json", "application/problem+json"
NDJSON, CSV, GZIP = "application/x-ndjson", "text/csv", "application/gzip"
PLAIN, FORM = "text/plain", "application/x-www-form-urlencoded"
KILOBYTE = 1024
LARGEST_BODY = 64 * KILOBYTE
"""Of JSON that describes a home. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is answered when all went well."""

    schema: str = ""
    """Name of its schema; empty: there is no body, or it is text."""
    status: int = 200
    media: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation of the API; its words are ``api.operation.<name>``."""

    name: str
    """Its ``operationId``."""
    method: str
    path: str
    tag: str
    gives: Given
    scope: Scope | None = None
    permission: Permission | None = None
    act: Act | None = None
    """What is done with the home in the address."""
    query: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    takes: Callable[[], type[BaseModel]] | None = None
    """Model of the JSON in its body."""
    media: tuple[str, ...] = ()
    """Other types of content that it takes as they are."""
    largest: int = LARGEST_BODY
    """Largest body. [byte]"""
    later: str = ""
    """Schema of what is answered (202) where the work is done later; empty: it never is."""
    device: bool = False
    """Whether a device asks, with a key of its own, and no account."""
    form: bool = False
    """Whether it takes what is asked in a form, too, and the key beside it: as emoncms does."""
    hidden: bool = False
    """Whether it is left out of the document: a page for people."""

    def __post_init__(self) -> None:
        """Refuse an endpoint that is half open."""
        if (self.scope is None) != (self.permission is None):
            raise ValueError(f"{self.name}: scope and permission go together")
        if self.device and self.scope is not None:
            raise ValueError(f"{self.name}: a device has no scopes")
        if self.act is not None and self.scope is None:
            raise ValueError(f"{self.name}: a home is reached with a token only")

    @property
    def open(self) -> bool:
        """Whether strangers may use it."""
        return self.scope is None and not self.device

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every parameter of its query."""
        return (*self.query, LANGUAGE)

    @property
    def has_body(self) -> bool:
        """Whether it takes a body."""
        return self.takes is not None or bool(self.media)


api = APIBlueprint("api", __name__, url_prefix=PREFIX, template_folder="templates")


def endpoint(made: Endpoint) -> Callable[[View], View]:
    """Register a view as an endpoint."""

    def register(view: View) -> View:
        setattr(view, MARK, made)
        documented = api.doc(operation_id=made.name, tags=[made.tag], hide=made.hidden)(view)
        api.add_url_rule(made.path, made.name, documented, methods=[made.method])
        return view

    return register


def endpoint_of(app: APIFlask, name: str | None) -> Endpoint | None:
    """Return what an endpoint of the application says of itself, ``None``: it is no such."""
    view: Any = app.view_functions.get(name or "")
    found: Endpoint | None = getattr(view, MARK, None)
    return found


def endpoints(app: APIFlask) -> Iterable[Endpoint]:
    """Return every endpoint, by path and method."""
    found = [made for name in app.view_functions if (made := endpoint_of(app, name))]
    return sorted(found, key=lambda made: (made.path, made.method))
