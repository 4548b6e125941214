"""A home with some of its figures moved: what would the plan be if."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.advice.asked import ASKED
from ahorraluz.core.home import Home
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.ingest.home_file import closest
from ahorraluz.ingest.home_sections import ApplianceEntry
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
        ``assume-form``, ``assume-unknown``, ``assume-appliance`` or ``assume-value``.
    """
    for text in typed:
        name, found, value = (part.strip() for part in text.partition("="))
        if not (name and found and value):
            raise InvalidInputError("assume-form", field=FIELD, value=text)
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
    known = (*load_assumptions(), *ASKED)
    if name not in known:
        suggestions = closest(name, (*known, *OF_THE_HOME), most=3)
        raise InvalidInputError("assume-unknown", field=name, suggestions=suggestions)
    asked = ASKED.get(name)
    if asked is not None and not asked.least <= value <= asked.most:
        raise InvalidInputError("assume-value", field=name, value=value)
    return replace(home, assumptions={**home.assumptions, name: value})


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
