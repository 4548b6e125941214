"""People: accounts, sessions, who may see which home, consents, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STAYS = "the trail stays as it was written"


def upgrade() -> None:
    """Make the tables, and keep the trail as it is written."""
    _make_accounts()
    _make_keys()
    _make_sessions()
    _make_homes()
    _make_words()
    _make_jobs()
    _make_trail()
    _keep_trail()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name_index", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until_s", sa.BigInteger(), nullable=True),
        sa.Column("second_factor", sa.LargeBinary(), nullable=True),
        sa.Column("second_factor_step", sa.BigInteger(), nullable=True),
        sa.Column("suspended_s", sa.BigInteger(), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name_index", name="uq_accounts_name_index"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_recovery_codes_account"),
        sa.PrimaryKeyConstraint("account", "hash", name="pk_recovery_codes"),
    )


def _make_keys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_passkeys_account"),
        sa.PrimaryKeyConstraint("credential", name="pk_passkeys"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_api_tokens_account"),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
        sa.UniqueConstraint("hash", name="uq_api_tokens_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_tokens_account", "api_tokens", ["account"])


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_sessions_account"),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_table(
        "tickets",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_tickets_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_tickets_home"),
        sa.PrimaryKeyConstraint("hash", name="pk_tickets"),
    )
    op.create_index("ix_tickets_account", "tickets", ["account"])
    op.create_index("ix_tickets_home", "tickets", ["home"])
    op.create_table(
        "once",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_once_account"),
        sa.PrimaryKeyConstraint("account", "key", name="pk_once"),
    )


def _make_homes() -> None:
    op.create_table(
        "answers",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_answers_home"),
        sa.PrimaryKeyConstraint("home", name="pk_answers"),
    )
    op.create_table(
        "reaches",
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("granted_s", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "reach in ('owner', 'consultant', 'viewer')", name="ck_reaches_ck_reaches_reach"
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_reaches_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_reaches_home"),
        sa.PrimaryKeyConstraint("home", "account", name="pk_reaches"),
    )
    op.create_index("ix_reaches_account", "reaches", ["account"])
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_shares_home"),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.UniqueConstraint("hash", name="uq_shares_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shares_home", "shares", ["home"])


def _make_words() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_notes_account"),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_notes_home"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_home", "notes", ["home"])
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text_sha256", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("given_s", sa.BigInteger(), nullable=False),
        sa.Column("until_s", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["home"], ["homes.id"], name="fk_consents_home"),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_consents_account"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consents_account", "consents", ["account"])
    op.create_index("ix_consents_home", "consents", ["home"])


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
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
    op.create_index("ix_jobs_account", "jobs", ["account"])
    op.create_index("ix_jobs_home", "jobs", ["home"])


def _make_trail() -> None:
    op.create_table(
        "trail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
        sa.UniqueConstraint("hash", name="uq_trail_hash"),
        sa.UniqueConstraint("previous", name="uq_trail_previous"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trail_actor", "trail", ["actor"])
    op.create_index("ix_trail_subject", "trail", ["subject"])


def _keep_trail() -> None:
    """Let the database itself refuse to change, to replace or to remove a row of the trail."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER tr_trail_{act.lower()} BEFORE {act} ON trail "
                f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
            )
        # `REPLACE INTO` runs no trigger of DELETE.
        taken = "NEW.id = o.id OR NEW.previous = o.previous OR NEW.hash = o.hash"
        found = f"EXISTS (SELECT 1 FROM trail AS o WHERE {taken})"  # noqa: S608 - ours
        op.execute(
            f"CREATE TRIGGER tr_trail_replace BEFORE INSERT ON trail WHEN {found} "
            f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION ahorraluz_keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{STAYS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER tr_trail_rows BEFORE UPDATE OR DELETE ON trail "
        "FOR EACH ROW EXECUTE FUNCTION ahorraluz_keep_trail()"
    )
    op.execute(
        "CREATE TRIGGER tr_trail_table BEFORE TRUNCATE ON trail "
        "FOR EACH STATEMENT EXECUTE FUNCTION ahorraluz_keep_trail()"
    )
