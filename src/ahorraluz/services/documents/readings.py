"""Documents of meter files and of what is kept of a home.

Measurements are JSON numbers; money and exact energies of bills stay text, as everywhere.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ahorraluz.core.readings.channels import Channel
from ahorraluz.core.readings.quality import QualityFinding, QualityReport, channel_kwh
from ahorraluz.core.readings.schema import Quality, Readings
from ahorraluz.services.documents.parts import Document, issue_documents
from ahorraluz.services.receive_readings import CheckedFile, KeptFile
from ahorraluz.store.records import ImportRecord, Quarantined, StoredHome
from ahorraluz.texts import Texts

CHECK_SCHEMA = "ahorraluz.readings-check.1"
IMPORT_SCHEMA = "ahorraluz.readings-import.1"
LIST_SCHEMA = "ahorraluz.readings-list.1"
STEPS = (("day", 86_400), ("hour", 3_600), ("minute", 60))
PLACES = 6
"""Decimals of an energy: a milliwatt-hour. [kWh]"""


def check_document(checked: CheckedFile, texts: Texts) -> Document:
    """Return what a meter file says; layout in ``docs/reference/schemas/readings-check.json``."""
    return {"schema": CHECK_SCHEMA, **_body(checked, texts)}


def import_document(kept: KeptFile, texts: Texts) -> Document:
    """Return what was kept of a meter file."""
    receipt = kept.receipt
    return {
        "schema": IMPORT_SCHEMA,
        "home": kept.home,
        "import": receipt.import_id,
        "outcome": receipt.outcome.value,
        "added": receipt.added,
        "changed": receipt.changed,
        "unchanged": receipt.unchanged,
        **_body(kept.checked, texts),
    }


def _body(checked: CheckedFile, texts: Texts) -> Document:
    report = checked.cleaned.report
    return {
        "file": checked.name,
        "sha256": checked.sha256,
        "format": checked.file.format,
        "format_name": format_name(checked.file.format, texts),
        "rows": checked.file.rows,
        "broken_rows": checked.file.broken_rows,
        "zone": checked.zone,
        "channels": [
            _channel(channel, chosen=checked.home, zone=checked.zone)
            for channel in checked.file.channels
        ],
        **report_document(report, texts, zone=checked.zone),
        "clean": clean_document(checked.cleaned.readings),
        "issues": [
            *issue_documents(checked.issues, texts),
            *(finding_document(found, texts, zone=checked.zone) for found in report.findings),
        ],
    }


def report_document(report: QualityReport, texts: Texts, *, zone: str) -> Document:
    """Return the extent of some readings and their energy as the file says it."""
    return {
        "intervals": report.intervals,
        "interval_seconds": report.interval_s,
        "start": None if report.start_s is None else moment(report.start_s, zone=zone),
        "end": None if report.end_s is None else moment(report.end_s, zone=zone),
        "kwh_total": round(report.kwh_total, PLACES),
        "coverage": round(report.coverage, 4),
    }


def clean_document(readings: Readings) -> Document:
    """Return the clean series in numbers: how many intervals of each quality."""
    quality = readings.quality
    return {
        "intervals": len(readings),
        "interval_seconds": readings.interval_s,
        "kwh_total": round(readings.total_kwh, PLACES),
        **{kind.name.lower(): int((quality == kind).sum()) for kind in Quality},
    }


def finding_document(found: QualityFinding, texts: Texts, *, zone: str) -> Document:
    """Return one thing that is wrong with some readings, with where it is and what was done."""
    return {
        "code": found.code,
        "count": found.count,
        "examples": [
            {
                "at": example.moment.astimezone(ZoneInfo(zone)).isoformat(),
                "line": example.line,
                "value": example.value,
            }
            for example in found.examples
        ],
        "action": found.action,
        "text": quality_text(found, texts),
        "done": texts.text(f"quality-action.{found.action}"),
    }


def quality_text(found: QualityFinding, texts: Texts) -> str:
    """Return what is wrong as a sentence."""
    return texts.text(f"quality.{found.code}", **{"count": found.count, **found.parameters})


def format_name(name: str, texts: Texts) -> str:
    """Return the name of a format for people."""
    key = f"format.{name}"
    return texts.text(key) if texts.has(key) else name


def _channel(channel: Channel, *, chosen: Sequence[Channel], zone: str) -> Document:
    return {
        "id": channel.id,
        "flow": channel.flow.value,
        "measure": channel.measure.value,
        "rows": len(channel),
        "kwh_total": round(channel_kwh(channel, zone=zone), PLACES),
        "counts": any(channel is home for home in chosen),
    }


def list_document(
    homes: Iterable[StoredHome],
    imports: Iterable[ImportRecord],
    aside: Iterable[Quarantined],
) -> Document:
    """Return what is kept: homes, the files they came from, readings put aside."""
    return {
        "schema": LIST_SCHEMA,
        "homes": [_home(home) for home in homes],
        "imports": [_import(record) for record in imports],
        "set_aside": [
            {
                "id": item.id,
                "channel": item.channel,
                "start": utc(item.start_s),
                "end": utc(item.end_s),
                "reason": item.reason,
                "released": item.released_at is not None,
            }
            for item in aside
        ],
    }


def _home(home: StoredHome) -> Document:
    return {
        "home": home.id,
        "zone": home.zone,
        "imports": home.imports,
        "start": None if home.start_s is None else moment(home.start_s, zone=home.zone),
        "end": None if home.end_s is None else moment(home.end_s, zone=home.zone),
    }


def _import(record: ImportRecord) -> Document:
    return {
        "import": record.id,
        "file": record.file_name,
        "format": record.format,
        "rows": record.rows,
        "kwh": round(record.kwh, PLACES),
        "created": record.created_at.isoformat(),
        "state": record.state.value,
    }


def moment(seconds: int, *, zone: str) -> str:
    """Return a moment as ISO text on the local clock, with its offset."""
    return datetime.fromtimestamp(seconds, tz=ZoneInfo(zone)).isoformat()


def utc(seconds: int) -> str:
    """Return a moment as ISO text in UTC."""
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat()


def step_text(seconds: int, texts: Texts) -> str:
    """Return the length of an interval as people say it."""
    for unit, size in STEPS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            many = "s" if unit == "day" and count > 1 else ""
            return texts.text(f"readings.step-{unit}{many}", count=count)
    return texts.text("readings.step-second", count=seconds)
