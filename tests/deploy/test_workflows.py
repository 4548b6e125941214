"""Actionlint, and shellcheck with it, find nothing in the workflows and the scripts of CI."""

from tests.deploy_tools import PROGRAMS, ROOT, needs_tools, run_tool

pytestmark = needs_tools


def test_actionlint_finds_nothing() -> None:
    workflows = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

    run = run_tool("actionlint", "-shellcheck", PROGRAMS / "shellcheck", *workflows)

    assert workflows
    assert run.stdout + run.stderr == ""
    assert run.returncode == 0


def test_actionlint_would_find_a_slip() -> None:
    job = "  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo $GITHUB_REF\n"
    wrong = f"on: push\njobs:\n{job}"

    run = run_tool("actionlint", "-shellcheck", PROGRAMS / "shellcheck", "-", stdin=wrong)

    assert run.returncode == 1
    assert "SC2086" in run.stdout


def test_shellcheck_finds_nothing_in_the_scripts_of_ci() -> None:
    run = run_tool("shellcheck", ROOT / ".ci" / "run", ROOT / ".ci" / "install-tools")

    assert (run.returncode, run.stdout) == (0, "")
