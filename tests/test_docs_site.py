"""What pages of the site say of the code, its data and its pictures is so."""

import csv
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from tests.browser.pictures import BROWSER, DRAWN, IMAGES, kept
from tests.readability import LEAST_WORDS, huerta, perspicuity

from ahorraluz.core.tariffs.lines import LineCode

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
DATA = ROOT / "src" / "ahorraluz" / "data"
ARCHITECTURE = DOCS / "explanation" / "architecture.md"
NUMBERS = DOCS / "explanation" / "numbers.md"
FIRST_STEPS = DOCS / "primeros-pasos"
KINDS = ("residente", "consultor", "proveedor", "entidad-publica", "hogar-inteligente")
CODE = re.compile(r"`([^`]+)`")
MODULE = re.compile(r"`(ahorraluz(?:\.[a-z_]+)+)`")
PICTURE = re.compile(
    r"!\[(?P<alt>[^\]]*)\]\((?P<file>[^)]*)\)|```\{image\} (?P<named>\S+)\n(?P<told>[^`]*)```"
)


@cache
def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Data classes look their module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def pages() -> list[Path]:
    return sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)


# --- architecture --------------------------------------------------------------------------------


def test_the_architecture_is_drawn_from_the_imports_that_there_are() -> None:
    files = script("draw_architecture").files()

    other = [path.name for path, text in files.items() if path.read_text("utf-8") != text]

    assert other == [], "python scripts/draw_architecture.py --write"


def test_drawings_can_be_read_by_a_browser() -> None:
    for name in script("draw_architecture").PICTURES.values():
        root = ElementTree.fromstring((IMAGES / name).read_text("utf-8"))
        words = {"".join(text.itertext()) for text in root.findall(".//{*}text")}

        assert {"core", "issues"} & words
        assert {word for word in words if word.startswith("<")} == {"<5", "<5 modules"} & words


def gone(modules: Iterable[str]) -> list[str]:
    """Return the modules of the package that are not there."""
    places = {name: ROOT / "src" / name.replace(".", "/") for name in modules}
    return [
        name
        for name, place in places.items()
        if not place.is_dir() and not place.with_suffix(".py").is_file()
    ]


def test_every_module_on_the_three_paths_is_there() -> None:
    named = set(MODULE.findall(ARCHITECTURE.read_text("utf-8")))

    assert len(named) > 40
    assert gone(named) == []


@pytest.mark.parametrize("path", ["a recibo", "a live reading", "a model"])
def test_the_modules_of_a_path_lead_to_each_other(path: str) -> None:
    _, _, rest = ARCHITECTURE.read_text("utf-8").partition(f"## The path of {path}\n")
    named = list(dict.fromkeys(MODULE.findall(rest.partition("\n## ")[0])))
    graph = script("draw_architecture").imports()

    def leads(one: str, other: str) -> bool:
        return bool(graph.chain_exists(one, other, as_packages=True))

    alone = [
        name
        for name in named
        if not any(leads(name, other) or leads(other, name) for other in named if other != name)
    ]

    assert len(named) > 8
    assert alone == []


def test_every_module_that_reckons_a_number_is_there() -> None:
    named = {f"ahorraluz.{name}" for cells in numbers() for name in CODE.findall(cells[2])}

    assert len(named) > 30
    assert gone(named) == []


# --- numbers -------------------------------------------------------------------------------------


def sources() -> set[str]:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def numbers() -> Iterator[list[str]]:
    """Yield the cells of the tables of numbers."""
    for line in NUMBERS.read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith(("| ---", "| number |")):
            cells = line.strip("| ").split(" | ")
            assert len(cells) == 5, line
            yield cells


def test_what_every_number_rests_on_is_on_file() -> None:
    named = {name for cells in numbers() for name in CODE.findall(cells[3])}
    figures = {name for name in named if name in national()}

    unknown = {name for name in named - sources() - figures if not (DATA / name).is_file()}

    assert len(named) > 40
    assert [cells[0] for cells in numbers() if not cells[3]] == []
    assert unknown == set()


def national() -> set[str]:
    with (DATA / "national.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"].partition(".")[0] for row in csv.DictReader(file)}


def test_every_line_of_a_bill_and_every_national_figure_is_told_of() -> None:
    told = set(CODE.findall(NUMBERS.read_text("utf-8")))

    assert {code.value for code in LineCode} - told == set()
    assert national() - told == set()


# --- pictures ------------------------------------------------------------------------------------


def shown() -> dict[str, list[tuple[str, str]]]:
    """Return the pictures that pages show, each with its pages and what is said in its place."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page in pages():
        for match in PICTURE.finditer(page.read_text("utf-8")):
            file = match["file"] or match["named"]
            told = match["alt"] or (re.findall(r":alt: (.+)", match["told"] or "") or [""])[0]
            path = (page.parent / file).resolve()
            assert path.is_file(), f"{page.name}: {file}"
            found.setdefault(path.name, []).append((page.name, told))
    return found


def test_every_picture_is_listed_with_how_it_is_made_and_shown() -> None:
    made = {f"{name}.png" for name in BROWSER} | set(DRAWN) | set(script("notebook_checks").SHOWN)
    there = {path.name for path in IMAGES.iterdir()} - {"pictures.json"}

    assert there == made
    assert set(shown()) == made


def test_every_picture_says_in_words_what_it_shows() -> None:
    mute = [(name, page) for name, where in shown().items() for page, told in where if not told]

    assert mute == []


def test_the_words_of_every_picture_of_a_page_are_kept() -> None:
    assert sorted(kept()["pictures"]) == sorted(BROWSER)
    assert [name for name, lines in kept()["pictures"].items() if not lines] == []


# --- first steps ---------------------------------------------------------------------------------


def prose_of(page: str) -> list[str]:
    """Return the sentences of a page that people read: no tables, code, pictures or headings."""
    text = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)|\{doc\}`([^<`]*)[^`]*`", r"\1\2", text)
    text = re.sub(r"[*`]", "", text)
    parts = re.split(r"\n\s*\n|\n(?=\d+\. |- )", text)
    return [
        part
        for part in (" ".join(part.split()) for part in parts)
        if part and part[0] not in "#|:(<" and len(part.split()) >= LEAST_WORDS
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_first_steps_lead_everybody_with_pictures(kind: str) -> None:
    page = (FIRST_STEPS / f"{kind}.md").read_text("utf-8")
    index = (FIRST_STEPS / "index.md").read_text("utf-8")

    assert len(PICTURE.findall(page)) >= 4
    assert re.search(rf"\]\({kind}\.md\)", index)
    assert len(re.findall(r"^## \d+\. ", page, flags=re.MULTILINE)) >= 4


@pytest.mark.parametrize("page", sorted(FIRST_STEPS.glob("*.md")), ids=lambda page: page.stem)
def test_first_steps_are_easy_to_read(page: Path) -> None:
    texts = prose_of(page.read_text("utf-8"))

    easy = [perspicuity(text) for text in texts]

    assert texts
    assert sum(easy) / len(easy) >= 65
    assert sum(map(huerta, texts)) / len(texts) >= 70
    assert {text: round(n) for text, n in zip(texts, easy, strict=True) if n < 55} == {}


def test_what_first_steps_tell_to_press_is_on_their_pictures() -> None:
    """Bold words are words of the pages: seen on a picture of the guide, or pressed on its way."""
    pressed = (ROOT / "tests" / "browser" / "picture_paths.py").read_text("utf-8")
    words = {
        name: " ".join(line[0] for line in lines) for name, lines in kept()["pictures"].items()
    }
    missing = []
    for page in FIRST_STEPS.glob("*.md"):
        text = page.read_text("utf-8")
        names = {Path(m["named"] or m["file"]).stem for m in PICTURE.finditer(text)}
        seen = " ".join([pressed, *(words[name] for name in names)])
        missing += [
            f"{page.stem}: {word}"
            for word in re.findall(r"\*\*(.+?)\*\*", text)
            if word not in seen
        ]

    assert missing == []


# --- the site ------------------------------------------------------------------------------------


def test_the_front_page_leads_every_kind_of_user_in_both_languages() -> None:
    front = (DOCS / "index.md").read_text("utf-8")

    assert [kind for kind in KINDS if f"primeros-pasos/{kind}.md" not in front] == []
    assert "## En español" in front


def test_pages_say_in_which_language_they_are() -> None:
    spec = importlib.util.spec_from_file_location("conf", DOCS / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    conf = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conf)
    spanish, english = {"language": "en"}, {"language": "en"}

    conf.tell_the_language(None, "primeros-pasos/residente", "page.html", spanish, None)
    conf.tell_the_language(None, "guides/my-home", "page.html", english, None)

    assert (spanish["language"], english["language"]) == ("es-PE", "en")


def test_the_citation_names_the_version_of_the_package() -> None:
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    released = re.findall(r"^## (\S+) \((\S+)\)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)

    version = re.search(r'^version: "?([^"\n]+)', citation, re.MULTILINE)
    day = re.search(r'^date-released: "?([^"\n]+)', citation, re.MULTILINE)

    assert version is not None
    assert day is not None
    assert (version[1], day[1]) == released[0]
