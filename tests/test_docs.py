"""What the docs promise is counted: tables are those that the code writes."""

import importlib.util
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
