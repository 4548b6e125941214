"""Boards as Grafana would ask them: their queries with macros and variables filled in."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = sorted(GRAFANA.glob("*/boards/*.json"))
_FILTER = re.compile(r"\$__timeFilter\(((?:[^()]|\([^()]*\))*)\)")
_VARIABLE = re.compile(r"\$\{(\w+):sqlstring\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a panel."""

    board: str
    panel: str
    kind: str
    """Of the panel, such as ``timeseries``."""
    target: Mapping[str, Any]
    source: str
    """Its data source, by uid."""

    @property
    def name(self) -> str:
        """What tests call it."""
        return f"{self.board}: {self.panel} {self.target['refId']}"


def board_of(path: Path) -> dict[str, Any]:
    """Return a board."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def every_query() -> Iterator[Asked]:
    """Yield every query of every panel of every board."""
    for path in BOARDS:
        for panel in board_of(path)["panels"]:
            for target in panel.get("targets", ()):
                source = target.get("datasource", panel["datasource"])["uid"]
                yield Asked(path.stem, panel["title"], panel["type"], target, source)


def sql_of(asked: Asked, *, days: int, variables: Mapping[str, str]) -> str:
    """Return the SQL of a query with everything filled in, over the last days."""
    text: str = asked.target["rawSql"]
    text = _FILTER.sub(rf"\1 BETWEEN now() - interval '{days} days' AND now()", text)
    text = text.replace("$__timeFrom()", f"(now() - interval '{days} days')")
    text = text.replace("$__timeTo()", "now()")
    text = _VARIABLE.sub(lambda found: f"'{variables[found[1]]}'", text)
    # Whatever else begins with a dollar would be a macro that nobody fills in here.
    assert "$" not in text, text
    return text


def promql_of(asked: Asked) -> str:
    """Return the expression of a query with everything filled in."""
    text: str = asked.target["expr"].replace("$__rate_interval", "1m")
    assert "$" not in text, text
    return text
