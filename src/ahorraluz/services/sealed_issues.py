"""Issues as they are kept with a job, so that they are told later in whatever language."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ahorraluz.core.issues import Issue, Parameter, Severity

CODE, SEVERITY, PARAMETERS = "code", "severity", "parameters"
DECIMAL, DAY = "decimal", "day"
MOST = 100
"""Issues that are kept of one failure."""
_ANY = Issue(code="job-failed", severity=Severity.ERROR)


def issues_said(issues: Sequence[Issue]) -> list[object]:
    """Return issues as JSON."""
    return [
        {
            CODE: issue.code,
            SEVERITY: issue.severity.value,
            PARAMETERS: {name: _said(value) for name, value in issue.parameters.items()},
        }
        for issue in issues[:MOST]
    ]


def issues_in(said: object) -> tuple[Issue, ...]:
    """Return the issues of what :func:`issues_said` gave; nothing of anything else.

    Jobs of former versions kept the code alone.
    """
    if isinstance(said, str) and said:
        return (replace(_ANY, code=said),)
    if not isinstance(said, list):
        return ()
    return tuple(
        replace(
            _ANY,
            code=str(one[CODE]),
            severity=Severity(one[SEVERITY]),
            parameters={str(name): _read(value) for name, value in one[PARAMETERS].items()},
        )
        for one in said
    )


def _said(value: Parameter) -> object:
    match value:
        case Decimal():
            return {DECIMAL: str(value)}
        case date():
            return {DAY: value.isoformat()}
        case None | str() | int() | float():
            return value
    return [str(one) for one in value]


def _read(value: object) -> Parameter:
    match value:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"day": str(text)}:
            return date.fromisoformat(text)
        case None | str() | int() | float():
            return value
        case list():
            return [str(one) for one in value]
    return str(value)
