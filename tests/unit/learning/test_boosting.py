"""Gradient-boosted trees behind the protocol of all forecasters."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("lightgbm")

from ahorraluz.core.forecast.baselines import SeasonalNaive
from ahorraluz.core.forecast.calibration import NO_OFFSETS
from ahorraluz.core.forecast.forecaster import HIGH, LOW, ForecastError, Hours, Windows
from ahorraluz.core.forecast.holidays import no_free
from ahorraluz.core.forecast.panel import Cut, HomeHours, cut_windows
from ahorraluz.learning.boosting import (
    HEADS,
    Boosting,
    BoostingError,
    Recipe,
    calibrated,
    load_boosting,
    load_default,
    save,
    train_boosting,
)

SMALL = Recipe(rounds=15, leaves=6, rate=0.3, least_rows=50, hours=8_000)


def homes(count: int = 3, *, days: int = 150, seed: int = 0) -> list[HomeHours]:
    """Return invented homes with evenings, working days and chance."""
    rng = np.random.default_rng(seed)
    day = np.datetime64("2025-01-01") + np.arange(days)
    weekend = ((day.astype(np.int64) + 3) % 7 >= 5)[:, None]
    clock = np.arange(24)[None, :]
    shape = 0.2 + np.exp(-((clock - 20) ** 2) / 8) + 0.6 * weekend * (abs(clock - 13) < 3)
    return [
        HomeHours(
            id=f"home-{place}",
            days=day,
            kwh=shape * rng.uniform(0.3, 2.0) * rng.gamma(3.0, 1 / 3, (days, 24)),
        )
        for place in range(count)
    ]


@pytest.fixture(scope="module")
def cut() -> Cut:
    return cut_windows(homes(), step_days=3)


@pytest.fixture(scope="module")
def model(cut: Cut) -> Boosting:
    return train_boosting(cut, recipe=SMALL, seed=7)


@pytest.fixture(scope="module")
def coming() -> Cut:
    """Return a home that the model never saw."""
    return cut_windows(homes(1, seed=9), step_days=2)


def window(kwh: np.ndarray, *, bill: float = np.nan) -> Windows:
    return Windows(
        kwh=kwh,
        origin=np.full(len(kwh), np.datetime64("2026-07-27")),
        bill_kwh_day=np.full(len(kwh), bill),
    )


def error(hours: Hours, actual: np.ndarray) -> float:
    return float(np.sqrt(np.mean((hours.mean - actual.reshape(hours.mean.shape)) ** 2)))


def is_answer(hours: Hours) -> bool:
    """Tell whether quantiles are in order, and nothing is unknown or negative."""
    quantiles, mean = hours.quantiles, hours.mean
    known = np.isfinite(quantiles).all() and np.isfinite(mean).all()
    return bool(known and (quantiles >= 0).all() and (np.diff(quantiles) >= 0).all())


def test_it_is_nearer_than_yesterday_on_a_home_it_never_saw(model: Boosting, coming: Cut) -> None:
    ours = model.predict(coming.windows)
    naive = SeasonalNaive(24).predict(coming.windows)

    assert error(ours, coming.actual) < 0.85 * error(naive, coming.actual)


def test_its_band_holds_about_eight_hours_in_ten(model: Boosting, coming: Cut, cut: Cut) -> None:
    hours = calibrated(model, cut).predict(coming.windows)

    came = coming.actual.reshape(hours.mean.shape)
    inside = (came >= hours.quantiles[..., LOW]) & (came <= hours.quantiles[..., HIGH])
    assert 0.7 < inside.mean() < 0.9


def test_the_same_seed_gives_the_same_trees(model: Boosting, cut: Cut, coming: Cut) -> None:
    again = train_boosting(cut, recipe=SMALL, seed=7)
    other = train_boosting(cut, recipe=SMALL, seed=8)

    assert again.version == model.version
    assert other.version != model.version
    np.testing.assert_array_equal(
        again.predict(coming.windows).quantiles, model.predict(coming.windows).quantiles
    )


def test_a_saved_model_answers_the_same(
    model: Boosting, cut: Cut, coming: Cut, tmp_path: Path
) -> None:
    kept = calibrated(model, cut)

    save(kept, tmp_path / "boosting", card={"homes": 3})
    loaded = load_boosting(tmp_path / "boosting")

    assert loaded.version == kept.version
    assert json.loads((tmp_path / "boosting" / "card.json").read_text("utf-8"))["homes"] == 3
    ours, theirs = loaded.predict(coming.windows), kept.predict(coming.windows)
    np.testing.assert_allclose(ours.quantiles, theirs.quantiles, atol=1e-4)
    np.testing.assert_array_equal(ours.mean, theirs.mean)


def test_saving_twice_writes_the_same_bytes(model: Boosting, tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(model, tmp_path / name, card={})

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(
    "kwh",
    [
        pytest.param(np.zeros((1, 28, 24)), id="all zeros"),
        pytest.param(np.full((1, 28, 24), 0.3), id="always the same"),
        pytest.param(np.full((1, 28, 24), -0.5), id="a roof that feeds in all day"),
        pytest.param(np.where(np.arange(672) < 662, np.nan, 0.4).reshape(1, 28, 24), id="10 h"),
        pytest.param(np.where(np.arange(672) % 24 == 20, 2.0, 0).reshape(1, 28, 24), id="spikes"),
    ],
)
def test_odd_homes_get_an_answer(model: Boosting, kwh: np.ndarray) -> None:
    assert is_answer(model.predict(window(kwh)))


def test_a_recibo_alone_gives_its_level(cut: Cut) -> None:
    hidden = cut_windows(homes(), step_days=3)
    shown = hidden.windows.seen(0)
    model = train_boosting(Cut(windows=shown, actual=hidden.actual, home=hidden.home), recipe=SMALL)

    hours = model.predict(window(np.full((1, 28, 24), np.nan), bill=12.0))

    assert is_answer(hours)
    assert hours.mean.sum() / 7 == pytest.approx(12.0, rel=0.15)


def test_with_neither_readings_nor_recibo_nothing_is_told(model: Boosting) -> None:
    with pytest.raises(ForecastError) as raised:
        model.predict(window(np.full((2, 28, 24), np.nan)))

    assert raised.value.issue.code == "forecast-nothing-known"


def test_homes_told_together_are_told_as_alone(model: Boosting, coming: Cut) -> None:
    together = model.predict(coming.windows)

    alone = model.predict(coming.windows.rows(slice(3, 4)))

    np.testing.assert_allclose(together.quantiles[3:4], alone.quantiles, rtol=1e-12)


def test_a_short_horizon_is_the_beginning_of_a_long_one(model: Boosting, coming: Cut) -> None:
    one, seven = model.predict(coming.windows, days=1), model.predict(coming.windows)

    np.testing.assert_allclose(one.quantiles, seven.quantiles[:, :24], rtol=1e-12)


def test_a_dozen_windows_teach_nothing() -> None:
    few = cut_windows(homes(1, days=45), step_days=1)

    with pytest.raises(BoostingError) as raised:
        train_boosting(few, recipe=SMALL)

    assert raised.value.issue.code == "boosting-too-few-hours"


def test_no_windows_to_check_with_move_nothing(model: Boosting) -> None:
    nothing = cut_windows([])

    assert calibrated(model, nothing).offsets is NO_OFFSETS


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param({"features": ["hour"]}, id="other columns"),
        pytest.param({"version": "0"}, id="other trees"),
        pytest.param({"offsets": {"shift": [0.0], "days": 1}}, id="offsets of another shape"),
        pytest.param({"offsets": None}, id="no offsets"),
    ],
)
def test_a_card_that_does_not_belong_to_the_trees_is_refused(
    model: Boosting, tmp_path: Path, damage: dict[str, object]
) -> None:
    save(model, tmp_path, card={})
    card = tmp_path / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | damage), encoding="utf-8")

    with pytest.raises(BoostingError) as raised:
        load_boosting(tmp_path, free=no_free)

    assert raised.value.issue.code == "boosting-model-broken"


def test_a_missing_set_of_trees_is_refused(model: Boosting, tmp_path: Path) -> None:
    save(model, tmp_path, card={})
    (tmp_path / f"{HEADS[2]}.txt.gz").unlink()

    with pytest.raises(BoostingError) as raised:
        load_boosting(tmp_path)

    assert raised.value.issue.code == "boosting-model-broken"


def test_an_empty_folder_holds_no_model(tmp_path: Path) -> None:
    with pytest.raises(BoostingError) as raised:
        load_boosting(tmp_path)

    assert raised.value.issue.code == "boosting-no-model"


def test_without_lightgbm_the_extra_is_named(
    tmp_path: Path, cut: Cut, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)

    with pytest.raises(BoostingError) as reading:
        load_boosting(tmp_path)
    with pytest.raises(BoostingError) as fitting:
        train_boosting(cut)

    for raised in (reading, fitting):
        assert raised.value.issue.code == "extra-missing"
        assert raised.value.issue.parameters["extra"] == "boosting"


def test_the_model_that_comes_with_the_program_is_nearer_than_yesterday(coming: Cut) -> None:
    model = load_default()

    hours = model.predict(coming.windows)

    assert is_answer(hours)
    naive = SeasonalNaive(24).predict(coming.windows)
    assert error(hours, coming.actual) < 0.9 * error(naive, coming.actual)


def test_the_model_that_comes_with_the_program_stays_small() -> None:
    shipped = Path(str(files("ahorraluz") / "data" / "models" / "boosting"))

    assert sum(path.stat().st_size for path in shipped.iterdir()) < 1_000_000
