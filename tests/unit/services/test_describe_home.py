"""Homes of this service compared with each other: only where there are many, and only if asked."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.describe_home import describe_home
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.receive_readings import check_bytes, keep_file
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.understand_usage import About, Understanding, understand_usage
from ahorraluz.settings import Settings
from ahorraluz.store.records import Description

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOME = """
[home]
department = "arequipa"
people = 4
altitude_m = 2335
cooking = "lpg"

[supply]
distributor = "seal"

[[appliances]]
id = "ducha-electrica"

[[recibos]]
kwh = 150
"""
LIKE = Description(
    department="arequipa",
    people=4,
    altitude_m=2400.0,
    end_uses=frozenset({"water-heating"}),
    kwh_month=100.0,
)


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    keep("casa", tools, kwh_day=6.0)
    return tools


@pytest.fixture
def home_file(tmp_path: Path) -> Path:
    path = tmp_path / "casa.toml"
    path.write_text(HOME, "utf-8")
    return path


def keep(home: str, tools: Toolbox, *, kwh_day: float) -> None:
    """Keep an invented June of daily readings."""
    rows = "\n".join(f"2026-06-{day:02d},{kwh_day}" for day in range(1, 31))
    checked = check_bytes(f"fecha,kwh\n{rows}\n".encode(), name=f"{home}.csv")
    keep_file(checked, home=home, tools=tools, as_of=NOW)


def neighbours(tools: Toolbox, number: int) -> None:
    for place in range(number):
        keep(f"vecino-{place}", tools, kwh_day=3.0 + place / 100)
        tools.store.describe(f"vecino-{place}", LIKE, NOW)


def understood(tools: Toolbox) -> Understanding:
    found = find_readings("casa", tools=tools)
    return understand_usage(found, about=About(), tools=tools, as_of=date(2026, 11, 26))


def test_only_what_is_comparable_is_kept_of_a_home_file(tools: Toolbox, home_file: Path) -> None:
    described = describe_home("casa", home_file, tools=tools, as_of=NOW)

    assert described.kwh_month == pytest.approx(180.0)
    assert replace(described, kwh_month=100.0, altitude_m=2400.0) == LIKE
    assert tools.store.descriptions() == {"casa": described}


@pytest.mark.parametrize(("number", "compared"), [(29, False), (30, True)])
def test_a_group_of_thirty_is_needed(
    tools: Toolbox, home_file: Path, number: int, compared: bool
) -> None:
    neighbours(tools, number)
    describe_home("casa", home_file, tools=tools, as_of=NOW)

    known = understood(tools)

    assert known.peers is not None
    assert (known.peers.group is not None) is compared
    assert ("peers-group" in {item.finding.id for item in known.findings}) is compared


def test_a_home_that_did_not_agree_is_compared_with_nobody(tools: Toolbox) -> None:
    neighbours(tools, 30)

    known = understood(tools)

    assert known.peers is not None
    assert known.peers.group is None


def test_what_is_missing_is_named_all_at_once(tools: Toolbox, tmp_path: Path) -> None:
    path = tmp_path / "poco.toml"
    path.write_text('[supply]\ndistributor = "seal"\n[[recibos]]\nkwh = 150\n', "utf-8")

    with pytest.raises(AhorraLuzError) as caught:
        describe_home("casa", path, tools=tools, as_of=NOW)

    assert [issue.parameters["field"] for issue in caught.value.issues] == [
        "department",
        "people",
        "altitude_m",
    ]
    assert tools.store.descriptions() == {}
