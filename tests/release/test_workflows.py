"""Zizmor finds no way into a workflow, without asking anybody."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / ".venv-release" / "bin" / "zizmor"

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="what looks at workflows: make sbom")


def test_zizmor_finds_nothing() -> None:
    run = subprocess.run(
        [PROGRAM, "--offline", "--config", ROOT / ".github" / "zizmor.yml", ROOT / ".github"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert run.returncode == 0, run.stdout
