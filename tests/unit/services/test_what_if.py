"""Figures moved for a plan: by name, refused with a mend, and never kept."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.cli.running import EXAMPLES

from ahorraluz.catalog.assumptions import load_assumptions
from ahorraluz.core.home import Home
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.figure_limits import figure_limits
from ahorraluz.services.homes import home_from_bytes, home_from_file
from ahorraluz.services.what_if import assume, effort_of, idle_issues


@pytest.fixture(scope="module")
def home() -> Home:
    from datetime import date

    return home_from_file(EXAMPLES / "lima.toml", as_of=date(2026, 11, 24)).home


def test_assumptions_the_home_and_its_appliances_can_be_moved(home: Home) -> None:
    moved = assume(
        home, ["minutes-shower=6", "lpg_cylinder = 60", "ducha-electrica.minutes_shower=9"]
    )

    shower = next(item for item in moved.appliances if item.id == "ducha-electrica")
    assert moved.assumptions["minutes-shower"] == 6
    assert moved.lpg_cylinder_pen == 60
    assert shower.minutes_shower == 9
    assert home.lpg_cylinder_pen != 60


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("minutes-shower", "assume-form", id="no value"),
        pytest.param("minutes-showr=6", "assume-unknown", id="a slip in the name"),
        pytest.param("ducha-electrica.minuts=6", "assume-unknown", id="a slip in the figure"),
        pytest.param("moto-electrica.count=1", "assume-appliance", id="not in the home"),
        pytest.param("minutes-shower=-1", "assume-value", id="less than nothing"),
        pytest.param("ducha-electrica.minutes_shower=900", "assume-value", id="fifteen hours"),
        pytest.param("cost-pv-kwp=9999999", "assume-range", id="above the limit"),
        pytest.param("minutes-shower=100000", "assume-range", id="a shower of months"),
        pytest.param("decoder-off-h-day=25", "assume-range", id="more hours than a day has"),
        pytest.param("standby-off-share=1.1", "assume-range", id="more than all"),
        pytest.param("minutes-shower=six", "number-invalid", id="no number"),
    ],
)
def test_what_cannot_be_is_refused_by_name(home: Home, text: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        assume(home, [text])

    assert error.value.issue.code == code


def test_every_likely_figure_may_be_typed(home: Home) -> None:
    for name, assumption in load_assumptions().items():
        value = assumption.value
        for end in (max(value.low, 0), value.middle, value.high):
            assume(home, [f"{name}={end:f}"])


def test_a_figure_that_the_home_states_itself_is_said_to_move_nothing(home: Home) -> None:
    stated = assume(home, ["ducha-electrica.minutes_shower=9", "ducha-electrica.showers_day=3"])
    unstated = replace(
        home,
        appliances=tuple(
            replace(item, minutes_shower=None, hours_day=None) for item in home.appliances
        ),
    )

    (idle,) = idle_issues(stated, ["minutes-shower=6", "lpg_cylinder=60"])

    assert idle.code == "assume-idle"
    assert idle.parameters["instead"] == ["ducha-electrica.minutes_shower"]
    assert idle_issues(unstated, ["minutes-shower=6"]) == ()


def test_effort_is_a_word_or_soles() -> None:
    assert effort_of("low") < effort_of("medium") < effort_of("high")
    assert effort_of("2,5") == Decimal("2.5")


@pytest.mark.parametrize("text", ["much", "-1"])
def test_an_effort_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        effort_of(text)


def test_a_home_file_keeps_to_the_limits_of_what_if(home: Home) -> None:
    smallest = '[supply]\ndistributor = "luz-del-sur"\n[[recibos]]\nkwh = 90\n[assumptions]\n'
    for name, (least, most) in figure_limits().items():
        for value in (least, most):
            line = f"{smallest}{name} = {value}".encode()
            told = home_from_bytes(line, name="casa.toml", as_of=date(2026, 11, 24)).home
            assert (
                told.assumptions
                == {name: value}
                == assume(replace(home, assumptions={}), [f"{name}={value}"]).assumptions
            )
        too_much = f"{most * 2 + 1:f}"
        with pytest.raises(InvalidInputError) as moved:
            assume(home, [f"{name}={too_much}"])
        with pytest.raises(InvalidInputError) as typed:
            home_from_bytes(
                f"{smallest}{name} = {too_much}".encode(), name="c.toml", as_of=date(2026, 11, 24)
            )
        (one,), (other,) = moved.value.issues, typed.value.issues
        assert one.code == other.code == "assume-range"
        assert {**one.parameters, "field": ""} == {**other.parameters, "field": ""}
