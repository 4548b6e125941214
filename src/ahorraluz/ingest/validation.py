"""Errors of pydantic to issues: one per field, with value and mend."""

import difflib
from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ahorraluz.core.issues import Issue, Parameter, Severity

SHOWN_CHARACTERS = 60


def issues_of(error: ValidationError, *, fields: Iterable[str]) -> tuple[Issue, ...]:
    """Return one issue per error of ``error``.

    Parameters
    ----------
    error
        What pydantic refused.
    fields
        Names the document may use, for the mend of a misspelt one.
    """
    known = list(fields)
    return tuple(_refusal(detail, known) for detail in error.errors(include_url=False))


def _refusal(detail: ErrorDetails, known: list[str]) -> Issue:
    path = ".".join(str(step) for step in detail["loc"])
    shown = "" if detail["type"] == "missing" else _shown(detail.get("input"))
    context = detail.get("ctx", {})
    parameters: dict[str, Parameter] = {"field": path, "value": shown}
    code = "field-invalid"
    match detail["type"]:
        case "missing":
            code = "field-missing"
        case "extra_forbidden":
            code = "field-unknown"
            name = str(detail["loc"][-1])
            close = difflib.get_close_matches(name, known, n=1)
            parameters |= {"suggestion": close[0] if close else ", ".join(sorted(known))}
        case "enum" | "literal_error":
            code = "field-not-a-choice"
            parameters |= {"choices": str(context.get("expected", ""))}
        case "greater_than_equal" | "greater_than":
            code = "field-too-small"
            parameters |= {"limit": _plain(context.get("ge", context.get("gt")))}
        case "less_than_equal" | "less_than":
            code = "field-too-large"
            parameters |= {"limit": _plain(context.get("le", context.get("lt")))}
        case "too_long" | "string_too_long":
            code = "field-too-long"
            parameters |= {"limit": str(context.get("max_length"))}
        case "too_short" | "string_too_short":
            code = "field-too-short"
            parameters |= {"limit": str(context.get("min_length"))}
        case kind if kind.startswith("date"):
            code = "date-invalid"
        case kind if kind.startswith(("decimal", "int", "float", "finite")):
            code = "number-invalid"
    return Issue(code=code, severity=Severity.ERROR, parameters=parameters)


def _plain(limit: object) -> str:
    """Return a limit as people write it; pydantic tells a Decimal by its constructor."""
    return str(limit).removeprefix("Decimal('").removesuffix("')")


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
