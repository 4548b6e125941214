"""Jobs of visitors without an account, and what the service does by itself every day."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = "id, account, home, kind, state, sealed, created_s, finished_s"


def upgrade() -> None:
    """Let a job belong to no account, and make the table of duties."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        op.alter_column("jobs", "account", nullable=True)
    op.create_table(
        "duties",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_s", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("until_s", sa.BigInteger(), nullable=True),
        sa.Column("began_s", sa.BigInteger(), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("name", name="pk_duties"),
    )


def _make_anew() -> None:
    """Copy the table: SQLite changes no column in its place. Nothing refers to it."""
    op.drop_index("ix_jobs_account", "jobs")
    op.drop_index("ix_jobs_home", "jobs")
    op.rename_table("jobs", "jobs_before")
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("finished_s", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'done', 'failed')", name="ck_jobs_ck_jobs_state"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_jobs_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_jobs_home"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.execute(f"INSERT INTO jobs ({COLUMNS}) SELECT {COLUMNS} FROM jobs_before")  # noqa: S608 - ours
    op.drop_table("jobs_before")
    op.create_index("ix_jobs_account", "jobs", ["account"])
    op.create_index("ix_jobs_home", "jobs", ["home"])
