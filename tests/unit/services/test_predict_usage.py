"""Where a month ends, by what was known that day and how it was measured."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from ahorraluz.core.forecast.months import MonthsError, reading_periods
from ahorraluz.core.home import Home, MonthlyUse, Supply
from ahorraluz.core.periods import Period, month_after
from ahorraluz.services.connection import Connection
from ahorraluz.services.documents.forecast import basis_text, month_sentences
from ahorraluz.services.find_readings import FoundReadings, find_readings, known_on
from ahorraluz.services.forecast_home import (
    ForecastRequest,
    ForecastRequestError,
    HomeForecast,
    forecast_home,
    month_of,
)
from ahorraluz.services.predict_usage import Moment, MonthAhead, predict_month
from ahorraluz.services.receive_readings import FileHints, ReadingsRefusedError
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.services.understand_usage import About, understand_usage
from ahorraluz.settings import Settings
from ahorraluz.texts import open_texts

FIRST = date(2026, 5, 1)
DAYS = 80
TODAY = date(2026, 11, 24)
SUPPLY = Supply(distributor="luz-del-sur", system="lima-sur")
KWH = np.random.default_rng(7).gamma(4, 5 / 4, DAYS)
"""Invented energy of each day. [kWh]"""


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))


def counter(folder: Path, tools: Toolbox, *, every: int, days: int = DAYS) -> FoundReadings:
    """Return the readings of a counter read at midnight every so many days."""
    standing = np.concatenate(([1_000.0], 1_000.0 + np.cumsum(KWH)))
    rows = [
        f"{FIRST + timedelta(days=at)}T00:00:00-05:00,{standing[at]:.3f}"
        for at in range(0, days + 1, every)
    ]
    path = folder / f"contador-{every}-{days}.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")
    return find_readings(str(path), tools=tools, hints=FileHints(measure="register"))


def asked(
    tools: Toolbox,
    *,
    found: FoundReadings | None = None,
    history: Sequence[MonthlyUse] = (),
    months: int = 0,
    as_of: date | None = None,
) -> HomeForecast:
    home = None if found else Home(supply=SUPPLY, history=tuple(history))
    return forecast_home(
        ForecastRequest(month=found is not None, months=months, as_of=as_of),
        found=found,
        home=home,
        connection=Connection(supply=SUPPLY),
        tools=tools,
        today=TODAY,
    )


def logger(
    folder: Path, tools: Toolbox, *, kept: Sequence[tuple[int, int]], days: int = DAYS
) -> FoundReadings:
    """Return hourly readings of a kWh an hour; each day's kept hours are those from .. to."""
    rows = [
        f"{FIRST + timedelta(days=day)}T{hour:02d}:00:00-05:00,{1 + 0.1 * (hour % 5):.2f}"
        for day in range(days)
        for start, end in [kept[day % len(kept)]]
        for hour in range(start, end)
    ]
    path = folder / "horas.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")
    return find_readings(str(path), tools=tools)


def width(ahead: MonthAhead) -> float:
    low, high = ahead.forecast.band_kwh
    return (high - low) / (ahead.forecast.mean_kwh - ahead.used_kwh)


def recibos(count: int, *, last: date = date(2026, 10, 1)) -> list[MonthlyUse]:
    months = []
    start = last
    for _ in range(count):
        months.append(MonthlyUse(period=Period(start, month_after(start)), kwh=Decimal(65)))
        start = (start - timedelta(days=1)).replace(day=1)
    return months[::-1]


def test_a_counter_read_now_and_then_is_told_as_a_counter(tmp_path: Path, tools: Toolbox) -> None:
    daily, seldom = (
        asked(tools, found=counter(tmp_path, tools, every=every)).month for every in (1, 10)
    )

    assert daily is not None
    assert seldom is not None
    assert (daily.forecast.basis, seldom.forecast.basis) == ("daily", "register")
    assert seldom.used_kwh == pytest.approx(daily.used_kwh, rel=0.05)
    assert width(seldom) > 0.9 * width(daily)


def test_days_cut_out_of_ten_do_not_make_a_month_sure(tmp_path: Path, tools: Toolbox) -> None:
    month = asked(tools, found=counter(tmp_path, tools, every=10)).month

    assert month is not None
    assert width(month) > 0.25


def test_nothing_after_the_day_is_used(tmp_path: Path, tools: Toolbox) -> None:
    day = FIRST + timedelta(days=67)
    whole = counter(tmp_path, tools, every=4)
    until = counter(tmp_path, tools, every=4, days=64)

    later, then = (
        asked(tools, found=found, as_of=day, months=1).months[0].forecast
        for found in (whole, until)
    )

    assert later == then


def test_a_standing_of_that_midnight_was_known(tmp_path: Path, tools: Toolbox) -> None:
    cut = known_on(counter(tmp_path, tools, every=1), FIRST + timedelta(days=10))

    assert len(cut.cleaned.readings) == 10
    assert cut.cleaned.readings.total_kwh == pytest.approx(KWH[:10].sum(), abs=0.01)


def test_a_day_before_all_readings_is_refused(tmp_path: Path, tools: Toolbox) -> None:
    with pytest.raises(ReadingsRefusedError, match="readings-all-later"):
        known_on(counter(tmp_path, tools, every=1), FIRST)


def test_recibos_after_the_day_are_left_out(tools: Toolbox) -> None:
    day = date(2026, 6, 15)

    told = asked(tools, history=recibos(14), months=1, as_of=day).months[0]

    assert told.forecast.period.start == date(2026, 6, 1)
    assert told.known_months[-1] == date(2026, 5, 1)
    with pytest.raises(ForecastRequestError, match="forecast-recibos-later"):
        asked(tools, history=recibos(2), months=1, as_of=day)


@pytest.mark.parametrize("day", [1, 12, 15, 16, 17, 28, 31])
def test_a_home_that_never_changes_is_told_its_next_recibo(tools: Toolbox, day: int) -> None:
    read = reading_periods(date(2025, 10, day), months=12)
    history = [MonthlyUse(period=item, kwh=Decimal("2.2") * item.days) for item in read]

    told = asked(tools, history=history, months=1).months[0]

    assert (told.forecast.period.start, len(told.known_months)) == (read[-1].end, 12)
    assert told.forecast.mean_kwh / told.forecast.period.days == pytest.approx(2.2, rel=0.02)
    assert told.voucher is not None
    assert told.voucher.missing == ()


def test_recibos_of_a_meter_file_come_in_a_row_too(tmp_path: Path, tools: Toolbox) -> None:
    read = reading_periods(date(2025, 10, 16), months=12)
    rows = [f"{item.start}T00:00:00-05:00,{item.end}T00:00:00-05:00,80" for item in read]
    path = tmp_path / "recibos.csv"
    path.write_text("start,end,kwh\n" + "\n".join(rows), "utf-8")

    told = forecast_home(
        ForecastRequest(months=1),
        found=find_readings(str(path), tools=tools),
        home=None,
        connection=Connection(supply=SUPPLY),
        tools=tools,
        today=TODAY,
    ).months[0]

    assert (told.forecast.period.start, len(told.known_months)) == (date(2026, 10, 16), 12)


def test_the_voucher_is_told_of_twelve_calendar_months(tools: Toolbox) -> None:
    whole, holed = recibos(14), recibos(14)
    del holed[-3]

    all_known, one_missing = (
        asked(tools, history=history, months=1).months[0].voucher for history in (whole, holed)
    )

    assert all_known is not None
    assert all_known.chance is not None
    assert one_missing is not None
    assert (one_missing.chance, one_missing.missing) == (None, (date(2026, 8, 1),))


def test_months_far_ahead_count_those_told_before_them(tools: Toolbox) -> None:
    months = asked(tools, history=recibos(12), months=12).months

    chances = [month.voucher.chance for month in months if month.voucher]
    assert None not in chances
    assert len(chances) == 12


def test_the_last_day_counted_is_the_last_whole_one(tmp_path: Path, tools: Toolbox) -> None:
    month = asked(tools, found=counter(tmp_path, tools, every=1)).month

    assert month is not None
    assert month.known_until == FIRST + timedelta(days=DAYS - 1)


@pytest.mark.parametrize("days_before_end", [-3, 0, 5])
def test_a_page_and_a_command_tell_the_same_month_on_the_same_day(
    tmp_path: Path, tools: Toolbox, days_before_end: int
) -> None:
    found = counter(tmp_path, tools, every=1)
    today = FIRST + timedelta(days=DAYS - days_before_end)
    about = About(connection=Connection(supply=SUPPLY))

    known = understand_usage(found, about=about, tools=tools, as_of=today)
    page = month_of(known, tools=tools, today=today)
    command = forecast_home(
        ForecastRequest(month=True),
        found=found,
        home=None,
        connection=about.connection,
        tools=tools,
        today=today,
    )

    assert page.ahead is not None
    assert command.month is not None
    assert page.ahead.forecast == command.month.forecast
    assert page.ahead.used_by_day == command.month.used_by_day
    assert page.ahead.known_until < today


def test_a_page_is_told_why_there_is_no_month(tmp_path: Path, tools: Toolbox) -> None:
    found = counter(tmp_path, tools, every=1)
    known = understand_usage(found, about=About(), tools=tools, as_of=TODAY)

    month = month_of(known, tools=tools, today=FIRST - timedelta(days=9))

    assert month.ahead is None
    assert [issue.code for issue in month.issues] == ["forecast-readings-future"]


def test_a_day_of_nineteen_hours_is_known(tmp_path: Path, tools: Toolbox) -> None:
    month = asked(tools, found=logger(tmp_path, tools, kept=[(5, 24)])).month

    assert month is not None
    assert month.forecast.basis == "daily"
    assert (month.days_measured, month.days_lost) == (19, 0)
    assert month.known_until == FIRST + timedelta(days=DAYS - 1)


def test_what_nobody_measured_is_not_said_to_be_used(tmp_path: Path, tools: Toolbox) -> None:
    whole = asked(tools, found=logger(tmp_path, tools, kept=[(0, 24)])).month
    holed = asked(tools, found=logger(tmp_path, tools, kept=[(0, 9), (0, 24)])).month

    assert whole is not None
    assert holed is not None
    assert (holed.days_measured, holed.days_lost) == (10, 9)
    assert holed.used_kwh == pytest.approx(whole.used_kwh * 10 / 19)
    assert width(holed) * (holed.forecast.mean_kwh - holed.used_kwh) > 1.3 * width(whole) * (
        whole.forecast.mean_kwh - whole.used_kwh
    )
    texts = open_texts("es_PE")
    assert "en 10 de 19 días" in " ".join(month_sentences(holed, texts))


def test_days_lost_leave_less_below_a_limit(tmp_path: Path, tools: Toolbox) -> None:
    found = logger(tmp_path, tools, kept=[(0, 24), (0, 24), (0, 24), (0, 9)], days=66)

    month = asked(tools, found=found).month

    assert month is not None
    assert month.bill is not None
    limit = month.bill.crossings[-1]
    assert month.days_lost > 0
    assert 0 <= limit.kwh_left < float(limit.limit_kwh) - month.used_kwh


def test_a_recibo_tells_the_month_of_which_next_to_nothing_was_read(
    tmp_path: Path, tools: Toolbox
) -> None:
    ten = logger(tmp_path, tools, kept=[(8, 18)], days=1).cleaned.readings
    moment = Moment(today=TODAY, before_kwh_day=5.0)

    told = predict_month(ten, moment=moment, connection=None, tools=tools)

    assert told.forecast.basis == "recibo-and-days"
    assert told.forecast.mean_kwh == pytest.approx(155, rel=0.1)
    assert (told.used_kwh, told.days_measured) == (0.0, 0)
    with pytest.raises(MonthsError, match="month-end-nothing-known"):
        predict_month(ten, moment=Moment(today=TODAY), connection=None, tools=tools)


def test_readings_that_ended_long_ago_are_said_to_be_old(tmp_path: Path, tools: Toolbox) -> None:
    found = counter(tmp_path, tools, every=1)
    end = FIRST + timedelta(days=DAYS)

    fresh, old, later = (
        asked(tools, found=found, as_of=day).issues
        for day in (end, end + timedelta(days=20), date(2027, 3, 1))
    )

    assert fresh == ()
    assert [issue.code for issue in (*old, *later)] == ["forecast-readings-stale"] * 2
    assert old[0].parameters == {
        "last": end - timedelta(days=1),
        "days": 20,
        "day": end + timedelta(days=20),
    }


def test_a_meter_that_repeats_itself_is_not_said_to_be_read_seldom(
    tmp_path: Path, tools: Toolbox
) -> None:
    rows = [
        f"{FIRST + timedelta(days=hour // 24)}T{hour % 24:02d}:00:00-05:00,0.19"
        for hour in range(24 * DAYS)
    ]
    path = tmp_path / "igual.csv"
    path.write_text("timestamp,kwh\n" + "\n".join(rows), "utf-8")

    month = asked(tools, found=find_readings(str(path), tools=tools)).month

    assert month is not None
    assert month.forecast.basis == "register"
    assert "repiten el mismo valor" in basis_text(month, open_texts("es_PE"))
