"""A data folder of its own for each test that keeps something."""

from pathlib import Path

import pytest


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty data folder that the command uses."""
    folder = tmp_path / "datos"
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(folder))
    return folder
