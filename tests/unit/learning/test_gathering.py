"""Questions of several threads are told in one call, each as if it had been asked alone."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learning.invented_homes import windows_of

from ahorraluz.core.forecast.forecaster import ForecastError, Hours, Windows
from ahorraluz.core.forecast.holidays import FreeDays, no_free, peru_free
from ahorraluz.learning.gathering import Gathering, Told, joined
from ahorraluz.learning.litert import DayMixer, load_default

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")


class Slow:
    """A model whose first call goes on until all others have come to wait."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        model = load_default()
        assert isinstance(model, DayMixer)
        self.model = model

    def ask(self, windows: Windows, free: FreeDays) -> Told:
        """Tell, the first time late."""
        if not self.begun.is_set():
            self.begun.set()
            assert self.go_on.wait(60)
        return self.model.told(windows, run=self.model.run, free=free), "slow"

    def noted(self, homes: int, seconds: float) -> None:
        """Note a call."""
        assert seconds >= 0
        self.sizes.append(homes)


def asked_together(
    questions: Sequence[tuple[Windows, FreeDays]], *, most: int = 32
) -> tuple[list[Hours | ForecastError], list[int]]:
    """Return what is told of each question, all but the first asked while that one is told."""
    slow = Slow()
    gathering = Gathering(ask=slow.ask, noted=slow.noted, most=most)

    def ask(question: tuple[Windows, FreeDays]) -> Hours | ForecastError:
        try:
            return gathering(*question)[0]
        except ForecastError as error:
            return error

    with ThreadPoolExecutor(len(questions)) as pool:
        first = pool.submit(ask, questions[0])
        assert slow.begun.wait(60)
        others = [pool.submit(ask, question) for question in questions[1:]]
        while len(gathering._waiting) < len(others):
            assert not any(each.done() for each in others)
        slow.go_on.set()
        return [each.result() for each in (first, *others)], slow.sizes


def assert_same(told: Hours | ForecastError, expected: Hours) -> None:
    assert isinstance(told, Hours)
    np.testing.assert_allclose(told.quantiles, expected.quantiles, atol=1e-6)
    np.testing.assert_allclose(told.mean, expected.mean, atol=1e-6)


def test_those_who_come_meanwhile_are_told_together_and_as_if_alone() -> None:
    windows = windows_of(9)
    rows = [windows.rows(slice(place, place + 1)) for place in range(9)]

    told, sizes = asked_together([(row, peru_free) for row in rows])

    assert sizes == [1, 8]
    for found, row in zip(told, rows, strict=True):
        assert_same(found, load_default().predict(row))


def test_homes_of_several_countries_keep_their_holidays() -> None:
    windows = replace(windows_of(1), origin=np.array(["2026-07-27"], dtype="datetime64[D]"))

    told, sizes = asked_together([(windows, no_free), (windows, peru_free), (windows, no_free)])

    assert sizes == [1, 2]
    assert_same(told[1], load_default(free=peru_free).predict(windows))
    assert_same(told[2], load_default(free=no_free).predict(windows))
    assert not np.array_equal(load_default().predict(windows).mean, getattr(told[2], "mean", 0))


def test_what_cannot_be_told_spoils_no_other_answer() -> None:
    windows = windows_of(3)
    nothing = replace(windows.rows(slice(0, 1)), kwh=np.full((1, 28, 24), np.nan))

    told, _ = asked_together(
        [
            (windows.rows(slice(0, 1)), peru_free),
            (nothing, peru_free),
            (windows.rows(slice(1, 3)), peru_free),
        ]
    )

    assert isinstance(told[1], ForecastError)
    assert told[1].issue.code == "forecast-nothing-known"
    assert_same(told[2], load_default().predict(windows.rows(slice(1, 3))))


def test_no_call_has_more_homes_than_it_may() -> None:
    windows = windows_of(10)
    questions = [(windows.rows(slice(n, n + 2)), peru_free) for n in range(0, 10, 2)]

    told, sizes = asked_together(questions, most=5)

    assert sizes == [2, 4, 4]
    assert len(told) == 5


def test_many_homes_are_a_call_of_their_own() -> None:
    slow = Slow()
    slow.go_on.set()
    gathering = Gathering(ask=slow.ask, noted=slow.noted, most=8)

    gathering(windows_of(8), peru_free)

    assert slow.sizes == [8]


def test_facts_and_temperatures_that_only_some_have_are_unknown_of_the_others() -> None:
    windows = windows_of(2)
    known = replace(windows, facts=np.ones((2, 3)), temp_c=np.full((2, 35), 20.0))

    found = joined([windows, known])

    assert found.facts is not None
    assert found.temp_c is not None
    assert np.isnan(found.facts[:2]).all()
    assert (found.facts[2:] == 1).all()
    assert np.isnan(found.temp_c[:2]).all()
    assert joined([windows, windows]).facts is None
