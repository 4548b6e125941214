"""Batches of tables of many homes in one form: what a cell is, or its text where it is not that."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ahorraluz.ingest.table_files import NO_ID

if TYPE_CHECKING:
    import pandas as pd

ID = "household_id"
BROKEN = "broken"
"""Column with the cells that are not what their columns say, as ``column=text``; else null."""
HOME_TEXTS = (
    "distributor",
    "system",
    "option",
    "fose",
    "district",
    "department",
    "city",
    "people",
    "tenure",
    "roof",
    "panels_kwp",
    "cooking",
    "appliances",
    "homes_on_meter",
    "budget_pen",
    "cohort",
    "zone",
    "panel_pen_kwp",
)
"""What may be told of a home, all as text."""
HOMES = pa.schema([(ID, pa.string()), *((name, pa.string()) for name in HOME_TEXTS)])
BILLS = pa.schema(
    [
        (ID, pa.string()),
        ("start", pa.date32()),
        ("end", pa.date32()),
        ("kwh", pa.float64()),
        (BROKEN, pa.string()),
    ]
)
TIDY = pa.schema(
    [(ID, pa.string()), ("start_s", pa.int64()), ("kwh", pa.float64()), (BROKEN, pa.string())]
)
"""``start_s`` counts seconds since 1970 UTC, or of the local clock (:class:`Clock`)."""
PACKED = pa.schema(
    [
        (ID, pa.string()),
        ("start_s", pa.int64()),
        ("step_s", pa.int64()),
        ("kwh", pa.list_(pa.float32())),
        (BROKEN, pa.string()),
    ]
)
STAMPS = ("timestamp", "timestamp_local")
"""Column of the moments of tidy readings: the first that is there."""
DAY = r"^\d{4}-\d{2}-\d{2}"
WITH_OFFSET = r"(?i)(?:Z|[T ]\d[\d:.,]*\s?[+-]\d{2}(?::?\d{2})?)$"
"""Databases write whole hours as ``-05``; the day alone ends like that too."""
NOT_MEASURED = ("na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none", "nat")
"""What programs write for a reading that is not there, in small letters."""
MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Clock:
    """Which clock the stamps of a tidy table are of."""

    is_local: bool
    """Whether they name no offset from UTC: they are of the clock of each home."""
    stamp: str
    """One of them, as it stands in the table."""


def homes_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return homes with every column of ``HOMES``, null where nothing is told."""
    found = {}
    for name in HOMES.names:
        if name in batch.schema.names:
            found[name] = (_ids if name == ID else _trimmed)(batch.column(name))
        else:
            found[name] = pa.nulls(batch.num_rows, pa.string())
    return pa.record_batch(list(found.values()), schema=HOMES)


def bills_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return recibos by the columns of ``BILLS``."""
    start, no_start = _days(batch.column("start"), "start")
    end, no_end = _days(batch.column("end"), "end")
    kwh, no_kwh = _numbers(batch.column("kwh"), "kwh")
    return pa.record_batch(
        [_ids(batch.column(ID)), start, end, kwh, pc.coalesce(no_start, no_end, no_kwh)],
        schema=BILLS,
    )


def tidy_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return readings by the columns of ``TIDY``; a word for nothing is an empty cell."""
    names = batch.schema.names
    time = next(name for name in STAMPS if name in names)
    energy = next(name for name in ("kwh", "load_kwh") if name in names)
    stamps, no_stamp = _stamps(batch.column(time), time)
    kwh, no_kwh = _numbers(_measured(batch.column(energy)), energy)
    columns = [_ids(batch.column(ID)), stamps, kwh, pc.coalesce(no_stamp, no_kwh)]
    return pa.record_batch(columns, schema=TIDY)


def clocks_of(column: Any) -> tuple[Clock, ...]:  # noqa: ANN401 - pyarrow has no types
    """Return each clock that stamps of a column are of: none, one, or both kinds."""
    if pa.types.is_temporal(column.type):
        is_local = getattr(column.type, "tz", None) is None
        known = pc.drop_null(_stamps(column, "")[0])
        if not len(known):
            return ()
        moment = datetime.fromtimestamp(known[0].as_py(), UTC)
        shown = moment.replace(tzinfo=None) if is_local else moment
        return (Clock(is_local=is_local, stamp=shown.isoformat()),)
    texts = _trimmed(column).unique().to_pandas().astype(object)
    known = _moments(texts).notna()
    named = texts.str.contains(WITH_OFFSET, regex=True, na=False).astype(bool)
    kinds = ((False, texts[known & named]), (True, texts[known & ~named]))
    return tuple(
        Clock(is_local=is_local, stamp=some.iloc[0][:MAX_SHOWN])
        for is_local, some in kinds
        if len(some)
    )


def packed_of(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return stretches of readings by the columns of ``PACKED``; their numbers stay as they are."""
    stamps, no_stamp = _stamps(batch.column("start"), "start")
    step, no_step = _numbers(batch.column("step_s"), "step_s")
    kwh = batch.column("kwh")
    if not pa.types.is_list(kwh.type) or kwh.type.value_type != pa.float32():
        kwh = kwh.cast(pa.list_(pa.float32()))
    steps = pc.if_else(pc.is_finite(step), step, None).cast(pa.int64(), safe=False)
    columns = [_ids(batch.column(ID)), stamps, steps, kwh, pc.coalesce(no_stamp, no_step)]
    return pa.record_batch(columns, schema=PACKED)


def _text(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if column.type == pa.string() else column.cast(pa.string())


def _trimmed(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pa.types.is_floating(column.type):
        # An empty cell makes whole numbers floating ones; they are written without a point.
        whole = pc.equal(pc.floor(column), column)
        if pc.all(pc.fill_null(whole, True)).as_py():
            column = column.cast(pa.int64(), safe=False)
    text = pc.utf8_trim_whitespace(_text(column))
    return pc.if_else(pc.equal(text, ""), None, text)


def _ids(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return names of homes, null where a program wrote that it knew none."""
    text = _trimmed(column)
    return pc.if_else(pc.is_in(text, value_set=pa.array(NO_ID)), None, text)


def _measured(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    if pa.types.is_primitive(column.type) or pa.types.is_decimal(column.type):
        return column
    text = _trimmed(column)
    absent = pc.is_in(pc.utf8_lower(text), value_set=pa.array(NOT_MEASURED))
    return pc.if_else(absent, None, text)


def _numbers(column: Any, name: str) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return a column as numbers, null where it holds none, and what stood there instead."""
    nothing = pa.nulls(len(column), pa.string())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return column.cast(pa.float64()), nothing
    if pa.types.is_decimal(column.type):
        return column.cast(pa.float64()), nothing
    text = _trimmed(column)
    plain = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
    good = pc.fill_null(plain, False)
    numbers = pc.if_else(good, text, None).cast(pa.float64())
    return numbers, _named(text, good, name)


def _days(column: Any, name: str) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return a column as local days, null where it holds none, and what stood there instead."""
    nothing = pa.nulls(len(column), pa.string())
    if pa.types.is_date(column.type):
        return column.cast(pa.date32()), nothing
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False), nothing
    text = _trimmed(column)
    head = pc.utf8_slice_codeunits(text, 0, 10)
    looks = pc.fill_null(pc.match_substring_regex(text, DAY), False)
    days = pc.strptime(
        pc.if_else(looks, head, None), format="%Y-%m-%d", unit="s", error_is_null=True
    ).cast(pa.date32())
    # The thirtieth of February would become the second of March.
    days = pc.if_else(pc.equal(pc.cast(days, pa.string()), head), days, None)
    return days, _named(text, pc.is_valid(days), name)


def _stamps(column: Any, name: str) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow has no types
    """Return a column as seconds, null where it holds no moment, and what stood there instead."""
    nothing = pa.nulls(len(column), pa.string())
    if pa.types.is_temporal(column.type):
        moments = column.cast(pa.timestamp("s", tz=getattr(column.type, "tz", None)), safe=False)
        return moments.cast(pa.int64()), nothing
    # Homes share their stamps, so that each is read once.
    coded = _trimmed(column).dictionary_encode()
    moments = _moments(coded.dictionary.to_pandas().astype(object))
    seconds = moments.dt.tz_localize(None).to_numpy(dtype="datetime64[s]").astype("int64")
    known = pa.array(moments.notna().to_numpy(dtype=bool))
    each = pc.if_else(known, pa.array(seconds), None)
    stamps = each.take(coded.indices)
    return stamps, _named(_trimmed(column), pc.is_valid(stamps), name)


def _moments(texts: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the moments that texts are, those without an offset as if of UTC."""
    import pandas as pd

    return pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")


def _named(text: Any, good: Any, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return ``name=text`` where a cell is not good, null where it is, or is empty."""
    said = pc.binary_join_element_wise(name, pc.utf8_slice_codeunits(text, 0, MAX_SHOWN), "=")
    return pc.if_else(good, None, said)
