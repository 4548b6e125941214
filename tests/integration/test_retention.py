"""Fine readings past their time leave the energy of each month, to the last digit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.signed_people import Clock, Service, make_service

from ahorraluz.core.readings.channels import (
    TOTAL,
    Channel,
    Flow,
    Measure,
    MeterFile,
)
from ahorraluz.core.readings.cleaning import clean_channels
from ahorraluz.core.readings.intervals import resample
from ahorraluz.core.readings.schema import Quality, Readings
from ahorraluz.services.accounts.tidying import retain, tidy
from ahorraluz.services.receive_readings import readings_of

ZONE = "America/Lima"
HOUR = 3_600
BEGIN = int(datetime(2023, 3, 1, 5, tzinfo=UTC).timestamp())
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
MONTHS_S = 30 * 86_400
HOME = "casa"


def channel(
    measure: Measure,
    *,
    step_s: int = HOUR,
    days: int = 1_300,
    id_: str = "consumo",
    begin_s: int = BEGIN,
    gaps: bool = False,
) -> Channel:
    """Return invented readings with a daily shape, three and a half years of them."""
    count = days * 86_400 // step_s
    at = begin_s + step_s * np.arange(count, dtype=np.int64)
    kw = 0.15 + 0.4 * (np.sin(2 * np.pi * (at - 7 * HOUR) / 86_400) > 0.5) + at % 7 / 100
    kwh = kw * step_s / HOUR
    length = step_s
    if measure is Measure.REGISTER:
        value, length = 100 + np.concatenate(([0.0], np.cumsum(kwh)[:-1])), 0
    else:
        value = kwh if measure is Measure.ENERGY else kw
    stays = np.ones(count, dtype=bool)
    if gaps:
        stays[30 * 24 : 36 * 24] = False
        stays[100 * 24 : 100 * 24 + 2] = False
    rows = Channel(
        id=id_,
        flow=Flow.IMPORT,
        measure=measure,
        start_s=at,
        end_s=at + length,
        value=value,
        line=np.arange(1, count + 1, dtype=np.int64),
        flags=np.zeros(count, dtype=np.uint8),
    )
    return rows.rows(stays)


def moments(powers: Channel) -> Channel:
    """Return powers as they were at the beginning of each interval."""
    return replace(powers, end_s=powers.start_s)


def file_of(*channels: Channel) -> MeterFile:
    rows = sum(len(one) for one in channels)
    return MeterFile(format="csv", channels=channels, rows=rows, zone=ZONE)


def months(readings: Readings) -> dict[str, float]:
    """Return the energy of each local month; below nought where it is not known."""
    monthly = resample(readings, MONTHS_S)
    names = monthly.starts_s.astype("datetime64[s]").astype("datetime64[M]").astype(str)
    known = np.where(monthly.quality < Quality.MISSING, monthly.energy_kwh, -1.0)
    return {str(name): float(kwh) for name, kwh in zip(names, known, strict=True)}


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a service of its own."""
    return make_service(tmp_path, Clock(at=NOW))


def keep(service: Service, *channels: Channel, sha: str = "0") -> None:
    service.tools.store.add_import(
        HOME, file_of(*channels), sha256=sha * 64, file_name="m.csv", as_of=NOW
    )


def cut_s() -> int:
    return int(datetime(2024, 10, 1, 5, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param((channel(Measure.ENERGY),), id="energy of hours"),
        pytest.param((channel(Measure.ENERGY, step_s=900, days=900),), id="quarter hours"),
        pytest.param((channel(Measure.REGISTER),), id="a register"),
        pytest.param((channel(Measure.POWER),), id="mean powers"),
        pytest.param((moments(channel(Measure.POWER, step_s=900, days=900)),), id="samples"),
        pytest.param((channel(Measure.ENERGY, gaps=True),), id="with gaps"),
        pytest.param(
            (channel(Measure.ENERGY, id_="día"), channel(Measure.ENERGY, id_="noche")),
            id="two channels",
        ),
    ],
)
def test_every_month_has_the_same_energy_before_and_after(
    service: Service, kept: tuple[Channel, ...]
) -> None:
    keep(service, *kept)
    _, before = readings_of(HOME, tools=service.tools)

    went = retain(tools=service.tools, as_of=NOW)
    channels, after = readings_of(HOME, tools=service.tools)

    assert went > 0
    assert months(after.readings) == pytest.approx(months(before.readings), rel=1e-9)
    assert after.readings.interval_s == before.readings.interval_s
    # Nothing finer than a day is left from before.
    for one in channels:
        old = one.start_s < cut_s()
        whole = one.end_s[old] - one.start_s[old] >= 86_400
        assert bool(np.all(whole)) or (one.measure is Measure.REGISTER and old.sum() <= 1)


def test_what_came_later_stays_hour_by_hour(service: Service) -> None:
    keep(service, channel(Measure.ENERGY))
    _, before = readings_of(HOME, tools=service.tools)

    retain(tools=service.tools, as_of=NOW)
    _, after = readings_of(HOME, tools=service.tools)

    for each in (before.readings, after.readings):
        assert each.starts_s[0] == BEGIN
    later = before.readings.starts_s >= cut_s()
    assert np.array_equal(before.readings.energy_kwh[later], after.readings.energy_kwh[later])
    assert np.array_equal(before.readings.quality[later], after.readings.quality[later])
    assert set(after.readings.quality[~later].tolist()) == {int(Quality.ESTIMATED)}


def test_a_second_time_changes_nothing_and_a_month_later_one_month_more(service: Service) -> None:
    keep(service, channel(Measure.ENERGY))
    _, before = readings_of(HOME, tools=service.tools)
    retain(tools=service.tools, as_of=NOW)

    again = retain(tools=service.tools, as_of=NOW)
    later = retain(tools=service.tools, as_of=datetime(2026, 12, 1, 15, tzinfo=UTC))

    [stored], after = readings_of(HOME, tools=service.tools)
    totals = int(np.count_nonzero(stored.flags & TOTAL))
    assert (again, later > 0, totals) == (0, True, 20)
    assert months(after.readings) == pytest.approx(months(before.readings), rel=1e-9)


def test_totals_far_longer_than_the_rest_leave_the_grid_as_it_is() -> None:
    fine = channel(Measure.ENERGY, days=100, begin_s=BEGIN + 86_400 * 3_000)
    starts = BEGIN + 86_400 * 30 * np.arange(100, dtype=np.int64)
    totals = Channel(
        id="consumo",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=np.concatenate((starts, fine.start_s)),
        end_s=np.concatenate((starts + 86_400 * 30, fine.end_s)),
        value=np.concatenate((np.full(100, 150.0), fine.value)),
        line=np.arange(1, 101 + len(fine), dtype=np.int64),
        flags=np.concatenate((np.full(100, TOTAL), fine.flags)),
    )

    cleaned = clean_channels([totals], zone=ZONE)

    assert cleaned.readings.interval_s == HOUR
    assert cleaned.readings.total_kwh == pytest.approx(15_000 + fine.value.sum())


def test_the_later_file_stands_and_an_undone_one_leaves_nothing(service: Service) -> None:
    old = channel(Measure.ENERGY, days=800)
    keep(service, old)
    better = channel(Measure.ENERGY, days=100, begin_s=BEGIN + 86_400 * 31)
    keep(service, better.rows(np.arange(len(better))), sha="1")
    wrong = Channel(
        id="consumo",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=better.start_s,
        end_s=better.end_s,
        value=better.value * 2,
        line=better.line,
        flags=better.flags,
    )
    keep(service, wrong, sha="2")
    imports = service.tools.store.imports(HOME)
    service.tools.store.undo_import(HOME, imports[-1].id, NOW)
    _, before = readings_of(HOME, tools=service.tools)

    retain(tools=service.tools, as_of=NOW)
    _, after = readings_of(HOME, tools=service.tools)

    assert months(after.readings) == pytest.approx(months(before.readings), rel=1e-9)
    undone = service.tools.store.channels_of_import(HOME, imports[-1].id)
    assert sum(len(one) for one in undone) == 0


def test_a_spike_that_was_left_out_stays_out(service: Service) -> None:
    spiked = channel(Measure.ENERGY)
    spiked.value[1_000] = 9_999.0
    keep(service, spiked)
    _, before = readings_of(HOME, tools=service.tools)

    tidy(tools=service.tools, as_of=NOW)
    _, after = readings_of(HOME, tools=service.tools)

    assert months(after.readings) == pytest.approx(months(before.readings), rel=1e-9)
    assert after.readings.total_kwh < 3_000 * 10


def test_daily_readings_stay_as_they_are(service: Service) -> None:
    keep(service, channel(Measure.ENERGY, step_s=86_400))
    _, before = readings_of(HOME, tools=service.tools)

    went = retain(tools=service.tools, as_of=NOW)

    assert went == 0
    assert (
        date(2023, 3, 1).isoformat()
        == str(before.readings.starts_s[0].astype("datetime64[s]")).partition("T")[0]
    )


def test_no_fine_value_is_left_on_the_disk_of_a_home_without_a_key(tmp_path: Path) -> None:
    from ahorraluz.store.database import open_store

    path = tmp_path / "plain.db"
    store = open_store(f"sqlite:///{path}")
    marked = channel(Measure.ENERGY)
    marked.line[500:600] = np.random.default_rng(1).integers(1 << 40, 1 << 41, 100)
    store.add_import(HOME, file_of(marked), sha256="0" * 64, file_name="m.csv", as_of=NOW)
    before = store.channels(HOME)

    store.drop_fine_readings(before=datetime(2024, 10, 1, tzinfo=UTC))
    store.wipe()

    [after] = store.channels(HOME)
    assert len(before[0]) > 30_000
    assert int((after.start_s < cut_s()).sum()) == 19
    store.close()
