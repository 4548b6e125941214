"""``ahorraluz forecast``: from readings, from recibos, from one figure."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.running import EXAMPLES, LIMA, answer, faults, run

from ahorraluz.cli.session import Session

FIRST = date(2026, 5, 1)
QUANTILES = [f"q{n}" for n in range(10, 100, 10)]


def hours(path: Path, *, days: int = 80, seed: int = 3) -> Path:
    """Write invented hourly readings: a base, an evening, some noise."""
    rng = np.random.default_rng(seed)
    rows = ["timestamp,kwh"]
    for day in range(days):
        for hour in range(24):
            kwh = (0.1 + 0.5 * (18 <= hour < 22)) * rng.gamma(9, 1 / 9)
            rows.append(f"{FIRST + timedelta(days=day)}T{hour:02d}:00:00-05:00,{kwh:.4f}")
    path.write_text("\n".join(rows), "utf-8")
    return path


@pytest.fixture
def readings(tmp_path: Path) -> Path:
    return hours(tmp_path / "casa.csv")


def test_hours_come_as_rising_quantiles_from_the_day_after_the_readings(readings: Path) -> None:
    document = answer("forecast", readings, "--horizon", "48")

    assert faults(document, "forecast") == []
    ahead = document["hours"]
    assert ahead["as_of"] == "2026-07-20"
    assert len(ahead["hours"]) == 48
    assert ahead["hours"][0]["start"] == "2026-07-20T00:00:00-05:00"
    for row in ahead["hours"]:
        quantiles = [row[name] for name in QUANTILES]
        assert quantiles == sorted(quantiles)
        assert quantiles[0] >= 0


def test_the_evening_is_expected_to_be_high(readings: Path) -> None:
    rows = answer("forecast", readings, "--horizon", "24")["hours"]["hours"]

    means = [row["mean"] for row in rows]
    assert min(means[18:22]) > 2 * max(means[:17])


def test_what_has_not_come_was_not_measured_and_is_not_used(
    readings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "day", lambda _session, _given: date(2026, 7, 1))

    document = answer("forecast", readings, "--horizon", "24")
    told = run("forecast", readings, "--horizon", "24")

    assert faults(document, "forecast") == []
    assert [issue["code"] for issue in document["issues"]] == ["forecast-readings-later"]
    assert document["hours"]["as_of"] == "2026-07-01"
    assert "aún no llega" in told.stdout


def test_the_hours_of_today_that_are_over_are_left_out_without_a_word(
    readings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "day", lambda _session, _given: date(2026, 7, 19))

    document = answer("forecast", readings, "--horizon", "24", "--month")

    assert document["issues"][1:] == []
    assert document["hours"]["as_of"] == "2026-07-19"
    assert document["month"]["days_left"] == 13


@pytest.mark.parametrize(
    ("today", "said"),
    [
        pytest.param(date(2026, 4, 1), "posteriores a hoy", id="all to come"),
        pytest.param(FIRST, "empiezan hoy", id="the meter began today"),
    ],
)
def test_readings_of_days_to_come_are_refused_with_their_dates(
    readings: Path, monkeypatch: pytest.MonkeyPatch, today: date, said: str
) -> None:
    monkeypatch.setattr(Session, "day", lambda _session, _given: today)

    result = run("forecast", readings, "--month")

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "--as-of" not in result.stderr


def test_one_recibo_gives_hours_at_its_level_and_says_how_wide_they_are() -> None:
    document = answer("forecast", "--kwh", "150", "--horizon", "168", "--as-of", "2026-11-26")
    words = run("forecast", "--kwh", "150", "--horizon", "30", "--as-of", "2026-11-26").stdout

    ahead = document["hours"]
    assert faults(document, "forecast") == []
    assert (ahead["as_of"], ahead["days_seen"], len(ahead["hours"])) == ("2026-11-26", 0, 168)
    assert ahead["recibo_kwh_day"] == pytest.approx(150 / 31, abs=1e-3)
    assert ahead["kwh"] == pytest.approx(7 * 150 / 31, rel=1e-3)
    evening = ahead["hours"][19]
    assert evening["q90"] > 3 * evening["q10"]
    assert "reparten su energía otros hogares" in words
    assert "27 de noviembre de 2026 (solo 6 horas)" in words


def test_a_home_file_and_a_recibo_give_hours_too() -> None:
    home = answer("forecast", "--home", EXAMPLES / "lima.toml", "--horizon", "24")["hours"]

    assert home["days_seen"] == 0
    assert home["kwh"] == pytest.approx(home["recibo_kwh_day"], rel=0.1)


def test_a_recibo_beside_a_few_readings_moves_their_hours(tmp_path: Path) -> None:
    path = hours(tmp_path / "casa.csv", days=1)
    words = ("forecast", path, "--horizon", "24", "--as-of", "2026-05-02")

    alone, low = answer(*words)["hours"], answer(*words, "--kwh", "60")["hours"]

    assert (alone["recibo_kwh_day"], low["recibo_kwh_day"]) == (None, 2.0)
    assert low["kwh"] < alone["kwh"]


def test_a_horizon_that_ends_within_a_day_says_how_many_hours_it_has(readings: Path) -> None:
    thirty, one_more = (
        run("forecast", readings, "--horizon", hours_).stdout for hours_ in ("30", "25")
    )

    assert "21 de julio de 2026 (solo 6 horas)" in thirty
    assert "21 de julio de 2026 (solo una hora)" in one_more


def test_without_a_supply_the_newest_sheet_prices_the_month_and_that_is_said(
    readings: Path,
) -> None:
    document = answer("forecast", readings, "--month")
    months = answer("forecast", "--kwh", "150", "--months", "2", "--as-of", "2026-11-26")

    for told in (document, months):
        (said,) = [item for item in told["issues"] if item["code"] == "forecast-supply-assumed"]
        assert "Luz del Sur" in said["text"] or "Pluz" in said["text"]
    assert document["month"]["bill"]["limits"][0]["limit_kwh"] == "140"
    assert document["month"]["fise_line_kwh"] is not None
    assert [month["bill"] is None for month in months["next_months"]] == [False, False]


def test_with_a_supply_none_is_assumed(readings: Path) -> None:
    document = answer("forecast", readings, "--month", *LIMA)

    assert "forecast-supply-assumed" not in [issue["code"] for issue in document["issues"]]


def test_what_is_wrong_with_the_readings_is_said_with_the_forecast(tmp_path: Path) -> None:
    path = hours(tmp_path / "casa.csv")
    lines = path.read_text("utf-8").splitlines()
    lines[500] = lines[500].partition(",")[0] + ",-0.4"
    path.write_text("\n".join(lines), "utf-8")

    document, told = answer("forecast", path, "--horizon", "24"), run("forecast", path)

    assert faults(document, "forecast") == []
    assert document["quality"] != []
    assert document["quality"][0]["text"] in told.stdout


def test_a_home_that_uses_nothing_has_no_highest_hour(tmp_path: Path) -> None:
    rows = [f"{FIRST + timedelta(days=n // 24)}T{n % 24:02d}:00:00-05:00,0" for n in range(24 * 30)]
    empty = tmp_path / "vacia.csv"
    empty.write_text("\n".join(["timestamp,kwh", *rows]), "utf-8")

    told = run("forecast", empty, "--horizon", "24").stdout

    assert "0.0 kWh" in told
    assert "22:00" not in told


def test_this_month_is_what_was_used_and_what_is_left_in_soles(readings: Path) -> None:
    document = answer("forecast", readings, "--month", *LIMA, "--as-of", "2026-11-26")

    assert faults(document, "forecast") == []
    month = document["month"]
    assert (month["from"], month["days_left"]) == ("2026-07-01", 12)
    assert month["used_kwh"] == pytest.approx(19 * 4.4, rel=0.1)
    assert month["used_kwh"] < month["kwh"]["q10"] <= month["kwh"]["q90"]
    assert month["kwh"]["mean"] == pytest.approx(31 * 4.4, rel=0.15)
    assert month["bill"]["limits"][0]["limit_kwh"] == "140"
    assert 0 < month["bill"]["limits"][0]["chance_above"] < 1


def test_a_month_that_is_over_says_which_month_it_is_priced_as(readings: Path) -> None:
    over = answer("forecast", readings, "--month", *LIMA)["month"]["issues"]
    present = answer("forecast", readings, "--month", *LIMA, "--as-of", "2026-07-20")["month"]

    (said,) = [issue for issue in over if issue["code"] == "forecast-month-over"]
    assert "2026-07" in said["text"]
    assert "forecast-month-over" not in [issue["code"] for issue in present["issues"]]


def test_words_say_the_last_day_that_is_counted_and_the_month(readings: Path) -> None:
    words = run("forecast", readings, "--month").stdout

    assert "Hasta el 19 de julio de 2026 van" in words
    assert "julio de 2026\n-------------" in words
    assert "1 de agosto" not in words


def test_one_recibo_says_which_month_it_counts_as_and_begins_with_words() -> None:
    words = run("forecast", "--kwh", "128", *LIMA, "--next-month", "--as-of", "2026-11-26").stdout

    assert words.startswith("noviembre de 2026")
    assert "un solo recibo, que cuenta como el de octubre de 2026" in words
    assert "tus recibos" not in words


def test_days_without_readings_are_not_said_to_be_used(readings: Path, tmp_path: Path) -> None:
    hole = tmp_path / "hueco.csv"
    lines = readings.read_text("utf-8").splitlines()
    hole.write_text(
        "\n".join(line for line in lines if not "2026-07-03" <= line[:10] < "2026-07-10"), "utf-8"
    )

    whole, part = (answer("forecast", file, "--month", *LIMA)["month"] for file in (readings, hole))

    assert (whole["days_measured"], part["days_measured"]) == (19, 12)
    assert part["used_kwh"] < 0.7 * whole["used_kwh"]
    assert part["kwh"]["mean"] == pytest.approx(whole["kwh"]["mean"], rel=0.1)
    assert "en 12 de 19 días" in run("forecast", hole, "--month", *LIMA).stdout


def test_what_still_avoids_a_limit_is_never_rounded_past_it() -> None:
    (month,) = answer("forecast", "--kwh", "128", *LIMA, "--as-of", "2026-11-26")["next_months"]

    (limit,) = [limit for limit in month["bill"]["limits"] if limit["limit_kwh"] == "140"]
    assert Decimal(limit["kwh_a_day"]) * month["days_left"] <= 140


def test_a_month_to_come_is_less_sure_than_the_present_one(readings: Path) -> None:
    document = answer("forecast", readings, "--month", "--next-month")

    def width(month: dict[str, dict[str, float]]) -> float:
        return (month["kwh"]["q90"] - month["kwh"]["q10"]) / month["kwh"]["q50"]

    (following,) = document["next_months"]
    assert following["from"] == "2026-08-01"
    assert width(following) > width(document["month"])


def test_one_recibo_is_enough_for_the_next_month() -> None:
    document = answer("forecast", "--kwh", "128", *LIMA, "--as-of", "2026-11-26")

    assert faults(document, "forecast") == []
    (month,) = document["next_months"]
    assert month["kwh"]["q10"] < 128 < month["kwh"]["q90"]
    assert month["bill"]["cost"]["unit"] == "PEN/month"


def test_more_recibos_are_surer_than_one() -> None:
    one = answer("forecast", "--kwh", "128", *LIMA)["next_months"][0]["kwh"]
    many = answer("forecast", "--home", EXAMPLES / "lima.toml")["next_months"][0]["kwh"]

    assert many["q90"] / many["q10"] < one["q90"] / one["q10"]


def test_a_year_ahead_has_twelve_months_in_order() -> None:
    months = answer("forecast", "--home", EXAMPLES / "lima.toml", "--months", "12")["next_months"]

    starts = [month["from"] for month in months]
    assert starts == sorted(starts)
    assert len(set(starts)) == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param((), "--kwh", id="nothing at all"),
        pytest.param(("--kwh", "128", *LIMA, "--month"), "--next-month", id="a month of a recibo"),
        pytest.param(("nadie",), "nadie", id="a home that is not kept"),
        pytest.param(("--kwh", "128", *LIMA, "--months", "25"), "24", id="too many months"),
    ],
)
def test_what_cannot_be_told_is_refused(words: tuple[str, ...], said: str) -> None:
    result = run("forecast", *words)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr


def test_a_horizon_beyond_a_week_is_refused(readings: Path) -> None:
    result = run("forecast", readings, "--horizon", "169")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "168" in result.stderr


@pytest.mark.parametrize("kwh", [0.0, 0.25], ids=["all zeros", "a constant"])
def test_odd_homes_have_an_answer(tmp_path: Path, kwh: float) -> None:
    rows = [
        f"{FIRST + timedelta(days=day)}T{hour:02d}:00:00-05:00,{kwh}"
        for day in range(40)
        for hour in range(24)
    ]
    path = tmp_path / "casa.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")

    document = answer("forecast", path, "--horizon", "24", "--month", "--next-month")

    assert faults(document, "forecast") == []
    assert document["hours"]["kwh"] == pytest.approx(24 * kwh, abs=0.5)


def test_ten_readings_have_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "casa.csv"
    rows = [f"2026-05-01T{hour:02d}:00:00-05:00,0.{hour}" for hour in range(10)]
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")

    document = answer("forecast", path, "--horizon", "24")

    assert faults(document, "forecast") == []


def test_a_day_far_above_what_was_told_is_called_unusual(tmp_path: Path) -> None:
    path = hours(tmp_path / "casa.csv")
    lines = path.read_text("utf-8").splitlines()
    party = f"{FIRST + timedelta(days=76)}T"
    path.write_text(
        "\n".join(
            f"{line.partition(',')[0]},1.9" if line.startswith(party) else line for line in lines
        ),
        "utf-8",
    )

    quiet, loud = (
        answer("forecast", file, "--horizon", "24")["hours"]["unusual"]
        for file in (hours(tmp_path / "otra.csv"), path)
    )

    assert quiet == []
    assert [(odd["day"], odd["share_above_q90"]) for odd in loud] == [("2026-07-16", 1.0)]


def test_a_day_before_all_readings_is_refused(readings: Path) -> None:
    result = run("forecast", readings, "--horizon", "24", "--as-of", "2026-05-01")

    assert (result.exit_code, result.stdout) == (2, "")


def test_readings_of_days_say_what_they_can_be_asked(tmp_path: Path) -> None:
    rows = [f"{FIRST + timedelta(days=day)},{3 + day % 4}" for day in range(40)]
    path = tmp_path / "dias.csv"
    path.write_text("\n".join(["timestamp,kwh", *rows]), "utf-8")

    result = run("forecast", path, "--horizon", "24")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--month" in result.stderr
    assert "86400" not in result.stderr


def test_a_home_that_uses_nothing_has_no_range_of_nothing(tmp_path: Path) -> None:
    rows = [f"{FIRST + timedelta(days=n // 24)}T{n % 24:02d}:00:00-05:00,0" for n in range(24 * 40)]
    empty = tmp_path / "vacia.csv"
    empty.write_text("\n".join(["timestamp,kwh", *rows]), "utf-8")

    told = run("forecast", empty, "--month").stdout

    assert "El mes terminará en 0 kWh" in told
    assert "entre 0 y 0" not in told


def test_recibos_of_long_ago_say_that_what_follows_them_is_over() -> None:
    words = ("forecast", "--home", EXAMPLES / "lima.toml", "--next-month")

    old = answer(*words, "--as-of", "2028-03-01")["issues"]
    new = answer(*words, "--as-of", "2026-11-26")["issues"]

    (said,) = [issue for issue in old if issue["code"] == "forecast-recibos-old"]
    assert "noviembre de 2026" in said["text"]
    assert "forecast-recibos-old" not in [issue["code"] for issue in new]


def test_prices_to_come_name_their_sheet_and_its_day(readings: Path) -> None:
    words = ("forecast", readings, "--month", "--next-month", *LIMA, "--as-of", "2026-07-20")

    (following,) = answer(*words)["next_months"]
    told = run(*words).stdout

    assert following["announced_from"] == "2026-08-04"
    assert Decimal(following["announced"]) != 0
    assert "Los precios de Luz del Sur que rigen desde el 4 de agosto de 2026" in told
