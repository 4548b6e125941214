"""The brief plans of the golden homes: hours, panels, a shared meter, a voucher."""

from datetime import date
from pathlib import Path

import pytest
from tests.unit.core.advice.same_plan import assert_same_plan

from ahorraluz.core.advice.brief import brief_plan
from ahorraluz.core.advice.plan import make_plan
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.services.advise import plan_context
from ahorraluz.services.homes import home_from_file
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

AS_OF = date(2026, 11, 24)
PLANS = Path(__file__).parent / "plans"
HOMES = sorted(folder for folder in PLANS.iterdir() if folder.name != "without-line")


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


@pytest.mark.parametrize("objective", Objective)
@pytest.mark.parametrize("home", HOMES, ids=lambda home: str(home.name))
def test_the_brief_plan_of_a_home_is_the_whole_one_in_figures(
    home: Path, objective: Objective, tools: Toolbox
) -> None:
    known = home_from_file(home / "home.toml", as_of=AS_OF)
    context = plan_context(
        known.home, tools=tools, as_of=AS_OF, receipt=known.receipt, evidence=known.evidence
    )
    wishes = Wishes(objective=objective)

    brief = brief_plan(context, wishes=wishes)

    assert brief.steps
    assert_same_plan(brief, make_plan(context, wishes=wishes))
