"""``ahorraluz live-spark``: what cannot be is refused before Spark begins."""

import pytest

from ahorraluz.cli.live_spark import _pairs
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError
from ahorraluz.pipelines import on_spark
from ahorraluz.pipelines.arrivals_on_spark import Topic


def test_a_setting_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(InvalidInputError, match="spark-option-pair") as caught:
        _pairs(["a=b=c", "secret"], "--kafka-option")

    assert "secret" not in str(caught.value.issues[0].parameters)


def test_a_setting_may_hold_an_equals_sign() -> None:
    assert _pairs(["a=b=c"], "--kafka-option") == {"a": "b=c"}


def test_a_topic_is_read_from_the_beginning_and_past_nothing_that_is_gone() -> None:
    topic = Topic(
        servers="k:9092", name="t", most_rows=5, more={"kafka.security.protocol": "SASL_SSL"}
    )

    assert topic.options() == {
        "kafka.bootstrap.servers": "k:9092",
        "subscribe": "t",
        "startingOffsets": "earliest",
        "failOnDataLoss": "true",
        "maxOffsetsPerTrigger": "5",
        "kafka.security.protocol": "SASL_SSL",
    }
    assert "SASL_SSL" not in repr(topic)


def test_without_spark_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_spark, "find_spec", lambda name: None)

    with pytest.raises(AhorraLuzError, match="extra-missing"):
        on_spark.require_spark()


def test_without_java_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_spark, "find_spec", lambda name: object())
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(AhorraLuzError, match="spark-java-missing"):
        on_spark.require_spark()
