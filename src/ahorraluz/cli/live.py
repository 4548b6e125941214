"""``ahorraluz live``: take in what devices send, watch homes, tell people."""

import logging
import sys
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.setting_values import MAX_PORT
from ahorraluz.telemetry import start_logging

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

    from ahorraluz.services.toolbox import Toolbox
    from ahorraluz.stream.broker import Broker
    from ahorraluz.stream.own_broker import OwnBroker
    from ahorraluz.stream.worker import Worker

MOST_DEMO_HOMES = 50
DEMO_FOLDER = "demo"
RENEW_EVERY_S = 5.0
ANNOUNCE_EVERY_S = 30.0


def broker_url_of(given: Given, session: Session) -> str:
    """Return the URL of the broker that was named, by an option or a setting; empty: none.

    Raises
    ------
    InvalidInputError
        ``broker-url-wrong``.
    """
    from ahorraluz.setting_values import WrongValueError, broker_url

    text = given.text("broker")
    if text is None:
        return session.settings.broker_url
    try:
        return str(broker_url(text))
    except WrongValueError:
        # It may hold a password: it is repeated nowhere.
        raise InvalidInputError("broker-url-wrong") from None


def _run(session: Session, given: Given) -> None:
    homes = given.number("demo")
    if homes is not None:
        from ahorraluz.cli.live_demo import run_demo

        run_demo(session, given, homes=int(homes))
        return
    start_logging(sys.stderr, level=logging.INFO, form=session.settings.log_format)
    # Before there is a broker, which would outlive a process that ends at once.
    over = until_told()
    session.tools.store.live.begin()
    own, broker = brokers_of(session, given, tools=session.tools)
    try:
        take_in(session, given, broker=broker, own=own, over=over)
    finally:
        if own is not None:
            own.stop()


def brokers_of(
    session: Session, given: Given, *, tools: "Toolbox"
) -> "tuple[OwnBroker | None, Broker]":
    """Return our own broker, started, where none was named, and how to reach the broker."""
    from ahorraluz.stream.broker import Version, broker_of
    from ahorraluz.stream.own_broker import OwnBroker

    url = broker_url_of(given, session)
    if url:
        named = broker_of(url, session.settings)
        old = given.text("mqtt") == Version.V311.value
        return None, replace(named, version=Version.V311) if old else named
    host, port = _listen(given.text("listen"))
    own = OwnBroker(tools, host=host, port=port)
    own.start()
    click.echo(session.texts.text("cli.live-own", address=f"mqtt://{host}:{port}"))
    return own, own.broker


def _listen(text: str | None) -> tuple[str, int]:
    from ahorraluz.stream.broker import PLAIN_PORT

    if text is None:
        return "127.0.0.1", PLAIN_PORT
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) <= MAX_PORT):
        raise InvalidInputError("listen-wrong", value=text[:60])
    return host.strip("[]"), int(port)


def take_in(
    session: Session,
    given: Given,
    *,
    broker: "Broker",
    own: "OwnBroker | None",
    over: threading.Event,
) -> None:
    """Take readings in until it is over."""
    from ahorraluz.services.live.notifying import Notifying
    from ahorraluz.services.live.watching import Watching
    from ahorraluz.stream.announcer import Announcer
    from ahorraluz.stream.teller import Teller
    from ahorraluz.stream.worker import Duty, Source, Worker

    duties = []
    if own is not None:
        duties.append(Duty(name="broker", every_s=RENEW_EVERY_S, do=own.renew))
    shared = bool(given.flag("shared"))
    # One process watches homes and tells of them, however many take in.
    watches = bool(given.flag("watch")) or not shared
    announcer = Announcer(
        session.tools, broker, session.texts, prefix=given.text("discovery_prefix") or ""
    )
    if watches:
        duties.append(Duty(name="announce", every_s=ANNOUNCE_EVERY_S, do=announcer.tell))
    worker = Worker(
        session.tools,
        Source(broker=broker, name=given.text("name") or "ahorraluz-live", shared=shared),
        clock=now,
        watcher=Watching(session.tools) if watches else None,
        duties=duties,
    )
    teller = Teller(Notifying(session.tools, now))
    server = _metrics(worker, given.text("metrics_host"), given.number("metrics_port"))
    worker.start()
    told = (announcer, teller) if watches else ()
    for one in told:
        one.start()
    click.echo(session.texts.text("cli.live-started", address=f"{broker.host}:{broker.port}"))
    over.wait()
    for one in told:
        one.stop()
    worker.stop()
    if server is not None:
        server.shutdown()
    click.echo(session.texts.text("cli.live-ended", count=worker.subscriber.kept))


def _metrics(worker: "Worker", host: str | None, port: Decimal | None) -> "WSGIServer | None":
    """Serve the meters of a worker where a port was named, to this machine unless told more."""
    if port is None:
        if host is not None:
            raise InvalidInputError("option-missing", option="--metrics-port")
        return None
    host = host or "127.0.0.1"
    try:
        return worker.meters.serve(int(port), host=host)
    except OSError as error:
        raise InvalidInputError(
            "address-not-free", host=host, port=int(port), reason=str(error.strerror)
        ) from None


def demo_settings(session: Session) -> Path:
    """Return the folder of the demo: beside the data, never among it."""
    return session.settings.data_dir / DEMO_FOLDER


live = TextCommand(
    "live",
    params=[
        TextOption(["--broker"], metavar="URL"),
        TextOption(["--listen"], metavar="HOST:PORT"),
        TextOption(["--mqtt"], type=OneOf(("3.1.1", "5"))),
        TextOption(["--name"], metavar="NAME"),
        TextOption(["--shared"], is_flag=True),
        TextOption(["--watch"], is_flag=True),
        TextOption(["--discovery-prefix"], metavar="TOPIC"),
        TextOption(["--metrics-host"], metavar="HOST"),
        TextOption(["--metrics-port"], type=Number(low=1, high=MAX_PORT, whole=True), metavar="N"),
        TextOption(["--demo"], type=Number(low=1, high=MOST_DEMO_HOMES, whole=True), metavar="N"),
    ],
    run=_run,
)
