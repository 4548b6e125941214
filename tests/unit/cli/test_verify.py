"""``verify``, ``promise``, ``done`` and ``scoreboard`` as people type them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.running import EXAMPLES, answer, faults, run
from tests.unit.core.verification.invented_homes import noisy_homes

from ahorraluz.services.documents.verification import kwh_difference, soles_difference
from ahorraluz.texts import open_texts

HOMES = noisy_homes(homes=24, seed=5)
SINCE = "2025-09-01"
TODAY = ("--as-of", "2026-02-01")
OTHER_DAY = "2025-09-20"
STEP = ("--step", "shorter-showers")
BEFORE = HOMES.days < np.datetime64(SINCE)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep homes and promises of a test in its own folder."""
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path / "data"))


def meter_rows(kwh: np.ndarray) -> Iterator[str]:
    shape = np.full(24, 1 / 24)
    for day, energy in zip(HOMES.days, kwh, strict=True):
        for hour, value in enumerate(energy * shape):
            yield f"{day}T{hour:02}:00:00-05:00,{value:.5f}"


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    """Return a meter file of hours with a saving of half of all from a day on."""
    kwh = HOMES.kwh[0] * np.where(BEFORE, 1.0, 0.5)
    path = tmp_path / "casa.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(meter_rows(kwh)), encoding="ascii")
    return path


@pytest.fixture
def peers(tmp_path: Path) -> Path:
    """Return a table of the days of other homes."""
    path = tmp_path / "vecinos.csv"
    with path.open("w", encoding="ascii") as file:
        file.write("timestamp,household_id,kwh\n")
        for home, series in enumerate(HOMES.kwh[1:]):
            for day, kwh in zip(HOMES.days, series, strict=True):
                file.write(f"{day},h{home},{kwh:.4f}\n")
    return path


@pytest.fixture
def bills(tmp_path: Path) -> Path:
    """Return a table of the months of other homes."""
    path = tmp_path / "recibos.csv"
    month = HOMES.days.astype("datetime64[M]")
    with path.open("w", encoding="ascii") as file:
        file.write("household_id,period,kwh\n")
        for home, series in enumerate(HOMES.kwh[1:]):
            for name in np.unique(month):
                file.write(f"h{home},{name},{series[month == name].sum():.1f}\n")
    return path


def test_a_saving_is_told_with_its_range_and_soles(meter: Path, peers: Path) -> None:
    said = answer(
        *("verify", meter, *STEP, "--since", SINCE, "--peers", peers, *TODAY),
        *("--distributor", "luz-del-sur", "--system", "lima-sur"),
    )

    assert faults(said, "verify") == []
    assert (said["verdict"], said["method"]["basis"]) == ("saved", "peers")
    assert float(said["saved_share"]["low"]) < 0.5 < float(said["saved_share"]["high"])
    assert float(said["saved_soles"]["low"]) > 0
    assert float(said["months"][0]["saved_soles"]) > 0
    assert said["months"][-1]["so_far"]["saved_kwh"] == said["saved_kwh"]


def test_months_of_other_homes_make_it_a_matter_of_months(meter: Path, bills: Path) -> None:
    said = answer("verify", meter, *STEP, "--since", SINCE, "--peers", bills, *TODAY)

    assert faults(said, "verify") == []
    assert (said["readings"], said["method"]["basis"]) == ("months", "peers")
    assert said["saved_soles"] is None


def test_a_home_file_with_recibos_is_enough() -> None:
    said = answer(
        "verify", EXAMPLES / "lima.toml", *STEP, "--since", "2026-06-01", "--as-of", "2026-11-24"
    )

    assert faults(said, "verify") == []
    assert (said["readings"], said["verdict"]) == ("months", "cannot-tell")
    assert "distinguir" in said["text"]
    assert 0 < said["detectable_share"] < 1


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_answer_can_be_read(meter: Path, language: str) -> None:
    result = run("verify", meter, *STEP, "--since", SINCE, *TODAY, "--lang", language)

    assert result.exit_code == 0
    assert ("Funcionó" in result.stdout) == (language == "es")
    assert "None" not in result.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("--since", "2024-01-01"), "verify-since-before", id="before the readings"),
        pytest.param(("--since", "2026-01-15"), "verify-since-after", id="after the readings"),
        pytest.param(("--since", "2027-01-01"), "verify-since-future", id="to come"),
        pytest.param(("--since", "2025-01-20"), "verify-too-little-before", id="too soon"),
        pytest.param(("--since", "2025-12-20"), "verify-too-little-after", id="too late"),
        pytest.param((), "option-missing", id="no day"),
    ],
)
def test_a_day_that_says_nothing_is_refused(meter: Path, words: tuple[str, ...], code: str) -> None:
    result = run("verify", meter, *STEP, *words, *TODAY, "--json")

    assert result.exit_code == 2
    assert f'"{code}"' in result.stderr


def test_a_step_that_is_no_measure_is_refused_with_those_like_it(meter: Path) -> None:
    result = run("verify", meter, "--step", "short-showers", "--since", SINCE)

    assert result.exit_code == 2
    assert "shorter-showers" in result.stderr


@pytest.mark.parametrize(
    ("step", "code"),
    [
        pytest.param("collective-supply", "verify-step-is-tariff", id="another price"),
        pytest.param("hourly-tariff", "verify-step-is-tariff", id="another tariff"),
        pytest.param("peak-battery", "verify-step-is-tariff", id="other hours"),
        pytest.param("improved-stove", "verify-step-is-fuel", id="firewood"),
        pytest.param("biodigester", "verify-step-is-fuel", id="gas from dung"),
        pytest.param("induction-instead-of-lpg", "verify-step-is-fuel", id="gas"),
    ],
)
def test_a_step_that_no_meter_can_tell_of_is_refused(meter: Path, step: str, code: str) -> None:
    run("readings", "import", meter, "--home", "casa")
    by_hand = ("--kwh-month", "5", "--soles-month", "5", "--distributor", "seal")

    verified = run("verify", meter, "--step", step, "--since", SINCE, *TODAY, "--json")
    promised = run("promise", "casa", "--step", step, *by_hand, "--json")

    assert (verified.exit_code, promised.exit_code) == (2, 2)
    assert f'"{code}"' in verified.stderr
    assert f'"{code}"' in promised.stderr


@pytest.mark.parametrize(
    ("every", "codes"),
    [
        pytest.param(8, {"verify-below-zero", "verify-solar"}, id="panels"),
        pytest.param(400, {"verify-negative"}, id="faults"),
        pytest.param(10**6, set(), id="none"),
    ],
)
def test_readings_below_zero_are_told(meter: Path, every: int, codes: set[str]) -> None:
    head, *rows = meter.read_text(encoding="ascii").splitlines()
    rows[every - 1 :: every] = [row.replace(",", ",-") for row in rows[every - 1 :: every]]
    meter.write_text("\n".join([head, *rows]), encoding="ascii")

    said = answer("verify", meter, *STEP, "--since", SINCE, *TODAY)

    told = {"verify-below-zero", "verify-negative", "verify-solar"}
    assert {issue["code"] for issue in said["issues"]} & told == codes


def test_a_promise_is_made_by_the_plan_and_never_again(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")
    words = ("promise", "casa", *STEP, "--plan-of", EXAMPLES / "lima.toml", *TODAY)

    said = answer(*words)
    again = run(*words, "--json")

    assert faults(said, "promise") == []
    assert float(said["promise"]["soles_month"]) > 0
    assert again.exit_code == 2
    assert "promise-made-already" in again.stderr


def test_only_steps_that_a_meter_tells_are_offered_for_a_promise(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")
    words = ("promise", "casa", "--step", "home-battery", "--plan-of", EXAMPLES / "lima.toml")

    refused = run(*words, *TODAY)

    assert "shorter-showers" in refused.stderr
    assert "three-band-tariff" not in refused.stderr


def test_a_step_that_saves_gas_alone_makes_no_promise_of_nothing(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")
    words = ("--step", "pressure-cooker", "--plan-of", EXAMPLES / "lima.toml")

    refused = run("promise", "casa", *words, *TODAY, "--json")

    assert refused.exit_code == 2
    assert '"promise-step-not-in-plan"' in refused.stderr


def test_the_day_that_was_noted_is_the_day_to_verify_from(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")

    said = answer("done", "casa", *STEP, "--date", SINCE, *TODAY)
    verified = answer("verify", "casa", *STEP, *TODAY)

    assert faults(said, "promise") == []
    assert (said["promise"], said["in_time"]) == (None, False)
    assert verified["since"] == SINCE


def test_a_promise_of_nothing_is_refused(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")

    assert "promise-of-what" in run("promise", "casa", *STEP, "--json").stderr
    by_hand = ("promise", "casa", *STEP, "--kwh-month", "0", "--soles-month", "5")
    assert "promise-out-of-range" in run(*by_hand, "--distributor", "seal", "--json").stderr


@pytest.mark.parametrize("soles", ["-9.50", "10000.01"])
def test_a_promise_of_impossible_soles_is_refused(meter: Path, soles: str) -> None:
    run("readings", "import", str(meter), "--home", "casa")
    amounts = ("--kwh-month", "5", "--soles-month", soles, "--distributor", "seal")

    outcome = run("promise", "casa", "--step", "full-loads", *amounts, "--json")

    assert "promise-soles-out-of-range" in outcome.stderr


def test_a_day_before_the_first_reading_is_not_noted(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")

    refused = run("done", "casa", *STEP, "--date", "1900-01-01", *TODAY, "--json")

    assert refused.exit_code == 2
    assert '"done-before-readings"' in refused.stderr
    assert "option-missing" in run("verify", "casa", *STEP, *TODAY, "--json").stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(
            ("--kwh-month", "9", "--soles-month", "7", "--distributor", "seal", *TODAY),
            "promise-as-of-without-plan",
            id="a day of its own",
        ),
        pytest.param(
            ("--plan-of", EXAMPLES / "lima.toml", "--kwh-month", "9"),
            "promise-option-beside-plan",
            id="energy beside the plan",
        ),
        pytest.param(
            ("--plan-of", EXAMPLES / "lima.toml", "--distributor", "seal"),
            "promise-option-beside-plan",
            id="distributor beside the plan",
        ),
    ],
)
def test_no_option_of_a_promise_is_ignored(
    meter: Path, words: tuple[str | Path, ...], code: str
) -> None:
    run("readings", "import", meter, "--home", "casa")

    refused = run("promise", "casa", *STEP, *words, "--json")

    assert refused.exit_code == 2
    assert f'"{code}"' in refused.stderr


@pytest.mark.parametrize(
    ("factor", "said", "unsaid"),
    [
        pytest.param(0.5, "kWh menos (90 %", "-", id="less"),
        pytest.param(1.2, "kWh más (90 %", "kWh menos (90 %", id="more"),
    ],
)
def test_more_use_is_said_as_more_not_as_less_than_nothing(
    meter: Path, factor: float, said: str, unsaid: str
) -> None:
    kwh = HOMES.kwh[0] * np.where(BEFORE, 1.0, factor)
    meter.write_text("timestamp,kwh\n" + "\n".join(meter_rows(kwh)), encoding="ascii")
    words = ("--distributor", "luz-del-sur", "--system", "lima-sur")

    result = run("verify", meter, *STEP, "--since", SINCE, *TODAY, *words)

    lines = result.stdout.splitlines()
    energy = next(line for line in lines if line.startswith("En 1"))
    money = next(line for line in lines if line.startswith("En soles"))
    assert said in energy
    assert unsaid not in energy
    assert "-" not in energy + money


def test_what_rounds_to_no_difference_is_neither_more_nor_less(meter: Path) -> None:
    words = ("verify", meter, *STEP, "--since", SINCE, *TODAY)
    kwh = HOMES.kwh[0]
    meter.write_text("timestamp,kwh\n" + "\n".join(meter_rows(kwh)), encoding="ascii")
    first = answer(*words)
    level = np.where(BEFORE, 1.0, first["expected_kwh"] / first["metered_kwh"])
    meter.write_text("timestamp,kwh\n" + "\n".join(meter_rows(kwh * level)), encoding="ascii")

    said = answer(*words)

    assert said["verdict"] == "cannot-tell"
    assert "casi igual a lo esperado" in said["text"]
    assert "0 %" not in said["text"].split("pero")[0]


@pytest.mark.parametrize(
    ("saved", "said"),
    [(15.2, "15 kWh menos"), (-15.2, "15 kWh más"), (-0.3, "lo mismo"), (0.3, "lo mismo")],
)
def test_a_difference_has_no_sign(saved: float, said: str) -> None:
    assert kwh_difference(saved, open_texts("es_PE")) == said


@pytest.mark.parametrize(
    ("saved", "said"), [(5.0, "S/ 5.00 menos"), (-5.0, "S/ 5.00 más"), (-0.001, "lo mismo")]
)
def test_soles_have_no_sign_either(saved: float, said: str) -> None:
    assert soles_difference(saved, open_texts("es_PE")) == said


def test_without_homes_the_scoreboard_says_so(tmp_path: Path) -> None:
    table = tmp_path / "tabla.csv"

    said = answer("scoreboard", "--csv", table)

    assert faults(said, "scoreboard") == []
    assert said["scores"] == []
    assert "10 hogares" in said["text"]
    assert list(csv.reader(io.StringIO(table.read_text()))) == [
        [
            *("measure", "distributor", "homes", "promised_soles_month", "measured_soles_month"),
            *("low_soles_month", "high_soles_month", "gained_homes", "oldest_figure"),
        ]
    ]


def test_a_day_noted_by_mistake_is_mended_and_taken_back(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")
    answer("done", "casa", *STEP, "--date", SINCE, *TODAY)

    mended = answer("done", "casa", *STEP, "--date", OTHER_DAY, *TODAY)
    since = answer("verify", "casa", *STEP, *TODAY)["since"]
    gone = answer("done", "casa", *STEP, "--undo")
    told = run("done", "casa", *STEP, "--undo", "--json")

    assert (mended["done_on"], mended["counted_on"], since) == (OTHER_DAY, OTHER_DAY, OTHER_DAY)
    assert faults(gone, "promise") == []
    assert (gone["done_on"], gone["counted_on"]) == (None, None)
    assert '"done-not-noted"' in told.stderr
    assert "option-missing" in run("verify", "casa", *STEP, *TODAY, "--json").stderr


def test_a_promise_made_by_mistake_is_let_go_and_may_be_made_again(meter: Path) -> None:
    run("readings", "import", meter, "--home", "casa")
    by_hand = ("--kwh-month", "9", "--soles-month", "7", "--distributor", "seal")
    answer("promise", "casa", *STEP, *by_hand)

    gone = answer("promise", "casa", *STEP, "--undo")
    twice = run("promise", "casa", *STEP, "--undo", "--json")
    again = answer("promise", "casa", *STEP, *by_hand)
    answer("done", "casa", *STEP, "--date", SINCE, *TODAY)
    late = run("promise", "casa", *STEP, "--undo", "--json")

    assert faults(gone, "promise") == []
    assert '"promise-none"' in twice.stderr
    assert again["promise"]["kwh_month"] == 9
    assert '"promise-step-done"' in late.stderr


@pytest.mark.parametrize(
    "words", [("done", "--date", "2026-01-01"), ("promise", "--kwh-month", "9")]
)
def test_undo_stands_alone(meter: Path, words: tuple[str, ...]) -> None:
    run("readings", "import", meter, "--home", "casa")

    refused = run(words[0], "casa", *STEP, "--undo", *words[1:], "--json")

    assert refused.exit_code == 2
    assert '"undo-alone"' in refused.stderr
