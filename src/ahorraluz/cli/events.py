"""``ahorraluz events``: what happened lately in a home with live readings."""

import json

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.services.live.noticed import MOST_SHOWN

USUAL = 30


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.live.noticed import last_events

    home, count = given.text("watched_home"), given.number("event_count")
    assert home is not None  # noqa: S101 - a required argument
    # Of a home that is not kept it is told so, and not that nothing happened.
    session.tools.store.zone(home)
    found = last_events(
        home,
        None,
        texts=session.texts,
        tools=session.tools,
        most=USUAL if count is None else int(count),
    )
    if session.as_json:
        told = {"events": [one.said() for one in found]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  {one.title}: {one.text}")
    if not found:
        click.echo(session.texts.text("cli.events.none"))


events = TextCommand(
    "events",
    params=[
        click.Argument(["watched_home"], metavar="HOME"),
        TextOption(
            ["--count", "event_count"],
            type=Number(low=1, high=MOST_SHOWN, whole=True),
            metavar="N",
        ),
    ],
    run=_run,
)
