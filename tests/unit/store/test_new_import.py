"""What is written down about a file."""

import json

import numpy as np
import pytest

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.store.new_import import NewImport, plain_name, read_sha256


def channel(
    start_s: list[int],
    values: list[float],
    *,
    length_s: int = 3_600,
    measure: Measure = Measure.ENERGY,
    name: str = "kWh",
) -> Channel:
    start = np.array(start_s, dtype=np.int64)
    return Channel(
        id=name,
        flow=Flow.IMPORT,
        measure=measure,
        start_s=start,
        end_s=start + length_s,
        value=np.array(values, dtype=np.float64),
        line=np.arange(len(values), dtype=np.int64),
        flags=np.zeros(len(values), dtype=np.uint8),
    )


def test_channels_without_rows_are_left_out() -> None:
    full, empty = channel([7_200, 0], [1.0, 2.0], name="b"), channel([], [], name="a")
    file = MeterFile(format="csv", channels=(empty, full), rows=2, zone="America/Lima")

    new = NewImport(file, sha256="x", file_name="a.csv")

    assert json.loads(new.columns["channels"]) == ["b"]
    assert (new.start_s, new.end_s, new.columns["rows"]) == (0, 10_800, 2)


def test_the_same_file_read_in_another_unit_has_another_digest() -> None:
    one, same, other = (channel([0], [value]) for value in (1.5, 1.5, 1500.0))

    assert read_sha256([one]) == read_sha256([same])
    assert read_sha256([one]) != read_sha256([other])


@pytest.mark.parametrize(
    ("read", "kwh"),
    [
        pytest.param(channel([0, 3_600], [1.5, 0.5]), 2.0, id="energy"),
        pytest.param(
            channel(
                [7_200, 0, 3_600, 10_800],
                [1.5, 10.0, 12.0, float("nan")],
                length_s=0,
                measure=Measure.REGISTER,
            ),
            3.5,
            id="register that began anew",
        ),
        pytest.param(channel([0], [2.0], length_s=1_800, measure=Measure.POWER), 1.0, id="power"),
        pytest.param(channel([0], [float("nan")]), 0.0, id="nothing"),
    ],
)
def test_the_energy_of_a_file_is_told_as_it_stands(read: Channel, kwh: float) -> None:
    file = MeterFile(format="csv", channels=(read,), rows=len(read), zone="America/Lima")

    assert NewImport(file, sha256="x", file_name="a.csv").columns["kwh"] == pytest.approx(kwh)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("a/b/mayo.csv", "mayo.csv", id="folders"),
        pytest.param("C:\\casa\\mayo.csv", "mayo.csv", id="folders of Windows"),
        pytest.param("x" * 300 + ".csv", "x" * 251 + ".csv", id="a long name keeps its end"),
        pytest.param("ma\0yo\udce9.csv", "mayo?.csv", id="what no database takes"),
    ],
)
def test_a_file_is_kept_by_its_name_alone(given: str, kept: str) -> None:
    assert plain_name(given) == kept
