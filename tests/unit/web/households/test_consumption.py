"""The meter of a kept home: its files, and its energy over days, weeks, months and years."""

import hashlib
import json
import re
from importlib.resources import files

import pytest
from tests.unit.web.conftest import Elements, unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of

from ahorraluz.services.households import series
from ahorraluz.web.households import consumption


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


def test_the_picture_that_moves_gets_hours_days_and_a_price(metered: Resident) -> None:
    response = metered.client.get(f"/hogares/{metered.home}/consumo/serie.json")
    said = json.loads(unpacked(response))

    hours, days = said["hours"]["wh"], said["days"]["wh"]
    assert said["hours"]["start"] == said["days"]["start"] == "2026-01-01"
    assert len(hours) == 24 * len(days) == 24 * 325
    assert sum(hours[:24]) == pytest.approx(days[0], abs=24)
    assert 0.4 < said["soles_kwh"] < 1.2
    assert response.headers["Cache-Control"] == "no-store"


def test_of_many_years_the_hours_of_one_are_sent_about_the_day(
    metered: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "MOST_DAYS", 30)

    def hours(day: str) -> tuple[str, int]:
        path = f"/hogares/{metered.home}/consumo/serie.json?dia={day}"
        said = json.loads(unpacked(metered.client.get(path)))["hours"]
        return said["start"], len(said["wh"])

    assert hours("2026-06-15") == ("2026-05-31", 720)
    assert hours("2026-01-02") == ("2026-01-01", 720)
    assert hours("") == hours("ayer") == hours("2026-11-21") == ("2026-10-23", 720)


def test_where_nothing_is_known_of_prices_there_are_no_soles(town: Town) -> None:
    nobody = town.resident(("ph", "4"))
    nobody.adds_meter(days=40)

    said = json.loads(unpacked(nobody.client.get(f"/hogares/{nobody.home}/consumo/serie.json")))

    assert said["soles_kwh"] is None


def test_months_alone_have_no_picture_that_moves(
    metered: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "uplot" in metered.page("/consumo")
    monkeypatch.setattr(consumption, "has_series", lambda _: False)

    html = metered.page("/consumo")

    assert "uplot" not in html
    assert "lively" not in html
    assert metered.get(f"/hogares/{metered.home}/consumo/serie.json")[0] == 404


def test_files_of_other_projects_are_as_they_were_published() -> None:
    vendor = files("ahorraluz") / "web" / "static" / "vendor"
    told = dict(
        re.findall(
            r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", (vendor / "README.md").read_text(), re.M
        )
    )
    there = {
        entry.name: hashlib.sha256(entry.read_bytes()).hexdigest()
        for entry in vendor.iterdir()
        if entry.name.endswith((".js", ".css"))
    }

    assert told == there
    assert "MIT" in (vendor / "uplot.LICENSE").read_text()
