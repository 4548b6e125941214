"""Every schema of the document: layouts on file, models of bodies, and those of the API alone."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from ahorraluz.api.live_schemas import LIVE
from ahorraluz.api.names import kept_model
from ahorraluz.security.roles import Reach, Role
from ahorraluz.security.scopes import Scope
from ahorraluz.services.documents.schemas import load_schema
from ahorraluz.setting_values import LANGUAGES

Schema = dict[str, Any]
REF = "#/components/schemas/"
OF_COMPONENT = {"$schema", "title"}
NULLABLE = ("string", "null")


def _object(properties: Mapping[str, object], *, optional: Iterable[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in set(optional)],
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
ISSUE = _object(
    {
        "code": TEXT,
        "severity": {"enum": ["error", "warning", "note"]},
        "text": TEXT,
        "field": TEXT,
    },
    optional=["field"],
)
PROBLEM = _object(
    {
        "type": {"type": "string", "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": TEXT,
        "issues": {"type": "array", "items": ISSUE},
    }
)
NUMBER: Schema = {"type": "number"}
SERIES = _object(
    {
        "id": TEXT,
        "as_of": DAY,
        "zone": TEXT,
        "days_seen": {"type": "integer"},
        "basis": TEXT,
        "kwh": NUMBER,
        "hours": {
            "type": "array",
            "items": _object(
                {"start": MOMENT, "q10": NUMBER, "q50": NUMBER, "q90": NUMBER, "mean": NUMBER}
            ),
        },
    }
)
"""The hours ahead of one series."""
RATE = _object({"start": MOMENT, "end": MOMENT, "value": {"type": "number"}})
NUMBER_OR_NONE: Schema = {"type": list(NULLABLE)}
NOTICE_WAY = _object({"id": TEXT, "name": TEXT, "service": TEXT})
PRICES: Schema = {
    "anyOf": [
        _object(
            {
                "currency": TEXT,
                "zone": TEXT,
                "hours": {
                    "type": "array",
                    "items": _object(
                        {
                            "start": MOMENT,
                            "end": MOMENT,
                            "band": TEXT,
                            "next_kwh": TEXT,
                            "price": TEXT,
                            "month_kwh": TEXT,
                            "expected_kwh": TEXT,
                            "edge_kwh": NUMBER_OR_NONE,
                            "cliff": NUMBER_OR_NONE,
                        }
                    ),
                },
            }
        ),
        _object(
            {
                "load_cost_forecast": {
                    "type": "object",
                    "additionalProperties": {"type": "number"},
                }
            }
        ),
        {"type": "array", "items": RATE},
        _object(
            {
                "count": {"type": "integer"},
                "next": {"type": "null"},
                "previous": {"type": "null"},
                "results": {
                    "type": "array",
                    "items": _object(
                        {
                            "value_inc_vat": {"type": "number"},
                            "valid_from": MOMENT,
                            "valid_to": MOMENT,
                        }
                    ),
                },
            }
        ),
        _object(
            {
                "state": {"type": "number"},
                "unit_of_measurement": TEXT,
                "tomorrow_valid": {"type": "boolean"},
                "raw_today": {"type": "array", "items": RATE},
                "raw_tomorrow": {"type": "array", "items": RATE},
            }
        ),
    ]
}
"""The price of the next kWh, in each form that a program may ask for."""
OWN: Mapping[str, Schema] = {
    **LIVE,
    "problem": PROBLEM,
    "document": {"type": "object", "required": ["openapi", "info", "paths"]},
    "distributors": _object(
        {
            "distributors": {
                "type": "array",
                "items": _object(
                    {
                        "id": TEXT,
                        "name": TEXT,
                        "regions": TEXT,
                        "systems": {
                            "type": "array",
                            "items": _object({"id": TEXT, "name": TEXT}),
                        },
                        "has_sheets": {"type": "boolean"},
                    }
                ),
            }
        }
    ),
    "account": _object(
        {
            "id": TEXT,
            "name": TEXT,
            "role": {"enum": [role.value for role in Role]},
            "language": {"enum": list(LANGUAGES)},
            "created_at": MOMENT,
            "homes": {"type": "integer", "minimum": 0},
            "token": _object(
                {
                    "label": TEXT,
                    "scopes": {
                        "type": "array",
                        "items": {"enum": [scope.value for scope in Scope]},
                    },
                    "expires_at": MOMENT,
                }
            ),
        }
    ),
    "home": _object(
        {
            "id": TEXT,
            "label": TEXT,
            "version": {"type": "integer", "minimum": 1},
            "reach": {"enum": [reach.value for reach in Reach]},
            "answers": {"$ref": f"{REF}KeptAnswers"},
            "choices": {"type": "object", "additionalProperties": TEXT},
        }
    ),
    "homes": _object(
        {
            "homes": {"type": "array", "items": {"$ref": f"{REF}home"}},
            "next": {"type": list(NULLABLE)},
        }
    ),
    "prices": PRICES,
    "forecast-model": _object(
        {
            "model": TEXT,
            "version": TEXT,
            "number": {"type": ["integer", "null"]},
            "trained": {"type": list(NULLABLE)},
            "context_days": {"type": "integer"},
            "horizon_hours": {"type": "integer"},
        }
    ),
    "forecasts": _object(
        {
            "model": TEXT,
            "version": TEXT,
            "number": {"type": ["integer", "null"]},
            "served_by": TEXT,
            "forecasts": {
                "type": "array",
                "items": {"anyOf": [SERIES, _object({"id": TEXT, "problem": PROBLEM})]},
            },
            "issues": {"type": "array", "items": ISSUE},
        }
    ),
    "events": _object(
        {
            "events": {
                "type": "array",
                "items": _object(
                    {
                        "id": {"type": "integer"},
                        "at": MOMENT,
                        "kind": TEXT,
                        "weight": {"enum": ["note", "notice", "warning"]},
                        "title": TEXT,
                        "text": TEXT,
                        "soles": {"type": ["number", "null"]},
                        "told": {"enum": ["sent", "unsure", "failed", None]},
                    }
                ),
            }
        }
    ),
    "notice-way": NOTICE_WAY,
    "notices": _object(
        {
            "ways": {"type": "array", "items": NOTICE_WAY},
            "events": {"type": "array", "items": TEXT},
            "quiet": {
                "anyOf": [
                    _object({"first": {"type": "integer"}, "after": {"type": "integer"}}),
                    {"type": "null"},
                ]
            },
            "most_a_day": {"type": "integer"},
            "language": TEXT,
        }
    ),
    "notice-trial": _object(
        {
            "outcome": {
                "enum": ["sent", "failed", "refused", "private", "unknown", "wrong", "several"]
            },
            "status": {"type": ["integer", "null"]},
        }
    ),
    "job": _object(
        {
            "id": TEXT,
            "state": {"enum": ["waiting", "running", "done"]},
            "created_at": MOMENT,
            "finished_at": {"anyOf": [MOMENT, {"type": "null"}]},
            "result": {"anyOf": [{"$ref": f"{REF}readings-import"}, {"type": "null"}]},
        }
    ),
    "steps": _object(
        {
            "steps": {
                "type": "array",
                "items": _object(
                    {
                        "step": TEXT,
                        "name": TEXT,
                        "done_on": DAY,
                        "promise": {
                            "anyOf": [
                                {"$ref": f"{REF}promise/properties/promise"},
                                {"type": "null"},
                            ]
                        },
                        "verified": {"anyOf": [{"$ref": f"{REF}verify"}, {"type": "null"}]},
                        "issues": {"type": "array", "items": ISSUE},
                    }
                ),
            }
        }
    ),
}
"""Layouts that no command prints, by name."""
OF_COMMANDS: Mapping[str, tuple[str, ...]] = {"audit": ("claim_file",)}
"""Fields that only a command has, which writes files."""


@cache
def components(names: tuple[str, ...], models: tuple[type[BaseModel], ...]) -> Schema:
    """Return the schemas of answers by name, those they need, and those of bodies."""
    found: Schema = {}
    for model in (*models, kept_model()):
        found |= _model(model)
    for name in (*names, "problem"):
        _add(found, name)
    return found


def _add(found: Schema, name: str) -> None:
    if name in found:
        return
    if name in OWN:
        found[name] = OWN[name]
    else:
        found |= _hoisted(name, load_schema(name))
    for needed in _needed(found[name]):
        if needed not in found:
            _add(found, needed)


def _needed(schema: object) -> set[str]:
    if isinstance(schema, dict):
        ref = schema.get("$ref")
        own = {str(ref).removeprefix(REF).partition("/")[0]} if isinstance(ref, str) else set()
        return own.union(*map(_needed, schema.values()))
    return set().union(*map(_needed, schema)) if isinstance(schema, list) else set()


def _model(model: type[BaseModel]) -> Schema:
    schema = model.model_json_schema(ref_template=f"{REF}{{model}}")
    inner = schema.pop("$defs", {})
    found: Schema = {model.__name__: _plain(schema)}
    found |= {name: _plain(one) for name, one in inner.items()}
    return found


def _plain(schema: Schema) -> Schema:
    """Return a schema without the titles and defaults that only say what a name says."""
    plain: Schema = {}
    for name, value in schema.items():
        if name == "properties":
            plain[name] = {inner: _plain(part) for inner, part in value.items()}
        elif name == "title" or (name == "default" and value is None):
            continue
        else:
            plain[name] = _plain_value(value)
    if "patternProperties" in plain:
        # Names of another form are refused, which pydantic leaves unsaid.
        plain["additionalProperties"] = False
    return plain


def _plain_value(value: object) -> object:
    if isinstance(value, list):
        return [_plain_value(part) for part in value]
    return _plain(value) if isinstance(value, dict) else value


def _hoisted(name: str, schema: Schema) -> Schema:
    """Return a layout with its own definitions as components beside it."""
    written = json.dumps({k: v for k, v in schema.items() if k not in OF_COMPONENT})
    moved = json.loads(written.replace('"#/$defs/', f'"{REF}{name}.'))
    inner = moved.pop("$defs", {})
    for field in OF_COMMANDS.get(name, ()):
        del moved["properties"][field]
        moved["required"].remove(field)
    return {name: moved, **{f"{name}.{key}": value for key, value in inner.items()}}
