"""Bytes and texts under the key of a home or account: JSON in, sealed bytes out."""

import base64
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ahorraluz.security.keyring import DataKey

TEXT = "text"
MARK = "sealed:"
"""Beginning of a sealed text: no file name holds a colon after it was stripped of folders."""


def seal_json(key: "DataKey", content: object, *, context: str) -> bytes:
    """Return a value of JSON, sealed for a place that the context names."""
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return key.seal(plain, context=context)


def open_json(key: "DataKey", sealed: bytes, *, context: str) -> dict[str, object]:
    """Return the JSON object that was sealed for the place; raises ``seal-broken``."""
    content: dict[str, object] = json.loads(key.unseal(sealed, context=context))
    return content


def seal_text(key: "DataKey | None", text: str) -> str:
    """Return a short text as it is kept: under the key of its home, if that has one."""
    if key is None:
        return text
    return MARK + base64.b64encode(key.seal(text.encode(), context=TEXT)).decode()


def open_text(key: "DataKey | None", kept: str) -> str:
    """Return a short text that was kept; raises ``seal-broken``."""
    if key is None or not kept.startswith(MARK):
        return kept
    return key.unseal(base64.b64decode(kept.removeprefix(MARK)), context=TEXT).decode()
