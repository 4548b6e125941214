"""Features: the same homes as the meter files give, bit for bit, and nothing that was altered."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.learning.invented_homes import hours_of_home, write_homes

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.learning.panel_files import HOMES_FILE, MANIFEST_FILE
from ahorraluz.learning.training_data import Panel, read_panel
from ahorraluz.services.make_features import Asked, make_features
from ahorraluz.services.take_in_tables import take_in_tables

HOMES, DAYS = 6, 60
START = datetime(2026, 1, 1, 5, tzinfo=UTC)


def made(readings: Path, out: Path, homes: Path | None = None, *, most: int = 100) -> Path:
    """Make features and return their folder."""
    asked = Asked(readings=readings, homes=homes, out=out, most=most)
    make_features(asked, progress=lambda _step, _done, _all: None)
    return out


def assert_same(one: Panel, other: Panel) -> None:
    """Hold two panels against each other, number by number."""
    assert len(one.homes) == len(other.homes) > 0
    for own, their in zip(one.homes, other.homes, strict=True):
        assert own.hours.id == their.hours.id
        assert (own.place, own.country, own.held_out) == (
            their.place,
            their.country,
            their.held_out,
        )
        assert (own.learn_until, own.judge_from) == (their.learn_until, their.judge_from)
        for a, b in (
            (own.hours.kwh, their.hours.kwh),
            (own.hours.days, their.hours.days),
            (own.facts, their.facts),
            (own.temp_c, their.temp_c),
        ):
            np.testing.assert_array_equal(a, b)


@pytest.fixture
def meters(tmp_path: Path) -> Path:
    """Return a folder of one file of invented homes."""
    folder = tmp_path / "meters"
    folder.mkdir()
    write_homes(folder / "homes.csv", homes=HOMES, days=DAYS)
    return folder


def test_features_are_the_homes_of_the_meter_files_bit_for_bit(
    meters: Path, tmp_path: Path
) -> None:
    folder = made(meters, tmp_path / "features")

    assert_same(read_panel(folder), read_panel(meters))
    assert read_panel(folder).hashes == read_panel(meters).hashes


def test_the_same_input_gives_the_same_bytes(meters: Path, tmp_path: Path) -> None:
    folders = [made(meters, tmp_path / name) for name in ("one", "two")]

    for name in (HOMES_FILE, MANIFEST_FILE):
        assert len({(folder / name).read_bytes() for folder in folders}) == 1


def test_features_that_were_altered_are_refused(meters: Path, tmp_path: Path) -> None:
    folder = made(meters, tmp_path / "features")
    content = bytearray((folder / HOMES_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / HOMES_FILE).write_bytes(content)

    with pytest.raises(AhorraLuzError) as refused:
        read_panel(folder)

    assert refused.value.issue.code == "features-differ"


def test_a_manifest_of_something_else_is_refused(meters: Path, tmp_path: Path) -> None:
    folder = made(meters, tmp_path / "features")
    (folder / MANIFEST_FILE).write_text("[]", encoding="utf-8")

    with pytest.raises(AhorraLuzError) as refused:
        read_panel(folder)

    assert refused.value.issue.code == "features-unreadable"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Return a folder with homes and their readings, tidy and packed."""
    rows = ["household_id,distributor,option,people,city,appliances"]
    rows += [f"h{n},luz-del-sur,BT5B,{n + 1},lima,ducha-electrica" for n in range(HOMES)]
    rows.append("hx,nobody,BT5B,2,lima,")
    (tmp_path / "homes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    stamps = [START + timedelta(hours=hour) for hour in range(DAYS * 24)]
    kwh = {f"h{n}": hours_of_home(n, DAYS).ravel().astype(np.float32) for n in range(HOMES)}
    (tmp_path / "packed").mkdir()
    halves = [(name, part) for name in kwh for part in (0, 1)]
    half = DAYS * 12
    table = {
        "household_id": [name for name, _ in halves],
        "start": pa.array([stamps[part * half] for _, part in halves], pa.timestamp("s", "UTC")),
        "step_s": [3600] * len(halves),
        "kwh": pa.array(
            [kwh[name][part * half : (part + 1) * half] for name, part in halves],
            pa.list_(pa.float32()),
        ),
    }
    pq.write_table(pa.table(table), tmp_path / "packed" / "part.parquet")
    (tmp_path / "tidy").mkdir()
    tidy = {
        "household_id": np.repeat(list(kwh), len(stamps)),
        "timestamp": pa.array(stamps * len(kwh), pa.timestamp("s", "UTC")),
        "kwh": np.concatenate([values.astype(np.float64) for values in kwh.values()]),
    }
    pq.write_table(pa.table(tidy), tmp_path / "tidy" / "part.parquet")
    return tmp_path


def test_tidy_and_packed_readings_give_the_same_homes(fleet: Path) -> None:
    panels = [
        read_panel(made(fleet / shape, fleet / f"f-{shape}", fleet / "homes.csv"))
        for shape in ("tidy", "packed")
    ]

    assert_same(*panels)
    assert len(panels[0].homes) == HOMES


def test_tables_that_were_taken_in_are_found_with_their_homes(fleet: Path) -> None:
    take_in_tables({"homes": fleet / "homes.csv", "readings": fleet / "tidy"}, fleet / "raw")

    assert_same(
        read_panel(made(fleet / "raw", fleet / "f-raw")),
        read_panel(made(fleet / "tidy", fleet / "f-tidy", fleet / "homes.csv")),
    )


def test_what_is_told_of_a_home_is_in_its_features(fleet: Path) -> None:
    panel = read_panel(made(fleet / "tidy", fleet / "features", fleet / "homes.csv"))

    home = panel.homes[2]
    assert (home.hours.id, home.place, home.country) == ("h2", "lima", "PE")
    assert home.facts.tolist() == [3.0, 0.0, 1.0]
    assert str(home.hours.days[0]) == "2026-01-01"
    assert set(panel.hashes) == {"homes.csv", "part.parquet"}


def test_a_sample_is_the_same_homes_whatever_their_order(fleet: Path) -> None:
    lines = (fleet / "homes.csv").read_text("utf-8").splitlines()
    (fleet / "turned.csv").write_text(
        "\n".join([lines[0], *reversed(lines[1:])]) + "\n", encoding="utf-8"
    )

    found = [
        [
            home.hours.id
            for home in read_panel(made(fleet / "tidy", fleet / t, fleet / t2, most=3)).homes
        ]
        for t, t2 in (("a", "homes.csv"), ("b", "turned.csv"))
    ]

    assert found[0] == found[1]
    assert 2 <= len(found[0]) <= 3


def test_bills_are_refused_and_nothing_is_written(fleet: Path) -> None:
    (fleet / "bills.csv").write_text(
        "household_id,start,end,kwh\nh1,2026-01-01,2026-02-01,1\n", encoding="utf-8"
    )

    with pytest.raises(AhorraLuzError) as refused:
        made(fleet / "bills.csv", fleet / "features", fleet / "homes.csv")

    assert refused.value.issue.code == "features-of-bills"
    assert not (fleet / "features").exists()


def test_the_manifest_counts_what_was_made(meters: Path, tmp_path: Path) -> None:
    manifest = json.loads((made(meters, tmp_path / "f") / MANIFEST_FILE).read_text("utf-8"))

    assert (manifest["homes"], manifest["days"]) == (HOMES, HOMES * DAYS)
    assert set(manifest["sources"]) == {"homes.csv"}
