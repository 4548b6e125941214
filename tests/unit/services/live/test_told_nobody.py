"""Who left, may not see a home or cannot read it is told nothing, and holds up nobody else."""

import logging

import pytest
from tests.told_people import SECRET, Told, became

from ahorraluz.core.live.events import Kind
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.export_live import live_tables
from ahorraluz.services.forget_home import forget_home
from ahorraluz.services.live.sending import Outcome
from ahorraluz.store.database import Store
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import NewEvent
from ahorraluz.store.live.records import Told as Became
from ahorraluz.store.live.watching import Watched


def test_a_home_that_is_forgotten_is_told_nobody(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    forget_home(told.home, tools=told.service.tools)

    assert told.tell() == 0
    assert told.post.sent == []


def test_a_home_that_is_forgotten_between_looking_and_sending_is_told_nobody(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    teller = told.teller()
    looked = told.service.tools.store.live.watches.waiting(at_ms=told.now_ms)
    (reader,) = teller._readers(told.home)
    parcels = list(teller._parcels(reader, looked, teller._past(told.home, reader, told.now_ms)))
    forget_home(told.home, tools=told.service.tools)

    assert teller._hand_out(parcels) == 0
    assert told.post.sent == []


def test_who_may_not_see_the_home_any_more_is_not_told_and_their_address_is_erased(
    told: Told,
) -> None:
    households = told.service.tools.store.people.households
    luis = told.service.signed(Role.RESIDENT)
    households.grant(told.home, luis.id, Reach.VIEWER, as_of=told.clock.at)
    told.wishes(luis, ways=[told.way(topic="luis")])
    told.clock.go_on(minutes=1)
    told.happens(Kind.LEFT_ON)
    told.tell()
    assert ("ntfys://luis",) in [ways for _, ways in told.post.sent]

    told.post.sent.clear()
    households.end_reach(told.home, luis.id)
    told.happens(Kind.LEFT_ON)
    told.tell()

    assert [ways for _, ways in told.post.sent] == [(f"ntfys://{SECRET}",)]
    assert luis.id not in told.service.tools.store.live.telling.wishes(told.home)


def test_a_consultant_whom_nobody_lets_in_is_not_told(told: Told) -> None:
    helper = told.service.signed(Role.CONSULTANT)
    told.service.tools.store.people.households.grant(
        told.home, helper.id, Reach.CONSULTANT, as_of=told.clock.at
    )
    told.wishes(helper, ways=[told.way(topic="asesor")])
    told.clock.go_on(minutes=1)
    told.happens(Kind.LEFT_ON)

    told.tell()

    assert [ways for _, ways in told.post.sent] == [(f"ntfys://{SECRET}",)]


def test_an_account_that_is_suspended_is_not_told(told: Told) -> None:
    told.service.tools.store.people.accounts.suspend(told.rosa.id, at=told.clock.at)
    told.happens(Kind.LEFT_ON)

    assert told.tell() == 0


def test_who_is_told_reads_their_own_language(told: Told) -> None:
    told.wishes(language="en")
    told.happens(Kind.LEFT_ON)

    told.tell()

    assert told.post.sent[0][0].title != "AhorraLuz: Algo sigue prendido"
    assert "has been on" in told.post.bodies[0]


def test_names_of_devices_call_nobody_and_draw_no_link(told: Told) -> None:
    told.happens(
        Kind.LEFT_ON, device="@everyone <!channel>\n[pulsa](https://malo.pe) {0.__class__}"
    )

    told.tell()

    (body,) = told.post.bodies
    assert "@everyone" not in body
    assert not set("<>[]\n") & set(body)
    assert "{0.__class__}" in body


def test_no_address_is_written_to_the_log(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    told.post.outcomes[f"ntfys://{SECRET}"] = [Outcome.FAILED]
    told.happens(Kind.LEFT_ON)

    with caplog.at_level(logging.DEBUG):
        told.tell()

    assert SECRET not in caplog.text
    assert SECRET not in repr(told.wishes())


def test_an_event_that_this_version_cannot_say_holds_up_no_other(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    watched = Watched(
        home=told.home,
        version=1,
        state=b"{}",
        events=(
            NewEvent(
                kind="left-on", at_ms=told.now_ms, content={"weight": "notice", "figures": {}}
            ),
        ),
    )
    told.service.tools.store.live.watches.keep([watched], at_ms=told.now_ms)

    assert told.tell() == 1
    assert "«Plancha»" in told.post.bodies[0]


def test_a_home_that_cannot_be_looked_at_holds_up_no_other(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = told.service.home_of(told.rosa)
    told.happens(Kind.LEFT_ON)
    first, told.home = told.home, other
    told.wishes(ways=[told.way("Otro", topic="otro")])
    told.clock.go_on(minutes=1)
    told.happens(Kind.LEFT_ON)
    whole = Store.zone

    def broken(store: Store, home: str) -> str:
        if home == first:
            raise StoreError("home-unknown", home=home)
        return whole(store, home)

    monkeypatch.setattr(Store, "zone", broken)

    assert told.tell() == 1
    assert [ways for _, ways in told.post.sent] == [("ntfys://otro",)]


def test_who_takes_their_data_along_gets_no_secret_of_a_way(told: Told) -> None:
    tables = {
        name: list(rows)
        for name, _, rows in live_tables(told.home, told.rosa.id, tools=told.service.tools)
    }

    ((text,),) = tables["avisos-pedidos.csv"]
    assert "Mi celular" in str(text)
    assert SECRET not in str(text)


def test_events_of_a_home_that_stays_unreadable_are_given_up_in_the_end(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(store: Store, home: str) -> str:
        raise StoreError("home-unknown", home=home)

    monkeypatch.setattr(Store, "zone", broken)
    told.happens(Kind.LEFT_ON)
    told.tell()
    assert became(told) == [Became.WAITING]

    told.clock.go_on(days=3)
    told.tell()

    assert became(told) == [Became.FAILED]
