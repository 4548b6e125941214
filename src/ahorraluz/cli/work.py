"""``ahorraluz work``: a process of its own for what outlasts a request."""

import logging
import sys

import click

from ahorraluz.cli.ending import until_told
from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.telemetry import start_logging

MOST_THREADS = 32


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
    over.wait()
    worker.stop()


work = TextCommand(
    "work",
    params=[
        TextOption(["--threads"], type=Number(low=1, high=MOST_THREADS, whole=True), metavar="N")
    ],
    run=_run,
)
