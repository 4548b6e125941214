"""Series of a home from its rows: what is wrong with a row is said of what is wrong."""

from typing import Any

import pyarrow as pa
import pytest

from ahorraluz.ingest.fleet_cells import PACKED
from ahorraluz.services.fleet.faults import HomeFaultError
from ahorraluz.services.fleet.intervals import series_of

START_S = 1_767_243_600


def packed(*, step_s: int | None, kwh: list[float] | None) -> pa.Table:
    row = {"household_id": "a", "start_s": START_S, "step_s": step_s, "kwh": kwh}
    return pa.Table.from_pylist([row], schema=PACKED)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param({"step_s": 3_600, "kwh": None}, "fleet-list-missing", id="no list"),
        pytest.param({"step_s": 3_600, "kwh": []}, "fleet-list-missing", id="an empty list"),
        pytest.param({"step_s": 0, "kwh": [1.0]}, "fleet-step-wrong", id="a step of nothing"),
        pytest.param({"step_s": None, "kwh": [1.0]}, "fleet-step-wrong", id="no step"),
    ],
)
def test_a_packed_row_without_a_part_says_which(row: dict[str, Any], code: str) -> None:
    with pytest.raises(HomeFaultError) as refused:
        series_of(packed(**row), zone="America/Lima", is_local=False)

    assert refused.value.issue.code == code


def test_a_list_that_is_missing_is_found_by_its_start() -> None:
    with pytest.raises(HomeFaultError) as refused:
        series_of(packed(step_s=3_600, kwh=None), zone="America/Lima", is_local=False)

    assert refused.value.issue.parameters == {"start": "2026-01-01 05:00 UTC"}
