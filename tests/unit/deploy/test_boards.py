"""Boards and rules are current, of the shape that Grafana publishes, and ask for what there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard
from scripts.boards.files import AUDIENCES
from scripts.boards.warnings import WARNINGS
from scripts.write_boards import stale
from tests.board_schema import wrong_in
from tests.boards_as_grafana import BOARDS, GRAFANA, ROOT, board_of, every_query

from ahorraluz.store.boards.views import VIEWS, Audience
from ahorraluz.telemetry import METRICS

ALERTS = GRAFANA / "service" / "provisioning" / "alerting" / "ahorraluz.yaml"
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
SUFFIXES = ("_bucket", "_count", "_sum")
_METRIC = re.compile(r"\b(ahorraluz_\w+)\b")
_VIEW = re.compile(r"\bboards\.(\w+)\b")
SPANISH_MARK = re.compile(r"[A-ZÁÉÍÓÚÑ]")
register_default_plugins()


def test_everything_in_deploy_is_what_the_scripts_write() -> None:
    assert stale() == []


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_is_read_and_written_by_the_published_schema_unchanged(path: Path) -> None:
    board = board_of(path)

    again = json.loads(JSONEncoder().encode(Dashboard.from_json(board)))

    assert again == board


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_every_field_of_a_board_is_of_the_type_of_the_published_schema(path: Path) -> None:
    board = Dashboard.from_json(board_of(path))

    assert wrong_in(board, Dashboard, path.stem) == []


def test_a_field_of_another_type_is_found() -> None:
    content = board_of(BOARDS[0])
    content["panels"][0]["gridPos"]["w"] = "wide"
    content["refresh"] = 5

    found = wrong_in(Dashboard.from_json(content), Dashboard, "board")

    assert [each.partition(":")[0] for each in found] == [
        "board.refresh",
        "board.panels[0].grid_pos.w",
    ]


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_panels_lie_beside_each_other_on_the_grid(path: Path) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in board_of(path)["panels"]:
        at = panel["gridPos"]
        cells = {
            (at.get("x", 0) + right, at.get("y", 0) + down)
            for right in range(at["w"])
            for down in range(at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(right for right, _ in cells) < 24, panel["title"]
        taken |= cells


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_panels_have_numbers_titles_and_letters_of_their_own(path: Path) -> None:
    panels = board_of(path)["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(SPANISH_MARK.match(panel["title"]) for panel in panels)
    for panel in panels:
        letters = [target["refId"] for target in panel.get("targets", ())]
        assert len(set(letters)) == len(letters), panel["title"]


def metrics_in(expression: str) -> set[str]:
    found = set(_METRIC.findall(expression.replace('job="ahorraluz', "").replace('"ahorraluz', "")))
    return {
        name if name in METRICS else name.removesuffix(suffix)
        for name in found
        for suffix in (next((s for s in SUFFIXES if name.endswith(s)), ""),)
    }


def test_no_panel_asks_for_a_metric_or_a_view_that_is_not_there() -> None:
    views = {view.name: view.audiences for view in VIEWS}
    for asked in every_query():
        if "expr" in asked.target:
            assert metrics_in(asked.target["expr"]) <= METRICS.keys(), asked.name
            continue
        audience = Audience(asked.source.removeprefix("ahorraluz-"))
        named = set(_VIEW.findall(asked.target["rawSql"]))
        assert named, asked.name
        assert named <= views.keys(), asked.name
        assert all(audience in views[name] for name in named), asked.name


def test_every_view_and_every_metric_is_on_a_board() -> None:
    queries = list(every_query())
    shown = {name for asked in queries for name in _VIEW.findall(asked.target.get("rawSql", ""))}
    counted = {name for asked in queries for name in metrics_in(asked.target.get("expr", ""))}

    assert METRICS.keys() - counted == set()
    # By quarter hour and by day the same is shown; programs of people may ask for these.
    assert {view.name for view in VIEWS} - shown <= {"home_hours", "home_days"}


def test_a_grafana_knows_the_sources_of_its_boards_and_no_others() -> None:
    for audience in AUDIENCES:
        folder = GRAFANA / audience.name
        sources = yaml.safe_load(
            (folder / "provisioning" / "datasources" / "ahorraluz.yaml").read_text("utf-8")
        )["datasources"]
        asked = {
            query.source
            for query in every_query()
            if (folder / "boards" / f"{query.board}.json").is_file()
        }
        assert {source["uid"] for source in sources} == asked
        # Passwords come from the environment.
        kept = [source["secureJsonData"]["password"] for source in sources if "user" in source]
        assert all(re.fullmatch(r"\$[A-Z_]+_PASSWORD", password) for password in kept)


def test_rules_ask_for_metrics_that_there_are() -> None:
    for warned in WARNINGS:
        assert metrics_in(warned.expression) - {"ahorraluz"} <= METRICS.keys(), warned.name


def test_grafana_warns_of_the_same_as_prometheus() -> None:
    [group] = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    [rules] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]

    assert [rule["title"] for rule in group["rules"]] == [rule["alert"] for rule in rules["rules"]]
    assert len({rule["uid"] for rule in group["rules"]}) == len(group["rules"])
    for rule in group["rules"]:
        question, limit = rule["data"]
        assert rule["condition"] == limit["refId"]
        assert limit["model"]["expression"] == question["refId"]
        assert limit["datasourceUid"] == "__expr__"
    # A dollar would be filled in from the environment.
    assert "$" not in ALERTS.read_text("utf-8")


def keys_of(content: Any) -> set[str]:
    if isinstance(content, dict):
        return set(content) | {key for value in content.values() for key in keys_of(value)}
    if isinstance(content, list):
        return {key for value in content for key in keys_of(value)}
    return set()


def test_no_file_holds_a_password() -> None:
    for path in [*GRAFANA.rglob("*.yaml"), *BOARDS]:
        text = path.read_text("utf-8")
        content = yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
        assert "password" not in keys_of(content) or "_PASSWORD" in text, path.name
