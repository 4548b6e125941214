"""Readings of periods with their neighbours, in SQL: many periods in one question."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection

from ahorraluz.store.live.arrays import arrays

Period = tuple[int, int, int]
"""A channel, and a period of it ``[from, to)``. [ms since 1970 UTC]"""
Point = tuple[int, int]
"""Moment and value. [ms since 1970 UTC; mW or mWh]"""

# The one carried over is older than any that is kept.
_BEFORE = """
    SELECT at_ms, value FROM (
        SELECT * FROM (
            SELECT at_ms, value FROM live_readings
            WHERE channel = {channel} AND at_ms < {first} ORDER BY at_ms DESC LIMIT 1
        ) AS kept
        UNION ALL
        SELECT at_ms, value FROM live_carried WHERE channel = {channel} AND at_ms < {first}
    ) AS earlier ORDER BY at_ms DESC LIMIT 1"""
_WITHIN = """
    SELECT at_ms, value FROM live_readings
    WHERE channel = {channel} AND at_ms >= {first} AND at_ms < {until}"""
_AFTER = """
    SELECT at_ms, value FROM live_readings
    WHERE channel = {channel} AND at_ms >= {until} ORDER BY at_ms LIMIT 1"""


def with_neighbours(connection: Connection, periods: Sequence[Period]) -> list[list[Point]]:
    """Return the readings of each period by rising moment, with the one before and after it."""
    return _points_of(connection, periods, (_BEFORE, _WITHIN, _AFTER))


def neighbours(connection: Connection, periods: Sequence[Period]) -> list[list[Point]]:
    """Return only the reading before and the one after each period, as far as there are any."""
    return _points_of(connection, periods, (_BEFORE, _AFTER))


def _points_of(
    connection: Connection, periods: Sequence[Period], parts: Sequence[str]
) -> list[list[Point]]:
    if not periods:
        return []
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, periods, parts)
    names = {"channel": "?1", "first": "?2", "until": "?3"}
    chosen = [f"SELECT * FROM ({part.format(**names)})" for part in parts]  # noqa: S608 - ours
    sql = " UNION ALL ".join(chosen)
    return [
        sorted((int(row[0]), int(row[1])) for row in connection.exec_driver_sql(sql, period))
        for period in periods
    ]


def _postgresql(
    connection: Connection, periods: Sequence[Period], parts: Sequence[str]
) -> list[list[Point]]:
    names = {"channel": "asked.channel", "first": "asked.first", "until": "asked.until"}
    inner = " UNION ALL ".join(f"({part.format(**names)})" for part in parts)
    sql = (
        "SELECT asked.place, found.at_ms, found.value FROM"  # noqa: S608 - all of it is ours
        " unnest(%s::int4[], %s::int8[], %s::int8[]) WITH ORDINALITY"
        " AS asked (channel, first, until, place),"
        f" LATERAL ({inner}) AS found ORDER BY asked.place, found.at_ms"
    )
    answers: list[list[Point]] = [[] for _ in periods]
    rows = connection.exec_driver_sql(sql, arrays(periods))
    for place, found in groupby(rows, key=lambda row: int(row[0])):
        answers[place - 1] = [(row[1], row[2]) for row in found]
    return answers
