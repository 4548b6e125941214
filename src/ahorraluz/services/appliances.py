"""Appliances as a form offers them: by use, with the figures worth asking for each."""

from dataclasses import dataclass

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.usage.facts import EndUseId, Physics


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceChoice:
    """One kind of appliance."""

    id: str
    end_use: EndUseId
    physics: Physics
    """Which figures tell its energy: hours, showers, or the label."""
    default_h_day: float | None
    """Hours supposed where none are stated. [h/day]"""
    default_power_w: float | None
    """Watts supposed where none are stated. [W]"""


def appliance_choices() -> tuple[ApplianceChoice, ...]:
    """Return every kind of appliance, in the order of the catalogue."""
    return tuple(
        ApplianceChoice(
            id=facts.id,
            end_use=facts.end_use,
            physics=facts.physics,
            default_h_day=facts.default_h_day,
            default_power_w=facts.power_w.middle if facts.power_w else None,
        )
        for facts in load_appliances().values()
    )
