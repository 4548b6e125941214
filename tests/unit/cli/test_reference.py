"""The reference pages say what the commands and the home file take."""

import importlib.util
import re
from types import ModuleType

import pytest
from tests.unit.cli.running import ROOT, SCHEMAS

from ahorraluz.ingest.home_file import LISTS, TABLES

REFERENCE = ROOT / "docs" / "reference"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    page = script("write_command_reference").page()

    assert (REFERENCE / "cli.md").read_text("utf-8") == page


def test_the_ids_of_a_home_file_are_those_of_the_catalogue() -> None:
    text = (REFERENCE / "home-file.md").read_text("utf-8")

    missing = [
        name for name, rows in script("write_home_reference").lists().items() if rows not in text
    ]

    assert missing == []


@pytest.mark.parametrize(
    ("section", "model"),
    [
        *((f"[{name}]", model) for name, model in TABLES.items()),
        *((f"[[{name}]]", model) for name, model in LISTS.items()),
    ],
)
def test_every_key_of_a_section_is_documented(section: str, model: type) -> None:
    text = (REFERENCE / "home-file.md").read_text("utf-8")
    part = text.partition(f"## `{section}`")[2].partition("\n## ")[0].partition("<!--")[0]
    fields = model.model_fields  # type: ignore[attr-defined]

    documented = re.findall(r"^\| `(\w+)` \|", part, flags=re.MULTILINE)

    assert documented == [field.alias or name for name, field in fields.items()]


def test_every_schema_is_in_the_page_of_answers() -> None:
    text = (REFERENCE / "json.md").read_text("utf-8")

    assert [
        path.name for path in SCHEMAS.glob("*.json") if f"schemas/{path.name}" not in text
    ] == []


def test_tutorials_show_what_their_commands_answer() -> None:
    tutorials = script("run_tutorials")
    texts = {page.name: page.read_text("utf-8") for page in tutorials.pages()}

    assert {name: tutorials.up_to_date(text) for name, text in texts.items()} == texts
