"""``ahorraluz drift check`` of every shape that tables of very many homes have."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.cli.running import run

from ahorraluz.core.forecast.drift_drill import quiet_homes
from ahorraluz.services.drift import tables
from ahorraluz.services.drift.grouping import Belongs
from ahorraluz.services.drift.scoring import silent

LIMA = "America/Lima"
HOUR_S, LIMA_S = 3_600, 5 * 3_600
START = np.datetime64("2026-01-01")
HOMES, DAYS = 12, 60
DAY = date(2026, 12, 31)


def check(*options: str) -> dict[str, object]:
    done = run("drift", "check", *options, "--json")
    assert done.exit_code in (0, 1), done.output + done.stderr
    return dict(json.loads(done.output))


def demo(folder: Path, kind: str, *, months: int) -> Path:
    words = ("--homes", "12", "--kind", kind, "--months", str(months), "--start", "2025-01-01")
    done = run("fleet", "demo", *words, "--out", str(folder))
    assert done.exit_code == 0, done.output + done.stderr
    return folder


@pytest.mark.parametrize("option", ["--readings", "--bills"])
def test_made_up_recibos_are_checked_by_either_option(tmp_path: Path, option: str) -> None:
    made = demo(tmp_path / "made", "bills", months=12)

    found = check(option, str(made / "readings"), "--homes", str(made / "homes.parquet"))

    assert found["homes"] == 12
    assert found["issues"] == []


def test_made_up_hours_are_checked_in_the_zone_of_their_homes(tmp_path: Path) -> None:
    made = demo(tmp_path / "made", "hours", months=2)

    found = check("--readings", str(made / "readings"), "--homes", str(made / "homes.parquet"))

    assert (found["homes"], found["day"]) == (12, "2025-02-28")


def recibos(path: Path, *, homes: int, months: int, last: float = 1.0) -> Path:
    chance = np.random.default_rng(4)
    rows = ["household_id,start,end,kwh"]
    for home in range(homes):
        start = date(2025, 1, 12)
        for month in range(months):
            end = start + timedelta(days=28 + 3 * (month % 2))
            kwh = 5.0 * (end - start).days * chance.lognormal(0, 0.1)
            kwh *= last if month == months - 1 else 1.0
            rows.append(f"h{home},{start},{end},{kwh:.1f}")
            start = end
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_recibos_count_by_the_day_and_by_what_was_known(tmp_path: Path) -> None:
    table = str(recibos(tmp_path / "recibos.csv", homes=20, months=12, last=1.6))
    # The last one ends as 2026 begins.
    before = ("--as-of", "2025-12-31")

    late, early = check("--readings", table), check("--readings", table, *before)

    assert "level.month" in [alarm["series"] for alarm in late["alarms"]]  # type: ignore[attr-defined]
    assert early["alarms"] == []
    assert str(early["day"]) < str(late["day"])


def test_months_that_were_not_over_by_the_day_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "bills.csv"
    rows = [
        f"h{home},2025-{month:02d},{100 + home}" for home in range(12) for month in range(1, 13)
    ]
    path.write_text("\n".join(["household_id,period,kwh", *rows]) + "\n", "utf-8")

    found = check("--readings", str(path), "--as-of", "2025-10-20")

    assert found["day"] == "2025-10-01"


def test_a_home_whose_recibos_overlap_is_put_aside_and_named(tmp_path: Path) -> None:
    path = recibos(tmp_path / "recibos.csv", homes=12, months=9)
    rows = "bad,2025-01-01,2025-02-01,9\nbad,2025-01-20,2025-02-20,9\n"
    path.write_text(path.read_text("utf-8") + rows, "utf-8")

    found = check("--bills", str(path), "--lang", "en")

    assert found["homes"] == 12
    codes = [issue["code"] for issue in found["issues"]]  # type: ignore[attr-defined]
    assert codes == ["drift-homes-aside", "fleet-recibos-overlap"]


def hours(path: Path, *, shape: str) -> Path:
    names: list[str] = []
    starts: list[Sequence[int]] = []
    energies: list[Sequence[float]] = []
    for home in quiet_homes(HOMES, DAYS, start=START, chance=np.random.default_rng(3)):
        kwh = np.nan_to_num(home.kwh, nan=0.2).reshape(-1).astype(np.float32)
        first = int(START.astype("datetime64[s]").astype(np.int64)) + LIMA_S
        names.append(home.id)
        starts.append((first + HOUR_S * np.arange(len(kwh))).tolist())
        energies.append(kwh.tolist())
    at = pa.timestamp("s", tz="UTC")
    if shape == "packed":
        columns = {
            "household_id": names,
            "start": pa.array([each[0] for each in starts], type=at),
            "step_s": pa.array([HOUR_S] * HOMES, type=pa.int32()),
            "kwh": pa.array(energies, type=pa.list_(pa.float32())),
        }
    else:
        columns = {
            "household_id": [name for name in names for _ in range(DAYS * 24)],
            "timestamp": pa.array(np.concatenate(starts), type=at),
            "kwh": np.concatenate(energies),
        }
    pq.write_table(pa.table(columns), path)
    return path


def read(
    path: Path, *, zone: str | None = LIMA, known: dict[str, Belongs] | None = None
) -> tables.Hours:
    return tables.read_hours(
        path, zone=zone, as_of=DAY, known=known or {}, newest=None, progress=silent
    )


def test_packed_and_tidy_readings_are_the_same_homes(tmp_path: Path) -> None:
    packed = read(hours(tmp_path / "packed.parquet", shape="packed"))
    tidy = read(hours(tmp_path / "tidy.parquet", shape="tidy"))

    assert [home.id for home in packed.homes] == [home.id for home in tidy.homes]
    for one, other in zip(packed.homes, tidy.homes, strict=True):
        assert one.days[0] == other.days[0] == START
        np.testing.assert_array_equal(one.kwh, other.kwh)


def test_any_number_of_parts_gives_the_same_homes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hours(tmp_path / "tidy.parquet", shape="tidy")
    whole = read(path)
    monkeypatch.setattr(tables, "PART_BYTES", 1_000)

    parted = read(path)

    assert len(parted.homes) == len(whole.homes) == HOMES
    for one, other in zip(parted.homes, whole.homes, strict=True):
        np.testing.assert_array_equal(one.kwh, other.kwh)


def test_of_very_many_homes_some_are_looked_at_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hours(tmp_path / "tidy.parquet", shape="tidy")
    monkeypatch.setattr(tables, "PART_BYTES", 1_000)
    monkeypatch.setattr(tables, "MOST_HOMES", 5)

    found = read(path)

    [sampled] = [issue for issue in found.issues if issue.code == "drift-homes-sampled"]
    assert 5 <= len(found.homes) < HOMES
    assert sampled.parameters == {"homes": len(found.homes), "count": HOMES}


def test_the_clock_of_a_home_is_what_its_table_says(tmp_path: Path) -> None:
    path = hours(tmp_path / "packed.parquet", shape="packed")
    names = [home.id for home in read(path).homes]
    known = {names[0]: Belongs(zone=LIMA), names[1]: Belongs(zone="Nowhere/None")}

    found = read(path, zone=None, known=known)

    counted = {home.id: int((~np.isnan(home.kwh[0])).sum()) for home in found.homes}
    assert counted[names[0]] == 24
    assert counted[names[2]] == 19
    assert names[1] not in counted
    assert "backtest-zone-unknown" in [issue.code for issue in found.issues]


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ("household_id,when,kwh\na,1,2\n", ("--readings",), "fleet-columns-missing"),
        ("household_id,timestamp,kwh\na,2026-01-01,2\n", ("--bills",), "drift-not-bills"),
        ("household_id,start,end,kwh\n", ("--zone", LIMA, "--readings"), "drift-option-of-hours"),
        ("household_id,start,end,kwh\na,x,y,1\n", ("--readings",), "drift-no-home"),
        ("household_id,timestamp,kwh\na,2026-01-01,2\n", ("--readings",), "drift-no-home"),
    ],
    ids=["other columns", "readings as bills", "a zone of bills", "broken days", "one reading"],
)
def test_a_wrong_table_is_refused_with_its_mend(
    tmp_path: Path, content: str, options: tuple[str, ...], code: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content, "utf-8")

    done = run("drift", "check", *options, str(path), "--json")

    assert done.exit_code == 2
    assert code in done.output + done.stderr


def test_no_reference_is_made_of_bills(tmp_path: Path) -> None:
    table = recibos(tmp_path / "recibos.csv", homes=12, months=9)

    done = run(
        "drift", "reference", "--readings", str(table), "--out", str(tmp_path / "r.json"), "--json"
    )

    assert done.exit_code == 2
    assert "drift-bills-given" in done.output + done.stderr
