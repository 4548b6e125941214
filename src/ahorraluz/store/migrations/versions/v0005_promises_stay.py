"""Promises stay also where a row replaces another; what was noted of a step stays as well.

SQLite runs no trigger of DELETE for ``REPLACE INTO``, so the triggers of 0003 let it through.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STAYS = "a promise stays as it was made"
NOTED = "a day stays as it was noted"
TAKEN = {
    "promises": ("n.id = o.id OR n.previous = o.previous OR n.hash = o.hash", STAYS),
    "promise_homes": (
        "n.promise_id = o.promise_id OR (n.home = o.home AND n.step = o.step)",
        STAYS,
    ),
    "done_steps": ("n.id = o.id", NOTED),
}
"""Table: when a new row ``n`` would take the place of an old row ``o``, and what is said."""
LATER = {
    "promises": ("n.id < o.id OR n.made_s + 300 < o.made_s", STAYS),
    "done_steps": ("n.id < o.id AND n.home = o.home AND n.step = o.step", NOTED),
}
"""Table: when a new row would slip in before an old one. [s: ``CLOCK_SLACK_S`` of the store]"""


def upgrade() -> None:
    """Make the triggers."""
    if op.get_bind().dialect.name == "sqlite":
        _of_sqlite()
    else:
        _of_postgresql()


def _of_sqlite() -> None:
    for table, (same, words) in TAKEN.items():
        # BEFORE: afterwards the old row would be gone. The id may not be known yet.
        _sqlite_trigger(f"tr_{table}_replace", "BEFORE INSERT", table, words, when=same)
    for table, (early, words) in LATER.items():
        # AFTER: only then is an id that the database gives known.
        _sqlite_trigger(f"tr_{table}_order", "AFTER INSERT", table, words, when=early)
    for table in ("promise_homes", "done_steps"):
        _sqlite_trigger(f"tr_{table}_update", "BEFORE UPDATE", table, TAKEN[table][1])


def _sqlite_trigger(name: str, act: str, table: str, words: str, when: str | None = None) -> None:
    """Refuse an act, always or where an old row ``o`` stands against the new one ``n``."""
    condition = ""
    if when is not None:
        found = when.replace("n.", "NEW.")
        condition = f"WHEN EXISTS (SELECT 1 FROM {table} AS o WHERE {found}) "  # noqa: S608 - ours
    op.execute(
        f"CREATE TRIGGER {name} {act} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def _of_postgresql() -> None:
    """Refuse the same; a clash of keys is refused by the keys, as nothing replaces a row."""
    op.execute(
        "CREATE FUNCTION ahorraluz_keep_days() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{NOTED}'; END $$"
    )
    for table, keep in (
        ("promise_homes", "ahorraluz_keep_promises"),
        ("done_steps", "ahorraluz_keep_days"),
    ):
        op.execute(
            f"CREATE TRIGGER tr_{table}_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {keep}()"
        )
        op.execute(
            f"CREATE TRIGGER tr_{table}_table BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {keep}()"
        )
    for table, (early, words) in LATER.items():
        found = early.replace("n.", "NEW.")
        condition = f"EXISTS (SELECT 1 FROM {table} AS o WHERE {found})"  # noqa: S608 - ours
        op.execute(
            f"CREATE FUNCTION ahorraluz_order_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {condition} THEN RAISE EXCEPTION '{words}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER tr_{table}_order BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION ahorraluz_order_{table}()"
        )
