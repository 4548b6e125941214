"""What every workload for Kubernetes has to hold to: each rule yields what breaks it."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

import click
from tests.manifests import (
    COMPONENT,
    LASTING,
    OURS,
    Document,
    Pod,
    name_of,
    of_kind,
    pods_of,
    selects,
    settings_of,
)

from ahorraluz.cli.main import cli
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.setting_files import SUFFIX
from ahorraluz.setting_table import PREFIX, TABLE
from ahorraluz.settings import read_settings

Faults = Iterator[str]
USER = 10_001
SECRETS = "/run/secrets/ahorraluz/"
SOMEBODY = re.compile(r"://[^/\s:@]*:[^/\s@$]+@")
"""User and password in a URL."""
GRAFANA_NAMES = re.compile(r"\$(AHORRALUZ_\w+)")


def closed(documents: Sequence[Document]) -> Faults:
    """Nobody's root, nothing written but volumes, no token, no variables of Services."""
    for pod in pods_of(documents):
        context = pod.spec.get("securityContext", {})
        wanted = {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        if context != wanted:
            yield f"{pod.kind} {pod.name}: security of the pod is {context}"
        for name in ("automountServiceAccountToken", "enableServiceLinks"):
            if pod.spec.get(name) is not False:
                yield f"{pod.kind} {pod.name}: {name} is not false"
        for container in pod.containers:
            if container.get("securityContext") != {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }:
                yield f"{pod.name}/{container['name']}: security of the container"


def bounded(documents: Sequence[Document]) -> Faults:
    """Every container says what it needs and what it may take at most."""
    for pod in pods_of(documents):
        for container in pod.containers:
            given = container.get("resources", {})
            for side in ("requests", "limits"):
                if given.get(side, {}).keys() != {"cpu", "memory"}:
                    yield f"{pod.name}/{container['name']}: {side} of cpu and memory"
        for volume in pod.spec["volumes"]:
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{pod.name}: volume {volume['name']} without a limit"


def probed(documents: Sequence[Document]) -> Faults:
    """Every process that lasts is watched from its start on, by ports and files that there are."""
    for pod in pods_of(documents):
        for container in pod.spec["containers"] if pod.kind in LASTING else []:
            ports = {port["name"] for port in container.get("ports", [])}
            for name in ("startupProbe", "readinessProbe", "livenessProbe"):
                probe = container.get(name, {})
                asked = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
                if asked not in ports if "exec" not in probe else not probe["exec"]["command"]:
                    yield f"{pod.name}/{container['name']}: {name}"


def patient(documents: Sequence[Document]) -> Faults:
    """Pages are never fewer than before while they are replaced, and finish what they began."""
    for one in of_kind(documents, "Deployment"):
        scaled = one["metadata"]["name"] in ("ahorraluz-web", "ahorraluz-worker")
        rolling = one["spec"].get("strategy", {}).get("rollingUpdate", {})
        if scaled and (rolling.get("maxUnavailable") != 0 or "replicas" in one["spec"]):
            yield f"{name_of(one)}: is fewer while it is replaced, or fights its autoscaler"
    for pod in pods_of(documents):
        for container in pod.spec["containers"]:
            wait = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds")
            if (container["name"] == "web") != (wait is not None):
                yield f"{pod.name}/{container['name']}: preStop"


def mounted(documents: Sequence[Document]) -> Faults:
    """Every volume that is mounted is there, and what it is made of too, where it is ours."""
    there = {
        kind: {one["metadata"]["name"] for one in of_kind(documents, kind)}
        for kind in ("ConfigMap", "PersistentVolumeClaim")
    }
    owned = {
        template["metadata"]["name"]: one["metadata"]["name"]
        for one in of_kind(documents, "StatefulSet")
        for template in one["spec"].get("volumeClaimTemplates", [])
    }
    for pod in pods_of(documents):
        volumes = {volume["name"]: volume for volume in pod.spec["volumes"]}
        for container in pod.containers:
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes and owned.get(mount["name"]) is None:
                    yield f"{pod.name}/{container['name']}: no volume {mount['name']}"
            for source in container.get("envFrom", []):
                if source["configMapRef"]["name"] not in there["ConfigMap"]:
                    yield f"{pod.name}/{container['name']}: no {source['configMapRef']}"
        for name, volume in volumes.items():
            claim = volume.get("persistentVolumeClaim", {}).get("claimName")
            config = volume.get("configMap", {}).get("name")
            if claim is not None and claim not in there["PersistentVolumeClaim"]:
                yield f"{pod.name}: volume {name}: no claim {claim}"
            if config is not None and config not in there["ConfigMap"]:
                yield f"{pod.name}: volume {name}: no ConfigMap {config}"


def named(documents: Sequence[Document]) -> Faults:
    """Images are ours or known, each of one version, and the migration is named by it."""
    versions = set()
    for pod in pods_of(documents):
        for container in pod.containers:
            path, _, version = container["image"].partition("@")[0].rpartition(":")
            name = PurePosixPath(path).name
            if not version or version == "latest":
                yield f"{pod.name}/{container['name']}: {container['image']} without a version"
            if name in OURS:
                versions.add(version)
            elif name.startswith("ahorraluz") or not path.startswith("docker.io/"):
                yield f"{pod.name}/{container['name']}: {container['image']} is not known"
    if len(versions) > 1:
        yield f"versions of the program: {sorted(versions)}"
    for one in of_kind(documents, "Job"):
        if one["metadata"]["name"] not in {f"ahorraluz-upgrade-{each}" for each in versions}:
            yield f"{name_of(one)} is not named by its version"


def told(documents: Sequence[Document]) -> Faults:
    """Every variable of the program is a setting with a value that it takes."""
    settings = settings_of(documents)
    plain = {name: value for name, value in settings.items() if not name.endswith(SUFFIX)}
    variables = {setting.variable for setting in TABLE}
    for name, path in settings.items():
        if name.endswith(SUFFIX) and (
            name.removesuffix(SUFFIX) not in variables or not path.startswith(SECRETS)
        ):
            yield f"{name}={path} is no file of a setting"
    try:
        read_settings(plain)
    except AhorraLuzError as wrong:
        yield f"settings: {wrong}"
    provisioned = {
        name
        for one in of_kind(documents, "ConfigMap")
        for text in one.get("data", {}).values()
        for name in GRAFANA_NAMES.findall(text)
    }
    for pod in pods_of(documents):
        for container in pod.containers:
            own = {each["name"] for each in container.get("env", [])}
            ours = {name for name in own if name.startswith(PREFIX)}
            if container["name"] == "grafana":
                if ours != provisioned:
                    yield f"{pod.name}: {sorted(ours ^ provisioned)} of Grafana"
            elif unknown := {name.removesuffix(SUFFIX) for name in ours} - variables:
                yield f"{pod.name}/{container['name']}: {sorted(unknown)}"


def typed(documents: Sequence[Document]) -> Faults:
    """Every command of the program is one, with options that it has."""
    for pod in pods_of(documents):
        for container in pod.containers:
            for words in commands_of(container):
                yield from (f"{pod.name}/{container['name']}: {one}" for one in not_typed(words))
    for one in of_kind(documents, "SparkApplication"):
        yield from (f"{name_of(one)}: {wrong}" for wrong in not_typed(one["spec"]["arguments"]))


def commands_of(container: Document) -> Iterator[list[str]]:
    """Yield the words behind ``ahorraluz`` of each call in a container."""
    ours = PurePosixPath(container["image"].partition(":")[0]).name in OURS
    command, words = container.get("command", []), container.get("args", [])
    if ours and not command:
        yield words
    for text in command if command[:2] == ["sh", "-c"] else []:
        for part in re.findall(r"\bahorraluz ([^;|&]*)", text):
            yield shlex.split(part)


def not_typed(words: Sequence[str]) -> Faults:
    """Yield why the program would not take these words."""
    words = [re.sub(r"\$\(\w+\)", "x", word) for word in words]
    context: click.Context | None = None
    command: click.Command = cli
    rest = list(words)
    try:
        while isinstance(command, click.Group):
            group = command
            context = group.make_context(group.name, rest, parent=context)
            _, found, rest = group.resolve_command(
                context, [*context._protected_args, *context.args]
            )
            assert found is not None
            command = found
        command.make_context(command.name, rest, parent=context)
    except (click.ClickException, AhorraLuzError, click.exceptions.Exit) as wrong:
        yield f"{shlex.join(words)}: {wrong}"


def secret(documents: Sequence[Document]) -> Faults:
    """Nothing secret is written down, and what is asked of the vault is what is read."""
    for one in of_kind(documents, "Secret"):
        yield f"{name_of(one)} is written down"
    for one in documents:
        if SOMEBODY.search(str(one)):
            yield f"{name_of(one)} holds a password"
    kept = {
        one["spec"]["target"]["name"]: {each["secretKey"] for each in one["spec"]["data"]}
        for one in of_kind(documents, "ExternalSecret")
    }
    read = {
        PurePosixPath(path).name
        for name, path in settings_of(documents).items()
        if name.endswith(SUFFIX)
    }
    if kept and kept["ahorraluz-secrets"] != read:
        yield f"secrets: {sorted(kept['ahorraluz-secrets'] ^ read)}"


def scaled(documents: Sequence[Document]) -> Faults:
    """Autoscalers and budgets are of workloads that there are; one pod may always be moved."""
    pods = pods_of(documents)
    for one in of_kind(documents, "HorizontalPodAutoscaler"):
        target = one["spec"]["scaleTargetRef"]
        if not any((pod.kind, pod.name) == (target["kind"], target["name"]) for pod in pods):
            yield f"{name_of(one)}: no {target['name']}"
        if one["spec"]["minReplicas"] > one["spec"]["maxReplicas"]:
            yield f"{name_of(one)}: more at least than at most"
    budgets = of_kind(documents, "PodDisruptionBudget")
    for pod in pods:
        found = [each for each in budgets if selects(each["spec"]["selector"], pod.labels)]
        if pod.kind in LASTING and not found and not _for_a_try(pod):
            yield f"{pod.kind} {pod.name}: no budget"
        if any(each["spec"].get("maxUnavailable") != 1 for each in found):
            yield f"{pod.kind} {pod.name}: its node could not be emptied"


def timed(documents: Sequence[Document]) -> Faults:
    """Everything by the clock runs once, by that of Peru, and not for ever."""
    for one in of_kind(documents, "CronJob"):
        spec, job = one["spec"], one["spec"]["jobTemplate"]["spec"]
        if (spec.get("concurrencyPolicy"), spec.get("timeZone")) != ("Forbid", "America/Lima"):
            yield f"{name_of(one)}: twice at once, or by another clock"
        if len(spec["schedule"].split()) != 5 or not job.get("activeDeadlineSeconds"):
            yield f"{name_of(one)}: schedule or deadline"


def _for_a_try(pod: Pod) -> bool:
    return pod.labels[COMPONENT] in ("postgres", "redis")


RULES: tuple[Callable[[Sequence[Document]], Faults], ...] = (
    closed, bounded, probed, patient, mounted, named, told, typed, secret, scaled, timed,
)  # fmt: skip


def faults_of(documents: Sequence[Document]) -> list[str]:
    """Return everything that breaks a rule."""
    return [one for rule in RULES for one in rule(documents)]
