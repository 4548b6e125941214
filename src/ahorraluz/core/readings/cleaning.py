"""The clean series of a home: every interval measured, corrected, estimated or missing."""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ahorraluz.core.readings.channels import TOTAL, Channel
from ahorraluz.core.readings.checks import MAXIMUM_KW
from ahorraluz.core.readings.filling import filled
from ahorraluz.core.readings.quality import QualityReport, report_of
from ahorraluz.core.readings.scanning import Scan, scan_channels
from ahorraluz.core.readings.schema import MAX_FIXED_S, Readings, ReadingsError, make_readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A clean series and what had to be done to get it."""

    readings: Readings
    report: QualityReport


def clean_channels(
    channels: Sequence[Channel],
    *,
    zone: str,
    interval_s: int | None = None,
    maximum_kw: float = MAXIMUM_KW,
) -> Cleaned:
    """Return the sum of the channels as a regular series; the channels stay as they are.

    1. Rows are sorted; of rows with the same interval the last with a value stays.
       Intervals of another length give way to those of the common length they overlap.
    2. Values that cannot be (negative, above the supply, far above the home's own range)
       are missing; frozen ones are estimates. Units are only rescaled when nothing else can
       be meant.
    3. Registers become differences; the energy of a gap is spread over it by the home's
       typical day and its sum kept. Powers at a moment hold until the next one.
    4. Everything is brought to one grid: of mixed resolutions the coarsest up to an hour
       that covers a tenth of the time. Channels are added; registers of one tariff that take
       turns count as one.
       Totals that were left of deleted rows never decide on it, however long they are.
    5. Gaps of up to 3 h are filled (:func:`filling.filled`); longer ones stay missing.

    Parameters
    ----------
    channels
        Those that add up to the home, such as :func:`channels.home_channels` chose.
    zone
        IANA zone in which local days and hours count.
    interval_s
        Length of the intervals; ``None``: as the data have it. Above an hour days, above
        20 days months. [s]
    maximum_kw
        Most that the supply can carry. [kW]

    Raises
    ------
    ReadingsError
        ``readings-empty``: no channel tells the energy of any stretch of time;
        ``readings-too-long``: ``interval_s`` would make more intervals than memory should hold.
    """
    scan = _scan(channels, zone=zone, interval_s=interval_s, maximum_kw=maximum_kw)
    if scan.lattice is None or scan.cells is None or bool(np.all(np.isnan(scan.cells.energy_kwh))):
        raise ReadingsError("readings-empty", rows=scan.rows)
    energy, quality = filled(scan.cells.energy_kwh, scan.cells.quality, scan.lattice)
    readings = make_readings(
        scan.lattice.edges_s[:-1],
        energy,
        quality,
        interval_s=scan.lattice.interval_s,
        zone=zone,
        step=scan.lattice.step,
        end_s=int(scan.lattice.edges_s[-1]),
    )
    return Cleaned(readings=readings, report=report_of(scan))


def _scan(
    channels: Sequence[Channel], *, zone: str, interval_s: int | None, maximum_kw: float
) -> Scan:
    """Return the channels on the grid of the rows that are no totals, where there are any."""
    rest = [channel.rows((channel.flags & TOTAL) == 0) for channel in channels]
    kept = [channel for channel in rest if len(channel)]
    if interval_s is None and kept and any(map(operator.ne, map(len, rest), map(len, channels))):
        finer = scan_channels(kept, zone=zone, interval_s=None, maximum_kw=maximum_kw).lattice
        interval_s = None if finer is None else finer.interval_s
        try:
            return scan_channels(channels, zone=zone, interval_s=interval_s, maximum_kw=maximum_kw)
        except ReadingsError:
            # Minutes over decades of totals: hours tell the same of those.
            interval_s = MAX_FIXED_S
    return scan_channels(channels, zone=zone, interval_s=interval_s, maximum_kw=maximum_kw)
