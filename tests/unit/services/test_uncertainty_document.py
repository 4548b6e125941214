"""How sure a plan is, in words and in JSON: parts of a hundred, never certain, both languages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ahorraluz.core.advice.answers import SIZE_OF_HABIT
from ahorraluz.core.advice.chances import (
    OF_USES,
    BetterOnAverage,
    Chances,
    Doubt,
    Influence,
    NextQuestion,
    Quantiles,
    Sampling,
    Uncertainty,
    ValueOfKnowing,
)
from ahorraluz.services.advise import advise
from ahorraluz.services.documents.uncertainty import (
    asking_texts,
    chance_texts,
    part_text,
    plan_texts,
    question_text,
    uncertainty_document,
    unknown_text,
)
from ahorraluz.services.homes import home_from_file
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import read_settings
from ahorraluz.texts import Texts, open_texts

EXAMPLES = Path(__file__).parents[3] / "examples"
AS_OF = date(2026, 11, 24)
YEAR = Quantiles(p10=Decimal("12.30"), p50=Decimal("80.00"), p90=Decimal("150.05"))
CHANCES = Chances(
    year=YEAR, saves=0.93, pays_back=0.641, within_years=5, life_known=True, unknowns=()
)
QUESTIONS = (
    *(
        NextQuestion(
            id=name,
            field=f"appliances.{name}",
            subject="ducha-electrica",
            value=Decimal("12.40"),
            changes=0.31,
            decides=("solar-water-heater", "shorter-showers"),
            sizes=False,
            narrows=0.2,
            width_now=Decimal(100),
            width_then=Decimal(80),
        )
        for name in ("minutes-shower", "showers-day", "power-w", "hours-day")
    ),
    *(
        NextQuestion(
            id=name,
            field=name,
            subject=subject,
            value=None,
            changes=None,
            decides=(),
            sizes=False,
            narrows=0.2,
            width_now=Decimal(100),
            width_then=Decimal(80),
        )
        for name, subject in (
            ("label-kwh-year", "refrigeradora-convencional"),
            ("always-on", "terma-electrica"),
            ("people", None),
            ("recibos", None),
            ("quote", "solar-water-heater"),
            *(("figure", figure) for figure in SIZE_OF_HABIT.values()),
            ("cylinders", None),
        )
    ),
)


@pytest.fixture(params=["es_PE", "en"])
def texts(request: pytest.FixtureRequest) -> Texts:
    return open_texts(request.param)


@pytest.fixture(scope="module")
def plan() -> Any:
    known = home_from_file(EXAMPLES / "arequipa.toml", as_of=AS_OF)
    tools = open_toolbox(read_settings())
    return advise(known.home, tools=tools, as_of=AS_OF, receipt=known.receipt).plan


@pytest.mark.parametrize("doubt", Doubt, ids=lambda doubt: str(doubt.value))
def test_every_unknown_has_words(doubt: Doubt, texts: Texts) -> None:
    subject = "ducha-electrica" if doubt in OF_USES else "shorter-showers"
    if doubt in (Doubt.YEAR, Doubt.MONTHS, Doubt.PRICES, Doubt.GROWTH):
        subject = ""

    said = unknown_text(Influence(doubt=doubt, subject=subject or None, share=0.5), texts)

    assert said
    assert "{" not in said


def test_what_no_list_names_has_words_too(texts: Texts) -> None:
    assert unknown_text(Influence(doubt=Doubt.USE, subject="other", share=0.1), texts)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.id} {q.subject}")
def test_every_question_has_words(question: NextQuestion, texts: Texts) -> None:
    said = question_text(question, texts)

    assert "?" in said
    assert "{" not in said


def test_a_question_of_a_figure_asks_what_a_household_can_count() -> None:
    texts = open_texts("es_PE")
    asked = {question_text(q, texts) for q in QUESTIONS if q.id == "figure"}

    assert len(asked) == len(set(SIZE_OF_HABIT.values()))
    assert all(said.startswith(("¿Cuánt", "De cada 10 ")) for said in asked)
    assert not any("(" in said for said in asked)


def test_doubt_about_gas_is_told_of_the_step_that_spares_it() -> None:
    texts = open_texts("es_PE")

    said = unknown_text(Influence(doubt=Doubt.FUEL, subject="lids-on-pots", share=0.2), texts)

    assert said == "cuánto gas ahorras al tapar las ollas"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        pytest.param(0.641, "64", id="a part"),
        pytest.param(1.0, "más de 99", id="all that were drawn"),
        pytest.param(0.0, "menos de 1", id="none that were drawn"),
    ],
)
def test_nothing_drawn_is_told_as_certain(part: float, said: str) -> None:
    assert part_text(part, open_texts("es_PE")) == said


def test_a_step_tells_its_range_and_its_chances() -> None:
    said = chance_texts(CHANCES, open_texts("es_PE"))

    assert said == (
        "En 8 de cada 10 años posibles: entre S/ 12.30 y S/ 150.05 al año.",
        "Ahorra algo en 93 de cada 100 años posibles.",
        "Lo que cuesta vuelve dentro de 5 años en 64 de cada 100 casos.",
    )


def test_what_is_sure_and_free_needs_no_chances() -> None:
    free = replace(CHANCES, saves=1.0, pays_back=None, within_years=None)

    assert len(chance_texts(free, open_texts("es_PE"))) == 1


def test_a_plan_tells_what_it_hangs_on_and_what_to_ask() -> None:
    unknowns = (Influence(doubt=Doubt.YEAR, subject=None, share=0.254),)
    found = Uncertainty(
        sampling=Sampling(),
        priced=1.0,
        plan=replace(CHANCES, unknowns=unknowns, within_years=None),
        steps=(),
        question=QUESTIONS[0],
        knowing=ValueOfKnowing(everything=Decimal(40), plans=3),
    )
    spanish = open_texts("es_PE")

    assert "cuánto usarás en el año que viene (25 %)" in plan_texts(found, spanish)[-1]
    assert "¿Cuántos minutos" in asking_texts(found, spanish)[0]
    assert "en promedio, S/ 12 más al año" in asking_texts(found, spanish, places=0)[1]
    decides = asking_texts(found, spanish)[2]
    assert decides.startswith("En 31 de cada 100 respuestas posibles conviene otro plan.")
    assert spanish.text("measure.solar-water-heater.title") in decides


def test_where_no_answer_would_change_the_plan_that_is_said_and_nothing_asked() -> None:
    found = Uncertainty(
        sampling=Sampling(),
        priced=1.0,
        plan=CHANCES,
        steps=(),
        question=None,
        knowing=ValueOfKnowing(everything=Decimal(0), plans=1),
    )
    spanish = open_texts("es_PE")

    (said,) = asking_texts(found, spanish)

    assert said.startswith("Ninguna respuesta tuya")
    assert "?" not in said
    assert asking_texts(replace(found, knowing=None), spanish) == ()


@pytest.mark.parametrize(
    ("leaves", "joins", "said"),
    [
        pytest.param("shorter-showers", None, "sin «", id="one step fewer"),
        pytest.param(None, "cold-wash", "además", id="one more"),
        pytest.param("shorter-showers", "cold-wash", "en vez de «", id="one for another"),
        pytest.param("solar-water-heater", "solar-water-heater", "otro tamaño", id="a size"),
    ],
)
def test_a_plan_that_is_better_on_average_is_told(
    leaves: str | None, joins: str | None, said: str
) -> None:
    better = BetterOnAverage(value=Decimal("10.10"), leaves=leaves, joins=joins)
    knowing = ValueOfKnowing(everything=Decimal(20), plans=3, better=better)
    found = Uncertainty(
        sampling=Sampling(), priced=1.0, plan=CHANCES, steps=(), question=None, knowing=knowing
    )

    told = plan_texts(found, open_texts("es_PE"))[-1]

    assert said in told
    assert "S/ 10.10 más al año" in told


def test_a_question_that_decides_only_a_size_says_so() -> None:
    asked = replace(QUESTIONS[0], sizes=True, decides=("solar-water-heater",))
    found = Uncertainty(
        sampling=Sampling(), priced=1.0, plan=CHANCES, steps=(), question=asked, knowing=None
    )

    assert "De ella depende el tamaño: Pon" in asking_texts(found, open_texts("es_PE"))[2]


def test_a_question_for_less_carbon_tells_by_how_much_it_narrows_soles() -> None:
    asked = replace(QUESTIONS[0], value=None, changes=None, decides=())
    found = Uncertainty(
        sampling=Sampling(), priced=1.0, plan=CHANCES, steps=(), question=asked, knowing=None
    )

    assert "S/ 20 menos de duda" in asking_texts(found, open_texts("es_PE"), places=0)[1]


def test_the_document_has_a_row_for_every_step_in_its_order(plan: Any, texts: Texts) -> None:
    document: Any = uncertainty_document(plan, texts)

    assert document is not None
    assert [step["measure"] for step in document["steps"]] == [s.measure for s in plan.steps]
    assert document["draws"] == 1000
    assert document["seed"] == Sampling().seed
    for chances in (document["plan"], *document["steps"]):
        assert Decimal(chances["p10"]) <= Decimal(chances["p50"]) <= Decimal(chances["p90"])


def test_a_plan_that_was_not_drawn_has_no_document(plan: Any, texts: Texts) -> None:
    assert uncertainty_document(replace(plan, uncertainty=None), texts) is None
