"""Daily temperatures from a CSV: a day and a mean temperature in each row."""

import csv
from datetime import date
from pathlib import Path

import numpy as np

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.usage.profile import DailyTemperatures
from ahorraluz.ingest.files import read_limited

MAX_BYTES = 8 * 1024 * 1024
COLDEST, WARMEST = -60.0, 60.0
"""No place where people live has a day beyond. [°C]"""
COLUMNS = 2


class TemperatureFileError(AhorraLuzError):
    """A file that holds no daily temperatures."""


def read_temperatures(path: Path) -> DailyTemperatures:
    """Return the daily temperatures of a file.

    A first row that is no day is its heading. Days may come in any order; of a day that
    comes twice, as with hourly rows, the mean counts.

    Raises
    ------
    FileReadError
        The file cannot be read.
    TemperatureFileError
        ``temperature-row``: a row that is no ISO day and number, with its line;
        ``temperature-none``: no row at all.
    """
    text = read_limited(path, limit=MAX_BYTES).decode("utf-8-sig", errors="replace")
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    days: list[date] = []
    values: list[float] = []
    for line, row in enumerate(text.splitlines(), start=1):
        if not row.replace(delimiter, "").strip():
            continue
        try:
            day, value = _row(row, delimiter)
        except (ValueError, csv.Error):
            if line == 1:
                continue
            raise TemperatureFileError(
                "temperature-row", file=path.name, line=line, value=row[:60]
            ) from None
        days.append(day)
        values.append(value)
    if not days:
        raise TemperatureFileError("temperature-none", file=path.name)
    unique, place = np.unique(np.array(days, dtype="datetime64[D]"), return_inverse=True)
    sums = np.bincount(place, weights=np.array(values))
    return DailyTemperatures(days=unique, temp_c=sums / np.bincount(place))


def _row(row: str, delimiter: str) -> tuple[date, float]:
    (cells,) = csv.reader([row], delimiter=delimiter)
    if len(cells) < COLUMNS:
        raise ValueError
    value = float(cells[1].strip().replace(",", "."))
    if not COLDEST <= value <= WARMEST:
        raise ValueError
    return date.fromisoformat(cells[0].strip()[:10]), value
