"""Lists of readings in a JSON document, whatever its layout, as plain tables."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from ahorraluz.ingest.meter_files.json_load import Json

Scalar = str | int | float | None

MAX_DEPTH = 12
"""Readings lie three to five deep."""
SAMPLE = 50
"""Rows that tell what the columns of a list are."""
FIRST_S, FIRST_MS, LAST_MS = 1e8, 1e11, 7.3e12
"""From where on a number can be a time: seconds since 1973, milliseconds since 1973."""

_START_KEYS = (
    "date datetime time timestamp ts t start starttime startdate startat startts from "
    "periodstart intervalstart begin lastchanged lastupdated readat readingtime created "
    "createdat dt day hour month fecha fechahora hora inicio desde datum zeit localtime "
    "timestampms unixtime collectedat periodfrom validfrom "
)
_END_KEYS = (
    "end endat endtime enddate endts to until fin hasta periodend intervalend periodto ende "
    "validto "
)
START_KEYS, END_KEYS = frozenset(_START_KEYS.split()), frozenset(_END_KEYS.split())
NAME_KEYS = ("statistic_id", "entity_id", "id", "name", "type", "meter", "sensor", "channel")
UNIT_KEYS = ("unit", "units", "unit_of_measurement", "unitOfMeasurement", "uom", "Unit")
_GENERIC = (
    "values value data items intervals readings result results series body response list "
    "rows details meters measurements records usage "
)
GENERIC = frozenset(_GENERIC.split())
"""Names of a place, which say nothing about what lies there."""
FIRST_DAYS = ("start_date", "startDate", "first_date")
"""Keys whose day is that of the first value in the lists beside it."""

ZONED = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(?:[A-Z]{1,5})?\s*([+-]\d\d:?\d\d|Z)"
)
"""A local time with the name of its zone and its offset, such as SolarEdge writes them."""
ZONE_NAME = re.compile(r":\d\d\s*([A-Z]{3,4})(?:[+-]\d\d:?\d\d)?\Z")
ZONES: Mapping[str, str] = {
    "PET": "America/Lima",
    **dict.fromkeys(("CET", "CEST"), "Europe/Brussels"),
    **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("GMT", "BST"), "Europe/London"),
    **dict.fromkeys(("EET", "EEST"), "Europe/Athens"),
    **dict.fromkeys(("EST", "EDT"), "America/New_York"),
    **dict.fromkeys(("CST", "CDT"), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"),
    **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"),
    "UTC": "Etc/UTC",
}
"""A zone for each short name that portals write; the offset beside it is what counts."""
TIME_TEXT = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{4}-\d\d\b|\d{8}T?\d{0,6}Z?\Z")
CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonTable:
    """A list of readings."""

    name: str
    """What the document calls it, ``""`` where it does not."""
    unit: str
    """Unit said beside the list, ``""`` where none is."""
    zone: str | None = None
    """Zone that its times name."""
    header: tuple[str, ...]
    """``start``, ``end`` or both first, then the columns."""
    rows: Sequence[Sequence[Scalar]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value lies: what the objects around it say of it."""

    name: str = ""
    unit: str = ""
    begin: str = ""
    """Time from which seconds are counted, as Fronius writes archives."""
    depth: int = 0

    def inside(self, node: Mapping[str, Json]) -> "_Place":
        """Return the place of what lies in an object."""
        name = next((node[k] for k in NAME_KEYS if isinstance(node.get(k), str)), self.name)
        unit = next((node[k] for k in UNIT_KEYS if isinstance(node.get(k), str)), self.unit)
        begin = node["Start"] if is_time(node.get("Start")) else self.begin
        return replace(self, name=name, unit=unit, begin=str(begin))

    def under(self, key: str) -> "_Place":
        """Return the place of what lies under a key."""
        name = self.name if key.lower() in GENERIC else key
        return replace(self, name=name, depth=self.depth + 1)


def tables_of(document: Json) -> list[JsonTable]:
    """Return every list of readings of a document, in its order."""
    return list(_walk(document, _Place())) if isinstance(document, dict | list) else []


def _walk(node: Json, place: _Place) -> Iterator[JsonTable]:
    if place.depth > MAX_DEPTH:
        return
    if isinstance(node, dict):
        here = place.inside(node)
        layouts = (_of_columns, _of_dates, _of_days, _of_seconds, _of_blocks)
        tables = [t for t in (layout(node, here) for layout in layouts) if t is not None][:1]
        below = [(value, here.under(key)) for key, value in node.items()]
    else:
        tables = _of_objects(node, place) or _of_pairs(node, place)
        below = [(value, replace(place, depth=place.depth + 1)) for value in node]
    yield from tables
    if tables:
        return
    for value, where in below:
        if isinstance(value, dict | list):
            yield from _walk(value, where)


# --- layouts ---------------------------------------------------------------------------------


def _of_objects(node: Sequence[Json], place: _Place) -> list[JsonTable]:
    """Return a list of objects, each one reading; several series in it are a table each."""
    rows = [row for row in node if isinstance(row, dict)]
    if not rows or len(rows) < len(node):
        return []
    sample = rows[:SAMPLE]
    times = [
        (key, label)
        for label, known in (("start", START_KEYS), ("end", END_KEYS))
        if (key := _time_key(sample, known)) is not None
    ]
    # A day that has its clock in another key is the start of nothing by itself.
    times = [
        (key, "date" if label == "start" and _has_clock_beside(sample, key) else label)
        for key, label in times
    ]
    apart = {*(key for key, _ in times), *UNIT_KEYS, *NAME_KEYS}
    columns = [
        key
        for key in dict.fromkeys(key for row in sample for key in row)
        if key not in apart and all(_is_scalar(row.get(key)) for row in sample)
    ]
    holds_lists = any(isinstance(value, list) and value for row in sample for value in row.values())
    if not times or not columns or holds_lists:
        return []
    header = (*(label for _, label in times), *columns)
    series: dict[tuple[str, str], list[Sequence[Scalar]]] = {}
    for row, inside in _placed(rows, place):
        series.setdefault((inside.name, inside.unit), []).append(
            [
                *(time_text(row.get(key)) for key, _ in times),
                *(_scalar(row.get(key)) for key in columns),
            ]
        )
    zone = zone_named(sample[0].get(times[0][0]))
    return [
        JsonTable(name=name, unit=unit, zone=zone, header=header, rows=part)
        for (name, unit), part in series.items()
    ]


def _placed(
    rows: Sequence[Mapping[str, Json]], place: _Place
) -> Iterator[tuple[Mapping[str, Json], _Place]]:
    """Yield each row with its place; a history names its series in the first row alone."""
    telling = {*UNIT_KEYS, *(NAME_KEYS if _names_in(rows) else ()), "attributes"}
    telling = {key for key in telling if any(key in row for row in rows)}
    inside, latest = place, None
    for row in rows:
        said = {key: row[key] for key in telling if key in row}
        if said and said != latest:
            latest, attributes = said, said.get("attributes")
            inside = inside.inside({**attributes, **said} if isinstance(attributes, dict) else said)
        yield row, inside


def _names_in(rows: Sequence[Mapping[str, Json]]) -> bool:
    """Tell whether the rows name their series; numbers of records are no names."""
    keys = [key for key in NAME_KEYS if any(key in row for row in rows)]
    names = {next((row[k] for k in keys if isinstance(row.get(k), str)), None) for row in rows}
    return len(names) <= max(2, len(rows) // 2)


def _of_pairs(node: Sequence[Json], place: _Place) -> list[JsonTable]:
    """Return a list of pairs of a time and a value, as emoncms and Prometheus give them."""
    sample = node[:SAMPLE]
    if not sample or not all(
        isinstance(row, list) and len(row) == 2 and is_time(row[0]) and _is_scalar(row[1])
        for row in sample
    ):
        return []
    rows = [
        [time_text(row[0]), _scalar(row[1])]
        for row in node
        if isinstance(row, list) and len(row) == 2
    ]
    return [JsonTable(name=place.name, unit=place.unit, header=("start", "value"), rows=rows)]


def _of_columns(node: Mapping[str, Json], place: _Place) -> JsonTable | None:
    """Return an object of lists that are columns."""
    lists = {key: value for key, value in node.items() if isinstance(value, list) and value}
    time = next(
        (k for k, v in lists.items() if _folded(k) in START_KEYS and all(map(is_time, v[:SAMPLE]))),
        None,
    )
    if time is None:
        return None
    size = len(lists[time])
    columns = [
        key
        for key, value in lists.items()
        if key != time and len(value) == size and all(map(_is_scalar, value[:SAMPLE]))
    ]
    if not columns:
        return None
    return JsonTable(
        name=place.name,
        unit=place.unit,
        header=("start", *columns),
        rows=[
            [time_text(moment), *(_scalar(lists[key][at]) for key in columns)]
            for at, moment in enumerate(lists[time])
        ],
    )


def _of_dates(node: Mapping[str, Json], place: _Place) -> JsonTable | None:
    """Return an object whose keys are times and whose values are readings."""
    if len(node) < 2:
        return None
    sample = list(node.items())[:SAMPLE]
    if not all(is_time(key) and _is_value(value) for key, value in sample):
        return None
    rows = [[time_text(key), _scalar(value)] for key, value in node.items()]
    return JsonTable(name=place.name, unit=place.unit, header=("start", "value"), rows=rows)


def _of_days(node: Mapping[str, Json], place: _Place) -> JsonTable | None:
    """Return lists of daily values that begin on a named day, as Enphase gives them."""
    begin = next((node[key] for key in FIRST_DAYS if isinstance(node.get(key), str)), None)
    lists = {
        key: value
        for key, value in node.items()
        if isinstance(value, list) and value and all(map(_is_value, value))
    }
    if begin is None or not lists:
        return None
    try:
        first = date.fromisoformat(begin[:10])
        days = [first + timedelta(days=at) for at in range(max(map(len, lists.values())))]
    except (ValueError, OverflowError):
        return None
    return JsonTable(
        name=place.name,
        unit=place.unit,
        header=("start", *lists),
        rows=[
            [day.isoformat(), *(_scalar(v[at]) if at < len(v) else None for v in lists.values())]
            for at, day in enumerate(days)
        ],
    )


def _of_seconds(node: Mapping[str, Json], place: _Place) -> JsonTable | None:
    """Return values by seconds from a named beginning, as Fronius archives give them."""
    values = node.get("Values")
    if not isinstance(values, dict) or not values or not place.begin:
        return None
    pairs = [(k, v) for k, v in values.items() if k.isascii() and k.isdigit() and len(k) < 9]
    try:
        begin = datetime.fromisoformat(time_text(place.begin))
        rows = [
            [(begin + timedelta(seconds=int(at))).isoformat(), _scalar(value)]
            for at, value in pairs
        ]
    except (ValueError, OverflowError):
        return None
    return JsonTable(name=place.name, unit=place.unit, header=("start", "value"), rows=rows)


def _of_blocks(node: Mapping[str, Json], place: _Place) -> JsonTable | None:
    """Return the stored blocks of a Shelly energy meter: keys, and rows a period apart."""
    keys, blocks = node.get("keys"), node.get("data")
    if not isinstance(keys, list) or not isinstance(blocks, list):
        return None
    rows: list[Sequence[Scalar]] = []
    for block in blocks:
        if not isinstance(block, dict) or not _is_whole(block.get("ts")):
            return None
        period, values = block.get("period", 60), block.get("values")
        if not _is_whole(period) or not isinstance(values, list):
            return None
        rows.extend(
            [time_text(block["ts"] + at * period), *map(_scalar, row[: len(keys)])]
            for at, row in enumerate(values)
            if isinstance(row, list) and len(row) >= len(keys)
        )
    if not rows:
        return None
    header = ("start", *(str(key) for key in keys))
    return JsonTable(name="", unit=place.unit, header=header, rows=rows)


# --- values ----------------------------------------------------------------------------------


def _folded(key: str) -> str:
    return "".join(sign for sign in key.casefold() if sign.isalnum())


def _time_key(sample: Sequence[Mapping[str, Json]], known: frozenset[str]) -> str | None:
    """Return the key of a time that most rows have."""
    for key in dict.fromkeys(key for row in sample for key in row):
        if _folded(key) in known and 2 * sum(is_time(row.get(key)) for row in sample) > len(sample):
            return key
    return None


def _has_clock_beside(sample: Sequence[Mapping[str, Json]], key: str) -> bool:
    row = sample[0]
    day = row.get(key)
    clocks = [other for name, other in row.items() if name != key and isinstance(other, str)]
    return isinstance(day, str) and ":" not in day and any(map(CLOCK.fullmatch, clocks))


def _is_scalar(value: Json) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))


def _is_value(value: Json) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def zone_named(value: Json) -> str | None:
    """Return the zone that the text of a time names, such as ``CEST``."""
    found = ZONE_NAME.search(value.strip()) if isinstance(value, str) else None
    return ZONES.get(found[1]) if found is not None else None


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_time(value: Json) -> bool:
    """Tell whether a value can be a time: text with a date, or seconds or milliseconds."""
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) in (10, 13):
            return True
        return len(value) <= 40 and TIME_TEXT.match(value.strip()) is not None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return FIRST_S < value < LAST_MS


def time_text(value: Json) -> str:
    """Return a time as text that names its zone where the value does.

    Examples
    --------
    >>> time_text("2024-06-01 05:00:00 CEST+0200")
    '2024-06-01 05:00:00+02:00'
    >>> time_text(1717210800)
    '2024-06-01T03:00:00+00:00'
    """
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) in (10, 13):
            return time_text(int(text))
        if (zoned := ZONED.fullmatch(text)) is not None:
            offset = (
                zoned[2] if ":" in zoned[2] or zoned[2] == "Z" else f"{zoned[2][:3]}:{zoned[2][3:]}"
            )
            return zoned[1] + ("+00:00" if offset == "Z" else offset)
        return text[:40]
    if not is_time(value):
        return ""
    seconds = value / 1000 if value >= FIRST_MS else value
    return datetime.fromtimestamp(math.floor(seconds), tz=UTC).isoformat()


def _scalar(value: Json) -> Scalar:
    return value if _is_scalar(value) else None
