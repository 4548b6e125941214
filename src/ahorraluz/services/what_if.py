"""A home with some of its figures moved: what would the plan be if."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.home import Appliance, Home
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.core.usage.facts import Physics
from ahorraluz.ingest.home_file import closest
from ahorraluz.ingest.home_sections import ApplianceEntry
from ahorraluz.services.figure_limits import figure_limits
from ahorraluz.services.typed_numbers import read_number

FIELD = "--assume"
OF_THE_HOME: Mapping[str, Callable[[Home, Decimal], Home]] = {
    "budget": lambda home, value: replace(home, budget_pen=value),
    "lpg_cylinder": lambda home, value: replace(home, lpg_cylinder_pen=value),
    "people": lambda home, value: replace(home, people=int(value)),
}
"""Figures of the home itself, by the name that its file gives them."""
OF_AN_APPLIANCE = tuple(name for name in ApplianceEntry.model_fields if name != "id")
"""Figures of one appliance, written as ``ducha-electrica.minutes_shower``."""
OF_SHOWERS: Mapping[str, tuple[str, ...]] = {
    "minutes-shower": ("minutes_shower", "hours_day"),
    "showers-day": ("showers_day", "hours_day"),
    "showers-person-day": ("showers_day", "hours_day"),
}
"""Figures of showers that the home does not describe, and those of an entry that go before."""


def assume(home: Home, typed: Iterable[str]) -> Home:
    """Return a home with figures typed over its own.

    Parameters
    ----------
    home
        The home as it is.
    typed
        Each ``name=value``: an assumption or a price by its id, a figure of the home
        (``lpg_cylinder``), or of a listed appliance (``ducha-electrica.minutes_shower``).

    Raises
    ------
    InvalidInputError
        ``assume-form``, ``assume-twice``, ``assume-unknown``, ``assume-appliance`` or
        ``assume-value``.
    """
    told = set[str]()
    for text in typed:
        name, found, value = (part.strip() for part in text.partition("="))
        if not (name and found and value):
            raise InvalidInputError("assume-form", field=FIELD, value=text)
        if name in told:
            raise InvalidInputError("assume-twice", field=FIELD, value=name)
        told.add(name)
        home = _with(home, name, read_number(value, field=f"{FIELD} {name}"))
    return home


def _with(home: Home, name: str, value: Decimal) -> Home:
    if value < 0:
        raise InvalidInputError("assume-value", field=name, value=value)
    if name in OF_THE_HOME:
        return OF_THE_HOME[name](home, value)
    appliance, dot, figure = name.partition(".")
    if dot:
        return _with_appliance(home, appliance, figure, value)
    known = figure_limits()
    if name not in known:
        suggestions = closest(name, (*known, *OF_THE_HOME), most=3)
        raise InvalidInputError("assume-unknown", field=name, suggestions=suggestions)
    least, most = known[name]
    if not least <= value <= most:
        raise InvalidInputError("assume-range", field=name, value=value, least=least, most=most)
    return replace(home, assumptions={**home.assumptions, name: value})


def idle_issues(home: Home, typed: Iterable[str]) -> tuple[Issue, ...]:
    """Return a warning for each figure that moves nothing, since the home states its own.

    Issue ``assume-idle``: every listed shower says how long, or how often, it runs.
    """
    facts = load_appliances()
    showers = [
        item for item in home.appliances if facts[item.id].physics in (Physics.SHOWER, Physics.TANK)
    ]
    found = []
    for name in dict.fromkeys(text.partition("=")[0].strip() for text in typed):
        figures = OF_SHOWERS.get(name)
        if figures is None or not showers:
            continue
        if all(_states(item, figures) for item in showers):
            known = [f"{item.id}.{figures[0]}" for item in showers]
            found.append(Issue(code="assume-idle", parameters={"field": name, "instead": known}))
    return tuple(found)


def _states(item: Appliance, figures: tuple[str, ...]) -> bool:
    return any(getattr(item, figure) is not None for figure in figures)


def _with_appliance(home: Home, appliance: str, figure: str, value: Decimal) -> Home:
    if figure not in OF_AN_APPLIANCE:
        suggestions = closest(figure, OF_AN_APPLIANCE, most=3)
        raise InvalidInputError(
            "assume-unknown", field=f"{appliance}.{figure}", suggestions=suggestions
        )
    if appliance not in {item.id for item in home.appliances}:
        known = [item.id for item in home.appliances]
        raise InvalidInputError("assume-appliance", field=appliance, known=known)
    moved: float | int | bool = float(value)
    if figure == "count":
        moved = int(value)
    if figure == "always_on":
        moved = bool(value)
    try:
        ApplianceEntry.model_validate({"id": appliance, figure: moved})
    except ValidationError as error:
        raise InvalidInputError(
            "assume-value", field=f"{appliance}.{figure}", value=value
        ) from error
    change: dict[str, Any] = {figure: moved}
    return replace(
        home,
        appliances=tuple(
            replace(item, **change) if item.id == appliance else item for item in home.appliances
        ),
    )


EFFORTS = ("low", "medium", "high")


def effort_of(text: str) -> Decimal:
    """Return what keeping a daily habit is worth: a word of ours, or soles. [PEN/month]

    Raises
    ------
    InvalidInputError
        ``effort-unknown`` or ``assume-value``.
    """
    known = load_assumptions()["habit-effort-pen-month"].value
    words = dict(zip(EFFORTS, (known.low, known.middle, known.high), strict=True))
    if text in words:
        return Decimal(str(words[text]))
    try:
        value = read_number(text, field="--effort")
    except InvalidInputError as error:
        raise InvalidInputError("effort-unknown", value=text) from error
    if value < 0:
        raise InvalidInputError("assume-value", field="--effort", value=value)
    return value
