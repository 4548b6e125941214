"""Style sheet, script and icon: named by their content, compressed once, kept for a year."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from flask import Blueprint, Response, abort, request

MIME_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
HASH_CHARACTERS = 12
FOREVER = "public, max-age=31536000, immutable"
STATIC = "/static/"

assets = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is sent."""

    address: str
    """Its path with the hash of its content in it."""
    mime_type: str
    content: bytes
    compressed: bytes


@cache
def load_assets() -> Mapping[str, Asset]:
    """Return every file of ``static/`` by its plain name, such as ``app.css``.

    Those of other projects lie in ``static/vendor/``; their names are told apart, too.
    """
    loaded = {}
    static = files("ahorraluz") / "web" / "static"
    entries = [*static.iterdir(), *(static / "vendor").iterdir()]
    for entry in sorted(entries, key=lambda e: e.name):
        stem, dot, ending = entry.name.rpartition(".")
        if dot + ending not in MIME_TYPES:
            continue
        content = entry.read_bytes()
        mark = hashlib.sha256(content).hexdigest()[:HASH_CHARACTERS]
        loaded[entry.name] = Asset(
            address=f"{STATIC}{stem}.{mark}.{ending}",
            mime_type=MIME_TYPES[dot + ending],
            content=content,
            compressed=gzip.compress(content, compresslevel=9, mtime=0),
        )
    return MappingProxyType(loaded)


def asset_address(name: str) -> str:
    """Return the address of a file of ``static/``."""
    return load_assets()[name].address


@assets.get(f"{STATIC}<name>")
def send_asset(name: str) -> Response:
    """Send one file; only the address of its present content is known."""
    by_address = {asset.address: asset for asset in load_assets().values()}
    asset = by_address.get(STATIC + name)
    return abort(404) if asset is None else _response(asset)


def _response(asset: Asset) -> Response:
    squeezed = request.accept_encodings.quality("gzip") > 0
    response = Response(
        asset.compressed if squeezed else asset.content, content_type=asset.mime_type
    )
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = FOREVER
    response.headers["Vary"] = "Accept-Encoding"
    return response
