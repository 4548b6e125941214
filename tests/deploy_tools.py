"""The programs that check what is deployed, called where `make deploy` put them.

They live in `.venv-deploy`, apart from the program; without it the tests that ask them are skipped.
"""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / ".venv-deploy" / "bin"
REASON = "what checks the deployment: make deploy"

needs_tools = pytest.mark.skipif(not PROGRAMS.is_dir(), reason=REASON)
"""Skip a test, or with ``pytestmark`` a file of tests, where the environment is absent."""


def run_tool(
    name: str, *words: str | Path, stdin: str | None = None, cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a program of `.venv-deploy` and return what it said, whatever its exit code.

    Parameters
    ----------
    name
        File in `.venv-deploy/bin`, such as ``checkov``.
    words
        What follows it on the command line.
    stdin
        What it reads; ``None``: nothing.
    cwd
        Folder it runs in.
    """
    # Its neighbours come first on the path: actionlint asks shellcheck.
    path = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)])
    return subprocess.run(
        [str(PROGRAMS / name), *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        input=stdin or "",
        cwd=cwd,
        env=os.environ | {"PATH": path},
    )
