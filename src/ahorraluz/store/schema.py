"""Bring a database to the tables of this program: at once if it has them, else by Alembic."""

from sqlalchemy import Connection, Engine, column, inspect, select, table

from ahorraluz.store.boards import building
from ahorraluz.store.connections import SCHEMA_LOCK, lock, writing
from ahorraluz.store.errors import StoreError

HEAD = "0012"
"""Newest step in ``migrations/versions``."""
VERSION_TABLE = "ahorraluz_schema"
"""Where a database says which steps it has; of our own name, for a database may be shared."""


def bring_up_to_date(engine: Engine, *, place: str) -> None:
    """Run the steps that a database lacks, all or none of them.

    Raises
    ------
    StoreError
        ``database-newer``: a later version of the program made its tables.
    """
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with writing(engine) as connection:
        lock(connection, SCHEMA_LOCK)
        # Another process may have been here while this one waited.
        version = _version(connection)
        if version != HEAD:
            # Views hang on tables that a step may change.
            building.clear(connection)
            _upgrade(connection, version, place)
            building.build_if_allowed(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    versions = table(VERSION_TABLE, column("version_num"))
    version = connection.execute(select(versions.c.version_num)).scalar()
    return None if version is None else str(version)


def _upgrade(connection: Connection, version: str | None, place: str) -> None:
    # Imported here: a database that is up to date never needs Alembic.
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.runtime.migration import MigrationContext, RevisionStep
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "ahorraluz.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    if version is not None and version not in {step.revision for step in scripts.walk_revisions()}:
        raise StoreError("database-newer", place=place)

    def steps(found: object, _: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("head", found)  # type: ignore[arg-type]

    with EnvironmentContext(config, scripts, fn=steps, destination_rev="head") as environment:
        environment.configure(
            connection=connection, version_table=VERSION_TABLE, transactional_ddl=True
        )
        environment.run_migrations()
