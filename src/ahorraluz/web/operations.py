"""For whoever runs the service: alive, ready, and its counters. Nothing of anybody is here."""

import re

from flask import Blueprint, Response, abort, current_app, request

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.security.tokens import same
from ahorraluz.services.drift.gauges import ModelGauges
from ahorraluz.services.readiness import (
    accounts_by_role,
    model_standing,
    officer_threshold,
    standing,
    what_is_not_ready,
)
from ahorraluz.telemetry import Meters
from ahorraluz.web.page import door, this_moment

HEALTH, READY, METRICS_PATH = "/salud", "/listo", "/metrics"
QUIET = (HEALTH, READY, METRICS_PATH)
"""Paths that are asked by machines, as often as they like."""
METERS = "ahorraluz-meters"
MODEL_GAUGES = "ahorraluz-model-gauges"
THIS_MACHINE = ("127.0.0.1", "::1")
LOCAL_NAME = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?")
"""How this machine is called in a request that no proxy passed on."""
FORWARDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
    "CF-Connecting-IP",
    "True-Client-IP",
)
"""What proxies add: whoever asks through one on this machine is not on it."""
BEARER = "Bearer "
PLAIN = "text/plain; charset=utf-8"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

operations = Blueprint("operations", __name__)


def meters() -> Meters:
    """Return the counters of this application."""
    kept: Meters = current_app.extensions[METERS]
    return kept


@operations.get(HEALTH)
def health() -> Response:
    """Say that the process answers; reads nothing."""
    return _text(b"ok\n")


@operations.get(READY)
def ready() -> Response:
    """Say whether database and keys can be used."""
    wrong = what_is_not_ready(tools=door().tools, as_of=this_moment())
    if wrong:
        return _text("".join(f"{code}\n" for code in wrong).encode(), status=503)
    return _text(b"ok\n")


@operations.get(METRICS_PATH)
def metrics() -> Response:
    """Tell the counters, to this machine or to who has the token; to others there are none."""
    if not _may_read():
        abort(404)
    tools = door().tools
    meters().is_ready(ready=not what_is_not_ready(tools=tools, as_of=this_moment()))
    try:
        found = accounts_by_role(tools=tools)
        meters().there_are(found, officer=officer_threshold(door().today()))
        now = standing(tools=tools)
        meters().stands(jobs=now.jobs, database_bytes=now.database_bytes, duties=now.duties)
        _tell_of_models()
    except AhorraLuzError:
        # Counters are told all the same where the database cannot be read: that is when they
        # are needed, and /listo says what is wrong.
        current_app.logger.warning("accounts not counted")
    counted = meters().text() + tools.serving.meters.text()
    return _text(counted, content_type=PROMETHEUS)


def _tell_of_models() -> None:
    found = model_standing(tools=door().tools)
    if found is None:
        return
    gauges: ModelGauges = current_app.extensions[MODEL_GAUGES]
    gauges.found(checked_s=found.checked_s, retrain=found.retrain, alarms=found.alarms)
    gauges.tell(scores=found.scores, over_naive=found.over_naive, coverage=found.coverage)


def _may_read() -> bool:
    token = door().tools.settings.metrics_token
    if token:
        sent = request.headers.get("Authorization", "")
        return sent.startswith(BEARER) and same(sent.removeprefix(BEARER), token)
    settings = door().tools.settings
    if settings.trusted_proxies or settings.public_url.startswith("https:"):
        # A proxy stands before the server, and not every proxy says for whom it speaks.
        return False
    forwarded = any(name in request.headers for name in FORWARDED)
    by_name = LOCAL_NAME.fullmatch(request.host) is not None
    return request.remote_addr in THIS_MACHINE and by_name and not forwarded


def _text(content: bytes, *, status: int = 200, content_type: str = PLAIN) -> Response:
    response = Response(content, status=status, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
