"""What the notebooks look at is made up the same each time, or read from a file of one's own."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ahorraluz.services.fleet_demo.study import LIMA, Study, made_up_study, open_study


@pytest.fixture(scope="module")
def study() -> Study:
    return made_up_study(hourly=3, monthly=20)


def test_made_up_homes_are_the_same_each_time(study: Study) -> None:
    again = made_up_study(hourly=3, monthly=20)

    pd.testing.assert_frame_equal(again.months, study.months)
    pd.testing.assert_frame_equal(again.homes, study.homes)
    assert all(
        np.array_equal(one.kwh, other.kwh, equal_nan=True)
        for one, other in zip(again.hours, study.hours, strict=True)
    )


def test_made_up_homes_say_so_and_have_a_year(study: Study) -> None:
    assert study.made_up
    assert [home.kwh.shape for home in study.hours] == [(365, 24)] * 3
    assert study.months.groupby("household_id").size().tolist() == [12] * 20
    assert set(study.cohorts.values()) <= {"coast", "highlands", "jungle"}


def test_homes_with_hours_are_among_those_with_recibos(study: Study) -> None:
    yearly = study.months.groupby("household_id")["kwh"].sum()

    for home in study.hours:
        assert np.nansum(home.kwh) == pytest.approx(yearly[home.id], rel=0.3)


def test_a_file_gives_its_homes_and_their_whole_months(tmp_path: Path) -> None:
    moments = pd.date_range("2026-01-20", "2026-03-10", freq="h", tz=LIMA, inclusive="left")
    path = tmp_path / "mine.csv"
    pd.DataFrame({"timestamp": moments.tz_convert("UTC"), "household_id": "a", "kwh": 0.5}).to_csv(
        path, index=False
    )

    found = open_study(path, as_of=date(2026, 3, 9))

    assert not found.made_up
    assert found.name == "mine.csv"
    assert [home.id for home in found.hours] == ["a"]
    assert found.months.to_dict("records") == [
        {
            "household_id": "a",
            "start": date(2026, 2, 1),
            "end": date(2026, 3, 1),
            "kwh": pytest.approx(28 * 24 * 0.5),
        }
    ]
    assert dict(found.cohorts) == {"a": "all"}
