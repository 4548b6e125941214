"""Say whether a tag, the version and the changelog agree, and what the changelog says.

python3 -m scripts.release_notes --tag v0.2.0          # prints version=0.2.0
python3 -m scripts.release_notes --tag v0.2.0 --notes  # prints what is new

Needs nothing but Python: it runs before anything is installed.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAG = re.compile(r"v(\d+\.\d+\.\d+)")
HEADING = re.compile(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)


class DisagreedError(Exception):
    """A release that must not be made, with the reason."""


def notes_of(changelog: str, version: str) -> str:
    """Return what a changelog says of its newest version.

    Raises
    ------
    DisagreedError
        Its newest version is another one.
    """
    headings = list(HEADING.finditer(changelog))
    newest = headings[0][1] if headings else "nothing"
    if newest != version:
        raise DisagreedError(f"CHANGELOG.md begins with {newest}, the version is {version}")
    end = headings[1].start() if len(headings) > 1 else len(changelog)
    return changelog[headings[0].end() : end].strip() + "\n"


def agreed(tag: str, root: Path = ROOT) -> tuple[str, str]:
    """Return the version of a tag and its notes.

    Raises
    ------
    DisagreedError
        Tag, version and changelog do not say the same, or a fragment was left in changes/.
    """
    named = TAG.fullmatch(tag)
    if named is None:
        raise DisagreedError(f"a tag of a release looks like v1.2.3, not {tag}")
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    if named[1] != version:
        raise DisagreedError(f"the tag is {tag}, pyproject.toml says {version}")
    left = sorted(path.name for path in (root / "changes").glob("*.*.md"))
    if left:
        raise DisagreedError(f"not in the changelog yet: {', '.join(left)}")
    return version, notes_of((root / "CHANGELOG.md").read_text("utf-8"), version)


def main(words: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Print what was asked for; return the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tag", required=True)
    asked.add_argument("--notes", action="store_true")
    given = asked.parse_args(words)
    try:
        version, notes = agreed(given.tag, root)
    except DisagreedError as error:
        print(error, file=sys.stderr)
        return 1
    print(notes if given.notes else f"version={version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
