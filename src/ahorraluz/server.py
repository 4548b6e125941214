"""The web application: its doors, what every answer carries, limits, and error pages."""

import gzip
import logging
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from http import HTTPStatus
from math import ceil
from typing import Any

from apiflask import APIFlask
from flask import Flask, Response, abort, g, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException, InternalServerError, TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from ahorraluz.api.door import PREFIX, Limits
from ahorraluz.api.endpoints import api, endpoint_of
from ahorraluz.api.opening import open_api
from ahorraluz.api.problems import of_http
from ahorraluz.security.throttle import Throttle
from ahorraluz.services.drift.gauges import ModelGauges
from ahorraluz.services.limits import share
from ahorraluz.services.pending_files import tidy_files
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings, read_settings
from ahorraluz.telemetry import REQUEST_ID, Meters, start_logging
from ahorraluz.web.account.pages import ACCOUNT_PAGES
from ahorraluz.web.administration.pages import ADMINISTRATION_PAGES
from ahorraluz.web.agencies.pages import AGENCY_PAGES
from ahorraluz.web.agencies.policies import POLICIES
from ahorraluz.web.assets import STATIC, assets
from ahorraluz.web.error_pages import error_page
from ahorraluz.web.forged import keep_visit, token_field
from ahorraluz.web.guard import guard, guarded_elsewhere, open_blueprint
from ahorraluz.web.households.pages import HOME_PAGES, takes_files
from ahorraluz.web.jobs import jobs
from ahorraluz.web.meter import UPLOAD, meter
from ahorraluz.web.numbers import KnownNumber
from ahorraluz.web.offers.pages import OFFER_PAGES
from ahorraluz.web.operations import METERS, MODEL_GAUGES, QUIET, meters, operations
from ahorraluz.web.page import EXTENSION, Door, door, this_moment, today_in_peru
from ahorraluz.web.portfolio.pages import PORTFOLIO_PAGES
from ahorraluz.web.ready import send_ready, was_ready
from ahorraluz.web.renewables import renewables
from ahorraluz.web.residents import residents
from ahorraluz.web.scoreboard import results
from ahorraluz.web.usage import usage

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What every answer carries, errors too."""
HSTS = "max-age=31536000; includeSubDomains"
"""Sent where the visitor came by HTTPS."""

LONGEST_QUERY = 16_000
"""A form of the home sent without script names every empty field. [characters]"""
HEADER_ROOM = 16_384
"""For the headers beside the address. [bytes]"""
LEAST_TO_COMPRESS = 600
"""Below it the header costs more than it saves. [bytes]"""
COMPRESSED_TYPES = (
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
    "text/csv",
    "text/html",
    "text/plain",
)
KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
TIDY_EVERY_S = 3_600.0
SAME_SITE = ("same-origin", "none")
"""What a browser says of a form of our own pages, and of an address typed by hand."""
GUESSED = ("/entrar", "/crear-cuenta", "/recuperar", "/cuenta/segundo-paso", "/cuenta/nombre")
"""Where somebody would try names, passwords and codes: forms sent there, and below."""
STRICTER = 6.0
"""How many times fewer of them than pages an address may send at once."""
REQUEST_BYTES = 8
UNKNOWN_ROUTE = "unknown"
"""What counters and log call every path that there is not: else anybody could make those grow,
and these would hold whatever a path holds."""

access_log = logging.getLogger("ahorraluz.access")


def create_app(
    settings: Settings,
    *,
    today: Callable[[], date] = today_in_peru,
    throttle: Throttle | None = None,
    clock: Callable[[], float] = time.monotonic,
    limits: Limits | None = None,
) -> Flask:
    """Return the web application.

    Parameters
    ----------
    settings
        Where facts and sheets are, limits, and how many proxies to trust.
    today
        The local day.
    throttle
        How many pages an address may ask for; ``None``: the usual limits.
    clock
        A clock that never goes back, for limits and the log. [s]
    limits
        How much programs may ask for; ``None``: the usual.
    """
    app = _empty_app(settings)
    tools = open_toolbox(settings)
    counters = app.extensions[METERS] = Meters()
    app.extensions[MODEL_GAUGES] = ModelGauges(counters.registry)
    app.extensions[EXTENSION] = Door(tools=tools, language=settings.language, today=today)
    app.jinja_env.globals["token_field"] = token_field
    for open_ in (assets, residents, meter, usage, results, renewables, operations):
        app.register_blueprint(open_blueprint(open_))
    for guarded in (
        *ACCOUNT_PAGES,
        *HOME_PAGES,
        *PORTFOLIO_PAGES,
        *OFFER_PAGES,
        *ADMINISTRATION_PAGES,
        jobs,
        *AGENCY_PAGES,
    ):
        app.register_blueprint(guarded)
    language = settings.language
    open_api(app, tools, language=language, today=today, clock=clock, limits=limits)
    guarded_elsewhere(api)
    _name_requests(app)
    _limit(app, tools, throttle or Throttle(), clock)
    _keep_strangers_out(app)
    _tidy_now_and_then(app, clock)
    send_ready(app, clock)
    _look_once(app)
    guard(app)
    _finish(app, clock)
    app.after_request(keep_visit)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(InternalServerError, _http_error)
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )
    return app


def _empty_app(settings: Settings) -> APIFlask:
    """Return an application without pages."""
    # Its own pages of documentation fetch scripts from elsewhere; the API brings one without.
    app = APIFlask(
        "ahorraluz.web",
        static_folder=None,  # type: ignore[arg-type]
        json_errors=False,
        enable_openapi=True,
        spec_path=None,
        docs_path=None,
        docs_oauth2_redirect_path=None,
    )
    # Whatever FLASK_DEBUG says: a failure shows a page, never the inside.
    app.debug = False
    app.config["AUTO_200_RESPONSE"] = False
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_kb * KILOBYTE
    app.url_map.converters["int"] = KnownNumber
    # A name a template misspells is an error, not an empty place.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    return app


def application() -> Flask:
    """Return the web application of this environment, for a server such as gunicorn."""
    settings = read_settings()
    start_logging(sys.stderr, level=logging.INFO, form=settings.log_format)
    return create_app(settings)


def server_options(settings: Settings) -> Mapping[str, Any]:
    """Return how waitress has to serve the application, as keyword arguments.

    The headers in which a proxy names the visitor are kept, and believed only where a proxy is
    trusted (:func:`create_app`): elsewhere they say that somebody is not on this machine.
    """
    return {
        "clear_untrusted_proxy_headers": False,
        "max_request_body_size": max(settings.max_upload_kb * KILOBYTE, _largest_file(settings)),
        "max_request_header_size": LONGEST_QUERY + HEADER_ROOM,
        "ident": "",
    }


def _name_requests(app: APIFlask) -> None:
    """Give every request a random name, which its lines in the log and its answer hold."""

    @app.before_request
    def _name() -> None:
        REQUEST_ID.set(secrets.token_hex(REQUEST_BYTES))

    @app.teardown_request
    def _forget(_: BaseException | None) -> None:
        REQUEST_ID.set("")


def _limit(app: APIFlask, tools: Toolbox, throttle: Throttle, clock: Callable[[], float]) -> None:
    """Refuse what is too large, too long or too often before anything is read."""
    settings, careful = tools.settings, throttle.stricter(STRICTER)
    share(careful, name="forms", tools=tools)

    @app.before_request
    def _refuse() -> None:
        g.began = clock()
        largest = app.config["MAX_CONTENT_LENGTH"]
        files = request.path in (UPLOAD, POLICIES) or takes_files(request.path)
        if files and request.method == "POST":
            largest = request.max_content_length = _largest_file(settings)
        elif (made := endpoint_of(app, request.endpoint)) is not None:
            largest = request.max_content_length = made.largest
        if request.content_length is not None and request.content_length > largest:
            meters().refused("too-large")
            abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if len(request.query_string) > LONGEST_QUERY:
            abort(HTTPStatus.REQUEST_URI_TOO_LONG)
        if request.path in QUIET or request.path.startswith((STATIC, f"{PREFIX}/")):
            return
        address = request.remote_addr or ""
        wait = throttle.seconds_to_wait(address, now=clock())
        if wait <= 0 and request.method == "POST" and request.path.startswith(GUESSED):
            wait = careful.seconds_to_wait(address, now=clock())
        if wait > 0:
            meters().refused("throttled")
            raise TooManyRequests(retry_after=ceil(wait))


def _largest_file(settings: Settings) -> int:
    """Return the largest form with a meter file in it. [byte]"""
    return settings.max_meter_file_mb * MEGABYTE + MEGABYTE


def _look_once(app: Flask) -> None:
    """Let a request that only asks read over one connection to each database."""

    @app.before_request
    def _begin() -> None:
        if request.method in ("GET", "HEAD"):
            look = ExitStack()
            look.enter_context(door().tools.one_look())
            g.look = look

    @app.teardown_request
    def _end(_: BaseException | None) -> None:
        look = g.pop("look", None)
        if look is not None:
            look.close()


def _keep_strangers_out(app: Flask) -> None:
    """Refuse a form that another site sends in a visitor's name."""

    @app.before_request
    def _refuse_forged() -> None:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        strange = site is not None and site not in SAME_SITE
        # Browsers too old to name the site name the origin of a form at least.
        if site is None and origin is not None and origin != request.host_url.rstrip("/"):
            strange = True
        if strange:
            meters().refused("forged")
            abort(HTTPStatus.FORBIDDEN)


def _tidy_now_and_then(app: Flask, clock: Callable[[], float]) -> None:
    """Delete files that nobody decided about, once an hour; any visit is an occasion."""
    last = [-TIDY_EVERY_S]

    @app.before_request
    def _tidy() -> None:
        if clock() - last[0] >= TIDY_EVERY_S:
            last[0] = clock()
            tidy_files(tools=door().tools, as_of=this_moment())


def _finish(app: Flask, clock: Callable[[], float]) -> None:
    """Give every answer its headers, squeeze it, and note it in the log."""

    @app.after_request
    def _complete(response: Response) -> Response:
        if not was_ready():
            _complete_headers(response)
            _compress(response)
        response.headers["X-Request-Id"] = REQUEST_ID.get()
        took = clock() - g.get("began", clock())
        # Neither the query string, which is what a person typed, nor their address; nor the
        # name of a home or the token of a link, which open what they name, though mistyped.
        rule = request.url_rule
        path = rule.rule if rule else UNKNOWN_ROUTE
        status = response.status_code
        said = {"method": request.method, "route": path, "status": status, "ms": round(took * 1000)}
        access_log.info("%s %s %d %.0fms", request.method, path, status, took * 1000, extra=said)
        route = rule.rule if rule else UNKNOWN_ROUTE
        meters().answered(method=request.method, route=route, status=status, seconds=took)
        return response


def _complete_headers(response: Response) -> None:
    """Give an answer the headers of all."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")


def _compress(response: Response) -> None:
    """Squeeze a page. Pages hold no secret beside what a stranger might add, so this is safe."""
    if response.mimetype not in COMPRESSED_TYPES or "Content-Encoding" in response.headers:
        return
    validator, weak = response.get_etag()
    if validator is not None and not weak:
        # It stands for these very bytes.
        return
    response.headers.add("Vary", "Accept-Encoding")
    if request.accept_encodings.quality("gzip") <= 0 or response.is_streamed:
        return
    content = response.get_data()
    if len(content) < LEAST_TO_COMPRESS:
        return
    response.set_data(gzip.compress(content, compresslevel=6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"


def _http_error(error: HTTPException) -> Response:
    """Return the page of an error, with what its status asks for (Allow, Retry-After)."""
    if request.path.startswith(f"{PREFIX}/"):
        return of_http(error)
    given = error.get_response()
    page = error_page(HTTPStatus(given.status_code))
    for name in ("Allow", "Retry-After"):
        if name in given.headers:
            page.headers[name] = given.headers[name]
    return page
