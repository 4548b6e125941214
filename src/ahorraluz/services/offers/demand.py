"""How many homes a technology would serve, by district: groups of ten or more, in full tens.

Made of the same groups as the tables of agencies and told with them (``services.outlets``): what
stands there of a home that came, left or changed its plan holds here.
"""

from dataclasses import dataclass
from datetime import date, datetime

from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.services.outlets import NOWHERE, PERU_TIME, DemandCell, latest_snapshot
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is told."""

    at: datetime
    cells: tuple[DemandCell, ...]

    @property
    def day(self) -> date:
        """Of the publication, in Peru."""
        return self.at.astimezone(PERU_TIME).date()


def demand(*, tools: Toolbox) -> Demand | None:
    """Return what is told now; ``None``: nothing was published yet."""
    latest = latest_snapshot(tools=tools)
    if latest is None:
        return None
    cells = tuple(DemandCell(**cell) for cell in latest.parts.get("demand", ()))
    return Demand(at=latest.at, cells=cells)


def place_of(answers: Answers) -> tuple[str, str]:
    """Return the department and the code of the district that a home told, each or none."""
    pairs = answers.said.get("pairs")
    said = {str(n): str(v) for n, v in pairs} if isinstance(pairs, list) else {}
    district = load_districts().get(said.get("di", ""))
    if district is not None:
        return load_provinces()[district.province].department, district.code
    return said.get("dep", ""), NOWHERE
