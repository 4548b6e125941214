"""Tidy tables of many homes: a row for each reading, as data sets for research are shared."""

import gzip
import io
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.cohorts import COHORT_COLUMN, cohorts_of
from ahorraluz.ingest.files import read_limited

if TYPE_CHECKING:
    import pandas as pd

MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_TEXT_BYTES = 2 * 1024 * 1024 * 1024
"""Largest text taken, unpacked. [byte]"""
MAX_ROWS = 50_000_000
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
DELIMITERS = (",", ";", "\t")
TIME_COLUMNS = ("timestamp", "timestamp_local")
HOME_COLUMN = "household_id"
ENERGY_COLUMNS = ("kwh", "load_kwh")
ONE_HOME = "home"
"""Name of the home of a table without a column of homes."""
WITH_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)


class PanelError(AhorraLuzError):
    """A table that is not one of readings of homes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Readings of several homes, in the order of the rows."""

    homes: tuple[str, ...]
    """Their ids, in order."""
    home: NDArray[np.int64]
    """Place of the home of each row, shape (n,)."""
    starts_s: NDArray[np.int64]
    """Start of each interval, shape (n,). [s since 1970 UTC, or of the local clock]"""
    kwh: NDArray[np.float64]
    """Energy of each interval, NaN where the table holds nothing, shape (n,). [kWh]"""
    is_local: bool
    """Whether the stamps are of the local clock: none of them names an offset."""
    bare_stamps: int
    """Different stamps without an offset among others that name one: they count as UTC."""
    broken_rows: int
    """Rows left aside: without a time, a home or the right number of columns."""
    cohorts: Mapping[str, str] = field(default_factory=dict)
    """Group of each home, empty without a column ``cohort``."""


def read_panel(path: Path) -> Panel:
    """Return the readings of a tidy table.

    Parameters
    ----------
    path
        CSV, gzipped CSV or Parquet with the columns ``timestamp``, ``household_id`` and
        ``kwh`` in any order, others beside them. Without ``household_id`` it is one home; a
        column ``cohort`` is the group of the home.

    Raises
    ------
    FileReadError
        The file cannot be read.
    PanelError
        ``panel-unreadable``, ``panel-too-large``, ``panel-columns``, ``panel-column-twice``,
        ``panel-empty``.
    CohortError
        ``cohort-twice``, ``cohorts-too-many``.
    """
    data = read_limited(path, limit=MAX_FILE_BYTES)
    pa = import_module("pyarrow")
    try:
        table, broken = _table(data, name=path.name)
    except (pa.ArrowException, OSError, EOFError, ValueError, KeyError, zlib.error) as error:
        raise PanelError("panel-unreadable", file=path.name) from error
    if table.num_rows > MAX_ROWS:
        raise PanelError("panel-too-large", file=path.name, limit=MAX_ROWS)
    return _panel(table, broken, name=path.name)


def _table(data: bytes, *, name: str) -> tuple[Any, int]:
    """Return a pyarrow table, all columns of a CSV as text, and how many rows were broken."""
    if data.startswith(PARQUET):
        return import_module("pyarrow.parquet").read_table(io.BytesIO(data)), 0
    if data.startswith(GZIP):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            data = packed.read(MAX_TEXT_BYTES + 1)
        if len(data) > MAX_TEXT_BYTES:
            raise PanelError("panel-too-large", file=name, limit=MAX_ROWS)
    csv, pa = import_module("pyarrow.csv"), import_module("pyarrow")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if not _is_text(data):
        raise PanelError("panel-unreadable", file=name)
    head = data.partition(b"\n")[0].decode("utf-8").strip()
    delimiter = max(DELIMITERS, key=head.count)
    names = [_bare(column) for column in head.split(delimiter)]
    broken = 0

    def leave_aside(_: object) -> str:
        nonlocal broken
        broken += 1
        return "skip"

    table = csv.read_csv(
        io.BytesIO(data),
        read_options=csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=csv.ParseOptions(delimiter=delimiter, invalid_row_handler=leave_aside),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    return table, broken


def _is_text(data: bytes) -> bool:
    """Tell whether bytes are text in UTF-8: the library tells no good row from a bad one else."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _bare(column: str) -> str:
    return column.strip().strip('"').strip().casefold()


def _panel(table: Any, broken: int, *, name: str) -> Panel:  # noqa: ANN401 - pyarrow has no types
    columns = {_bare(column): column for column in table.column_names}
    time = next((columns[name] for name in TIME_COLUMNS if name in columns), None)
    energy = next((columns[name] for name in ENERGY_COLUMNS if name in columns), None)
    if time is None or energy is None:
        shown = ", ".join(column[:30] for column in table.column_names[:8])
        raise PanelError("panel-columns", file=name, columns=shown)
    bare = [_bare(column) for column in table.column_names]
    for column in (*TIME_COLUMNS, *ENERGY_COLUMNS, HOME_COLUMN, COHORT_COLUMN):
        if bare.count(column) > 1:
            raise PanelError("panel-column-twice", file=name, column=column)
    starts_s, good, offsets = _stamps(table[time])
    kwh = _numbers(table[energy])
    codes, homes = _homes(table, columns.get(HOME_COLUMN))
    good &= codes >= 0
    if not bool(np.any(good & ~np.isnan(kwh))):
        raise PanelError("panel-empty", file=name)
    return Panel(
        homes=homes,
        home=codes[good],
        starts_s=starts_s[good],
        kwh=kwh[good],
        is_local=offsets.is_local,
        bare_stamps=offsets.bare,
        broken_rows=broken + int((~good).sum()),
        cohorts=_cohorts(table, columns.get(COHORT_COLUMN), codes, homes),
    )


def _cohorts(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    column: str | None,
    codes: NDArray[np.int64],
    homes: tuple[str, ...],
) -> Mapping[str, str]:
    """Return the group of each home, empty without such a column."""
    import pandas as pd

    if column is None:
        return {}
    texts = table[column].cast(import_module("pyarrow").string()).to_pandas()
    pairs = pd.DataFrame({"home": codes, "cohort": texts})[codes >= 0].drop_duplicates().dropna()
    return cohorts_of(
        (homes[place], str(cohort))
        for place, cohort in zip(pairs["home"], pairs["cohort"], strict=True)
    )


def _homes(table: Any, column: str | None) -> tuple[NDArray[np.int64], tuple[str, ...]]:  # noqa: ANN401
    """Return the place of each row's home, −1 without one, and the homes in order."""
    import pandas as pd

    if column is None:
        return np.zeros(table.num_rows, dtype=np.int64), (ONE_HOME,)
    texts = table[column].cast(import_module("pyarrow").string()).to_pandas()
    texts = texts.where(texts.str.strip() != "")
    codes, homes = pd.factorize(texts, sort=True)
    return codes.astype(np.int64), tuple(str(home) for home in homes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offsets:
    """Whether stamps say how far their clock is from UTC."""

    is_local: bool
    bare: int = 0


def _stamps(column: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_], _Offsets]:  # noqa: ANN401
    """Return seconds of each row, which of them are times, and whether of the local clock."""
    import pandas as pd

    # Homes share their stamps, so that each is read once.
    coded = column.combine_chunks().dictionary_encode()
    different, place = coded.dictionary, coded.indices.fill_null(-1).to_numpy()
    types = import_module("pyarrow").types
    if types.is_temporal(different.type):
        offsets = _Offsets(is_local=getattr(different.type, "tz", None) is None)
        moments = pd.to_datetime(different.to_pandas(), utc=True)
    else:
        texts = different.cast(import_module("pyarrow").string()).to_pandas()
        named = texts.str.contains(WITH_OFFSET)
        moments = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
        bare = int((~named & moments.notna()).sum()) if bool(named.any()) else 0
        offsets = _Offsets(is_local=not bool(named.any()), bare=bare)
    known = np.append(moments.notna().to_numpy(dtype=bool), False)
    seconds = np.append(_seconds(moments), 0)
    return seconds[place], known[place], offsets


def _seconds(moments: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    """Return whole seconds since 1970; any number where there is no time."""
    return moments.dt.tz_localize(None).to_numpy(dtype="datetime64[s]").astype(np.int64)


def _numbers(column: Any) -> NDArray[np.float64]:  # noqa: ANN401 - pyarrow has no types
    """Return numbers, NaN where a cell holds none; a comma may be the decimal point."""
    import pandas as pd

    values = column.to_pandas()
    if not pd.api.types.is_numeric_dtype(values):
        texts = values
        values = pd.to_numeric(texts, errors="coerce")
        if bool((values.isna() & texts.notna()).any()):
            values = pd.to_numeric(texts.astype(str).str.replace(",", "."), errors="coerce")
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan).copy()
    numbers[~np.isfinite(numbers)] = np.nan
    return np.asarray(numbers)
