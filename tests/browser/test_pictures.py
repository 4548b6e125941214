"""Every picture of the documentation shows the pages as they are today."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser
from tests.browser.camera import Camera, Taken, looks_other, misread
from tests.browser.pictures import BROWSER, IMAGES, WALKED, kept, lines_of, take_all

pytestmark = pytest.mark.browser
TAKE_AGAIN = "python -m tests.browser.take_pictures"


@pytest.fixture(scope="module")
def camera(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """Return a camera that walked every way."""
    camera = Camera(browser)
    take_all(camera, tmp_path_factory.mktemp("pictures"))
    return camera


@pytest.fixture(scope="module")
def taken(camera: Camera) -> Mapping[str, Taken]:
    return camera.taken


def test_the_ways_take_the_pictures_that_are_listed(taken: Mapping[str, Taken]) -> None:
    assert sorted(taken) == sorted(BROWSER)
    assert sorted(kept()["pictures"]) == sorted(BROWSER)
    assert len(set(BROWSER)) == sum(len(names) for _, names in WALKED.values())


@pytest.mark.parametrize("name", BROWSER)
def test_the_picture_says_what_its_page_says(taken: Mapping[str, Taken], name: str) -> None:
    before = kept()
    new = taken[name]

    wrong = misread(
        lines_of(before["pictures"][name]),
        new,
        same_font=before["ruler"] == list(new.ruler),
    )

    assert wrong == [], TAKE_AGAIN


@pytest.mark.parametrize("name", BROWSER)
def test_the_picture_looks_as_its_page_looks(camera: Camera, name: str) -> None:
    before, new = kept(), camera.taken[name]
    if before["ruler"] != list(new.ruler):
        pytest.skip("another font than that of the pictures: only what they say is compared")
    with Image.open(IMAGES / f"{name}.png") as image:
        other = looks_other(image, new.image, same_browser=before["browser"] == camera.version)

    assert other == [], TAKE_AGAIN


# --- what is changed on a page is found --------------------------------------------------------

SHOWN = """<!doctype html><body style="background: #0b4f45; color: #fff">
<p class="eyebrow">Luz del Sur</p><h1>Con 12 kWh menos pagarías S/ 18.30 menos.</h1>
<p><span class="pill" style="padding: 1em">Precios supuestos</span></p></body>"""
NUMBER = """() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replace('18.30', '18.31');
}"""
PLACE = "document.querySelector('h1').style.marginTop = '12px'"
COLOUR = "document.querySelector('.pill').style.background = '{}'"
GONE = "document.querySelector('.eyebrow').remove()"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(NUMBER, id="a number"),
        pytest.param(PLACE, id="where it stands"),
        pytest.param(GONE, id="a line that is gone"),
    ],
)
def test_another_word_or_place_is_found(browser: Browser, change: str) -> None:
    before, after = seen_before_and_after(browser, change)

    assert misread(before.lines, before, same_font=True) == []
    assert misread(before.lines, after, same_font=True) != []


def test_another_number_is_found_where_the_font_is_another(browser: Browser) -> None:
    before, after = seen_before_and_after(browser, NUMBER)

    assert misread(before.lines, before, same_font=False) == []
    assert misread(before.lines, after, same_font=False) == [
        "Con 12 kWh menos pagarías S/ 18.30 menos."
    ]


@pytest.mark.parametrize(
    ("colour", "same_browser"),
    [
        pytest.param("#722", True, id="another colour"),
        pytest.param("#fff", False, id="quite another, by another browser"),
    ],
)
def test_another_colour_is_found(browser: Browser, colour: str, same_browser: bool) -> None:
    before, after = seen_before_and_after(browser, COLOUR.format(colour))

    assert looks_other(before.image, before.image, same_browser=same_browser) == []
    assert looks_other(before.image, after.image, same_browser=same_browser) != []


@pytest.mark.parametrize("name", BROWSER)
def test_every_number_of_every_picture_counts(name: str) -> None:
    lines = lines_of(kept()["pictures"][name])
    numbered = [at for at, (text, *_) in enumerate(lines) if re.search(r"\d", text)]
    for at in numbered:
        text, x, y, width, height = lines[at]
        other = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), text, count=1)
        changed = (*lines[:at], (other, x, y, width, height), *lines[at + 1 :])
        new = Taken(image=Image.new("RGB", (1, 1)), lines=changed)

        assert misread(lines, new, same_font=True) != [], text


def seen_before_and_after(browser: Browser, change: str) -> tuple[Taken, Taken]:
    camera = Camera(browser)
    with camera.page("phone") as page:
        page.set_content(SHOWN)
        camera.shoot(page, "before")
        page.evaluate(change)
        camera.shoot(page, "after")
    return camera.taken["before"], camera.taken["after"]


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in Path(IMAGES).iterdir()}

    assert {
        name: size for name, size in sizes.items() if size > 60_000 and name != "pictures.json"
    } == {}
