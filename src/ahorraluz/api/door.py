"""What the API was opened with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, cast

from flask import current_app

from ahorraluz.security.throttle import Throttle
from ahorraluz.services.toolbox import Toolbox

EXTENSION = "ahorraluz-api"
PREFIX = "/api/v1"
STRANGERS_AT_ONCE, STRANGERS_A_SECOND = 60.0, 1.0
PROGRAMS_AT_ONCE, PROGRAMS_A_SECOND = 300.0, 5.0


@dataclass(slots=True, kw_only=True)
class Limits:
    """How much may be asked for."""

    strangers: Throttle = field(
        default_factory=lambda: Throttle(STRANGERS_AT_ONCE, STRANGERS_A_SECOND)
    )
    """By address, of who comes without a token that counts."""
    programs: Throttle = field(
        default_factory=lambda: Throttle(PROGRAMS_AT_ONCE, PROGRAMS_A_SECOND)
    )
    """By token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoor:
    """What the API was opened with."""

    tools: Toolbox
    language: str
    """Language where nobody asks for one: ``es`` or ``en``."""
    today: Callable[[], date]
    clock: Callable[[], float]
    """A clock that never goes back. [s]"""
    limits: Limits
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The OpenAPI document by locale, once somebody asked for it."""


def door() -> ApiDoor:
    """Return what the API of this application was opened with."""
    return cast(ApiDoor, current_app.extensions[EXTENSION])


def this_moment() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)
