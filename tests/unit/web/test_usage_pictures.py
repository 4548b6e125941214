"""Pictures of measured use: the right place for every number, and no more than fits."""

import base64
import re
import struct
import zlib
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ahorraluz.web.fan_picture import draw_fan
from ahorraluz.web.usage_pictures import (
    BOTTOM,
    DAY_HEIGHT,
    LEFT,
    MONTH_HEIGHT,
    PLOT,
    RIGHT,
    TOP,
    UNKNOWN,
    WIDTH,
    HeatMap,
    Tick,
    draw_days,
    draw_heat_map,
    draw_months,
)

NAMES = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "set", "oct", "nov", "dic")


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=place) for place in range(count)]


def pixels(heat: HeatMap) -> NDArray[np.uint8]:
    """Return the pixels of the picture, read as any browser reads it, shape (hours, days, 3)."""
    data = base64.b64decode(heat.image.removeprefix("data:image/png;base64,"))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, content = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + content)
        chunks[kind] = content
        place += 12 + length
    width, height, *form = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert form == [8, 2, 0, 0, 0]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 3)


def inside(ticks: tuple[Tick, ...], low: float, high: float) -> bool:
    return all(low <= tick.at <= high for tick in ticks)


# --- the year ----------------------------------------------------------------------------------


def test_every_hour_of_every_day_is_one_pixel() -> None:
    power = np.zeros((30, 24))
    power[3, 7] = 2.0
    power[5, 0] = np.nan

    heat = draw_heat_map(power, days_from(date(2026, 1, 1), 30), month_names=NAMES)

    picture = pixels(heat)
    assert picture.shape == (24, 30, 3)
    assert tuple(picture[0, 5]) == UNKNOWN
    others = {tuple(int(part) for part in cell) for cell in picture.reshape(-1, 3)}
    assert len(others) == 3
    assert tuple(picture[7, 3]) != tuple(picture[7, 4])


def test_more_power_is_darker_and_one_oven_does_not_pale_the_rest() -> None:
    rng = np.random.default_rng(1)
    power = rng.uniform(0, 1, (200, 24))
    power[0, 0] = 50.0

    heat = draw_heat_map(power, days_from(date(2026, 1, 1), 200), month_names=NAMES)

    assert heat.most_kw <= 1.0
    light = pixels(heat).astype(int).sum(axis=2).T
    # The strongest colour is of another hue, so light is compared below it.
    below = power < 0.75 * heat.most_kw
    order = np.argsort(power[below])
    assert np.corrcoef(power[below][order], light[below][order])[0, 1] < -0.95


@given(
    count=st.integers(1, 800),
    first=st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    known=st.floats(0, 1),
)
def test_months_are_named_where_they_begin_and_never_too_many(
    count: int, first: date, known: float
) -> None:
    days = days_from(first, count)
    rng = np.random.default_rng(count)
    power = np.where(rng.random((count, 24)) < known, rng.random((count, 24)), np.nan)

    heat = draw_heat_map(power, days, month_names=NAMES)

    assert heat.days == count
    assert len(heat.month_ticks) <= 19
    assert inside(heat.month_ticks, LEFT, WIDTH - RIGHT)
    places = [tick.at for tick in heat.month_ticks]
    assert places == sorted(places)
    for tick in heat.month_ticks:
        day = days[round((tick.at - LEFT) / PLOT * count)]
        assert NAMES[day.month - 1] == tick.label


def test_a_home_that_used_nothing_has_a_picture_too() -> None:
    heat = draw_heat_map(np.zeros((2, 24)), days_from(date(2026, 1, 1), 2), month_names=NAMES)

    assert heat.most_kw == 1.0
    assert len({tuple(cell) for cell in pixels(heat).reshape(-1, 3)}) == 1


def test_the_scale_runs_from_little_to_much() -> None:
    heat = draw_heat_map(np.ones((2, 24)), days_from(date(2026, 1, 1), 2), month_names=NAMES)

    assert len(heat.scale) == 6
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in heat.scale)
    assert tuple(pixels(heat)[0, 0]) == tuple(bytes.fromhex(heat.scale[-1][1:]))


# --- days --------------------------------------------------------------------------------------


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.-]+)", path)]


@given(st.lists(st.floats(0, 100), min_size=24, max_size=24))
def test_a_day_stays_inside_its_picture(kw: list[float]) -> None:
    picture = draw_days([("todos", np.array(kw))], peak_hours=(18, 23))

    (curve,) = picture.curves
    drawn = points(curve.path)
    assert len(drawn) == 48
    assert all(LEFT <= x <= WIDTH - RIGHT for x, _ in drawn)
    assert all(TOP - 0.1 <= y <= DAY_HEIGHT - BOTTOM for _, y in drawn)
    assert curve.kw == tuple(kw)


def test_the_highest_hour_is_drawn_highest_and_zero_on_the_ground() -> None:
    kw = np.zeros(24)
    kw[20] = 3.0

    picture = draw_days([("todos", kw)], peak_hours=(18, 23))

    drawn = points(picture.curves[0].path)
    top = min(y for _, y in drawn)
    at = {x for x, y in drawn if y == top}
    assert at == {round(LEFT + hour * PLOT / 24, 1) for hour in (20, 21)}
    assert max(y for _, y in drawn) == picture.bottom == picture.y_ticks[0].at


def test_the_peak_hours_are_set_off_where_they_are() -> None:
    picture = draw_days([("todos", np.ones(24))], peak_hours=(18, 23))

    assert picture.peak_x == pytest.approx(LEFT + 18 * PLOT / 24, abs=0.1)
    assert picture.peak_width == pytest.approx(5 * PLOT / 24, abs=0.1)


def test_hours_nobody_knows_are_drawn_on_the_ground() -> None:
    kw = np.full(24, np.nan)
    kw[:6] = 1.0

    picture = draw_days([("todos", kw)], peak_hours=(18, 23))

    assert "nan" not in picture.curves[0].path
    assert inside(picture.y_ticks, TOP, picture.bottom)


# --- months ------------------------------------------------------------------------------------


@given(
    kwh=st.lists(st.floats(0, 2000), min_size=1, max_size=24),
    base=st.floats(0, 1),
    limit=st.none() | st.floats(1, 3000),
)
def test_bars_stay_inside_and_in_order(kwh: list[float], base: float, limit: float | None) -> None:
    months = [
        (date(2024 + place // 12, place % 12 + 1, 1), value, value * base, False)
        for place, value in enumerate(kwh)
    ]

    picture = draw_months(months, limit_kwh=limit)

    assert [bar.kwh for bar in picture.bars] == kwh
    for bar, following in zip(picture.bars, picture.bars[1:], strict=False):
        assert bar.x + bar.width <= following.x
    for bar in picture.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH - RIGHT
        assert TOP - 0.1 <= bar.y <= bar.base_y <= MONTH_HEIGHT - BOTTOM
    if picture.limit_y is not None:
        assert TOP - 0.1 <= picture.limit_y <= MONTH_HEIGHT - BOTTOM
    assert (picture.limit_y is None) == (picture.limit_kwh is None)


@pytest.mark.parametrize(("limit", "shown"), [(140.0, True), (200.0, True), (201.0, False)])
def test_a_limit_far_above_every_month_is_left_out(limit: float, shown: bool) -> None:
    picture = draw_months([(date(2026, 1, 1), 100.0, 30.0, True)], limit_kwh=limit)

    assert (picture.limit_kwh == limit) is shown
    assert picture.bars[0].partial


def test_a_base_above_the_month_is_drawn_no_higher() -> None:
    (bar,) = draw_months([(date(2026, 1, 1), 10.0, 50.0, False)], limit_kwh=None).bars

    assert bar.base_y == bar.y


@given(most=st.floats(0.001, 100_000))
@example(most=9.0)  # steps of 2.5, which whole numbers cannot say
def test_an_axis_has_a_few_round_numbers(most: float) -> None:
    picture = draw_days([("todos", np.full(24, most))], peak_hours=(18, 23))

    labels = [float(tick.label) for tick in picture.y_ticks]
    steps = np.diff(labels)
    assert 2 <= len(labels) <= 6
    assert labels[0] == 0
    assert labels[-1] >= most * 0.999
    assert steps == pytest.approx([steps[0]] * len(steps))


def test_the_fan_begins_above_what_was_measured_by_what_lost_days_took() -> None:
    pictures = [
        draw_fan(
            [4.0, 4.0, 4.0, 8.0],
            10,
            start=date(2026, 11, 1),
            ends_kwh=(30.0, 40.0, 50.0),
            limit_kwh=None,
            lost_days=lost,
        )
        for lost in (0, 1, 2)
    ]

    measured = pictures[0].path.rpartition("L")[2]
    begins = [picture.middle.removeprefix("M").partition("L")[0] for picture in pictures]
    heights = [float(place.split()[1]) for place in begins]
    assert begins[0] == measured
    assert heights[2] < heights[1] < heights[0]
