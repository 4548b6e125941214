"""What models were fed and answered, in SQL: days, forecasts with their errors, and checks."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ahorraluz.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

    from ahorraluz.security.keyring import DataKey

CONTEXT = "forecast-told"
"""What a forecast is sealed for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDay:
    """A home's day in numbers."""

    home: str
    day: str
    """Local day, such as ``2026-11-27``."""
    inputs: Sequence[float | None]
    faults: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedForecast:
    """A forecast of one day of a home as it was served."""

    home: str
    origin: str
    """First day ahead."""
    ahead: int
    """Which of the days ahead it is of, 1 for the first."""
    day: str
    model: str
    version: str
    told: bytes | None = None
    """What was told, as the service wrote it; ``None``: past its time."""
    scores: Sequence[float | None] | None = None
    """How wrong it was; ``None``: not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCheck:
    """What came of watching on a day."""

    day: str
    at_s: int
    content: Mapping[str, object]
    """Any JSON object; of no home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWatchBook:
    """The watch of models; every method is one transaction."""

    reading: Opened
    writing: Opened
    key: "Callable[[str], DataKey | None]"
    """Key of a home; ``None`` for one that was kept without."""

    def keep_days(self, days: Sequence[WatchedDay]) -> None:
        """Keep days, over those that are there; of a home that is gone nothing."""
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import WATCHED_DAYS

        rows = [
            {
                "home": one.home,
                "day": one.day,
                "inputs": json.dumps(list(one.inputs)),
                "faults": json.dumps(list(one.faults)),
            }
            for one in days
        ]
        with self.writing() as connection:
            kept = _of_known(connection, rows)
            upsert(connection, WATCHED_DAYS, kept, key=("home", "day"))

    def days(self, *, since_day: str, home: str | None = None) -> tuple[WatchedDay, ...]:
        """Return days from one on, of a home or of all, by home and day."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import WATCHED_DAYS

        rows = WATCHED_DAYS.c
        query = select(WATCHED_DAYS).where(rows.day >= since_day).order_by(rows.home, rows.day)
        if home is not None:
            query = query.where(rows.home == home)
        with self.reading() as connection:
            return tuple(
                WatchedDay(
                    home=row.home,
                    day=row.day,
                    inputs=json.loads(row.inputs),
                    faults=json.loads(row.faults),
                )
                for row in connection.execute(query)
            )

    def serve(self, forecasts: Sequence[WatchedForecast]) -> None:
        """Keep forecasts as they are served; one that is there stays as it was told first."""
        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        if not forecasts:
            return
        keys = {home: self.key(home) for home in {one.home for one in forecasts}}
        rows = [
            {
                "home": one.home,
                "origin": one.origin,
                "ahead": one.ahead,
                "day": one.day,
                "model": one.model,
                "version": one.version,
                "told": None if one.told is None else _sealed(keys[one.home], one.told),
            }
            for one in forecasts
        ]
        with self.writing() as connection:
            _insert_new(connection, WATCHED_FORECASTS, _of_known(connection, rows))

    def told(self, home: str, *, since_day: str) -> tuple[WatchedForecast, ...]:
        """Return the forecasts of a home whose words are there still, of days from one on."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        rows = WATCHED_FORECASTS.c
        query = select(WATCHED_FORECASTS).where(
            rows.home == home, rows.day >= since_day, rows.told.is_not(None)
        )
        key = self.key(home)
        with self.reading() as connection:
            found = connection.execute(query.order_by(rows.origin, rows.ahead)).all()
        return tuple(
            WatchedForecast(
                **{name: getattr(row, name) for name in WatchedForecast.__slots__[:6]},
                told=_opened(key, row.told),
                scores=None if row.scores is None else json.loads(row.scores),
            )
            for row in found
        )

    def score(self, forecasts: Sequence[WatchedForecast]) -> None:
        """Keep how wrong forecasts turned out to be, over what was known before."""
        from sqlalchemy import update

        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        rows = WATCHED_FORECASTS.c
        with self.writing() as connection:
            for one in forecasts:
                scores = None if one.scores is None else json.dumps(list(one.scores))
                own = (rows.home == one.home, rows.origin == one.origin, rows.ahead == one.ahead)
                connection.execute(update(WATCHED_FORECASTS).where(*own).values(scores=scores))

    def scored(self, *, since_day: str) -> Iterator[WatchedForecast]:
        """Yield forecasts of days from one on that were joined with what came."""
        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        rows = WATCHED_FORECASTS.c
        yield from self._without_words(rows.day >= since_day, rows.scores.is_not(None))

    def forecasts(self, home: str) -> Iterator[WatchedForecast]:
        """Yield every forecast of a home, without its words."""
        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        yield from self._without_words(WATCHED_FORECASTS.c.home == home)

    def _without_words(self, *where: "ColumnElement[bool]") -> Iterator[WatchedForecast]:
        from sqlalchemy import select

        from ahorraluz.store.live_tables import WATCHED_FORECASTS

        rows = WATCHED_FORECASTS.c
        columns = [rows[name] for name in (*WatchedForecast.__slots__[:6], "scores")]
        query = select(*columns).where(*where).order_by(rows.home, rows.day, rows.ahead)
        with self.reading() as connection:
            found = connection.execute(query).all()
        for row in found:
            names = {name: getattr(row, name) for name in WatchedForecast.__slots__[:6]}
            scores = None if row.scores is None else json.loads(row.scores)
            yield WatchedForecast(**names, scores=scores)

    def keep_check(self, check: WatchCheck) -> None:
        """Keep what came of watching, over what was kept of that day."""
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import WATCH_CHECKS

        content = json.dumps(check.content, separators=(",", ":"))
        row = {"day": check.day, "at_s": check.at_s, "content": content}
        with self.writing() as connection:
            upsert(connection, WATCH_CHECKS, [row], key=("day",))

    def latest_check(self) -> WatchCheck | None:
        """Return what came of watching last; ``None``: never."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import WATCH_CHECKS

        query = select(WATCH_CHECKS).order_by(WATCH_CHECKS.c.day.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return WatchCheck(day=row.day, at_s=row.at_s, content=json.loads(row.content))

    def drop(self, *, before_day: str, told_before_day: str) -> int:
        """Delete days, scores and checks before one day, and the words of forecasts before another.

        Returns
        -------
        int
            How many days of homes went.
        """
        from sqlalchemy import delete, update

        from ahorraluz.store.live_tables import WATCH_CHECKS, WATCHED_DAYS, WATCHED_FORECASTS

        told = WATCHED_FORECASTS.c
        with self.writing() as connection:
            for table in (WATCHED_FORECASTS, WATCH_CHECKS):
                connection.execute(delete(table).where(table.c.day < before_day))
            words = update(WATCHED_FORECASTS).where(
                told.day < told_before_day, told.told.is_not(None)
            )
            connection.execute(words.values(told=None))
            old = delete(WATCHED_DAYS).where(WATCHED_DAYS.c.day < before_day)
            return connection.execute(old).rowcount


def _of_known(
    connection: "Connection", rows: Sequence[Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """Return the rows whose home is there; who forgets a home is held back meanwhile."""
    from ahorraluz.store.live.holding import hold_with_others, known_homes

    hold_with_others(connection)
    known = known_homes(connection, sorted({str(row["home"]) for row in rows}))
    return [row for row in rows if row["home"] in known]


def _insert_new(
    connection: "Connection", table: "Table", rows: Sequence[Mapping[str, object]]
) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    if rows:
        connection.execute(insert(table).on_conflict_do_nothing(), [dict(row) for row in rows])


def _sealed(key: "DataKey | None", told: bytes) -> bytes:
    packed = zlib.compress(told)
    return packed if key is None else key.seal(packed, context=CONTEXT)


def _opened(key: "DataKey | None", kept: bytes) -> bytes:
    return zlib.decompress(kept if key is None else key.unseal(kept, context=CONTEXT))
