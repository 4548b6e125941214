"""The page of a home as it is now."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of
from tests.watched_home import near_a_limit

from ahorraluz.services.live.devices import DeviceWish, let_in
from ahorraluz.services.live.showing import Slice, figures_now, live_home
from ahorraluz.services.live.taking_in import Incoming, Intake
from ahorraluz.services.live.watching import Watching, watched_of
from ahorraluz.store.live.records import NewEvent
from ahorraluz.web.households import live
from ahorraluz.web.households.live_picture import draw_day
from ahorraluz.web.page import this_moment


def hears(person: Resident, now: datetime, *, minutes: int = 90, watts: int = 300) -> None:
    """Let a meter of a home write every minute, until now."""
    meter = let_in(
        person.home, DeviceWish(name="<b>Medidor</b>"), tools=person.tools, as_of=now
    ).device
    begin = now - timedelta(minutes=minutes)
    messages = []
    for minute in range(minutes + 1):
        at = begin + timedelta(minutes=minute)
        body = {
            "Time": at.isoformat(timespec="seconds"),
            "ENERGY": {"Power": watts, "Total": round(100 + watts * minute / 60_000, 6)},
        }
        messages.append(
            Incoming(
                f"ahorraluz/{meter.id}/tele/SENSOR",
                json.dumps(body).encode(),
                int(at.timestamp() * 1000),
            )
        )
    Intake(person.tools, clock=lambda: now).take(messages)
    person.tools.store.live.close_up_to(now)


def test_a_home_without_devices_is_told_how_to_begin(rosa: Resident) -> None:
    said = words_of(rosa.page("/en-vivo"))

    assert "Todavía no hay nada que mostrar." in said
    assert "Conectar o cambiar aparatos" in said


def test_power_today_and_month_are_shown_also_where_nobody_watches(
    rosa: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At noon of Lima: a day that has just begun has no line yet.
    noon = this_moment().replace(hour=17, minute=0)
    monkeypatch.setattr(live, "this_moment", lambda: noon)
    hears(rosa, noon)

    html = rosa.page("/en-vivo")

    said = words_of(html)
    assert "300 W" in said
    assert "Este mes van" in said
    assert 'class="line"' in html
    assert "<b>Medidor</b>" not in html


def test_what_is_shown_is_what_a_watch_says(rosa: Resident) -> None:
    now = this_moment()
    hears(rosa, now)
    shown = figures_now(rosa.home, tools=rosa.tools, as_of=now)

    watching = Watching(rosa.tools)
    watching.catch_up(now)
    watched = watching.now(rosa.home, now)

    assert shown is not None
    assert watched is not None
    # Of power a watch knows what comes from now on.
    assert replace(shown, power_w=None) == replace(watched, power_w=None)


def test_readings_that_no_watch_has_stepped_yet_are_in_the_figures(rosa: Resident) -> None:
    now = this_moment()
    hears(rosa, now - timedelta(minutes=30))
    Watching(rosa.tools).catch_up(now - timedelta(minutes=30))
    device = rosa.tools.store.live.devices.of_home(rosa.home)[0].id
    body = b'{"ENERGY": {"Power": 1234, "Total": 100.5}}'
    sent = Incoming(f"ahorraluz/{device}/tele/SENSOR", body, int(now.timestamp() * 1000))
    Intake(rosa.tools, clock=lambda: now).take([sent])

    shown = figures_now(rosa.home, tools=rosa.tools, as_of=now)

    assert shown is not None
    assert shown.power_w == 1234


def test_the_limit_the_end_and_the_next_kwh_are_told(rosa: Resident) -> None:
    now = this_moment()
    state, events = near_a_limit(now)
    watched = watched_of(rosa.home, state, events)
    rosa.tools.store.live.watches.keep([watched], at_ms=int(now.timestamp() * 1000))

    said = words_of(rosa.page("/en-vivo"))

    assert "Faltan para el límite 2 kWh" in said
    assert "Para no pasar los 140 kWh, usa hasta" in said
    assert "El siguiente kWh cuesta S/" in said
    assert "El mes terminaría en S/" in said


def test_what_was_noticed_last_is_told_in_words(rosa: Resident) -> None:
    now_ms = int(this_moment().timestamp() * 1000)
    state, _ = near_a_limit(this_moment())
    figures = {"power_w": 1500, "since_ms": now_ms - 3_600_000, "on_min": 60, "circuit": "<i>x</i>"}
    event = NewEvent(kind="left-on", at_ms=now_ms, content={"figures": figures})
    watched = replace(watched_of(rosa.home, state, ()), events=(event,))
    rosa.tools.store.live.watches.keep([watched], at_ms=now_ms)

    html = rosa.page("/en-vivo")

    assert "Algo sigue prendido" in words_of(html)
    assert "ahora con 1.5 kW" in words_of(html)
    assert "<i>x</i>" not in html


def test_the_page_that_asks_again_gets_the_same(rosa: Resident) -> None:
    hears(rosa, this_moment())

    answer = rosa.client.get(f"/hogares/{rosa.home}/en-vivo/ahora.json")

    document = json.loads(unpacked(answer))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "300</strong> W" in document["html"]
    assert "<html" not in document["html"]
    page = rosa.page("/en-vivo")
    assert f'data-from="/hogares/{rosa.home}/en-vivo/ahora.json"' in page
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page


def test_english_is_spoken(rosa: Resident) -> None:
    hears(rosa, this_moment())

    html = unpacked(rosa.client.get(f"/hogares/{rosa.home}/en-vivo?lang=en"))

    assert "This month so far" in html


def test_only_who_may_read_the_home_sees_it(rosa: Resident, town: Town) -> None:
    hears(rosa, this_moment())
    helper, other = town.helper_of(rosa), town.resident()

    for path in (f"/hogares/{rosa.home}/en-vivo", f"/hogares/{rosa.home}/en-vivo/ahora.json"):
        assert helper.client.get(path).status_code == 200
        assert other.client.get(path).status_code == 404
        assert town.app.test_client().get(path).status_code == 303
    assert "Conectar o cambiar aparatos" not in helper.page("/en-vivo")


def test_the_home_page_leads_to_both(rosa: Resident) -> None:
    html = rosa.page("")

    assert f"/hogares/{rosa.home}/en-vivo" in html
    assert f"/hogares/{rosa.home}/aparatos" in html


@pytest.mark.parametrize("power", [None, 0, 500])
def test_a_day_is_drawn_within_its_frame(power: int | None) -> None:
    slices = [Slice(900 * n, 900 * (n + 1), n * 10**9, 900_000) for n in (0, 1, 2, 9, 10)]

    picture = draw_day(slices, midnight_s=0, now_s=900 * 12, power_w=power)

    assert picture.path.count("M") == 2
    numbers = [float(n) for n in picture.path.replace("M", " ").replace("L", " ").split()]
    assert all(picture.left <= x <= picture.right for x in numbers[::2])
    assert all(picture.top <= y <= picture.bottom for y in numbers[1::2])
    assert (picture.now_x is None) is (power is None)


def test_a_mean_is_of_the_time_that_was_measured() -> None:
    half = Slice(0, 900, energy_uj=300_000 * 450_000, measured_ms=450_000)

    assert half.mean_w == 300.0
    assert half.kwh == pytest.approx(0.0375)
    assert Slice(0, 900, 0, 0).mean_w == 0


def test_a_home_that_is_told_nothing_is_shown_all_the_same(rosa: Resident) -> None:
    seen = live_home(rosa.home, tools=rosa.tools, as_of=this_moment())

    assert (seen.figures, seen.curve, seen.devices, seen.events) == (None, (), (), ())
