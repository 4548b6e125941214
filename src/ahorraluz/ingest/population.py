"""A table of bills to try a policy on: energy, distributor and system, and how many homes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ahorraluz.core.consumption import MAX_KWH
from ahorraluz.core.issues import InvalidInputError, Issue, Parameter
from ahorraluz.core.tariffs.arrays import to_milli

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 2_000_000
MAX_COUNT = 10_000_000
MAX_HOMES = 50_000_000
"""Homes of all rows: several times those of the country, and few enough for exact sums."""
MOST_WRONG = 10
"""Wrong rows that are named; all are counted."""
LONGEST = 40
NEEDED = ("kwh", "distributor")
OPTIONAL = ("system", "count", "department")
FIRST_ROW = 2
"""Number of the first row under the names, as a program of sheets counts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PopulationTable:
    """Bills as columns, shape (n,)."""

    milli: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    distributor: npt.NDArray[np.object_]
    system: npt.NDArray[np.object_]
    """Empty where not told, as is the department."""
    department: npt.NDArray[np.object_]


def read_population(content: bytes) -> PopulationTable:
    """Return the bills of a CSV with the columns kwh, distributor, system, count, department.

    Raises
    ------
    InvalidInputError
        ``population-too-large``, ``population-unreadable``, ``population-column``,
        ``population-empty``, ``population-too-many``, or ``population-kwh`` and
        ``population-count`` for each of the first wrong rows.
    """
    if len(content) > MAX_BYTES:
        raise InvalidInputError("population-too-large", limit=MAX_ROWS)
    frame = _frame(content)
    missing = [name for name in NEEDED if name not in frame]
    if missing:
        raise InvalidInputError("population-column", column=missing[0])
    if not len(frame):
        raise InvalidInputError("population-empty")
    if len(frame) > MAX_ROWS:
        raise InvalidInputError("population-too-large", limit=MAX_ROWS)
    kwh = _numbers(frame["kwh"])
    count = _numbers(frame["count"]) if "count" in frame else np.ones(len(frame))
    wrong_kwh = ~((kwh >= 0) & (kwh <= float(MAX_KWH)))
    wrong_count = ~((count >= 1) & (count <= MAX_COUNT) & (count == np.floor(count)))
    issues = [
        Issue(code="population-kwh", parameters=cell) for cell in _cells(frame["kwh"], wrong_kwh)
    ]
    if "count" in frame:
        issues += [
            Issue(code="population-count", parameters=cell)
            for cell in _cells(frame["count"], wrong_count)
        ]
    if issues:
        raise InvalidInputError.of(issues[:MOST_WRONG])
    if count.sum() > MAX_HOMES:
        raise InvalidInputError("population-too-many", homes=int(count.sum()), limit=MAX_HOMES)
    return PopulationTable(
        milli=to_milli(kwh),
        count=count.astype(np.int64),
        distributor=_texts(frame, "distributor"),
        system=_texts(frame, "system"),
        department=_texts(frame, "department"),
    )


def _frame(content: bytes) -> pd.DataFrame:
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0].casefold()
        sign = ";" if ";" in first else ","
        names = [name.strip().strip('"') for name in first.split(sign)]
        frame = pd.read_csv(
            io.StringIO(text), sep=sign, dtype=str, keep_default_na=False, skip_blank_lines=False
        )
    except (UnicodeDecodeError, ValueError, pd.errors.ParserError):
        raise InvalidInputError("population-unreadable") from None
    if len(set(names)) < len(names) or len(names) != len(frame.columns):
        raise InvalidInputError("population-unreadable")
    frame.columns = pd.Index(names)
    return frame


def _numbers(column: "pd.Series[str]") -> npt.NDArray[np.float64]:
    numbers = np.array(pd.to_numeric(column, errors="coerce"), dtype=np.float64)
    unread = np.isnan(numbers)
    if unread.any():
        plain = column[unread].str.strip().str.replace(",", ".", regex=False)
        numbers[unread] = pd.to_numeric(plain, errors="coerce")
    return numbers


def _cells(
    column: "pd.Series[str]", wrong: npt.NDArray[np.bool_]
) -> Sequence[dict[str, Parameter]]:
    """Return the number and the text of each wrong cell, the first ten."""
    return [
        {"row": int(row) + FIRST_ROW, "value": str(column.iloc[row])[:LONGEST]}
        for row in np.flatnonzero(wrong)[:MOST_WRONG]
    ]


def _texts(frame: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    # Names repeat: each is brought into its form once.
    codes, names = pd.factorize(frame[name])
    return np.asarray([str(text).strip().casefold() for text in names], dtype=object)[codes]
