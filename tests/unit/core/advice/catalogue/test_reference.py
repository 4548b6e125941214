"""The page of measures is what the code says."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[5]


def test_the_table_of_measures_is_the_one_the_catalogue_writes() -> None:
    spec = importlib.util.spec_from_file_location(
        "write_measure_reference", ROOT / "scripts" / "write_measure_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)

    page = (ROOT / "docs" / "reference" / "measures.md").read_text("utf-8")

    assert script.table() in page
