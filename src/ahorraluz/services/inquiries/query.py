"""The parameters of one address, read and checked; what was typed stays as it was typed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from ahorraluz.core.issues import Issue
from ahorraluz.services.inquiries.fields import (
    APPLIANCES,
    MOST_APPLIANCES,
    Field,
    Kind,
    Step,
    field_of,
    has_no_unit,
)
from ahorraluz.services.inquiries.typed import (
    TypedValueError,
    check_choice,
    check_range,
    parse_day,
    parse_number,
    parse_numbers,
)

Value = Decimal | date | str | tuple[Decimal, ...]

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Everything a person has said so far."""

    raw: Mapping[str, str]
    """What was typed, by parameter; empty fields are left out."""
    values: Mapping[str, Value]
    """What it means, by parameter; fields with an error are left out."""
    errors: Mapping[str, Issue]
    appliances: tuple[str, ...] = ()
    """Ids of the appliances that were ticked."""

    def number(self, name: str) -> Decimal | None:
        """Return the number of a field, ``None`` where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, Decimal) else None

    def whole(self, name: str) -> int | None:
        """Return the whole number of a field, ``None`` where it was left empty."""
        value = self.number(name)
        return None if value is None else int(value)

    def real(self, name: str) -> float | None:
        """Return the number of a field of physics as a float, ``None`` where empty."""
        value = self.number(name)
        return None if value is None else float(value)

    def numbers(self, name: str) -> tuple[Decimal, ...]:
        """Return the numbers of a list, none where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else ()

    def day(self, name: str) -> date | None:
        """Return the day of a field, ``None`` where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, date) else None

    def text(self, name: str) -> str | None:
        """Return the text or the choice of a field, ``None`` where it was left empty."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def has(self, names: Iterable[str]) -> bool:
        """Tell whether any of ``names`` was filled in."""
        return any(name in self.raw for name in names)

    def under(self, prefix: str) -> Mapping[str, Decimal]:
        """Return the numbers of a prefixed field by what they belong to."""
        return {
            name.partition(".")[2]: value
            for name, value in self.values.items()
            if name.startswith(f"{prefix}.") and isinstance(value, Decimal)
        }

    def with_errors(self, errors: Mapping[str, Issue]) -> "Query":
        """Return the query with more errors; the first one of a field stays."""
        return replace(self, errors={**errors, **self.errors})

    def pairs(self, *, without: Sequence[Step] = ()) -> Iterator[tuple[str, str]]:
        """Yield parameters and what was typed, in a fixed order.

        Parameters
        ----------
        without
            Steps whose fields are left out, for the form that asks for them.
        """
        for name, typed in self.raw.items():
            field = field_of(name)
            subject = name.partition(".")[2]
            unticked = field is not None and field.step is Step.HOME and subject
            if unticked and subject not in self.appliances:
                continue
            if has_no_unit(name):
                continue
            if field is not None and field.step not in without:
                yield name, typed
        if Step.HOME not in without:
            yield from ((APPLIANCES, id_) for id_ in self.appliances)

    def encoded(self, changes: Mapping[str, str | None] | None = None) -> str:
        """Return the query string, with some parameters set or (``None``) left out."""
        changed = changes or {}
        pairs = [(name, typed) for name, typed in self.pairs() if name not in changed]
        pairs += [(name, typed) for name, typed in changed.items() if typed]
        return urlencode(pairs)


def read_query(arguments: Mapping[str, Sequence[str]]) -> Query:
    """Return what the parameters of an address say; unknown ones are left aside.

    Parameters
    ----------
    arguments
        Every value of each parameter, as a form sends them.
    """
    raw = {}
    for name, given in arguments.items():
        typed = _UNSEEN.sub(" ", given[-1]).strip() if given else ""
        if typed and _is_ours(name):
            raw[name] = typed
    values: dict[str, Value] = {}
    errors: dict[str, Issue] = {}
    for name, typed in raw.items():
        field = field_of(name)
        if field is None:
            continue
        try:
            values[name] = _value(field, typed)
        except TypedValueError as wrong:
            named = {"field": f"web-{field.name}", **wrong.issue.parameters}
            errors[name] = replace(wrong.issue, parameters=named)
    ticked = dict.fromkeys(id_ for id_ in arguments.get(APPLIANCES, ()) if _ID.fullmatch(id_))
    return Query(raw=raw, values=values, errors=errors, appliances=tuple(ticked)[:MOST_APPLIANCES])


def _is_ours(name: str) -> bool:
    subject = name.partition(".")[2]
    return field_of(name) is not None and (not subject or _ID.fullmatch(subject) is not None)


def _value(field: Field, typed: str) -> Value:
    if len(typed) > field.longest:
        raise TypedValueError("typed-too-long", value=typed[: field.longest], limit=field.longest)
    match field.kind:
        case Kind.NUMBER:
            return _in_range(field, parse_number(typed))
        case Kind.NUMBERS:
            return tuple(_in_range(field, number) for number in parse_numbers(typed))
        case Kind.DAY:
            return parse_day(typed)
        case Kind.CHOICE:
            return check_choice(typed, field.choices)
        case Kind.TEXT:
            return typed


def _in_range(field: Field, value: Decimal) -> Decimal:
    return check_range(value, low=field.low, high=field.high, places=field.places)
