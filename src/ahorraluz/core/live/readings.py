"""One reading of one channel at one moment, in whole numbers so that nothing is lost or doubled.

Sums of whole numbers are the same in every order and in every database: a total that was
corrected by a late reading is the total that would have come from readings in order.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import StrEnum

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.readings.channels import Flow

MAX_NAME = 60
"""Longest name of a channel within its device. [characters]"""
MAX_POWER_MW = 10**9
"""Largest power that a home's device can mean: a megawatt. [mW]"""
MAX_REGISTER_MWH = 10**15
"""Highest standing of a counter: a million megawatt hours. [mWh]"""
THOUSANDTHS = {"W": 10**3, "kW": 10**6, "MW": 10**9, "Wh": 10**3, "kWh": 10**6, "MWh": 10**9}
"""How many mW or mWh one of a unit is."""
WATT_MINUTE = "W·min"
"""Unit of the counters of some plugs; 60 of them are a watt hour."""


class LiveError(AhorraLuzError):
    """A reading, a device or a mapping that cannot be taken as it is."""


class Quantity(StrEnum):
    """What the whole number of a reading counts."""

    POWER = "power"
    """Power at a moment, which holds until the next reading. [mW]"""
    REGISTER = "register"
    """Standing of a counter of energy that only rises, at a moment. [mWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One number of a payload, before anybody knows which home it belongs to."""

    name: str
    """Channel within its device, such as ``total``, ``a`` or ``export``; at most 60 characters."""
    flow: Flow
    quantity: Quantity
    value: int
    """In mW or mWh, never negative: what flows back is a sample of its own."""
    at_ms: int | None = None
    """When it was measured; ``None`` where the payload does not say. [ms since 1970 UTC]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChannel:
    """A channel of a device, as the store numbers it."""

    id: int
    home: str
    device: str
    name: str
    flow: Flow
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What one channel said at one moment; a second one for the same moment corrects it."""

    channel: int
    at_ms: int
    """[ms since 1970 UTC]"""
    value: int
    """In mW or mWh, after the channel's quantity."""


def to_thousandths(value: "Decimal | int | float | str", unit: str, *, quantity: Quantity) -> int:
    """Return a number of a payload in mW or mWh, exact where it has no more places than that.

    Parameters
    ----------
    value
        As the payload writes it; a float stands for its shortest decimal text.
    unit
        Of ``THOUSANDTHS``, or ``WATT_MINUTE``.
    quantity
        What the number counts: it bounds what is believable.

    Raises
    ------
    LiveError
        ``live-not-a-number``; ``live-unit-unknown``; ``live-value-range``: negative, or more
        than any home can mean.

    Examples
    --------
    >>> to_thousandths("6.294", "kWh", quantity=Quantity.REGISTER)
    6294000
    """
    number = value if isinstance(value, Decimal) else _number(value)
    if not number.is_finite():
        raise LiveError("live-not-a-number", value=str(value)[:MAX_NAME])
    most = MAX_POWER_MW if quantity is Quantity.POWER else MAX_REGISTER_MWH
    # Compared by size first: a hostile exponent is never written out.
    if number.adjusted() > len(str(most)):
        raise LiveError("live-value-range", value=str(value)[:MAX_NAME])
    if unit == WATT_MINUTE:
        exact = number * 1000 / 60
    elif unit in THOUSANDTHS:
        exact = number * THOUSANDTHS[unit]
    else:
        raise LiveError("live-unit-unknown", value=unit[:MAX_NAME], allowed=list(THOUSANDTHS))
    whole = int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))
    if not 0 <= whole <= most:
        raise LiveError("live-value-range", value=str(value)[:MAX_NAME])
    return whole


def _number(value: float | str) -> Decimal:
    """Return the number that a text or float stands for; NaN where it stands for none."""
    try:
        return Decimal("NaN" if isinstance(value, bool) else str(value).strip())
    except InvalidOperation:
        return Decimal("NaN")
