"""Image and compose files by what checks them: hadolint, Checkov, the schema, shellcheck."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.deploy_tools import ROOT, needs_tools, run_tool

pytestmark = needs_tools

SCRIPTS = sorted([*(ROOT / "deploy").rglob("*.sh"), ROOT / ".ci" / "run"])


def test_the_dockerfile_is_clean() -> None:
    run = run_tool("hadolint", "Dockerfile")

    assert run.returncode == 0, run.stdout


def test_the_dockerfile_keeps_to_the_policies() -> None:
    run = run_tool(
        "checkov", "--file", "Dockerfile", "--framework", "dockerfile", "--output", "json",
        "--compact", "--quiet",
    )  # fmt: skip

    failed = [check["check_id"] for check in json.loads(run.stdout)["results"]["failed_checks"]]
    assert failed == []


def test_the_compose_file_keeps_to_its_schema() -> None:
    run = run_tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml")

    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_of_containers_are_clean(script: Path) -> None:
    run = run_tool("shellcheck", script)

    assert run.returncode == 0, run.stdout


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
def test_prometheus_takes_the_file_that_compose_mounts(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy" / "prometheus" / "rules.yml", tmp_path)
    token = tmp_path / "metrics-token"
    token.write_text("a token of sixteen letters", encoding="utf-8")
    text = (ROOT / "deploy" / "compose" / "prometheus.yml").read_text("utf-8")
    place = "/run/secrets/prometheus/metrics-token"
    (tmp_path / "prometheus.yml").write_text(text.replace(place, str(token)), encoding="utf-8")

    run = subprocess.run(
        ["promtool", "check", "config", str(tmp_path / "prometheus.yml")],
        check=False,
        capture_output=True,
        text=True,
    )

    assert place in text
    assert run.returncode == 0, run.stdout + run.stderr
