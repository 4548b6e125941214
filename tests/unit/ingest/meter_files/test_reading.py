"""Any meter file: the format is found in the content, and every failure is a clear error."""

import subprocess
import sys
from pathlib import Path

import pytest
from scripts.meter_file_mutations import own_seeds

from ahorraluz.ingest.files import FileReadError
from ahorraluz.ingest.meter_files import reading
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.reading import parse_meter_file, read_meter_file
from ahorraluz.texts import LOCALES, open_texts

FORMATS = ["nem12", "green-button", "table", "table", "solaredge", "nem12", "table", "table"]


@pytest.mark.parametrize(
    ("content", "name"),
    list(zip(own_seeds(), FORMATS, strict=True)),
    ids=["NEM12", "Green Button", "semicolons", "commas", "JSON", "zip", "gzip", "bzip2"],
)
def test_the_format_is_found_whatever_the_name_says(
    content: bytes, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "lecturas.dat"
    path.write_bytes(content)

    file = read_meter_file(path)

    assert file.format == name
    assert parse_meter_file(content, name="x.pdf").rows == file.rows


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "meter-file-empty", id="nothing"),
        pytest.param(b"\x00" * 100_000, "meter-file-empty", id="zeros alone"),
        pytest.param(b"\xef\xbb\xbf \r\n", "meter-file-empty", id="a mark and a line"),
        pytest.param(b"%PDF-1.7", "meter-file-is-pdf", id="recibo"),
        pytest.param(b"<libro/>", "green-button-none", id="other XML"),
        pytest.param("<libro/>".encode("utf-16"), "green-button-none", id="XML in UTF-16"),
        pytest.param(b'{"a": 1', "json-broken", id="cut JSON"),
    ],
)
def test_what_is_no_meter_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(MeterFileError) as caught:
        parse_meter_file(content, name="archivo")

    assert caught.value.issue.code == code


def test_places_that_are_no_files_are_named(tmp_path: Path) -> None:
    for path, code in ((tmp_path, "file-is-folder"), (tmp_path / "no", "file-missing")):
        with pytest.raises(FileReadError) as caught:
            read_meter_file(path)

        assert caught.value.issue.code == code


def test_a_file_of_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "enorme.csv"
    with path.open("wb") as file:
        file.write(b"fecha;kWh\n")
        file.truncate(2 * 1024**3)

    with pytest.raises(MeterFileError, match="meter-file-too-large"):
        read_meter_file(path)


@pytest.mark.parametrize("zone", ["Lima", "../../etc/passwd", "", "\x00"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(MeterFileError, match="meter-file-zone-unknown"):
        parse_meter_file(own_seeds()[0], name="a", options=ReadOptions(zone=zone))


@pytest.mark.parametrize("error", [MemoryError(), OverflowError(), UnicodeError(), KeyError("a")])
def test_what_a_library_raises_becomes_one_clear_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(content: Content, options: ReadOptions) -> None:
        raise error

    monkeypatch.setattr(reading, "parse_content", failing)

    with pytest.raises(MeterFileError) as caught:
        parse_meter_file(b"x", name="archivo.csv")

    assert caught.value.issue.parameters == {"file": "archivo.csv", "reason": type(error).__name__}
    for locale in LOCALES:
        assert "archivo.csv" in open_texts(locale).issue(caught.value.issue)


def test_files_that_are_no_table_are_read_without_the_libraries_of_tables() -> None:
    code = (
        "import sys; from ahorraluz.ingest.meter_files.reading import parse_meter_file;"
        "from scripts.meter_file_mutations import own_seeds;"
        "[parse_meter_file(content, name='a') for content in own_seeds()[:2]];"
        "print(*sys.modules)"
    )
    root = Path(__file__).resolve().parents[4]

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )

    assert {"pandas", "pyarrow", "python_calamine"} & set(run.stdout.split()) == set()
