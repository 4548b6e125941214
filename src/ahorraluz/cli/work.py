"""``ahorraluz work``: a process of its own for what outlasts a request."""

import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.telemetry import start_logging

if TYPE_CHECKING:
    from ahorraluz.services.job_worker import Worker

MOST_THREADS = 32
ALIVE_EVERY_S = 10.0
"""Whoever watches the file may take three times as long for dead."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.server import create_app
    from ahorraluz.services.job_worker import Worker

    threads = given.number("threads")
    worker = Worker(
        session.tools,
        clock=now,
        around=create_app(session.settings).app_context,
        threads=1 if threads is None else int(threads),
    )
    over = until_told()
    worker.start()
    click.echo(session.texts.text("cli.working"))
    start_logging(sys.stderr, level=logging.INFO, form=session.settings.log_format)
    file = given.file("alive_file")
    try:
        if file is not None:
            _tell_alive(file, worker, over)
        over.wait()
    finally:
        worker.stop()


def _tell_alive(file: Path, worker: "Worker", over: threading.Event) -> None:
    """Until it is over, set the time of a file to now as long as the worker goes on."""
    try:
        while True:
            if worker.is_at_work:
                file.touch()
            if over.wait(ALIVE_EVERY_S):
                return
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidInputError("file-not-written", file=str(file), reason=reason) from None


work = TextCommand(
    "work",
    params=[
        TextOption(["--threads"], type=Number(low=1, high=MOST_THREADS, whole=True), metavar="N"),
        TextOption(["--alive-file"], type=File(), metavar="FILE"),
    ],
    run=_run,
)
