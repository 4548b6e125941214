"""Live readings: pushed by devices with their own key, and read by programs of people."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Response, request

from ahorraluz.api.answering import answer
from ahorraluz.api.device_keys import FIELD, pushing, pushing_device
from ahorraluz.api.door import door, this_moment
from ahorraluz.api.emoncms import only_last, read_bulk, read_post
from ahorraluz.api.endpoints import FORM, JSON, KILOBYTE, NDJSON, PLAIN, Endpoint, Given, endpoint
from ahorraluz.api.guard import asked
from ahorraluz.api.language import texts
from ahorraluz.api.parameters import Parameter, choice, day, text
from ahorraluz.api.problems import problem
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.live.outlook import Now
from ahorraluz.security.roles import Act, Permission
from ahorraluz.security.scopes import Scope
from ahorraluz.services.live.pushing import MOST_MESSAGES, Pushed, PushResult
from ahorraluz.services.live.saying import event_sentence, event_title
from ahorraluz.services.live.showing import HomeLive, Measure, SeenDevice, home_series, live_home
from ahorraluz.services.live.showing import SpanName as Span

LARGEST_PUSH = KILOBYTE * KILOBYTE
LARGEST_FORM = 256 * KILOBYTE
MOST_TOLD = 50
"""Refused messages that are told one by one."""
TOPIC = r"^[^+#\x00-\x1f]{0,200}$"
WH, CENTS, UJ_PER_MWH = Decimal(1_000), Decimal(100), 3_600_000
MS = 1_000


def _field(name: str, longest: int) -> Parameter:
    # Written out in an address each letter takes three: all of them fit into its longest.
    schema = {"type": "string", "pattern": rf"^[ -~]{{0,{longest}}}$"}
    return Parameter(name=name, schema=schema, words=f"emon-{name}")


KEYED = (_field(FIELD, 100), _field("time", 40))
POST = (*KEYED, *(_field(name, 1_200) for name in ("node", "json", "fulljson", "csv", "data")))
BULK = (*KEYED, _field("data", 4_500), _field("sentat", 40), _field("offset", 40))


@endpoint(
    Endpoint(
        name="pushReadings",
        method="POST",
        path="/live/readings",
        tag="live",
        device=True,
        query=(text("topic", pattern=TOPIC),),
        media=(JSON, NDJSON, PLAIN),
        largest=LARGEST_PUSH,
        gives=Given(schema="live-taken"),
    )
)
def push() -> Response:
    """Keep what a device says: an object, an array of them, one a line, or its own text."""
    topic = str(asked().query.get("topic", "")).strip("/")
    content = asked().content
    if request.mimetype == PLAIN:
        bodies = [content] if content.strip() else []
    else:
        bodies = list(_lines(content) if request.mimetype == NDJSON else _objects(content))
    if not bodies:
        raise InvalidInputError("push-empty", field="body")
    if len(bodies) > MOST_MESSAGES:
        raise InvalidInputError("push-too-many", field="body", most=MOST_MESSAGES)
    return _summary(pushing().take(pushing_device(), [Pushed(topic, body) for body in bodies]))


def _emon(method: str, name: str, path: str, query: tuple[Parameter, ...]) -> Endpoint:
    return Endpoint(
        name=name,
        method=method,
        path=path,
        tag="live",
        device=True,
        form=True,
        query=query,
        media=(FORM,) if method == "POST" else (),
        largest=LARGEST_FORM,
        gives=Given(media=(PLAIN, JSON)),
    )


@endpoint(_emon("GET", "inputPost", "/input/post", POST))
def input_post() -> Response:
    """Take one node of an emoncms device."""
    return _ok(read_post(_fields()))


@endpoint(_emon("POST", "inputPostForm", "/input/post", POST))
def input_post_form() -> Response:
    """Take one node of an emoncms device, from a form."""
    return _ok(read_post(_fields()))


@endpoint(_emon("GET", "inputBulk", "/input/bulk", BULK))
def input_bulk() -> Response:
    """Take many packets of an emoncms device."""
    return _ok(read_bulk(_fields()))


@endpoint(_emon("POST", "inputBulkForm", "/input/bulk", BULK))
def input_bulk_form() -> Response:
    """Take many packets of an emoncms device, from a form."""
    return _ok(read_bulk(_fields()))


@endpoint(
    Endpoint(
        name="showLive",
        method="GET",
        path="/homes/<home>/live",
        tag="live",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        gives=Given(schema="live", headers=("ETag",)),
    )
)
def now(home: str) -> Response:
    """Return a home as it is now."""
    return answer(_live(live_home(home, tools=door().tools, as_of=this_moment())))


@endpoint(
    Endpoint(
        name="showLiveSeries",
        method="GET",
        path="/homes/<home>/live/series",
        tag="live",
        scope=Scope.READINGS_READ,
        permission=Permission.OWN_HOMES,
        act=Act.READ,
        query=(choice("span", *Span), day("since"), day("until")),
        gives=Given(schema="live-series", headers=("ETag",)),
    )
)
def series(home: str) -> Response:
    """Return the energy that a home took by quarter hours, hours or days."""
    query, tools = asked().query, door().tools
    zone = ZoneInfo(tools.store.zone(home))
    today = this_moment().astimezone(zone).date()
    until = _day(query.get("until"), today)
    since = _day(query.get("since"), until)
    slices = home_series(
        home,
        Span(str(query.get("span", Span.QUARTER))),
        first_s=_midnight_s(since, zone),
        end_s=_midnight_s(until, zone, after=1),
        tools=tools,
    )
    return answer(
        {
            "zone": zone.key,
            "series": [
                {
                    "start": _iso(one.start_s * MS, zone),
                    "end": _iso(one.end_s * MS, zone),
                    "kwh": str(Decimal(one.energy_uj // UJ_PER_MWH) / 10**6),
                    "measured_s": one.measured_ms // MS,
                }
                for one in slices
            ],
        }
    )


# --- what was pushed -------------------------------------------------------------------------


def _lines(content: bytes) -> Iterator[bytes]:
    return (line for line in content.splitlines() if line.strip())


def _objects(content: bytes) -> Iterator[bytes]:
    """Yield the objects of a JSON text as they were written, with all digits of their numbers."""
    try:
        whole = content.decode("utf-8")
        yield from (one.encode() for one in _cut(whole.strip()))
    except (ValueError, RecursionError):
        raise InvalidInputError("push-not-json", field="body") from None


def _cut(whole: str) -> list[str]:
    decoder = json.JSONDecoder()
    if not whole.startswith("["):
        _, end = decoder.raw_decode(whole)
        if whole[end:].strip():
            raise ValueError("more than one value")
        return [whole]
    found, at = [], _next(whole, 1)
    if whole[at:] == "]":
        return []
    while True:
        _, end = decoder.raw_decode(whole, at)
        found.append(whole[at:end])
        if len(found) > MOST_MESSAGES:
            return found
        at = _next(whole, end)
        if whole[at:] == "]":
            return found
        if whole[at : at + 1] != ",":
            raise ValueError("not an array")
        at = _next(whole, at + 1)


def _next(whole: str, at: int) -> int:
    while at < len(whole) and whole[at] in " \t\r\n":
        at += 1
    return at


def _summary(done: PushResult) -> Response:
    if done.refused and not done.taken:
        return _nothing_kept(done)
    return answer(
        {
            "messages": done.messages,
            "readings": {
                "new": done.new,
                "same": done.same,
                "corrected": done.corrected,
                "outside": done.outside,
            },
            "refused": [
                {"message": one.place, "code": one.code, "text": _why(one.code)}
                for one in done.refused[:MOST_TOLD]
            ],
        }
    )


def _why(code: str) -> str:
    key = f"web.devices.refused-{code}"
    return texts().text(key if texts().has(key) else "web.devices.refused")


def _nothing_kept(done: PushResult) -> Response:
    """Refuse all of it: to say that it went well would be no help."""
    issues = []
    for one in done.refused[:MOST_TOLD]:
        told = {"field": f"message {one.place}", "reason": one.code, "text": _why(one.code)}
        issues.append(Issue(code="push-refused", severity=Severity.ERROR, parameters=told))
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, issues=issues)


def _fields() -> dict[str, str]:
    return only_last([*request.args.items(), *request.form.items()])


def _ok(messages: Sequence[Pushed]) -> Response:
    done = pushing().take(pushing_device(), messages)
    if done.refused and not done.taken:
        return _nothing_kept(done)
    if "fulljson" in _fields():
        return Response('{"success": true}', 200, content_type=JSON)
    return Response("ok", 200, content_type=f"{PLAIN}; charset=utf-8")


# --- what is shown ---------------------------------------------------------------------------


def _live(seen: HomeLive) -> dict[str, object]:
    zone = ZoneInfo(seen.zone)
    return {
        "at": _iso(seen.at_ms, zone),
        "zone": seen.zone,
        "figures": None if seen.figures is None else _figures(seen.figures),
        "devices": [_device(one, zone) for one in seen.devices],
        "events": [
            {
                "kind": event.kind,
                "at": _iso(event.at_ms, zone),
                "title": event_title(event, texts()),
                "text": event_sentence(event, texts(), zone=seen.zone, names=seen.names),
                "soles": _soles(event.cents),
            }
            for event in seen.events
        ],
    }


def _figures(figures: Now) -> dict[str, object]:
    next_kwh = figures.next_kwh
    return {
        "power_w": figures.power_w,
        "today_kwh": _kwh(figures.today_wh),
        "today_soles": _soles(figures.today_cents),
        "month_kwh": _kwh(figures.month_wh),
        "month_soles": _soles(figures.month_cents),
        "end_kwh": [_kwh(figures.low_wh), _kwh(figures.middle_wh), _kwh(figures.high_wh)],
        "end_soles": [
            _soles(figures.low_cents),
            _soles(figures.middle_cents),
            _soles(figures.high_cents),
        ],
        "limit_kwh": _kwh(figures.limit_wh),
        "limit_left_kwh": _kwh(figures.limit_left_wh),
        "limit_day_kwh": _kwh(figures.limit_day_wh),
        "next_kwh_soles": None if next_kwh is None else str(next_kwh),
        "month_ends": date.fromordinal(figures.ends_day).isoformat(),
    }


def _device(one: SeenDevice, zone: ZoneInfo) -> dict[str, object]:
    device, seen_ms = one.device, one.device.last_seen_ms
    return {
        "id": device.id,
        "name": device.name,
        "kind": device.dialect,
        "is_heard": one.is_fresh,
        "seen_at": None if seen_ms is None else _iso(seen_ms, zone),
        "clock_ahead_s": (device.clock_ms or 0) // MS,
        "measures": [_measure(each, zone) for each in one.measures],
    }


def _measure(each: Measure, zone: ZoneInfo) -> dict[str, object]:
    channel, latest = each.channel, each.latest
    return {
        "name": channel.name,
        "flow": channel.flow.value,
        "quantity": channel.quantity.value,
        "unit": "mW" if channel.quantity.value == "power" else "mWh",
        "counts": each.counts,
        "value": None if latest is None else latest.value,
        "at": None if latest is None else _iso(latest.at_ms, zone),
    }


def _kwh(wh: int | None) -> str | None:
    return None if wh is None else str(Decimal(wh) / WH)


def _soles(cents: int | None) -> str | None:
    return None if cents is None else str(Decimal(cents) / CENTS)


def _iso(at_ms: int, zone: ZoneInfo) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return moment.astimezone(zone).isoformat()


def _day(told: object, otherwise: date) -> date:
    return told if isinstance(told, date) else otherwise


def _midnight_s(day: date, zone: ZoneInfo, *, after: int = 0) -> int:
    moved = date.fromordinal(min(max(day.toordinal() + after, 2), date.max.toordinal() - 1))
    return int(datetime(moved.year, moved.month, moved.day, tzinfo=zone).timestamp())
