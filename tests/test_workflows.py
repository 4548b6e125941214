"""GitHub and `.ci/run` run the same targets of make, and all of them exist."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
MAKE = re.compile(r"\bmake(?: --silent)?(?: [A-Z]+=\S+)* \"?(\$?[A-Za-z]+)\"?(?![\w./=-])")
EXTRAS = re.compile(r"\$extras ([a-z]+)")
JOB_LIMIT_MIN = 720


def read(path: Path) -> Mapping[str, Any]:
    content: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def targets_of_make() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def targets_of_run() -> set[str]:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    said = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    return set(MAKE.findall(said)) | set(EXTRAS.findall(said))


def targets_in(workflow: Mapping[str, Any]) -> Iterator[str]:
    for job in workflow["jobs"].values():
        named = job.get("strategy", {}).get("matrix", {}).get("target", ())
        for step in job.get("steps", ()):
            for target in MAKE.findall(step.get("run", "")):
                yield from named if target == "$TARGET" else (target,)


def test_github_and_one_machine_run_the_same_targets() -> None:
    on_github = set(targets_in(read(ROOT / ".github" / "workflows" / "ci.yml")))

    assert on_github == targets_of_run()
    assert {"check", "test", "docs", "audit"} <= on_github


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_names_targets_and_scripts_that_exist(path: Path) -> None:
    workflow = read(path)

    said = path.read_text("utf-8")
    modules = [name.replace(".", "/") for name in re.findall(r"-m (scripts\.\w+)", said)]
    assert set(targets_in(workflow)) <= targets_of_make()
    assert [name for name in modules if not (ROOT / f"{name}.py").exists()] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_job_may_do_no_more_than_it_says_and_ends(path: Path) -> None:
    workflow = read(path)

    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"]
    for name, job in workflow["jobs"].items():
        assert "permissions" in job, name
        # A job that calls another workflow ends with its jobs.
        assert "uses" in job or 0 < job["timeout-minutes"] <= JOB_LIMIT_MIN, name
        for step in job.get("steps", ()):
            if str(step.get("uses", "")).startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_run_puts_what_others_write_into_its_words(path: Path) -> None:
    for name, job in read(path)["jobs"].items():
        for step in job.get("steps", ()):
            assert "${{" not in step.get("run", ""), name
