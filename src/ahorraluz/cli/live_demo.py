"""``ahorraluz live --demo``: made-up homes, their meters, a broker and the pages, all at once."""

import logging
import shutil
import sys
import threading
import time
from dataclasses import replace

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.live import brokers_of, demo_settings, take_in
from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.words import Given
from ahorraluz.core.live.readings import LiveError
from ahorraluz.telemetry import start_logging

SEED = 2026
EVERY_S = 5.0
"""Time between two messages of a meter of the demo. [s]"""


def run_demo(session: Session, given: Given, *, homes: int) -> None:
    """Run the demo in a folder of its own, which is made anew each time.

    Raises
    ------
    LiveError
        ``demo-with-broker``: it brings its own broker.
    """
    from ahorraluz.services.live.simulating import make_fleet
    from ahorraluz.stream.simulator import Simulator

    if given.has("broker") or session.settings.broker_url:
        raise LiveError("demo-with-broker")
    folder = demo_settings(session)
    shutil.rmtree(folder, ignore_errors=True)
    settings = replace(
        session.settings, data_dir=folder, database_url="", keys_url="", keyring="", queue_url=""
    )
    demo = replace(session, settings_given=settings)
    start_logging(sys.stderr, level=logging.WARNING, form=settings.log_format)
    over = until_told()
    fleet = make_fleet(homes, seed=SEED, tools=demo.tools, as_of=now())
    own, broker = brokers_of(demo, given, tools=demo.tools)
    simulator = Simulator(fleet.homes, broker, enters=bool(broker.user))
    meters = threading.Thread(
        target=lambda: simulator.run(clock=time.time, every_s=EVERY_S), daemon=True
    )
    # Devices that visitors connect meanwhile are told where this broker is.
    told = replace(settings, broker_public_url=f"mqtt://{broker.host}:{broker.port}")
    meters.start()
    try:
        pages = _serve(replace(demo, settings_given=told))
        click.echo(
            session.texts.text(
                "cli.demo",
                count=homes,
                address=pages or "-",
                name=fleet.account,
                password=fleet.password,
            )
        )
        take_in(demo, given, broker=broker, own=own, over=over)
    finally:
        simulator.over.set()
        meters.join()
        if own is not None:
            own.stop()


def _serve(demo: Session) -> str:
    """Serve the pages meanwhile; return their address, or nothing if the port is taken."""
    from waitress.server import create_server

    from ahorraluz.server import create_app, server_options

    settings = demo.settings
    try:
        server = create_server(
            create_app(settings),
            host=settings.host,
            port=settings.port,
            **server_options(settings),
        )
    except OSError:
        return ""
    threading.Thread(target=server.run, daemon=True, name="demo-pages").start()
    return f"http://{settings.host}:{settings.port}"
