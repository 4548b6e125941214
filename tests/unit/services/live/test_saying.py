"""Every event is said in both languages, with what it is about and the soles at stake."""

import re
from collections.abc import Iterator

import pytest
from tests.watched_home import (
    DAY_MS,
    HOUR,
    METER,
    MINUTE,
    PLUG,
    START,
    ZONE,
    minutes,
    months,
    plain_days,
    rules,
)

from ahorraluz.core.home import Option
from ahorraluz.core.live.arrivals import Arrival, Tick
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.core.live.readings import LiveReading
from ahorraluz.core.live.rules import Limit
from ahorraluz.core.live.step import fresh, run
from ahorraluz.services.live.saying import event_sentence, event_title
from ahorraluz.services.live.watching import new_event
from ahorraluz.texts import Texts, open_texts


def scenes() -> Iterator[list[Arrival]]:
    """Yield arrivals that together make every kind of event."""
    evening = [(150, 1_050), (2_150, 250), (150, 140)]
    yield [rules(Option.BT5F), *minutes(evening)]
    yield [rules(day_wh=5_300), *plain_days(29, watts=220)]
    june, july = months(limits=())
    voucher = (Limit(wh=70_000, kind="voucher", cents=2_000),)
    from dataclasses import replace

    of_voucher = (replace(june, limits=voucher), july)
    yield [rules(day_wh=2_500, months=of_voucher), *plain_days(29, watts=110)]
    night = [(150, 60), (500, 240), (150, 1_140), (300, 1_440 * 7), (120, 1_440 * 4)]
    used = 18_000_000
    later = minutes(night, start=START + 5 * DAY_MS, step=5 * MINUTE, used=used)
    yield [rules(), *plain_days(5), *later]
    noon = START + 12 * HOUR
    plug: list[Arrival] = [rules()]
    for minute in range(70):
        at = noon + minute * MINUTE
        plug += [Tick(at), LiveReading(PLUG, at, 1_000_000)]
    silent: list[Arrival] = [Tick(noon + n * MINUTE) for n in range(70, 200)]
    yield [*plug, *silent, LiveReading(PLUG, noon + 200 * MINUTE, 0), Tick(noon + 201 * MINUTE)]
    for off in (5 * HOUR, -5 * HOUR):
        wrong: list[Arrival] = [rules()]
        for minute in range(60):
            at = noon + minute * MINUTE
            wrong += [Tick(at), LiveReading(METER, at + off, minute)]
        yield wrong


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return [event for scene in scenes() for event in run(fresh(), scene)[1]]


@pytest.mark.parametrize("locale", ["es", "en"])
def test_every_event_has_a_sentence_and_a_title(events: list[Event], locale: str) -> None:
    texts = open_texts(locale)
    told = [event for event in events if event.weight is not Weight.FIGURE]

    sentences = [event_sentence(new_event(event), texts, zone=ZONE) for event in told]

    assert {event.kind for event in told} == set(Kind) - {Kind.NOW, Kind.MONTH, Kind.RECOUNT}
    assert all(event_title(new_event(event), texts) for event in told)
    assert not [sentence for sentence in sentences if re.search(r"[{}]|None|—", sentence)]
    assert max(map(len, sentences)) < 280


def said(events: list[Event], kind: Kind, texts: Texts, **names: str) -> str:
    event = next(event for event in events if event.kind is kind)
    return event_sentence(new_event(event), texts, zone=ZONE, names=names)


def test_the_sentence_of_a_limit_names_it_the_kwh_a_day_and_the_soles(
    events: list[Event],
) -> None:
    sentence = said(events, Kind.LIMIT_NEAR, open_texts("es"))

    assert "140 kWh" in sentence
    assert "por día" in sentence
    assert "S/" in sentence


def test_a_device_is_called_by_its_name(events: list[Event]) -> None:
    sentence = said(events, Kind.SILENT, open_texts("es"), plug="Enchufe de la sala")

    assert "«Enchufe de la sala»" in sentence
    assert re.search(r"desde las \d\d:\d\d", sentence)


def test_hours_are_those_of_the_home(events: list[Event]) -> None:
    sentence = said(events, Kind.PEAK_LOAD, open_texts("en"))

    assert "Peak hours end at 23:00" in sentence
