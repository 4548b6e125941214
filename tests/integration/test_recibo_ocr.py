"""Photos and scanned PDFs, read by a real Tesseract with its Spanish data."""

import io
import shutil
import subprocess
from dataclasses import replace

import pytest
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from tests.recibo_photos import CAMERAS, photo
from tests.recibo_sheets import ADDRESS, KNOWN, PERSON, SUPPLY_NUMBER, printed_values, sheet_of
from tests.recibos import LAYOUTS, luz_del_sur

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.receipt import receipt_from_fields
from ahorraluz.ingest.recibo.found import Status
from ahorraluz.ingest.recibo.reading import ReciboReading, Way, parse_recibo

CAMERA = {camera.name: camera for camera in CAMERAS}


def has_spanish() -> bool:
    """Tell whether Tesseract and its Spanish data are on this machine."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)
    return "spa" in listed.stdout.split()


pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not has_spanish(), reason="no Tesseract with Spanish on this machine"),
]


def read(content: bytes) -> ReciboReading:
    return parse_recibo(content, known=KNOWN, name="foto.jpg")


def wrong(reading: ReciboReading, expected: dict[str, object]) -> dict[str, object]:
    """Return the fields that are sure and not as printed."""
    return {
        name: reading.field(name).value
        for name, value in expected.items()
        if reading.field(name).status is Status.SURE and reading.field(name).value != value
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("camera", ["scan", "photo, askew"])
def test_a_clear_picture_is_read_and_nothing_sure_is_wrong(layout: str, camera: str) -> None:
    draw, distributor = LAYOUTS[layout]
    sheet = sheet_of("lds-2026-08", distributor=distributor)

    reading = read(photo(draw(sheet), CAMERA[camera]))

    assert reading.way is Way.OCR
    assert wrong(reading, printed_values(sheet)) == {}
    assert {"kwh", "energy", "subtotal", "distributor"}.isdisjoint(reading.asked)
    kept = repr(reading)
    assert not any(word in kept for word in (*PERSON.split(), ADDRESS, SUPPLY_NUMBER))


def test_a_scanned_pdf_is_read_as_its_photo_is() -> None:
    sheet = sheet_of("lds-2026-08")
    scan = photo(luz_del_sur(sheet), CAMERA["scan"])
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842))
    canvas.drawImage(ImageReader(io.BytesIO(scan)), 0, 0, 595, 842)
    canvas.save()

    reading = read(buffer.getvalue())

    assert (reading.way, reading.pages) == (Way.OCR, 1)
    assert wrong(reading, printed_values(sheet)) == {}
    assert reading.asked == ()
    assert str(receipt_from_fields(reading.form).total) == "574.70"


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param("kwh", "706.30", id="energy"), pytest.param("total", "514.70", id="total")],
)
def test_a_changed_digit_in_a_photo_is_asked_for(name: str, value: str) -> None:
    sheet = sheet_of("lds-2026-08")
    changed = replace(sheet, kwh=value) if name == "kwh" else replace(sheet, total=value)

    reading = read(photo(luz_del_sur(changed), CAMERA["scan"]))

    assert name in reading.asked
    assert wrong(reading, printed_values(changed)) == {}


def test_a_hopeless_photo_is_refused_or_asks_and_is_never_wrong() -> None:
    sheet = sheet_of("lds-2026-08")
    content = photo(luz_del_sur(sheet), replace(CAMERA["bad photo"], dots=80))

    try:
        reading = read(content)
    except AhorraLuzError as refused:
        assert refused.issue.code.startswith("recibo-")  # noqa: PT017 - one of two good ends
    else:
        assert wrong(reading, printed_values(sheet)) == {}
