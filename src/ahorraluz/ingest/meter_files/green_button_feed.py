"""The stream of a Green Button file: its XML to resources, one element at a time.

Nothing is kept of the document but what a reading needs, so that memory grows with the
readings and not with the file. Document types, and with them every entity, are refused
before they are read; nothing is ever fetched.
"""

from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.series import Series, in_time, is_reading

CHUNK_BYTES = 262_144
MAX_DEPTH = 64
"""Green Button nests about ten deep; deeper is an attack on the parser."""
MAX_TOKEN_BYTES = 4 * 1024 * 1024
"""Longest tag, text or comment that the parser may hold back. [byte]"""
MAX_TEXT = 64
"""Longest text that is kept: a number or an id. [characters]"""
MAX_RESOURCES = 100_000
"""Most entries that are remembered; a year of days is 365 blocks."""

ESTIMATED_QUALITIES = frozenset({"8", "9", "12"})
"""``QualityOfReading``: estimated by reference day, by interpolation, and projected."""
SUMMARIES = ("UsageSummary", "ElectricPowerUsageSummary")
TOTALS = ("overallConsumptionLastPeriod", "currentBillingPeriodOverAllConsumption")
"""Energy of a bill, best first: the first is of the billing period itself."""
ESPI_ROOTS = frozenset(
    {
        "UsagePoint",
        "MeterReading",
        "ReadingType",
        "IntervalBlock",
        "LocalTimeParameters",
        *SUMMARIES,
    }
)
OPENING = ESPI_ROOTS | {"IntervalReading", "entry", "link"}
"""Elements that mean something before their text does."""
MAX_NAMES = 1_000


@dataclass(slots=True)
class Resource:
    """One entry of the feed, with the addresses that tie it to others."""

    links: dict[str, list[str]] = field(default_factory=dict)
    """Addresses by relation: ``self``, ``up``, ``related``."""
    facts: dict[str, str] = field(default_factory=dict)
    """Texts by ``Parent/leaf``."""
    kinds: list[str] = field(default_factory=list)
    """Resources of the entry, such as ``ReadingType``."""
    series: Series | None = None

    def address(self, relation: str) -> str:
        """Return the first address of a relation, empty where there is none."""
        return next(iter(self.links.get(relation, ())), "")


@dataclass(slots=True)
class Feed:
    """What a Green Button file holds."""

    resources: list[Resource] = field(default_factory=list)
    readings: int = 0
    """Interval readings, the broken ones included."""
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    """Line, field and value of the first readings that could not be read."""
    broken_count: int = 0


MOST_BROKEN = 5
"""Broken readings that are named one by one."""


class FeedReader:
    """Handlers of the XML parser, and what they have gathered."""

    def __init__(self, name: str) -> None:
        self.feed = Feed()
        self.seen_espi = False
        self._name = name
        self._entry = Resource()
        self._path: list[str] = []
        self._text: str | None = None
        self._names: dict[str, str] = {}
        self._in_reading = False
        self._reading: dict[str, str] = {}
        self._reading_line = 0
        self._next_s = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def read(self, file: BinaryIO) -> Feed:
        """Return what the file holds.

        Raises
        ------
        MeterFileError
            ``xml-entities``, ``xml-broken`` or ``xml-too-deep``.
        """
        fed = 0
        try:
            while chunk := file.read(CHUNK_BYTES):
                self.parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(self.parser.CurrentByteIndex, 0) > MAX_TOKEN_BYTES:
                    raise self._broken()
            self.parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError):
            # The last two: an encoding that is not known, or that the parser cannot take.
            raise self._broken() from None
        self._flush()
        return self.feed

    def _broken(self) -> MeterFileError:
        return MeterFileError("xml-broken", file=self._name, line=self.parser.CurrentLineNumber)

    def _refuse_doctype(self, *_: object) -> None:
        raise MeterFileError("xml-entities", file=self._name, line=self.parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self._names.get(tag) or self._local_name(tag)
        self._path.append(name)
        self._text = ""
        if len(self._path) > MAX_DEPTH:
            line = self.parser.CurrentLineNumber
            raise MeterFileError("xml-too-deep", file=self._name, line=line)
        if name in OPENING:
            self._open(name, attributes)

    def _local_name(self, tag: str) -> str:
        """Return a name without its prefix, and remember it: a feed has a few dozen."""
        name = tag.rpartition(":")[2][:MAX_TEXT]
        if len(self._names) < MAX_NAMES:
            self._names[tag] = name
        return name

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "IntervalReading":
            self._reading = {}
            self._in_reading = True
            self._reading_line = self.parser.CurrentLineNumber
        elif name == "entry":
            self._flush()
        elif name == "link":
            if "href" in attributes:
                relation = attributes.get("rel", "").lower()
                self._entry.links.setdefault(relation, []).append(attributes["href"])
        else:
            self.seen_espi = True
            self._entry.kinds.append(name)
            if name == "IntervalBlock":
                self._next_s = 0

    def _characters(self, text: str) -> None:
        if self._text is not None and len(self._text) <= MAX_TEXT:
            self._text += text[: MAX_TEXT + 1]

    def _end(self, _: str) -> None:
        name = self._path.pop()
        # Only a leaf has text of its own: the end of a parent finds none.
        if self._text is not None:
            if self._in_reading:
                self._reading[name] = self._text.strip()[:MAX_TEXT]
            else:
                self._leaf(name, self._text.strip()[:MAX_TEXT])
            self._text = None
        if name not in OPENING:
            return
        if name == "IntervalReading":
            self._in_reading = False
            self._take_reading()
        elif name == "entry":
            self._flush()
        elif name in SUMMARIES:
            # A file of many bills in one container keeps each by itself.
            self._flush(keep_links=True)

    def _leaf(self, name: str, text: str) -> None:
        path = self._path
        parent = path[-1] if path else ""
        if parent == "interval" and name == "start" and "IntervalBlock" in path[-2:]:
            self._next_s = _whole(text) or 0
        elif text and len(self._entry.facts) < MAX_TEXT:
            self._entry.facts.setdefault(f"{parent}/{name}", text)

    def _take_reading(self) -> None:
        """Add the reading that just ended, or count it as broken."""
        feed, reading = self.feed, self._reading
        feed.readings += 1
        start = _whole(reading["start"]) if "start" in reading else self._next_s or None
        length = _whole(reading.get("duration", "0"))
        value = _number(reading.get("value", ""))
        if start is None or length is None or not in_time(start, start + length):
            shown = reading.get("start", "") + " + " + reading.get("duration", "")
            self._note_broken("timePeriod", shown)
            return
        if value is None:
            self._note_broken("value", reading["value"])
            return
        self._next_s = start + length
        if self._entry.series is None:
            self._entry.series = Series()
        self._entry.series.add(
            start,
            start + length,
            value,
            line=self._reading_line,
            estimated=reading.get("quality") in ESTIMATED_QUALITIES,
        )

    def _note_broken(self, place: str, shown: str) -> None:
        self.feed.broken_count += 1
        if len(self.feed.broken) < MOST_BROKEN:
            self.feed.broken.append((self._reading_line, place, shown))

    def _flush(self, *, keep_links: bool = False) -> None:
        """Put the entry away and begin another."""
        if self._entry.kinds:
            if len(self.feed.resources) >= MAX_RESOURCES:
                raise MeterFileError("meter-file-too-many-parts", file=self._name)
            self.feed.resources.append(self._entry)
        self._entry = Resource(links=dict(self._entry.links) if keep_links else {})


def _whole(text: str) -> int | None:
    """Return a whole number of seconds, ``None`` where the text is none."""
    try:
        return None if "_" in text else int(text)
    except ValueError:
        return None


def _number(text: str) -> float | None:
    """Return a value, NaN where the file leaves it empty, ``None`` where it is no number."""
    if not text:
        return float("nan")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if is_reading(value) and "_" not in text else None


def read_feed(content: Content) -> Feed:
    """Return what a Green Button file holds.

    Raises
    ------
    MeterFileError
        ``xml-entities``: it declares a document type; ``xml-broken``: it ends too early
        or is no XML from some line on; ``xml-too-deep``; ``meter-file-too-many-parts``;
        ``green-button-none``: XML of another kind.
    """
    reader = FeedReader(content.name)
    with content.opened() as file:
        feed = reader.read(file)
    if not reader.seen_espi:
        raise MeterFileError("green-button-none", file=content.name)
    return feed
