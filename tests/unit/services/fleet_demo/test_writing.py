"""Fleets of made-up homes: whole folders, the same bytes from the same wish."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.districts import load_districts, load_provinces
from ahorraluz.catalog.places import systems_of
from ahorraluz.catalog.solar import find_city
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.fleet_demo import readings
from ahorraluz.services.fleet_demo.country import load_country
from ahorraluz.services.fleet_demo.writing import FleetWish, write_fleet
from ahorraluz.services.write_file import FileWriteError

COUNTED_BELOW_KWH, COUNTED = 125, 4_994_142
"""Users at or below 125 kWh a month outside the richest blocks, of about eight million."""


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read(path: Path) -> pa.Table:
    return pq.read_table(path)


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet") / "bills"
    write_fleet(FleetWish(homes=5000, kind="bills", seed=3), folder)
    return folder


@pytest.mark.parametrize("kind", ["bills", "hours"])
def test_the_same_wish_gives_the_same_bytes(kind: str, tmp_path: Path) -> None:
    wish = FleetWish(homes=150, kind=kind, months=1, faults=0.2)

    first, second = (write_fleet(wish, tmp_path / name) for name in ("one", "two"))

    assert files_of(first.folder) == files_of(second.folder)
    assert (first.readings, first.broken) == (second.readings, second.broken)


@pytest.mark.parametrize("kind", ["bills", "hours"])
def test_a_home_is_the_same_in_a_larger_fleet(kind: str, tmp_path: Path) -> None:
    for homes in (3, 140):
        write_fleet(FleetWish(homes=homes, kind=kind, months=1), tmp_path / str(homes))

    for name in ("homes.parquet", "readings/part-00000.parquet"):
        few, many = read(tmp_path / "3" / name), read(tmp_path / "140" / name)
        # NaN is not itself: as text it is.
        assert str(many.slice(0, few.num_rows).to_pylist()) == str(few.to_pylist())


def test_every_home_is_one_that_the_catalogue_knows(bills: Path) -> None:
    homes = read(bills / "homes.parquet").to_pylist()

    provinces = load_provinces()
    assert len({home["household_id"] for home in homes}) == 5000
    for home in homes:
        assert home["distributor"] in load_distributors()
        assert home["district"] in load_districts()
        assert provinces[home["district"][:4]].department == home["department"]
        assert find_city(home["city"]).id == home["city"]
        systems = {system.id for system in systems_of(home["distributor"])}
        assert home["system"] is None or home["system"] in systems
        owned = (home["appliances"] or "").split(";")
        assert set(owned) <= {"", *load_appliances()}


def test_homes_that_answered_nothing_tell_nothing_of_themselves(bills: Path) -> None:
    homes = read(bills / "homes.parquet").to_pylist()

    silent = [home for home in homes if home["people"] is None]
    assert 0.45 < len(silent) / len(homes) < 0.55
    for column in ("tenure", "roof", "cooking", "appliances", "budget_pen"):
        assert {home[column] for home in silent} == {None}


def test_about_as_many_homes_use_little_as_were_counted(bills: Path) -> None:
    homes = read(bills / "homes.parquet").to_pandas().set_index("household_id")
    energy = read(bills / "readings/part-00000.parquet").to_pandas()

    month = energy.groupby("household_id")["kwh"].mean() / homes["homes_on_meter"]

    part = (month[homes["fose"] == "eligible"] <= COUNTED_BELOW_KWH).sum() / len(homes)
    assert part == pytest.approx(COUNTED / 8e6, abs=0.08)


def test_recibos_are_of_every_home_and_month(bills: Path) -> None:
    table = read(bills / "readings/part-00000.parquet")

    assert table.schema.names == ["household_id", "start", "end", "kwh"]
    assert set(Counter(table["household_id"].to_pylist()).values()) == {12}
    assert min(table["start"].to_pylist()) >= date(2025, 10, 31)


def test_hours_are_packed_from_midnight_in_lima(tmp_path: Path) -> None:
    wish = FleetWish(homes=2, kind="hours", months=1, start=date(2026, 2, 1))

    done = write_fleet(wish, tmp_path / "fleet")

    table = read(tmp_path / "fleet/readings/part-00000.parquet")
    assert table.schema.field("kwh").type == pa.list_(pa.float32())
    assert [row.isoformat() for row in table["start"].to_pylist()] == [
        "2026-02-01T05:00:00+00:00"
    ] * 2
    assert table["step_s"].to_pylist() == [3600, 3600]
    assert [len(row) for row in table["kwh"].to_pylist()] == [28 * 24] * 2
    assert done.readings == 2 * 28 * 24


def test_parts_hold_only_so_many_homes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(readings, "BILL_BLOCKS", 1)

    write_fleet(FleetWish(homes=4100, kind="bills", months=1), tmp_path / "fleet")

    parts = sorted((tmp_path / "fleet/readings").iterdir())
    assert [read(part).num_rows for part in parts] == [4096, 4]


def test_broken_homes_are_listed_with_what_is_wrong(tmp_path: Path) -> None:
    wish = FleetWish(homes=400, kind="bills", months=2, faults=0.5)

    done = write_fleet(wish, tmp_path / "fleet")

    faults = read(tmp_path / "fleet/faults.parquet").to_pylist()
    homes = {row["household_id"]: row for row in read(tmp_path / "fleet/homes.parquet").to_pylist()}
    assert len(faults) == done.broken > 150
    for row in faults:
        if row["fault"] == "district-in-words":
            assert homes[row["household_id"]]["district"] == "Miraflores"
        if row["fault"] == "fuel-in-words":
            assert homes[row["household_id"]]["cooking"] == "leña y a veces gas"


def test_the_folder_says_that_it_is_made_up(bills: Path) -> None:
    about = json.loads((bills / "made-up.json").read_text("utf-8"))

    assert about["made_up"] is True
    assert (about["homes"], about["seed"], about["readings"]) == (5000, 3, 60_000)


def test_progress_adds_up_to_the_homes(tmp_path: Path) -> None:
    told = list[int]()

    write_fleet(FleetWish(homes=200, kind="hours", months=1), tmp_path / "f", progress=told.append)

    assert told == [128, 72]


def test_a_folder_with_files_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(InvalidInputError) as refused:
        write_fleet(FleetWish(homes=1, kind="bills"), tmp_path)

    assert refused.value.issues[0].code == "fleet-folder-full"
    assert files_of(tmp_path) == {"mine.txt": b"mine"}


@pytest.mark.parametrize("year", [1900, 9999])
def test_days_far_away_are_refused(year: int, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        write_fleet(FleetWish(homes=1, kind="bills", start=date(year, 1, 1)), tmp_path / "fleet")

    assert refused.value.issues[0].code == "fleet-start-far"
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_a_fleet_that_could_not_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(readings.Parts, "write", full)

    with pytest.raises(FileWriteError):
        write_fleet(FleetWish(homes=1, kind="bills"), tmp_path / "fleet")

    assert list(tmp_path.iterdir()) == []


def test_every_place_has_a_climate_and_a_company_with_a_grid() -> None:
    country = load_country()

    assert len(country.places) > 1800
    assert all(len(country.climates[place.climate]) == 12 for place in country.places)
    assert {load_distributors()[place.distributor].grid for place in country.places} & {
        "off grid",
        None,
    } == set()
    assert np.isclose(sum(place.weight for place in country.places), 100, atol=0.5)
