"""A page from its first command to its last, and what did not go as the page says."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import yaml
from tests.doc_commands.blocks import SHELLS, Block, Command, blocks_of
from tests.doc_commands.desk import Database, Desk, Done, open_desk
from tests.doc_commands.samples import COMMON, TYPED
from tests.doc_commands.special import Page
from tests.doc_commands.ways import Way, needed_by, special, way_of, way_of_block
from tests.doc_commands.words import faults

REFUSED = 2
_REFUSAL = re.compile(r"Error: ")
_FIGURE = re.compile(r"\b[0-9a-f]{12,}\b|\d+(?:[.,]\d+)*")


def counts(page: str) -> Counter[str]:
    """Return how many commands and blocks of a page there are of each class."""
    found: Counter[str] = Counter()
    for block in blocks_of(page):
        way = way_of_block(block)
        if way is not None:
            found[way] += 1
        for command in block.commands:
            found[way_of(page, command)] += 1
            found["compared"] += command.shown is not None
    return found


def needing(package: str, page: str) -> bool:
    """Tell whether a page has commands that need a package."""
    looked = tuple(special(page).looked)
    texts = (command.text for block in blocks_of(page) for command in block.commands)
    return any(needed_by(text) == package and not text.startswith(looked) for text in texts)


class Runner:
    """Runs pages; what each needs of the others is a folder and a server."""

    def __init__(
        self,
        folder: Path,
        *,
        patch: pytest.MonkeyPatch,
        server: Callable[[], Database] | None = None,
    ) -> None:
        self._folder, self._patch, self._server = folder, patch, server
        self._desks: dict[str, Desk] = {}

    def faults(self, page: str, *, need: str | None = None) -> list[str]:
        """Return what went wrong with a page; nothing: it is as it says.

        Parameters
        ----------
        page
            Its path in the repository.
        need
            A package: only commands that need it are run, with what they need. ``None``: all
            commands but those that need a package, whose words are checked as those of others.
        """
        return list(self._faults(page, need))

    def close(self) -> None:
        """End what the pages have started."""
        for desk in self._desks.values():
            desk.over.close()

    def _faults(self, page: str, need: str | None) -> Iterator[str]:
        for block in blocks_of(page):
            if block.kind not in SHELLS:
                if need is None:
                    yield from self._read(block)
                continue
            desk = self._desk(block)
            for command in block.commands:
                for fault in self._command(page, command, desk, need):
                    yield f"{page}, line {command.line}: {command.text}\n    {fault}"

    def _command(self, page: str, command: Command, desk: Desk, need: str | None) -> Iterator[str]:
        way = way_of(page, command)
        if need is not None:
            # The JVM of a process stays in the folder where it was begun: no second page uses it.
            desk.alone = need == "pyspark"
            ours = way is Way.ELSEWHERE and needed_by(command.text) == need
            if ours or command.text.startswith("export "):
                yield from self._run(page, command, desk)
        elif way is Way.RUN:
            yield from self._run(page, command, desk)
        else:
            yield from faults(command.text)

    def _run(self, page: str, command: Command, desk: Desk) -> Iterator[str]:
        page_table, text = special(page), command.text
        for long, short in page_table.small.items():
            text = text.replace(long, short)
        done = desk.do(text)
        yield from differences(command, done, page_table)

    def _desk(self, block: Block) -> Desk:
        """Return where a block is run: where the page is, or a place of its own."""
        page = special(block.page)
        name = block.page
        if page.apart:
            first = block.commands[0].text if block.commands else ""
            shared = next((one for one in page.together if first.startswith(one)), None)
            name = f"{block.page}:{shared or block.line}"
        if name not in self._desks:
            self._desks[name] = open_desk(
                self._folder / str(len(self._desks)),
                stands={**page.stands, **{k: v for k, v in COMMON.items() if k not in page.stands}},
                typed=TYPED,
                server=self._database,
            )
        self._desks[name].enter(self._patch)
        return self._desks[name]

    def _database(self) -> Database:
        assert self._server is not None, "these pages have no server"
        return self._server()

    def _read(self, block: Block) -> Iterator[str]:
        way = way_of_block(block)
        try:
            if block.kind == "python":
                self._desk(block).python(block)
            elif block.kind == "sql":
                self._sql(block)
            elif way is Way.READ:
                _parse(block)
        except Exception as error:  # noqa: BLE001 - whatever it is, the page is told with it
            yield f"{block.page}, line {block.line}: {type(error).__name__}: {error}"

    def _sql(self, block: Block) -> None:
        """Run statements as the user of a server who may do everything, and undo them."""
        statements = [one.strip() for one in block.text.split(";") if one.strip()]
        url = self._database().url()
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())
            for kind, name in reversed(re.findall(r"CREATE (ROLE|DATABASE) (\w+)", block.text)):
                connection.execute(f"DROP {kind} {name}".encode())


def differences(command: Command, done: Done, page: Page) -> Iterator[str]:
    """Yield how a command ended otherwise than the page says."""
    shown = command.shown
    refused = shown is not None and _REFUSAL.match(shown) is not None
    wanted = next(
        (code for start, code in page.ends.items() if command.text.startswith(start)),
        REFUSED if refused else 0,
    )
    if done.code != wanted:
        yield f"ends with {done.code}, not with {wanted}: {(done.err or done.out).strip()[-600:]}"
    elif shown is not None:
        said = (done.err if refused else done.out).strip("\n")
        like = any(command.text.startswith(one) for one in page.like)
        if not _says(shown, said, like=like):
            yield f"answers otherwise than the page shows:\n{said}"


def _says(shown: str, said: str, *, like: bool) -> bool:
    """Tell whether an answer is the one that is shown; a line “…” stands for any lines."""
    if like:
        shown, said = (_FIGURE.sub("#", re.sub(" +", " ", text)) for text in (shown, said))
    lines = [
        r"(?:.*\n)*?" if line.strip() in {"…", "..."} else f"{re.escape(line.rstrip())} *\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), f"{said}\n") is not None


def _parse(block: Block) -> None:
    """Read data as what it says it is; JSON may be one document a line."""
    if block.kind == "toml":
        tomllib.loads(block.text)
    elif block.kind == "yaml":
        list(yaml.safe_load_all(block.text))
    else:
        try:
            json.loads(block.text)
        except json.JSONDecodeError:
            for line in block.text.splitlines():
                json.loads(line)
