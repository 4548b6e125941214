"""The report on screen, on paper and by link, and the claim of a recibo."""

import io
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of
from typing_extensions import override

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.households import printing
from ahorraluz.services.households.sharing import (
    MOST_LINKS,
    SHARED_FOR,
    links_of,
    share_report,
    shared_home,
)
from ahorraluz.web.households import reports
from ahorraluz.web.page import this_moment

PRINTED = {"p": "0.6403", "e": "107.33", "c": "2.25", "r": "1.42", "al": "5.1"}
A4 = (595, 842)


def strip(kwh: str) -> dict[str, object]:
    return {f"m-{place}": kwh if place == 11 else "" for place in range(12)}


def pdf_text(content: bytes) -> tuple[int, str]:
    """Return how many pages a PDF has, and its words; every page is A4."""
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    sizes = {tuple(round(side) for side in page.get_size()) for page in document}
    assert sizes == {A4}
    return len(document), " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.usefixtures("printer")
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("meter", [False, True])
def test_the_report_is_two_pages_of_a4(rosa: Resident, language: str, meter: bool) -> None:
    if meter:
        rosa.adds_meter()
        rosa.post("/pasos/artefactos", a=["ducha-electrica", "refrigeradora-mediana", "plancha"])
        for step in ("standby-off", "decoder-off-at-night", "full-loads"):
            rosa.post(f"/plan/{step}", que="hecho", dia="2026-08-03")

    response = rosa.client.get(f"/hogares/{rosa.home}/informe.pdf?lang={language}")

    pages, text = pdf_text(response.data)
    assert response.content_type == "application/pdf"
    assert pages == 2
    assert "S/" in text
    acts = [line.act for line in trail_of_home(rosa.home, tools=rosa.tools)]
    assert acts[:1] == ["report-printed"]


EVERYTHING = (
    "ducha-electrica",
    "refrigeradora-mediana",
    "plancha",
    "lavadora",
    "tv-led-32-43",
    "foco-led-10",
    "hervidor",
    "electrobomba-1hp",
    "ventilador",
    "laptop",
    "router",
    "licuadora",
    "hornilla-electrica",
    "calefactor",
)


@pytest.mark.parametrize("meter", [False, True])
def test_the_report_shows_months_uses_and_with_a_meter_a_day(rosa: Resident, meter: bool) -> None:
    rosa.post("/pasos/recibos", **{f"m-{place}": str(140 + 3 * place) for place in range(12)})
    if meter:
        rosa.adds_meter()

    html = rosa.page("/informe")

    titles = re.findall(r'<title id="(rp-[a-z]+)"', html)
    assert titles == (["rp-months", "rp-day"] if meter else ["rp-months"])
    assert html.count('class="use"') >= 2
    assert "style=" not in html
    assert ("siempre prendido" in html.partition("Lo que más")[0]) is meter


def test_a_single_recibo_is_no_picture_of_months(rosa: Resident) -> None:
    assert "rp-months" not in rosa.page("/informe")


@pytest.mark.usefixtures("printer")
def test_a_home_with_everything_still_fits_on_two_pages(rosa: Resident) -> None:
    rosa.post("/pasos/recibos", **{f"m-{place}": str(340 + 3 * place) for place in range(12)})
    rosa.adds_meter()
    rosa.post("/pasos/artefactos", a=list(EVERYTHING))
    for step in ("standby-off", "decoder-off-at-night", "full-loads", "shorter-showers"):
        rosa.post(f"/plan/{step}", que="hecho", dia="2026-08-03")

    pages, text = pdf_text(rosa.client.get(f"/hogares/{rosa.home}/informe.pdf").data)

    assert pages == 2
    assert "Tus meses" in text
    assert "Tus días típicos" in text


@pytest.mark.usefixtures("printer")
def test_pictures_of_the_report_read_apart_in_grey(rosa: Resident) -> None:
    rosa.adds_meter()
    content = rosa.client.get(f"/hogares/{rosa.home}/informe.pdf").data
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    image = document[0].render(scale=2).to_pil()
    # The bars of the months: dark green, pale green, and the paper between them.
    grey = {name: lightness(colour) for name, colour in COLOURS.items()}
    colours = {pixel for _, pixel in image.convert("RGB").getcolors(maxcolors=1 << 24)}

    assert set(COLOURS.values()) <= colours
    assert grey["paper"] - grey["month"] > 20
    assert grey["month"] - grey["base"] > 100


COLOURS = {"paper": (255, 255, 255), "month": (207, 227, 218), "base": (11, 95, 82)}


def lightness(colour: tuple[int, int, int]) -> float:
    """Return how light a colour is where there is only grey, 0 to 255."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_where_no_pdf_can_be_made_the_page_to_print_says_so(
    rosa: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: int, __: object) -> bytes:
        raise printing.PrintError("pdf-not-here")

    monkeypatch.setattr(reports, "pdf_within", cannot)
    response = rosa.client.get(f"/hogares/{rosa.home}/informe.pdf")

    assert response.status_code == 200
    assert "Aquí no se puede hacer el PDF" in unpacked(response)


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("printer")
def test_paper_asks_for_nothing_from_anywhere(asked: tuple[str, list[str]], tmp_path: Path) -> None:
    address, paths = asked
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'leaked' }")
    html = (
        f'<link rel="stylesheet" href="{address}/a.css"><img src="{address}/b.png">'
        f'<link rel="stylesheet" href="{secret.as_uri()}"><p>Hola'
    )

    document = pypdfium2.PdfDocument(printing.pdf_of(html))

    text = document[0].get_textpage().get_text_range()
    assert paths == []
    assert "Hola" in text
    assert "leaked" not in text


def test_a_home_without_answers_is_asked_before_it_has_a_report(town: Town) -> None:
    rosa = town.resident(("dep", "lima"))

    for path in ("/informe", "/informe.pdf", "/revision", "/reclamo"):
        response = rosa.client.get(f"/hogares/{rosa.home}{path}")
        assert response.status_code == 303, path
        assert "/pasos/" in response.headers["Location"]


@pytest.mark.usefixtures("printer")
def test_a_recibo_with_a_wrong_line_has_a_claim_on_paper(rosa: Resident) -> None:
    rosa.post("/pasos/recibos", **strip("152"), **PRINTED)

    audit = rosa.page("/revision")
    letter = rosa.page("/reclamo")
    paper = rosa.client.get(f"/hogares/{rosa.home}/reclamo.pdf")

    assert "Reclamo" in letter
    assert f"/hogares/{rosa.home}/reclamo" in audit
    assert f"/hogares/{rosa.home}/reclamo.pdf" in letter
    pages = pypdfium2.PdfDocument(paper.data)
    assert "107.33" in "".join(page.get_textpage().get_text_range() for page in pages)


def test_a_link_opens_the_report_until_it_is_taken_back(town: Town, rosa: Resident) -> None:
    shown = unpacked(rosa.post("/compartir"))
    found = re.search(r'value="http://[^/]+(/c/c_[\w-]+)"', shown)
    assert found is not None
    stranger = town.app.test_client()
    seen = stranger.get(found.group(1))
    number = links_of(rosa.home, tools=rosa.tools, as_of=this_moment())[0].id

    ended = rosa.post(f"/compartir/{number}/quitar")

    assert seen.status_code == 200
    assert "Informe compartido por su dueño" in unpacked(seen)
    assert ended.status_code == 303
    assert stranger.get(found.group(1)).status_code == 404


def test_every_look_through_a_link_is_in_the_trail(town: Town, rosa: Resident) -> None:
    made = share_report(rosa.home, actor=rosa.id, tools=town.tools, as_of=this_moment())
    for _ in range(2):
        town.app.test_client().get(f"/c/{made.token}")

    acts = [line.act for line in trail_of_home(rosa.home, tools=rosa.tools)]

    assert acts[:3] == ["shared-report-read", "shared-report-read", "report-shared"]


def test_a_link_ends_by_itself(rosa: Resident) -> None:
    made = share_report(rosa.home, actor=rosa.id, tools=rosa.tools, as_of=this_moment())
    almost, over = (this_moment() + SHARED_FOR + timedelta(minutes=m) for m in (-1, 1))

    assert shared_home(made.token, tools=rosa.tools, as_of=almost) == rosa.home
    assert shared_home(made.token, tools=rosa.tools, as_of=over) is None


def test_links_are_not_without_number(rosa: Resident) -> None:
    for _ in range(MOST_LINKS):
        share_report(rosa.home, actor=rosa.id, tools=rosa.tools, as_of=this_moment())

    response = rosa.post("/compartir")

    assert response.status_code == 422
    assert "20 enlaces" in words_of(unpacked(response))
    with pytest.raises(AhorraLuzError, match="shares-too-many"):
        share_report(rosa.home, actor=rosa.id, tools=rosa.tools, as_of=this_moment())


@pytest.mark.usefixtures("printer")
def test_making_a_pdf_lets_no_broken_picture_be_read_afterwards() -> None:
    from PIL import ImageFile

    printing.pdf_of("<p>Hola</p>")

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
