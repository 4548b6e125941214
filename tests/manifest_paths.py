"""Who may speak with whom on Kubernetes, as the NetworkPolicies say: reckoned, not tried."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.manifests import COMPONENT, Document, Pod, name_of, of_kind, pods_of, selects

Rule = Mapping[str, Any]


def _policies(documents: Sequence[Document], pod: Pod, way: str) -> list[Rule]:
    return [
        one["spec"]
        for one in of_kind(documents, "NetworkPolicy")
        if way in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], pod.labels)
    ]


def _takes(rule: Rule, way: str, other: Pod, port: int, ports: Mapping[str, int]) -> bool:
    """Tell whether one rule of a policy lets through what comes from, or goes to, a pod."""
    peers = rule.get(way)
    near = peers is None or any(
        "podSelector" in peer
        and "namespaceSelector" not in peer
        and selects(peer["podSelector"], other.labels)
        for peer in peers
    )
    meant = [ports.get(one["port"], one["port"]) for one in rule.get("ports", [])]
    return near and (not meant or port in meant)


def reaches(documents: Sequence[Document], source: Pod, target: Pod, port: int) -> bool:
    """Tell whether one pod may open a connection to a port of another of the same namespace."""
    outward = any(
        _takes(rule, "to", target, port, target.ports)
        for policy in _policies(documents, source, "Egress")
        for rule in policy.get("egress", [])
    )
    inward = any(
        _takes(rule, "from", source, port, target.ports)
        for policy in _policies(documents, target, "Ingress")
        for rule in policy.get("ingress", [])
    )
    return outward and inward


def let_in(documents: Sequence[Document], pod: Pod, namespace: str) -> set[int]:
    """Return the ports of a pod that another namespace may reach."""
    return {
        pod.ports.get(port["port"], port["port"])
        for policy in _policies(documents, pod, "Ingress")
        for rule in policy.get("ingress", [])
        for peer in rule.get("from", [])
        if "namespaceSelector" in peer
        and selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": namespace})
        for port in rule["ports"]
    } & set(pod.ports.values())


def paths(documents: Sequence[Document]) -> dict[str, set[str]]:
    """Return which component reaches which port of which other one."""
    pods = {pod.labels[COMPONENT]: pod for pod in pods_of(documents)}
    return {
        name: {
            f"{other}:{port}"
            for other, target in pods.items()
            if other != name
            for port in target.ports.values()
            if reaches(documents, source, target, port)
        }
        for name, source in pods.items()
    }


def loose(documents: Sequence[Document]) -> Iterator[str]:
    """Yield services, policies and monitors that are about nothing that there is."""
    yield from _services(documents)
    yield from _policies_of_nobody(documents)
    yield from _monitors(documents)
    yield from _doors(documents)


def _services(documents: Sequence[Document]) -> Iterator[str]:
    pods = pods_of(documents)
    for one in of_kind(documents, "Service"):
        spec = one["spec"]
        found = [pod for pod in pods if selects({"matchLabels": spec["selector"]}, pod.labels)]
        names = {port["targetPort"] for port in spec["ports"]}
        if len(found) != 1 or not names <= set(found[0].ports):
            yield f"{name_of(one)}: {[pod.name for pod in found]}, {sorted(names)}"


def _policies_of_nobody(documents: Sequence[Document]) -> Iterator[str]:
    pods = pods_of(documents)
    policies = of_kind(documents, "NetworkPolicy")
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    if pods and not any(one["spec"] == nothing for one in policies):
        yield "what nothing allows is allowed"
    for one in policies:
        found = [pod for pod in pods if selects(one["spec"]["podSelector"], pod.labels)]
        if not found and not _of_spark(one):
            yield f"{name_of(one)}: nobody"
        known = {key for pod in found for pair in pod.ports.items() for key in pair}
        for rule in one["spec"].get("ingress", []):
            if not {port["port"] for port in rule.get("ports", [])} <= known:
                yield f"{name_of(one)}: a port that nobody listens on"


def _monitors(documents: Sequence[Document]) -> Iterator[str]:
    services = of_kind(documents, "Service")
    for one in of_kind(documents, "ServiceMonitor"):
        seen = [
            {port["name"] for port in service["spec"]["ports"]}
            for service in services
            if selects(one["spec"]["selector"], service["metadata"]["labels"])
        ]
        wanted = {end["port"] for end in one["spec"]["endpoints"]}
        if not seen or not all(wanted <= names for names in seen):
            yield f"{name_of(one)}: {sorted(wanted)}"


def _doors(documents: Sequence[Document]) -> Iterator[str]:
    there = {
        (service["metadata"]["name"], port["name"])
        for service in of_kind(documents, "Service")
        for port in service["spec"]["ports"]
    }
    for one in of_kind(documents, "Ingress"):
        for rule in one["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                named = path["backend"]["service"]
                if (named["name"], named["port"]["name"]) not in there:
                    yield f"{name_of(one)}: {named}"


def _of_spark(policy: Document) -> bool:
    # Its pods are made by the operator of Spark.
    selected: Mapping[str, str] = policy["spec"]["podSelector"].get("matchLabels", {})
    return selected.get(COMPONENT) == "spark"
