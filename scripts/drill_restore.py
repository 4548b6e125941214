"""Fill a service, back it up while it works, lose it, bring it back elsewhere, and ask again.

    python -m scripts.drill_restore [--write]

Once with files, once with a PostgreSQL server, which is brought back on another server; and a copy
of the files on a server. ``--write`` puts the tables into the documentation.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scripts.drill_tables import BYTES_KB, Drill, command, finish
from tests.full_service import OWNERS, ask, fill
from tests.integration.postgres import Server, running_server

from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

PAGE = "restore-drill.md"
NEIGHBOUR = """
import sys
from tests.full_service import neighbours
from ahorraluz.settings import read_settings
for kept in neighbours(read_settings()):
    print(kept, flush=True)
"""


def variables(settings: Settings) -> dict[str, str]:
    """Return the environment of a command of a service."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AHORRALUZ_")}
    return own | {
        "AHORRALUZ_DATA_DIR": str(settings.data_dir),
        "AHORRALUZ_DATABASE_URL": settings.database_url,
        "AHORRALUZ_KEYS_URL": settings.keys_url,
    }


def place(folder: Path, server: Server | None, name: str) -> Settings:
    """Return where a service is: in files, or on a server."""
    if server is None:
        return Settings(data_dir=folder / name)
    urls = [server.make_database(f"{folder.name}_{name}_{kind}") for kind in ("data", "keys")]
    return Settings(data_dir=folder / name, database_url=urls[0], keys_url=urls[1])


@contextmanager
def at_work(settings: Settings) -> Iterator[list[str]]:
    """Let somebody keep homes and readings meanwhile; give what was kept so far at the end."""
    kept: list[str] = []
    words = [sys.executable, "-c", NEIGHBOUR]
    with subprocess.Popen(
        words, env=variables(settings), stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        kept.append(writer.stdout.readline())
        try:
            yield kept
        finally:
            writer.terminate()
            kept += writer.stdout.read().splitlines()


def drill(name: str, folder: Path, first: Server | None, other: Server | None) -> Drill:
    """Lose a service and bring it back elsewhere."""
    found = Drill(name)
    lost = place(folder, first, "lost")
    found.timed("fill a service", lambda: _filled(lost))
    answers = ask(lost, of_all=False)
    copies = {kind: folder / "copies" / kind for kind in ("data", "keys", "ring")}
    words = (copies["data"], "--keys", copies["keys"], "--ring", copies["ring"])
    with at_work(lost) as kept:
        found.timed(
            "`ahorraluz backup make` while others write",
            lambda: _sizes(command("backup", "make", *words, settings=variables(lost)), copies),
        )
    found.note("kept by others before, while and after", f"{len(kept)} writes")
    parts = [next(iter(copies[kind].iterdir())) for kind in ("data", "keys", "ring")]
    empty = place(folder, other, "found")
    found.timed("`ahorraluz backup check`", lambda: told(empty, "check", *parts, most=2))
    found.timed(
        "`ahorraluz backup restore` on an empty machine",
        lambda: told(empty, "restore", *parts),
    )
    found.same("answers of both", answers, ask(empty, of_all=False))
    _forgotten(found, lost, place(folder, other, "later"), parts)
    return found


def _forgotten(found: Drill, lost: Settings, later: Settings, parts: list[Path]) -> None:
    """Bring the old data back with the keys of after a deletion."""
    tools = open_toolbox(lost)
    account = next(one for one in tools.store.people.accounts.all() if one.name == OWNERS[1])
    for reached in tools.store.people.households.homes_of(account.id):
        forget_home(reached.home, tools=tools)
    tools.store.people.accounts.remove(account.id)
    tools.store.close()
    keys = lost.data_dir.with_name("keys-later")
    command("backup", "make", "--keys", keys, settings=variables(lost))
    came = told(later, "restore", parts[0], next(iter(keys.iterdir())), parts[2])
    tools = open_toolbox(later)
    there = {one.name for one in tools.store.people.accounts.all()}
    tools.store.close()
    found.failed = found.failed or OWNERS[1] in there or OWNERS[0] not in there
    found.note("an account and its home deleted; then the old data with the newer keys", came)


def _filled(settings: Settings) -> str:
    fill(settings)
    return "4 accounts, 2 homes, 84 days of hours, live readings, a promise, a sheet, a model"


def _sizes(_: str, copies: Mapping[str, Path]) -> str:
    return ", ".join(
        f"{kind} {sum(part.stat().st_size for part in place.iterdir()) // BYTES_KB} kB"
        for kind, place in copies.items()
    )


def told(settings: Settings, *words: str | Path, most: int = 1) -> str:
    """Return the end of what a command about backups says."""
    said = command("backup", *words, "--lang", "en", settings=variables(settings))
    return " ".join(said.splitlines()[-most:])


def main() -> int:
    """Drill, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(3)]
        first, other = (stack.enter_context(running_server()) for _ in range(2))
        drills = [
            drill("SQLite, on another machine", folders[0], None, None),
            drill("PostgreSQL, on another server", folders[1], first, other),
            drill("From SQLite to PostgreSQL", folders[2], None, other),
        ]
    return finish(drills, PAGE, write=asked.write)


if __name__ == "__main__":
    sys.exit(main())
