"""What holds for every measure: its words, its evidence, its answers."""

from collections import Counter
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest
from tests.unit.core.advice.catalogue.conftest import LPG, OWNER
from tests.unit.core.advice.conftest import FULL_HOUSE, context_of, home_of

from ahorraluz.catalog.evidence import load_measure_facts
from ahorraluz.core.advice.asked import ASKED
from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.advice.facts import AdviceAssumptions
from ahorraluz.core.advice.measures import (
    Ask,
    CostKind,
    Effort,
    Kind,
    Measure,
    NotHere,
    Proposal,
)
from ahorraluz.core.advice.recommendation import Confidence, Standing
from ahorraluz.core.home import CookingFuel, Roof, Tenure
from ahorraluz.texts import LOCALES, open_texts

FACES = {
    "kind": Kind,
    "effort": Effort,
    "cost": CostKind,
    "standing": Standing,
    "confidence": Confidence,
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_at_least_25_measures_each_with_its_own_name() -> None:
    assert len(ALL_MEASURES) >= 25
    assert [name for name, times in Counter(m.id for m in ALL_MEASURES).items() if times > 1] == []


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("measure", ALL_MEASURES, ids=lambda measure: measure.id)
def test_every_measure_is_told_in_both_languages(measure: Measure, locale: str) -> None:
    texts = open_texts(locale)

    title, why, how = (
        texts.messages[f"measure.{measure.id}.{part}"] for part in ("title", "why", "how")
    )

    assert places(title) == places(why) == set()
    assert places(how) <= set(measure.parameters)


@pytest.mark.parametrize("measure", ALL_MEASURES, ids=lambda measure: measure.id)
def test_every_measure_names_its_evidence_or_is_our_own_reasoning(measure: Measure) -> None:
    assert set(measure.evidence) <= set(load_measure_facts())


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_a_plan_may_say_has_words(locale: str) -> None:
    texts = open_texts(locale)
    ids = [item.replace("_", "-") for item in AdviceAssumptions.__dataclass_fields__]

    missing = [
        key
        for key in (
            *(f"{face}.{item.value}" for face, items in FACES.items() for item in items),
            *(f"assumption.{name}" for name in (*ASKED, *ids)),
            *(f"question.{name}" for name in ASKED),
        )
        if not texts.has(key)
    ]

    assert missing == []


def test_no_text_repeats_the_myth_that_a_tank_halves_a_shower() -> None:
    assert "ducha-to-terma-myth" not in {name for m in ALL_MEASURES for name in m.evidence}


@pytest.mark.parametrize("measure", ALL_MEASURES, ids=lambda measure: measure.id)
@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({}, id="nothing stated"),
        pytest.param({**OWNER, **LPG, "appliances": FULL_HOUSE}, id="an owner with everything"),
        pytest.param({"tenure": Tenure.TENANT, "appliances": FULL_HOUSE}, id="a tenant"),
        pytest.param({"cooking": CookingFuel.FIREWOOD, "city": "puno"}, id="a cold rural home"),
    ],
)
def test_every_answer_can_be_told(measure: Measure, stated: dict[str, Any]) -> None:
    texts = open_texts("es_PE")

    answer = measure.judge(context_of(home_of(*([160] * 12), **stated)).prepared())

    match answer:
        case NotHere():
            assert texts.text(answer.reason, **answer.parameters)
        case Ask():
            assert all(texts.text(f"question.{asked.id}") for asked in answer.questions)
        case Proposal():
            assert texts.text(f"measure.{measure.id}.how", **answer.parameters)
            assert texts.text(answer.basis)
            assert set(answer.parameters) == set(measure.parameters)


@pytest.mark.parametrize(
    "measure", [m for m in ALL_MEASURES if m.needs_owner], ids=lambda measure: measure.id
)
def test_a_tenant_is_never_told_to_change_the_dwelling(measure: Measure) -> None:
    home = home_of(
        *([200] * 12),
        tenure=Tenure.TENANT,
        roof=Roof.OWN,
        city="puno",
        people=4,
        cooking=CookingFuel.LPG,
        lpg_cylinder_pen=Decimal(50),
        appliances=FULL_HOUSE,
        assumptions={"gas-network": Decimal(1), "peak-share": Decimal("0.2")},
    )

    answer = measure.judge(context_of(home).prepared())

    assert isinstance(answer, NotHere)
