"""What a home is like, so that homes like it can be compared."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of descriptions."""
    op.create_table(
        "descriptions",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("altitude_m", sa.Double(), nullable=False),
        sa.Column("end_uses", sa.Text(), nullable=False),
        sa.Column("kwh_month", sa.Double(), nullable=False),
        sa.Column("changed_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("home", name="pk_descriptions"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_descriptions_home"),
    )
