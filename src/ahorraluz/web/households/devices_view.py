"""Devices of a home in the words of their pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from ahorraluz.core.live.readings import Quantity, Sample
from ahorraluz.services.live.device_settings import FOUND_OUT, KINDS, OWN_MAPPING
from ahorraluz.services.live.devices import MEASURED
from ahorraluz.services.live.showing import Measure, SeenDevice
from ahorraluz.texts import Texts
from ahorraluz.web.page import PERU_TIME, Page

MW_PER_W, MUCH_MW, MUCH_MWH = 1_000, 1_000_000, 1_000_000
CLOCK_OFF_MS = 5_000
"""A clock is said to be off from here on. [ms]"""
MS, S_MIN, S_HOUR, S_DAY = 1_000, 60, 3_600, 86_400
FIRST_KINDS = (
    "tasmota",
    "shelly",
    "zigbee2mqtt",
    "esphome",
    "home-assistant",
    "emon",
    "dsmr",
    "homewizard",
    "enphase",
    "fronius",
    "emporia",
    "plain",
)
PAGE_KINDS = (*(name for name in FIRST_KINDS if name in KINDS), OWN_MAPPING, FOUND_OUT)
"""Kinds of devices in the order of the page."""
MEASURES = tuple(MEASURED)
SHOWN_PAYLOAD = 160
"""How much of a refused message is shown. [characters]"""


@dataclass(frozen=True, slots=True)
class Example:
    """A message of a kind, to try."""

    topic: str
    body: str
    mapping: str = ""


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        FOUND_OUT: Example("power", "250"),
        "plain": Example("", '{"power_w": 250, "energy_kwh": 1234.5}'),
        "tasmota": Example("tele/SENSOR", '{"ENERGY": {"Total": 12.345, "Power": 250}}'),
        "shelly": Example(
            "status/switch:0", '{"id": 0, "apower": 250.5, "aenergy": {"total": 12345.6}}'
        ),
        "zigbee2mqtt": Example("enchufe", '{"power": 250, "energy": 12.34, "linkquality": 120}'),
        "esphome": Example("sensor/house_power/state", "250"),
        "home-assistant": Example("sensor/house_power/state", "250"),
        "emon": Example("emon/emontx", '{"power1": 250, "wh1": 123456}'),
        "homewizard": Example("", '{"active_power_w": 250, "total_power_import_kwh": 12.3}'),
        "dsmr": Example("", "/KFM5KAIFA-METER\r\n\r\n1-0:1.8.0(000012.345*kWh)\r\n!\r\n"),
        "enphase": Example("", '{"wattsNow": 250, "wattHoursLifetime": 123456}'),
        OWN_MAPPING: Example(
            "casa",
            '{"luz": {"w": 250}}',
            '{"fields": [\n'
            ' {"topic": "casa", "path": "luz.w", "measure": "power", "unit": "W",\n'
            '  "flow": "import", "name": "total"}\n'
            "]}",
        ),
    }
)
"""By dialect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure of a device."""

    id: int
    name: str
    what: str
    latest: str
    """Empty: it said nothing yet."""
    counts: bool
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A message that could not be taken."""

    at: str
    topic: str
    body: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCard:
    """A device as it is listed."""

    id: str
    name: str
    kind: str
    """Key of its kind."""
    measures_what: str
    state: str
    """``shut``, ``new``, ``here`` or ``silent``."""
    seen: str
    """When it was heard of last; empty: never."""
    clock: str
    """By how much its clock is off; empty: it is right."""
    measures: tuple[MeasureRow, ...]
    refused: tuple[RefusedRow, ...]


def device_cards(
    seen: Sequence[SeenDevice], page: Page, *, now: datetime
) -> tuple[DeviceCard, ...]:
    """Return devices in words."""
    return tuple(_card(one, page, now) for one in seen)


def sample_words(sample: Sample, texts: Texts) -> tuple[str, str, str]:
    """Return name, kind and value of what a message tells."""
    what = texts.text(f"web.devices.what-{sample.flow.value}-{sample.quantity.value}")
    return sample.name, what, value_words(sample.value, sample.quantity, texts)


def value_words(value: int, quantity: Quantity, texts: Texts) -> str:
    """Return a number of a device with its unit."""
    if quantity is Quantity.REGISTER:
        return f"{texts.number(round(value / MUCH_MWH, 2))} kWh"
    if value >= MUCH_MW:
        return f"{texts.number(round(value / MUCH_MW, 2))} kW"
    return f"{texts.number(round(value / MW_PER_W))} W"


def since_words(seconds: int, texts: Texts) -> str:
    """Return how long ago something was."""
    for unit, size in (("days", S_DAY), ("hours", S_HOUR), ("minutes", S_MIN)):
        if seconds >= size:
            return texts.text(f"web.devices.ago-{unit}", count=seconds // size)
    return texts.text("web.devices.ago-now")


def moment_words(at_ms: int, texts: Texts) -> str:
    """Return day and hour of a moment."""
    moment = datetime.fromtimestamp(at_ms / MS, tz=PERU_TIME)
    return f"{texts.date(moment.date(), form='short')} {moment:%H:%M}"


def _card(one: SeenDevice, page: Page, now: datetime) -> DeviceCard:
    device, texts = one.device, page.texts
    state = "new" if device.last_seen_ms is None else "here" if one.is_fresh else "silent"
    seen = ""
    if device.last_seen_ms is not None:
        seen = since_words(max(0, int(now.timestamp()) - device.last_seen_ms // MS), texts)
    return DeviceCard(
        id=device.id,
        name=device.name,
        kind=device.dialect or FOUND_OUT,
        measures_what=str(device.settings.get("measures", "home")),
        state="shut" if device.revoked_at is not None else state,
        seen=seen,
        clock=_clock(device.clock_ms or 0, texts),
        measures=tuple(_measure(each, texts) for each in one.measures),
        refused=tuple(
            RefusedRow(
                at=moment_words(each.at_ms, texts),
                topic=each.topic,
                body=each.payload.decode("utf-8", "replace")[:SHOWN_PAYLOAD],
                why=refused_words(each.reason, texts),
            )
            for each in one.refused
        ),
    )


def refused_words(code: str, texts: Texts) -> str:
    """Return why a message was not taken; of those kept only the code is known."""
    key = f"web.devices.refused-{code}"
    return texts.text(key if texts.has(key) else "web.devices.refused")


def _clock(off_ms: int, texts: Texts) -> str:
    if abs(off_ms) < CLOCK_OFF_MS:
        return ""
    way = "ahead" if off_ms > 0 else "behind"
    seconds = abs(off_ms) // MS
    for unit, size in (("hours", S_HOUR), ("minutes", S_MIN), ("seconds", 1)):
        if seconds >= size:
            return texts.text(f"web.devices.clock-{way}-{unit}", count=seconds // size)
    return ""


def _measure(each: Measure, texts: Texts) -> MeasureRow:
    channel, latest = each.channel, each.latest
    told = "" if latest is None else value_words(latest.value, channel.quantity, texts)
    what = f"web.devices.what-{channel.flow.value}-{channel.quantity.value}"
    return MeasureRow(
        id=channel.id,
        name=texts.text("web.devices.total") if channel.name == "total" else channel.name,
        what=texts.text(what),
        latest=told,
        counts=each.counts,
        in_use=each.in_use,
    )
