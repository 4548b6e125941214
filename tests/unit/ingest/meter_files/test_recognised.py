"""Files without readings are refused for what they are."""

import pytest

from ahorraluz.ingest.meter_files.content import MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.reading import parse_meter_file
from ahorraluz.ingest.meter_files.recognised import refuse_known

TELEGRAM = b"/XYZ5\\2INV-1000\r\n\r\n1-3:0.2.8(50)\r\n1-0:1.8.1(000004.426*kWh)\r\n!5106\r\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"%PDF-1.7\n", "meter-file-is-pdf", id="PDF"),
        pytest.param(b"\xef\xbb\xbf\n%PDF-1.4", "meter-file-is-pdf", id="PDF after a mark"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "meter-file-is-image", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0", "meter-file-is-image", id="JPEG"),
        pytest.param(b"\x00\x00\x00\x18ftypheic", "meter-file-is-image", id="HEIC of a phone"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBPVP8 ", "meter-file-is-image", id="WebP"),
        pytest.param(b"<!DOCTYPE html><html>", "meter-file-is-web-page", id="web page"),
        pytest.param(b"\n<table><tr><td>1", "meter-file-is-web-page", id="table of a web page"),
        pytest.param(b"\x7fELF\x02", "meter-file-is-other", id="program"),
        pytest.param(b"MZ\x90\x00", "meter-file-is-other", id="program of Windows"),
        pytest.param(b"SQLite format 3\x00", "meter-file-is-other", id="database"),
        pytest.param(b"Rar!\x1a\x07\x01\x00", "meter-file-is-other", id="RAR"),
        pytest.param(TELEGRAM, "meter-file-is-telegram", id="telegram"),
        pytest.param(TELEGRAM.partition(b"\n")[2], "meter-file-is-telegram", id="without head"),
    ],
)
def test_what_holds_no_readings_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(MeterFileError) as caught:
        parse_meter_file(content, name="archivo")

    assert caught.value.issue.code == code


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"fecha;kWh\n2024-01-01;1\n", id="table"),
        pytest.param(b"MZ,kWh\n1,2\n", id="table that begins like a program"),
        pytest.param(b"/consumo/diario,kWh\n", id="table that begins with a slash"),
        pytest.param(b"<?xml version='1.0'?><feed>", id="XML"),
        pytest.param(b"register,1-0:1.8.0\ntime,kWh\n", id="table that names a register"),
    ],
)
def test_what_may_hold_readings_is_let_through(content: bytes) -> None:
    refuse_known(content_of_bytes(content, name="archivo"))
