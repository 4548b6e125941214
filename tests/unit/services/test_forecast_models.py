"""Models by their names, and the fitted ones as they are served."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.unit.core.forecast.panels import home_of
from tests.unit.learning.shelved_models import trained

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.learning import shelf
from ahorraluz.learning.served import Serving
from ahorraluz.services import forecast_models
from ahorraluz.services.backtest_models import Asked, Backtest, backtest_models
from ahorraluz.services.forecast_models import BARS, BASELINES, NAMES, holidays_of, open_models

NARROW = "tests.unit.core.forecast.panels:load_narrow"
NOWHERE = "ahorraluz.learning.nowhere:load_default"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    frames = []
    for seed in range(3):
        home = home_of(200, name=f"h{seed}", seed=seed)
        stamps = pd.date_range(str(home.days[0]), periods=home.kwh.size, freq="h", tz="UTC")
        frames.append(
            pd.DataFrame(
                {"timestamp": stamps, "household_id": home.id, "kwh": home.kwh.reshape(-1)}
            )
        )
    path = tmp_path / "homes.parquet"
    pd.concat(frames).to_parquet(path)
    return path


def found_in(path: Path, *, cold_start: bool = False) -> Backtest:
    return backtest_models(
        path, Asked(as_of=date(2026, 11, 24), cold_start=cold_start, horizons_h=(24,))
    )


def test_every_zone_has_the_holidays_of_its_country() -> None:
    days = np.array(["2026-07-28", "2026-12-25", "2026-12-26"], dtype="datetime64[D]")

    found = {zone: holidays_of(zone)(days).tolist() for zone in ("America/Lima", "Europe/London")}

    assert found["America/Lima"] == [True, True, False]
    assert found["Europe/London"][:2] == [False, True]
    assert holidays_of("UTC")(days).tolist() == [False, False, False]


def test_baselines_are_always_there_and_what_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        forecast_models, "FITTED", dict.fromkeys(("boosting", "day-mixer"), NOWHERE)
    )

    found = open_models(zone="UTC")

    assert tuple(model.name for model in found.models) == BASELINES
    assert [issue.code for issue in found.issues] == ["forecast-model-missing"] * 2


def test_a_model_that_was_named_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast_models, "FITTED", {"day-mixer": NOWHERE})

    with pytest.raises(InvalidInputError, match="forecast-model-missing"):
        open_models(["day-mixer"], zone="UTC")


def test_the_day_mixer_is_the_one_in_use_where_a_serving_is_given(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")
    models, source = tmp_path / "models", tmp_path / "trained"
    version = trained(source, lift=0.1, network=False)
    shelf.publish(source, models, name="day-mixer", version=version)

    (served,) = open_models(["day-mixer"], zone="UTC", serving=Serving(shelf=models)).models
    (shipped,) = open_models(["day-mixer"], zone="UTC").models

    assert served.version == version != shipped.version


def test_a_fitted_model_is_scored_as_it_is_served(
    monkeypatch: pytest.MonkeyPatch, table: Path
) -> None:
    monkeypatch.setattr(forecast_models, "NAMES", (*BASELINES, "narrow"))
    monkeypatch.setattr(forecast_models, "FITTED", {"narrow": NARROW})
    monkeypatch.setattr("ahorraluz.services.backtest_models.FITTED", {"narrow": NARROW})
    monkeypatch.setattr("ahorraluz.services.model_scores.FITTED", {"narrow": NARROW})

    found = found_in(table, cold_start=True)

    model, cold = found.models[-1], found.cold[-1].models[-1]
    assert (model.name, model.calibrated, cold.calibrated) == ("narrow", True, False)
    assert 0.75 < model.horizons[0].averages["coverage80"] < 0.87
    assert cold.horizons[0].averages["coverage80"] < 0.3
    assert [model.calibrated for model in found.models[:-1]] == [False] * len(BASELINES)


def test_homes_in_small_groups_have_the_scores_of_all_at_once(
    monkeypatch: pytest.MonkeyPatch, table: Path
) -> None:
    monkeypatch.setattr(forecast_models, "FITTED", {})
    monkeypatch.setattr(forecast_models, "NAMES", BASELINES)
    whole = found_in(table)

    monkeypatch.setattr("ahorraluz.services.backtest_models.GROUP_WINDOWS", 1)
    parts = found_in(table)

    assert repr(parts) == repr(whole)


def test_every_name_can_be_asked_for() -> None:
    assert set(BARS) < set(BASELINES) < set(NAMES)
