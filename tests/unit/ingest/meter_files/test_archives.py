"""Archives: what is in them, within limits."""

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping

import pytest

from ahorraluz.core.readings.channels import MeterFile
from ahorraluz.ingest.meter_files import archives
from ahorraluz.ingest.meter_files.archives import is_archive, is_archive_of_files, members
from ahorraluz.ingest.meter_files.content import MeterFileError, content_of_bytes
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.reading import parse_meter_file

NEM12 = "100,NEM12,202001010000,A,B\n200,{nmi},E1,1,E1,N1,S1,kWh,30,\n{days}900\n"


def nem12(*dates: str, nmi: str = "1234567890") -> bytes:
    days = "".join(f"300,{date},{','.join(['0.5'] * 48)},A,,,,\n" for date in dates)
    return NEM12.format(nmi=nmi, days=days).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def parsed(content: bytes, *, sheet: str | None = None) -> MeterFile:
    return parse_meter_file(content, name="archive", options=ReadOptions(sheet=sheet))


def refusal(content: bytes) -> MeterFileError:
    with pytest.raises(MeterFileError) as caught:
        parsed(content)
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zipped({"a/b.csv": nem12("20200101")}), id="zip"),
        pytest.param(gzip.compress(nem12("20200101")), id="gzip"),
        pytest.param(bz2.compress(nem12("20200101")), id="bzip2"),
        pytest.param(tarred({"b.csv": nem12("20200101")}), id="tar"),
        pytest.param(gzip.compress(tarred({"b.csv": nem12("20200101")})), id="tar in gzip"),
        pytest.param(zipped({"b.zip": zipped({"b": nem12("20200101")})}), id="zip in zip"),
        pytest.param(
            zipped({"__MACOSX/b": b"x", "x/.DS_Store": b"x", "b": nem12("20200101")}),
            id="what a Mac adds",
        ),
    ],
)
def test_the_one_file_of_an_archive_is_read(content: bytes) -> None:
    file = parsed(content)

    assert float(file.channels[0].value.sum()) == 24.0
    assert file.issues == ()


def test_a_workbook_that_lies_in_a_zip_as_it_is_does_not_make_it_a_workbook() -> None:
    workbook = zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"<x/>"})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("consumo.xlsx", workbook)

    assert is_archive_of_files(content_of_bytes(file.getvalue(), name="a.zip"))
    assert not is_archive_of_files(content_of_bytes(workbook, name="consumo.xlsx"))


def test_files_that_follow_each_other_are_joined_in_the_order_of_their_times() -> None:
    content = zipped(
        {"b.csv": nem12("20200102"), "a.csv": nem12("20200103"), "c": nem12("20200101")}
    )

    file = parsed(content)

    (channel,) = file.channels
    assert (len(channel), file.rows) == (144, 3)
    assert channel.start_s.tolist() == sorted(channel.start_s.tolist())


def test_files_that_cannot_be_joined_are_named_until_one_is_chosen() -> None:
    content = zipped({"a.csv": nem12("20200101"), "b.csv": nem12("20200101", nmi="2")})

    error = refusal(content)
    chosen = parsed(content, sheet="b.csv")

    assert error.issue.code == "archive-mixed"
    assert error.issue.parameters["names"] == ["a.csv", "b.csv"]
    assert len(chosen.channels[0]) == 48


def test_files_without_readings_are_left_aside_and_named() -> None:
    content = zipped({"recibo.pdf": b"%PDF-1.7", "a.csv": nem12("20200101")})

    (issue,) = parsed(content).issues

    assert issue.code == "archive-members-skipped"
    assert issue.parameters == {"names": ["recibo.pdf"], "count": 1}


def test_folders_in_names_mean_nothing() -> None:
    content = content_of_bytes(zipped({"../../etc/passwd": b"x", "C:\\a\\b.csv": b"x"}), name="z")

    assert [member.name for member in members(content)] == ["passwd", "b.csv"]


def encrypted() -> bytes:
    content = bytearray(zipped({"a.csv": b"x"}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def damaged() -> bytes:
    return zipped({"a.csv": nem12("20200101")}).replace(
        b"\x00\x00\x00a.csv", b"\x00\x00\x00b.csv", 1
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(encrypted(), "archive-encrypted", id="password"),
        pytest.param(damaged(), "archive-broken", id="two names of one member"),
        pytest.param(zipped({"a": nem12("20200101")})[:-30], "archive-broken", id="cut zip"),
        pytest.param(gzip.compress(nem12("20200101"))[:-9], "archive-broken", id="cut gzip"),
        pytest.param(
            gzip.compress(nem12("20200101"))[:-8] + b"\x00" * 8, "archive-broken", id="checksum"
        ),
        pytest.param(gzip.compress(b"0" * 20_000_000), "archive-bomb", id="bomb"),
        pytest.param(zipped({"a": b"0" * 20_000_000}), "archive-bomb", id="bomb in zip"),
        pytest.param(
            zipped({"a": zipped({"b": zipped({"c": zipped({"d": b"x"})})})}),
            "archive-too-deep",
            id="archives in archives",
        ),
        pytest.param(zipped({}), "archive-empty", id="nothing in it"),
        pytest.param(zipped({"a.csv": b"  \n"}), "archive-empty", id="an empty file in it"),
        pytest.param(zipped({"a": b"%PDF-1.7"}), "meter-file-is-pdf", id="lone member's reason"),
        pytest.param(
            zipped({"a": b"%PDF-1.7", "b": b"%PDF-1.7"}), "archive-nothing-readable", id="no data"
        ),
    ],
)
def test_archives_that_cannot_be_read_say_why(content: bytes, code: str) -> None:
    assert refusal(content).issue.code == code


def test_too_many_members_are_refused_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    files = {str(at): b"x" for at in range(5)}

    for content in (zipped(files), tarred(files)):
        with pytest.raises(MeterFileError, match="archive-too-many-members"):
            list(members(content_of_bytes(content, name="many")))


def test_a_huge_table_of_contents_is_refused_before_it_is_read() -> None:
    content = bytearray(zipped({"a": b"x"}))
    at = content.index(b"PK\x05\x06") + 12
    content[at : at + 4] = (100_000_000).to_bytes(4, "little")

    assert refusal(bytes(content)).issue.code == "archive-too-many-members"


def test_all_members_together_have_one_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 1000)
    content = zipped({str(at): b"x" * 400 for at in range(3)})

    with pytest.raises(MeterFileError, match="archive-too-large"):
        list(members(content_of_bytes(content, name="large")))


def test_other_files_are_no_archive() -> None:
    assert not is_archive(b"fecha;kWh\n")
