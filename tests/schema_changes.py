"""What a step of the migrations takes from programs that do not know it, found by running it.

The tables before and after are compared, whatever way the step went: also one that writes its SQL
by hand is seen.
"""

from dataclasses import dataclass, field

from sqlalchemy import Connection, inspect

from ahorraluz.store.connections import connect, writing
from ahorraluz.store.schema import run_steps

OURS = "ahorraluz_schema"


@dataclass(frozen=True)
class Tables:
    """The tables of a database."""

    columns: dict[tuple[str, str], tuple[str, bool, bool]] = field(default_factory=dict)
    """Type, whether it may be empty, and whether the database fills it in, by table and column."""
    rules: frozenset[tuple[str, str]] = frozenset()
    """What the database refuses, by table."""
    names: frozenset[str] = frozenset()


def tables_of(connection: Connection) -> Tables:
    """Return the tables of a database."""
    found = inspect(connection)
    names = [name for name in found.get_table_names() if not name.startswith(OURS)]
    columns, rules = {}, set[tuple[str, str]]()
    for name in names:
        for column in found.get_columns(name):
            filled = column["default"] is not None or bool(column.get("autoincrement") is True)
            kind = str(column["type"])
            columns[name, column["name"]] = (kind, bool(column["nullable"]), filled)
        for key in (*found.get_unique_constraints(name), *found.get_check_constraints(name)):
            rules.add((name, str(sorted(key.items(), key=str))))
        for foreign in found.get_foreign_keys(name):
            rules.add((name, f"refers {foreign['constrained_columns']}"))
        for index in found.get_indexes(name):
            if index["unique"]:
                rules.add((name, f"unique {index['column_names']}"))
        for trigger in _triggers(connection, name):
            rules.add((name, trigger))
    return Tables(columns=columns, rules=frozenset(rules), names=frozenset(names))


def _triggers(connection: Connection, table: str) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(%s)"
    )
    found = connection.exec_driver_sql(query, (table,)).scalars()
    return [f"trigger {name}" for name in found]


def contracted(before: Tables, after: Tables) -> list[str]:
    """Return what a program of before cannot do any more with the tables of after."""
    taken = [f"{name}: no such table any more" for name in before.names - after.names]
    for (table, column), (kind, empty, _) in before.columns.items():
        now = after.columns.get((table, column))
        if table not in after.names:
            continue
        if now is None:
            taken.append(f"{table}.{column}: no such column any more")
        elif now[0] != kind:
            taken.append(f"{table}.{column}: another type")
        elif empty and not now[1]:
            taken.append(f"{table}.{column}: may not be empty any more")
    for (table, column), (_, empty, filled) in after.columns.items():
        new = (table, column) not in before.columns
        if table in before.names and new and not empty and not filled:
            taken.append(f"{table}.{column}: has to be filled in by whoever adds a row")
    taken += [
        f"{table}: a new rule, {rule}"
        for table, rule in after.rules - before.rules
        if table in before.names
    ]
    return sorted(taken)


def steps_taken(url: str, revisions: list[str]) -> dict[str, list[str]]:
    """Run steps one by one on a database; return what each takes."""
    taken = {}
    engine = connect(url, create=True)
    with engine.connect() as connection:
        before = tables_of(connection)
    for revision in revisions:
        with writing(engine) as connection:
            run_steps(connection, to=revision)
            after = tables_of(connection)
        taken[revision] = contracted(before, after)
        before = after
    engine.dispose()
    return taken
