"""Tables of the groups of homes."""

import gzip
from pathlib import Path

import pytest

from ahorraluz.ingest.bill_tables import read_bills
from ahorraluz.ingest.cohorts import CohortError, read_cohorts
from ahorraluz.ingest.panels import read_panel


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"household_id,cohort\n1,low\n02,high\n,x\n3,\n", id="commas"),
        pytest.param(b"\xef\xbb\xbfCohort;Household_ID\nlow;1\nhigh;02\n", id="semicolons"),
        pytest.param(gzip.compress(b"household_id\tcohort\n1\tlow\n02\thigh\n"), id="gzip, tabs"),
    ],
)
def test_each_home_has_its_group(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(data)

    assert read_cohorts(path) == {"1": "low", "02": "high"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"hogar,grupo\n1,a\n", "cohorts-columns", id="other columns"),
        pytest.param(b"", "cohorts-columns", id="nothing"),
        pytest.param(b"household_id,cohort\n", "cohorts-empty", id="no row"),
        pytest.param(b"household_id,cohort\n1,a\n1,b\n", "cohort-twice", id="two groups"),
        pytest.param(
            b"household_id,cohort\n" + b"".join(b"%d,g%d\n" % (n, n) for n in range(51)),
            "cohorts-too-many",
            id="a group for each home",
        ),
        pytest.param(b"household_id,cohort\n1,\xff\n", "cohorts-unreadable", id="no UTF-8"),
        pytest.param(gzip.compress(b"household_id,cohort\n1,a\n")[:20], "cohorts-unreadable",
                     id="a broken archive"),
    ],
)  # fmt: skip
def test_other_tables_are_refused(tmp_path: Path, data: bytes, code: str) -> None:
    path = tmp_path / "groups.csv"
    path.write_bytes(data)

    with pytest.raises(CohortError) as refused:
        read_cohorts(path)

    assert refused.value.issue.code == code


def test_readings_and_bills_may_name_the_group_themselves(tmp_path: Path) -> None:
    readings, bills = tmp_path / "readings.csv", tmp_path / "bills.csv"
    readings.write_text(
        "timestamp,household_id,kwh,cohort\n2026-01-01T00:00,a,1,x\n2026-01-01T01:00,a,1,\n"
    )
    bills.write_text("household_id,period,kwh,cohort\na,2026-01,1,x\nb,2026-01,1,\n")

    assert read_panel(readings).cohorts == {"a": "x"}
    assert read_bills(bills).cohorts == {"a": "x"}
