"""The meter of a kept home: its files, and its energy over days, weeks, months and years."""

import pytest
from tests.unit.web.conftest import Elements, unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of


@pytest.fixture
def metered(rosa: Resident) -> Resident:
    """Return a resident with 325 days of hours from the first of January."""
    rosa.adds_meter()
    return rosa


@pytest.mark.parametrize(
    ("span", "bars", "title"),
    [
        ("dia", 24, "21 de noviembre de 2026"),
        ("semana", 7, "16 nov. – 22 nov. 2026"),
        ("mes", 30, "noviembre de 2026"),
        ("ano", 12, "2026"),
    ],
)
def test_each_span_is_a_picture_with_its_table_and_csv(
    metered: Resident, span: str, bars: int, title: str
) -> None:
    html = metered.page(f"/consumo?ver={span}")
    table = metered.page(f"/consumo/tabla.csv?ver={span}").splitlines()

    drawn = [rect for rect in Elements(html).all("rect") if "span-bar" in (rect.get("class") or "")]
    assert len(drawn) == bars
    assert len(table) == bars + 1
    assert title.split()[-1] in words_of(html)


def test_one_goes_back_and_forth_in_time(metered: Resident) -> None:
    november = metered.page("/consumo?ver=mes")
    january = metered.page("/consumo?ver=mes&dia=2026-01-15")

    assert "dia=2026-10-31" in november
    assert ">Después<" not in november
    assert "dia=2026-02-01" in january
    assert ">Antes<" not in january


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "ayer", "2026-02-30", "2026-13-01"])
@pytest.mark.parametrize("span", ["dia", "semana", "mes", "ano", "siglo", ""])
def test_no_day_or_span_breaks_the_page(metered: Resident, day: str, span: str) -> None:
    assert metered.get(f"/hogares/{metered.home}/consumo?ver={span}&dia={day}")[0] == 200
    assert metered.get(f"/hogares/{metered.home}/consumo/tabla.csv?ver={span}&dia={day}")[0] == 200


def test_the_whole_series_is_handed_out(metered: Resident) -> None:
    assert len(metered.page("/consumo/datos.csv").splitlines()) > 325 * 24


def test_a_home_without_readings_is_asked_for_a_file(rosa: Resident) -> None:
    response = rosa.client.get(f"/hogares/{rosa.home}/consumo")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/hogares/{rosa.home}/medidor"
    assert rosa.get(f"/hogares/{rosa.home}/consumo/datos.csv")[0] == 404


def test_a_file_is_dropped_where_its_home_does_not_want_it(rosa: Resident) -> None:
    import io

    from tests.meter_samples import csv_of, rows

    content = csv_of(rows(days=30)).encode()
    sent = rosa.post("/medidor", archivo=(io.BytesIO(content), "m.csv"))
    token = sent.headers["Location"].rpartition("/")[2]

    response = rosa.post(f"/medidor/{token}/descartar")

    assert response.headers["Location"] == f"/hogares/{rosa.home}/medidor"
    assert rosa.get(f"/hogares/{rosa.home}/medidor/{token}")[0] == 422


def test_a_resident_who_brings_a_file_is_led_to_the_own_home(town: Town, rosa: Resident) -> None:
    rosa.post("/pasos/lugar", d="luz-del-sur", s="lima-sur", nombre="Casa de Rosa")

    _, html = rosa.get("/medidor")
    stranger = unpacked(town.app.test_client().get("/medidor"))

    assert f'<a href="/hogares/{rosa.home}/medidor">Casa de Rosa</a>' in html
    assert "/hogares/h-" not in stranger
