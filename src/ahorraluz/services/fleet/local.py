"""The engine of one machine: a process for each core, and what happens when one is killed.

A worker that ends without an answer, as when memory ran out, is replaced and its part tried
again. A part that ends two workers is tried in halves, each in a process of its own, until the
homes that end them are known; they are put aside and the rest of the part is scored.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.services.fleet.runs import Done, Job, do_part, homes_of_part
from ahorraluz.services.sealed_issues import issues_in, issues_said
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

TRIES = 2
"""How often a part is tried whole."""
MOST_TRIALS = 64
"""Processes that are spent on finding the homes of one part that end them."""
PRELOADED = ("ahorraluz.services.fleet.warm",)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Score = Callable[..., Done]


class FleetWorkerError(AhorraLuzError):
    """A process that scores cannot be kept alive at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    part: int
    skip: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None


@dataclass(slots=True, eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: _Task | None = None


@dataclass(slots=True)
class LocalEngine:
    """Scores parts on the cores of this machine."""

    workers: int | None = None
    """``None``: as many as there are cores."""
    score: Score = do_part
    """What a worker does with a part."""
    _waiting: deque[_Task] = field(default_factory=deque)
    _tries: dict[int, int] = field(default_factory=dict)

    def run(self, job: Job, parts: Sequence[int], *, tools: Toolbox) -> Iterator[Done]:
        """Score parts, and tell of each when it is written.

        Raises
        ------
        AhorraLuzError
            What a worker cannot put aside: a disk that is full.
        """
        self._waiting = deque(_Task(part=part) for part in parts)
        self._tries = dict.fromkeys(parts, 0)
        team = [
            _start(job, tools.settings, self.score)
            for _ in range(min(self.workers or _cores(), len(parts)))
        ]
        try:
            yield from self._work_off(job, tools.settings, team)
        finally:
            for worker in team:
                _stop(worker)

    def _work_off(self, job: Job, settings: Settings, team: list[_Worker]) -> Iterator[Done]:
        for worker in team:
            self._give(worker)
        while any(worker.task for worker in team):
            busy = {worker.pipe: worker for worker in team if worker.task}
            for pipe in wait(list(busy)):
                worker = busy[pipe]  # type: ignore[index]
                said = _heard(worker)
                task, worker.task = worker.task, None
                assert task is not None  # noqa: S101 - it was busy
                match said:
                    case Done():
                        yield said
                    case list():
                        raise InvalidInputError.of(issues_in(said))
                    case _:
                        _stop(worker)
                        team[team.index(worker)] = worker = _start(job, settings, self.score)
                        self._again(job, settings, task)
                self._give(worker)

    def _give(self, worker: _Worker) -> None:
        if not self._waiting:
            return
        worker.task = self._waiting.popleft()
        try:
            worker.pipe.send(worker.task)
        except OSError:
            # It ended before it was given anything; it is heard of as any that was killed.
            return

    def _again(self, job: Job, settings: Settings, task: _Task) -> None:
        """Have a part done that ended its worker."""
        self._tries[task.part] += 1
        tries = self._tries[task.part]
        if tries == TRIES:
            task = _Task(part=task.part, skip=self._ending(job, settings, task.part))
        elif tries == 2 * TRIES:
            # Together they end it, none of them alone: no home of the part can be scored here.
            task = _Task(part=task.part, skip=homes_of_part(job, task.part))
        elif tries > 2 * TRIES:
            raise FleetWorkerError("fleet-worker-lost", part=task.part)
        self._waiting.append(task)

    def _ending(self, job: Job, settings: Settings, part: int) -> tuple[str, ...]:
        """Return the homes of a part that end the process that scores them."""
        found: list[str] = []
        groups = deque([homes_of_part(job, part)])
        for _ in range(MOST_TRIALS):
            if not groups:
                break
            homes = groups.popleft()
            if self._survives(job, settings, part, homes):
                continue
            if len(homes) == 1:
                found += homes
            else:
                middle = len(homes) // 2
                groups += [homes[:middle], homes[middle:]]
        # What could not be told in so many trials is put aside with them.
        return tuple(sorted([*found, *(home for homes in groups for home in homes)]))

    def _survives(self, job: Job, settings: Settings, part: int, homes: tuple[str, ...]) -> bool:
        worker = _start(job, settings, self.score)
        try:
            worker.task = _Task(part=part, only=homes)
            worker.pipe.send(worker.task)
            return _heard(worker) is not None
        except OSError:
            return False
        finally:
            _stop(worker)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _start(job: Job, settings: Settings, score: Score) -> _Worker:
    # One thread each: the cores are all busy already.
    for name in THREADS:
        os.environ[name] = "1"
    ways = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in ways else "spawn")
    if "forkserver" in ways:
        context.set_forkserver_preload(list(PRELOADED))
    here, there = context.Pipe()
    process: Any = context.Process(  # type: ignore[attr-defined]
        target=_work, args=(job, settings, score, there), daemon=True
    )
    process.start()
    there.close()
    return _Worker(process=process, pipe=here)


def _work(job: Job, settings: Settings, score: Score, pipe: Connection) -> None:
    """Score what is asked for until nobody asks any more; what a worker does."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    tools = open_toolbox(settings)
    while True:
        try:
            task: _Task = pipe.recv()
        except EOFError:
            return
        try:
            said: object = score(job, task.part, tools=tools, skip=task.skip, only=task.only)
        except AhorraLuzError as error:
            said = issues_said(error.issues)
        pipe.send(said)


def _heard(worker: _Worker) -> object:
    """Return what a worker says; ``None``: it ended."""
    try:
        return worker.pipe.recv()
    except (EOFError, OSError):
        return None


def _stop(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.terminate()
    worker.process.join()
