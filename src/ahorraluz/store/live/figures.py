"""Figures for boards, in SQL: of homes by day, and of models."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.store.live.records import Figure, ModelFigure
from ahorraluz.store.opened import Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBook:
    """Figures for boards; every method is one transaction."""

    reading: Opened
    writing: Opened

    def keep(self, home: str, figures: Sequence[Figure]) -> None:
        """Keep figures of a home, over those of the same day, name and label."""
        from ahorraluz.store.live.holding import hold_with_others, known_homes
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import LIVE_FIGURES

        rows = [
            {"home": home, **{name: getattr(one, name) for name in one.__slots__}}
            for one in figures
        ]
        with self.writing() as connection:
            hold_with_others(connection)
            if known_homes(connection, [home]):
                key = ("home", "day", "name", "label")
                upsert(connection, LIVE_FIGURES, rows, key=key)

    def of_home(self, home: str, *, since_day: str = "") -> tuple[Figure, ...]:
        """Return the figures of a home from a day on, by day, name and label."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_FIGURES

        rows = LIVE_FIGURES.c
        query = select(LIVE_FIGURES).where(rows.home == home, rows.day >= since_day)
        query = query.order_by(rows.day, rows.name, rows.label)
        with self.reading() as connection:
            return tuple(
                Figure(**{name: getattr(row, name) for name in Figure.__slots__})
                for row in connection.execute(query)
            )

    def drop(self, *, before_day: str) -> int:
        """Delete figures of homes of days before one; return how many went."""
        from sqlalchemy import delete

        from ahorraluz.store.live_tables import LIVE_FIGURES

        with self.writing() as connection:
            old = delete(LIVE_FIGURES).where(LIVE_FIGURES.c.day < before_day)
            return connection.execute(old).rowcount

    def keep_of_models(self, figures: Sequence[ModelFigure]) -> None:
        """Keep figures of models, over those of the same moment, model, name and group."""
        from ahorraluz.store.live.upserts import upsert
        from ahorraluz.store.live_tables import LIVE_MODEL_FIGURES

        rows = [{name: getattr(one, name) for name in one.__slots__} for one in figures]
        with self.writing() as connection:
            key = ("at_s", "model", "name", "cohort", "horizon_h")
            upsert(connection, LIVE_MODEL_FIGURES, rows, key=key)

    def of_models(self, *, since_s: int = 0) -> tuple[ModelFigure, ...]:
        """Return the figures of models from a moment on, by moment."""
        from sqlalchemy import select

        from ahorraluz.store.live_tables import LIVE_MODEL_FIGURES

        rows = LIVE_MODEL_FIGURES.c
        query = select(LIVE_MODEL_FIGURES).where(rows.at_s >= since_s)
        query = query.order_by(rows.at_s, rows.model, rows.name, rows.cohort, rows.horizon_h)
        with self.reading() as connection:
            return tuple(
                ModelFigure(**{name: getattr(row, name) for name in ModelFigure.__slots__})
                for row in connection.execute(query)
            )
