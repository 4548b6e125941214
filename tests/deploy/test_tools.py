"""The small programs that check the deployment are there and start."""

import pytest
from tests.deploy_tools import ROOT, needs_tools, run_tool

pytestmark = needs_tools

VERSION_WORDS = {
    "actionlint": ("-version",),
    "check-jsonschema": ("--version",),
    "hadolint": ("--version",),
    "kubectl": ("version", "--client"),
    "kubernetes-validate": ("--version",),
    "shellcheck": ("--version",),
}


@pytest.mark.parametrize("name", VERSION_WORDS)
def test_a_tool_starts_and_tells_the_locked_version(name: str) -> None:
    lock = (ROOT / "requirements-deploy.txt").read_text("utf-8")

    run = run_tool(name, *VERSION_WORDS[name])

    assert run.returncode == 0, run.stderr
    packages = (name, f"{name}-kjanat", f"{name}-bin", f"{name}-py", f"{name}-cli-bin")
    versions = [
        line.split("==")[1].split(" ")[0]
        for line in lock.splitlines()
        if line.split("==")[0] in packages
    ]
    # A fourth number counts the packages of one version.
    assert [".".join(each.split(".")[:3]) in run.stdout for each in versions] == [True]
