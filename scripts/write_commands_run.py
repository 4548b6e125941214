"""Write docs/reference/commands-run.md: what the tests do with each command of the documentation.

python -m scripts.write_commands_run          # print the page
python -m scripts.write_commands_run --write  # write it
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.doc_commands.blocks import blocks_of, pages
from tests.doc_commands.running import counts
from tests.doc_commands.special import PAGES
from tests.doc_commands.ways import TARGETS, Way, needed_by, program_of, reason_of, way_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "commands-run.md"
INTRODUCTION = """\
# Commands that tests run

This page is written by `python -m scripts.write_commands_run --write`; a test holds it current.

Every block of every page is in one class:

| class | what a test does with it |
| --- | --- |
| run | runs it to its end, in a folder and store of its own; it has to end as the page says |
| … with its answer | and to answer, to the letter, what the page shows (a line `…`: any lines) |
| started | what serves until it is stopped is started, asked until it answers, and stopped |
| another target | needs a package that `make test` has not; the target of that package runs it |
| words checked | files, options, targets, extras and settings that it names have to exist |
| read | data: parsed as the JSON, TOML or YAML that it says it is |

"""
COLUMNS = (Way.RUN, "compared", Way.STARTED, Way.ELSEWHERE, Way.LOOKED, Way.READ)


def page() -> str:
    """Return the whole page in Markdown."""
    return "".join((INTRODUCTION, *_counts(), *_elsewhere(), *_looked(), *_small()))


def _counts() -> Iterator[str]:
    yield "## By page\n\n"
    yield "| page | run | … with its answer | started | another target | words checked | read |\n"
    yield "| --- | --- | --- | --- | --- | --- | --- |\n"
    total = dict.fromkeys(COLUMNS, 0)
    for name in pages():
        found = counts(name)
        numbers = [found[column] for column in COLUMNS]
        if any(numbers):
            yield f"| `{name}` | {' | '.join(str(n or '') for n in numbers)} |\n"
        for column in COLUMNS:
            total[column] += found[column]
    yield f"| **all** | {' | '.join(f'**{n}**' for n in total.values())} |\n"


def _commands(way: Way) -> Iterator[tuple[str, str]]:
    """Yield the commands of a class, each with its page."""
    for name in pages():
        for block in blocks_of(name):
            yield from ((name, c.text) for c in block.commands if way_of(name, c) is way)


def _elsewhere() -> Iterator[str]:
    yield "\n## By another target\n\n| target | commands |\n| --- | --- |\n"
    found: dict[str, int] = {}
    for _, text in _commands(Way.ELSEWHERE):
        target = TARGETS[needed_by(text) or ""]
        found[target] = found.get(target, 0) + 1
    yield from (f"| `{target}` | {count} |\n" for target, count in sorted(found.items()))


def _looked() -> Iterator[str]:
    yield "\n## Words checked, and why not run\n\n"
    yield "| program | why | commands |\n| --- | --- | --- |\n"
    found: dict[tuple[str, str], int] = {}
    for name, text in _commands(Way.LOOKED):
        said = (program_of(text), reason_of(name, text))
        found[said] = found.get(said, 0) + 1
    yield from (f"| `{one}` | {why} | {count} |\n" for (one, why), count in sorted(found.items()))


def _small() -> Iterator[str]:
    yield "\n## Run with other words\n\nOf these the test runs a smaller or nearer one.\n\n"
    yield "| page | on the page | run |\n| --- | --- | --- |\n"
    for name, one in sorted(PAGES.items()):
        yield from (f"| `{name}` | `{long}` | `{short}` |\n" for long, short in one.small.items())


def main() -> None:
    """Print the page, or write it."""
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        sys.stdout.write(page())


if __name__ == "__main__":
    main()
