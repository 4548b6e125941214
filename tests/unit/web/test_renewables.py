"""Pages and JSON of renewable energy."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.unit.services.renewables.conftest import PROPOSAL
from tests.unit.web.conftest import Elements, unpacked

from ahorraluz.services.renewables.proposals import propose, publish
from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings


def links(html: str) -> list[str]:
    """Return where a page leads."""
    return [str(a["href"]) for tag, a in Elements(html).elements if tag == "a" and "href" in a]


def test_the_start_page_leads_there(client: FlaskClient) -> None:
    assert "/energias" in links(unpacked(client.get("/")))


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_lists_everything_with_its_date(client: FlaskClient, language: str) -> None:
    response = client.get(f"/energias?lang={language}")

    html = unpacked(response)
    assert response.status_code == 200
    assert len([link for link in links(html) if "/energias/" in link]) > 90
    assert html.count("2026") > 50
    assert "public" in response.headers["Cache-Control"]


def test_filters_narrow_it_and_survive_the_change_of_language(client: FlaskClient) -> None:
    html = unpacked(client.get("/energias?region=puno&necesidad=hot-water&texto=novatec"))

    entries = [link for link in links(html) if "/energias/" in link]
    assert entries == ["/energias/novatec"]
    assert "/energias?texto=novatec&amp;region=puno&amp;necesidad=hot-water&amp;lang=en" in html
    assert "/api/v1/renewables?text=novatec&amp;region=puno&amp;need=hot-water" in html


@pytest.mark.parametrize(
    ("address", "opened"),
    [("/energias", False), ("/energias?texto=terma", True), ("/energias?region=puno", True)],
)
def test_long_groups_are_folded_with_their_count_until_something_is_searched(
    client: FlaskClient, address: str, opened: bool
) -> None:
    html = unpacked(client.get(address))
    folded = [a for tag, a in Elements(html).elements if tag == "details" and "class" in a]
    long = [a for a in folded if "long-group" in str(a["class"])]

    assert long
    assert all(("open" in a) is opened for a in long)
    assert re.search(r'<summary><h2 id="g-(provider|product|figure)">[^<]+ \(\d+\)</h2>', html)


def test_a_filter_that_is_none_is_told_on_the_page(client: FlaskClient) -> None:
    response = client.get("/energias?region=%3Cscript%3E")

    html = unpacked(response)
    assert response.status_code == 422
    assert "<script>" not in html
    assert 'role="alert"' in html


def test_an_entry_has_a_page_of_its_own(client: FlaskClient) -> None:
    html = unpacked(client.get("/energias/yacusol"))

    assert "https://energeticos2023.github.io/YACUSOL/" in links(html)
    assert "25 de julio de 2026" in html


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fetc", "%00"])
def test_an_entry_that_is_none_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/energias/{name}").status_code == 404


def test_a_published_proposal_is_on_the_page_and_safe(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "proposal.toml"
    path.write_text(PROPOSAL.replace("Terma de prueba", "<b>Terma</b>"), encoding="utf-8")
    tools = open_toolbox(Settings(data_dir=tmp_path))
    now = datetime(2026, 11, 24, tzinfo=UTC)
    client = make_app().test_client()
    number = propose(path, tools=tools, as_of=now).proposal.id

    before = unpacked(client.get("/energias?region=puno"))
    publish(number, actor="admin", tools=tools, as_of=now)
    after = unpacked(client.get("/energias?region=puno"))

    assert f"/energias/proposal-{number}" not in before
    assert f"/energias/proposal-{number}" in after
    assert "<b>Terma" not in after
