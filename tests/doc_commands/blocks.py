"""Pages of the documentation as blocks, and the commands of a block with what they answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHELLS = ("console", "sh", "bash")
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n"
    r"(?P<text>.*?)^(?P=indent)(?P=fence) *$",
    re.MULTILINE | re.DOTALL,
)
_CODE = re.compile(r"\{(?:code-block|code|sourcecode)\} *(\w+)")
_OPTION = re.compile(r":(\w+): *(.*)\n")
_FOLDERS = ("docs", "deploy", "changes", "examples", "benchmarks", "notebooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody types, its continued lines joined, and the answer that the page shows."""

    text: str
    line: int
    """Where it stands in its page."""
    shown: str | None
    """``None``: the page shows no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code of a page."""

    page: str
    line: int
    kind: str
    """As written after the fence; a directive keeps its braces."""
    text: str
    caption: str | None = None

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of a block of a shell, in their order."""
        if self.kind not in SHELLS:
            return ()
        return tuple(_commands(self))


@cache
def pages() -> tuple[str, ...]:
    """Return every page, by its path in the repository."""
    found = set(ROOT.glob("*.md"))
    for name in _FOLDERS:
        found |= set((ROOT / name).rglob("*.md"))
    names = (path.relative_to(ROOT) for path in found)
    return tuple(sorted(n.as_posix() for n in names if "_build" not in n.parts))


@cache
def blocks_of(page: str) -> tuple[Block, ...]:
    """Return the blocks of a page, in their order."""
    return tuple(_blocks(page, (ROOT / page).read_text("utf-8")))


def _blocks(page: str, text: str) -> Iterator[Block]:
    for found in _FENCE.finditer(text):
        indent, inside = found["indent"], found["text"]
        if indent:
            inside = re.sub(rf"^{indent}", "", inside, flags=re.MULTILINE)
        line = text.count("\n", 0, found.start()) + 2
        kind, caption = found["info"].strip(), None
        if code := _CODE.match(kind):
            kind = code[1]
            while option := _OPTION.match(inside):
                inside = inside[option.end() :]
                line += 1
                if option[1] == "caption":
                    caption = option[2].strip()
        yield Block(page=page, line=line, kind=kind, text=inside, caption=caption)


def _commands(block: Block) -> Iterator[Command]:
    lines = block.text.splitlines()
    if block.kind == "console" and lines and not lines[0].startswith("$ "):
        raise ValueError(f"{block.page}, line {block.line}: a block console begins with “$ ”")
    at = 0
    while at < len(lines):
        first = at
        typed, at = _typed(lines, at)
        shown: list[str] = []
        while block.kind == "console" and at < len(lines) and not lines[at].startswith("$ "):
            shown.append(lines[at])
            at += 1
        if typed:
            answer = "\n".join(shown).strip("\n")
            yield Command(text=typed, line=block.line + first, shown=answer or None)


def _typed(lines: list[str], at: int) -> tuple[str, int]:
    """Return the command that begins on a line, and the line after it."""
    text = lines[at].removeprefix("$ ").strip()
    at += 1
    if text.startswith("#"):
        return "", at
    while at < len(lines) and (text.endswith("\\") or _open_quote(text)):
        following = lines[at].removeprefix("> ")
        text = (
            f"{text[:-1].rstrip()} {following.strip()}"
            if text.endswith("\\")
            else f"{text}\n{following}"
        )
        at += 1
    return text, at


def _open_quote(text: str) -> bool:
    """Tell whether a quotation is still open at the end."""
    quote = ""
    for letter in text.replace("\\'", "").replace('\\"', ""):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "#" and not quote:
            break
    return bool(quote)
