"""Watches of very many homes on Spark Structured Streaming.

Each home is a key with a state, the bytes that an embedded worker would keep; what arrives goes
through :func:`ahorraluz.core.live.step.run`, the function that the embedded worker calls. Spark
cuts the arrivals into micro-batches as it likes: the events do not depend on it.

Every event has a number within its home, from 1 on, kept with the state. A micro-batch that is
done again begins with the states from before it, so its events have the numbers that they had.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.events import Event, Weight
from ahorraluz.core.live.readings import LiveError
from ahorraluz.core.live.rows import arrival_of, figures_text
from ahorraluz.core.live.state import State, read_state, write_state
from ahorraluz.core.live.step import fresh, run

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

OfSpark = Any
"""What only Spark can name, which is not there in every environment."""
ROWS = (
    "home STRING, seq BIGINT, kind STRING, channel BIGINT, at_ms BIGINT, value BIGINT, body STRING"
)
"""What arrives: of which home, its place in the order of arrival, and what it is."""
EVENTS = (
    "home STRING, number BIGINT, kind STRING, key STRING, at_ms BIGINT, weight STRING, "
    "due_ms BIGINT, figures STRING, cents BIGINT, basis STRING"
)
"""What is told; ``number`` counts the events of a home, ``figures`` is JSON."""
COLUMNS = tuple(column.split()[0] for column in EVENTS.split(", "))
STATE = "content BINARY, told BIGINT"
REFUSED = "refused"
"""Kind of the event that says that a row was none: its figures are its place and why."""
TICK_MS = 60_000

Told = tuple[Any, ...]
"""One event, by :data:`COLUMNS`."""
Arrived = tuple[int, str, int, int, int, str]
"""One row without its home, by :data:`ROWS`."""


class Ticks(StrEnum):
    """Where the time comes from."""

    ROWS = "rows"
    """From rows of the stream: the same stream makes the same events, whenever it is read."""
    CLOCK = "clock"
    """From the clock of the cluster, before and after each micro-batch, and each minute."""


def work_off(
    home: str, kept: tuple[bytes, int] | None, rows: Iterable[Arrived], *, now_ms: int | None = None
) -> tuple[tuple[bytes, int], list[Told]]:
    """Return the next state of a home and what is told, of what arrived in one micro-batch.

    Parameters
    ----------
    home
        Its name.
    kept
        Its state and how many events it told so far; ``None``: nothing is known of it.
    rows
        In any order; they are taken by their place.
    now_ms
        The time by the clock, told before and after; ``None``: rows tell it. [ms]

    Raises
    ------
    LiveError
        ``live-state-unknown``: the state is of another version of the program.
    """
    content, number = kept or (b"", 0)
    state, told = read_state(content) if content else fresh(), list[Told]()
    waiting: list[Arrival] = [] if now_ms is None else [Tick(now_ms)]
    for seq, kind, channel, at_ms, value, body in sorted(rows):
        try:
            waiting.append(arrival_of(kind, channel, at_ms, value, body))
        except LiveError as error:
            # Told in its place among the events, so that numbers do not depend on batches.
            state, number = _stepped(home, state, waiting, number, told)
            waiting = []
            number += 1
            told.append(_refused(home, number, seq, error))
    if now_ms is not None:
        waiting.append(Tick(now_ms))
    state, number = _stepped(home, state, waiting, number, told)
    return (write_state(state), number), told


def _stepped(
    home: str, state: State, arrivals: Sequence[Arrival], number: int, told: list[Told]
) -> tuple[State, int]:
    new, events = run(state, arrivals)
    told += (_told(home, place, one) for place, one in enumerate(events, number + 1))
    return new, number + len(events)


def _told(home: str, number: int, event: Event) -> Told:
    return (
        home,
        number,
        event.kind.value,
        event.key,
        event.at_ms,
        event.weight.value,
        event.due_ms,
        figures_text(event),
        event.cents,
        event.basis,
    )


def _refused(home: str, number: int, seq: int, error: LiveError) -> Told:
    why = json.dumps({"seq": seq, "why": error.issues[0].code}, separators=(",", ":"))
    return (home, number, REFUSED, str(seq), -1, Weight.NOTE.value, -1, why, None, "")


def events_of(rows: "DataFrame", *, ticks: Ticks = Ticks.ROWS) -> "DataFrame":
    """Return the stream of events of a stream of arrivals.

    Parameters
    ----------
    rows
        Of the columns of :data:`ROWS`, none of them null.
    ticks
        Where the time comes from.
    """
    mode = "ProcessingTime" if ticks is Ticks.CLOCK else "None"
    return rows.groupBy("home").transformWithStateInPandas(processor(ticks), EVENTS, "Update", mode)


def processor(ticks: Ticks) -> OfSpark:
    """Return what Spark calls for each home of a micro-batch."""
    from pyspark.sql.streaming import StatefulProcessor

    by_clock = ticks is Ticks.CLOCK

    class Watch(StatefulProcessor):  # type: ignore[misc]
        """The watch of each home."""

        def init(self, handle: OfSpark) -> None:
            """Ask Spark to keep a state."""
            self.handle = handle
            self.kept = handle.getValueState("watch", STATE)

        def handleInputRows(  # noqa: N802 - as Spark calls it
            self,
            key: tuple[str],
            rows: "Iterator[pd.DataFrame]",
            timerValues: OfSpark,  # noqa: N803
        ) -> "Iterator[pd.DataFrame]":
            """Take what arrived for a home."""
            yield from self.work(key, _plain(rows), timerValues)

        def handleExpiredTimer(  # noqa: N802 - as Spark calls it
            self,
            key: tuple[str],
            timerValues: OfSpark,  # noqa: N803
            expiredTimerInfo: OfSpark,  # noqa: N803
        ) -> "Iterator[pd.DataFrame]":
            """Tell a home the time, though nothing arrived."""
            yield from self.work(key, [], timerValues)

        def work(
            self, key: tuple[str], rows: Iterable[Arrived], times: OfSpark
        ) -> "Iterator[pd.DataFrame]":
            """Go on from the state that is kept, and keep the next one."""
            now_ms = times.getCurrentProcessingTimeInMs() if by_clock else None
            kept, told = work_off(key[0], _kept(self.kept.get()), rows, now_ms=now_ms)
            self.kept.update(kept)
            if now_ms is not None:
                # On whole minutes, so that a home has one that waits, however often it speaks.
                self.handle.registerTimer((now_ms // TICK_MS + 1) * TICK_MS)
            if told:
                yield _framed(told)

        def close(self) -> None:
            """Nothing is held."""

    return Watch()


def _kept(state: Sequence[Any] | None) -> tuple[bytes, int] | None:
    return None if state is None else (bytes(state[0]), int(state[1]))


def _plain(frames: "Iterator[pd.DataFrame]") -> Iterator[Arrived]:
    """Yield the rows of a home, which may come in several frames."""
    names = ("seq", "kind", "channel", "at_ms", "value", "body")
    for frame in frames:
        yield from zip(*(frame[name].tolist() for name in names), strict=True)


def _framed(told: Sequence[Told]) -> "pd.DataFrame":
    import pandas as pd

    columns = {}
    for name, values in zip(COLUMNS, zip(*told, strict=True), strict=True):
        # A column of whole numbers with gaps would be one of floats.
        columns[name] = pd.Series(list(values), dtype="object" if name == "cents" else None)
    return pd.DataFrame(columns)
