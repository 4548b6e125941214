"""How sure a plan is, on its page."""

from decimal import Decimal
from types import SimpleNamespace
from typing import cast
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from tests.unit.web.conftest import fetch

from ahorraluz.core.advice.chances import NextQuestion
from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.web.sure import asked_in

HOME = {
    "d": "luz-del-sur",
    "s": "lima-sur",
    "k": "160",
    "te": "owner",
    "a": ["ducha-electrica", "refrigeradora-convencional"],
}
UNDECIDED = {
    "d": "seal",
    "dep": "arequipa",
    "k": "200",
    "te": "owner",
    "ro": "own",
    "ph": "3",
    "a": ["terma-electrica", "foco-incandescente-100", "calefactor"],
    "x.cost-led-lamp": "20",
    "x.cost-electric-blanket": "300",
}
"""A solar water heater pays or not by how much of the recibo the stove is."""


def test_a_page_tells_how_sure_its_plan_is(client: FlaskClient) -> None:
    _, html = fetch(client, "/ejemplos/arequipa")

    assert 'id="seguro"' in html
    assert "de cada 10 años posibles" in html
    assert "Lo que más pesa en esa duda" in html


def test_the_answer_that_would_help_most_is_asked_with_what_it_is_worth(
    client: FlaskClient,
) -> None:
    _, html = fetch(client, f"/respuesta?{urlencode(UNDECIDED, doseq=True)}")
    after = html.partition("La respuesta que más ayudaría")[2]

    assert "en promedio, S/ " in after[:300]
    assert "De ella depende: Pon una terma solar." in after[:400]
    assert "#a.calefactor" in after[:500]


def test_where_no_answer_would_change_the_plan_nothing_is_asked(client: FlaskClient) -> None:
    _, html = fetch(client, f"/respuesta?{urlencode(HOME, doseq=True)}")

    assert "Ninguna respuesta tuya sobre estos pasos cambiaría el plan" in html
    assert "La respuesta que más ayudaría" not in html


@pytest.mark.parametrize(
    ("field", "subject", "place"),
    [
        pytest.param("people", None, ("/hogar", "ph"), id="people"),
        pytest.param("recibos", None, ("/recibo", "hk"), id="other months"),
        pytest.param(
            "appliances.minutes_shower",
            "ducha-electrica",
            ("/hogar", "a.ducha-electrica"),
            id="a figure of an appliance",
        ),
        pytest.param("assumptions.shower-cut-min", "shower-cut-min", None, id="only in a file"),
    ],
)
def test_a_question_leads_to_where_it_is_asked(
    client: FlaskClient, field: str, subject: str | None, place: tuple[str, str] | None
) -> None:
    question = NextQuestion(
        id=field,
        field=field,
        subject=subject,
        value=Decimal(12),
        changes=0.2,
        decides=(),
        sizes=False,
        narrows=0.3,
        width_now=Decimal(100),
        width_then=Decimal(80),
    )
    plan = cast("Plan", SimpleNamespace(uncertainty=SimpleNamespace(question=question)))

    found = asked_in(plan)

    assert found == place
    if found is not None:
        page, name = found
        assert f'id="{name}"' in fetch(client, f"{page}?d=luz-del-sur&s=lima-sur&k=152")[1]


def test_a_home_without_steps_tells_nothing(client: FlaskClient) -> None:
    _, html = fetch(client, "/respuesta?d=luz-del-sur&s=lima-sur&k=152")

    assert 'id="seguro"' not in html
    assert "La respuesta que más ayudaría" not in html
