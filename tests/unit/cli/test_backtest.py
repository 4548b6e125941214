"""``ahorraluz backtest``: any tidy file gets its table, or a refusal that says why."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.unit.cli.running import answer, faults, run

pytestmark = pytest.mark.usefixtures("data_folder")

BASELINES = ["seasonal-naive-24", "seasonal-naive-168", "seven-day-mean", "climatology-28"]
ONLY = ("--models", ",".join(BASELINES), "--as-of", "2026-11-24")
SCORES = ("nmae", "nrmse", "mase", "wql", "coverage80", "width80", "day_kwh_error")


def written(
    folder: Path, homes: Mapping[str, np.ndarray], *, first: str = "2026-01-01", step: str = "h"
) -> Path:
    """Write a table of homes and return its place."""
    frames = [
        pd.DataFrame(
            {
                "timestamp": pd.date_range(first, periods=len(kwh), freq=step),
                "household_id": home,
                "kwh": kwh,
            }
        )
        for home, kwh in homes.items()
    ]
    path = folder / "homes.csv"
    pd.concat(frames).to_csv(path, index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    return path


def used(days: int, *, seed: int = 0, level: float = 1.0) -> np.ndarray:
    """Return hours of a home that uses more in the evening. [kWh]"""
    shape = np.tile(np.where(np.arange(24) >= 18, 1.0, 0.2), days)
    noise = np.random.default_rng(seed).exponential(size=24 * days)
    return np.asarray(level * shape * noise)


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    return written(tmp_path, {f"h{seed}": used(70, seed=seed, level=1 + seed) for seed in range(4)})


def test_the_document_follows_its_schema_and_holds_no_nan(homes: Path) -> None:
    documents = [
        answer("backtest", "--readings", homes, *ONLY),
        answer("backtest", "--readings", homes, *ONLY, "--cold-start", "--zone", "America/Lima"),
        answer("backtest", "--readings", homes, *ONLY, "--horizon", "24", "--lang", "en"),
    ]

    assert [faults(document, "backtest") for document in documents] == [[]] * 3
    assert "NaN" not in json.dumps(documents)


def test_every_model_has_its_scores_and_ratios_at_both_horizons(homes: Path) -> None:
    found = answer("backtest", "--readings", homes, *ONLY, "--from", "2026-03-01")

    assert list(found["models"]) == BASELINES
    assert (found["from"], found["to"]) == ("2026-03-01", "2026-03-11")
    assert (found["homes"], found["windows"]) == (4, 44)
    for name, model in found["models"].items():
        assert list(model["horizons"]) == ["24", "168"]
        for hours, horizon in model["horizons"].items():
            assert all(isinstance(horizon[score], float) for score in SCORES), name
            assert (horizon["week_kwh_error"] is None) == (hours == "24")
            bars = {"seasonal-naive-24", "seven-day-mean", "climatology-28"} - {name}
            assert set(horizon["ratios"]) == bars
            assert [cohort["level"] for cohort in horizon["cohorts"]] == ["low", "middle", "high"]


def test_each_model_is_held_against_the_best_baseline_with_an_interval(homes: Path) -> None:
    found = answer("backtest", "--readings", homes, *ONLY)

    best = found["models"]["climatology-28"]["horizons"]["24"]["ratio_to_best_baseline"]
    assert found["bootstrap"] == {
        "over": "homes", "samples": 2000, "interval": 0.9, "seed": 20_130_101
    }  # fmt: skip
    assert best["nmae"]["baseline"] != "climatology-28"
    assert best["nmae"]["low"] <= best["nmae"]["ratio"] <= best["nmae"]["high"]


def test_groups_of_homes_are_shown_beside_all(homes: Path, tmp_path: Path) -> None:
    groups = tmp_path / "groups.csv"
    groups.write_text("household_id,cohort\nh0,flat\nh1,house\nh2,house\n", "utf-8")
    words = ("backtest", "--readings", homes, *ONLY, "--cohorts", groups)

    found, shown = answer(*words), run(*words)

    horizon = found["models"]["climatology-28"]["horizons"]["168"]
    assert faults(found, "backtest") == []
    assert [(c["cohort"], c["homes"]) for c in horizon["by_cohort"]] == [("flat", 1), ("house", 2)]
    assert horizon["by_cohort"][0]["ratio_to_best_baseline"]["nmae"]["low"] is None
    assert "backtest-homes-without-cohort" in [issue["code"] for issue in found["issues"]]
    assert "house" in shown.stdout


def test_the_same_file_gives_the_same_answer_twice(homes: Path) -> None:
    words = ("backtest", "--readings", homes, *ONLY)

    assert answer(*words) == answer(*words)


def test_models_by_name_are_still_held_against_every_bar(homes: Path) -> None:
    all_of_them = answer("backtest", "--readings", homes, *ONLY)

    one = answer("backtest", "--readings", homes, *ONLY[2:], "--models", "climatology-28")

    assert list(one["models"]) == ["climatology-28"]
    assert one["models"]["climatology-28"] == all_of_them["models"]["climatology-28"]


def test_cold_start_shows_less_and_less_on_the_same_windows(homes: Path) -> None:
    found = answer("backtest", "--readings", homes, *ONLY, "--cold-start")["cold_start"]

    assert [step["seen_days"] for step in found] == [0, 1, 2, 3, 7, 14, 28]
    usual = [step["models"]["climatology-28"]["horizons"]["24"] for step in found]
    assert len({step["windows"] for step in usual}) == 1
    assert usual[6]["wql"] < usual[1]["wql"]


@pytest.mark.parametrize("step", ["1min", "15min", "30min"])
def test_readings_of_any_step_up_to_an_hour_are_taken(tmp_path: Path, step: str) -> None:
    hours = used(30)
    per_hour = int(pd.Timedelta("1h") / pd.Timedelta(step))
    fine = written(tmp_path, {"a": np.repeat(hours / per_hour, per_hour)}, step=step)
    found = answer("backtest", "--readings", fine, *ONLY)

    coarse = answer("backtest", "--readings", written(tmp_path, {"a": hours}), *ONLY)

    scores = found["models"]["seven-day-mean"]["horizons"]["24"]
    assert scores["nmae"] == pytest.approx(
        coarse["models"]["seven-day-mean"]["horizons"]["24"]["nmae"], abs=1e-4
    )


def no_reasons(found: Any) -> dict[str, str]:
    reasons: dict[str, str] = found["models"]["climatology-28"]["horizons"]["168"]["reasons"]
    return reasons


@pytest.mark.parametrize(
    ("kwh", "without", "code"),
    [
        pytest.param(np.full(1440, 0.5), {"mase"}, None, id="one constant home"),
        pytest.param(
            np.zeros(1440),
            {"nmae", "nrmse", "mase", "wql", "width80", "day_kwh_error", "week_kwh_error"},
            None,
            id="all zeros",
        ),
        pytest.param(
            np.where(np.arange(1440) % 24 == 12, -1.0, 0.5 + np.arange(1440) % 7),
            set(),
            "backtest-given-to-grid",
            id="solar export",
        ),
        pytest.param(
            np.r_[used(40), np.full(720, np.nan), used(50)], set(), None, id="a month missing"
        ),
        pytest.param(
            np.where(np.arange(1440) % 50, used(60), 1e308), set(), None, id="absurd values"
        ),
    ],
)
def test_odd_homes_get_an_answer_without_nan(
    tmp_path: Path, kwh: np.ndarray, without: set[str], code: str | None
) -> None:
    path = written(tmp_path, {"a": kwh})

    found = answer("backtest", "--readings", path, *ONLY, "--cold-start")

    assert faults(found, "backtest") == []
    assert set(no_reasons(found)) == without
    assert "NaN" not in json.dumps(found)
    assert code is None or code in [issue["code"] for issue in found["issues"]]


def test_hours_in_the_future_are_left_aside_and_said(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": used(60)}, first="2026-10-01")

    found = answer("backtest", "--readings", path, *ONLY)

    assert found["to"] == "2026-11-24"
    assert "backtest-days-ahead" in [issue["code"] for issue in found["issues"]]


def test_homes_of_a_few_days_are_counted_and_the_others_answered(tmp_path: Path) -> None:
    path = written(tmp_path, {"long": used(60), "short": used(3), "one": used(1)[:1]})

    found = answer("backtest", "--readings", path, *ONLY)

    codes = [issue["code"] for issue in found["issues"]]
    assert found["homes"] == 1
    assert {"series-too-few", "backtest-homes-without-window"} <= set(codes)


@pytest.mark.parametrize(
    ("kwh", "words", "code"),
    [
        pytest.param(used(1)[:10], (), "backtest-too-short", id="ten readings"),
        pytest.param(used(9), (), "backtest-too-short", id="nine days"),
        pytest.param(used(60), ("--from", "2027-01-01"), "backtest-too-short", id="a late day"),
        pytest.param(used(1)[:1], (), "backtest-no-home", id="one reading"),
        pytest.param(used(60), ("--zone", "Mars/Base"), "backtest-zone-unknown", id="no zone"),
        pytest.param(used(60), ("--models", "oracle"), "forecast-model-unknown", id="no model"),
        pytest.param(used(60), ("--horizon", "48"), "field-not-a-choice", id="no horizon"),
        pytest.param(
            used(60), ("--distributor", "pluz"), "backtest-nothing-to-price", id="hours in soles"
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_reason(
    tmp_path: Path, kwh: np.ndarray, words: tuple[str, ...], code: str
) -> None:
    path = written(tmp_path, {"a": kwh})

    result = run("backtest", "--readings", path, *ONLY, *words, "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert code in [issue["code"] for issue in json.loads(result.stderr)["issues"]]


def test_without_a_file_the_option_is_named() -> None:
    result = run("backtest")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "--readings" in result.stderr


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_table_can_be_read(homes: Path, language: str) -> None:
    result = run("backtest", "--readings", homes, *ONLY, "--cold-start", "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    assert [name for name in BASELINES if name not in result.stdout] == []
    assert "nan" not in result.stdout


def test_commas_around_the_names_of_models_name_none(homes: Path) -> None:
    words = ("backtest", "--readings", homes, "--as-of", "2026-11-24", "--models")

    found = answer(*words, "climatology-28,,")
    refused = run(*words, ",,")

    assert list(found["models"]) == ["climatology-28"]
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "--models" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bills", "HOMES"), "--readings"),
        (("--month-end", "--cold-start"), "--cold-start"),
        (("--month-end", "--horizon", "24"), "--horizon"),
        (("--month-end", "--models", "climatology-28"), "--models"),
    ],
)
def test_an_option_without_use_is_named_and_refused(
    homes: Path, words: tuple[str, ...], said: str
) -> None:
    given = [homes if word == "HOMES" else word for word in words]

    result = run("backtest", "--readings", homes, *given)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert words[0] in result.stderr


def test_the_ratio_to_a_rule_that_is_never_wrong_is_null_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": np.full(1440, 0.37)})

    found = answer("backtest", "--readings", path, *ONLY)

    horizon = found["models"]["seven-day-mean"]["horizons"]["24"]
    assert faults(found, "backtest") == []
    assert horizon["ratios"]["climatology-28"]["nmae"] is None
    assert horizon["ratio_reasons"]["climatology-28"]["nmae"] == "never-wrong"
    assert horizon["ratio_reasons"]["climatology-28"]["mase"] == "no-score"


def test_one_home_has_its_ratio_in_words_without_an_interval(tmp_path: Path) -> None:
    path = written(tmp_path, {"a": used(60)})

    words = run("backtest", "--readings", path, "--as-of", "2026-11-24", "--horizon", "24").stdout

    assert "un solo hogar: sin intervalo" in words
    assert "1 hogares" not in words
