"""Every file of ``deploy/grafana`` and ``deploy/prometheus``, some for Kubernetes, by path."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import yaml
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from scripts.boards.model import MODEL, model_board
from scripts.boards.parts import PROMETHEUS, Source
from scripts.boards.people import CONSULTANT, HOME, home_board, portfolio_board
from scripts.boards.peru import AGENCY, peru_board
from scripts.boards.service import SERVICE, service_board
from scripts.boards.warnings import FOLDER, grafana_rules, prometheus_rules

MADE = "# Made by python -m scripts.write_boards --write: change it there.\n"
MOUNTED = "/etc/grafana/ahorraluz"
"""Where the boards of an audience lie on the machine of its Grafana."""
GRAFANA, PROM = "deploy/grafana", "deploy/prometheus"
OPERATOR_RULES = "deploy/kubernetes/components/monitoring/prometheus-rule.yaml"
"""The same rules for the operator of Prometheus, which reads them from the Kubernetes API."""
WIDEST = 2_000
"""Letters of a line of YAML: expressions stay on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whoever looks at one Grafana, or one organisation of it, with nobody else."""

    name: str
    boards: Sequence[Callable[[], Dashboard]]
    sources: Sequence[tuple[Source, str]]
    """Sources, each with the name that people read."""
    metrics: bool = False
    """Whether it sees the counters, and is warned."""


AUDIENCES = (
    Audience(name="home", boards=(home_board,), sources=((HOME, "Mi hogar"),)),
    Audience(name="consultant", boards=(portfolio_board,), sources=((CONSULTANT, "Portafolio"),)),
    Audience(name="agency", boards=(peru_board,), sources=((AGENCY, "Perú"),)),
    Audience(
        name="service",
        boards=(service_board, model_board),
        sources=((SERVICE, "Servicio"), (MODEL, "Modelo")),
        metrics=True,
    ),
)


def every_file() -> Mapping[str, str]:
    """Return every file by its path from the root of the repository."""
    found: dict[str, str] = {}
    for audience in AUDIENCES:
        folder = f"{GRAFANA}/{audience.name}"
        for make in audience.boards:
            made = make().build()
            text = json.dumps(_board(made), ensure_ascii=False, indent=2, sort_keys=True)
            found[f"{folder}/boards/{made.uid}.json"] = f"{text}\n"
        found[f"{folder}/provisioning/datasources/ahorraluz.yaml"] = _yaml(_sources(audience))
        found[f"{folder}/provisioning/dashboards/ahorraluz.yaml"] = _yaml(_provider(audience))
        if audience.metrics:
            found[f"{folder}/provisioning/alerting/ahorraluz.yaml"] = _yaml(grafana_rules())
            found[f"{folder}/kustomization.yaml"] = _yaml(_config_maps(audience))
    found[f"{PROM}/prometheus.yml"] = _yaml(_scraping())
    found[f"{PROM}/rules.yml"] = _yaml(prometheus_rules())
    found[OPERATOR_RULES] = _yaml(_operator_rules())
    return found


def _board(made: object) -> Mapping[str, object]:
    """Return a board as plain JSON, each of its panels with a number."""
    plain: dict[str, object] = json.loads(JSONEncoder().encode(made))
    panels = plain["panels"]
    for number, panel in enumerate(panels if isinstance(panels, list) else [], start=1):
        panel["id"] = number
    return plain


def _sources(audience: Audience) -> Mapping[str, object]:
    made = [_postgres(source, name) for source, name in audience.sources]
    if audience.metrics:
        made.append(
            {
                "name": "Prometheus",
                "uid": PROMETHEUS.uid,
                "type": PROMETHEUS.plugin,
                "access": "proxy",
                "url": "$AHORRALUZ_PROMETHEUS_URL",
                "editable": False,
            }
        )
    return {"apiVersion": 1, "datasources": made}


def _postgres(source: Source, name: str) -> Mapping[str, object]:
    # Who it is, and by what password, is told to Grafana by its environment.
    login = source.uid.upper().replace("-", "_").replace("AHORRALUZ_", "AHORRALUZ_BOARDS_")
    return {
        "name": f"AhorraLuz: {name}",
        "uid": source.uid,
        "type": source.plugin,
        "access": "proxy",
        "url": "$AHORRALUZ_BOARDS_SERVER",
        "user": f"${login}_USER",
        "jsonData": {
            "database": "$AHORRALUZ_BOARDS_DATABASE",
            "sslmode": "$AHORRALUZ_BOARDS_SSLMODE",
            "postgresVersion": 1500,
            "maxOpenConns": 5,
            "maxIdleConns": 2,
        },
        "secureJsonData": {"password": f"${login}_PASSWORD"},
        "editable": False,
    }


def _provider(audience: Audience) -> Mapping[str, object]:
    return {
        "apiVersion": 1,
        "providers": [
            {
                "name": f"ahorraluz-{audience.name}",
                "folder": FOLDER,
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "options": {"path": f"{MOUNTED}/{audience.name}/boards"},
            }
        ],
    }


def _scraping() -> Mapping[str, object]:
    return {
        "global": {"scrape_interval": "15s", "evaluation_interval": "30s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [
            {
                "job_name": "ahorraluz",
                "metrics_path": "/metrics",
                "authorization": {"type": "Bearer", "credentials_file": "metrics-token"},
                "static_configs": [{"targets": ["127.0.0.1:8000"]}],
            },
            {
                "job_name": "ahorraluz-live",
                "static_configs": [{"targets": ["127.0.0.1:9101"]}],
            },
        ],
    }


def _operator_rules() -> Mapping[str, object]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "ahorraluz"},
        "spec": prometheus_rules(),
    }


def _config_maps(audience: Audience) -> Mapping[str, object]:
    """Return what makes ConfigMaps of the files of an audience, for Grafana on Kubernetes."""
    boards = sorted(f"boards/{make().build().uid}.json" for make in audience.boards)
    kinds = ("alerting", "dashboards", "datasources")
    made = [f"{kind}.yaml=provisioning/{kind}/ahorraluz.yaml" for kind in kinds]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "configMapGenerator": [
            {"name": f"ahorraluz-boards-{audience.name}", "files": boards},
            {"name": f"ahorraluz-provisioning-{audience.name}", "files": made},
        ],
    }


def _yaml(content: Mapping[str, object]) -> str:
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=WIDEST)
    return MADE + text
