"""What exported forms of a model are compared on."""

from pathlib import Path

import pytest
from tests.unit.learning.invented_homes import write_homes

from ahorraluz.learning.training_data import read_panel
from ahorraluz.services.train_models import compared_on


@pytest.mark.parametrize("days", [60, 120])
def test_forms_are_compared_on_some_windows_however_short_the_readings(
    tmp_path: Path, days: int
) -> None:
    write_homes(tmp_path / "homes.csv", homes=3, days=days)

    sample = compared_on(read_panel(tmp_path).learnt())

    assert len(sample.cut.home) > 0
