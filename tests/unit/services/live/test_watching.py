"""Homes are watched in the transaction of their readings: nothing lost, nothing told twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.signed_people import PAIRS
from tests.watched_home import totals_of

from ahorraluz.core.live.arrivals import Tick
from ahorraluz.core.live.readings import LiveChannel, LiveReading, Quantity
from ahorraluz.core.live.state import State, read_state
from ahorraluz.core.live.step import fresh, run
from ahorraluz.core.readings.channels import Flow
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.healing import heal
from ahorraluz.services.live.home_rules import rules_of
from ahorraluz.services.live.watching import Watching
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.live.records import Device

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000)


@dataclass
class Place:
    """A home with a meter of two channels."""

    tools: Toolbox
    home: str
    register: LiveChannel
    power: LiveChannel
    watching: Watching = field(init=False)

    def __post_init__(self) -> None:
        self.watching = Watching(self.tools)

    def say(self, readings: Sequence[LiveReading], now: datetime, *, keeps: bool = True) -> None:
        """Take readings in as an intake does."""
        watched = self.watching.watch(readings, now)
        if keeps:
            self.tools.store.live.append(readings, as_of=now, watched=watched)
            self.watching.kept()

    def reading(self, at: datetime, mwh: int, watts: int = 300) -> list[LiveReading]:
        """Return what the meter says at a moment."""
        return [
            LiveReading(self.register.id, ms(at), mwh),
            LiveReading(self.power.id, ms(at), watts * 1_000),
        ]

    def state(self) -> State:
        """Return the state that is kept."""
        found = self.tools.store.live.watches.state(self.home)
        assert found is not None
        return read_state(found[1])

    def kinds(self) -> list[str]:
        """Return the kinds of the events that are kept, oldest first."""
        return [event.kind for event in reversed(self.tools.store.live.watches.events(self.home))]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tools = open_toolbox(Settings(data_dir=tmp_path))
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    devices = tools.store.live.devices
    device = Device(id="medidor", home=home, name="Medidor", dialect="", made_at=NOW)
    devices.add(device)
    register = devices.channel(device, "total", Flow.IMPORT, Quantity.REGISTER, as_of=NOW)
    power = devices.channel(device, "total", Flow.IMPORT, Quantity.POWER, as_of=NOW)
    yield Place(tools, home, register, power)
    tools.store.close()


def test_the_rules_of_a_kept_home_have_its_prices_and_its_month(place: Place) -> None:
    rules = rules_of(place.home, tools=place.tools, as_of=NOW)

    present = next(m for m in rules.months if m.start <= date(2026, 11, 26).toordinal() < m.end)
    assert present.ladder is not None
    assert present.ladder.cliffs() == tuple(
        limit.wh for limit in present.limits if limit.kind == "bracket"
    )
    assert 140_000 in present.ladder.cliffs()
    assert rules.expected is not None
    assert rules.expected.low_wh < rules.expected.middle_wh < rules.expected.high_wh
    assert [(role.register, role.energy, role.power) for role in rules.roles] == [
        (True, True, False),
        (False, False, True),
    ]
    assert [month.end for month in rules.months[:-1]] == [m.start for m in rules.months[1:]]


def test_readings_states_and_events_are_kept_together_or_not_at_all(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)
    place.say(place.reading(NOW + MINUTE, 5_000), NOW + MINUTE, keeps=False)

    assert place.state().channels[place.register.id].at == ms(NOW)
    place.say(place.reading(NOW + MINUTE, 5_000), NOW + MINUTE)

    assert place.state().channels[place.register.id].at == ms(NOW + MINUTE)
    assert sum(row[0] for row in place.state().days.values()) == 5_000 * 3_600_000


def test_latest_figures_are_those_that_boards_read(place: Place) -> None:
    for minute in range(12):
        now = NOW + minute * MINUTE
        place.say(place.reading(now, minute * 5_000), now)

    latest = {figure.name: figure for figure in place.tools.store.live.watches.now(place.home)}

    assert latest["power"].value == 300
    assert latest["today_energy"].value == 50
    assert {"month_cost", "end_cost_low", "end_cost_high", "next_kwh", "limit_day"} <= latest.keys()
    told = place.watching.now(place.home, NOW + 12 * MINUTE)
    assert told is not None
    assert told.next_kwh is not None


def left_on(place: Place, minutes: range) -> None:
    for minute in minutes:
        now = NOW + minute * 5 * MINUTE
        watts = 150 if minute < 3 else 1_650
        place.say(place.reading(now, minute * 10_000, watts), now)


def test_a_new_process_goes_on_where_the_last_one_stopped(place: Place) -> None:
    left_on(place, range(20))
    place.watching = Watching(place.tools)
    left_on(place, range(20, 60))

    assert place.kinds().count("left-on") == 1


def test_what_was_kept_and_not_stepped_is_caught_up_once(place: Place) -> None:
    left_on(place, range(10))
    for minute in range(10, 60):
        now = NOW + minute * 5 * MINUTE
        place.tools.store.live.append(place.reading(now, minute * 10_000, 1_650), as_of=now)
    later = NOW + 60 * 5 * MINUTE

    first = Watching(place.tools).catch_up(later)
    second = Watching(place.tools).catch_up(later)

    assert place.kinds().count("left-on") == 1
    assert (first, second) == (1, 0)
    assert sum(row[0] for row in place.state().days.values()) == 590_000 * 3_600_000


def test_a_home_that_was_never_watched_begins_with_what_the_store_has(place: Place) -> None:
    said = []
    for hour in range(30 * 24):
        at = NOW - timedelta(hours=30 * 24 - hour)
        said += place.reading(at, hour * 200_000)
    place.tools.store.live.append(said, as_of=NOW)

    place.watching.catch_up(NOW)

    state = place.state()
    assert state.plan is not None
    pairs = [r for r in said if r.channel == place.register.id]
    days, months = totals_of(state.plan, {place.register.id: pairs})
    assert {day: row[0] for day, row in state.days.items()} == {
        day: row[0] for day, row in days.items() if day in state.days
    }
    present = max(months)
    assert state.months[present] == months[present]
    assert len(state.days) == 16


def test_a_reading_from_long_ago_is_mended_with_the_next_tick(place: Place) -> None:
    for minute in range(40):
        now = NOW + minute * MINUTE
        place.say(place.reading(now, minute * 1_000), now)
    late = NOW + 2 * MINUTE + timedelta(seconds=30)
    place.say([LiveReading(place.register.id, ms(late), 2_900)], NOW + 40 * MINUTE)
    assert place.state().recount

    place.watching.tick(NOW + 41 * MINUTE)

    state = place.state()
    assert not state.recount
    said = [
        *(LiveReading(place.register.id, ms(NOW + m * MINUTE), m * 1_000) for m in range(40)),
        LiveReading(place.register.id, ms(late), 2_900),
    ]
    said.sort(key=lambda reading: reading.at_ms)
    assert state.plan is not None
    assert state.days == totals_of(state.plan, {place.register.id: said})[0]


@pytest.mark.parametrize("quantity", [Quantity.REGISTER, Quantity.POWER])
@pytest.mark.parametrize("cut", [7, 21, 44, 58])
def test_healing_at_any_moment_gives_the_totals_of_all_readings(
    place: Place, quantity: Quantity, cut: int
) -> None:
    chosen = place.register if quantity is Quantity.REGISTER else place.power
    other = place.power if chosen is place.register else place.register
    place.tools.store.live.devices.ignore(place.home, other.id, ignored=True)
    said = [
        LiveReading(chosen.id, ms(NOW + m * MINUTE), (m * 977) % 5_000 + m * 10)
        for m in range(0, 120, 3)
    ]
    before = [r for r in said if r.at_ms <= ms(NOW + cut * MINUTE)]
    place.tools.store.live.append(before, as_of=NOW + cut * MINUTE)
    rules = rules_of(place.home, tools=place.tools, as_of=NOW)

    healed = heal(fresh(), rules, tools=place.tools, as_of=NOW + cut * MINUTE)

    rest = [arrival for one in said[len(before) :] for arrival in (Tick(one.at_ms), one)]
    state, _ = run(healed.state, rest)
    assert state.plan is not None
    assert state.days == totals_of(state.plan, {chosen.id: said})[0]


def test_a_new_channel_is_watched_from_its_first_reading(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)
    devices = place.tools.store.live.devices
    plug = Device(id="enchufe", home=place.home, name="Terma", dialect="", made_at=NOW)
    devices.add(plug)
    circuit = devices.channel(plug, "a", Flow.CIRCUIT, Quantity.POWER, as_of=NOW)

    place.say([LiveReading(circuit.id, ms(NOW + MINUTE), 900_000)], NOW + MINUTE)

    plan = place.state().plan
    assert plan is not None
    assert plan.roles[circuit.id].circuit == "Terma"
    assert place.state().channels[circuit.id].value == 900_000


def test_channels_that_its_people_left_out_do_not_count(place: Place) -> None:
    place.tools.store.live.devices.ignore(place.home, place.register.id, ignored=True)

    rules = rules_of(place.home, tools=place.tools, as_of=NOW)

    assert [(role.channel, role.energy) for role in rules.roles] == [(place.power.id, True)]


def test_rules_are_made_anew_every_day(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)
    tomorrow = NOW + timedelta(days=1)

    place.watching.tick(tomorrow)

    plan = place.state().plan
    assert plan is not None
    assert plan.rules.made_ms == ms(tomorrow)


def test_time_alone_tells_of_silence_and_is_kept(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)

    for minute in range(1, 40):
        place.watching.tick(NOW + minute * MINUTE)

    assert place.kinds() == ["silent"]
    assert place.state().marks["silent:medidor"] == ms(NOW)


def test_a_home_that_was_forgotten_is_watched_no_more(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)
    forget_home(place.home, tools=place.tools)

    place.say(place.reading(NOW + MINUTE, 1_000), NOW + MINUTE)
    place.watching.tick(NOW + timedelta(hours=2))

    assert place.tools.store.live.watches.state(place.home) is None
    assert place.kinds() == []


def test_a_state_that_cannot_be_read_is_counted_anew(place: Place) -> None:
    from ahorraluz.store.live.watching import Watched

    place.say(place.reading(NOW, 0), NOW)
    place.say(place.reading(NOW + MINUTE, 9_000), NOW + MINUTE)
    broken = Watched(home=place.home, version=99, state=b"\n[]")
    place.tools.store.live.watches.keep([broken], at_ms=ms(NOW))
    place.watching = Watching(place.tools)

    place.say(place.reading(NOW + 2 * MINUTE, 10_000), NOW + 2 * MINUTE)

    assert sum(row[0] for row in place.state().days.values()) == 10_000 * 3_600_000


def test_one_follows_what_several_take_in(place: Place) -> None:
    live = place.tools.store.live
    follower = Watching(place.tools)

    for minute in range(60):
        now = NOW + minute * 5 * MINUTE
        watts = 150 if minute < 3 else 1_650
        seen = {"medidor": ms(now)}
        live.append(place.reading(now, minute * 10_000, watts), as_of=now, seen=seen)
        follower.follow(now)
    late = [LiveReading(place.register.id, ms(NOW + 17 * MINUTE), 38_000)]
    end = NOW + timedelta(hours=5, minutes=5)
    live.append(late, as_of=end, seen={"medidor": ms(end)})
    follower.follow(end)

    assert place.kinds().count("left-on") == 1
    said = [LiveReading(place.register.id, ms(NOW + m * 5 * MINUTE), m * 10_000) for m in range(60)]
    said = sorted([*said, *late], key=lambda reading: reading.at_ms)
    state = place.state()
    assert state.plan is not None
    assert state.days == totals_of(state.plan, {place.register.id: said})[0]


def test_what_was_heard_here_is_not_followed_and_what_others_heard_is(place: Place) -> None:
    live = place.tools.store.live
    follower = Watching(place.tools)
    seen = {"medidor": ms(NOW)}
    live.append(place.reading(NOW, 0, 150), as_of=NOW, seen=seen)

    follower.follow(NOW, heard=seen)
    before = follower.now(place.home, NOW)
    follower.follow(NOW, heard={"medidor": ms(NOW) - 1})

    assert before is None
    assert follower.now(place.home, NOW) is not None


def test_the_power_of_boards_is_that_of_the_newest_reading(place: Place) -> None:
    place.say(place.reading(NOW, 0, 300), NOW)
    place.say(place.reading(NOW + MINUTE / 2, 10, 900), NOW + MINUTE / 2)

    latest = {figure.name: figure for figure in place.tools.store.live.watches.now(place.home)}

    assert (latest["power"].value, latest["power"].unit) == (900, "W")


def test_of_very_many_homes_states_are_kept_once_a_minute_and_nothing_is_lost(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ahorraluz.services.live.watching.KEPT_AT_ONCE", 0)
    step = timedelta(seconds=20)
    place.say(place.reading(NOW, 0, 150), NOW)
    for turn in range(1, 6):
        now = NOW + turn * step
        place.say(place.reading(now, turn * 1_000, 150), now)
    kept = place.state().channels[place.register.id].at

    place.watching = Watching(place.tools)
    now = NOW + 6 * step
    place.say(place.reading(now, 6_000, 150), now)

    assert kept == ms(NOW + 3 * step)
    told = place.watching.now(place.home, now)
    assert told is not None
    assert told.month_wh == 6
    place.say([LiveReading(place.register.id, ms(NOW + step / 2), 600)], now)
    state = place.state()
    assert state.plan is not None
    assert sum(row[0] for row in state.days.values()) == 6_000 * 3_600_000


def test_a_batch_that_was_not_kept_is_stepped_again_as_if_it_had_not_been(place: Place) -> None:
    place.say(place.reading(NOW, 0), NOW)
    again = place.reading(NOW + MINUTE, 5_000)
    place.say(again, NOW + MINUTE, keeps=False)
    place.say(again, NOW + 2 * MINUTE)
    once = place.state().days

    assert sum(row[0] for row in once.values()) == 5_000 * 3_600_000
