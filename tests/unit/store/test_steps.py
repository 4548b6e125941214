"""Steps of the tables: what each takes from programs that do not know it, and what that needs."""

import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.schema_changes import steps_taken

from ahorraluz.store import schema
from ahorraluz.store.connections import connect, writing
from ahorraluz.store.errors import StoreError
from ahorraluz.store.schema import FIRST, State, bring_up_to_date, run_steps, standing_of, upgrade

VERSIONS = Path(schema.__file__).parent / "migrations" / "versions"
CHANGELOG = Path(__file__).resolve().parents[3] / "CHANGELOG.md"
REVISIONS = sorted(path.stem[1:5] for path in VERSIONS.glob("v*.py"))
STEP = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None
{said}
def upgrade() -> None:
    {does}
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of steps, those of today, that a test adds later ones to."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "script.py.mako").write_text("")
    for path in VERSIONS.glob("v*.py"):
        (folder / "versions" / path.name).write_text(path.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(schema, "SCRIPTS", str(folder))
    return folder / "versions"


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of the first release."""
    path = tmp_path_factory.mktemp("first") / "x.db"
    upgrade(f"sqlite:///{path}")
    return path


def taken_by(step: str, first: Path, folder: Path) -> dict[str, list[str]]:
    copy = shutil.copy(first, folder / "x.db")
    return steps_taken(f"sqlite:///{copy}", [step])


def add(folder: Path, revision: str, does: str, said: str = "") -> None:
    before = f"{int(revision) - 1:04d}"
    content = STEP.format(revision=revision, before=before, does=does, said=said)
    (folder / f"v{revision}_later.py").write_text(content, "utf-8")


# --- the rule ----------------------------------------------------------------------------------


def module_of(revision: str) -> object:
    name = next(VERSIONS.glob(f"v{revision}_*.py")).stem
    return import_module(f"ahorraluz.store.migrations.versions.{name}")


def releases() -> list[tuple[int, ...]]:
    found = re.findall(r"^## (\d+)\.(\d+)\.(\d+)", CHANGELOG.read_text("utf-8"), re.MULTILINE)
    return [tuple(map(int, numbers)) for numbers in found]


def faults(taken: dict[str, list[str]], said: dict[str, object]) -> list[str]:
    """Return what is wrong with the steps after the first release."""
    found = []
    oldest = FIRST
    for revision in sorted(taken):
        if revision <= FIRST:
            continue
        module = said[revision]
        known, unused = (getattr(module, name, None) for name in ("oldest", "unused_since"))
        if not isinstance(known, str) or not oldest <= known <= revision:
            found.append(f"{revision} does not say which program can still use its tables")
            continue
        if taken[revision] and known == oldest:
            found.append(f"{revision} takes something away that {known} needs: {taken[revision]}")
        if taken[revision] and unused is None:
            found.append(f"{revision} does not say since which release nothing uses it")
        elif unused is not None and tuple(map(int, str(unused).split("."))) not in releases():
            found.append(f"{revision} says it is unused since {unused}, which was not released")
        oldest = known
    return found


def test_every_step_leaves_the_former_release_what_it_needs(tmp_path: Path) -> None:
    taken = steps_taken(f"sqlite:///{tmp_path / 'x.db'}", REVISIONS)

    assert faults(taken, {revision: module_of(revision) for revision in REVISIONS}) == []
    # Those of the first release came together: nobody missed what triggers took away.
    assert [step for step in taken if taken[step] and step <= FIRST] == ["0005"]


TAKES = [
    pytest.param("op.drop_table('duties')", id="a table dropped"),
    pytest.param("op.rename_table('duties', 'tasks')", id="a table renamed"),
    pytest.param("op.execute('ALTER TABLE duties DROP COLUMN outcome')", id="a column dropped"),
    pytest.param("op.alter_column('duties', 'name', new_column_name='n')", id="a column renamed"),
    pytest.param(
        "op.execute('ALTER TABLE duties ADD COLUMN x TEXT NOT NULL DEFAULT 1');"
        " op.create_index('u', 'duties', ['x'], unique=True)",
        id="values that may not come twice",
    ),
    pytest.param(
        "op.execute('CREATE TRIGGER t BEFORE DELETE ON duties BEGIN SELECT 1; END')",
        id="a trigger on a table that is there",
    ),
    pytest.param(
        "t = op.batch_alter_table('duties'); b = t.__enter__();"
        " b.alter_column('until_s', nullable=False); t.__exit__(None, None, None)",
        id="a column that may be empty no more",
    ),
    pytest.param(
        "t = op.batch_alter_table('duties'); b = t.__enter__();"
        " b.alter_column('until_s', type_=sa.Text()); t.__exit__(None, None, None)",
        id="another type",
    ),
]
LEAVES = [
    pytest.param("op.create_table('x', sa.Column('a', sa.Text(), nullable=False))", id="a table"),
    pytest.param("op.add_column('duties', sa.Column('x', sa.Text()))", id="a column"),
    pytest.param(
        "op.add_column('duties', sa.Column('x', sa.Text(), nullable=False, server_default=''))",
        id="a column that is filled in",
    ),
    pytest.param("op.create_index('ix_x', 'duties', ['due_s'])", id="an index"),
]


@pytest.mark.parametrize("does", TAKES)
def test_a_step_that_takes_away_is_refused_unless_it_says_so(
    later: Path, first: Path, tmp_path: Path, does: str
) -> None:
    class Silent:
        oldest = FIRST

    class Saying:
        oldest = "0013"
        unused_since = "0.1.0"

    class Early:
        oldest = "0013"
        unused_since = "0.9.0"

    add(later, "0013", does)
    taken = taken_by("0013", first, tmp_path)

    assert faults(taken, {"0013": Silent})
    assert faults(taken, {"0013": object})
    assert faults(taken, {"0013": Early})
    assert faults(taken, {"0013": Saying}) == []


@pytest.mark.parametrize("does", LEAVES)
def test_a_step_that_only_adds_is_fine(later: Path, first: Path, tmp_path: Path, does: str) -> None:
    class Adding:
        oldest = FIRST

    add(later, "0013", does)
    taken = taken_by("0013", first, tmp_path)

    assert faults(taken, {"0013": Adding}) == []


# --- two programs at one database ---------------------------------------------------------------


def test_a_program_goes_on_with_tables_that_a_later_one_added_to(
    later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    upgrade(url)
    add(later, "0013", "op.create_table('x', sa.Column('a', sa.Text()))", f"oldest = '{FIRST}'")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "HEAD", "0013")
        done = upgrade(url)
    (later / "v0013_later.py").unlink()

    found = standing_of(url)

    assert done == ("0013",)
    assert (found.state, found.version) == (State.AHEAD, "0013")
    assert upgrade(url) == ()


def test_a_program_refuses_tables_that_a_later_one_took_from(
    later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    upgrade(url)
    add(later, "0013", "op.create_index('ix_x', 'duties', ['due_s'])", f"oldest = '{FIRST}'")
    add(later, "0014", "op.drop_table('duties')", "oldest = '0013'\nunused_since = '0.1.0'")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "HEAD", "0014")
        assert upgrade(url) == ("0013", "0014")
    (later / "v0014_later.py").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "HEAD", "0013")
        assert standing_of(url).state is State.AHEAD
    (later / "v0013_later.py").unlink()

    assert standing_of(url).state is State.NEWER
    with pytest.raises(StoreError) as caught:
        upgrade(url)
    assert caught.value.issue.code == "database-newer"


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_database_of_every_former_step_is_brought_up_to_date(
    tmp_path: Path, revision: str
) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'x.db'}", create=True)
    with writing(engine) as connection:
        run_steps(connection, to=revision)

    done = bring_up_to_date(engine, place="x")

    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM ahorraluz_schema")).scalar()
    engine.dispose()
    assert done == tuple(REVISIONS[REVISIONS.index(revision) + 1 :])
    assert found == schema.HEAD
