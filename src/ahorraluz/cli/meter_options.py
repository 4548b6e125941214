"""Options that say about a meter file what its content leaves in doubt, and which home it is of."""

from typing import TYPE_CHECKING

import click

from ahorraluz.cli.typed import OneOf
from ahorraluz.cli.words import Given, TextOption
from ahorraluz.core.issues import InvalidInputError

if TYPE_CHECKING:
    from ahorraluz.services.receive_readings import FileHints

UNITS = ("Wh", "kWh", "MWh", "W", "kW")
MEASURES = ("energy", "register", "power")
STAMPS = ("start", "end")


def meter_options() -> list[click.Parameter]:
    """Return the options of a meter file."""
    return [
        TextOption(["--zone"], metavar="America/Lima"),
        TextOption(["--unit"], type=OneOf(UNITS)),
        TextOption(["--measure"], type=OneOf(MEASURES)),
        TextOption(["--stamp"], type=OneOf(STAMPS)),
        TextOption(["--day-first/--month-first"], default=None),
        TextOption(["--time-column"], metavar="NAME"),
        TextOption(["--value-column"], metavar="NAME"),
        TextOption(["--sheet", "member"], metavar="NAME"),
    ]


def hints_of(given: Given) -> "FileHints":
    """Return what was said about a meter file."""
    from ahorraluz.services.receive_readings import FileHints

    return FileHints(
        zone=given.text("zone"),
        unit=given.text("unit"),
        measure=given.text("measure"),
        stamp=given.text("stamp"),
        day_first=given.flag("day_first"),
        time_column=given.text("time_column"),
        value_column=given.text("value_column"),
        sheet=given.text("member"),
    )


def stored_home_option() -> click.Parameter:
    """Return the option that names a home in the store."""
    return TextOption(["--home", "stored_home"], metavar="NAME")


def stored_home_of(given: Given) -> str:
    """Return the home that was named; raises ``option-missing``."""
    home = given.text("stored_home")
    if home is None:
        raise InvalidInputError("option-missing", option="--home")
    return home
