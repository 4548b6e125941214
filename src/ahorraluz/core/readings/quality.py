"""What is wrong with the raw channels of a home, counted, shown and with what is done about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from ahorraluz.core.issues import Parameter
from ahorraluz.core.readings.channels import Channel, Measure
from ahorraluz.core.readings.checks import MAXIMUM_KW
from ahorraluz.core.readings.marks import MAX_EXAMPLES, Mark
from ahorraluz.core.readings.scanning import Scan, scan_channels
from ahorraluz.core.readings.schema import Quality
from ahorraluz.core.readings.spans import kwh_as_read

CODES = (
    "gaps",
    "value-missing",
    "duplicates-same",
    "duplicates-differ",
    "out-of-order",
    "overlap",
    "stray-date",
    "negative",
    "net-metering",
    "impossible-power",
    "spike",
    "unit-suspicion",
    "stuck-register",
    "register-still",
    "register-slip",
    "register-rollover",
    "register-reset",
    "meter-change",
    "zeros",
    "resolution-change",
    "clock-shift",
    "clock-shift-jump",
    "clock-shift-grid",
    "off-grid",
    "source-estimated",
)
"""Everything a report may find, in the order in which it is told."""
ACTIONS = (
    "apportioned",
    "brought-together",
    "counted-anew",
    "counted-on",
    "dropped",
    "filled-short",
    "kept",
    "later-wins",
    "marked-estimated",
    "overlap-dropped",
    "removed",
    "rescaled",
    "set-to-zero",
    "slip-dropped",
    "sorted",
    "spread",
    "told",
    "unknown-step",
)
"""Everything that cleaning may do about a finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row that shows what was found."""

    moment: datetime
    """Start of its interval, UTC."""
    line: int
    """Line or row of the file, from 1."""
    value: float | None
    """As the file says it [kWh or kW]; ``None``: the file holds nothing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityFinding:
    """One kind of trouble; ``quality.<code>`` says it, with ``count`` and the parameters."""

    code: str
    count: int
    examples: tuple[Example, ...]
    action: str
    """What cleaning does about it: ``quality-action.<action>``."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """The state of the readings of a home, as a file gives them."""

    rows: int
    intervals: int
    """Intervals with a value, each counted once; of several channels the fullest."""
    interval_s: int
    """Most common length of the intervals; 0 without any. [s]"""
    start_s: int | None
    """Start of the first interval. [s since 1970 UTC]"""
    end_s: int | None
    """End of the last interval. [s since 1970 UTC]"""
    kwh_total: float
    """Energy as the file says it: duplicates included, nothing removed or filled. [kWh]"""
    coverage: float
    """Part of the time from start to end with a measured value. [0 to 1]"""
    findings: tuple[QualityFinding, ...]


def check_channels(
    channels: Sequence[Channel], *, zone: str, maximum_kw: float = MAXIMUM_KW
) -> QualityReport:
    """Return what is wrong with the channels that add up to a home.

    Parameters
    ----------
    channels
        Usually one; registers of a tariff or phases are several.
    zone
        IANA zone in which local days and hours count.
    maximum_kw
        Most that the supply can carry; by default what no home has. [kW]
    """
    return report_of(scan_channels(channels, zone=zone, interval_s=None, maximum_kw=maximum_kw))


def channel_kwh(channel: Channel, *, zone: str) -> float:
    """Return the energy of one channel as its file says it, nothing cleaned. [kWh]

    Parameters
    ----------
    channel
        Of any measure.
    zone
        IANA name.
    """
    if channel.measure is not Measure.REGISTER:
        return kwh_as_read(channel)
    return check_channels([channel], zone=zone).kwh_total


def report_of(scan: Scan) -> QualityReport:
    """Return the report of channels that were scanned."""
    coverage = 0.0
    if scan.cells is not None:
        good = scan.cells.quality <= Quality.CORRECTED
        coverage = int(np.count_nonzero(good)) / len(good)
    return QualityReport(
        rows=scan.rows,
        intervals=scan.intervals,
        interval_s=scan.interval_s,
        start_s=scan.start_s,
        end_s=scan.end_s,
        kwh_total=scan.kwh_total,
        coverage=coverage,
        findings=tuple(_findings(scan.marks)),
    )


def _findings(marks: Sequence[Mark]) -> Iterable[QualityFinding]:
    """Yield one finding for each code and action, those of several channels added."""
    kinds = dict.fromkeys((mark.code, mark.action) for mark in marks)
    for code, action in sorted(kinds, key=lambda kind: CODES.index(kind[0])):
        same = [mark for mark in marks if (mark.code, mark.action) == (code, action)]
        examples = [
            Example(
                moment=datetime.fromtimestamp(moment, tz=UTC),
                line=line,
                value=None if np.isnan(value) else value,
            )
            for mark in same
            for moment, line, value in mark.examples
        ]
        count = sum(mark.count for mark in same)
        yield QualityFinding(
            code=code,
            count=count,
            examples=tuple(examples[:MAX_EXAMPLES]),
            action=action,
            parameters={**same[0].parameters, **_hours(same), "count": count},
        )


def _hours(marks: Sequence[Mark]) -> dict[str, Parameter]:
    """Return the hours of several channels together, and the longest of them."""
    found: dict[str, Parameter] = {}
    for name, together in (("hours", sum), ("longest_hours", max)):
        values = [mark.parameters[name] for mark in marks if name in mark.parameters]
        numbers = [value for value in values if isinstance(value, float)]
        if len(numbers) > 1:
            found[name] = round(float(together(numbers)), 2)
    return found
