"""``ahorraluz fleet``: very many homes at once."""

from ahorraluz.cli.words import TextGroup

fleet = TextGroup(
    "fleet",
    commands={
        "score": "ahorraluz.cli.fleet_score:score",
        "aggregates": "ahorraluz.cli.fleet_score:aggregates",
        "report": "ahorraluz.cli.fleet_score:report",
        "clients": "ahorraluz.cli.fleet_clients:clients",
        "demo": "ahorraluz.cli.fleet_demo:demo",
    },
)
