"""``ahorraluz fleet``: very many homes at once."""

from ahorraluz.cli.words import TextGroup

fleet = TextGroup(
    "fleet",
    commands={
        "demo": "ahorraluz.cli.fleet_demo:demo",
    },
)
