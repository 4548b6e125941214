"""``ahorraluz serve``: the pages, on this machine or on a network."""

import logging
import sys
import threading
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.setting_values import MAX_PORT
from ahorraluz.telemetry import start_logging

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer, MultiSocketServer


class ServeError(AhorraLuzError):
    """An address the server cannot listen on."""


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(tz=UTC)


def _run(session: Session, given: Given) -> None:
    from waitress.server import create_server

    from ahorraluz.server import create_app, server_options
    from ahorraluz.services.job_worker import Worker

    over = until_told()
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
    worker.start()
    try:
        _serve_until(over, server)
    finally:
        worker.stop()


def _serve_until(over: threading.Event, server: "BaseWSGIServer | MultiSocketServer") -> None:
    """Serve pages until it is over; those that are being made are finished."""
    ended: Future[None] = Future()

    def run() -> None:
        try:
            ended.set_result(server.run())
        except BaseException as error:  # noqa: BLE001  raised again by who waits
            ended.set_exception(error)
        over.set()

    threading.Thread(target=run, daemon=True, name="pages").start()
    over.wait()
    server.task_dispatcher.shutdown()
    if ended.done():
        ended.result()


serve = TextCommand(
    "serve",
    params=[
        TextOption(["--host"], metavar="HOST"),
        TextOption(["--port"], type=Number(low=1, high=MAX_PORT, whole=True), metavar="N"),
    ],
    run=_run,
)
