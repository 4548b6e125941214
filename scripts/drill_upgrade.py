"""Two releases at one database at once: the former serves and writes while the tables are upgraded.

    python -m scripts.drill_upgrade [--from v0.1.0] [--write]

The former program comes from its tag, in a folder of its own; where the tag is not there, this
says so and ends with 3. It fills a service and serves it; somebody reads and writes over the
network all the time. ``ahorraluz database upgrade`` of today runs, and today's program joins. Then
the same with the release to come, which is made up: a step that adds a table, a column, an index.

``--write`` puts the tables into the documentation.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import requests
from scripts.drill_restore import place, variables
from scripts.drill_tables import Drill, command, finish
from tests.full_service import NOW, OWNERS, neighbours, world_of
from tests.integration.postgres import Server, running_server
from tests.programs import readings
from tests.waiting import free_port, until

from ahorraluz.settings import Settings

PAGE = "upgrade-drill.md"
ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 900.0
PAUSE_S = 0.25
VISITS = 10
"""Of each program in each stage, at least."""
NO_TAG = 3
STEPS = "src/ahorraluz/store/migrations"
FILL = "fill(read_settings(), model=False, looked_at=False, hours=24 * 14)"
ASK = "print(json.dumps(ask(read_settings(), computed=False, of_all=False)))"
NEXT = """
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "0013", "0012", None, None
oldest = "0012"
def upgrade() -> None:
    op.create_table("tomorrow", sa.Column("id", sa.Text(), primary_key=True))
    op.add_column("homes", sa.Column("colour", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_homes_colour", "homes", ["colour"])
"""
UPGRADE = "schema.SCRIPTS, schema.HEAD = sys.argv[1], '0013'; print(schema.upgrade(sys.argv[2]))"


@dataclass
class Visitor:
    """Somebody who reads and writes at one address all the time."""

    address: str
    home: str
    key: str
    first_day: datetime
    done: int = 0
    wrong: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def come(self) -> None:
        """Read and write until it is over."""
        bearer = {"Authorization": f"Bearer {self.key}"}
        while not self.over.wait(PAUSE_S):
            write = self.done % 2 == 1
            url = f"{self.address}/api/v1/homes/{self.home}/readings"
            try:
                if write:
                    body = readings(24, start=self.first_day + timedelta(days=self.done))
                    kind = {**bearer, "Content-Type": "application/x-ndjson"}
                    answer = requests.post(url, data=body, headers=kind, timeout=PATIENCE_S)
                else:
                    answer = requests.get(url, headers=bearer, timeout=PATIENCE_S)
            except requests.RequestException as error:
                self.wrong.append(type(error).__name__)
            else:
                if not answer.ok:
                    self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
            self.done += 1


@dataclass
class Stage:
    """A service with two programs at it."""

    settings: Settings
    old_code: Path
    home: str = ""
    key: str = ""

    def environment(self, *, old: bool) -> dict[str, str]:
        """Return the environment of a program of the former release, or of today."""
        code = self.old_code if old else ROOT
        return variables(self.settings) | {"PYTHONPATH": f"{code / 'src'}:{ROOT}"}

    def said(self, script: str, *words: str, old: bool) -> str:
        """Return what a few lines of Python say under one of the programs."""
        begin = (
            "import json, sys\n"
            "from tests.full_service import ask, fill\n"
            "from ahorraluz.settings import read_settings\n"
            "from ahorraluz.store import schema\n"
        )
        run = subprocess.run(
            [sys.executable, "-c", begin + script, *words],
            env=self.environment(old=old),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise RuntimeError(run.stderr)
        return run.stdout.strip()

    @contextmanager
    def served(self, first_day: datetime, *, old: bool) -> Iterator[Visitor]:
        """Serve the pages and let somebody come all the time."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        words = [sys.executable, "-m", "ahorraluz", "serve", "--port", str(port)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(
            words,
            env=self.environment(old=old),
            cwd=self.old_code if old else ROOT,
            **quiet,  # type: ignore[call-overload]
        ) as process:
            visitor = Visitor(address, self.home, self.key, first_day)
            thread = threading.Thread(target=visitor.come)
            try:
                if not until(lambda: answers(address), patience_s=PATIENCE_S):
                    raise RuntimeError("nothing answers")
                thread.start()
                yield visitor
            finally:
                visitor.over.set()
                if thread.is_alive():
                    thread.join()
                process.terminate()


def answers(address: str) -> bool:
    """Tell whether the pages answer."""
    try:
        return requests.get(f"{address}/salud", timeout=5).ok
    except requests.RequestException:
        return False


def visited(*visitors: Visitor) -> str:
    """Wait for some more visits of each, and tell how many went wrong."""
    begin = [one.done for one in visitors]
    while any(one.done < before + VISITS for one, before in zip(visitors, begin, strict=True)):
        time.sleep(PAUSE_S)
    wrong = [said for one in visitors for said in one.wrong]
    return f"{sum(one.done for one in visitors)} reads and writes, {len(wrong)} failed"


def drill(name: str, folder: Path, server: Server | None, old_code: Path) -> Drill:
    """Let two releases, and then three, use one database."""
    found = Drill(name)
    stage = Stage(place(folder, server, "service"), old_code)
    found.timed("0.1.0 fills a service", lambda: stage.said(FILL, old=True) or "done")
    before: dict[str, str] = json.loads(stage.said(ASK, old=True))
    stage.home = next(neighbours(stage.settings)).split()[0]
    stage.key = _key(stage.settings)
    with ExitStack() as stack:
        old = stack.enter_context(stage.served(NOW - timedelta(days=800), old=True))
        found.timed("0.1.0 serves", lambda: visited(old))
        found.timed("`ahorraluz database upgrade` meanwhile", lambda: _upgraded(stage))
        new = stack.enter_context(stage.served(NOW - timedelta(days=1600), old=False))
        found.timed("0.1.0 and the program of today serve", lambda: visited(old, new))
        found.note("a command of 0.1.0 begun now", _begun(stage, old=True))
        found.timed(
            "the made-up next release runs its step meanwhile", lambda: _next(stage, folder)
        )
        found.timed("both go on", lambda: visited(old, new))
        found.note("a command of today begun now", _begun(stage, old=False))
        found.note("a command of 0.1.0 begun now", _begun(stage, old=True))
        found.failed = bool(old.wrong or new.wrong)
        for said in dict.fromkeys((*old.wrong, *new.wrong)):
            print(said, file=sys.stderr)
    found.same("answers before and after", before, json.loads(stage.said(ASK, old=False)))
    return found


def _upgraded(stage: Stage) -> str:
    told = command("database", "upgrade", "--json", settings=stage.environment(old=False))
    steps = [step for one in json.loads(told)["databases"] for step in one["steps"]]
    return f"steps run: {', '.join(steps) or 'none, nothing was missing'}"


def _key(settings: Settings) -> str:
    world = world_of(settings)
    accounts = world.tools.store.people.accounts.all()
    neighbour = next(one for one in accounts if one.name.startswith("vecina@"))
    assert neighbour.name not in OWNERS
    key = world.key(neighbour)
    world.tools.store.close()
    return key


def _next(stage: Stage, folder: Path) -> str:
    steps = folder / "next"
    versions = steps / "versions"
    versions.mkdir(parents=True)
    for path in (ROOT / STEPS / "versions").glob("v*.py"):
        (versions / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (versions / "v0013_next.py").write_text(NEXT, "utf-8")
    done = stage.said(UPGRADE, str(steps), stage.settings.database, old=False)
    return f"steps {done}"


def _begun(stage: Stage, *, old: bool) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "ahorraluz", "readings", "list", "--json", "--lang", "en"],
        env=stage.environment(old=old),
        cwd=stage.old_code if old else ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode == 0:
        return f"{len(json.loads(run.stdout)['homes'])} homes"
    return "refused: " + ", ".join(one["code"] for one in json.loads(run.stderr)["issues"])


@contextmanager
def code_of(tag: str) -> Iterator[Path | None]:
    """Give the code of a tag in a folder of its own; ``None`` where there is no such tag."""
    git = ["git", "-C", str(ROOT)]
    if subprocess.run(
        [*git, "rev-parse", "-q", "--verify", f"{tag}^{{commit}}"],
        stdout=subprocess.DEVNULL,
        check=False,
    ).returncode:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / tag
        subprocess.run([*git, "worktree", "add", "-q", "--detach", place, tag], check=True)
        try:
            yield place
        finally:
            subprocess.run([*git, "worktree", "remove", "--force", place], check=True)


def main() -> int:
    """Drill, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="tag", default="v0.1.0")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with code_of(asked.tag) as old_code, ExitStack() as stack:
        if old_code is None:
            print(f"there is no tag {asked.tag} here: git fetch --tags", file=sys.stderr)
            return NO_TAG
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]
        server = stack.enter_context(running_server())
        # Side by side: most of the time each waits for programs to start.
        with ThreadPoolExecutor() as both:
            drills = list(
                both.map(
                    drill, ("SQLite", "PostgreSQL"), folders, (None, server), (old_code, old_code)
                )
            )
    return finish(drills, PAGE, write=asked.write)


if __name__ == "__main__":
    sys.exit(main())
