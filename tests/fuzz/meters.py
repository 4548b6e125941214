"""Meter files of every kind: texts as they are, workbooks and archives packed from their parts."""

import gzip
import io
import zipfile

import numpy as np
from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, refused, tell

from ahorraluz.core.readings.channels import Channel, Measure, MeterFile
from ahorraluz.ingest.meter_files.options import ReadOptions, Stamp
from ahorraluz.ingest.meter_files.reading import AS_FOUND, parse_meter_file
from ahorraluz.store.blocks import blocks_of, decode

WORKBOOK = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/'
    b'package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.'
    b'openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
    b'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    b'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/'
    b'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    b'officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'relationships"><sheets><sheet name="Hoja1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": b'<?xml version="1.0"?><Relationships xmlns="http://schemas.'
    b'openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.'
    b'openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/'
    b'sheet1.xml"/></Relationships>',
}
"""A workbook but for its sheet."""
SHEET = "xl/worksheets/sheet1.xml"
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
OPTIONS = (
    AS_FOUND,
    ReadOptions(zone="America/Lima", unit="Wh"),
    ReadOptions(zone="America/New_York", stamp=Stamp.END, measure=Measure.POWER),
    ReadOptions(measure=Measure.REGISTER, unit="kWh"),
)


def meter_file(data: bytes) -> None:
    """Read bytes as a meter file; the first says what a person tells beside it."""
    _read(data[1:], OPTIONS[(data[:1] or b"\0")[0] % len(OPTIONS)])


def meter_book(data: bytes) -> None:
    """Put bytes into a workbook as its sheet, or give them as the workbook itself."""
    kind, body = (data[:1] or b"\0")[0] % 3, data[1:]
    if kind == 0:
        _read(packed({**WORKBOOK, SHEET: body}), AS_FOUND)
    elif kind == 1:
        _read(packed({"mimetype": OPEN_DOCUMENT, "content.xml": body}), AS_FOUND)
    else:
        _read(body, AS_FOUND)


def meter_archive(data: bytes) -> None:
    """Pack bytes once or several times, or give them as the archive itself."""
    cut = Cut(data)
    kind, name = cut.whole(0, 4), cut.text(12) or "a.csv"
    body = cut.rest()
    if kind == 0:
        body = packed({name: body})
    elif kind == 1:
        body = gzip.compress(body, mtime=0)
    elif kind == 2:
        body = packed({name: body, f"{len(name)}.csv": body[: len(body) // 2]})
    elif kind == 3:
        body = gzip.compress(packed({name: gzip.compress(body, mtime=0)}), mtime=0)
    _read(body, AS_FOUND)


def packed(members: dict[str, bytes]) -> bytes:
    """Return a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def _read(content: bytes, options: ReadOptions) -> None:
    file = refused(lambda: parse_meter_file(content, name="medidor", options=options))
    if file is not None:
        _is_whole(file)


def _is_whole(file: MeterFile) -> None:
    hold(file.rows >= file.broken_rows >= 0, "more broken rows than rows")
    if file.issues:
        tell(file.issues)
    names = [channel.id for channel in file.channels]
    hold(len(set(names)) == len(names), "two channels of one name")
    for channel in file.channels:
        hold(not bool(np.isinf(channel.value).any()), "a reading without end")
        _comes_back(channel)


def _comes_back(channel: Channel) -> None:
    """See that a channel is kept and read again to the bit."""
    parts = [
        decode(block.payload, id=channel.id, flow=channel.flow, measure=channel.measure)
        for block in blocks_of(channel)
    ]
    for column in ("start_s", "end_s", "value", "line", "flags"):
        want = getattr(channel, column)
        found = np.concatenate([getattr(part, column) for part in parts] or [want[:0]])
        hold(want.tobytes() == found.astype(want.dtype).tobytes(), f"{column} did not come back")
