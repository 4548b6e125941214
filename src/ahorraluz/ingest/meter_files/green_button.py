"""Green Button (NAESB ESPI) to channels: which reading is of what, and in which unit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.ingest.meter_files.content import Content, MeterFileError
from ahorraluz.ingest.meter_files.green_button_feed import (
    SUMMARIES,
    TOTALS,
    Feed,
    Resource,
    read_feed,
)
from ahorraluz.ingest.meter_files.green_button_meters import (
    ELECTRICITY,
    NET,
    TOTAL,
    WATT_HOURS,
    Stream,
    path_of,
    streams_of,
)
from ahorraluz.ingest.meter_files.options import LIMA, ReadOptions
from ahorraluz.ingest.meter_files.series import Series, distinct, in_time, is_reading

MOST_TENS = 12
"""``powerOfTenMultiplier`` runs from pico to tera."""
MAX_LENGTH_SIGNS = len("31622400")
"""A year of seconds has eight digits; more are no length of an interval."""
NAMED = 6
"""Most series that one issue names."""
MIN_BILL_S = 86_400
"""A shorter billing period is a place holder of test data. [s]"""

# Zones of the rule that the feeds of the United States carry; elsewhere the offset stands.
US_RULE = "360E2000"
US_ZONES: Mapping[int, str] = {
    -18_000: "America/New_York",
    -21_600: "America/Chicago",
    -25_200: "America/Denver",
    -28_800: "America/Los_Angeles",
}


def parse_green_button(content: Content, options: ReadOptions) -> MeterFile:
    """Return what a Green Button file says.

    Parameters
    ----------
    content
        XML with resources of ESPI, in a feed or bare.
    options
        ``zone`` names the local zone; ``value_column`` picks one usage point by its address.

    Raises
    ------
    MeterFileError
        Those of :func:`read_feed`; ``meter-file-not-electricity``;
        ``meter-file-no-readings``.
    """
    feed = read_feed(content)
    streams = streams_of(feed.resources)
    if options.value_column is not None:
        streams = _chosen(streams, options.value_column, content)
    electric = [stream for stream in streams if stream.is_electric]
    issues = [*_broken_issues(feed), *_left_out(streams)]
    zone = options.zone or _zone(feed.resources)
    if not electric:
        if streams or _services(feed.resources) - {ELECTRICITY}:
            raise MeterFileError("meter-file-not-electricity", file=content.name)
        return _bills(feed, content, zone)
    kept = _without_repeats(electric)
    issues += _assumptions(kept, all_of=electric)
    names = distinct([_name(stream) for stream in kept])
    return MeterFile(
        format="green-button",
        channels=tuple(_channel(s, name) for s, name in zip(kept, names, strict=True)),
        rows=feed.readings,
        zone=zone,
        issues=tuple(issues),
        broken_rows=feed.broken_count,
    )


def _chosen(streams: Sequence[Stream], choice: str, content: Content) -> list[Stream]:
    """Return the readings of the meter that a person named by its address."""
    chosen = [s for s in streams if path_of(choice) in (s.point, s.meter)]
    if not chosen:
        names = list(dict.fromkeys(stream.point or stream.meter for stream in streams))
        raise MeterFileError(
            "meter-file-choice-unknown", file=content.name, choice=choice, names=names
        )
    return chosen


# --- channels --------------------------------------------------------------------------------


def _tens(kind: Mapping[str, str], name: str = "powerOfTenMultiplier") -> float:
    try:
        tens = int(kind.get(name, "0"))
    except ValueError:
        tens = 0
    return 10.0 ** max(-MOST_TENS, min(MOST_TENS, tens))


def _channel(stream: Stream, name: str) -> Channel:
    channel = stream.series.channel(
        name, flow=stream.flow, measure=stream.measure, factor=_tens(stream.kind) / 1000
    )
    if channel.measure is Measure.REGISTER:
        # A counter stands where its interval ends.
        return replace(channel, start_s=channel.end_s)
    length = stream.kind.get("intervalLength", "")
    if channel.measure is Measure.ENERGY and length.isdecimal() and len(length) <= MAX_LENGTH_SIGNS:
        without = channel.end_s == channel.start_s
        return replace(channel, end_s=channel.end_s + without * int(length))
    return channel


def _name(stream: Stream) -> str:
    parts = stream.meter.split("/")
    place = parts.index("MeterReading") if "MeterReading" in parts else -1
    number = parts[place + 1] if 0 <= place < len(parts) - 1 else ""
    return f"{stream.flow.value} {number}".strip()


def _span(series: Series) -> tuple[int, int]:
    return min(series.start_s), max(series.end_s)


def _step(series: Series) -> float:
    """Return the usual length of its intervals. [s]"""
    return float(np.median(np.array(series.end_s) - np.array(series.start_s)))


def _without_repeats(streams: Sequence[Stream]) -> list[Stream]:
    """Return the streams without those that say the same energy once more.

    A meter may give energy, its register and its power, hours and their days: the
    intervals of energy count, and of two lengths in the same time the shorter. Streams
    of one length are bands of the day and stay, all of them.
    """
    order = {Measure.ENERGY: 0, Measure.REGISTER: 1, Measure.POWER: 2}
    ranked = sorted(streams, key=lambda s: (order[s.measure], _is_sum(s), _step(s.series)))
    kept: list[Stream] = []
    for stream in ranked:
        first, last = _span(stream.series)
        same = [
            other
            for other in kept
            if other.point == stream.point
            and (other.flow is stream.flow or _is_sum(stream))
            and _span(other.series)[0] < last
            and first < _span(other.series)[1]
        ]
        repeats = any(
            other.measure is not stream.measure
            or _step(other.series) != _step(stream.series)
            or _is_sum(stream) != _is_sum(other)
            for other in same
        )
        if not repeats:
            kept.append(stream)
    return [stream for stream in streams if any(stream is other for other in kept)]


def _is_sum(stream: Stream) -> bool:
    return stream.kind.get("flowDirection") in (NET, TOTAL)


# --- what to say about it --------------------------------------------------------------------


def _broken_issues(feed: Feed) -> list[Issue]:
    return [
        Issue(code="row-broken", parameters={"line": line, "column": place, "value": shown})
        for line, place, shown in feed.broken
    ]


def _left_out(streams: Sequence[Stream]) -> list[Issue]:
    names = [stream.meter or stream.point for stream in streams if not stream.is_electric]
    if not names:
        return []
    return [Issue(code="meter-file-left-out", parameters={"names": names[:NAMED]})]


def _assumptions(kept: Sequence[Stream], *, all_of: Sequence[Stream]) -> list[Issue]:
    issues = []
    repeats = [s.meter for s in all_of if all(s is not other for other in kept)]
    if repeats:
        issues.append(
            Issue(
                code="meter-file-repeats-left-out",
                severity=Severity.NOTE,
                parameters={"names": repeats[:NAMED]},
            )
        )
    if any("uom" not in stream.kind for stream in kept):
        issues.append(Issue(code="green-button-unit-assumed"))
    points = list(dict.fromkeys(stream.point for stream in kept if stream.point))
    if len(points) > 1:
        issues.append(Issue(code="meter-file-several-meters", parameters={"names": points}))
    if any(stream.kind.get("flowDirection") == NET for stream in kept):
        issues.append(Issue(code="green-button-net"))
    return issues


def _services(resources: Sequence[Resource]) -> set[str]:
    kinds = (r.facts.get("ServiceCategory/kind") for r in resources)
    return {kind for kind in kinds if kind is not None}


def _zone(resources: Sequence[Resource]) -> str:
    """Return the zone of the file's clock; times are UTC whatever it is."""
    for resource in resources:
        facts = resource.facts
        offset = facts.get("LocalTimeParameters/tzOffset", "")
        if not offset.lstrip("+-").isdecimal() or len(offset) > len("-86400"):
            continue
        seconds = int(offset)
        if facts.get("LocalTimeParameters/dstStartRule") == US_RULE and seconds in US_ZONES:
            return US_ZONES[seconds]
        if seconds % 3600 == 0 and -12 * 3600 <= seconds <= 14 * 3600:
            hours = -seconds // 3600
            return f"Etc/GMT{hours:+d}" if hours else "Etc/UTC"
    return LIMA


# --- bills alone -----------------------------------------------------------------------------


def _bills(feed: Feed, content: Content, zone: str) -> MeterFile:
    """Return the billing periods of a file that has no interval."""
    series, rows = Series(), 0
    gas = False
    for resource in feed.resources:
        if not any(kind in SUMMARIES for kind in resource.kinds):
            continue
        rows += 1
        found = _bill(resource.facts)
        if found is not None:
            series.add(*found, line=rows)
        else:
            gas |= any(resource.facts.get(f"{t}/uom", WATT_HOURS) != WATT_HOURS for t in TOTALS)
    if not len(series):
        if gas:
            raise MeterFileError("meter-file-not-electricity", file=content.name)
        raise MeterFileError("meter-file-no-readings", file=content.name)
    return MeterFile(
        format="green-button-summary",
        channels=(series.channel("import", flow=Flow.IMPORT),),
        rows=rows,
        zone=zone,
        issues=(Issue(code="green-button-bill-only", severity=Severity.NOTE),),
        broken_rows=rows - len(series),
    )


def _bill(facts: Mapping[str, str]) -> tuple[int, int, float] | None:
    """Return start, end and energy of a bill; ``None`` where it does not say them. [s, s, kWh]"""
    try:
        start = int(facts["billingPeriod/start"])
        length = int(facts["billingPeriod/duration"])
        for name in TOTALS:
            if facts.get(f"{name}/uom", WATT_HOURS) == WATT_HOURS and f"{name}/value" in facts:
                wh = float(facts[f"{name}/value"]) * _tens(facts, f"{name}/powerOfTenMultiplier")
                good = length >= MIN_BILL_S and in_time(start, start + length) and is_reading(wh)
                return (start, start + length, wh / 1000) if good else None
    except (KeyError, ValueError):
        return None
    return None
