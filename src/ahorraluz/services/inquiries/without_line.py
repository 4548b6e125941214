"""What a home that no line reaches says on a page: what it pays instead, and what it would run."""

from collections.abc import Mapping
from decimal import Decimal

from ahorraluz.core.advice.lineless_home import HomeWithoutLine, Purpose
from ahorraluz.core.home import CookingFuel
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.services.figure_limits import figure_limits
from ahorraluz.services.inquiries.inquiry import appliance_of
from ahorraluz.services.inquiries.query import Query
from ahorraluz.services.typed_numbers import read_number

SPENDING = {
    "gasto-luz": Purpose.LIGHT,
    "gasto-carga": Purpose.CHARGING,
    "gasto-otro": Purpose.OTHER,
}
"""Fields of what is paid in a month, by what it is for."""
MOST_PEN = Decimal(5_000)
"""Most that one of them may be. [PEN/month]"""
USUAL = (
    "foco-led-10",
    "cargador-celular",
    "radio",
    "tv-led-32-43",
    "decodificador",
    "laptop",
    "ventilador",
    "licuadora",
    "refrigeradora-inverter",
)
"""Appliances that are asked for: what a kit can run."""
FIGURES = (
    "cost-offgrid-kit",
    "offgrid-kit-wp",
    "programme-fee",
    "wood-kg-month",
    "wood-pen-kg",
    "cost-improved-stove",
    "dung-kg-day",
    "cost-biodigester",
)
"""Figures that only the household knows, and that its plan may ask for."""


def read_spending(typed: Mapping[str, str]) -> tuple[dict[Purpose, Decimal], dict[str, Issue]]:
    """Return what is paid by what it is for, and the issues of fields that cannot be.

    Parameters
    ----------
    typed
        What was typed, by the names of :data:`SPENDING`; an empty one says nothing.
    """
    spending: dict[Purpose, Decimal] = {}
    errors: dict[str, Issue] = {}
    for name, purpose in SPENDING.items():
        text = typed.get(name, "").strip()
        if not text:
            continue
        try:
            spending[purpose] = _within(read_number(text, field=f"web-{name}"), f"web-{name}")
        except InvalidInputError as error:
            errors[name] = error.issue
    return spending, errors


def lineless_home(query: Query, spending: Mapping[Purpose, Decimal]) -> HomeWithoutLine:
    """Return the home of a page whose fields are all right."""
    cooking = query.text("fu")
    return HomeWithoutLine(
        spending=spending,
        people=query.whole("ph"),
        department=query.text("dep"),
        cooking=None if cooking is None else CookingFuel(cooking),
        lpg_cylinder_pen=query.number("gl"),
        appliances=tuple(appliance_of(query, id_) for id_ in query.appliances if id_ in USUAL),
        budget_pen=query.number("bu"),
        assumptions={id_: value for id_, value in query.under("x").items() if id_ in FIGURES},
    )


def figures_out_of_range(home: HomeWithoutLine) -> dict[str, Issue]:
    """Return the issues of figures that cannot be, by their field."""
    limits = figure_limits()
    return {
        f"x.{name}": Issue(
            code="assume-range",
            severity=Severity.ERROR,
            parameters={"field": name, "value": value, "least": least, "most": most},
        )
        for name, value in home.assumptions.items()
        for least, most in [limits[name]]
        if not least <= value <= most
    }


def _within(amount: Decimal, field: str) -> Decimal:
    if amount < 0:
        raise InvalidInputError("typed-too-small", field=field, value=amount, limit=0)
    if amount > MOST_PEN:
        raise InvalidInputError("typed-too-large", field=field, value=amount, limit=MOST_PEN)
    return amount
