"""Units of energy and power, and which one it must be where nothing says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.readings.channels import Floats, Measure
from ahorraluz.ingest.meter_files.words import Word, fold, tokens_of, unit_of, words_of

DIVISORS: Mapping[str, tuple[float, Measure]] = {
    "Wh": (1000.0, Measure.ENERGY),
    "kWh": (1.0, Measure.ENERGY),
    "MWh": (0.001, Measure.ENERGY),
    "W": (1000.0, Measure.POWER),
    "kW": (1.0, Measure.POWER),
    "MW": (0.001, Measure.POWER),
}
"""What a value is divided by to be kWh or kW, and what the unit measures."""
DOCUMENTED: Mapping[str, str] = {
    # "active energy consumed every minute (in watt hour)", UCI data set 235.
    "sub metering": "Wh",
    # EMData.GetRecords and the CSV of Shelly: "act_energy" in Wh.
    "act energy": "Wh",
    "act ret energy": "Wh",
    # "household global minute-averaged active power (in kilowatt)", UCI data set 235.
    "global active power": "kW",
}
"""Names whose unit stands in the description of their source only, folded."""
NOT_ENERGY = frozenset(
    ("m3", "m³", "l", "liter", "litre", "ft3", "ccf", "gal", "therm", "therms", "mj", "gj")
)
"""Units of what flows through pipes, folded."""
LONGEST_ASKED = 40
"""Longest cell that asks for a unit. [characters]"""
_SAID = re.compile(r"[:=]\s*([A-Za-z]{1,3})\W*\Z")
_WRITTEN = frozenset(map(str.casefold, DIVISORS))
LEAST_KW, MOST_KW = 0.03, 5.0
"""Mean power of a home: where a unit must be guessed, the one that leads here is taken. [kW]"""
MOST_TOLD_KW = 30.0
"""Mean power above which numbers called energy are Wh. [kW]"""
FINE_S = 300
"""Series without a word that are this fine are of power more often than of energy. [s]"""
_ORDER = ("kWh", "Wh", "kW", "W")
_FINE_ORDER = ("W", "kW", "Wh", "kWh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The unit of a series."""

    name: str
    guessed: bool = False

    @property
    def divisor(self) -> float:
        """What its values are divided by to be kWh or kW."""
        return DIVISORS[self.name][0]

    @property
    def measure(self) -> Measure:
        """Energy or power."""
        return DIVISORS[self.name][1]


def exact_unit(text: str) -> str | None:
    """Return the unit of a cell of a column of units, or what a person typed."""
    return unit_of(text) if len(text) <= 20 else None


def unit_above(banner: Sequence[Sequence[str]]) -> str | None:
    """Return the unit that the rows over a table give: under or beside a cell that asks for it.

    Examples
    --------
    >>> unit_above([["PRM", "Unite"], ["0123", "W"]]), unit_above([["Einheit:", "kW"]])
    ('W', 'kW')
    >>> unit_above([["# unit: Wh"]]), unit_above([["Contracted", "5 kW"]])
    ('Wh', None)
    """
    for row, cells in enumerate(banner):
        below = banner[row + 1] if row + 1 < len(banner) else ()
        for place, cell in enumerate(cells):
            if Word.UNIT not in words_of(cell) or len(cell) > LONGEST_ASKED:
                continue
            said = _SAID.search(cell)
            beside = next((other for other in cells[place + 1 :] if other.strip()), "")
            under = below[place] if place < len(below) else ""
            for text in (said[1] if said else "", beside, under):
                if fold(text) in _WRITTEN:
                    return unit_of(text.strip())
    return None


def is_piped(text: str) -> bool:
    """Tell whether a unit is one of gas, water or heat."""
    return fold(text) in NOT_ENERGY


def documented_unit(name: str) -> str | None:
    """Return the unit that the source of a name documents."""
    joined = " ".join(tokens_of(name))
    return next((unit for phrase, unit in DOCUMENTED.items() if phrase in joined), None)


def guess_unit(value: Floats, hours: float, *, among: Sequence[str]) -> Unit:
    """Return the unit in which the numbers are those of a home.

    Parameters
    ----------
    value
        Numbers of the intervals, shape (n,); NaN where there is none.
    hours
        Length of one interval. [h]
    among
        Units the names leave open, likeliest first.
    """
    filled = value[~np.isnan(value)]
    mean = float(np.mean(np.abs(filled))) if len(filled) else 0.0
    most = MOST_KW if len(among) > 2 else MOST_TOLD_KW
    for unit in among:
        divisor, measure = DIVISORS[unit]
        kw = mean / divisor / (hours if measure is Measure.ENERGY else 1.0)
        if (LEAST_KW if len(among) > 2 else 0.0) <= kw <= most:
            return Unit(name=unit, guessed=True)
    return Unit(name=among[-1] if mean else among[0], guessed=True)


def open_units(words: frozenset[Word], *, counter: bool, seconds: float) -> tuple[str, ...]:
    """Return the units that the words of a name leave open, likeliest first.

    Parameters
    ----------
    words
        What the name says.
    counter
        Whether the numbers are those of a counter.
    seconds
        Length of one interval. [s]
    """
    if counter:
        return ("kWh", "Wh")
    if Word.POWER in words:
        return ("kW", "W")
    if Word.ENERGY in words:
        return ("kWh", "Wh")
    if Word.CONSUMPTION in words and seconds > FINE_S:
        return ("kWh", "Wh", "W", "kW")
    return _FINE_ORDER if seconds <= FINE_S else _ORDER
