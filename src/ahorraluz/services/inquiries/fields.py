"""Every parameter a page takes: short name, kind, limits, and the step that asks for it.

The short names are the whole state of an answer: they stand in its address, so that
nothing is stored. Their labels are ``field.web-<name>`` in the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.advice.asked import ASKED
from ahorraluz.core.advice.wishes import Objective
from ahorraluz.core.consumption import KWH_DECIMALS, MAX_KWH
from ahorraluz.core.home import CookingFuel, Fose, Option, Roof, Sector, Tenure
from ahorraluz.services.what_if import EFFORTS


class Step(StrEnum):
    """Which form asks for a field, in the order a person meets them."""

    START = "start"
    METER = "meter"
    BILL = "bill"
    HOME = "home"
    COST = "cost"
    WISHES = "wishes"


class Kind(StrEnum):
    """What is typed into a field."""

    NUMBER = "number"
    NUMBERS = "numbers"
    DAY = "day"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter."""

    name: str
    step: Step
    kind: Kind = Kind.NUMBER
    low: Decimal | None = Decimal(0)
    high: Decimal | None = None
    places: int = 2
    choices: tuple[str, ...] = ()
    """Allowed values of a choice."""
    longest: int = 40
    """Longest text taken. [characters]"""


YES, NO = "1", "0"
MAX_SOLES = Decimal(100_000)
MAX_PRICE = Decimal(10)
"""No price of a kWh has been near it; above, the point was forgotten. [PEN/kWh]"""
DAY_HOURS = Decimal(24)
MOST_DAYS = Decimal(366)
"""Days of an earlier recibo, or without one before the next. [day]"""
COST_PLACES = 4
PERCENT = Decimal(100)
SHARE = "share"
OPTIONS = (Option.BT5B.value, Option.BT7.value)
"""Options a form with one register can ask for; the command line takes them all."""


def _soles(name: str, step: Step, *, signed: bool = False) -> Field:
    return Field(name=name, step=step, low=-MAX_SOLES if signed else Decimal(0), high=MAX_SOLES)


def _choice(name: str, step: Step, *choices: str) -> Field:
    return Field(name=name, step=step, kind=Kind.CHOICE, choices=choices)


def _days(name: str, *, low: int) -> Field:
    """Return a list of days, one of each earlier recibo."""
    return Field(
        name=name,
        step=Step.BILL,
        kind=Kind.NUMBERS,
        low=Decimal(low),
        high=MOST_DAYS,
        places=0,
        longest=200,
    )


def _whole(name: str, step: Step, low: int, high: int) -> Field:
    return Field(name=name, step=step, low=Decimal(low), high=Decimal(high), places=0)


def _kwh(name: str, step: Step) -> Field:
    return Field(name=name, step=step, high=MAX_KWH, places=KWH_DECIMALS)


LEAST_KWP, MOST_KWP = Decimal("0.05"), Decimal(100)
"""Panels that a home has already. [kWp]"""

FIELDS: tuple[Field, ...] = (
    Field(name="dep", step=Step.START, kind=Kind.TEXT, longest=60),
    Field(name="d", step=Step.START, kind=Kind.TEXT, longest=60),
    Field(name="s", step=Step.START, kind=Kind.TEXT, longest=60),
    # District, by its code (ubigeo).
    Field(name="di", step=Step.START, kind=Kind.TEXT, longest=60),
    _kwh("k", Step.START),
    _soles("t", Step.START),
    # How the month is going: energy since the last reading, days to the next one.
    _kwh("u", Step.METER),
    _whole("y", Step.METER, 1, 120),
    # What the recibo prints.
    Field(name="f", step=Step.BILL, kind=Kind.DAY),
    Field(name="h", step=Step.BILL, kind=Kind.DAY),
    _choice("o", Step.BILL, *OPTIONS),
    _choice("fo", Step.BILL, *Fose),
    _choice("se", Step.BILL, Sector.URBAN_INTERCONNECTED, Sector.RURAL_INTERCONNECTED),
    _choice("ie", Step.BILL, YES, NO),
    Field(name="p", step=Step.BILL, high=MAX_PRICE, places=6),
    _soles("e", Step.BILL),
    _soles("c", Step.BILL),
    _soles("r", Step.BILL),
    Field(name="al", step=Step.BILL, high=MAX_SOLES, places=4),
    _soles("i", Step.BILL),
    _soles("st", Step.BILL),
    _soles("ig", Step.BILL),
    _soles("lr", Step.BILL),
    _soles("im", Step.BILL),
    _soles("ot", Step.BILL, signed=True),
    _soles("tm", Step.BILL, signed=True),
    _soles("rp", Step.BILL, signed=True),
    _soles("ra", Step.BILL, signed=True),
    _choice("est", Step.BILL, YES),
    Field(name="hk", step=Step.BILL, kind=Kind.NUMBERS, high=MAX_KWH, places=3, longest=200),
    _days("hn", low=1),
    _days("hg", low=0),
    # The home.
    _whole("ph", Step.HOME, 1, 40),
    _choice("te", Step.HOME, *Tenure),
    _choice("ro", Step.HOME, *Roof),
    Field(name="pk", step=Step.HOME, low=LEAST_KWP, high=MOST_KWP, places=2),
    _choice("fu", Step.HOME, *CookingFuel),
    _whole("hm", Step.HOME, 1, 50),
    _whole("pm", Step.HOME, 1, 300),
    _soles("bu", Step.HOME),
    _soles("gl", Step.HOME),
    _choice("fi", Step.HOME, YES, NO),
    # What the household wants of its plan.
    _choice("ob", Step.WISHES, *Objective),
    _soles("cu", Step.WISHES),
    _choice("ef", Step.WISHES, *EFFORTS),
    # Whether the plan may choose the tariff option too.
    _choice("ao", Step.WISHES, YES),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}

PREFIXED: tuple[Field, ...] = (
    _whole("n", Step.HOME, 1, 200),
    Field(name="hd", step=Step.HOME, high=DAY_HOURS, places=3),
    Field(name="w", step=Step.HOME, low=Decimal("0.1"), high=Decimal(20_000), places=1),
    Field(name="ly", step=Step.HOME, low=Decimal(1), high=Decimal(20_000), places=1),
    Field(name="mi", step=Step.HOME, high=Decimal(240), places=1),
    Field(name="sd", step=Step.HOME, high=Decimal(100), places=1),
    _choice("on", Step.HOME, YES, NO),
    Field(name="x", step=Step.COST, high=MAX_SOLES, places=COST_PLACES),
    Field(name="pc", step=Step.COST, high=PERCENT, places=COST_PLACES),
)
"""Fields of one appliance (``hd.ducha-electrica``), of one cost (``x.led-lamp``) or of one
part in percent (``pc.peak-share``)."""
BY_PREFIX: Mapping[str, Field] = {field.name: field for field in PREFIXED}

APPLIANCES = "a"
"""Repeated parameter: each appliance that was ticked."""
LANGUAGE = "lang"
MOST_APPLIANCES = 80


def asks_percent(figure: str) -> bool:
    """Tell whether a figure that files write as a part of one is typed in a page as percent."""
    return figure in ASKED and ASKED[figure].unit == SHARE


def figure_parameter(figure: str) -> str:
    """Return the parameter that takes a figure: its name tells percent from everything else."""
    return f"{'pc' if asks_percent(figure) else 'x'}.{figure}"


def has_no_unit(parameter: str) -> bool:
    """Tell whether a parameter holds a part that is neither said to be percent nor of one.

    Addresses once wrote ``x.peak-share=0.3``, then ``x.peak-share=30``, for the same: such
    a figure is asked for again, never guessed.
    """
    name, _, figure = parameter.partition(".")
    return name == "x" and asks_percent(figure)


def field_of(parameter: str) -> Field | None:
    """Return the field of a parameter, ``None`` where no page takes it."""
    name, dot, subject = parameter.partition(".")
    return BY_PREFIX.get(name) if dot and subject else BY_NAME.get(parameter)
