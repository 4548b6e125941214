"""Who may read boards of the database: the logins that were made for homes and accounts.

Views and roles are no part of a step: they are made anew after the steps, from what is there then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "board_logins",
        sa.Column("role_name", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "audience in ('home', 'consultant', 'agency', 'service', 'model')",
            name="ck_board_logins_audience",
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_board_logins_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_board_logins_home"),
        sa.PrimaryKeyConstraint("role_name", name="pk_board_logins"),
    )
    op.create_index("ix_board_logins_account", "board_logins", ["account"])
    op.create_index("ix_board_logins_home", "board_logins", ["home"])
