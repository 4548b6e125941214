"""Readings by a word: a file, or a home of the store."""

from pathlib import Path

import pytest
from tests.unit.services.conftest import NOW

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.files import FileReadError
from ahorraluz.services.find_readings import find_readings
from ahorraluz.services.receive_readings import (
    FileHints,
    ReadingsRefusedError,
    check_file,
    keep_file,
)
from ahorraluz.services.toolbox import Toolbox


@pytest.fixture
def kept(meter: Path, own_tools: Toolbox) -> Toolbox:
    """Return tools whose store holds the invented readings for ``casa``."""
    keep_file(check_file(meter), home="casa", tools=own_tools, as_of=NOW)
    return own_tools


def test_a_file_and_its_home_have_the_same_series(kept: Toolbox, meter: Path) -> None:
    file, home = (find_readings(target, tools=kept) for target in (str(meter), "casa"))

    assert (file.name, home.name) == ("medidor.csv", "casa")
    assert (file.home, home.home) == (None, "casa")
    assert file.cleaned.readings.frame.equals(home.cleaned.readings.frame)


def test_a_file_goes_before_a_home_of_its_name(
    kept: Toolbox, meter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(meter.parent)
    meter.rename("casa")

    assert find_readings("casa", tools=kept).home is None


def test_a_folder_does_not_hide_a_home(
    kept: Toolbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("casa").mkdir()

    assert find_readings("casa", tools=kept).home == "casa"


def test_hints_are_for_files(kept: Toolbox, meter: Path) -> None:
    hints = FileHints(unit="Wh")

    as_wh, as_kept = (
        find_readings(target, tools=kept, hints=hints).cleaned.report.kwh_total
        for target in (str(meter), "casa")
    )

    assert as_wh == pytest.approx(as_kept / 1000)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        pytest.param("otra", ReadingsRefusedError, id="no such home"),
        pytest.param("otra.csv", FileReadError, id="no such file"),
        pytest.param("Otra", FileReadError, id="no name of a home"),
        pytest.param("", FileReadError, id="nothing"),
        pytest.param("a" * 300, FileReadError, id="too long for either"),
    ],
)
def test_what_is_neither_is_refused(target: str, kind: type[AhorraLuzError], kept: Toolbox) -> None:
    with pytest.raises(kind):
        find_readings(target, tools=kept)


def test_looking_for_a_home_makes_no_database(own_tools: Toolbox) -> None:
    with pytest.raises(ReadingsRefusedError, match="no-such-file-or-home"):
        find_readings("casa", tools=own_tools)

    assert not own_tools.settings.data_dir.exists()
