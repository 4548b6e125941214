"""The page of a home as it is now; it renews itself while somebody looks at it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, jsonify

from ahorraluz.core.live.outlook import Now
from ahorraluz.security.roles import Act, Permission, Reach
from ahorraluz.services.live.saying import event_sentence, event_title
from ahorraluz.services.live.showing import HomeLive, live_home
from ahorraluz.texts import Texts
from ahorraluz.web.guard import needs, reach_of
from ahorraluz.web.households.devices_view import device_cards, moment_words
from ahorraluz.web.households.kept import MY_HOMES, NOTHING, kept_or_404, page_of
from ahorraluz.web.households.live_picture import DayPicture, draw_day
from ahorraluz.web.page import Page, door, render, show, this_moment

LIVE = f"{MY_HOMES}/<home>/en-vivo"
RENEW_S = 10
"""How often the page asks again. [s]"""
RENEW_PLAIN_S = 60
"""How often a browser without scripts loads it again. [s]"""
WH = 1_000
CENTS = Decimal(100)
MUCH_W = 10_000
MS = 1_000

live_pages = Blueprint("live_pages", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure of the page."""

    key: str
    """Its words are ``web.live.tile-<key>``."""
    value: str
    unit: str = ""
    note: str = ""
    hot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Something that was noticed."""

    at: str
    title: str
    text: str


@live_pages.get(LIVE)
@needs(Permission.OWN_HOMES, act=Act.READ)
def now(home: str) -> Response:
    """Show a home as it is now."""
    kept = kept_or_404(home)
    page = page_of(home, NOTHING)
    return show(
        "households/live.html",
        page,
        kept=kept,
        renew_s=RENEW_S,
        renew_plain_s=RENEW_PLAIN_S,
        **_context(home, page),
    )


@live_pages.get(f"{LIVE}/ahora.json")
@needs(Permission.OWN_HOMES, act=Act.READ)
def renewed(home: str) -> Response:
    """Return what the page shows, for the page that asks again."""
    kept_or_404(home)
    page = page_of(home, NOTHING)
    html = render("households/live_now.html", page, **_context(home, page))
    response = jsonify({"html": html, "renew_s": RENEW_S})
    response.headers["Cache-Control"] = "no-store"
    return response


def _context(home: str, page: Page) -> dict[str, Any]:
    seen = live_home(home, tools=door().tools, as_of=this_moment())
    texts = page.texts
    return {
        "power": _power(seen.figures, texts),
        "tiles": () if seen.figures is None else _tiles(seen.figures, texts),
        "picture": _picture(seen),
        "devices": device_cards(seen.devices, page, now=this_moment()),
        "events": [
            EventRow(
                at=moment_words(event.at_ms, texts),
                title=event_title(event, texts),
                text=event_sentence(event, texts, zone=seen.zone, names=seen.names),
            )
            for event in seen.events
        ],
        "at": moment_words(seen.at_ms, texts),
        "owner": reach_of(home) is Reach.OWNER,
    }


def _picture(seen: HomeLive) -> DayPicture | None:
    watts = None if seen.figures is None else seen.figures.power_w
    if not seen.curve and watts is None:
        return None
    return draw_day(seen.curve, midnight_s=seen.midnight_s, now_s=seen.at_ms // MS, power_w=watts)


def _power(figures: Now | None, texts: Texts) -> tuple[str, str]:
    """Return the power of this moment and its unit; empty: not known."""
    if figures is None or figures.power_w is None:
        return "", ""
    if figures.power_w >= MUCH_W:
        return texts.number(round(figures.power_w / WH, 1)), "kW"
    return texts.number(figures.power_w), "W"


def _tiles(figures: Now, texts: Texts) -> tuple[Tile, ...]:
    tiles = [
        Tile(
            key="today",
            value=_kwh(figures.today_wh, texts),
            unit="kWh",
            note=_soles(figures.today_cents, texts),
        ),
        Tile(
            key="month",
            value=_kwh(figures.month_wh, texts),
            unit="kWh",
            note=_soles(figures.month_cents, texts),
        ),
    ]
    if figures.middle_wh is not None:
        tiles.append(_end(figures, texts))
    if figures.limit_wh is not None and figures.limit_left_wh is not None:
        tiles.append(
            Tile(
                key="limit",
                value=_kwh(figures.limit_left_wh, texts),
                unit="kWh",
                note=texts.text(
                    "web.live.limit-day",
                    limit=_kwh(figures.limit_wh, texts),
                    day=_kwh(figures.limit_day_wh or 0, texts),
                ),
                hot=figures.middle_wh is not None and figures.middle_wh > figures.limit_wh,
            )
        )
    if figures.next_kwh is not None:
        tiles.append(Tile(key="next", value=texts.soles(figures.next_kwh)))
    return tuple(tiles)


def _end(figures: Now, texts: Texts) -> Tile:
    if figures.middle_cents is not None:
        low, high = figures.low_cents or 0, figures.high_cents or 0
        return Tile(
            key="end",
            value=texts.soles(Decimal(figures.middle_cents) / CENTS),
            note=texts.text(
                "web.live.end-range",
                low=texts.soles(Decimal(low) / CENTS),
                high=texts.soles(Decimal(high) / CENTS),
                kwh=_kwh(figures.middle_wh or 0, texts),
            ),
        )
    return Tile(
        key="end",
        value=_kwh(figures.middle_wh or 0, texts),
        unit="kWh",
        note=texts.text(
            "web.home.between",
            low=_kwh(figures.low_wh or 0, texts),
            high=_kwh(figures.high_wh or 0, texts),
        ),
    )


def _kwh(wh: int, texts: Texts) -> str:
    return texts.number(round(wh / WH, 1))


def _soles(cents: int | None, texts: Texts) -> str:
    return "" if cents is None else texts.soles(Decimal(cents) / CENTS)
