"""Write docs/reference/cli.md from the commands themselves.

python scripts/write_command_reference.py          # print the page
python scripts/write_command_reference.py --write  # write it
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ahorraluz.cli.main import cli
from ahorraluz.cli.session import Session
from ahorraluz.cli.words import TextGroup
from ahorraluz.texts import Texts, open_texts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
ENGLISH = "en"
INTRODUCTION = """\
# Commands

This page is written by `scripts/write_command_reference.py` from the commands themselves.

Texts are in Spanish unless `--lang en` or the variable `AHORRALUZ_LANG` says otherwise. `--json`
prints the answer as JSON ([layout](json.md)), texts inside it in the same language.

**Numbers** may be typed with a point or a comma for their decimals: `1.42` and `1,42` are the same.
`1,234` could be either, so it is refused with both mends; `1,234.50` and `1234.5` are clear.
**Days** are typed `2026-08-04`.

| exit code | means |
| --- | --- |
| 0 | the answer is on the standard output |
| 1 | the program failed: the error stream says so in one line, and logs where |
| 2 | what was asked for cannot be: the error stream names field, value, mend; nothing is stored |
| 130 | stopped with Ctrl-C |
"""


def page() -> str:
    """Return the whole page in Markdown."""
    texts = open_texts(ENGLISH)
    root = click.Context(cli, info_name="ahorraluz", obj=Session(language=ENGLISH))
    return INTRODUCTION + "".join(_section(cli, root, texts, depth=2))


def _section(
    command: click.Command, ctx: click.Context, texts: Texts, *, depth: int
) -> Iterator[str]:
    if ctx.parent is not None:
        yield f"\n{'#' * depth} {ctx.command_path}\n\n"
        yield f"{_help(command, texts)}\n\n"
        yield from _example(command, texts)
        yield from _options(command, ctx)
    if isinstance(command, TextGroup):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            if inner is not None:
                inside = click.Context(inner, parent=ctx, info_name=name)
                below = depth if ctx.parent is None else depth + 1
                yield from _section(inner, inside, texts, depth=below)


def _help(command: click.Command, texts: Texts) -> str:
    return "\n\n".join(texts.text(f"cli.{command.name}.help").split("\n"))


def _example(command: click.Command, texts: Texts) -> Iterator[str]:
    """Yield the commands of an example as code, and what it says about them as text."""
    lines = texts.text(f"cli.{command.name}.example").split("\n")
    typed = [line for line in lines if line.startswith(("ahorraluz", " "))]
    said = " ".join(line for line in lines if line not in typed)
    yield "```console\n" + "".join(f"$ {line}\n".replace("$  ", "  ") for line in typed) + "```\n"
    if said:
        yield f"\n{said}\n"


def _options(command: click.Command, ctx: click.Context) -> Iterator[str]:
    with ctx:
        rows = [_row(param, ctx) for param in command.get_params(ctx)]
    told = [row for row in rows if row and not row.startswith(("`--json`", "`--lang", "`--help`"))]
    if told:
        yield "\n| | |\n| --- | --- |\n"
        yield from (f"| {row} |\n" for row in told)


def _row(param: click.Parameter, ctx: click.Context) -> str:
    if isinstance(param, click.Argument):
        texts = open_texts(ENGLISH)
        name = (param.name or "").replace("_", "-")
        return f"`{param.make_metavar(ctx)}` | {texts.text(f'cli.argument.{name}')}"
    record = param.get_help_record(ctx)
    if record is None:
        return ""
    shown = record[0].replace("|", "\\|")
    return f"`{shown}` | {record[1]}"


def main() -> None:
    """Print the page, or write it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
