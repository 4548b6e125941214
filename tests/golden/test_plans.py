"""Golden homes: each gets the plan that its reasoning, beside it, would sign.

A folder of ``plans/`` is one home: ``home.toml``, ``expected.json`` and ``reasoning.md``.
``scripts/write_golden_plans.py --write`` writes what is expected after a change that was
read and found right.
"""

import importlib.util
import json
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
HOMES = sorted((Path(__file__).parent / "plans").iterdir())


def _script() -> ModuleType:
    path = ROOT / "scripts" / "write_golden_plans.py"
    spec = importlib.util.spec_from_file_location("write_golden_plans", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("home", HOMES, ids=lambda home: str(home.name))
def test_a_home_gets_the_plan_that_an_expert_signed(home: Path, tools: Toolbox) -> None:
    signed: Any = json.loads((home / "expected.json").read_text("utf-8"))

    plan = _script().expected(home / "home.toml", tools)

    assert json.loads(json.dumps(plan)) == signed
    assert plan["proved"]


@pytest.mark.parametrize("home", HOMES, ids=lambda home: str(home.name))
def test_the_reasoning_speaks_of_every_step(home: Path) -> None:
    signed = json.loads((home / "expected.json").read_text("utf-8"))
    reasoning = (home / "reasoning.md").read_text("utf-8")

    assert [step["measure"] for step in signed["steps"] if step["measure"] not in reasoning] == []
    assert signed["value"] in reasoning


def test_just_above_the_cliff_goes_under_it_with_its_exact_soles() -> None:
    signed = json.loads((HOMES[0].parent / "just-above-140" / "expected.json").read_text("utf-8"))

    crossed = sum(c["months"] for step in signed["steps"] for c in step["crosses"])

    assert crossed == 12
    assert all(Decimal(then) <= 140 < Decimal(now) for now, then in signed["kwh"])
    assert sum(Decimal(step["bracket"]) for step in signed["steps"]) > 80


def test_far_above_the_cliff_nobody_speaks_of_it() -> None:
    signed = json.loads((HOMES[0].parent / "far-above-140" / "expected.json").read_text("utf-8"))

    assert signed["targets"] == {}
    assert [step["crosses"] for step in signed["steps"] if step["crosses"]] == []
