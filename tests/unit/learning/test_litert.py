"""The model that comes with the program, as every home meets it: no TensorFlow anywhere."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.unit.learning.invented_homes import windows_of

from ahorraluz.core.forecast.climatology import climatology
from ahorraluz.core.forecast.forecaster import QUANTILES, Forecaster, ForecastError, Hours, Windows
from ahorraluz.core.forecast.holidays import no_free, peru_free
from ahorraluz.learning.litert import BATCH, default_population, load_default

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")

MAX_BYTES = 1_000_000


@pytest.fixture(scope="module")
def model() -> Forecaster:
    return load_default()


def window(kwh: np.ndarray, *, bill: float = np.nan) -> Windows:
    return Windows(
        kwh=kwh[None],
        origin=np.array(["2026-11-26"], dtype="datetime64[D]"),
        bill_kwh_day=np.array([bill]),
    )


def assert_sound(hours: Hours, count: int, days: int = 7) -> None:
    assert hours.quantiles.shape == (count, days * 24, len(QUANTILES))
    assert hours.mean.shape == (count, days * 24)
    assert np.isfinite(hours.quantiles).all()
    assert np.isfinite(hours.mean).all()
    assert (hours.mean >= 0).all()
    assert (hours.quantiles >= 0).all()
    assert (np.diff(hours.quantiles, axis=-1) >= 0).all()


@pytest.mark.parametrize("days", [1, 3, 7])
@pytest.mark.parametrize("count", [1, 9, BATCH + 3])
def test_any_number_of_homes_and_days_is_answered(model: Forecaster, count: int, days: int) -> None:
    hours = model.predict(windows_of(count), days=days)

    assert_sound(hours, count, days)


def test_no_home_gives_no_answer(model: Forecaster) -> None:
    hours = model.predict(windows_of(3).rows(slice(0, 0)))

    assert_sound(hours, 0)


def test_a_home_alone_is_answered_as_among_many(model: Forecaster) -> None:
    windows = windows_of(BATCH + 3)

    among, alone = model.predict(windows), model.predict(windows.rows(slice(BATCH, BATCH + 1)))

    np.testing.assert_allclose(among.quantiles[BATCH], alone.quantiles[0], atol=1e-5)
    np.testing.assert_allclose(among.mean[BATCH], alone.mean[0], atol=1e-5)


def test_the_same_question_has_the_same_answer(model: Forecaster) -> None:
    windows = windows_of(4)

    first, again = model.predict(windows), load_default().predict(windows)

    np.testing.assert_array_equal(first.quantiles, again.quantiles)


def test_the_answer_grows_with_the_home(model: Forecaster) -> None:
    kwh = windows_of(1).kwh[0]

    small, large = model.predict(window(kwh)), model.predict(window(3 * kwh))

    assert large.mean.sum() == pytest.approx(3 * small.mean.sum(), rel=0.15)


@pytest.mark.parametrize("seen", [1, 2, 3, 7, 14])
def test_a_home_known_for_a_few_days_is_answered_near_its_level(
    model: Forecaster, seen: int
) -> None:
    windows = windows_of(20)

    hours = model.predict(windows.seen(seen))

    assert_sound(hours, 20)
    level = hours.mean.mean(axis=1) / windows.kwh.mean(axis=(1, 2))
    assert np.median(level) == pytest.approx(1.0, abs=0.3)


def test_a_recibo_alone_is_answered_at_its_level(model: Forecaster) -> None:
    nothing = np.full((28, 24), np.nan)

    hours = model.predict(window(nothing, bill=6.0))

    assert_sound(hours, 1)
    assert hours.mean.sum() / 7 == pytest.approx(6.0, rel=0.25)


def test_a_recibo_alone_is_answered_by_what_other_homes_do(model: Forecaster) -> None:
    bare = window(np.full((28, 24), np.nan), bill=6.0)
    others = climatology(bare, days=2, population=default_population())

    told = model.predict(bare, days=2)

    np.testing.assert_array_equal(told.quantiles, others.quantiles)
    np.testing.assert_array_equal(told.mean, others.mean)


def test_a_recibo_alone_says_how_little_it_knows(model: Forecaster) -> None:
    hours = model.predict(window(np.full((28, 24), np.nan), bill=6.0))

    width = np.mean(hours.quantiles[..., -1] - hours.quantiles[..., 0])
    assert width > 0.7 * hours.mean.mean()


def test_a_home_of_which_nothing_is_known_is_refused(model: Forecaster) -> None:
    with pytest.raises(ForecastError) as refused:
        model.predict(window(np.full((28, 24), np.nan)))

    assert refused.value.issue.code == "forecast-nothing-known"


@pytest.mark.parametrize(
    "kwh",
    [
        pytest.param(np.zeros((28, 24)), id="all zeros"),
        pytest.param(np.full((28, 24), 0.3), id="constant"),
        pytest.param(np.full((28, 24), -0.5), id="exports all the time"),
        pytest.param(np.full((28, 24), 1e6), id="watts for kilowatts"),
        pytest.param(
            np.where(np.arange(672).reshape(28, 24) > 661, 0.4, np.nan), id="ten readings"
        ),
    ],
)
def test_odd_homes_are_answered_soundly(model: Forecaster, kwh: np.ndarray) -> None:
    hours = model.predict(window(kwh))

    assert_sound(hours, 1)


def test_a_home_that_uses_nothing_is_not_given_anything(model: Forecaster) -> None:
    hours = model.predict(window(np.zeros((28, 24))))

    assert hours.mean.sum() < 0.5


@settings(max_examples=40, deadline=None)
@given(
    kwh=hnp.arrays(
        np.float64,
        (28, 24),
        elements=st.one_of(st.floats(-5, 50), st.just(np.nan)),
        fill=st.just(np.nan),
    ),
    bill=st.floats(0, 100),
)
def test_whatever_is_known_the_answer_is_sound(
    model: Forecaster, kwh: np.ndarray, bill: float
) -> None:
    hours = model.predict(window(kwh, bill=bill))

    assert_sound(hours, 1)


def test_holidays_are_those_of_peru_unless_others_are_given() -> None:
    windows = windows_of(1)
    assert peru_free(windows.origin + 1).all()

    ours = load_default().predict(windows)
    peru = load_default(free=peru_free).predict(windows)
    none = load_default(free=no_free).predict(windows)

    np.testing.assert_array_equal(ours.mean, peru.mean)
    assert not np.array_equal(ours.mean, none.mean)


def test_the_shipped_model_is_small_and_says_what_it_is(model: Forecaster) -> None:
    from importlib.resources import files

    folder = files("ahorraluz") / "data" / "models" / "day-mixer"

    assert len((folder / "model.tflite").read_bytes()) < MAX_BYTES
    assert model.name == "day-mixer"
    assert len(model.version) == 12
    assert default_population().shape.shape == (2, 24)


def test_serving_loads_neither_tensorflow_nor_pandas() -> None:
    code = (
        "import sys, numpy as np\n"
        "from ahorraluz.learning.litert import load_default\n"
        "from ahorraluz.core.forecast.forecaster import Windows\n"
        "day = np.array(['2026-07-27'], dtype='datetime64[D]')\n"
        "load_default().predict(Windows(kwh=np.ones((1, 28, 24)), origin=day,"
        " bill_kwh_day=np.full(1, np.nan)))\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stderr
    assert {"tensorflow", "keras", "pandas", "lightgbm"} & set(run.stdout.split()) == set()
