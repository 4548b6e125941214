"""``ahorraluz fleet demo``: made-up homes and their readings, to try a fleet on."""

import sys
from pathlib import Path

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Day, File, Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption

KINDS = ("bills", "hours")
MOST_HOMES, MOST_MONTHS, MOST_SEED = 10_000_000, 36, 2**31 - 1
HOMES, MONTHS, SEED = 1000, 12, 1
OUT = Path("fleet-demo")


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.fleet_demo.writing import START, FleetWish, write_fleet

    share = given.number("fleet_faults")
    wish = FleetWish(
        homes=_whole(given, "fleet_homes", HOMES),
        kind=given.text("fleet_kind") or KINDS[0],
        months=_whole(given, "fleet_months", MONTHS),
        seed=_whole(given, "seed", SEED),
        start=given.day("fleet_start") or START,
        faults=0.0 if share is None else float(share),
    )
    # Only a person who waits at a terminal is shown how far it is.
    shown = sys.stderr.isatty() and not session.as_json
    with click.progressbar(length=wish.homes, file=sys.stderr, hidden=not shown) as bar:
        done = write_fleet(wish, given.file("fleet_out") or OUT, progress=bar.update)
    said: dict[str, str | int] = {
        "folder": str(done.folder),
        "homes": done.homes,
        "readings": done.readings,
        "broken": done.broken,
    }
    text = session.texts.text(f"fleet-demo.done-{wish.kind}", **said)
    document = {"schema": "ahorraluz.fleet-demo.1", "made_up": True, **said, "text": text}
    session.show(document, text.split("\n"))


def _whole(given: Given, name: str, usual: int) -> int:
    number = given.number(name)
    return usual if number is None else int(number)


demo = TextCommand(
    "fleet-demo",
    params=[
        TextOption(
            ["--homes", "fleet_homes"], type=Number(low=1, high=MOST_HOMES, whole=True), metavar="N"
        ),
        TextOption(["--kind", "fleet_kind"], type=OneOf(KINDS)),
        TextOption(
            ["--months", "fleet_months"],
            type=Number(low=1, high=MOST_MONTHS, whole=True),
            metavar="N",
        ),
        TextOption(["--seed"], type=Number(low=0, high=MOST_SEED, whole=True), metavar="N"),
        TextOption(["--start", "fleet_start"], type=Day(), metavar="YYYY-MM-DD"),
        TextOption(["--faults", "fleet_faults"], type=Number(low=0, high=1), metavar="SHARE"),
        TextOption(["--out", "fleet_out"], type=File(), metavar="FOLDER"),
    ],
    run=_run,
)
