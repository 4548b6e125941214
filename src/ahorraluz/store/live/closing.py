"""Sums of readings, in SQL: what changed is computed anew from the readings, all else stays.

Every reading that comes in marks its quarter hour, in the same transaction and with the number of
the present epoch. A pass ends the epoch, alone: after that every reading with an older mark can be
seen, and no more marks of that age are made. Then it takes channels piece by piece, computes what
marks touch, and deletes those marks, each piece in a transaction: whatever stops it in between, the
rest is still marked. What comes in meanwhile has a newer mark, and is seen by the next pass.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select, update

from ahorraluz.core.live.quarters import QUARTER_S
from ahorraluz.core.live.readings import Quantity
from ahorraluz.store.live.holding import (
    Turns,
    hold_closing,
    hold_everything,
    hold_with_others,
)
from ahorraluz.store.live.raw import neighbours
from ahorraluz.store.live.records import Closed
from ahorraluz.store.live.sums import Piece, Summed, keep_sums
from ahorraluz.store.live.upserts import upsert
from ahorraluz.store.live_tables import LIVE_CHANNELS, LIVE_CLOSING, LIVE_DIRTY
from ahorraluz.store.tables import HOMES

if TYPE_CHECKING:
    from ahorraluz.store.opened import Opened

CHANNELS_AT_ONCE = 64
"""Channels of one transaction: in SQLite nobody else writes meanwhile."""
LONGEST_PIECE_S = 3_600
"""Periods are cut into pieces, lest many readings are held in memory at once. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounds:
    """What a pass may compute."""

    epoch: int
    """Marks of older epochs are its work."""
    closed_s: int
    """Sums of what ends until then are made."""
    edges: bool
    """Whether readings after the end count, as far as they change what is before it."""


def close(writing: "Opened", until_s: int, *, edges: bool) -> Closed:
    """Make the sums of all quarter hours that ended until a moment, or correct them.

    Parameters
    ----------
    writing
        Way into the database.
    until_s
        Where less was asked for than is summed up already, that is taken.
    edges
        Whether to look at readings after the end as well if the end does not move: the first
        of them after a silence changes sums before it.
    """
    bounds = _begin(writing, until_s // QUARTER_S * QUARTER_S, edges=edges)
    if bounds is None:
        with writing() as connection:
            closed_s = connection.execute(select(LIVE_CLOSING.c.closed_s)).scalar_one()
        return Closed(closed_s=closed_s, quarters=0, homes=frozenset())
    quarters, homes, after = 0, set[str](), 0
    turns = Turns(CHANNELS_AT_ONCE)
    while True:
        with writing() as connection:
            hold_closing(connection)
            hold_with_others(connection)
            turns.begin()
            channels = _next_channels(connection, bounds, after=after, most=turns.size)
            if not channels:
                _finish(connection, bounds)
                break
            summed = _sum_up(connection, bounds, channels)
            after = channels[-1]
        turns.end(connection)
        quarters += summed.quarters
        homes |= summed.homes
    return Closed(closed_s=bounds.closed_s, quarters=quarters, homes=frozenset(homes))


def _begin(writing: "Opened", until_s: int, *, edges: bool) -> _Bounds | None:
    """End the epoch of marks if there is anything to do."""
    with writing() as connection:
        # Looked at before anybody is held back: most often there is nothing.
        row = connection.execute(select(LIVE_CLOSING)).one()
        closed_s = max(row.closed_s, until_s)
        advances = closed_s > row.closed_s
        marked = select(LIVE_DIRTY.c.channel).limit(1)
        if not edges and not advances:
            marked = marked.where(LIVE_DIRTY.c.start_s < closed_s)
        found = connection.execute(marked).first() is not None
        if not found and not advances:
            return None
        if found:
            hold_everything(connection)
            connection.execute(update(LIVE_CLOSING).values(epoch=LIVE_CLOSING.c.epoch + 1))
        row = connection.execute(select(LIVE_CLOSING)).one()
        return _Bounds(
            epoch=row.epoch,
            closed_s=max(row.closed_s, closed_s),
            edges=edges or advances,
        )


def _next_channels(connection: Connection, bounds: _Bounds, *, after: int, most: int) -> list[int]:
    """Return some channels with work to do, by rising number."""
    marks = LIVE_DIRTY.c
    query = select(marks.channel).distinct().where(marks.channel > after)
    query = query.where(marks.epoch < bounds.epoch)
    if not bounds.edges:
        query = query.where(marks.start_s < bounds.closed_s)
    chosen = query.order_by(marks.channel).limit(most)
    return list(connection.execute(chosen).scalars())


def _finish(connection: Connection, bounds: _Bounds) -> None:
    forward = LIVE_CLOSING.c.closed_s < bounds.closed_s
    connection.execute(update(LIVE_CLOSING).where(forward).values(closed_s=bounds.closed_s))


def _sum_up(connection: Connection, bounds: _Bounds, channels: Sequence[int]) -> Summed:
    """Compute what the marks of some channels touch, and delete those marks."""
    rows = LIVE_CHANNELS.c
    described = connection.execute(
        select(rows.id, rows.home, rows.quantity, HOMES.c.zone)
        .join(HOMES, HOMES.c.id == rows.home)
        .where(rows.id.in_(channels))
    )
    known = {row.id: row for row in described}
    powers = {number for number in known if known[number].quantity == Quantity.POWER.value}
    pieces = [
        Piece(
            channel=channel,
            home=known[channel].home,
            zone=known[channel].zone,
            quantity=Quantity(known[channel].quantity),
            first_s=first_s,
            end_s=end_s,
        )
        for channel, first_s, end_s in _touched(connection, bounds, channels, powers=powers)
        if channel in known
    ]
    summed = keep_sums(connection, pieces)
    _unmark(connection, bounds, channels, powers=powers)
    return summed


def _unmark(
    connection: Connection, bounds: _Bounds, channels: Sequence[int], *, powers: set[int]
) -> None:
    """Delete the marks of what was computed."""
    marks = LIVE_DIRTY.c
    done = (marks.channel.in_(channels), marks.epoch < bounds.epoch)
    last_s = bounds.closed_s - QUARTER_S
    query = select(marks.channel).distinct().where(*done, marks.start_s == last_s)
    # What was said last of a power may hold on in the quarter hour that follows.
    upsert(
        connection,
        LIVE_DIRTY,
        [
            {"channel": channel, "start_s": bounds.closed_s, "epoch": 0}
            for channel in connection.execute(query).scalars()
            if channel in powers
        ],
        key=("channel", "start_s", "epoch"),
    )
    connection.execute(delete(LIVE_DIRTY).where(*done, marks.start_s < bounds.closed_s))


def _touched(
    connection: Connection, bounds: _Bounds, channels: Sequence[int], *, powers: set[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the periods whose sums the marks touch, apart from each other, in pieces."""
    marked = list(_joined(_marks(connection, bounds, channels)))
    of_registers = [run for run in marked if run[0] not in powers]
    asked = [(channel, first_s * 1000, end_s * 1000) for channel, first_s, end_s in of_registers]
    reach = [
        # A power changes sums as long as it holds, and as long as the one before it would have.
        (channel, first_s - QUARTER_S, end_s + QUARTER_S)
        for channel, first_s, end_s in marked
        if channel in powers
    ]
    # A standing changes sums from the one before it to the one after it.
    for (channel, first_s, end_s), around in zip(
        of_registers, neighbours(connection, asked), strict=True
    ):
        moments = [at_ms // 1000 // QUARTER_S * QUARTER_S for at_ms, _ in around]
        first = min([first_s, *moments])
        end = max([end_s, *(moment + QUARTER_S for moment in moments)])
        reach.append((channel, first, end))
    # Before it readings are gone, and sums stay as they are.
    kept_from_ms = connection.execute(select(LIVE_CLOSING.c.kept_from_ms)).scalar_one()
    for channel, first_s, end_s in _joined(sorted(reach)):
        last_s = min(end_s, bounds.closed_s)
        for start_s in range(max(first_s, kept_from_ms // 1000), last_s, LONGEST_PIECE_S):
            yield channel, start_s, min(start_s + LONGEST_PIECE_S, last_s)


def _marks(
    connection: Connection, bounds: _Bounds, channels: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Yield the quarter hours that are marked; after the end the first one of each channel."""
    marks = LIVE_DIRTY.c
    of_channels = (marks.channel.in_(channels), marks.epoch < bounds.epoch)
    before = select(marks.channel, marks.start_s).where(
        *of_channels, marks.start_s < bounds.closed_s
    )
    found = [tuple(row) for row in connection.execute(before)]
    if bounds.edges:
        beyond = select(marks.channel, func.min(marks.start_s)).group_by(marks.channel)
        beyond = beyond.where(*of_channels, marks.start_s >= bounds.closed_s)
        found += [tuple(row) for row in connection.execute(beyond)]
    for channel, start_s in sorted(found):
        yield int(channel), int(start_s), int(start_s) + QUARTER_S


def _joined(periods: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield sorted periods of channels, those as one that meet."""
    present: tuple[int, int, int] | None = None
    for channel, first_s, end_s in periods:
        if present is not None and present[0] == channel and first_s <= present[2]:
            present = (channel, present[1], max(present[2], end_s))
            continue
        if present is not None:
            yield present
        present = (channel, first_s, end_s)
    if present is not None:
        yield present
