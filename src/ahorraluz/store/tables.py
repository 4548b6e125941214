"""The tables, the same in SQLite and PostgreSQL; ``migrations`` make them.

Moments of people's actions and of readings are whole seconds since 1970 UTC: no database
has another idea of a zone. A number that was given away never comes back (SQLite would reuse
the highest one without its ``autoincrement``). Rows of imports, blocks and quarantine are never
changed but for the moment from which they count no more; only forgetting a home removes any.
Rows of promises are never changed, replaced or removed at all: triggers refuse it, and each holds
the hash of the one before. They name no home: that is what ``promise_homes`` does until it is
forgotten. Rows of it, and of days noted, are never changed or replaced.
Rows of proposals change their state; every change is a row of events, which stays.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

HOMES = Table(
    "homes",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
)

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("channels", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("read_sha256", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("start_s", BigInteger, nullable=False),
    Column("end_s", BigInteger, nullable=False),
    Column("kwh", Double, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("undone_s", BigInteger),
    Index(None, "home"),
    sqlite_autoincrement=True,
)

BLOCKS = Table(
    "blocks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("month", BigInteger, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("first_s", BigInteger, nullable=False),
    Column("end_s", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    CheckConstraint("rows > 0", name="rows"),
    Index(None, "import_id"),
    sqlite_autoincrement=True,
)

DESCRIPTIONS = Table(
    "descriptions",
    METADATA,
    Column("home", Text, ForeignKey("homes.id"), primary_key=True),
    Column("department", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("altitude_m", Double, nullable=False),
    Column("end_uses", Text, nullable=False),
    Column("kwh_month", Double, nullable=False),
    Column("changed_s", BigInteger, nullable=False),
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("start_s", BigInteger, nullable=False),
    Column("end_s", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("released_s", BigInteger),
    CheckConstraint("end_s >= start_s", name="period"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)

PROMISES = Table(
    "promises",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("made_s", BigInteger, nullable=False),
    Column("step", Text, nullable=False),
    Column("distributor", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("wh_month", BigInteger, nullable=False),
    Column("cents_month", BigInteger, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("previous", name="uq_promises_previous"),
    UniqueConstraint("hash", name="uq_promises_hash"),
    sqlite_autoincrement=True,
)

PROMISE_HOMES = Table(
    "promise_homes",
    METADATA,
    Column(
        "promise_id",
        Integer,
        ForeignKey("promises.id", name="fk_promise_homes_promise"),
        primary_key=True,
    ),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("step", Text, nullable=False),
    UniqueConstraint("home", "step", name="uq_promise_homes_home"),
)

DONE_STEPS = Table(
    "done_steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("home", Text, ForeignKey("homes.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Index(None, "home"),
    sqlite_autoincrement=True,
)

STEP_RESULTS = Table(
    "step_results",
    METADATA,
    Column(
        "promise_id",
        Integer,
        ForeignKey("promises.id", name="fk_step_results_promise"),
        primary_key=True,
    ),
    Column("month", Text, primary_key=True),
    Column("days", Double, nullable=False),
    Column("kwh", Double, nullable=False),
    Column("error_kwh", Double, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("cents_low", BigInteger, nullable=False),
    Column("cents_high", BigInteger, nullable=False),
    Column("measured_s", BigInteger, nullable=False),
)

PROPOSALS = Table(
    "proposals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("entry", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_s", BigInteger, nullable=False),
    Column("decided_by", Text),
    Column("decided_s", BigInteger),
    Column("note", Text),
    CheckConstraint("state in ('proposed', 'published', 'rejected')", name="state"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)

PROPOSAL_EVENTS = Table(
    "proposal_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "proposal_id",
        Integer,
        ForeignKey("proposals.id", name="fk_proposal_events_proposal"),
        nullable=False,
    ),
    Column("at_s", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text),
    Index(None, "proposal_id"),
    sqlite_autoincrement=True,
)
