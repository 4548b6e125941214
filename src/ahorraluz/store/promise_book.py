"""The part of the store that keeps what was promised, done and measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.promise_records import (
    DoneNote,
    DoneStep,
    MonthResult,
    Promise,
    PromiseTerms,
    standing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBook:
    """Promises and results; every method is one transaction, kept whole or not at all.

    A promise is made before a step and stays: the database refuses to change it or to remove
    it. Forgetting a home erases that it was this home's.
    """

    reading: Opened
    changing: Opened
    writing: Opened

    def make(self, home: str, terms: PromiseTerms, *, nonce: str, as_of: datetime) -> Promise:
        """Keep a promise.

        Parameters
        ----------
        home
            Home of the store.
        terms
            What is promised.
        nonce
            Random text that nobody can guess: without it a hash could be tried out.
        as_of
            The moment, with its zone.

        Raises
        ------
        StoreError
            ``promise-made-already``, ``promise-clock-back``.
        """
        from ahorraluz.store import promises

        with self.changing(home) as connection:
            made_s = promises.whole_seconds(as_of)
            return promises.promise(connection, home, terms, nonce=nonce, made_s=made_s)

    def of_home(self, home: str, step: str) -> Promise | None:
        """Return what was promised to a home of a step."""
        from ahorraluz.store import promises

        with self.reading(home) as connection:
            return promises.of_home(connection, home, step)

    def everything(self) -> tuple[tuple[Promise, str | None], ...]:
        """Return every promise with its home, checked; none where there is no database.

        Raises
        ------
        StoreError
            ``promises-altered``.
        """
        from ahorraluz.store import promises

        try:
            with self.reading() as connection:
                promises.check_chain(connection)
                return promises.everything(connection)
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def mark_done(self, home: str, step: str, *, day: date, as_of: datetime) -> None:
        """Note the day of a step; days noted before stay on record, the latest stands."""
        self._note(home, step, day, as_of)

    def take_back(self, home: str, step: str, *, as_of: datetime) -> None:
        """Note that a step was noted by mistake; what was noted stays on record."""
        self._note(home, step, None, as_of)

    def _note(self, home: str, step: str, day: date | None, as_of: datetime) -> None:
        from ahorraluz.store import promises

        with self.changing(home) as connection:
            as_of_s = promises.whole_seconds(as_of)
            promises.note_done(connection, home, step, day=day, as_of_s=as_of_s)

    def done(self, home: str | None = None) -> tuple[DoneStep, ...]:
        """Return the steps that stand, each with its day noted last; of one home or of all."""
        return standing(self.notes(home))

    def notes(self, home: str | None = None) -> tuple[DoneNote, ...]:
        """Return everything noted of steps, in its order; of one home or of all."""
        from ahorraluz.store import promises

        with self.reading(home) as connection:
            return promises.done_notes(connection, home)

    def let_go(self, home: str, step: str) -> None:
        """Erase that a promise was made to a home; it stays in the chain, as nobody's."""
        from ahorraluz.store import promises

        with self.changing(home) as connection:
            promises.let_go(connection, home, step)

    def keep_results(self, promise_id: int, results: Sequence[MonthResult]) -> None:
        """Keep what was measured of a promise, instead of what was measured before."""
        from ahorraluz.store import promises

        with self.writing() as connection:
            promises.keep_results(connection, promise_id, results)

    def results(self) -> Mapping[int, tuple[MonthResult, ...]]:
        """Return what was measured, by the number of its promise."""
        from ahorraluz.store import promises

        with self.reading() as connection:
            return promises.results(connection)
