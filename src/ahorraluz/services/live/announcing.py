"""What AhorraLuz tells a smart home back: figures of the month as sensors of Home Assistant.

Nothing is retained at the broker: sensors are told anew every few minutes, so that a home that
is forgotten leaves nothing behind there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ahorraluz.services.live.devices import topic_of
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.errors import StoreError
from ahorraluz.store.live.records import Device, Now
from ahorraluz.texts import Texts

ANNOUNCED = "home-assistant"
"""Dialect of the devices that are told: others have no use for it."""
DISCOVERY, STATE = "discovery", "home/state"
"""Below the topic of a device: what sensors there are, and how they stand."""
PLAN_SAVING = "plan_saving"
CENTS, MONTHS = 100, 12
EXPIRES_S = 300
"""A sensor that was not told for so long is not known. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A figure as Home Assistant sees it."""

    figure: str
    """Name of the latest figure."""
    unit: str
    kind: str | None = None
    """Its ``device_class``."""
    grows: str | None = None
    """Its ``state_class``."""
    divided: int = 1
    places: int = 0


SENSORS: Mapping[str, Sensor] = {
    "power": Sensor(figure="power", unit="W", kind="power", grows="measurement"),
    "today_energy": Sensor(
        figure="today_energy",
        unit="kWh",
        kind="energy",
        grows="total_increasing",
        divided=1000,
        places=3,
    ),
    "today_cost": Sensor(figure="today_cost", unit="PEN", kind="monetary", divided=100, places=2),
    "month_energy": Sensor(
        figure="month_energy",
        unit="kWh",
        kind="energy",
        grows="total_increasing",
        divided=1000,
        places=3,
    ),
    "month_cost": Sensor(figure="month_cost", unit="PEN", kind="monetary", divided=100, places=2),
    "projected_cost": Sensor(figure="end_cost", unit="PEN", kind="monetary", divided=100, places=2),
    "projected_cost_low": Sensor(
        figure="end_cost_low", unit="PEN", kind="monetary", divided=100, places=2
    ),
    "projected_cost_high": Sensor(
        figure="end_cost_high", unit="PEN", kind="monetary", divided=100, places=2
    ),
    "projected_energy": Sensor(figure="end_energy", unit="kWh", divided=1000, places=1),
    "limit_left": Sensor(figure="limit_left", unit="kWh", divided=1000, places=1),
    "limit_day": Sensor(figure="limit_day", unit="kWh/d", divided=1000, places=2),
    "price": Sensor(figure="next_kwh", unit="PEN/kWh", divided=1000, places=3),
    "saving": Sensor(figure=PLAN_SAVING, unit="PEN", kind="monetary", divided=100, places=2),
}
"""Every sensor by its id; ``price`` is what the energy dashboard asks for, ``saving`` what the plan
of the home would save in a month."""


@dataclass(frozen=True, slots=True)
class Told:
    """A message of ours."""

    topic: str
    body: bytes


def sensors_of(device: Device, texts: Texts, *, prefix: str = "") -> Iterator[Told]:
    """Yield the discovery messages of a home's sensors, for one of its devices.

    Parameters
    ----------
    device
        Who listens.
    texts
        Names of the sensors.
    prefix
        Of discovery, for a broker that is one home's; empty: below the device's own topic.
    """
    root = prefix or f"{topic_of(device)}/{DISCOVERY}"
    for name, sensor in SENSORS.items():
        told = {
            "name": texts.text(f"live.sensor-{name.replace('_', '-')}"),
            "unique_id": f"ahorraluz_{device.id}_{name}",
            "object_id": f"ahorraluz_{name}",
            "state_topic": f"{topic_of(device)}/{STATE}",
            "value_template": f"{{{{ value_json.{name} }}}}",
            "unit_of_measurement": sensor.unit,
            "expire_after": EXPIRES_S,
            "device": {"identifiers": [f"ahorraluz_{device.id}"], "name": "AhorraLuz"},
        }
        if sensor.kind is not None:
            told["device_class"] = sensor.kind
        if sensor.grows is not None:
            told["state_class"] = sensor.grows
        body = json.dumps(told, ensure_ascii=False).encode()
        yield Told(f"{root}/sensor/ahorraluz_{device.id}/{name}/config", body)


def state_of(device: Device, figures: Mapping[str, Now]) -> Told:
    """Return how the sensors stand; one whose figure is not known is left out."""
    state = {
        name: _rounded(figures[sensor.figure].value, sensor)
        for name, sensor in SENSORS.items()
        if sensor.figure in figures
    }
    return Told(f"{topic_of(device)}/{STATE}", json.dumps(state).encode())


def _rounded(value: int, sensor: Sensor) -> float | int:
    return round(value / sensor.divided, sensor.places) if sensor.places else value


def listeners(tools: Toolbox, *, everybody: bool) -> tuple[Device, ...]:
    """Return the devices that are told: of Home Assistant, or the first one of each home."""
    found = [d for d in tools.store.live.devices.everything() if d.revoked_at is None]
    if not everybody:
        return tuple(device for device in found if device.dialect == ANNOUNCED)
    first = dict[str, Device]()
    for device in found:
        if device.home not in first or device.dialect == ANNOUNCED:
            first[device.home] = device
    return tuple(first.values())


def figures_of(home: str, *, tools: Toolbox) -> Mapping[str, Now]:
    """Return the latest figures of a home by their name, what its plan saves among them."""
    figures = {figure.name: figure for figure in tools.store.live.watches.now(home)}
    saving = _plan_saving(home, tools=tools)
    return figures if saving is None else {**figures, PLAN_SAVING: saving}


def _plan_saving(home: str, *, tools: Toolbox) -> Now | None:
    """Return what was last reckoned of the plan of a home, by month; nothing is reckoned here."""
    from ahorraluz.services.households.figures import kept_figures

    try:
        answers = tools.store.people.households.answers(home)
    except StoreError:
        return None
    figures = kept_figures(answers)
    if figures is None or figures.saving_pen_year is None:
        return None
    return Now(
        name=PLAN_SAVING,
        at_ms=int(answers.changed_at.timestamp() * 1000),
        value=round(figures.saving_pen_year * CENTS / MONTHS),
        unit="cents",
    )
