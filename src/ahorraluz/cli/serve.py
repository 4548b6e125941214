"""``ahorraluz serve``: the pages, on this machine or on a network."""

import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime

import click

from ahorraluz.cli.ending import end_as_by_keyboard
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.settings import MAX_PORT
from ahorraluz.telemetry import start_logging


class ServeError(AhorraLuzError):
    """An address the server cannot listen on."""


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(tz=UTC)


def _run(session: Session, given: Given) -> None:
    from waitress.server import create_server

    from ahorraluz.server import create_app, server_options
    from ahorraluz.services.job_worker import Worker

    settings = session.settings
    port = given.number("port")
    settings = replace(
        settings,
        host=given.text("host") or settings.host,
        port=settings.port if port is None else int(port),
    )
    app = create_app(settings)
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            **server_options(settings),
        )
    except OSError as error:
        raise ServeError(
            "address-not-free", host=settings.host, port=settings.port, reason=str(error.strerror)
        ) from None
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(session.texts.text("cli.serving", address=f"http://{host}:{settings.port}"))
    start_logging(sys.stderr, level=logging.INFO, form=settings.log_format)
    worker = Worker(session.tools, clock=now, around=app.app_context)
    end_as_by_keyboard()
    try:
        worker.start()
        server.run()
    finally:
        worker.stop()


serve = TextCommand(
    "serve",
    params=[
        TextOption(["--host"], metavar="HOST"),
        TextOption(["--port"], type=Number(low=1, high=MAX_PORT, whole=True), metavar="N"),
    ],
    run=_run,
)
