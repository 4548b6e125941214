"""A meter file checked, and kept whole or not at all."""

from pathlib import Path
from zoneinfo import available_timezones

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.meter_samples import csv_of, rows, write_broken
from tests.unit.core.readings.invented_homes import home, register
from tests.unit.services.conftest import NOW

from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Severity
from ahorraluz.core.readings.quality import channel_kwh
from ahorraluz.services.receive_readings import (
    CheckedFile,
    FileHints,
    ReadingsRefusedError,
    check_bytes,
    check_file,
    check_home_name,
    keep_file,
    readings_of,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.records import Outcome

LIMA = "America/Lima"


def keep(checked: CheckedFile, tools: Toolbox, *, name: str = "casa") -> Outcome:
    return keep_file(checked, home=name, tools=tools, as_of=NOW).receipt.outcome


def test_bytes_say_what_their_file_says(meter: Path) -> None:
    of_file = check_file(meter)
    of_bytes = check_bytes(meter.read_bytes(), name=meter.name)

    assert (of_file.name, of_file.sha256) == (of_bytes.name, of_bytes.sha256)
    assert of_file.cleaned.readings.frame.equals(of_bytes.cleaned.readings.frame)


def test_a_check_keeps_nothing(meter: Path, own_tools: Toolbox) -> None:
    check_file(meter)

    assert own_tools.store.homes() == ()
    assert not own_tools.settings.data_dir.exists()


def test_a_home_is_made_by_the_first_file_that_is_kept_for_it(
    meter: Path, own_tools: Toolbox
) -> None:
    checked = check_file(meter)

    assert [keep(checked, own_tools), keep(checked, own_tools)] == [
        Outcome.STORED,
        Outcome.UNCHANGED,
    ]
    channels, cleaned = readings_of("casa", tools=own_tools)
    assert [channel.id for channel in channels] == [c.id for c in checked.file.channels]
    assert cleaned.readings.frame.equals(checked.cleaned.readings.frame)


def test_broken_rows_refuse_the_file_with_the_first_of_them(
    tmp_path: Path, own_tools: Toolbox
) -> None:
    checked = check_file(write_broken(tmp_path / "b.csv"))

    with pytest.raises(ReadingsRefusedError) as caught:
        keep(checked, own_tools)

    assert [issue.code for issue in caught.value.issues] == ["import-broken-rows", "row-broken"]
    assert {issue.severity for issue in caught.value.issues} == {Severity.ERROR}
    assert own_tools.store.homes() == ()


def test_the_rest_of_a_broken_file_is_kept_where_asked(tmp_path: Path, own_tools: Toolbox) -> None:
    checked = check_file(write_broken(tmp_path / "b.csv"))

    kept = keep_file(checked, home="casa", tools=own_tools, as_of=NOW, keep_rest=True)

    assert (kept.receipt.added, checked.file.rows) == (719, 720)


def test_nothing_that_counts_is_no_series(meter: Path, own_tools: Toolbox) -> None:
    keep(check_file(meter), own_tools)
    own_tools.store.undo_import("casa", 1, NOW)

    with pytest.raises(ReadingsRefusedError, match="home-without-readings"):
        readings_of("casa", tools=own_tools)


def test_a_home_that_is_not_there_is_refused(meter: Path, own_tools: Toolbox) -> None:
    keep(check_file(meter), own_tools)

    with pytest.raises(AhorraLuzError, match="home-unknown"):
        readings_of("otra", tools=own_tools)


@given(
    st.from_regex(
        r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True, alphabet=st.characters(codec="ascii")
    )
)
def test_short_plain_names_are_names_of_homes(name: str) -> None:
    assert check_home_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "-", "casa-", "-casa", "Casa", "mi casa", "casa\n", "ñandú", "a/b", "..", "a" * 41, "٣"],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ReadingsRefusedError, match="home-name-invalid"):
        check_home_name(name)


@pytest.mark.parametrize(
    ("zone", "suggestion"),
    [
        ("Lima", LIMA),
        ("america/lima", LIMA),
        ("America/Lma", LIMA),
        ("", LIMA),
        ("bogota", "America/Bogota"),
        ("🙂" * 100, LIMA),
    ],
)
def test_a_zone_that_is_none_gets_the_one_that_was_meant(zone: str, suggestion: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        FileHints(zone=zone).options()

    assert caught.value.issue.code == "zone-unknown"
    assert caught.value.issue.parameters["suggestion"] == suggestion
    assert suggestion in available_timezones()


def test_hints_reach_the_reader(meter: Path) -> None:
    as_power = check_file(meter, FileHints(unit="kW", measure="power", stamp="end"))

    assert as_power.file.channels[0].measure.value == "power"
    assert check_file(meter).file.channels[0].measure.value == "energy"


@pytest.mark.parametrize("make", [home, register], ids=["energy", "a register"])
def test_the_energy_of_a_channel_is_what_its_numbers_add_up_to(make: type) -> None:
    channel = make()

    kwh = channel_kwh(channel, zone=LIMA)

    rising = channel.measure.value == "register"
    expected = channel.value[-1] - channel.value[0] if rising else np.nansum(channel.value)
    assert kwh == pytest.approx(expected)


@given(st.data())
def test_bytes_of_any_kind_are_read_or_refused_by_a_code(data: st.DataObject) -> None:
    text = csv_of(rows(days=2)).encode()
    start = data.draw(st.integers(0, len(text)))
    content = text[:start] + data.draw(st.binary(max_size=40)) + text[start:]

    try:
        size = len(check_bytes(content, name="m.csv").cleaned.readings)
    except AhorraLuzError as error:
        size = len(error.issues)

    assert size > 0
