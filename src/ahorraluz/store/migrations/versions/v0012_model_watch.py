"""What models were fed and what they answered, day by day, to see when either moves."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "watched_days",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_watched_days_home"),
        sa.PrimaryKeyConstraint("home", "day", name="pk_watched_days"),
    )
    op.create_index("ix_watched_days_day", "watched_days", ["day"])
    op.create_table(
        "watched_forecasts",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("ahead", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=True),
        sa.Column("scores", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_watched_forecasts_home"),
        sa.PrimaryKeyConstraint("home", "origin", "ahead", name="pk_watched_forecasts"),
    )
    op.create_index("ix_watched_forecasts_day", "watched_forecasts", ["day"])
    op.create_table(
        "watch_checks",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_watch_checks"),
    )
