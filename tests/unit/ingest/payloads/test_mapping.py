"""A user's own mapping is checked as a whole, and then finds what it names."""

import json
from typing import Any

import pytest

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.payloads.mapping import matches, read_mapping
from ahorraluz.ingest.payloads.message import Message, Taken
from ahorraluz.ingest.payloads.reading import MAPPED, read_payload

ROW = {"topic": "m/+", "path": "a.1.w", "measure": "power", "unit": "W", "name": "casa"}


def take(topic: str, body: object, **mapping: Any) -> Taken:
    own = read_mapping({"fields": [ROW], **mapping})
    return read_payload(Message(topic=topic, body=json.dumps(body).encode()), MAPPED, own=own)


def test_a_path_leads_through_objects_and_lists() -> None:
    taken = take("m/1", {"a": [0, {"w": 5.25}], "t": 1_700_000_000}, time="t")

    (sample,) = taken.samples
    assert (sample.name, sample.flow, sample.quantity) == ("casa", Flow.IMPORT, Quantity.POWER)
    assert (sample.value, sample.at_ms) == (5_250, 1_700_000_000_000)


def test_a_message_that_is_a_number_needs_no_path() -> None:
    row = {"measure": "register", "unit": "kWh", "flow": "export"}

    taken = take("x", 1.5, fields=[row])

    assert [(s.value, s.flow) for s in taken.samples] == [(1_500_000, Flow.EXPORT)]


@pytest.mark.parametrize(
    ("topic", "body", "code"),
    [
        ("n/1", {"a": [0, {"w": 5}]}, "live-topic-not-mapped"),
        ("m/1", {"a": [0]}, "live-field-missing"),
        ("m/1", {"a": [0, {"w": {}}]}, "live-field-missing"),
        ("m/1", {"a": [0, {"w": "much"}]}, "live-not-a-number"),
    ],
)
def test_what_a_mapping_does_not_find_is_told(topic: str, body: object, code: str) -> None:
    taken = take(topic, body)

    assert taken.samples == []
    assert [issue.code for issue in taken.issues] == [code]


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ([], ["mapping-not-an-object"]),
        ({"fields": []}, ["mapping-without-fields"]),
        ({"fields": "abc"}, ["mapping-without-fields"]),
        ({"fields": [ROW] * 61}, ["mapping-too-many-fields"]),
        ({"fields": [ROW], "tiem": "x"}, ["mapping-key-unknown"]),
        ({"fields": [ROW], "time": 5}, ["mapping-value-wrong"]),
        ({"fields": [5]}, ["mapping-value-wrong"]),
        ({"fields": [{**ROW, "unit": "kWh"}]}, ["mapping-choice-wrong"]),
        ({"fields": [{**ROW, "flow": "back"}]}, ["mapping-choice-wrong"]),
        ({"fields": [{**ROW, "name": " "}]}, ["mapping-value-wrong"]),
        (
            {"fields": [{"masure": "power"}]},
            ["mapping-key-unknown", "mapping-choice-wrong", "mapping-choice-wrong"],
        ),
    ],
)
def test_a_wrong_mapping_is_refused_with_everything_that_is_wrong(
    given: object, codes: list[str]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_mapping(given)

    assert [issue.code for issue in caught.value.issues] == codes


@pytest.mark.parametrize(
    ("pattern", "topic", "fits"),
    [
        ("#", "", True),
        ("a/#", "a/b/c", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("a/b", "a/b", True),
    ],
)
def test_filters_of_topics_are_those_of_mqtt(pattern: str, topic: str, fits: bool) -> None:
    assert matches(pattern, topic) is fits
