"""What was promised of a step, when it was done, and what was measured of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and keep every promise as it was made."""
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("distributor", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("wh_month", sa.BigInteger(), nullable=False),
        sa.Column("cents_month", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
        sa.UniqueConstraint("previous", name="uq_promises_previous"),
        sa.UniqueConstraint("hash", name="uq_promises_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "promise_homes",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("promise_id", name="pk_promise_homes"),
        sa.ForeignKeyConstraint(["promise_id"], ["promises.id"], name="fk_promise_homes_promise"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_promise_homes_home"),
        sa.UniqueConstraint("home", "step", name="uq_promise_homes_home"),
    )
    op.create_table(
        "done_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_done_steps"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_done_steps_home"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_done_steps_home", "done_steps", ["home"])
    _make_results()
    _keep_promises()


def _make_results() -> None:
    op.create_table(
        "step_results",
        sa.Column("promise_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("days", sa.Double(), nullable=False),
        sa.Column("kwh", sa.Double(), nullable=False),
        sa.Column("error_kwh", sa.Double(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("cents_low", sa.BigInteger(), nullable=False),
        sa.Column("cents_high", sa.BigInteger(), nullable=False),
        sa.Column("measured_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("promise_id", "month", name="pk_step_results"),
        sa.ForeignKeyConstraint(["promise_id"], ["promises.id"], name="fk_step_results_promise"),
    )


def _keep_promises() -> None:
    """Let the database itself refuse to change or to remove a promise."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER tr_promises_{act.lower()} BEFORE {act} ON promises "
                "BEGIN SELECT RAISE(ABORT, 'a promise stays as it was made'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION ahorraluz_keep_promises() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a promise stays as it was made'; END $$"
    )
    op.execute(
        "CREATE TRIGGER tr_promises_rows BEFORE UPDATE OR DELETE ON promises "
        "FOR EACH ROW EXECUTE FUNCTION ahorraluz_keep_promises()"
    )
    op.execute(
        "CREATE TRIGGER tr_promises_table BEFORE TRUNCATE ON promises "
        "FOR EACH STATEMENT EXECUTE FUNCTION ahorraluz_keep_promises()"
    )
