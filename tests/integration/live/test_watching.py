"""What watches found, who was told, and figures of boards: on both databases."""

from dataclasses import replace

import sqlalchemy
from tests.live_homes import NOW, NOW_MS

from ahorraluz.store.database import Store
from ahorraluz.store.live.records import (
    Figure,
    ModelFigure,
    NewEvent,
    Now,
    Sent,
    Told,
)
from ahorraluz.store.live.watching import Watched
from ahorraluz.store.vault import Vault


def test_states_and_events_are_kept_together(store: Store) -> None:
    event = NewEvent(kind="cliff", at_ms=NOW_MS, content={"kwh": "138,2"}, cents=1_250)
    first = Watched(home="casa", version=1, state=b"{1}", events=(event,))
    gone = replace(first, home="nobody")

    store.live.watches.keep([first, gone], at_ms=NOW_MS)
    store.live.append([], as_of=NOW, watched=[replace(first, version=2, state=b"{2}", events=())])

    assert store.live.watches.state("casa") == (2, b"{2}")
    assert store.live.watches.states(["casa", "nobody"]) == {"casa": (2, b"{2}")}
    (found,) = store.live.watches.events("casa")
    assert (found.kind, found.content, found.cents) == ("cliff", {"kwh": "138,2"}, 1_250)
    assert (found.told, found.made_ms) == (Told.WAITING, NOW_MS)


def test_an_event_waits_until_it_may_be_told(store: Store) -> None:
    quiet = NewEvent(kind="peak", at_ms=NOW_MS, content={}, not_before_ms=NOW_MS + 100)
    store.live.watches.keep([Watched(home="casa", version=1, state=b"", events=(quiet,))], at_ms=1)
    (event,) = store.live.watches.events("casa")

    early = store.live.watches.waiting(at_ms=NOW_MS + 99)
    on_time = store.live.watches.waiting(at_ms=NOW_MS + 100)
    store.live.watches.settle(event.id, Told.WAITING, not_before_ms=NOW_MS + 500)
    later = store.live.watches.waiting(at_ms=NOW_MS + 100)
    store.live.watches.settle(event.id, Told.TOLD)

    assert (early, on_time, later) == ((), (event,), ())
    assert store.live.watches.waiting(at_ms=2**60) == ()
    assert store.live.watches.events("casa", since_ms=NOW_MS + 1) == ()
    assert store.live.watches.drop_events(before_ms=NOW_MS + 1) == 1


def test_the_latest_figures_replace_those_before(store: Store) -> None:
    def keep(*now: Now) -> None:
        watched = Watched(home="casa", version=1, state=b"", now=now)
        store.live.watches.keep([watched], at_ms=NOW_MS)

    power = Now(name="power", at_ms=1, value=230_000, unit="mW")
    keep(power, Now(name="month_cost", at_ms=1, value=5_020, unit="céntimo"))
    keep(replace(power, at_ms=2, value=0))

    found = {one.name: (one.at_ms, one.value) for one in store.live.watches.now("casa")}
    assert found == {"power": (2, 0), "month_cost": (1, 5_020)}


def test_figures_of_days_and_models_replace_those_before(store: Store) -> None:
    day = Figure(day="2026-11-26", name="energy", middle=4.5, unit="kWh")
    model = ModelFigure(at_s=1, model="m", name="mase", horizon_h=24, value=0.8, homes=9, unit="")

    store.live.figures.keep("casa", [day, replace(day, label="fridge", middle=1.0)])
    store.live.figures.keep("casa", [replace(day, middle=4.6, low=4.0)])
    store.live.figures.keep("nobody", [day])
    store.live.figures.keep_of_models([model, replace(model, horizon_h=48)])
    store.live.figures.keep_of_models([replace(model, value=0.7)])

    kept = store.live.figures.of_home("casa", since_day="2026-11-01")
    assert [(one.label, one.middle, one.low) for one in kept] == [
        ("", 4.6, 4.0),
        ("fridge", 1.0, None),
    ]
    assert store.live.figures.of_home("casa", since_day="2026-11-27") == ()
    assert [one.value for one in store.live.figures.of_models()] == [0.7, 0.8]


def test_wishes_are_read_with_the_key_of_the_account_only(store: Store, vault: Vault) -> None:
    with store._writing() as connection:
        connection.execute(
            sqlalchemy.text(
                "INSERT INTO accounts (id, name_index, sealed, role, language, password, created_s)"
                " VALUES ('ana', 'i', :sealed, 'resident', 'es', 'p', 0)"
            ),
            {"sealed": b"x"},
        )
    vault.make("account:ana")
    wishes = {"to": ["tgram://secret/1"], "quiet": [22, 7]}
    store.live.telling.wish("ana", "casa", {"to": []}, as_of=NOW)
    store.live.telling.wish("ana", "casa", wishes, as_of=NOW)
    event = NewEvent(kind="peak", at_ms=NOW_MS, content={})
    store.live.watches.keep([Watched(home="casa", version=1, state=b"", events=(event,))], at_ms=1)
    (kept,) = store.live.watches.events("casa")
    sent = Sent(event=kept.id, home="casa", account="ana", way="h", at_ms=NOW_MS, outcome="failed")

    store.live.telling.note(sent)
    store.live.telling.note(replace(sent, outcome="sent", attempts=2))

    assert store.live.telling.wishes("casa") == {"ana": wishes}
    assert store.live.telling.sent(account="ana") == (replace(sent, outcome="sent", attempts=2),)
    assert store.live.telling.sent(event=kept.id, since_ms=NOW_MS + 1) == ()
    store.people.accounts.remove("ana")
    assert store.live.telling.wishes("casa") == {}
    assert store.live.telling.sent(event=kept.id) == ()
