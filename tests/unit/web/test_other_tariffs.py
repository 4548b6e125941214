"""The tariff as a choice of the plan, on its page and without a script."""

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from tests.unit.web.conftest import fetch

HOME = {
    "d": "luz-del-sur",
    "s": "lima-sur",
    "k": "220",
    "te": "owner",
    "bu": "500",
    "a": ["ducha-electrica", "refrigeradora-convencional", "foco-incandescente-100"],
    "n.foco-incandescente-100": "4",
    "hd.foco-incandescente-100": "5",
    "x.cost-led-lamp": "8",
}
TRIED = {**HOME, "ao": "1", "pc.peak-share": "8"}


def page(client: FlaskClient, home: dict[str, object], **more: str) -> tuple[int, str]:
    return fetch(client, f"/respuesta?{urlencode({**home, **more}, doseq=True)}")


def section(html: str) -> str:
    return html.partition('id="tarifas"')[2].partition("</details>")[0]


def test_the_tariff_stays_until_the_household_ticks_the_box(client: FlaskClient) -> None:
    status, html = page(client, dict(HOME))

    assert status == 200
    assert 'type="checkbox" name="ao" value="1" form="costs">' in section(html)
    assert "BT5F" not in section(html)


def test_each_option_is_told_with_its_meter_and_what_is_unknown(client: FlaskClient) -> None:
    _, html = page(client, dict(TRIED))

    told = section(html)
    assert 'form="costs" checked' in told
    assert "La del plan" in told
    assert "Falta el precio de cambiar el medidor" in told
    assert "cost-hourly-meter</" not in told
    assert "Te conviene seguir" not in told
    assert "Deja menos que BT5F" in told


def test_the_price_of_a_meter_is_taken_off_and_stands_in_the_budgets(client: FlaskClient) -> None:
    _, html = page(client, {**TRIED, "x.cost-hourly-meter": "250"})

    assert "Se descontó su medidor: S/ 250.00" in section(html)
    budgets = html.partition('id="presupuesto"')[2].partition("</table>")[0]
    assert budgets.index("S/ 0<") < budgets.index("Pasar a BT5F, con su medidor de S/ 250")


def test_a_meter_dearer_than_the_budget_is_said_to_be(client: FlaskClient) -> None:
    _, html = page(client, {**TRIED, "x.cost-hourly-meter": "501"})

    assert "más que tu presupuesto" in section(html)
    assert "No entra" in section(html)
    assert "No conviene" not in section(html)
    assert "Escribe cuánto cuesta" in section(html) or 'x.cost-hourly-meter"' in section(html)
    assert "La del plan" not in section(html)


def test_who_rents_is_told_why_there_is_no_other_tariff(client: FlaskClient) -> None:
    _, html = page(client, {**TRIED, "te": "tenant"})

    assert "no hay otra tarifa que podamos probar" in section(html)


@pytest.mark.parametrize("wrong", ["0", "2", "si", "<b>"])
def test_a_tick_that_is_none_is_told_beside_the_box(client: FlaskClient, wrong: str) -> None:
    status, html = page(client, {**TRIED, "ao": wrong})

    assert status == 422
    assert 'id="error-ao"' in section(html)
    assert "La del plan" not in section(html)


def test_an_address_without_a_unit_is_asked_again_beside_its_field(client: FlaskClient) -> None:
    status, html = page(client, {**HOME, "x.peak-share": "0.3"})

    assert status == 422
    assert 'id="error-pc.peak-share"' in html
    assert 'name="x.peak-share"' not in html
