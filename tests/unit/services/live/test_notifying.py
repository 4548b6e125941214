"""People are told once in each way, when they wish it, and nobody else is."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.told_people import SECRET, Told, became

from ahorraluz.core.live.events import Kind, Weight
from ahorraluz.services.live.due import BACK_OFF_MIN
from ahorraluz.services.live.sending import Outcome
from ahorraluz.store.live.records import Told as Became

NIGHT = datetime(2026, 11, 25, 4, tzinfo=UTC)
"""Eleven in the evening in Lima."""
MORNING = datetime(2026, 11, 25, 12, 0, 30, tzinfo=UTC)
"""Half a minute after seven."""


def test_an_event_is_told_once_with_its_soles(told: Told) -> None:
    told.happens(Kind.LEFT_ON)

    assert [told.tell(), told.tell(), told.tell()] == [1, 0, 0]
    ((message, ways),) = told.post.sent
    assert message.title == "AhorraLuz: Algo sigue prendido"
    assert "«Plancha» está prendido" in message.body
    assert "Cada hora prendido cuesta S/ 0.85." in message.body
    assert ways == (f"ntfys://{SECRET}",)
    assert became(told) == [Became.TOLD]


def test_what_nobody_wished_is_told_nobody(told: Told) -> None:
    told.wishes(groups=["limits"])
    told.happens(Kind.LEFT_ON, Kind.DAY)
    told.happens(Kind.LIMIT_NEAR, weight=Weight.NOTE)

    assert told.tell() == 0
    assert told.post.sent == []
    assert set(became(told)) == {Became.DROPPED}


def test_summaries_are_told_to_who_wants_them(told: Told) -> None:
    told.wishes(groups=["day"])
    told.happens(Kind.DAY, Kind.WEEK)

    told.tell()

    assert [message.title for message, _ in told.post.sent] == ["AhorraLuz: Tu día"]


def test_what_comes_up_in_quiet_hours_is_told_together_when_they_end(told: Told) -> None:
    told.clock.at = NIGHT
    told.happens(Kind.LEFT_ON)
    told.clock.go_on(hours=2)
    told.happens(Kind.NIGHT_LOAD)

    for _ in range(6):
        assert told.tell() == 0
        told.clock.go_on(hours=1)
    told.clock.at = MORNING
    assert told.tell() == 1
    assert told.tell() == 0

    ((message, _),) = told.post.sent
    assert message.title == "AhorraLuz: 2 avisos"
    assert [line.split(":")[0] for line in message.body.splitlines()] == [
        "• Algo sigue prendido",
        "• Una noche fuera de lo común",
    ]
    assert set(became(told)) == {Became.TOLD}


def test_no_more_messages_go_in_a_day_than_were_wished_and_the_rest_comes_the_day_after(
    told: Told,
) -> None:
    told.wishes(most_day=2)
    for _ in range(5):
        told.happens(Kind.LEFT_ON)
        told.tell()
        told.clock.go_on(minutes=10)
    assert len(told.post.sent) == 2

    told.clock.at = MORNING
    told.tell()
    told.tell()

    assert len(told.post.sent) == 3
    assert told.post.sent[-1][0].title == "AhorraLuz: 3 avisos"
    assert set(became(told)) == {Became.TOLD}


def test_warnings_come_first_in_a_message(told: Told) -> None:
    told.clock.at = NIGHT
    told.happens(Kind.LEFT_ON)
    told.happens(Kind.LIMIT_NEAR, weight=Weight.WARNING)
    told.clock.at = MORNING

    told.tell()

    assert told.post.bodies[0].startswith("• Cerca de un límite")


def test_of_very_many_events_the_first_are_told_and_the_others_counted(told: Told) -> None:
    told.clock.at = NIGHT
    for _ in range(11):
        told.happens(Kind.LEFT_ON)
    told.clock.at = MORNING

    told.tell()

    assert told.post.bodies[0].splitlines()[-1] == "Y 3 más en la página de tu hogar."


def test_a_failure_is_tried_again_later_and_later_and_then_no_more(told: Told) -> None:
    told.post.outcomes[f"ntfys://{SECRET}"] = [Outcome.FAILED] * 20
    told.wishes(quiet=None)
    told.happens(Kind.LEFT_ON)
    tried = []

    begin = told.clock.at
    for _ in range(16 * 60):
        before = len(told.post.sent)
        told.tell()
        if len(told.post.sent) > before:
            tried.append((told.clock.at - begin) // timedelta(minutes=1))
        told.clock.go_on(minutes=1)

    assert tried == [sum(BACK_OFF_MIN[:n]) for n in range(len(BACK_OFF_MIN) + 1)]
    assert became(told) == [Became.FAILED]


def test_only_the_way_that_failed_is_tried_again(told: Told) -> None:
    told.wishes(ways=[told.way(), told.way("Correo", topic="otro")])
    told.clock.go_on(minutes=1)
    told.post.outcomes["ntfys://otro"] = [Outcome.FAILED, Outcome.SENT]
    told.happens(Kind.LEFT_ON)

    told.tell()
    assert became(told) == [Became.WAITING]
    told.clock.go_on(minutes=2)
    told.tell()

    assert [ways for _, ways in told.post.sent] == [
        (f"ntfys://{SECRET}", "ntfys://otro"),
        ("ntfys://otro",),
    ]
    assert became(told) == [Became.TOLD]


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.REFUSED, Outcome.PRIVATE])
def test_what_may_have_arrived_or_is_not_wanted_is_not_sent_again(
    told: Told, outcome: Outcome
) -> None:
    told.post.outcomes[f"ntfys://{SECRET}"] = [outcome]
    told.happens(Kind.LEFT_ON)

    for _ in range(30):
        told.tell()
        told.clock.go_on(hours=1)

    assert len(told.post.sent) == 1


def test_a_process_that_ends_while_it_sends_is_not_repeated(told: Told) -> None:
    told.post.breaks = True
    told.happens(Kind.LEFT_ON)
    with pytest.raises(KeyboardInterrupt):
        told.tell()

    told.post.breaks = False
    for _ in range(5):
        told.tell()
        told.clock.go_on(minutes=20)

    assert len(told.post.sent) == 1
    assert became(told) == [Became.TOLD]


def test_of_two_tellers_only_one_sends(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    first, second = told.teller(), told.teller()
    looked = told.service.tools.store.live.watches.waiting(at_ms=told.now_ms)
    parcels = [
        list(one._parcels(reader, looked, one._past(told.home, reader, told.now_ms)))
        for one in (first, second)
        for reader in one._readers(told.home)
    ]

    arrived = [first._hand_out(parcels[0]), second._hand_out(parcels[1])]

    assert arrived == [1, 0]
    assert len(told.post.sent) == 1


def test_what_is_two_days_old_is_told_no_more(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    told.clock.go_on(days=2, hours=1)

    assert told.tell() == 0
    assert became(told) == [Became.DROPPED]


def test_nothing_from_before_a_way_was_added_is_told_in_it(told: Told) -> None:
    told.happens(Kind.LEFT_ON)
    told.clock.go_on(minutes=1)
    told.wishes(ways=[told.way(topic="nuevo")])

    assert told.tell() == 0


def test_a_way_that_is_removed_and_added_again_is_not_told_twice(told: Told) -> None:
    kept = told.way()
    told.happens(Kind.LEFT_ON)
    told.tell()
    told.wishes(ways=[{**kept, "id": "another", "added_ms": 0}])
    told.service.tools.store.live.watches.settle(told.events()[0].id, Became.WAITING)

    assert told.tell() == 0


# --- nobody else -------------------------------------------------------------------------------
