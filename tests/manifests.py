"""What the overlays of `deploy/kubernetes` render to, and ways to look into it."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy_tools import PROGRAMS, ROOT

OVERLAYS = ("local", "staging", "production", "fleet-day")
FOLDER = ROOT / "deploy" / "kubernetes"
OURS = ("ahorraluz-web", "ahorraluz-worker", "ahorraluz-train", "ahorraluz-spark")
"""Images of the program; the last is whoever's who installs Spark."""
LASTING = ("Deployment", "StatefulSet")
COMPONENT = "app.kubernetes.io/component"
DAY = "2026-11-27"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """What a workload starts."""

    kind: str
    name: str
    """Of the workload."""
    labels: Mapping[str, str]
    spec: Document

    @property
    def containers(self) -> Sequence[Document]:
        """Everything that runs in it, first what runs before the rest."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def ports(self) -> Mapping[str, int]:
        """Ports that its containers listen on, by their names."""
        return {
            port["name"]: port["containerPort"]
            for container in self.containers
            for port in container.get("ports", [])
        }


def kubectl() -> str:
    """Return the program that renders: the locked one, else one of this machine."""
    locked = PROGRAMS / "kubectl"
    found = str(locked) if locked.is_file() else shutil.which("kubectl")
    if found is None:
        pytest.skip("kubectl: make deploy")
    return found


def render(folder: Path) -> str:
    """Return what a folder of manifests renders to, as YAML."""
    done = subprocess.run(
        [kubectl(), "kustomize", folder], check=False, capture_output=True, text=True
    )
    # It warns of what is to go, and of fields that change nothing.
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@cache
def text_of(overlay: str) -> str:
    """Return what an overlay renders to, as YAML."""
    text = render(FOLDER / "overlays" / overlay)
    return text.replace("DAY", DAY) if overlay == "fleet-day" else text


def documents_of(overlay: str) -> list[Document]:
    """Return what an overlay renders to; a new one each time, to be changed at will."""
    return list(yaml.load_all(text_of(overlay), Loader=yaml.CSafeLoader))


def of_kind(documents: Sequence[Document], *kinds: str) -> list[Document]:
    """Return the documents of some kinds."""
    return [one for one in documents if one["kind"] in kinds]


def name_of(document: Document) -> str:
    """Return kind and name, as messages say them."""
    return f"{document['kind']} {document['metadata']['name']}"


def pods_of(documents: Sequence[Document]) -> list[Pod]:
    """Return what all workloads start."""
    return list(_pods(documents))


def _pods(documents: Sequence[Document]) -> Iterator[Pod]:
    for one in documents:
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        elif one["kind"] not in (*LASTING, "Job", "DaemonSet"):
            continue
        template = spec["template"]
        yield Pod(
            kind=one["kind"],
            name=one["metadata"]["name"],
            labels=template["metadata"]["labels"],
            spec=template["spec"],
        )


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether a selector of labels takes these; an empty one takes all."""
    exact = selector.get("matchLabels", {})
    among = selector.get("matchExpressions", [])
    assert {one["operator"] for one in among} <= {"In"}
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        labels.get(one["key"]) in one["values"] for one in among
    )


def settings_of(documents: Sequence[Document]) -> Mapping[str, str]:
    """Return the settings that every process of the program is given."""
    for one in of_kind(documents, "ConfigMap"):
        if one["metadata"]["name"].startswith("ahorraluz-settings-"):
            data: Mapping[str, str] = one["data"]
            return data
    return {}
