"""The overlays of Kubernetes render, hold to our rules, and say the same as the other files."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy_tools import ROOT
from tests.manifest_paths import let_in, loose, paths
from tests.manifest_rules import faults_of
from tests.manifests import (
    COMPONENT,
    FOLDER,
    LASTING,
    OURS,
    OVERLAYS,
    Document,
    documents_of,
    of_kind,
    pods_of,
    render,
    settings_of,
    text_of,
)

from ahorraluz.setting_files import SUFFIX
from ahorraluz.settings import read_settings

BASES = {"postgres:5432", "redis:6379"}
SERVICE = ("local", "staging", "production")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_renders_and_holds_to_every_rule(overlay: str) -> None:
    documents = documents_of(overlay)

    assert faults_of(documents) == []
    assert list(loose(documents)) == []


def test_every_overlay_and_component_is_looked_at() -> None:
    rendered = "\n".join(map(text_of, OVERLAYS))

    overlays = {path.name for path in (FOLDER / "overlays").iterdir()}
    names = {
        document["metadata"]["name"]
        for path in FOLDER.glob("components/*/*.yaml")
        for document in yaml.safe_load_all(path.read_text("utf-8"))
        if path.name not in ("kustomization.yaml", "trust.yaml")
    }
    assert overlays == set(OVERLAYS)
    assert [name for name in names if f"name: {name}\n" not in rendered] == []


def test_on_one_computer_each_reaches_what_it_needs_and_nothing_else() -> None:
    assert paths(documents_of("local")) == {
        "web": BASES,
        "worker": BASES,
        "upgrade": BASES,
        "daily": BASES,
        "broker": BASES,
        "live": {*BASES, "broker:8883"},
        "postgres": set(),
        "redis": set(),
    }


def test_in_the_service_each_reaches_what_it_needs_and_nothing_else() -> None:
    documents = documents_of("production")

    assert paths(documents) == {
        "web": {"serving:8501"},
        "worker": {"serving:8501"},
        "daily": {"serving:8501"},
        "training": set(),
        "live": {"broker:8883"},
        "live-more": {"broker:8883"},
        "upgrade": set(),
        "broker": set(),
        "serving": set(),
        "grafana": set(),
    }
    pods = {pod.labels[COMPONENT]: pod for pod in pods_of(documents)}
    visitors = {name: let_in(documents, pod, "ingress") for name, pod in pods.items()}
    counters = {name: let_in(documents, pod, "monitoring") for name, pod in pods.items()}
    assert {name: ports for name, ports in visitors.items() if ports} == {"web": {8000}}
    assert {name: ports for name, ports in counters.items() if ports} == {
        "web": {8000},
        "live": {9101},
        "live-more": {9101},
        "serving": {8501},
    }


@pytest.mark.parametrize("overlay", SERVICE)
def test_whoever_reads_databases_waits_for_them_to_be_current(overlay: str) -> None:
    for pod in pods_of(documents_of(overlay)):
        if pod.labels.get("ahorraluz/uses-databases") and pod.labels[COMPONENT] != "upgrade":
            assert "ahorraluz database status" in str(pod.spec["initContainers"][0]["command"])


def test_a_pod_of_pages_ends_after_gunicorn_has() -> None:
    written = (ROOT / "deploy/containers/gunicorn.conf.py").read_text("utf-8")
    found = re.search(r"^graceful_timeout = (\d+)$", written, re.MULTILINE)
    [web] = [pod for pod in pods_of(documents_of("production")) if pod.labels[COMPONENT] == "web"]

    before = web.spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert found is not None
    assert web.spec["terminationGracePeriodSeconds"] >= before + int(found[1]) + 5


def test_images_are_not_older_than_the_program() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    released = tuple(map(int, project["version"].split(".")))

    tags = {
        tag
        for overlay in OVERLAYS
        for tag in re.findall(r"image: \S*ahorraluz-\w+:([\d.]+)", text_of(overlay))
    }

    assert len(tags) == 1
    assert tuple(map(int, tags.pop().split("."))) >= released


def test_images_of_others_are_those_of_the_compose_file() -> None:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    known = {str(one.get("image")) for one in composed["services"].values()}

    used = {
        container["image"]
        for overlay in SERVICE
        for pod in pods_of(documents_of(overlay))
        for container in pod.containers
        if not any(f"/{name}:" in f"/{container['image']}" for name in OURS)
    }

    assert len(used) == 5
    assert used - known == set()


def test_a_migration_is_named_by_its_version_and_stays_when_settings_change(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    folder = tmp_path / "deploy/kubernetes/overlays/local"
    path = folder / "kustomization.yaml"
    text = path.read_text("utf-8").replace("PROXIES=0", "PROXIES=2")
    path.write_text(text, "utf-8")
    settings_changed = render(folder)
    digest = f"newTag: 7.8.9, digest: 'sha256:{'0' * 64}'"
    path.write_text(text.replace("newTag: 0.2.0", digest), "utf-8")
    version_changed = render(folder)

    before, settings, version = (
        of_kind(list(yaml.safe_load_all(each)), "Job")[0]
        for each in (text_of("local"), settings_changed, version_changed)
    )

    assert before == settings
    assert version["metadata"]["name"] == "ahorraluz-upgrade-7.8.9"
    assert "@sha256:" in version["spec"]["template"]["spec"]["containers"][0]["image"]


def test_config_maps_hold_the_files_themselves() -> None:
    documents = documents_of("production")
    held = {one["metadata"]["name"][:-11]: one["data"] for one in of_kind(documents, "ConfigMap")}
    service = ROOT / "deploy/grafana/service"

    expected = {
        "ahorraluz-mosquitto": ROOT.glob("deploy/broker/*.conf"),
        "ahorraluz-serving": ROOT.glob("deploy/serving/*.config"),
        "ahorraluz-boards-service": service.glob("boards/*.json"),
    }

    for name, files in expected.items():
        assert held[name] == {path.name: path.read_text("utf-8") for path in files}
    assert held["ahorraluz-provisioning-service"] == {
        f"{path.parent.name}.yaml": path.read_text("utf-8")
        for path in service.glob("provisioning/*/ahorraluz.yaml")
    }


def test_the_operator_of_prometheus_gets_the_rules_of_prometheus() -> None:
    [rule] = of_kind(documents_of("production"), "PrometheusRule")

    assert rule["spec"] == yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text("utf-8"))


def test_secrets_of_a_try_are_made_up_anew_and_are_the_ones_that_are_read(tmp_path: Path) -> None:
    script = FOLDER / "overlays/local/make-secrets.sh"

    first, second = (
        subprocess.run(["sh", str(script)], check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )

    assert first != second
    made = {one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(first)}
    environment = {}
    for name, path in settings_of(documents_of("local")).items():
        if name.endswith(SUFFIX):
            file = tmp_path / Path(path).name
            file.write_text(made["ahorraluz-secrets"][file.name], "utf-8")
            environment[name] = str(file)
    settings = read_settings(environment)
    assert made["ahorraluz-postgres"]["password"] in settings.database
    assert made["ahorraluz-redis"]["password"] in settings.queue_url
    assert settings.broker_url.startswith("mqtts://ahorraluz-live:")


# --- a manifest that was broken is noticed ----------------------------------------------------


def _container(documents: list[Document], component: str, place: int = 0) -> Document:
    [pod] = [
        pod
        for pod in pods_of(documents)
        if pod.kind in (*LASTING, "Job") and pod.labels[COMPONENT] == component
    ]
    found: Document = pod.spec["containers"][place]
    return found


def _spec(documents: list[Document], kind: str, name: str) -> Document:
    [one] = [each for each in of_kind(documents, kind) if each["metadata"]["name"] == name]
    found: Document = one["spec"]
    return found


def _settings(documents: list[Document]) -> dict[str, str]:
    data = settings_of(documents)
    assert isinstance(data, dict)
    return data


def _drop(documents: list[Document], kind: str, name: str) -> None:
    documents[:] = [
        each for each in documents if (each["kind"], each["metadata"]["name"]) != (kind, name)
    ]


Breaking = Callable[[list[Document]], Any]
BROKEN: Mapping[str, Breaking] = {
    "root": lambda d: _container(d, "web")["securityContext"].update(runAsUser=0),
    "writes": lambda d: _container(d, "web")["securityContext"].update(
        readOnlyRootFilesystem=False
    ),
    "token": lambda d: _spec(d, "Deployment", "ahorraluz-web")["template"]["spec"].update(
        automountServiceAccountToken=True
    ),
    "variables of services": lambda d: _spec(d, "Deployment", "ahorraluz-web")["template"][
        "spec"
    ].pop("enableServiceLinks"),
    "no limit": lambda d: _container(d, "worker")["resources"]["limits"].pop("memory"),
    "no probe": lambda d: _container(d, "live").pop("readinessProbe"),
    "probe of nothing": lambda d: _container(d, "web")["livenessProbe"]["httpGet"].update(
        port="htp"
    ),
    "fewer while replaced": lambda d: _spec(d, "Deployment", "ahorraluz-web")["strategy"][
        "rollingUpdate"
    ].update(maxUnavailable=1),
    "two masters": lambda d: _spec(d, "Deployment", "ahorraluz-web").update(replicas=3),
    "cut off": lambda d: _container(d, "web").pop("lifecycle"),
    "no claim": lambda d: _drop(d, "PersistentVolumeClaim", "ahorraluz-keys"),
    "no volume": lambda d: _container(d, "worker")["volumeMounts"].append(
        {"name": "more", "mountPath": "/more"}
    ),
    "latest": lambda d: _container(d, "serving").update(image="docker.io/tensorflow/serving"),
    "another version": lambda d: _container(d, "web").update(
        image="registry.example/ahorraluz/ahorraluz-web:0.1.9"
    ),
    "another image": lambda d: _container(d, "web").update(image="docker.io/ahorraluz-webb:0.2.0"),
    "misspelt setting": lambda d: _settings(d).update(AHORRALUZ_LANGUAGE="es"),
    "wrong value": lambda d: _settings(d).update(AHORRALUZ_TRUSTED_PROXIES="one"),
    "misspelt file": lambda d: _settings(d).update(
        AHORRALUZ_METRIC_TOKEN_FILE="/run/secrets/ahorraluz/metrics-token"
    ),
    "variable of a container": lambda d: _container(d, "web")["env"].append(
        {"name": "AHORRALUZ_WEB_PORT", "value": "1"}
    ),
    "variable of Grafana": lambda d: _container(d, "grafana")["env"].pop(),
    "unknown option": lambda d: _container(d, "live")["args"].append("--metrics-hosts"),
    "unknown command": lambda d: _container(d, "upgrade").update(args=["database", "migrate"]),
    "command in a shell": lambda d: _spec(d, "CronJob", "ahorraluz-drift")["jobTemplate"]["spec"][
        "template"
    ]["spec"]["containers"][0].update(command=["sh", "-c", "ahorraluz drift chek || true"]),
    "command of Spark": lambda d: _spec(d, "SparkApplication", "ahorraluz-live-spark").update(
        arguments=["live-spark", "--events=x"]
    ),
    "written secret": lambda d: d.append({"kind": "Secret", "metadata": {"name": "x"}}),
    "written password": lambda d: _settings(d).update(
        AHORRALUZ_REGISTRY_URI="postgresql://luz:luz@db/registry"
    ),
    "secret that nobody asked for": lambda d: _settings(d).pop("AHORRALUZ_SMTP_URL_FILE"),
    "scales nothing": lambda d: _spec(d, "HorizontalPodAutoscaler", "ahorraluz-web")[
        "scaleTargetRef"
    ].update(name="web"),
    "node that stays full": lambda d: _spec(d, "PodDisruptionBudget", "ahorraluz-live").update(
        maxUnavailable=0
    ),
    "no budget": lambda d: _drop(d, "PodDisruptionBudget", "ahorraluz-web"),
    "twice at once": lambda d: _spec(d, "CronJob", "ahorraluz-backup").update(
        concurrencyPolicy="Allow"
    ),
    "service of nobody": lambda d: _spec(d, "Service", "ahorraluz-web")["selector"].update(
        {COMPONENT: "pages"}
    ),
    "service of another port": lambda d: _spec(d, "Service", "ahorraluz-web")["ports"][0].update(
        targetPort="https"
    ),
    "policy of nobody": lambda d: _spec(d, "NetworkPolicy", "ahorraluz-web-visitors")[
        "podSelector"
    ]["matchLabels"].update({COMPONENT: "pages"}),
    "policy of another port": lambda d: _spec(d, "NetworkPolicy", "ahorraluz-web-visitors")[
        "ingress"
    ][0]["ports"][0].update(port=8080),
    "open by default": lambda d: _drop(d, "NetworkPolicy", "ahorraluz-nobody"),
    "watches nothing": lambda d: _spec(d, "ServiceMonitor", "ahorraluz-live")["endpoints"][
        0
    ].update(port="http"),
    "leads nowhere": lambda d: _spec(d, "Ingress", "ahorraluz")["rules"][0]["http"]["paths"][0][
        "backend"
    ]["service"].update(name="web"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_manifest_is_noticed(what: str) -> None:
    documents = documents_of("production")

    BROKEN[what](documents)

    assert [*faults_of(documents), *loose(documents)] != []


def test_a_path_that_was_cut_or_opened_is_noticed() -> None:
    cut, opened = documents_of("production"), documents_of("production")

    _drop(cut, "NetworkPolicy", "ahorraluz-asks-serving")
    _spec(opened, "NetworkPolicy", "ahorraluz-serving-asked")["ingress"][0].pop("from")
    _spec(opened, "NetworkPolicy", "ahorraluz-asks-serving")["podSelector"] = {}

    assert paths(cut)["web"] == set()
    assert paths(opened)["broker"] == {"serving:8501"}
