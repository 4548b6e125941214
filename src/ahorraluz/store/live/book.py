"""The part of the store that keeps live readings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.live.devices import DeviceBook
from ahorraluz.store.live.figures import FigureBook
from ahorraluz.store.live.records import AppendResult, Closed, Refused, Span, Sum
from ahorraluz.store.live.remembered import Remembered
from ahorraluz.store.live.telling import TellingBook
from ahorraluz.store.live.watching import WatchBook, Watched
from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from ahorraluz.core.live.readings import LiveReading
    from ahorraluz.security.keyring import DataKey

SETTLES_S = 60
"""Sums of a quarter hour are made so long after its end, when most devices have spoken. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBook:
    """Live readings; every method is one transaction but where it says otherwise."""

    reading: Opened
    changing: Opened
    writing: Opened
    key: "Callable[[str], DataKey | None]"
    """Key of a home; ``None`` for one that was kept without."""
    account_key: "Callable[[str], DataKey]"
    """Key of an account; raises ``vault-none``."""
    remembered: Remembered = field(default_factory=Remembered)

    @property
    def devices(self) -> DeviceBook:
        """Devices, their channels and what they sent in vain."""
        return DeviceBook(
            reading=self.reading, changing=self.changing, writing=self.writing, key=self.key
        )

    @property
    def watches(self) -> WatchBook:
        """States, events and latest figures."""
        return WatchBook(reading=self.reading, writing=self.writing)

    @property
    def telling(self) -> TellingBook:
        """Who wants to be told of a home, and who was."""
        return TellingBook(
            reading=self.reading,
            changing=self.changing,
            writing=self.writing,
            account_key=self.account_key,
        )

    @property
    def figures(self) -> FigureBook:
        """Figures for boards."""
        return FigureBook(reading=self.reading, writing=self.writing)

    def begin(self) -> None:
        """Make the database where there is none yet: readings may come before homes do."""
        with self.writing(create=True):
            pass

    # --- taking in -------------------------------------------------------------------------

    def append(
        self,
        readings: "Iterable[LiveReading]",
        *,
        as_of: datetime,
        seen: Mapping[str, int] | None = None,
        refused: Sequence[Refused] = (),
        watched: Sequence[Watched] = (),
    ) -> AppendResult:
        """Keep readings, all or nothing; those there already change nothing.

        A reading of a channel and moment that is there with another value corrects it. Of two
        in the batch the later one counts.

        Parameters
        ----------
        readings
            In any order.
        as_of
            The moment, with its zone: readings more than a day ahead of it, or 400 days and
            more before it, are not taken.
        seen
            When devices were heard of last, by their id. [ms since 1970 UTC]
        refused
            Messages that could not be taken.
        watched
            What watches of homes came to by these readings.
        """
        from ahorraluz.store.live import intake
        from ahorraluz.store.live.devices import keep_refused, note_seen
        from ahorraluz.store.live.partitions import DAY_MS, make_room
        from ahorraluz.store.live.watching import keep_watched

        as_of_ms = int(as_of.timestamp() * 1000)
        everything = list(readings)
        said = intake.last_said(everything)
        reached = intake.within_reach(said, as_of_ms=as_of_ms)
        days = {at_ms // DAY_MS for _, at_ms in reached}
        make_room(self.writing, days, remembered=self.remembered)
        homes = self._homes({one.device for one in refused})
        keys = {home: self.key(home) for home in set(homes.values())}
        with self.writing() as connection:
            taken = intake.take(connection, reached, remembered=self.remembered)
            note_seen(connection, seen or {})
            keep_refused(connection, refused, homes=homes, keys=keys)
            if watched:
                keep_watched(connection, watched, at_ms=as_of_ms)
        self.remembered.marked(taken.marks, epoch=taken.epoch)
        return AppendResult(
            new=taken.result.new,
            same=taken.result.same + len(everything) - len(said),
            corrected=taken.result.corrected,
            outside=taken.result.outside + len(said) - len(reached),
            gone=taken.result.gone,
        )

    def _homes(self, devices: set[str]) -> Mapping[str, str]:
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_DEVICES

        if not devices:
            return {}
        rows = LIVE_DEVICES.c
        with self.reading() as connection:
            query = select(rows.id, rows.home).where(rows.id.in_(devices))
            return {row.id: row.home for row in connection.execute(query)}

    # --- summing up ------------------------------------------------------------------------

    def settle(self, as_of: datetime) -> Closed:
        """Sum up what ended a minute before a moment, and correct what late readings changed.

        Several transactions: one that fails leaves the rest to the next call. Costs almost
        nothing where nothing is to be done; may be called by several processes at once.
        """
        from ahorraluz.store.live.closing import close

        return close(self.writing, int(as_of.timestamp()) - SETTLES_S, edges=False)

    def close_up_to(self, moment: datetime) -> Closed:
        """Sum up what ended by a moment: afterwards sums are those of all readings there are."""
        from ahorraluz.store.live.closing import close

        return close(self.writing, int(moment.timestamp()), edges=True)

    # --- asking ----------------------------------------------------------------------------

    def sums(
        self, channels: Sequence[int], span: Span, *, first_s: int, end_s: int
    ) -> tuple[Sum, ...]:
        """Return the sums of channels that begin in ``[first_s, end_s)``."""
        from ahorraluz.store.live import series

        with self.reading() as connection:
            return series.sums(connection, channels, span, first_s=first_s, end_s=end_s)

    def readings(
        self, channel: int, *, first_ms: int, end_ms: int, most: int = 100_000
    ) -> "tuple[LiveReading, ...]":
        """Return single readings of ``[first_ms, end_ms)`` by moment, so many at most."""
        from ahorraluz.store.live import series

        with self.reading() as connection:
            return series.readings(connection, channel, first_ms=first_ms, end_ms=end_ms, most=most)

    def latest(self, channels: Sequence[int]) -> "tuple[LiveReading, ...]":
        """Return the last reading of each channel that has any."""
        from ahorraluz.store.live import series

        with self.reading() as connection:
            return series.latest(connection, channels)

    def closed_s(self) -> int:
        """Return until when sums are made. [s since 1970 UTC]"""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_CLOSING

        with self.reading() as connection:
            return int(connection.execute(select(LIVE_CLOSING.c.closed_s)).scalar_one())

    # --- ageing ----------------------------------------------------------------------------

    def drop_readings(self, *, before: datetime) -> datetime:
        """Delete single readings of whole days before a moment that are summed up.

        Returns
        -------
        datetime
            From when on single readings are there.
        """
        from datetime import UTC

        from ahorraluz.store.live.ageing import drop_readings
        from ahorraluz.store.live.partitions import DAY_MS

        day = int(before.timestamp() * 1000) // DAY_MS
        kept_from = drop_readings(self.writing, before_day=day)
        return datetime.fromtimestamp(kept_from * DAY_MS // 1000, tz=UTC)

    def drop_quarters(self, *, before: datetime) -> int:
        """Delete quarter hours and hours before a moment; days stay. Returns how many quarters."""
        from ahorraluz.store.live.ageing import drop_quarters

        with self.writing() as connection:
            return drop_quarters(connection, before_s=int(before.timestamp()))
