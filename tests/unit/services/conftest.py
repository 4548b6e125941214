"""Tools over a data folder of their own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.meter_samples import write_meter

from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def own_tools(tmp_path: Path) -> Toolbox:
    """Return tools that keep what they are given in an empty folder."""
    return open_toolbox(Settings(data_dir=tmp_path / "datos"))


@pytest.fixture
def meter(tmp_path: Path) -> Path:
    """Return two months of invented hourly readings."""
    return write_meter(tmp_path / "medidor.csv")
