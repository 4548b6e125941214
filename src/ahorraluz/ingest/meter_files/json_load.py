"""JSON of strangers to plain values: within limits, and without two readings of one key."""

import codecs
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from ahorraluz.ingest.meter_files.content import Content, MeterFileError

MAX_JSON_BYTES = 64 * 1024 * 1024
"""JSON is held whole, and takes ten times its size in memory. [byte]"""
MAX_NODES = 1_000_000
"""Objects and lists of one document: two years of minutes, and half a gigabyte of memory."""

Json = Any
"""A value of JSON; what it is, is asked of each value before it is used."""


class _DuplicateKeyError(ValueError):
    """A key that stands twice in one object."""


class _ConstantError(ValueError):
    """NaN or an infinity, which JSON does not have."""


def _pairs(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    """Return the object; refuse a key that stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)
        raise _DuplicateKeyError(twice[0][0])
    return found


def _constant(text: str) -> float:
    """Refuse ``NaN``, ``Infinity`` and ``-Infinity``."""
    raise _ConstantError(text)


def load_json(content: Content) -> Json:
    """Return a document; of JSON lines, the list of them.

    Raises
    ------
    MeterFileError
        ``meter-file-too-large``; ``json-broken`` with its line; ``json-duplicate-key``;
        ``json-number``: NaN, an infinity or a number of thousands of digits;
        ``json-too-deep``; ``meter-file-too-many-parts``.
    """
    text = _text(content)
    # Counted before anything is built; signs inside texts count too, and are few.
    if text.count("{") + text.count("[") > MAX_NODES:
        raise MeterFileError("meter-file-too-many-parts", file=content.name)
    try:
        try:
            return _loads(text)
        except json.JSONDecodeError as error:
            lines = [line for line in text.splitlines() if line.strip()]
            if error.msg != "Extra data" or len(lines) < 2:
                raise
            return [_loads(line) for line in lines]
    except json.JSONDecodeError as error:
        raise MeterFileError("json-broken", file=content.name, line=error.lineno) from None
    except _DuplicateKeyError as error:
        key = str(error)[:40]
        raise MeterFileError("json-duplicate-key", file=content.name, key=key) from None
    except RecursionError:
        raise MeterFileError("json-too-deep", file=content.name) from None
    except ValueError as error:
        # What is left: a constant that JSON lacks, and Python's limit of digits.
        shown = str(error)[:40] if isinstance(error, _ConstantError) else "99999…"
        raise MeterFileError("json-number", file=content.name, value=shown) from None


def _loads(text: str) -> Json:
    return json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)


def _text(content: Content) -> str:
    data = content.read(limit=MAX_JSON_BYTES)
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
