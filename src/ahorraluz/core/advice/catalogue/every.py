"""Every measure that a home is judged by."""

from ahorraluz.core.advice.catalogue import (
    climate,
    cooking,
    installation,
    laundry,
    lighting,
    own_panels,
    refrigeration,
    roof,
    standby,
    storing,
    tariff,
    water_heating,
    wood,
)
from ahorraluz.core.advice.measures import Measure

ALL_MEASURES: tuple[Measure, ...] = (
    *tariff.MEASURES,
    *water_heating.MEASURES,
    *refrigeration.MEASURES,
    *lighting.MEASURES,
    *cooking.MEASURES,
    *wood.MEASURES,
    *standby.MEASURES,
    *laundry.MEASURES,
    *climate.MEASURES,
    *roof.MEASURES,
    *own_panels.MEASURES,
    *storing.MEASURES,
    *installation.MEASURES,
)
