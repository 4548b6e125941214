"""Which meter, usage point and reading type a block of Green Button readings belongs to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ahorraluz.core.readings.channels import Flow, Measure
from ahorraluz.ingest.meter_files.green_button_feed import Resource
from ahorraluz.ingest.meter_files.series import Series

ELECTRICITY = "0"
"""``ServiceKind`` of electricity; 1 is gas, 2 water, and so on."""
WATT_HOURS, WATTS = "72", "38"
"""``UomType`` codes; every other one (V, A, varh, VAh, therm, m³) is no energy we price."""
REGISTERS = frozenset({"1", "2", "3"})
"""``AccumulationBehaviourType``: bulk quantity, continuous cumulative, cumulative."""
FORWARD, NET, REVERSE, TOTAL = "1", "4", "19", "20"
"""``FlowDirectionType``; total is what came and what went, without sign."""
FLOWS: Mapping[str, Flow] = {
    FORWARD: Flow.IMPORT,
    REVERSE: Flow.EXPORT,
    NET: Flow.IMPORT,
    TOTAL: Flow.LOAD,
}


@dataclass(slots=True)
class Stream:
    """The readings of one MeterReading, with what its type says about them."""

    meter: str
    point: str
    kind: Mapping[str, str]
    """Facts of the ReadingType by leaf; empty where the file has none."""
    service: str | None
    """``ServiceKind`` of its usage point; ``None``: not said."""
    series: Series = field(default_factory=Series)

    @property
    def unit(self) -> str:
        """Return the unit code; what has no type is taken for watt-hours."""
        return self.kind.get("uom", WATT_HOURS)

    @property
    def flow(self) -> Flow:
        """Return the direction; forward where none is said."""
        return FLOWS.get(self.kind.get("flowDirection", FORWARD), Flow.IMPORT)

    @property
    def measure(self) -> Measure:
        """Return what the numbers are."""
        if self.unit == WATTS:
            return Measure.POWER
        if self.kind.get("accumulationBehaviour") in REGISTERS:
            return Measure.REGISTER
        return Measure.ENERGY

    @property
    def is_electric(self) -> bool:
        """Tell whether it holds energy or power of electricity."""
        return self.service in (None, ELECTRICITY) and self.unit in (WATT_HOURS, WATTS)


def path_of(address: str) -> str:
    """Return an address without host and slashes around it: feeds mix both forms."""
    try:
        return urlsplit(address).path.strip("/")
    except ValueError:
        return address.strip("/")


def _within(inner: str, outer: str) -> bool:
    return bool(outer) and (inner == outer or inner.startswith(outer + "/"))


@dataclass(slots=True)
class _Meter:
    """A MeterReading, a UsagePoint or a ReadingType with its addresses."""

    own: str
    related: frozenset[str]
    resource: Resource


def _of_kind(resources: Sequence[Resource], kind: str) -> list[_Meter]:
    return [
        _Meter(
            own=path_of(resource.address("self")),
            related=frozenset(path_of(link) for link in resource.links.get("related", ())),
            resource=resource,
        )
        for resource in resources
        if kind in resource.kinds
    ]


def _owner(addresses: Sequence[str], owners: Sequence[_Meter]) -> _Meter | None:
    """Return who a resource with these addresses belongs to: by its link, else by its path."""
    known = [address for address in addresses if address]
    for owner in owners:
        if any(address in owner.related for address in known):
            return owner
    inside = [o for o in owners if any(_within(address, o.own) for address in known)]
    return max(inside, key=lambda owner: len(owner.own), default=None)


def streams_of(resources: Sequence[Resource]) -> list[Stream]:
    """Return the readings by meter, in the order of the file."""
    meters = _of_kind(resources, "MeterReading")
    points = _of_kind(resources, "UsagePoint")
    types = _of_kind(resources, "ReadingType")
    streams: dict[str, Stream] = {}
    latest: _Meter | None = meters[0] if len(meters) == 1 else None
    for resource in resources:
        if "MeterReading" in resource.kinds and not resource.address("self"):
            latest = next(m for m in meters if m.resource is resource)
        if resource.series is None:
            continue
        addresses = [path_of(resource.address(name)) for name in ("up", "self")]
        meter = _owner(addresses, meters) or (None if any(addresses) else latest)
        key = meter.own if meter is not None and meter.own else addresses[0]
        if key not in streams:
            point = _point(meter, addresses, points)
            streams[key] = Stream(
                meter=key,
                point=point.own if point else "",
                kind=_type_of(resource, meter, types),
                service=point.resource.facts.get("ServiceCategory/kind") if point else None,
            )
        streams[key].series.join(resource.series)
    return list(streams.values())


def _point(
    meter: _Meter | None, addresses: Sequence[str], points: Sequence[_Meter]
) -> _Meter | None:
    if len(points) == 1:
        return points[0]
    own = [meter.own, path_of(meter.resource.address("up"))] if meter is not None else []
    return _owner([*own, *addresses], points)


def _type_of(
    resource: Resource, meter: _Meter | None, types: Sequence[_Meter]
) -> Mapping[str, str]:
    """Return the facts of the ReadingType of a block."""
    for holder in (resource, meter.resource if meter is not None else None):
        if holder is not None and "ReadingType" in holder.kinds:
            return _facts(holder)
    related = meter.related if meter is not None else frozenset[str]()
    for candidate in types:
        if candidate.own and candidate.own in related:
            return _facts(candidate.resource)
    return _facts(types[0].resource) if len(types) == 1 else {}


def _facts(resource: Resource) -> Mapping[str, str]:
    prefix = "ReadingType/"
    return {
        name.removeprefix(prefix): text
        for name, text in resource.facts.items()
        if name.startswith(prefix)
    }
