"""Pages of a meter file and of a home's measured use, asked without a browser."""

import io
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.unit.web.conftest import Elements, unpacked
from werkzeug.test import TestResponse

HOURS = 24 * 60
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001 - the local clock of a file


def readings(rows: int = HOURS) -> bytes:
    """Return invented hourly readings: 0.1 kWh, and 1.0 from seven to ten in the evening."""
    lines = ["fecha;consumo kWh"]
    for hour in range(rows):
        moment = FIRST + timedelta(hours=hour)
        kwh = "1,0" if 19 <= moment.hour < 22 else "0,1"
        lines.append(f"{moment:%d/%m/%Y %H:%M};{kwh}")
    return "\n".join(lines).encode("latin-1")


def sent(
    client: FlaskClient, content: bytes, *, name: str = "consumo.csv", **fields: str
) -> TestResponse:
    return client.post("/medidor", data={**fields, "archivo": (io.BytesIO(content), name)})


@pytest.fixture
def kept(make_app: Callable[..., Flask]) -> tuple[FlaskClient, str]:
    """Return a visitor and the address of the home whose readings they kept."""
    client = make_app().test_client()
    token = sent(client, readings(), d="luz-del-sur", s="lima-sur").headers["Location"]
    path = token.partition("?")[0]
    answer = client.post(f"{path}/guardar", data={"d": "luz-del-sur", "s": "lima-sur"})
    assert answer.status_code == 303, unpacked(answer)
    return client, answer.headers["Location"]


def test_a_file_is_shown_before_anything_is_kept(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    client = make_app().test_client()

    answer = sent(client, readings(), d="luz-del-sur")
    page = client.get(answer.headers["Location"])

    assert answer.status_code == 303
    assert page.status_code == 200
    html = unpacked(page)
    assert "consumo.csv" in html
    assert f"{60 * (21 * 0.1 + 3 * 1.0):,.1f}" in html
    assert not (tmp_path / "ahorraluz.db").exists()


def test_what_was_kept_is_understood_and_priced(kept: tuple[FlaskClient, str]) -> None:
    client, address = kept

    html = unpacked(client.get(address))

    assert re.search(r"/consumo/h-[0-9a-f]{32}\?d=luz-del-sur&s=lima-sur", address)
    assert "Siempre prendido" in html
    assert "al mes" in html
    assert "BT5F" in html
    images = list(Elements(html).all("image"))
    assert [str(e["href"]).startswith("data:image/png;base64,") for e in images] == [True]


def test_a_kept_file_waits_no_longer(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    client = make_app().test_client()
    path = sent(client, readings()).headers["Location"]

    client.post(f"{path}/guardar")

    assert list((tmp_path / "pending").iterdir()) == []
    assert client.get(path).status_code == 422


def test_a_discarded_file_is_gone(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    client = make_app().test_client()
    path = sent(client, readings()).headers["Location"]

    answer = client.post(f"{path}/descartar")

    assert answer.headers["Location"] == "/medidor"
    assert list((tmp_path / "pending").iterdir()) == []
    assert not (tmp_path / "ahorraluz.db").exists()


@pytest.mark.parametrize("token", ["x", "a" * 32, "..%2F..%2Fahorraluz.db"])
@pytest.mark.parametrize("act", ["guardar", "descartar"])
def test_a_token_of_nothing_is_told_so(client: FlaskClient, token: str, act: str) -> None:
    answer = client.post(f"/medidor/{token}/{act}")

    assert answer.status_code in (303, 404, 422)


def test_the_table_and_the_report_stand_alone(kept: tuple[FlaskClient, str]) -> None:
    client, address = kept
    path = address.partition("?")[0]

    table = client.get(f"{path}/datos.csv").data.decode().splitlines()
    report = unpacked(client.get(f"{path}/informe"))

    assert table[0].replace('"', "") == "start,end,kwh,quality"
    assert len(table) == HOURS + 1
    assert "<style>" in report
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', report) == []


def test_everything_kept_can_be_erased(kept: tuple[FlaskClient, str]) -> None:
    client, address = kept
    path = address.partition("?")[0]

    answer = client.post(f"{path}/borrar")

    assert answer.status_code == 303
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        pytest.param(b"", "vacio.csv", "vacio.csv", id="an empty file"),
        pytest.param(b"hola mundo\n", "nota.txt", "nota.txt", id="no table"),
        pytest.param(b"%PDF-1.4 nothing", "recibo.pdf", "recibo.pdf", id="a PDF"),
    ],
)
def test_what_is_no_meter_file_is_refused_by_name(
    client: FlaskClient, content: bytes, name: str, said: str
) -> None:
    answer = sent(client, content, name=name)

    assert answer.status_code == 422
    summary = unpacked(answer)
    assert said in summary
    assert 'role="alert"' in summary


def test_a_form_without_a_file_is_told_so(client: FlaskClient) -> None:
    answer = client.post("/medidor", data={})

    assert answer.status_code == 422
    assert "Elige un archivo" in unpacked(answer)


def test_another_reading_of_the_file_is_asked_for_in_its_address(client: FlaskClient) -> None:
    path = sent(client, readings()).headers["Location"]

    as_wh = unpacked(client.get(f"{path}?unit=Wh"))
    wrong_zone = client.get(f"{path}?zone=Lima")

    assert f"{60 * (21 * 0.1 + 3 * 1.0) / 1000:,.1f}" in as_wh
    assert wrong_zone.status_code == 422
    assert "America/Lima" in unpacked(wrong_zone)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a browser that names the site"),
        pytest.param({"Origin": "https://example.org"}, id="a browser that names the origin"),
    ],
)
def test_a_form_of_another_site_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/medidor", data={}, headers=headers)

    assert answer.status_code == 403


def test_a_file_above_the_limit_is_refused_unread(make_app: Callable[..., Flask]) -> None:
    client = make_app(max_meter_file_mb=1).test_client()

    answer = client.post(
        "/medidor",
        data=b"x" * (3 * 1024 * 1024),
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("home", ["casa", "h-" + "0" * 32, "h-" + "Z" * 32])
def test_homes_that_were_not_kept_here_are_not_found(client: FlaskClient, home: str) -> None:
    assert client.get(f"/consumo/{home}").status_code == 404
    assert client.post(f"/consumo/{home}/borrar").status_code == 404


def test_the_pages_are_in_english_too(client: FlaskClient) -> None:
    path = sent(client, readings()).headers["Location"]

    html = unpacked(client.get(f"{path}?lang=en"))

    assert "This is in your file" in html
    assert "Keep it and see my use" in html


def test_a_file_nobody_decides_about_goes_with_any_later_visit(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    client = make_app().test_client()
    sent(client, readings())
    (waiting,) = (tmp_path / "pending").iterdir()
    two_days_ago = waiting.stat().st_mtime - 2 * 86_400
    os.utime(waiting, (two_days_ago, two_days_ago))

    make_app().test_client().get("/salud")

    assert list((tmp_path / "pending").iterdir()) == []
