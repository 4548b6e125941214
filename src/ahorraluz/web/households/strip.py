"""Twelve recibos typed in one strip: a bar for each month, the newest at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.services.inquiries.query import Query
from ahorraluz.texts import Texts

BARS = 12
HEIGHT = 40
"""Of the longest bar, in units of its drawing."""
MONTHS_YEAR = 12
LONGEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month of the strip."""

    name: str
    label: str
    value: str
    height: int


def parameter(place: int) -> str:
    """Return the name of a bar's input, the oldest is 0."""
    return f"m-{place}"


def typed_strip(form: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a form has in its bars, the oldest first."""
    return tuple(form.get(parameter(place), "").strip()[:LONGEST] for place in range(BARS))


def strip_of(query: Query) -> tuple[str, ...]:
    """Return the energies that a query holds, the newest at the end."""
    told = query.raw.get("hk", "").replace(",", " ").split()
    values = [*told, query.raw.get("k", "")][-BARS:]
    return tuple([""] * (BARS - len(values)) + values)


def energies_in(values: Sequence[str]) -> tuple[dict[str, str], Issue | None]:
    """Return the parameters for a strip, and the issue of a month left out between others.

    A recibo of which nothing is known ends what is known: without it the older ones would
    count as months in which they were not.
    """
    newest = values[-1]
    older = list(values[:-1])
    while older and not older[0]:
        del older[0]
    if "" in older or (older and not newest):
        hole = next(place for place in range(BARS - 1, -1, -1) if not values[place])
        parameters: dict[str, Parameter] = {"field": "web-hk", "place": BARS - hole}
        return {}, Issue(code="strip-hole", severity=Severity.ERROR, parameters=parameters)
    pairs = {"k": newest, "hk": " ".join(older)}
    return {name: value for name, value in pairs.items() if value}, None


def drawn(values: Sequence[str], *, latest: date, texts: Texts) -> tuple[Bar, ...]:
    """Return the strip with the name of each month.

    Parameters
    ----------
    values
        What was typed, the oldest first.
    latest
        A day of the month of the newest recibo.
    texts
        The language.
    """
    numbers = [_number(value) for value in values]
    most = max(numbers) or 1.0
    months = list(reversed(list(_months_back(latest))))
    return tuple(
        Bar(
            name=parameter(place),
            label=texts.text(f"month-short.{month}"),
            value=value,
            height=round(HEIGHT * number / most),
        )
        for place, (value, number, month) in enumerate(zip(values, numbers, months, strict=True))
    )


def month_of_latest(query: Query, today: date) -> date:
    """Return a day of the month of the newest recibo: as typed, else the month before."""
    read = query.day("h")
    if read is not None:
        start = query.day("f")
        return read if start is None else start + (read - start) / 2
    return today.replace(day=1) - timedelta(days=1)


def _months_back(latest: date) -> Sequence[int]:
    return [(latest.month - 1 - back) % MONTHS_YEAR + 1 for back in range(BARS)]


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return value if 0 < value < 1e6 else 0.0
