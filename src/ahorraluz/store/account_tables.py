"""The tables of people: accounts, sessions, who may see which home, consents, and the trail.

What tells who somebody is lies in columns called ``sealed``: bytes that only the key of that
account or home opens, and keys are kept elsewhere (``vault``). Tokens and codes are kept as their
hashes. Rows of the trail are never changed, replaced or removed: triggers refuse it, and each
holds the hash of the one before. They name nobody: actors and subjects are pseudonyms under keys.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from ahorraluz.store.tables import METADATA


def _account(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(
        "account", Text, ForeignKey("accounts.id"), primary_key=primary_key, nullable=nullable
    )


def _home(*, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column("home", Text, ForeignKey("homes.id"), primary_key=primary_key, nullable=nullable)


ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", Text, primary_key=True),
    # Keyed hash of the e-mail address or number: found by it, and read from it by nobody.
    Column("name_index", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("locked_until_s", BigInteger),
    Column("second_factor", LargeBinary),
    Column("second_factor_step", BigInteger),
    Column("suspended_s", BigInteger),
    Column("created_s", BigInteger, nullable=False),
    UniqueConstraint("name_index", name="uq_accounts_name_index"),
)

RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    _account(primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("used_s", BigInteger),
)

PASSKEYS = Table(
    "passkeys",
    METADATA,
    Column("credential", Text, primary_key=True),
    _account(),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("used_s", BigInteger),
    Index(None, "account"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", Text, primary_key=True),
    _account(),
    Column("sealed", LargeBinary, nullable=False),
    Column("complete", Integer, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("seen_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Index(None, "account"),
)

TICKETS = Table(
    "tickets",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    _account(nullable=True),
    _home(nullable=True),
    Column("created_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Index(None, "account"),
    Index(None, "home"),
)

RESETS = Table(
    "resets",
    METADATA,
    _account(primary_key=True),
    Column("hash", Text, nullable=False),
    # Account of the administrator; empty: whoever runs the machine.
    Column("asked_by", Text, nullable=False),
    # Empty: nobody has to approve it; nothing: nobody has yet.
    Column("approved_by", Text),
    Column("asked_s", BigInteger, nullable=False),
    Column("opens_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    UniqueConstraint("hash", name="uq_resets_hash"),
)
"""Links to a new password that somebody else asked for: one for an account at a time."""

ALLOWANCES = Table(
    "allowances",
    METADATA,
    # Keyed hash of an address, a name or a token: who it was is told to nobody.
    Column("key", Text, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Index(None, "until_ms"),
)
"""When somebody may ask for as much again as at first."""

API_TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    _account(),
    Column("hash", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    Column("used_s", BigInteger),
    UniqueConstraint("hash", name="uq_api_tokens_hash"),
    Index(None, "account"),
    sqlite_autoincrement=True,
)

ONCE = Table(
    "once",
    METADATA,
    _account(primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_s", BigInteger, nullable=False),
)
"""Answers of the API to requests with an idempotency key."""

ANSWERS = Table(
    "answers",
    METADATA,
    _home(primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_s", BigInteger, nullable=False),
)
"""What a household said of its home."""

REACHES = Table(
    "reaches",
    METADATA,
    _home(primary_key=True),
    _account(primary_key=True),
    Column("reach", Text, nullable=False),
    Column("granted_s", BigInteger, nullable=False),
    CheckConstraint("reach in ('owner', 'consultant', 'viewer')", name="reach"),
    Index(None, "account"),
)
"""Who may do what with a home."""

SHARES = Table(
    "shares",
    METADATA,
    Column("id", Integer, primary_key=True),
    _home(),
    Column("hash", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("expires_s", BigInteger, nullable=False),
    UniqueConstraint("hash", name="uq_shares_hash"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)
"""Links by which a stranger may read a home's report."""

NOTES = Table(
    "notes",
    METADATA,
    Column("id", Integer, primary_key=True),
    _home(),
    _account(),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Index(None, "home"),
    sqlite_autoincrement=True,
)
"""What a consultant writes down about a home, under the home's key."""

CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", Integer, primary_key=True),
    _account(),
    _home(nullable=True),
    Column("purpose", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("given_s", BigInteger, nullable=False),
    Column("until_s", BigInteger),
    Column("withdrawn_s", BigInteger),
    Index(None, "account"),
    Index(None, "home"),
    sqlite_autoincrement=True,
)
"""What somebody agreed to: one row for each time, with the words that were shown."""

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", Text, primary_key=True),
    _account(nullable=True),
    _home(nullable=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("finished_s", BigInteger),
    CheckConstraint("state in ('waiting', 'running', 'done', 'failed')", name="state"),
    Index(None, "account"),
    Index(None, "home"),
)
"""Work that outlasts a request; what it is about and its result are sealed for its account.

That of a visitor without one is sealed under a key of its own, which goes with it.
"""

DUTIES = Table(
    "duties",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("due_s", BigInteger, nullable=False),
    Column("worker", Text),
    Column("until_s", BigInteger),
    Column("began_s", BigInteger),
    Column("ended_s", BigInteger),
    Column("outcome", Text, nullable=False, server_default=""),
)
"""What the service does by itself: when next, who is at it until when, and what came of it."""

TRAIL = Table(
    "trail",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at_s", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("previous", name="uq_trail_previous"),
    UniqueConstraint("hash", name="uq_trail_hash"),
    Index(None, "subject"),
    Index(None, "actor"),
    sqlite_autoincrement=True,
)
"""Who did what when: the audit trail."""
