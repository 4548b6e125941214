"""Who does the jobs: threads within the server, or a process of their own."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.duties import do_due, set_due
from ahorraluz.services.job_queue import TASK, open_queue
from ahorraluz.services.jobs import KEPT, end_lease, run_job, take_lease, take_up
from ahorraluz.services.toolbox import Toolbox

SWEEP_S = 30.0
LONGEST_DUTY_S = 60.0
"""How long the end of a process waits for a duty; one that is cut off is done again."""

log = logging.getLogger("ahorraluz.jobs")


class Worker:
    """Threads of this process that do jobs."""

    def __init__(
        self,
        tools: Toolbox,
        *,
        clock: Callable[[], datetime],
        around: Callable[[], AbstractContextManager[object]] = nullcontext,
        threads: int = 1,
    ) -> None:
        from huey.consumer import Consumer

        class Embedded(Consumer):  # type: ignore[misc]
            def _set_signal_handlers(self) -> None:
                """Leave signals to the process: it serves pages, too."""

        self._tools, self._clock, self._around = tools, clock, around
        self._queue = open_queue(tools)
        self._queue.task(name=TASK)(self._run)
        self._consumer = Embedded(
            self._queue, workers=threads, periodic=False, check_worker_health=False, max_delay=1.0
        )
        self._over = threading.Event()
        self._name = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._keeper = threading.Thread(target=self._do_duties, daemon=True, name="jobs-duties")
        self._sweeper = threading.Thread(target=self._sweep, daemon=True, name="jobs-sweeper")

    def start(self) -> None:
        """Begin, after what was left by a worker that is gone."""
        logging.getLogger("huey").setLevel(logging.WARNING)
        take_up(tools=self._tools, as_of=self._clock())
        self._consumer.start()
        self._sweeper.start()
        self._keeper.start()

    @property
    def is_at_work(self) -> bool:
        """Whether every thread of it goes on."""
        doing = [thread for _, thread in self._consumer.worker_threads]
        return all(thread.is_alive() for thread in (self._keeper, self._sweeper, *doing))

    def stop(self) -> None:
        """End once the job at hand is done."""
        self._over.set()
        self._consumer.stop(graceful=True)
        if self._keeper.is_alive():
            self._keeper.join(LONGEST_DUTY_S)

    def _run(self, job: str) -> None:
        now = self._clock()
        if not take_lease(self._queue, job, now):
            return
        try:
            with self._around():
                run_job(job, tools=self._tools, as_of=now)
        finally:
            end_lease(self._queue, job)

    def _sweep(self) -> None:
        while not self._over.wait(SWEEP_S):
            now = self._clock()
            try:
                self._tools.store.people.jobs.drop_finished(before=now - KEPT)
                take_up(tools=self._tools, as_of=now)
            except AhorraLuzError as error:
                log.warning("jobs could not be looked through: %s", error.issue.code)

    def _do_duties(self) -> None:
        """Do what is due by itself; in a thread of its own, as a long job must not hold it up."""
        beyond = timedelta(0)
        while not self._over.is_set():
            try:
                with self._around():
                    # Again and again: a clock that was ahead for a while sets it days too late.
                    set_due(tools=self._tools, as_of=self._clock(), beyond=beyond)
                    beyond = timedelta(days=1)
                    do_due(
                        worker=self._name,
                        tools=self._tools,
                        clock=self._clock,
                        over=self._over.is_set,
                    )
            except AhorraLuzError as error:
                log.warning("duties could not be looked through: %s", error.issue.code)
            self._over.wait(SWEEP_S)
