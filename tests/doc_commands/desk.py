"""Where the commands of a page are run: a folder, settings and a store of its own."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest
from click.testing import CliRunner
from tests.doc_commands import asking
from tests.doc_commands.blocks import ROOT, Block
from tests.unit.cli.test_fleet_score import HereEngine

from ahorraluz.cli.main import cli
from ahorraluz.cli.session import Session
from ahorraluz.services.fleet import local

DAY = date(2027, 2, 14)
"""Today, where a command is not told the day: not the day on which any page was written."""
NOT_HERE = (
    *("AHORRALUZ_DATA_DIR", "AHORRALUZ_DATABASE_URL", "AHORRALUZ_KEYS_URL", "AHORRALUZ_QUEUE_URL"),
    *("AHORRALUZ_REGISTRY_URI", "AHORRALUZ_SERVING_URL", "PATH"),
)
"""Variables whose value is read, but not kept: the server or folder that they name is not there."""
_NAME = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_KEEPS = re.compile(r"readings import .*--home (\S+)")
"""A command that makes the home that it names, which nobody has to make before."""
_WRITES = r"(?:--(?:out|html|claim|csv|trigger|report|log|checkpoint|events)[ =])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


class Database(Protocol):
    """A server of PostgreSQL."""

    def make_database(self, name: str) -> str:
        """Make an empty database and return its URL."""

    def url(self, database: str = ...) -> str:
        """Return the URL of a database."""


Stand = Callable[["Desk"], str | None]
"""Makes what a word of a page names; returns the word to say instead, ``None``: the same one."""


@dataclass
class Desk:
    """The surroundings of one page."""

    folder: Path
    kept: Path
    stands: Mapping[str, Stand]
    """By the word of the page."""
    typed: Mapping[str, str]
    """What is typed when a command asks, by how the command begins."""
    server: Callable[[], Database]
    env: dict[str, str] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    """What the blocks of Python of the page have defined."""
    stood: dict[str, str] = field(default_factory=dict)
    world: asking.World | None = None
    alone: bool = False
    """Whether commands of ours are processes of their own, as they are for who types them."""
    over: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    """What ends with the page."""

    def enter(self, patch: pytest.MonkeyPatch) -> None:
        """Go to this desk."""
        patch.chdir(self.folder)
        patch.setenv("AHORRALUZ_DATA_DIR", str(self.kept))
        patch.setattr(local, "LocalEngine", HereEngine)
        patch.setattr(Session, "day", lambda _, given: given or DAY)

    def run(self, *words: str | Path, typed: str = "") -> Done:
        """Run a command of ours in this process."""
        said = [str(word) for word in words]
        session = Session.of(said)
        result = CliRunner(env=self.env).invoke(cli, said, input=typed, obj=session)
        if "tools" in vars(session):
            # What would end with the process.
            session.tools.store.close()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(code=result.exit_code, out=result.stdout, err=result.stderr)

    def must(self, *words: str | Path, typed: str = "") -> Done:
        """Run a command that must end well."""
        done = self.run(*words, typed=typed)
        assert done.code == 0, f"{words}: {done.err or done.out}"
        return done

    def do(self, text: str) -> Done:
        """Run a command as it stands in a page."""
        text = self.put_in(text)
        head, rest = _first(text)
        words = [self._filled(word) for word in shlex.split(head, comments=True)]
        while words and re.fullmatch(r"[A-Z_][A-Z0-9_]*=.*", words[0]):
            words = words[1:]
        program = words[0] if words else ""
        if program == "export":
            return self._export(words[1:])
        here = {"curl"} if self.alone else {"ahorraluz", "curl"}
        if program not in here or not re.fullmatch(r"([|].*)?", rest, re.DOTALL):
            return self._shell(text)
        done = (
            asking.curl(words[1:], world=self.open_world())
            if program == "curl"
            else self.run(*words[1:], typed=self._typed(text))
        )
        if not rest or done.code:
            return done
        return self._shell(rest.removeprefix("|"), given=done.out)

    def put_in(self, text: str) -> str:
        """Return a command with what stands for its names, which is made if it is not there."""
        read = re.sub(rf"{_WRITES}\S+", "", text)
        for name in _KEEPS.findall(text):
            self.stood.setdefault(name, name)
        for word, make in self.stands.items():
            place = _place_of(word)
            if word not in self.stood and place.search(read):
                # What stands elsewhere on this machine is not what the page means.
                there = not word.startswith("/") and (self.folder / word).exists()
                self.stood[word] = word if there else (make(self) or word)
            if self.stood.get(word, word) != word:
                text = place.sub(self.stood[word].replace("\\", r"\\"), text)
        return text

    def open_world(self) -> asking.World:
        """Return the application over the store of the page."""
        if self.world is None:
            self.world = asking.make_world(self.kept)
        return self.world

    def python(self, block: Block) -> None:
        """Run a block of Python: one with a caption is a script, others go on from each other."""
        text = self.put_in(block.text)
        names = self.names
        if block.caption is not None:
            (self.folder / block.caption).write_text(block.text, "utf-8")
            names = {"__name__": "__main__"}
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(text, f"{block.page}:{block.line}", "exec"), names)

    def _typed(self, text: str) -> str:
        return next((said for start, said in self.typed.items() if text.startswith(start)), "")

    def _filled(self, word: str) -> str:
        known = {**os.environ, "PWD": str(self.folder), **self.env}
        return _NAME.sub(lambda found: known.get(found[1] or found[2], found[0]), word)

    def _export(self, words: list[str]) -> Done:
        """Keep a variable; settings of ours name servers that are not there, so they are read."""
        from ahorraluz.settings import read_settings

        for word in words:
            name, _, value = word.partition("=")
            if name.startswith("AHORRALUZ_"):
                read_settings({name: value})
            if name not in NOT_HERE:
                self.env[name] = value
        return Done(code=0, out="", err="")

    def _shell(self, text: str, *, given: str = "") -> Done:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", text],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env={**os.environ, **self.env, "PATH": path},
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)


def _place_of(word: str) -> re.Pattern[str]:
    """Return what finds a word, and no longer one that it is a part of."""
    left = r"(?<![\w.@/-])" if word[0].isalnum() else ""
    right = r"(?![\w@/-]|\.\w)" if word[-1].isalnum() else ""
    return re.compile(left + re.escape(word) + right)


def _first(text: str) -> tuple[str, str]:
    """Return the first command of a line, and the rest from the sign that ends it."""
    quote = ""
    for at, letter in enumerate(text):
        if quote != "'" and (letter == "`" or text.startswith("$(", at)):
            return text[:at], text[at:]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and text[at - 1 : at] in {"", " "}:
            return text[:at], ""
        elif letter in "|&;<>":
            return text[:at], text[at:]
    return text, ""


def open_desk(
    folder: Path,
    *,
    stands: Mapping[str, Stand],
    typed: Mapping[str, str],
    server: Callable[[], Database],
) -> Desk:
    """Return a desk in a new folder, from which the files of the repository are in sight."""
    at, kept = folder / "page", folder / "kept"
    at.mkdir(parents=True)
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") and entry.name not in {"data", "build"}:
            (at / entry.name).symlink_to(entry)
    return Desk(folder=at, kept=kept, stands=stands, typed=typed, server=server)
