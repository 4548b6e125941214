"""``ahorraluz simulate``: meters of made-up homes that publish over MQTT."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.live import broker_url_of
from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError

MOST = 100_000_000
HOMES, EVERY_S, SEED = 10, 10, 1
MOST_HOMES = 200


def _run(session: Session, given: Given) -> None:
    compared = given.file("compare")
    if compared is not None:
        _compare(session, compared)
        return
    from ahorraluz.services.live.simulating import make_fleet
    from ahorraluz.stream.broker import PLAIN_PORT, Broker, broker_of
    from ahorraluz.stream.simulator import READINGS, Simulator

    url = broker_url_of(given, session)
    broker = broker_of(url, session.settings) if url else Broker(host="127.0.0.1", port=PLAIN_PORT)
    over = until_told()
    fleet = make_fleet(
        _whole(given, "homes", HOMES),
        seed=_whole(given, "seed", SEED),
        tools=session.tools,
        as_of=now(),
    )
    simulator = Simulator(fleet.homes, broker, enters=not given.flag("anonymous"))
    simulator.over = over
    rate, messages = given.number("rate"), given.number("messages")
    with _note(given.file("log")) as note:
        done = simulator.run(
            clock=time.time,
            every_s=float(given.number("every") or EVERY_S),
            rate=None if rate is None else float(rate),
            messages=None if messages is None else int(messages),
            note=note,
        )
    _say(
        session,
        "simulate.done",
        messages=done.messages,
        readings=READINGS * done.messages,
        unsure=done.unsure,
        seconds=f"{done.seconds:.1f}",
    )


def _whole(given: Given, name: str, usual: int) -> int:
    number = given.number(name)
    return usual if number is None else int(number)


@contextlib.contextmanager
def _note(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError:
        raise InvalidInputError("file-not-written", file=str(path)) from None
    with file:
        yield file


def _compare(session: Session, path: Path) -> None:
    from ahorraluz.services.live.simulating import compare

    found = compare(path, tools=session.tools)
    _say(
        session,
        "simulate.compared",
        published=found.published,
        kept=found.kept,
        missing=found.missing,
        different=found.different,
        others=found.others,
    )
    if found.missing or found.different or found.others:
        click.get_current_context().exit(1)


def _say(session: Session, key: str, **said: str | int) -> None:
    text = session.texts.text(key, **said)
    schema = f"ahorraluz.{key.replace('.', '-')}.1"
    session.show({"schema": schema, **said, "text": text}, text.split("\n"))


simulate = TextCommand(
    "simulate",
    params=[
        TextOption(["--homes"], type=Number(low=1, high=MOST_HOMES, whole=True), metavar="N"),
        TextOption(["--rate"], type=Number(low=0, high=MOST), metavar="N"),
        TextOption(["--every"], type=Number(low=0, high=86_400), metavar="S"),
        TextOption(["--messages"], type=Number(low=1, high=MOST, whole=True), metavar="N"),
        TextOption(["--seed"], type=Number(low=0, high=MOST, whole=True), metavar="N"),
        TextOption(["--broker"], metavar="URL"),
        TextOption(["--anonymous"], is_flag=True),
        TextOption(["--log"], type=File(), metavar="FILE"),
        TextOption(["--compare"], type=File(), metavar="FILE"),
    ],
    run=_run,
)
