"""Cells of a table read by their rules: what they hold, and whether they can be read at all."""

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ahorraluz.ingest.table_files import NO_ID
from ahorraluz.ingest.table_rules import LONGEST_ID, READABLE, VALUE, Kind, Rule

if TYPE_CHECKING:
    import pandas as pd

    Column = pd.Series[str]

DAY_TEXT = r"\d{4}-\d{2}-\d{2}"
DAY_NS = 86_400 * 10**9


def with_values(part: "pd.DataFrame", rules: Collection[Rule]) -> "pd.DataFrame":
    """Return a part with two columns beside each that has a rule: can it be read, and as what.

    Parameters
    ----------
    part
        Rows of ``raw_tables``.
    rules
        Rules of its table; columns without one are left out.
    """
    import pandas as pd

    found: dict[str, object] = {}
    for rule in rules:
        if rule.name not in part:
            continue
        column = part[rule.name]
        if rule.kind in (Kind.TEXT, Kind.ID):
            column = _as_text(column)
        if rule.kind is Kind.ID:
            column = column.where(~column.isin(NO_ID))
        known = column.notna().to_numpy(dtype=bool)
        found[rule.name] = column
        if rule.kind is Kind.TEXT:
            if rule.choices:
                found[f"{rule.name}{READABLE}"] = ~known | _chosen(column, rule)
        elif rule.kind is Kind.ID:
            found[f"{rule.name}{READABLE}"] = ~known | _is_id(column)
        else:
            values = _values(column, rule.kind)
            found[f"{rule.name}{READABLE}"] = ~known | ~np.isnan(values)
            found[f"{rule.name}{VALUE}"] = values
    return pd.DataFrame(found, index=part.index)


def number_of(homes: "Column") -> NDArray[np.uint64]:
    """Return a number of each home, the same for the same id, 0 for none.

    Two homes of eight million have the same one with a chance of one in a million.
    """
    import pandas as pd

    codes, ids = pd.factorize(homes)
    hashed = pd.util.hash_array(np.asarray(ids, dtype=str).astype(object), categorize=False)
    return np.append(hashed, np.uint64(0))[codes]


def _as_text(column: "Column") -> "Column":
    """Return codes that a file holds as numbers as text, without the point of an empty cell."""
    import pandas as pd

    if not pd.api.types.is_numeric_dtype(column):
        return column
    whole = pd.api.types.is_float_dtype(column) and bool((column.dropna() % 1 == 0).all())
    told = column.astype("Int64").astype("string") if whole else column.astype("string")
    return told.astype(object)


def _chosen(column: "Column", rule: Rule) -> NDArray[np.bool_]:
    """Tell which cells hold one of the choices of a rule, or several of them."""
    allowed = set(rule.choices)

    def is_good(piece: str) -> bool:
        return piece in allowed or (rule.accepts is not None and rule.accepts(piece))

    good = {
        cell
        for cell in column.unique()
        if isinstance(cell, str) and all(map(is_good, _pieces(cell) if rule.joined else (cell,)))
    }
    return column.isin(good).to_numpy(dtype=bool)


def _pieces(cell: str) -> list[str]:
    return [piece.strip() for piece in cell.split(";") if piece.strip()]


def _is_id(column: "Column") -> NDArray[np.bool_]:
    """Tell which cells are ids: 1 to 64 signs that can be printed, no space at the ends."""
    good = {
        cell
        for cell in column.unique()
        if isinstance(cell, str)
        and 0 < len(cell) <= LONGEST_ID
        and cell.isprintable()
        and cell == cell.strip()
    }
    return column.isin(good).to_numpy(dtype=bool)


def _values(column: "Column", kind: Kind) -> NDArray[np.float64]:
    """Return numbers, days or seconds since 1970; NaN where a cell holds none."""
    import pandas as pd

    if kind in (Kind.DAY, Kind.MOMENT):
        return _times(column, kind)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    # What is written as "inf" is read as a number, and is none.
    bad = np.isinf(numbers) if kind is Kind.NUMBER else numbers != np.floor(numbers)
    return np.where(bad, np.nan, numbers)


def _times(column: "Column", kind: Kind) -> NDArray[np.float64]:
    import pandas as pd

    # Homes share their times, so that each is read once.
    codes, different = pd.factorize(column)
    texts = pd.Series(different)
    if not pd.api.types.is_datetime64_any_dtype(texts):
        texts = texts.astype(str)
        if kind is Kind.DAY:
            texts = texts.where(texts.str.fullmatch(DAY_TEXT))
    moments = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
    ns = moments.dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
    unit = DAY_NS if kind is Kind.DAY else 10**9
    seconds = np.where(np.isnat(ns), np.nan, ns.astype(np.int64) // unit)
    return np.append(seconds, np.nan)[codes]
