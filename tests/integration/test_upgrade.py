"""Databases as former releases left them: brought up to date, they give the same answers."""

import io
import json
import lzma
import tarfile
from pathlib import Path

import psycopg
import pytest
from tests.full_service import ask
from tests.integration.postgres import Server
from tests.schema_changes import steps_taken

from ahorraluz.services.database_steps import database_states, upgrade_databases
from ahorraluz.settings import Settings
from ahorraluz.store import schema
from ahorraluz.store.boards.building import GROUPS

FROZEN = Path(__file__).resolve().parents[1] / "golden" / "releases"
RELEASES = sorted(path.name for path in FROZEN.iterdir() if path.is_dir())
VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"


def put_folder(release: str, kind: str, folder: Path) -> None:
    content = (FROZEN / release / f"{kind}-folder.tar.xz").read_bytes()
    folder.mkdir(mode=0o700)
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:xz") as archive:
        # Our own archive; Pythons before 3.11.4 do not know the filter.
        known = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(folder, **known)  # type: ignore[arg-type]


def answers_of(release: str, kind: str) -> dict[str, str]:
    content = lzma.decompress((FROZEN / release / f"{kind}-answers.json.xz").read_bytes())
    found: dict[str, str] = json.loads(content)
    return found


def put_database(release: str, name: str, url: str) -> None:
    statements = lzma.decompress((FROZEN / release / f"postgresql-{name}.sql.xz").read_bytes())
    roles = "".join(
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; "
        "END $$;\n"
        for role in GROUPS
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(roles.encode() + statements)


@pytest.mark.parametrize("release", RELEASES)
def test_files_of_a_former_release_give_the_answers_that_it_gave(
    release: str, tmp_path: Path
) -> None:
    put_folder(release, "sqlite", tmp_path / "datos")
    settings = Settings(data_dir=tmp_path / "datos")

    upgrade_databases(settings)

    assert all(one.state == "current" for one in database_states(settings))
    assert ask(settings, computed=False) == answers_of(release, "sqlite")


@pytest.mark.integration
@pytest.mark.parametrize("release", RELEASES)
def test_a_server_of_a_former_release_gives_the_answers_that_it_gave(
    release: str, tmp_path: Path, postgres_server: Server
) -> None:
    put_folder(release, "postgresql", tmp_path / "datos")
    urls = {name: postgres_server.make_database(f"{release}-{name}") for name in ("data", "keys")}
    for name, url in urls.items():
        put_database(release, name, url)
    settings = Settings(
        data_dir=tmp_path / "datos", database_url=urls["data"], keys_url=urls["keys"]
    )

    upgrade_databases(settings)

    assert all(one.state == "current" for one in database_states(settings))
    assert ask(settings, computed=False) == answers_of(release, "postgresql")


@pytest.mark.integration
def test_no_step_takes_more_from_a_server_than_from_files(
    postgres_server: Server, tmp_path: Path
) -> None:
    after = [path.stem[1:5] for path in sorted(VERSIONS.glob("v*.py"))]
    revisions = [schema.FIRST, *(one for one in after if one > schema.FIRST)]

    on_server = steps_taken(postgres_server.make_database("steps"), revisions)

    assert on_server == steps_taken(f"sqlite:///{tmp_path / 'x.db'}", revisions)


STEP = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "0013", "0012", None, None
oldest = "0012"
def upgrade() -> None:
    op.add_column("duties", sa.Column("colour", sa.Text()))
"""


@pytest.mark.integration
def test_a_step_lets_go_of_a_table_that_somebody_holds_and_tries_again(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.make_database("held")
    schema.upgrade(url)
    (tmp_path / "versions").mkdir()
    for path in VERSIONS.glob("v*.py"):
        (tmp_path / "versions" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "versions" / "v0013_next.py").write_text(STEP, "utf-8")
    tried: list[float] = []
    with psycopg.connect(url) as holder:
        holder.execute("SELECT 1 FROM duties")

        def pause(seconds: float) -> None:
            tried.append(seconds)
            holder.rollback()

        monkeypatch.setattr("time.sleep", pause)
        monkeypatch.setattr(schema, "SCRIPTS", str(tmp_path))
        monkeypatch.setattr(schema, "HEAD", "0013")

        done = schema.upgrade(url)

    assert done == ("0013",)
    assert len(tried) == 1
