"""Parameters of addresses and headers: what each may be, checked as the document describes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.setting_values import LANGUAGES

SHOWN = 60
LONGEST = 400
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
"""As JSON writes them."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Place(StrEnum):
    """Where a parameter stands."""

    QUERY = "query"
    HEADER = "header"
    PATH = "path"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter; its words are ``api.parameter.<key>``."""

    name: str
    schema: Mapping[str, object]
    """JSON Schema of its value."""
    place: Place = Place.QUERY
    required: bool = False
    words: str = ""
    """Key of its words where its name is not."""
    allowed: tuple[str, ...] = field(default=())
    """Values of a choice."""

    @property
    def key(self) -> str:
        """Key of its words."""
        return f"api.parameter.{self.words or self.name.lower()}"

    def read(self, text: str) -> object:
        """Return the value of a text.

        Raises
        ------
        InvalidInputError
            ``api-parameter-invalid``.
        """
        value = self._value(text)
        if value is None or not self._within(value):
            raise InvalidInputError(
                "api-parameter-invalid", field=self.name, value=text[:SHOWN], allowed=self._told()
            )
        return value

    def _value(self, text: str) -> object:
        if self.allowed:
            return text if text in self.allowed else None
        match self.schema["type"], self.schema.get("format"):
            case "integer", _:
                return int(text) if _WHOLE.fullmatch(text) else None
            case "number", _:
                return float(text) if _NUMBER.fullmatch(text) else None
            case "boolean", _:
                return {"true": True, "false": False}.get(text)
            case _, "date":
                return _day(text)
            case _:
                return text if self._fits(text) else None

    def _fits(self, text: str) -> bool:
        pattern, longest = self.schema.get("pattern"), self.schema.get("maxLength", LONGEST)
        fits = pattern is None or re.fullmatch(str(pattern), text) is not None
        return fits and isinstance(longest, int) and len(text) <= longest

    def _within(self, value: object) -> bool:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return True
        low, high = self.schema.get("minimum"), self.schema.get("maximum")
        return (not isinstance(low, int) or value >= low) and (
            not isinstance(high, int) or value <= high
        )

    def _told(self) -> Sequence[str]:
        if self.allowed:
            return self.allowed
        said = {k: v for k, v in self.schema.items() if k != "type"}
        return [f"{self.schema['type']}", *(f"{name} {value}" for name, value in said.items())]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def choice(name: str, *allowed: str, words: str = "") -> Parameter:
    """Return a parameter that is one of some words."""
    schema = {"type": "string", "enum": list(allowed)}
    return Parameter(name=name, schema=schema, words=words, allowed=allowed)


def whole(name: str, low: int, high: int) -> Parameter:
    """Return a parameter that is a whole number."""
    return Parameter(name=name, schema={"type": "integer", "minimum": low, "maximum": high})


def amount(name: str, high: int) -> Parameter:
    """Return a parameter that is an amount from nought on."""
    return Parameter(name=name, schema={"type": "number", "minimum": 0, "maximum": high})


def flag(name: str) -> Parameter:
    """Return a parameter that is ``true`` or ``false``."""
    return Parameter(name=name, schema={"type": "boolean"})


def day(name: str, *, required: bool = False) -> Parameter:
    """Return a parameter that is a day."""
    return Parameter(name=name, schema={"type": "string", "format": "date"}, required=required)


def text(name: str, *, pattern: str, required: bool = False) -> Parameter:
    """Return a parameter that is a short text of a form."""
    schema = {"type": "string", "pattern": pattern}
    return Parameter(name=name, schema=schema, required=required)


STEP = r"^[a-z0-9][a-z0-9-]{0,59}$"
HOME_PATTERN = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"
LANGUAGE = choice("lang", *LANGUAGES)
LIMIT = whole("limit", 1, 100)
CURSOR = text("cursor", pattern=HOME_PATTERN)
WISHES = (
    choice("objective", *Objective),
    amount("budget", 100_000),
    amount("instalment", 100_000),
    choice("effort", "low", "medium", "high"),
    flag("any_option"),
)
IDEMPOTENCY = Parameter(
    name="Idempotency-Key",
    place=Place.HEADER,
    schema={"type": "string", "pattern": r"^[A-Za-z0-9._~-]{1,100}$"},
)
IF_MATCH = Parameter(
    name="If-Match",
    place=Place.HEADER,
    required=True,
    schema={"type": "string", "pattern": r'^(\*|"[0-9]{1,9}")$'},
)
