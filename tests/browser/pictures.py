"""Every picture of the documentation, and how it is made: the one list of them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.browser import picture_paths as paths
from tests.browser.camera import Camera, Line, Taken
from tests.browser.conftest import ANSWER, PRINTED
from tests.browser.staged import Stage, staged

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
KEPT = IMAGES / "pictures.json"
"""The words of each picture and where they stand, by its name, and what drew it."""

PAGES = (
    ("start-phone", "/", "phone", None),
    ("answer-phone", ANSWER, "phone", None),
    ("answer-desk", ANSWER, "desk", None),
    ("curve-phone", ANSWER, "phone", "#salto .chart"),
    ("steps-desk", "/ejemplos/arequipa", "desk", "#pasos .cards"),
    ("audit-phone", f"/revision?{PRINTED}", "phone", None),
    ("mistake-phone", "/respuesta?d=seal&k=15o", "phone", None),
)
"""Pictures of pages that anybody sees: name, address, size, element (``None``: the window)."""


def open_pages(stage: Stage) -> None:
    """Look at pages that need no account."""
    for name, address, size, part in PAGES:
        with stage.camera.page(size) as page:
            stage.goes(page, address)
            stage.shoot(page, name, part)


WALKED: Mapping[str, tuple[Callable[[Stage], None], tuple[str, ...]]] = {
    "pages": (open_pages, tuple(name for name, *_ in PAGES)),
    "resident": (
        paths.resident,
        tuple(
            f"residente-{step}"
            for step in (
                *("inicio", "respuesta", "salto", "paso", "aparatos", "cuenta", "hogar"),
                *("hecho", "logrado"),
            )
        ),
    ),
    "staff": (
        paths.staff,
        (
            *(f"entrar-{step}" for step in ("enlace", "clave", "codigo", "rescate")),
            *(
                f"consultor-{step}"
                for step in ("archivo", "revision", "cartera", "cliente", "codigo")
            ),
            *(
                f"proveedor-{step}"
                for step in ("oferta", "espera", "demanda", "interesados", "contacto")
            ),
            "residente-ofertas",
            *(f"entidad-{step}" for step in ("mapa", "tabla", "politica", "resultado")),
        ),
    ),
    "smart home": (
        paths.smart_home,
        tuple(f"hogar-{step}" for step in ("aparato", "clave", "en-vivo", "avisos")),
    ),
}
"""Ways through the pages in a browser, with the pictures that each takes."""
BROWSER = tuple(name for _, names in WALKED.values() for name in names)
DRAWN = {
    "soak.svg": "scripts/soak.py",
    "architecture.svg": "scripts/draw_architecture.py",
    "architecture-core.svg": "scripts/draw_architecture.py",
}
"""Pictures that a script draws; those of notebooks are listed in ``scripts/notebook_checks.py``."""


def take_all(camera: Camera, folder: Path) -> Mapping[str, Taken]:
    """Walk every way and return the pictures by name."""
    with staged(camera, folder) as stage:
        for walk, _ in WALKED.values():
            walk(stage)
    return camera.taken


def kept() -> dict[str, Any]:
    """Return what is kept of the pictures."""
    found: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return found


def lines_of(kept_lines: list[list[Any]]) -> tuple[Line, ...]:
    """Return lines as they are taken."""
    return tuple((text, x, y, width, height) for text, x, y, width, height in kept_lines)


def write(camera: Camera) -> None:
    """Keep the words of what was taken: a line of the file for each line of a picture."""
    ruler = next(iter(camera.taken.values())).ruler
    pictures = ",\n".join(
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps(line, ensure_ascii=False) for line in camera.taken[name].lines)
        + "\n]"
        for name in sorted(camera.taken)
    )
    head = f'"browser": {json.dumps(camera.version)},\n"ruler": {json.dumps(ruler)},\n'
    KEPT.write_text(f'{{\n{head}"pictures": {{\n{pictures}\n}}\n}}\n', "utf-8")
