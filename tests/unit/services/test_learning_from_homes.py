"""From a promise, a step done and its verification to another expectation of the plan."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.unit.core.verification.invented_homes import noisy_homes
from tests.unit.services.test_scoreboard import keep

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.usage.robust import DAYS_MONTH
from ahorraluz.services.advise import advise
from ahorraluz.services.homes import KnownHome, home_from_file
from ahorraluz.services.keep_promises import make_promise, mark_done, promised_by_plan
from ahorraluz.services.kept_peers import kept_peers
from ahorraluz.services.scoreboard import scoreboard, update_scoreboard
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.verify_savings import (
    Beside,
    StepTaken,
    Verified,
    series_of,
    verify_savings,
)
from ahorraluz.settings import Settings
from ahorraluz.store.promise_records import PromiseTerms

HOME = Path(__file__).parents[3] / "examples" / "lima.toml"
HOMES = noisy_homes(homes=24, seed=21)
STEADY = 6.0 + 0.3 * np.sin(np.arange(len(HOMES.days)))
"""Days of a home that hardly changes. [kWh]"""
STEP, OTHER = "shorter-showers", "led-tubes"
MADE = datetime(2025, 8, 1, tzinfo=UTC)
SINCE, TODAY = date(2025, 9, 1), date(2026, 2, 1)
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
TREATED = 12


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


def known_home() -> KnownHome:
    return home_from_file(HOME, as_of=TODAY)


def saving_of_plan(tools: Toolbox) -> tuple[float, set[str]]:
    """Return what the plan expects of the step, and what it notes beside it."""
    plan = advise(known_home().home, tools=tools, as_of=TODAY).plan
    step = next(item for item in (*plan.options, *plan.steps) if item.measure == STEP)
    return float(step.bill_saving_pen_year), {issue.code for issue in step.issues}


def promise_and_do(tools: Toolbox, saved: float, *, homes: int = TREATED) -> None:
    """Keep homes that saved a part of what the plan had promised, beside homes that did nothing."""
    terms = promised_by_plan(known_home(), STEP, tools=tools, as_of=TODAY)
    after = HOMES.days >= np.datetime64(SINCE)
    for number, kwh in enumerate(HOMES.kwh):
        scaled = kwh / kwh.mean() * 5 * terms.wh_month / 1000 / DAYS_MONTH
        # The promise is a fifth of what such a home uses.
        used = scaled * np.where(after & (number < homes), 1 - saved / 5, 1.0)
        keep(tools, f"casa-{number}", used)
        if number < homes:
            make_promise(f"casa-{number}", terms, tools=tools, as_of=MADE)
            mark_done(f"casa-{number}", STEP, day=SINCE, tools=tools, today=TODAY, as_of=AS_OF)
    update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)


def test_a_plan_expects_less_once_homes_realised_nothing(tools: Toolbox) -> None:
    before, noted = saving_of_plan(tools)

    promise_and_do(tools, 0.0)

    after, notes = saving_of_plan(tools)
    assert "measure-learnt" in notes - noted
    assert after < 0.8 * before


def test_a_plan_expects_more_where_homes_realised_more(tools: Toolbox) -> None:
    promise_and_do(tools, 0.0)
    nothing, _ = saving_of_plan(tools)
    rich = open_toolbox(Settings(data_dir=tools.settings.data_dir / "other"))

    promise_and_do(rich, 2.0)

    assert saving_of_plan(rich)[0] > 1.3 * nothing


def test_fewer_homes_than_the_scoreboard_shows_change_no_plan(tools: Toolbox) -> None:
    before = saving_of_plan(tools)

    promise_and_do(tools, 0.0, homes=9)

    assert saving_of_plan(tools) == before
    assert scoreboard(tools=tools).scores == ()


def test_homes_that_took_the_step_too_are_nothing_to_compare_with(tools: Toolbox) -> None:
    promise_and_do(tools, 2.0)

    verified = [verify(tools, f"casa-{home}", STEP) for home in range(TREATED)]

    untouched = len(HOMES.kwh) - TREATED
    assert {found.baseline.movement.homes for found in verified} == {untouched}
    assert 0.3 < np.mean([found.found.share.middle for found in verified]) < 0.5


def verify(tools: Toolbox, home: str, step: str, *, since: date = SINCE) -> Verified:
    series, _ = series_of(home, tools=tools, hints=None, as_of=TODAY)
    beside = Beside(peers=kept_peers(home, tools=tools))
    taken = StepTaken(step=step, since=since)
    return verify_savings(series, taken, beside=beside, tools=tools, as_of=TODAY)


def done(tools: Toolbox, step: str, day: date) -> None:
    mark_done("casa", step, day=day, tools=tools, today=TODAY, as_of=AS_OF)


def test_a_later_step_ends_the_time_in_which_the_first_is_measured(tools: Toolbox) -> None:
    second = date(2025, 11, 10)
    both = np.where(HOMES.days >= np.datetime64(second), 0.3, 1.0)
    keep(tools, "casa", STEADY * both)
    done(tools, STEP, SINCE)
    alone = verify(tools, "casa", STEP)
    done(tools, OTHER, second)

    apart = verify(tools, "casa", STEP)

    assert apart.found.days == (second - SINCE).days
    assert abs(apart.found.share.middle) < 0.05 < alone.found.share.middle
    assert "verify-other-step" in {issue.code for issue in apart.issues}
    assert apart.months[-1].month.period.start <= second


def test_an_earlier_step_begins_the_time_before_the_second(tools: Toolbox) -> None:
    first = date(2025, 6, 1)
    keep(tools, "casa", STEADY * np.where(HOMES.days >= np.datetime64(first), 0.5, 1.0))
    done(tools, STEP, first)
    done(tools, OTHER, SINCE)

    verified = verify(tools, "casa", OTHER)

    assert verified.cells.days_used(before=True) <= (SINCE - first).days
    assert abs(verified.found.share.middle) < 0.05


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (SINCE, "verify-steps-together"),
        (date(2025, 9, 15), "verify-steps-too-close"),
        (date(2025, 8, 10), "verify-steps-too-close"),
    ],
)
def test_steps_that_cannot_be_told_apart_are_refused(tools: Toolbox, day: date, code: str) -> None:
    keep(tools, "casa", HOMES.kwh[0])
    done(tools, OTHER, day)

    with pytest.raises(AhorraLuzError) as refused:
        verify(tools, "casa", STEP)

    assert refused.value.issue.code == code


@pytest.mark.parametrize("note", ["three-band-tariff", STEP])
def test_what_changes_no_use_parts_nothing(tools: Toolbox, note: str) -> None:
    keep(tools, "casa", HOMES.kwh[0])
    done(tools, note, date(2025, 9, 15))

    verified = verify(tools, "casa", STEP)

    assert "verify-other-step" not in {issue.code for issue in verified.issues}


def test_steps_taken_together_are_on_no_scoreboard_twice(tools: Toolbox) -> None:
    keep(tools, "casa", HOMES.kwh[0])
    for step in (STEP, OTHER):
        terms = PromiseTerms(
            step=step, distributor="luz-del-sur", region="lima", wh_month=9_000, cents_month=700
        )
        make_promise("casa", terms, tools=tools, as_of=MADE)
        done(tools, step, SINCE)

    updated = update_scoreboard(tools=tools, as_of=AS_OF, today=TODAY)

    assert (updated.verified, updated.refused) == (0, 2)
