"""``ahorraluz drift``: tables, the exit code of an alarm, the trigger, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.unit.cli.running import run

from ahorraluz.core.forecast.drift_days import day_table
from ahorraluz.core.forecast.drift_drill import Drift, inject, quiet_homes, wrong_unit
from ahorraluz.core.forecast.drift_reference import fit_reference
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.services.drift.reference_file import as_text, read_reference, shipped_reference

START = np.datetime64("2026-01-01")
DAYS, HOMES = 130, 12
UNIT = Drift(kind="fault", name="unit", size=1000.0, part=0.5, act=wrong_unit)


def town(seed: int) -> list[HomeHours]:
    return quiet_homes(HOMES, DAYS, start=START, chance=np.random.default_rng(seed))


def write(path: Path, homes: list[HomeHours]) -> Path:
    lines = ["timestamp,household_id,kwh"]
    for home in homes:
        stamps = (START + np.arange(DAYS * 24).astype("timedelta64[h]")).astype(str)
        lines += [
            f"{stamp}:00Z,{home.id},{kwh:.3f}"
            for stamp, kwh in zip(stamps, home.kwh.reshape(-1), strict=True)
            if not np.isnan(kwh)
        ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("drift")
    quiet = town(2)
    broken = inject(
        quiet, UNIT, day=START + np.timedelta64(DAYS - 5, "D"), chance=np.random.default_rng(1)
    )
    write(made / "quiet.csv", quiet)
    write(made / "broken.csv", broken)
    (made / "reference.json").write_text(as_text(fit_reference(day_table(town(1)))), "utf-8")
    return made


def words(folder: Path, table: str, *more: str) -> list[str]:
    reference = str(folder / "reference.json")
    day = ["--as-of", "2026-06-30"]
    return [
        "drift",
        "check",
        "--readings",
        str(folder / table),
        "--reference",
        reference,
        *day,
        *more,
    ]


def test_quiet_homes_end_with_nought(folder: Path) -> None:
    done = run(*words(folder, "quiet.csv", "--lang", "en"))

    assert done.exit_code == 0, done.output
    assert "Train the model anew: no." in done.output
    assert "Nothing unusual was found." in done.output


def test_an_alarm_ends_with_one_and_the_trigger_says_why(folder: Path) -> None:
    path = folder / "trigger.json"

    done = run(*words(folder, "broken.csv", "--trigger", str(path), "--json"))

    assert done.exit_code == 1, done.output
    told = json.loads(done.output)
    on = [alarm["series"] for alarm in told["alarms"] if alarm["until"] is None]
    assert "jump.day" in on
    said = json.loads(path.read_text("utf-8"))
    assert said["retrain"] is False
    assert "faults" in said["why"]


def test_a_reference_comes_back_as_it_was_written(folder: Path) -> None:
    path = folder / "reference.json"

    assert as_text(read_reference(path)) == path.read_text("utf-8")
    assert shipped_reference().homes >= 10


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--homes", "h.csv"], "drift-option-unused"),
        (["--reference", "r.json"], "drift-option-unused"),
        ([], "drift-too-few"),
    ],
    ids=["groups of no table", "a reference of no table", "nobody is kept"],
)
def test_kept_homes_are_checked_by_themselves(more: list[str], code: str) -> None:
    done = run("drift", "check", *more, "--json")

    assert done.exit_code == 2
    assert code in done.output + done.stderr


def write_bills(path: Path, *, months: int, last: float = 1.0) -> Path:
    chance = np.random.default_rng(4)
    rows = ["household_id,period,kwh"]
    for home in range(20):
        kwh = 150 * chance.lognormal(0, 0.1, months)
        kwh[-1] *= last
        rows += [f"h{home},2025-{month + 1:02d},{one:.1f}" for month, one in enumerate(kwh)]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("months", "last", "code", "says"),
    [
        (12, 1.0, 0, "Nothing unusual was found."),
        (12, 1.5, 1, "Energy of a day, a month"),
        (6, 1.0, 2, "6 months of bills"),
    ],
    ids=["quiet", "a month of half as much again", "too few months"],
)
def test_bills_are_held_against_the_months_before(
    tmp_path: Path, months: int, last: float, code: int, says: str
) -> None:
    bills = write_bills(tmp_path / "bills.csv", months=months, last=last)

    done = run("drift", "check", "--bills", str(bills), "--lang", "en")

    assert done.exit_code == code, done.output
    assert says in done.output + done.stderr


def test_a_reference_that_is_none_is_refused(folder: Path) -> None:
    path = folder / "none.json"
    path.write_text('{"format": 1}', "utf-8")

    done = run("drift", "check", "--readings", str(folder / "quiet.csv"), "--reference", str(path))

    assert done.exit_code == 2
    assert "drift reference" in done.output + done.stderr
