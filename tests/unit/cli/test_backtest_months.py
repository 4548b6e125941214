"""``ahorraluz backtest --bills`` and ``--month-end``: scores for people and as JSON."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.cli.running import LIMA, answer, faults, run

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


def days_of(hours: Path, *, step: str = "D") -> str:
    """Return the table of hours as one of days."""
    table = pd.read_csv(hours, parse_dates=["timestamp"])
    table["timestamp"] = table["timestamp"].dt.floor(step)
    sums = table.groupby(["household_id", "timestamp"], as_index=False)["kwh"].sum()
    return str(sums.to_csv(index=False, date_format="%Y-%m-%d"))


def test_a_file_of_days_gives_the_scores_of_its_hours(hours: Path, tmp_path: Path) -> None:
    daily = tmp_path / "dias.csv"
    daily.write_text(days_of(hours), "utf-8")

    by_hour, by_day = (
        answer("backtest", "--readings", path, "--month-end", *AS_OF) for path in (hours, daily)
    )

    assert (by_hour["homes_by_day"], by_day["homes_by_day"]) == (0, 1)
    for one, other in zip(by_hour["days"], by_day["days"], strict=True):
        own = [day["rules"]["ahorraluz"]["mean_ape"] for day in (one, other)]
        assert own[0] == pytest.approx(own[1], abs=1e-3)


def test_a_file_of_weeks_is_refused_with_what_can_be_used(hours: Path, tmp_path: Path) -> None:
    weeks = tmp_path / "semanas.csv"
    rows = [f"{day:%Y-%m-%d},casa,50" for day in pd.date_range("2026-01-01", periods=9, freq="7D")]
    weeks.write_text("\n".join(["timestamp,household_id,kwh", *rows]), "utf-8")

    result = run("backtest", "--readings", weeks, "--month-end", *AS_OF)

    assert result.exit_code == 2
    assert "--bills" in result.stderr


def test_months_are_priced_under_one_stated_supply(bills: Path, hours: Path) -> None:
    assumed = answer("backtest", "--bills", bills, *AS_OF)
    named = answer("backtest", "--readings", hours, "--month-end", *AS_OF, *LIMA)

    recibo = assumed["every_next_month"]["recibo"]
    assert (assumed["pricing"]["assumed"], named["pricing"]["assumed"]) == (True, False)
    assert named["pricing"]["distributor"] == "luz-del-sur"
    assert recibo["rules"]["ahorraluz"]["mean_error_pen"] > 0
    assert recibo["crossings"][0]["limit_kwh"] == 140
    assert 0 <= recibo["crossings"][0]["brier"] <= 1
    assert 0 <= named["days"][9]["recibo"]["coverage80"] <= 1


def test_months_before_any_sheet_are_judged_in_energy_alone(bills: Path) -> None:
    old = bills.read_text("utf-8").replace(",2024-", ",1998-").replace(",2025-", ",1999-")
    bills.write_text(old, "utf-8")

    found = answer("backtest", "--bills", bills, "--as-of", "2000-01-01")

    assert faults(found, "backtest-bills") == []
    assert found["pricing"] is None
    assert found["one_month_ahead"]["recibo"] is None
    assert "backtest-no-prices" in [issue["code"] for issue in found["issues"]]


@pytest.mark.parametrize("language", ["es", "en"])
def test_homes_are_shown_by_group(bills: Path, hours: Path, tmp_path: Path, language: str) -> None:
    groups = tmp_path / "grupos.csv"
    groups.write_text(
        "household_id,cohort\ncasa,chico\ncasa-0,chico\ncasa-1,chico\ncasa-2,grande\n", "utf-8"
    )

    found = answer("backtest", "--bills", bills, "--cohorts", groups, *AS_OF)
    days = answer("backtest", "--readings", hours, "--month-end", "--cohorts", groups, *AS_OF)
    shown = [
        run("--lang", language, "backtest", *words, "--cohorts", groups, *AS_OF)
        for words in (("--bills", bills), ("--readings", hours, "--month-end"))
    ]

    parts = found["by_cohort"]
    assert {name: part["homes"] for name, part in parts.items()} == {"chico": 2, "grande": 1}
    assert faults(found, "backtest-bills") == faults(days, "backtest-month-end") == []
    assert "backtest-homes-without-cohort" in [issue["code"] for issue in found["issues"]]
    assert len(days["by_cohort"]["chico"]) == 28
    assert [result.exit_code for result in shown] == [0, 0]
    assert all("chico" in result.stdout for result in shown)


def test_a_table_of_other_homes_is_refused(bills: Path, tmp_path: Path) -> None:
    groups = tmp_path / "grupos.csv"
    groups.write_text("household_id,cohort\nCASA-0,chico\n", "utf-8")

    result = run("backtest", "--bills", bills, "--cohorts", groups, *AS_OF)

    assert result.exit_code == 2
    assert "CASA-0" in result.stderr


def test_whether_the_own_forecast_is_better_is_said_with_its_interval(bills: Path) -> None:
    found = answer("backtest", "--bills", bills, *AS_OF)

    better = found["every_next_month"]["better"]
    assert found["bootstrap"]["interval"] == 0.9
    assert set(better) == {"mean_ape", "recibo_error"}
    assert all(item["low"] <= item["ratio"] <= item["high"] for item in better.values())


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


def constant(folder: Path) -> Path:
    """Write a home that takes the same every hour of three months."""
    rows = [
        f"{datetime(2026, 1, 20) + timedelta(hours=hour):%Y-%m-%dT%H:%M:%S},casa,0.37"  # noqa: DTZ001
        for hour in range(24 * 75)
    ]
    path = folder / "igual.csv"
    path.write_text("\n".join(["timestamp,household_id,kwh", *rows]) + "\n", "utf-8")
    return path


def test_a_rule_that_is_never_wrong_leaves_no_ratio_but_its_reason(tmp_path: Path) -> None:
    path = constant(tmp_path)

    found = answer("backtest", "--readings", path, "--month-end", *AS_OF)
    words = run("backtest", "--readings", path, "--month-end", *AS_OF).stdout

    last = found["days"][-1]
    assert faults(found, "backtest-month-end") == []
    assert last["ratio_to_best_rule"] == {"mean_ape": None, "median_ape": None}
    assert last["ratio_reasons"] == {"mean_ape": "never-wrong", "median_ape": "never-wrong"}
    assert "mean_ape" not in last["better"]
    assert "no se equivocó nunca" in words


def test_recibos_of_months_to_come_are_left_aside_and_counted(bills: Path) -> None:
    until = answer("backtest", "--bills", bills, "--as-of", "2025-02-15")
    whole = answer("backtest", "--bills", bills, *AS_OF)

    (said,) = [issue for issue in until["issues"] if issue["code"] == "backtest-bills-later"]
    assert "8" in said["text"]
    assert until["every_next_month"]["months"] < whole["every_next_month"]["months"]
    assert "backtest-bills-later" not in [issue["code"] for issue in whole["issues"]]


def test_one_home_is_told_its_ratio_without_an_interval(tmp_path: Path) -> None:
    one = tmp_path / "uno.csv"
    kwh = np.random.default_rng(3).lognormal(5, 0.3, 15).round(1)
    rows = [f"a,{2024 + n // 12}-{n % 12 + 1:02d},{value}" for n, value in enumerate(kwh)]
    one.write_text("\n".join(["household_id,period,kwh", *rows]), "utf-8")

    words = run("backtest", "--bills", one, *AS_OF).stdout

    assert "un solo hogar: sin intervalo" in words
    assert "1-1" not in words
    assert "1 hogares" not in words


def test_recibos_that_are_all_to_come_are_refused_as_such(bills: Path) -> None:
    result = run("backtest", "--bills", bills, "--as-of", "2024-01-15")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "15 de enero de 2024" in result.stderr


@pytest.mark.parametrize("option", [("--cold-start",), ("--zone", "UTC"), ("--month-end",)])
def test_what_bills_have_no_use_for_is_refused(bills: Path, option: tuple[str, ...]) -> None:
    result = run("backtest", "--bills", bills, *option)

    assert (result.exit_code, result.stdout) == (2, "")
    assert option[0] in result.stderr


def test_months_before_the_day_asked_for_are_history_and_not_told(bills: Path, hours: Path) -> None:
    day = ("--from", "2024-06-01")

    whole, later = (answer("backtest", "--bills", bills, *AS_OF, *more) for more in ((), day))
    march = answer("backtest", "--readings", hours, "--month-end", *AS_OF, "--from", "2026-03-01")
    none = run("backtest", "--bills", bills, *AS_OF, "--from", "2060-01-01")

    assert 0 < months_told(later) < months_told(whole)
    assert march["home_months"] == 1
    assert none.exit_code == 2


def months_told(found: dict[str, dict[str, dict[str, int]]]) -> int:
    return sum(part["months"] for part in found["by_months_on_record"].values())
