"""Questions of several threads gathered into one call of a model, each answered as if alone.

Whoever asks while nobody is being answered is answered at once; whoever asks meanwhile waits, and
the next to be answered takes along everybody who waits by then. So nobody waits for others to
come: what a lone question costs is what it costs without any gathering.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from ahorraluz.core.forecast.forecaster import (
    CONTEXT_DAYS,
    FACTS,
    HORIZON_DAYS,
    Days,
    Floats,
    Hours,
    Windows,
)
from ahorraluz.core.forecast.holidays import FreeDays

MOST = 32
"""Homes that are gathered into one call; a question of more is a call of its own."""

Told = tuple[Hours, str]
"""Seven days ahead, and who told them."""
Ask = Callable[[Windows, FreeDays], Told]


@dataclass(slots=True, eq=False)
class _Question:
    windows: Windows
    free: FreeDays
    told: Told | None = None
    error: Exception | None = None
    woken: threading.Event = field(default_factory=threading.Event)
    """Set when it is answered, or when it is its turn to have everybody answered."""

    @property
    def is_open(self) -> bool:
        return self.told is None and self.error is None


@dataclass(slots=True, kw_only=True, eq=False)
class Gathering:
    """Calls of one model; safe to share between threads."""

    ask: Ask
    """The model."""
    noted: Callable[[int, float], None]
    """Told of each call: its homes, and how long it took. [s]"""
    most: int = MOST
    wait_s: float = 0.0
    """How long to wait for others before a call. [s]"""
    _waiting: list[_Question] = field(default_factory=list)
    _busy: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, windows: Windows, free: FreeDays) -> Told:
        """Return what the model says of some homes.

        Raises
        ------
        ForecastError
            What the model raises of these homes, whatever it raises of others.
        """
        if len(windows) >= self.most:
            return self._call(windows, free)
        question = _Question(windows=windows, free=free)
        with self._lock:
            waits = self._busy
            self._busy = True
            if waits:
                self._waiting.append(question)
        if waits:
            question.woken.wait()
        if question.is_open:
            try:
                self._lead(question)
            finally:
                self._hand_over()
        if question.error is not None:
            raise question.error
        if question.told is None:
            raise RuntimeError("a question was taken and not answered")
        return question.told

    def _lead(self, own: _Question) -> None:
        """Answer a question with as many of those that wait as one call takes."""
        if self.wait_s:
            time.sleep(self.wait_s)
        chosen, left, homes = [own], list[_Question](), len(own.windows)
        with self._lock:
            for other in self._waiting:
                fits = homes + len(other.windows) <= self.most
                homes += len(other.windows) if fits else 0
                (chosen if fits else left).append(other)
            self._waiting = left
        try:
            self._answer(chosen)
        finally:
            for other in chosen[1:]:
                other.woken.set()

    def _hand_over(self) -> None:
        """Let the one that has waited longest lead, if anybody waits."""
        with self._lock:
            following = self._waiting.pop(0) if self._waiting else None
            self._busy = following is not None
        if following is not None:
            following.woken.set()

    def _answer(self, questions: Sequence[_Question]) -> None:
        if len(questions) > 1:
            # One of them may be at fault: then each is asked alone, and only that one is told.
            with suppress(Exception):
                self._answer_together(questions)
        for question in questions:
            if question.is_open:
                try:
                    question.told = self._call(question.windows, question.free)
                except Exception as error:  # noqa: BLE001 - raised where it was asked
                    question.error = error

    def _answer_together(self, questions: Sequence[_Question]) -> None:
        ends = np.cumsum([len(question.windows) for question in questions]).tolist()
        starts = [0, *ends[:-1]]
        free = by_rows(list(zip(starts, ends, (q.free for q in questions), strict=True)))
        hours, by = self._call(joined([question.windows for question in questions]), free)
        for question, start, end in zip(questions, starts, ends, strict=True):
            part = Hours(quantiles=hours.quantiles[start:end], mean=hours.mean[start:end])
            question.told = (part, by)

    def _call(self, windows: Windows, free: FreeDays) -> Told:
        began = time.perf_counter()
        told = self.ask(windows, free)
        self.noted(len(windows), time.perf_counter() - began)
        return told


def by_rows(spans: Sequence[tuple[int, int, FreeDays]]) -> FreeDays:
    """Return the holidays of homes of several countries, each row by its own.

    Parameters
    ----------
    spans
        First row, the one after the last, and the holidays of those rows; at least one span.
    """
    if all(free is spans[0][2] for _, _, free in spans):
        return spans[0][2]

    def free(days: Days) -> np.ndarray:
        return np.concatenate([of_rows(days[start:end]) for start, end, of_rows in spans])

    return free


def joined(parts: Sequence[Windows]) -> Windows:
    """Return the windows of several questions, at least one, as those of one."""

    def column(name: str, width: int) -> Floats | None:
        given = [getattr(part, name) for part in parts]
        if all(values is None for values in given):
            return None
        return np.concatenate(
            [
                np.full((len(part), width), np.nan) if values is None else values
                for part, values in zip(parts, given, strict=True)
            ]
        )

    return Windows(
        kwh=np.concatenate([part.kwh for part in parts]),
        origin=np.concatenate([part.origin for part in parts]),
        bill_kwh_day=np.concatenate([part.bill_kwh_day for part in parts]),
        temp_c=column("temp_c", CONTEXT_DAYS + HORIZON_DAYS),
        facts=column("facts", len(FACTS)),
    )
