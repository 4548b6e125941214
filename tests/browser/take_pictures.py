"""Take the pictures of the guide again: ``python -m tests.browser.take_pictures``."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tests.browser.conftest import ANSWER, ARGUMENTS, PRINTED, context_of, serving
from tests.conftest import BROWSERS

from ahorraluz.settings import Settings

FOLDER = Path(__file__).parents[2] / "docs" / "images"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: an address, a size, and what is shown of it."""

    name: str
    address: str
    size: str = "phone"
    part: str | None = None
    """Element to show; ``None``: the top of the page."""


PICTURES = (
    Picture(name="start-desk", address="/", size="desk"),
    Picture(name="start-phone", address="/"),
    Picture(name="answer-phone", address=ANSWER),
    Picture(name="answer-desk", address=ANSWER, size="desk"),
    Picture(name="curve-phone", address=ANSWER, part="#salto .chart"),
    Picture(name="steps-desk", address="/ejemplos/arequipa", size="desk", part="#pasos .cards"),
    Picture(name="audit-phone", address=f"/revision?{PRINTED}"),
    Picture(name="mistake-phone", address="/respuesta?d=seal&k=15o"),
)
MOST_PIXELS_HIGH = 900


def take(browser: Browser, site: str, picture: Picture) -> None:
    """Take one picture."""
    with context_of(browser, size=picture.size) as context:
        page = context.new_page()
        page.goto(site + picture.address)
        path = FOLDER / f"{picture.name}.png"
        if picture.part is None:
            page.screenshot(path=path)
            return
        box = page.locator(picture.part).first.bounding_box()
        if box is None:
            raise SystemExit(f"{picture.name}: nothing to show at {picture.part}")
        box["height"] = min(box["height"], MOST_PIXELS_HIGH)
        page.screenshot(path=path, full_page=True, clip=box)


def main() -> None:
    """Take every picture."""
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        raise SystemExit("no Chromium on this machine")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        with serving(Settings(data_dir=Path(folder))) as site:
            for picture in PICTURES:
                take(browser, site, picture)
                sys.stdout.write(f"{picture.name}\n")
        browser.close()


if __name__ == "__main__":
    main()
