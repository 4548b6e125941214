"""What a phone installs, and what it keeps for when there is no net."""

import json
import re

import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town

from ahorraluz.web.assets import load_assets


def test_the_manifest_is_complete_enough_to_install(town: Town) -> None:
    client = town.app.test_client()

    response = client.get("/manifest.webmanifest")

    document = json.loads(unpacked(response))
    assert response.content_type.startswith("application/manifest+json")
    assert {"name", "short_name", "start_url", "display", "icons"} <= set(document)
    assert all(client.get(icon["src"]).status_code == 200 for icon in document["icons"])


def test_the_worker_keeps_files_that_are_there(town: Town) -> None:
    client = town.app.test_client()

    script = unpacked(client.get("/sw.js"))

    kept = json.loads(re.match(r"const KEEP = (\[.*?\]);", script).group(1))  # type: ignore[union-attr]
    assert all(client.get(path).status_code == 200 for path in kept)
    assert load_assets()["app.css"].address in kept


def test_pages_may_have_a_worker_and_a_manifest_of_their_own_only(town: Town) -> None:
    policy = town.app.test_client().get("/").headers["Content-Security-Policy"]

    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


@pytest.mark.parametrize(
    "path", ["/", "/respuesta?d=luz-del-sur&k=152", "/entrar", "/sin-conexion"]
)
def test_nothing_is_kept_of_a_stranger(town: Town, path: str) -> None:
    assert "data-home" not in unpacked(town.app.test_client().get(path))


def test_pages_of_a_home_ask_for_the_worker(rosa: Resident) -> None:
    assert '<html lang="es-PE" data-home>' in rosa.page()


def test_signing_out_clears_what_the_browser_kept(rosa: Resident) -> None:
    response = rosa.client.post("/salir", data={"csrf": rosa.token()})

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_signing_in_clears_what_somebody_else_kept_there(town: Town) -> None:
    client = town.app.test_client()
    form = unpacked(client.get("/crear-cuenta"))
    token = re.search(r'name="csrf" value="([^"]+)"', form).group(1)  # type: ignore[union-attr]

    fields = {"csrf": token, "nombre": "nueva@ejemplo.pe", "clave": "tres gatos verdes en la puna"}
    response = client.post("/crear-cuenta", data=fields)

    assert response.status_code == 303
    assert response.headers["Clear-Site-Data"] == '"storage"'
