"""What the page of a meter file shows: its extent, its channels, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ahorraluz.core.readings.quality import QualityFinding, channel_kwh
from ahorraluz.core.readings.schema import Quality
from ahorraluz.services.documents.readings import format_name, moment, quality_text, step_text
from ahorraluz.services.receive_readings import CheckedFile
from ahorraluz.texts import NOTHING, Texts

SHOWN_EXAMPLES = 3
BAR = 1000
"""Length of the bar of qualities, in units of its drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """One thing that is wrong, what is done about it, and where it is."""

    text: str
    done: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPart:
    """Intervals of one quality, as a part of the bar."""

    kind: str
    name: str
    count: int
    share: str
    x: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """A meter file as its page shows it."""

    name: str
    format: str
    rows: int
    start: str
    end: str
    zone: str
    step: str
    kwh_total: str
    kwh_clean: str
    coverage: str
    parts: tuple[QualityPart, ...]
    findings: tuple[ShownFinding, ...]
    issues: tuple[str, ...]
    channels: tuple[tuple[str, str, str, bool], ...]
    """Name, way, energy, and whether it counts; empty where there is one only."""
    broken_rows: int


def check_view(checked: CheckedFile, texts: Texts) -> CheckView:
    """Return what the page of a file shows."""
    report, zone = checked.cleaned.report, checked.zone
    return CheckView(
        name=checked.name,
        format=format_name(checked.file.format, texts),
        rows=checked.file.rows,
        start=_minute(report.start_s, zone),
        end=_minute(report.end_s, zone),
        zone=zone,
        step=step_text(report.interval_s, texts),
        kwh_total=texts.number(report.kwh_total, places=1),
        kwh_clean=texts.number(checked.cleaned.readings.total_kwh, places=1),
        coverage=texts.percent(report.coverage, places=1),
        parts=_parts(checked, texts),
        findings=tuple(_finding(found, zone, texts) for found in report.findings),
        issues=tuple(dict.fromkeys(texts.issue(issue) for issue in checked.issues)),
        channels=_channels(checked, texts),
        broken_rows=checked.file.broken_rows,
    )


def view_of(told: Mapping[str, Any]) -> CheckView:
    """Return what a page shows out of JSON, as ``dataclasses.asdict`` made it."""
    parts = tuple(QualityPart(**part) for part in told["parts"])
    findings = tuple(
        ShownFinding(**{**found, "examples": tuple(found["examples"])})
        for found in told["findings"]
    )
    channels = tuple((name, way, kwh, counts) for name, way, kwh, counts in told["channels"])
    lists = {"parts": parts, "findings": findings, "channels": channels}
    return CheckView(**{**told, **lists, "issues": tuple(told["issues"])})


def _minute(seconds: int | None, zone: str) -> str:
    return NOTHING if seconds is None else moment(seconds, zone=zone)[:16].replace("T", " ")


def _at(when: datetime, zone: str) -> str:
    return f"{when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _finding(found: QualityFinding, zone: str, texts: Texts) -> ShownFinding:
    return ShownFinding(
        text=quality_text(found, texts),
        done=texts.text(f"quality-action.{found.action}"),
        examples=tuple(
            texts.text("readings.example", at=_at(example.moment, zone), line=example.line)
            for example in found.examples[:SHOWN_EXAMPLES]
        ),
    )


def _parts(checked: CheckedFile, texts: Texts) -> tuple[QualityPart, ...]:
    quality = checked.cleaned.readings.quality
    parts = []
    x = 0
    for kind in Quality:
        count = int((quality == kind).sum())
        if count == 0:
            continue
        width = round(BAR * count / len(quality))
        parts.append(
            QualityPart(
                kind=kind.name.lower(),
                name=texts.text(f"quality-kind.{kind.name.lower()}"),
                count=count,
                share=texts.percent(count / len(quality), places=1),
                x=x,
                width=max(width, 2),
            )
        )
        x += width
    return tuple(parts)


def _channels(checked: CheckedFile, texts: Texts) -> tuple[tuple[str, str, str, bool], ...]:
    if len(checked.file.channels) == 1:
        return ()
    return tuple(
        (
            channel.id,
            texts.text(f"flow.{channel.flow.value}"),
            texts.number(channel_kwh(channel, zone=checked.zone), places=1),
            any(channel is home for home in checked.home),
        )
        for channel in checked.file.channels
    )
