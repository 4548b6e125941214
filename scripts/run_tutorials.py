"""Run the commands of the tutorials and put what they answer under them.

    python scripts/run_tutorials.py          # tell which pages are out of date
    python scripts/run_tutorials.py --write  # bring them up to date

A block ``console`` holds commands, each after ``$`` and followed by its whole answer. A
block of Python with a caption is a script that the reader is asked to save and run; it is
run first. Each page has a folder of its own, for its files and for what is kept.
"""

import contextlib
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from ahorraluz.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```console\n(?P<inside>\$ ahorraluz .*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ahorraluz (?P<words>.+)$", re.MULTILINE)
SCRIPT = re.compile(
    r"^```\{code-block\} python\n:caption: (?P<name>\w+\.py)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def pages() -> Iterator[Path]:
    """Yield the pages of the tutorials."""
    return (path for path in sorted((ROOT / "docs" / "tutorials").glob("*.md")))


def up_to_date(text: str) -> str:
    """Return a page with the answers its commands give today."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for script in SCRIPT.finditer(text):
            (folder / script["name"]).write_text(script["text"], "utf-8")
            subprocess.run([sys.executable, script["name"]], cwd=folder, check=True)
        runner = CliRunner(env={"AHORRALUZ_DATA_DIR": str(folder / "data")})
        with contextlib.chdir(folder):
            return BLOCK.sub(lambda found: _block(found["inside"], runner), text)


def _block(inside: str, runner: CliRunner) -> str:
    answers = (_answer(found["words"], runner) for found in COMMAND.finditer(inside))
    return f"```console\n{''.join(answers)}```"


def _answer(words: str, runner: CliRunner) -> str:
    typed = [
        str(ROOT / word) if word.startswith("examples/") else word for word in shlex.split(words)
    ]
    result = runner.invoke(cli, typed)
    if result.exit_code:
        raise SystemExit(result.stderr)
    return f"$ ahorraluz {words}\n{result.stdout}"


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
