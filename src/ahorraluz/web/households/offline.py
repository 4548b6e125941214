"""What makes the pages an application of a phone: its manifest, its worker, its page offline."""

import json
from importlib.resources import files

from flask import Blueprint, Response

from ahorraluz.services.inquiries.query import read_query
from ahorraluz.web.assets import asset_address
from ahorraluz.web.guard import open_blueprint
from ahorraluz.web.page import show, this_page

MANIFEST, WORKER, OFFLINE = "/manifest.webmanifest", "/sw.js", "/sin-conexion"
THEME, PAPER = "#0b4f45", "#faf6ef"
A_DAY = "public, max-age=86400"
KEPT_FILES = ("app.css", "home.css", "app.js", "icon.svg")
"""Files that a page needs, kept with it."""

offline = open_blueprint(Blueprint("offline", __name__))


@offline.get(MANIFEST)
def manifest() -> Response:
    """Say how the application is called, where it begins and how it looks."""
    page = this_page(read_query({}))
    icon = {"src": asset_address("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    document = {
        "id": "/",
        "name": page.t("name"),
        "short_name": page.t("name"),
        "description": page.t("description"),
        "lang": page.texts.language,
        "start_url": "/hogares",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": THEME,
        "icons": [{**icon, "purpose": "any"}, {**icon, "purpose": "maskable"}],
    }
    text = json.dumps(document, ensure_ascii=False)
    return _public(text, "application/manifest+json; charset=utf-8")


@offline.get(WORKER)
def worker() -> Response:
    """Send the script that keeps the last page of a home for when there is no net.

    What it keeps at once stands in its first line, so that a new version is another script.
    """
    script = (files("ahorraluz") / "web" / "worker.js").read_text("utf-8")
    keeps = json.dumps([OFFLINE, *map(asset_address, KEPT_FILES)])
    response = _public(f"const KEEP = {keeps};\n{script}", "text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@offline.get(OFFLINE)
def without_net() -> Response:
    """Say that there is no net, and where the last page of the own home is."""
    response = show("households/offline.html", this_page(read_query({})))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _public(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Cache-Control"] = A_DAY
    return response
