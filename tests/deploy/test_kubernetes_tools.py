"""The overlays of Kubernetes by the tools of others: API schemas, policies, shell scripts."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy_tools import ROOT, needs_tools, run_tool
from tests.manifests import FOLDER, OVERLAYS, documents_of, text_of

pytestmark = needs_tools

VERSIONS = ("1.33.0", "1.37.0")
"""The oldest and the newest Kubernetes whose schemas the manifests are held to."""
CUSTOM = Path(__file__).with_name("crds.yaml")
OPERATED = (
    "cert-manager.io/", "external-secrets.io/", "monitoring.coreos.com/", "sparkoperator.k8s.io/",
)  # fmt: skip
"""What no schema of Kubernetes knows, as operators bring it."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give a file of each overlay, of what Kubernetes itself knows."""
    folder = tmp_path_factory.mktemp("rendered")
    made = {}
    for overlay in OVERLAYS:
        known = [one for one in documents_of(overlay) if not one["apiVersion"].startswith(OPERATED)]
        if known:
            made[overlay] = folder / f"{overlay}.yaml"
            made[overlay].write_text(yaml.safe_dump_all(known), "utf-8")
    return made


@pytest.mark.parametrize("version", VERSIONS)
def test_the_api_takes_every_manifest(files: dict[str, Path], version: str) -> None:
    run = run_tool("kubernetes-validate", "--strict", "-k", version, *files.values())

    assert run.returncode == 0, run.stdout + run.stderr
    # Where it knows no schema it warns, and lets the manifest pass.
    assert "WARN" not in run.stdout + run.stderr


def test_the_api_refuses_a_misspelt_field(files: dict[str, Path], tmp_path: Path) -> None:
    text = files["local"].read_text("utf-8").replace("readOnlyRootFilesystem", "readOnlyRoot", 1)
    (tmp_path / "broken.yaml").write_text(text, "utf-8")

    run = run_tool("kubernetes-validate", "--strict", tmp_path / "broken.yaml")

    assert run.returncode != 0


def test_operators_take_what_is_theirs(tmp_path: Path) -> None:
    theirs = [
        one
        for overlay in OVERLAYS
        for one in documents_of(overlay)
        if one["apiVersion"].startswith(OPERATED)
    ]
    made = []
    for place, one in enumerate(theirs):
        made.append(tmp_path / f"{place}.json")
        made[-1].write_text(json.dumps(one), "utf-8")

    run = run_tool("check-jsonschema", "--schemafile", CUSTOM, *made)

    assert len({one["kind"] for one in theirs}) == 7
    assert run.returncode == 0, run.stdout


def test_operators_refuse_a_misspelt_field(tmp_path: Path) -> None:
    [one] = [each for each in documents_of("fleet-day") if each["kind"] == "SparkApplication"]
    one["spec"]["driver"]["core"] = one["spec"]["driver"].pop("cores")
    (tmp_path / "broken.json").write_text(json.dumps(one), "utf-8")

    run = run_tool("check-jsonschema", "--schemafile", CUSTOM, tmp_path / "broken.json")

    assert run.returncode != 0


def _policies(folder: Path) -> Any:
    run = run_tool(
        "checkov", "--config-file", ROOT / "deploy/tools/checkov.yaml", "--directory", folder,
        "--output", "json",
    )  # fmt: skip
    return json.loads(run.stdout)


def test_no_policy_is_broken_but_one_by_one_with_a_reason(
    files: dict[str, Path], tmp_path: Path
) -> None:
    for overlay in files:
        (tmp_path / f"{overlay}.yaml").write_text(text_of(overlay), "utf-8")
    # One that must not pass shows that it looks.
    broken = text_of("local").replace("allowPrivilegeEscalation: false", "privileged: true", 1)
    (tmp_path / "broken.yaml").write_text(broken, "utf-8")

    found = _policies(tmp_path)

    failed = [
        f"{one['file_path']} {one['resource']}: {one['check_name']}"
        for one in found["results"]["failed_checks"]
    ]
    assert [one for one in failed if not one.startswith("/broken.yaml")] == []
    assert failed != []
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 2_000
    skipped = {(one["check_id"], one["resource"]) for one in found["results"]["skipped_checks"]}
    assert skipped == {("CKV_K8S_35", "Deployment.ahorraluz.ahorraluz-grafana")}


def test_shell_scripts_are_sound() -> None:
    run = run_tool("shellcheck", *sorted(FOLDER.rglob("*.sh")))

    assert run.returncode == 0, run.stdout
