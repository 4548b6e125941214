"""``ahorraluz backtest --bills`` and ``--month-end``: scores for people and as JSON."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.running import answer, faults, run

pytestmark = pytest.mark.usefixtures("data_folder")

AS_OF = ("--as-of", "2026-11-24")


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    kwh = np.random.default_rng(3).lognormal(5, 0.3, (4, 15)).round(1)
    kwh[1, 4] = 0
    rows = [
        f"casa-{home},{2024 + month // 12}-{month % 12 + 1:02d},{value}"
        for home, values in enumerate(kwh)
        for month, value in enumerate(values)
    ]
    path = tmp_path / "recibos.csv"
    path.write_text("\n".join(["household_id,period,kwh", *rows]) + "\n", "utf-8")
    return path


@pytest.fixture
def hours(tmp_path: Path) -> Path:
    chance = np.random.default_rng(4)
    rows = [
        f"{datetime(2026, 1, 20) + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S},casa,{kwh:.3f}"  # noqa: DTZ001
        for hour, kwh in enumerate(chance.gamma(2, 0.1, 24 * 75))
    ]
    path = tmp_path / "horas.csv"
    path.write_text("\n".join(["timestamp,household_id,kwh", *rows]) + "\n", "utf-8")
    return path


def test_bills_are_scored_beside_simple_rules(bills: Path) -> None:
    found = answer("backtest", "--bills", bills)

    next_month = found["one_month_ahead"]
    assert faults(found, "backtest-bills") == []
    assert (found["homes"], next_month["months"], next_month["zero_months"]) == (4, 12, 0)
    assert {"ahorraluz", "last-month", "same-month-last-year", "average"} <= {*next_month["rules"]}
    assert found["by_months_on_record"]["3-5"]["zero_months"] == 1
    assert 0 <= next_month["coverage80"] <= 1


@pytest.mark.parametrize("language", ["es", "en"])
def test_scores_of_bills_are_written_for_people(bills: Path, language: str) -> None:
    result = run("--lang", language, "backtest", "--bills", bills)

    assert result.exit_code == 0, result.stderr
    assert "AhorraLuz" in result.stdout
    assert "%" in result.stdout


def test_each_day_of_the_month_is_scored(hours: Path) -> None:
    found = answer("backtest", "--readings", hours, "--month-end", *AS_OF)

    assert faults(found, "backtest-month-end") == []
    assert (found["homes"], found["home_months"]) == (1, 2)
    assert [day["day"] for day in found["days"]] == list(range(1, 29))
    assert {"ahorraluz", "pro-rata", "last-7-days"} <= {*found["days"][9]["rules"]}
    assert found["days_with_last_year"] == []


def test_days_of_the_month_are_written_for_people(hours: Path) -> None:
    result = run("backtest", "--readings", hours, "--month-end", *AS_OF)

    assert result.exit_code == 0, result.stderr
    assert "28" in result.stdout


def test_bills_without_two_months_in_a_row_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "recibos.csv"
    path.write_text("household_id,period,kwh\na,2025-01,9\na,2025-03,9\n", "utf-8")

    result = run("backtest", "--bills", path)

    assert result.exit_code != 0
    assert "recibos.csv" in result.stderr


def test_readings_are_asked_for_where_the_month_is_to_be_tested() -> None:
    result = run("backtest", "--month-end")

    assert result.exit_code != 0
    assert "--readings" in result.stderr
