"""Schemas of what is answered about live readings."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
TEXT_OR_NONE: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NONE: Schema = {"type": ["string", "null"], "format": "date-time"}
THREE: Schema = {"type": "array", "items": TEXT_OR_NONE, "minItems": 3, "maxItems": 3}
"""Low, middle and high."""


def _object(properties: Mapping[str, object]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


FIGURES = _object(
    {
        "power_w": {"type": ["integer", "null"]},
        "today_kwh": TEXT,
        "today_soles": TEXT_OR_NONE,
        "month_kwh": TEXT,
        "month_soles": TEXT_OR_NONE,
        "end_kwh": THREE,
        "end_soles": THREE,
        "limit_kwh": TEXT_OR_NONE,
        "limit_left_kwh": TEXT_OR_NONE,
        "limit_day_kwh": TEXT_OR_NONE,
        "next_kwh_soles": TEXT_OR_NONE,
        "month_ends": {"type": "string", "format": "date"},
    }
)
MEASURE = _object(
    {
        "name": TEXT,
        "flow": TEXT,
        "quantity": {"enum": ["power", "register"]},
        "unit": {"enum": ["mW", "mWh"]},
        "counts": {"type": "boolean"},
        "value": {"type": ["integer", "null"]},
        "at": MOMENT_OR_NONE,
    }
)
LIVE: Mapping[str, Schema] = {
    "live": _object(
        {
            "at": MOMENT,
            "zone": TEXT,
            "figures": {"anyOf": [FIGURES, {"type": "null"}]},
            "devices": _list(
                _object(
                    {
                        "id": TEXT,
                        "name": TEXT,
                        "kind": TEXT,
                        "is_heard": {"type": "boolean"},
                        "seen_at": MOMENT_OR_NONE,
                        "clock_ahead_s": WHOLE,
                        "measures": _list(MEASURE),
                    }
                )
            ),
            "events": _list(
                _object(
                    {
                        "kind": TEXT,
                        "at": MOMENT,
                        "title": TEXT,
                        "text": TEXT,
                        "soles": TEXT_OR_NONE,
                    }
                )
            ),
        }
    ),
    "live-series": _object(
        {
            "zone": TEXT,
            "series": _list(
                _object({"start": MOMENT, "end": MOMENT, "kwh": TEXT, "measured_s": COUNT})
            ),
        }
    ),
    "live-taken": _object(
        {
            "messages": COUNT,
            "readings": _object(
                {"new": COUNT, "same": COUNT, "corrected": COUNT, "outside": COUNT}
            ),
            "refused": _list(_object({"message": COUNT, "code": TEXT, "text": TEXT})),
        }
    ),
}
"""By name."""
