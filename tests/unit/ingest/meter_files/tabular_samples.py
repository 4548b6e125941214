"""Small invented tables, and the totals of what they say."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from ahorraluz.core.readings.channels import Channel, Measure, MeterFile, home_channels
from ahorraluz.ingest.meter_files.content import content_of_bytes
from ahorraluz.ingest.meter_files.options import ReadOptions
from ahorraluz.ingest.meter_files.tabular import parse_table

AS_FOUND = ReadOptions()


def read(text: str | bytes, options: ReadOptions = AS_FOUND) -> MeterFile:
    """Return what a table says."""
    content = text if isinstance(text, bytes) else text.encode()
    return parse_table(content_of_bytes(content, name="invented.csv"), options)


def quarters(pattern: str, *, header: str, delimiter: str = ",", comma: bool = False) -> str:
    """Return one day of quarter hours of 0.25 kWh from 1 March 2024 on, as text."""
    start = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    value = "0,250" if comma else "0.250"
    lines = [
        f"{(start + dt.timedelta(minutes=15 * i)).strftime(pattern)}{delimiter}{value}"
        for i in range(96)
    ]
    return "\n".join([header, *lines]) + "\n"


def energy_kwh(channel: Channel) -> float:
    """Return the energy of a channel: a plain sum, or last minus first of a counter."""
    value = channel.value[~np.isnan(channel.value)]
    match channel.measure:
        case Measure.ENERGY:
            return float(value.sum())
        case Measure.POWER:
            return float(np.nansum(channel.value * (channel.end_s - channel.start_s)) / 3600)
    return float(value[-1] - value[0])


def home_kwh(file: MeterFile) -> float:
    """Return the energy of the home."""
    return sum(energy_kwh(channel) for channel in home_channels(file.channels))


def codes(file: MeterFile) -> list[str]:
    """Return the codes of the issues."""
    return [issue.code for issue in file.issues]


def flows(file: MeterFile) -> dict[str, str]:
    """Return the flow of each channel."""
    return {channel.id: channel.flow.value for channel in file.channels}


def utc(seconds: int) -> str:
    """Return a moment as text."""
    return dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC).strftime("%Y-%m-%d %H:%M")


def days(rows: Sequence[str], *, header: str) -> str:
    """Return one row a day of January 2024, the day first."""
    lines = [f"{day:02d}/01/2024;{row}" for day, row in enumerate(rows, 1)]
    return "\n".join([header, *lines]) + "\n"
