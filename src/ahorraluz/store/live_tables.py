"""The tables of live readings: devices, what they said, its sums, and what was made of it.

Readings and their sums are whole numbers, the same in every order and every database. They name a
home by its short name only, and a device by one that nobody guesses; what people call a device,
what it sent in vain and where its people want to be told are sealed under the keys of home or
account. Rows of readings and sums belong to a channel, channels to a home: forgetting the home
erases both. Moments of readings are milliseconds since 1970 UTC, beginnings of sums seconds.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from ahorraluz.store.account_tables import TRAIL

METADATA = TRAIL.metadata
"""Of these tables and those of homes and people."""


def _home(*, primary_key: bool = False) -> Column[str]:
    return Column("home", Text, ForeignKey("homes.id"), primary_key=primary_key, nullable=False)


def _of_channel() -> Column[int]:
    # No foreign key: it would be looked up for every reading. Who deletes channels deletes these.
    return Column("channel", Integer, nullable=False, autoincrement=False)


def _sums() -> tuple[Column[Any], ...]:
    return (
        # Both kinds of channels in microjoules, which are mW·ms; a mWh is 3 600 000 of them.
        Column("energy_uj", BigInteger, nullable=False),
        Column("readings", Integer, nullable=False),
        Column("lowest", BigInteger),
        Column("highest", BigInteger),
        Column("measured_ms", BigInteger, nullable=False),
    )


LIVE_DEVICES = Table(
    "live_devices",
    METADATA,
    # Random: part of its topic and its name at the broker.
    Column("id", Text, primary_key=True),
    _home(),
    Column("name", Text, nullable=False),
    Column("dialect", Text, nullable=False),
    Column("mapping", Text, nullable=False, server_default="{}"),
    Column("settings", Text, nullable=False, server_default="{}"),
    # Hash of the key for HTTP.
    Column("key_hash", Text),
    # As a password file of a broker holds it.
    Column("broker_password", Text),
    Column("certificate", Text),
    # By how much its clock is ahead of ours.
    Column("clock_ms", BigInteger),
    Column("made_s", BigInteger, nullable=False),
    Column("last_seen_ms", BigInteger),
    Column("revoked_s", BigInteger),
    UniqueConstraint("key_hash", name="uq_live_devices_key_hash"),
    Index(None, "home"),
)

LIVE_CHANNELS = Table(
    "live_channels",
    METADATA,
    Column("id", Integer, primary_key=True),
    _home(),
    Column(
        "device",
        Text,
        ForeignKey("live_devices.id", name="fk_live_channels_device"),
        nullable=False,
    ),
    Column("name", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    # Whether its people said that it does not count, as another one measures the same.
    Column("ignored", Integer, nullable=False, server_default="0"),
    Column("made_s", BigInteger, nullable=False),
    CheckConstraint("quantity in ('power', 'register')", name="quantity"),
    UniqueConstraint("device", "name", "flow", "quantity", name="uq_live_channels_device"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)

LIVE_READINGS = Table(
    "live_readings",
    METADATA,
    _of_channel(),
    Column("at_ms", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "at_ms", name="pk_live_readings"),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (at_ms)",
)
"""What channels said: mW or mWh."""

LIVE_CARRIED = Table(
    "live_carried",
    METADATA,
    _of_channel(),
    Column("at_ms", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", name="pk_live_carried"),
)
"""The last reading of each channel among those past their time: what comes next hangs on it."""

LIVE_CLOSING = Table(
    "live_closing",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # Number that marks get which are made now.
    Column("epoch", BigInteger, nullable=False),
    # Sums of what ended before it are made.
    Column("closed_s", BigInteger, nullable=False),
    # Readings before it are past their time, and none are taken.
    Column("kept_from_ms", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one"),
)
"""How far readings are summed up: one row."""

LIVE_DIRTY = Table(
    "live_dirty",
    METADATA,
    _of_channel(),
    Column("start_s", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    PrimaryKeyConstraint("channel", "start_s", "epoch", name="pk_live_dirty"),
    Index(None, "start_s"),
    sqlite_with_rowid=False,
)
"""Quarter hours with a reading that no sum has seen."""

LIVE_QUARTERS = Table(
    "live_quarters",
    METADATA,
    _of_channel(),
    Column("start_s", BigInteger, nullable=False),
    *_sums(),
    PrimaryKeyConstraint("channel", "start_s", name="pk_live_quarters"),
    sqlite_with_rowid=False,
)

LIVE_HOURS = Table(
    "live_hours",
    METADATA,
    _of_channel(),
    Column("start_s", BigInteger, nullable=False),
    *_sums(),
    PrimaryKeyConstraint("channel", "start_s", name="pk_live_hours"),
    sqlite_with_rowid=False,
)

LIVE_DAYS = Table(
    "live_days",
    METADATA,
    _of_channel(),
    # Beginning of the day in the zone of the home, and that day: 2026-11-27.
    Column("start_s", BigInteger, nullable=False),
    Column("day", Text, nullable=False),
    *_sums(),
    PrimaryKeyConstraint("channel", "start_s", name="pk_live_days"),
    sqlite_with_rowid=False,
)

LIVE_VERSIONS = Table(
    "live_versions",
    METADATA,
    _home(primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""Which sums of a home there are: another number whenever one of them changed."""

LIVE_STATES = Table(
    "live_states",
    METADATA,
    _home(primary_key=True),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
)
"""What a home's watch remembers."""

LIVE_EVENTS = Table(
    "live_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    _home(),
    Column("kind", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    # What is at stake.
    Column("cents", BigInteger),
    Column("content", Text, nullable=False),
    Column("told", Text, nullable=False, server_default="waiting"),
    # Not to be told before: quiet hours, or another attempt.
    Column("not_before_ms", BigInteger, nullable=False, server_default="0"),
    Column("made_ms", BigInteger, nullable=False),
    CheckConstraint("told in ('waiting', 'told', 'failed', 'dropped')", name="told"),
    Index(None, "home", "at_ms"),
    Index(None, "told", "not_before_ms"),
    sqlite_autoincrement=True,
)

LIVE_WISHES = Table(
    "live_wishes",
    METADATA,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    _home(primary_key=True),
    # Where and of what to be told, quiet hours, language: under the key of the account.
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_s", BigInteger, nullable=False),
    Index(None, "home"),
)
"""How somebody wants to be told of a home."""

LIVE_SENT = Table(
    "live_sent",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "event",
        Integer,
        ForeignKey("live_events.id", name="fk_live_sent_event"),
        nullable=False,
    ),
    _home(),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False),
    # Which of the ways of the account, by a hash.
    Column("way", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    UniqueConstraint("event", "account", "way", name="uq_live_sent_event"),
    Index(None, "account", "at_ms"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)
"""Whom an event was told: never twice in the same way."""

LIVE_REFUSED = Table(
    "live_refused",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "device",
        Text,
        ForeignKey("live_devices.id", name="fk_live_refused_device"),
        nullable=False,
    ),
    _home(),
    Column("at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Index(None, "device"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)
"""The latest messages of a device that could not be taken, topic and payload sealed."""

LIVE_NOW = Table(
    "live_now",
    METADATA,
    _home(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
)
"""The latest figures of a home, such as ``power`` in mW or ``month_cost`` in céntimos."""

LIVE_FIGURES = Table(
    "live_figures",
    METADATA,
    _home(primary_key=True),
    Column("day", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    # What it is of, such as an end use; empty: of the whole home.
    Column("label", Text, primary_key=True),
    Column("low", Double),
    Column("middle", Double, nullable=False),
    Column("high", Double),
    Column("unit", Text, nullable=False),
)
"""Figures of a home by day, for boards."""

LIVE_MODEL_FIGURES = Table(
    "live_model_figures",
    METADATA,
    Column("at_s", BigInteger, primary_key=True, autoincrement=False),
    Column("model", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("cohort", Text, primary_key=True),
    # Hours ahead; nought where a figure has no horizon.
    Column("horizon_h", Integer, primary_key=True, autoincrement=False),
    Column("value", Double, nullable=False),
    Column("homes", Integer, nullable=False),
    Column("unit", Text, nullable=False),
)
"""Figures of forecast models, of no home."""

BOARD_LOGINS = Table(
    "board_logins",
    METADATA,
    Column("role_name", Text, primary_key=True),
    Column("audience", Text, nullable=False),
    Column("account", Text, ForeignKey("accounts.id")),
    Column("home", Text, ForeignKey("homes.id")),
    Column("made_s", BigInteger, nullable=False),
    CheckConstraint(
        "audience in ('home', 'consultant', 'agency', 'service', 'model')", name="audience"
    ),
    Index(None, "account"),
    Index(None, "home"),
)
"""Logins of a PostgreSQL server that read boards, and whose homes they see."""

WATCHED_DAYS = Table(
    "watched_days",
    METADATA,
    _home(primary_key=True),
    Column("day", Text, primary_key=True),
    # Numbers and marks of the day, a JSON list each; null where nothing can be told.
    Column("inputs", Text, nullable=False),
    Column("faults", Text, nullable=False),
    Index(None, "day"),
)
"""What the watch of models looks at of a home's days."""

WATCHED_FORECASTS = Table(
    "watched_forecasts",
    METADATA,
    _home(primary_key=True),
    # First day ahead, and which of the days ahead this is, 1 to 7.
    Column("origin", Text, primary_key=True),
    Column("ahead", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    # What was told, under the key of the home; gone when late readings can come no more.
    Column("told", LargeBinary),
    # How wrong it was, a JSON list; null until the day was read.
    Column("scores", Text),
    Index(None, "day"),
)
"""Forecasts as they were served, and how wrong they turned out to be."""

WATCH_CHECKS = Table(
    "watch_checks",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)
"""What came of watching models each day, of groups of ten homes at least."""
