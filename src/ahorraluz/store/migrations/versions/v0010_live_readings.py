"""Live readings: devices, what they said, its sums, and what was made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DAY_MS = 86_400_000
"""What a partition or a chunk of a hypertable holds. [ms]"""


def upgrade() -> None:
    """Make the tables."""
    _devices()
    _refused()
    _readings()
    _raw()
    for name in ("live_quarters", "live_hours", "live_days"):
        _sums(name)
    _watching()
    _telling()
    _figures()


def _raw() -> None:
    """Make the readings: a hypertable in a database with TimescaleDB, else of partitions."""
    hyper = _has_timescale()
    op.create_table(
        "live_readings",
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "at_ms", name="pk_live_readings"),
        sqlite_with_rowid=False,
        postgresql_partition_by=None if hyper else "RANGE (at_ms)",
    )
    if hyper:
        op.execute(
            "SELECT create_hypertable('live_readings', 'at_ms', "
            f"chunk_time_interval => {DAY_MS}::bigint, create_default_indexes => FALSE)"
        )


def _has_timescale() -> bool:
    # One that the server offers but has not loaded would end the connection if we made it.
    if op.get_bind().dialect.name != "postgresql":
        return False
    found = op.get_bind().exec_driver_sql(
        "SELECT 1 FROM pg_available_extensions"
        " WHERE name = 'timescaledb' AND installed_version IS NOT NULL"
    )
    return found.first() is not None


def _sums(name: str) -> None:
    day = [sa.Column("day", sa.Text(), nullable=False)] if name == "live_days" else []
    op.create_table(
        name,
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_s", sa.BigInteger(), nullable=False),
        *day,
        sa.Column("energy_uj", sa.BigInteger(), nullable=False),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("lowest", sa.BigInteger(), nullable=True),
        sa.Column("highest", sa.BigInteger(), nullable=True),
        sa.Column("measured_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "start_s", name=f"pk_{name}"),
        sqlite_with_rowid=False,
    )


def _devices() -> None:
    """Make what is known of devices."""
    op.create_table(
        "live_devices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dialect", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), server_default="{}", nullable=False),
        sa.Column("settings", sa.Text(), server_default="{}", nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=True),
        sa.Column("broker_password", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("clock_ms", sa.BigInteger(), nullable=True),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_devices_home"),
        sa.PrimaryKeyConstraint("id", name="pk_live_devices"),
        sa.UniqueConstraint("key_hash", name="uq_live_devices_key_hash"),
    )
    op.create_index("ix_live_devices_home", "live_devices", ["home"])
    op.create_table(
        "live_channels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("ignored", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity in ('power', 'register')", name="ck_live_channels_quantity"),
        sa.ForeignKeyConstraint(["device"], ["live_devices.id"], name="fk_live_channels_device"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_channels_home"),
        sa.PrimaryKeyConstraint("id", name="pk_live_channels"),
        sa.UniqueConstraint("device", "name", "flow", "quantity", name="uq_live_channels_device"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_channels_home", "live_channels", ["home"])


def _refused() -> None:
    """Make what could not be taken."""
    op.create_table(
        "live_refused",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["live_devices.id"], name="fk_live_refused_device"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_refused_home"),
        sa.PrimaryKeyConstraint("id", name="pk_live_refused"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_refused_device", "live_refused", ["device"])
    op.create_index("ix_live_refused_home", "live_refused", ["home"])


def _readings() -> None:
    """Make what devices said, and how far it is summed up."""
    op.create_table(
        "live_carried",
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_live_carried"),
    )
    op.create_table(
        "live_closing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("closed_s", sa.BigInteger(), nullable=False),
        sa.Column("kept_from_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_live_closing_one"),
        sa.PrimaryKeyConstraint("id", name="pk_live_closing"),
    )
    op.create_table(
        "live_dirty",
        sa.Column("channel", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("start_s", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "start_s", "epoch", name="pk_live_dirty"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_live_dirty_start_s", "live_dirty", ["start_s"])
    op.execute("INSERT INTO live_closing (id, epoch, closed_s, kept_from_ms) VALUES (1, 1, 0, 0)")


def _watching() -> None:
    """Make what a watch remembers and found."""
    op.create_table(
        "live_states",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_states_home"),
        sa.PrimaryKeyConstraint("home", name="pk_live_states"),
    )
    op.create_table(
        "live_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("not_before_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "told in ('waiting', 'told', 'failed', 'dropped')", name="ck_live_events_told"
        ),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_events_home"),
        sa.PrimaryKeyConstraint("id", name="pk_live_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_events_home", "live_events", ["home", "at_ms"])
    op.create_index("ix_live_events_told", "live_events", ["told", "not_before_ms"])


def _telling() -> None:
    """Make who wants to be told, and who was."""
    op.create_table(
        "live_wishes",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_live_wishes_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_wishes_home"),
        sa.PrimaryKeyConstraint("account", "home", name="pk_live_wishes"),
    )
    op.create_index("ix_live_wishes_home", "live_wishes", ["home"])
    op.create_table(
        "live_sent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_live_sent_account"),
        sa.ForeignKeyConstraint(["event"], ["live_events.id"], name="fk_live_sent_event"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_sent_home"),
        sa.PrimaryKeyConstraint("id", name="pk_live_sent"),
        sa.UniqueConstraint("event", "account", "way", name="uq_live_sent_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_live_sent_account", "live_sent", ["account", "at_ms"])
    op.create_index("ix_live_sent_home", "live_sent", ["home"])


def _figures() -> None:
    """Make what boards show."""
    op.create_table(
        "live_versions",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_versions_home"),
        sa.PrimaryKeyConstraint("home", name="pk_live_versions"),
    )
    op.create_table(
        "live_now",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_now_home"),
        sa.PrimaryKeyConstraint("home", "name", name="pk_live_now"),
    )
    op.create_table(
        "live_figures",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("middle", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_live_figures_home"),
        sa.PrimaryKeyConstraint("home", "day", "name", "label", name="pk_live_figures"),
    )
    op.create_table(
        "live_model_figures",
        sa.Column("at_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Text(), nullable=False),
        sa.Column("horizon_h", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "at_s", "model", "name", "cohort", "horizon_h", name="pk_live_model_figures"
        ),
    )
