"""What the docs promise is counted: tables are those that the code writes."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_predictions_is_what_the_code_predicts() -> None:
    table = _script("predict_recibos").table()

    assert table in (ROOT / "docs" / "explanation" / "predictions.md").read_text()


def test_the_tables_of_the_model_card_are_those_of_the_shipped_model() -> None:
    assert _script("write_model_card").page() == (
        ROOT / "docs" / "reference" / "model-card.md"
    ).read_text("utf-8")


def test_the_reference_of_the_api_is_its_document() -> None:
    page = (ROOT / "docs" / "reference" / "api.md").read_text("utf-8")

    assert _script("write_api_reference").page() == page


def test_files_of_the_readme_that_are_no_part_of_it_are_said_to_be_ones_own() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = [line for line in readme.splitlines() if line.startswith("ahorraluz ")]
    comments = " ".join(line for line in readme.splitlines() if line.startswith("# "))

    written = set(re.findall(r"--(?:html|claim|out) (\S+)", "\n".join(commands)))
    named = set(re.findall(r"\S+\.(?:csv|html|json|pdf|toml)\b", "\n".join(commands))) - written
    own = {name for name in named if not (ROOT / name).exists()}

    assert own
    assert {name for name in own if name not in comments} == set()


def test_what_the_readme_writes_is_kept_out_of_the_repository() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()

    written = set(re.findall(r"--(?:html|claim) (\S+)", readme))

    assert {f"/{name}" for name in written} <= set(ignored)
