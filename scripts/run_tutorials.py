"""Run the commands of the tutorials and put what they answer under them.

    python scripts/run_tutorials.py          # tell which pages are out of date
    python scripts/run_tutorials.py --write  # bring them up to date

A block ``console`` holds one command after ``$`` and its whole answer.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from ahorraluz.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(
    r"^```console\n\$ ahorraluz (?P<words>[^\n]+)\n.*?^```$", re.MULTILINE | re.DOTALL
)


def pages() -> Iterator[Path]:
    """Yield the pages of the tutorials."""
    return (path for path in sorted((ROOT / "docs" / "tutorials").glob("*.md")))


def up_to_date(text: str) -> str:
    """Return a page with the answers its commands give today."""
    return BLOCK.sub(lambda found: _block(found["words"]), text)


def _block(words: str) -> str:
    typed = [
        str(ROOT / word) if word.startswith("examples/") else word for word in shlex.split(words)
    ]
    result = CliRunner().invoke(cli, typed)
    if result.exit_code:
        raise SystemExit(result.stderr)
    return f"```console\n$ ahorraluz {words}\n{result.stdout}```"


def main() -> None:
    """Tell which pages are out of date, or write them."""
    for page in pages():
        text = page.read_text("utf-8")
        fresh = up_to_date(text)
        if fresh == text:
            continue
        if "--write" in sys.argv[1:]:
            page.write_text(fresh, "utf-8")
        else:
            sys.stdout.write(f"{page.name} is out of date\n")


if __name__ == "__main__":
    main()
