"""Every night forecasts of kept homes are kept as served, joined with what came, and checked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.signed_people import Clock, make_service

from ahorraluz.core.forecast.drift_drill import quiet_homes
from ahorraluz.core.forecast.drift_errors import SCORES
from ahorraluz.core.forecast.panel import HomeHours
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.services.drift.kept import check_kept, latest_check, watch_models
from ahorraluz.services.drift.watching import watch_homes
from ahorraluz.services.toolbox import Toolbox

START, DAYS = date(2026, 9, 1), 60
FIRST_NIGHT = datetime(2026, 10, 21, 8, tzinfo=UTC)
"""Night after fifty days, in Peru."""
HOUR_S, LIMA_S = 3_600, 5 * 3_600
HOMES = 11


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Toolbox]:
    service = make_service(tmp_path, Clock(at=FIRST_NIGHT))
    service.tools.store.live.begin()
    yield service.tools
    service.tools.store.close()


def town(count: int) -> list[HomeHours]:
    chance = np.random.default_rng(7)
    return quiet_homes(count, DAYS, start=np.datetime64(START), chance=chance)


def read(tools: Toolbox, home: HomeHours, first: int, last: int, *, factor: float = 1.0) -> None:
    """Let a file of some days of a home come in, those numbered ``[first, last)``."""
    kwh = np.nan_to_num(home.kwh[first:last].reshape(-1), nan=0.3) * factor
    begin = int(home.days[first].astype("datetime64[s]").astype(np.int64)) + LIMA_S
    starts = begin + HOUR_S * np.arange(len(kwh), dtype=np.int64)
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=starts,
        end_s=starts + HOUR_S,
        value=kwh,
        line=np.arange(len(kwh), dtype=np.int64) + 2,
        flags=np.zeros(len(kwh), dtype=np.uint8),
    )
    file = MeterFile(
        format="csv", zone="America/Lima", channels=(channel,), rows=len(kwh), issues=()
    )
    name = f"{home.id}-{first}-{last}-{factor}"
    tools.store.add_import(home.id, file, sha256=name, file_name="a.csv", as_of=FIRST_NIGHT)


def test_a_forecast_is_joined_when_its_day_was_read_and_corrected_when_it_changes(
    tools: Toolbox,
) -> None:
    [home] = town(1)
    read(tools, home, 0, 50)
    book = tools.store.model_watch

    first = watch_homes(tools=tools, as_of=FIRST_NIGHT)
    before = list(book.scored(since_day=""))
    read(tools, home, 50, 51)
    second = watch_homes(tools=tools, as_of=FIRST_NIGHT + timedelta(days=1))
    [joined] = book.scored(since_day="")
    read(tools, home, 50, 51, factor=2.0)
    watch_homes(tools=tools, as_of=FIRST_NIGHT + timedelta(days=2))
    [corrected] = book.scored(since_day="")

    assert (first.homes, first.served, first.joined, before) == (1, 2, 0, [])
    assert (second.served, second.joined) == (2, 1)
    assert (joined.day, joined.ahead) == ("2026-10-21", 1)
    kwh, hours = (SCORES.index(name) for name in ("kwh", "hours"))
    assert joined.scores is not None
    assert corrected.scores is not None
    assert joined.scores[hours] == 24
    assert joined.scores[kwh] == pytest.approx(np.nansum(home.kwh[50]), rel=0.05)
    assert corrected.scores[kwh] == pytest.approx(2 * (joined.scores[kwh] or 0), rel=1e-3)


def test_days_are_kept_of_what_is_over(tools: Toolbox) -> None:
    [home] = town(1)
    read(tools, home, 0, 52)

    watch_homes(tools=tools, as_of=FIRST_NIGHT)

    days = [one.day for one in tools.store.model_watch.days(since_day="")]
    assert (days[0], days[-1], len(days)) == ("2026-09-11", "2026-10-20", 40)


def test_of_few_homes_only_their_number_is_kept(tools: Toolbox) -> None:
    [home] = town(1)
    read(tools, home, 0, 50)

    night = watch_models(tools=tools, as_of=FIRST_NIGHT)

    check = latest_check(tools=tools)
    assert check is not None
    assert check.content == {"homes": 1}
    assert (night.alarms, night.retrain) == (0, False)


def test_a_town_is_checked_and_no_home_is_named(tools: Toolbox) -> None:
    homes = town(HOMES)
    for home in homes:
        read(tools, home, 0, 50)
    watch_models(tools=tools, as_of=FIRST_NIGHT)
    for home in homes:
        read(tools, home, 50, 54)

    night = watch_models(tools=tools, as_of=FIRST_NIGHT + timedelta(days=4))

    check = latest_check(tools=tools)
    assert check is not None
    assert night.homes == HOMES
    [everybody] = [one for one in check.content["realised"] if one["ahead"] == 1]  # type: ignore[attr-defined]
    assert everybody["homes"] == HOMES
    assert 0 < everybody["nmae"] < 1.5
    assert not any(home.id in str(check.content) for home in homes)
    figures = {one.name for one in tools.store.live.figures.of_models()}
    assert {"realised_nmae", "retrain", "promotion", "drift_missing.week"} <= figures
    today, earlier = date(2026, 10, 25), date(2026, 10, 23)
    assert check_kept(tools=tools, as_of=today).homes == HOMES
    # As of a day, nothing of it or later is known.
    assert check_kept(tools=tools, as_of=earlier).day == date(2026, 10, 22)
    with pytest.raises(InvalidInputError, match="drift-too-few"):
        check_kept(tools=tools, as_of=date(2026, 9, 1))
