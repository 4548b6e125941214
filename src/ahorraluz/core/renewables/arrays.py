"""What an array of panels makes in every hour of a typical year: pvlib's PVWatts chain.

Perez' sky, Fresnel's reflection, cells by their NOCT, power by PVWatts, and an inverter
that loses a part and clips the rest.

References
----------
.. [1] A. P. Dobos, "PVWatts Version 5 Manual", NREL/TP-6A20-62641, 2014.
.. [2] R. Perez et al., "Modeling daylight availability and irradiance components from
   direct and global irradiance", Solar Energy 44 (5), 1990, doi:10.1016/0038-092X(90)90055-H.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ahorraluz.core.renewables.facts import SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.sun import Floats, SolarError, SunYear, sun_year

ALBEDO = 0.2
"""Part of the sun that the ground gives back; PVWatts' own."""
GLASS_INDEX = 1.3
"""Refraction of panes with the usual coating against glare."""
DIFFUSE_ANGLE = 58.0
"""Angle that stands for light from all the sky. [°]"""
MODULE_EFFICIENCY = 0.19
"""Only sets how much sun turns to heat in a cell."""
LEAST_WIND = 0.5
MOST_TILT, MOST_AZIMUTH = 90.0, 360.0
NORTH, SOUTH = 0.0, 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """How panels stand and what takes from them; the same for one panel and for ten."""

    tilt_deg: float
    """0 is flat, 90 upright. [°]"""
    azimuth_deg: float
    """Direction they face, clockwise from north. [°]"""
    shading: float
    """Part of the sun that shade takes. [0 to 1]"""
    losses: float
    """Dirt, cables, mismatch, standstill; no shade and no inverter. [0 to 1]"""
    inverter_efficiency: float
    """[0 to 1]"""
    dc_ac: float
    """Peak power of the panels over the inverter's. [unitless]"""
    heat_loss: float
    """Power lost for each kelvin above 25 °C. [1/K]"""
    noct_c: float
    """[°C]"""

    def __post_init__(self) -> None:
        """Refuse what no roof can hold (``solar-mount-impossible``)."""
        limits = {
            "tilt_deg": (0.0, MOST_TILT),
            "azimuth_deg": (0.0, MOST_AZIMUTH),
            "shading": (0.0, 1.0),
            "losses": (0.0, 1.0),
            "inverter_efficiency": (0.5, 1.0),
            "dc_ac": (0.1, 10.0),
        }
        for name, (least, most) in limits.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise SolarError(
                    "solar-mount-impossible", field=name, value=value, low=least, high=most
                )


def usual_mount(
    facts: SolarFacts,
    *,
    assumptions: SolarAssumptions,
    tilt_deg: float | None = None,
    azimuth_deg: float | None = None,
    shading: float | None = None,
) -> Mount:
    """Return how panels are put up where nobody said otherwise: towards the equator."""
    towards = NORTH if facts.lat < 0 else SOUTH
    return Mount(
        tilt_deg=assumptions.pv_tilt_deg.middle if tilt_deg is None else tilt_deg,
        azimuth_deg=towards if azimuth_deg is None else azimuth_deg,
        shading=assumptions.pv_shading.middle if shading is None else shading,
        losses=assumptions.pv_losses.middle,
        inverter_efficiency=assumptions.pv_inverter_efficiency.middle,
        dc_ac=assumptions.pv_dc_ac.middle,
        heat_loss=assumptions.pv_heat_loss.middle,
        noct_c=assumptions.pv_noct_c.middle,
    )


def hourly_yield(facts: SolarFacts, mount: Mount, *, assumptions: SolarAssumptions) -> Floats:
    """Return what one kilowatt-peak gives to the home in each hour. [kWh/kWp/h]

    Shape (8760,), from the first hour of the year at Peru's clock; read-only.

    Raises
    ------
    SolarError
        ``solar-months``.
    """
    return _hourly_yield(sun_year(facts, assumptions=assumptions), mount)


@lru_cache(maxsize=128)
def _hourly_yield(sun: SunYear, mount: Mount) -> Floats:
    from pvlib.inverter import pvwatts as inverter
    from pvlib.pvsystem import pvwatts_dc
    from pvlib.temperature import noct_sam

    plane, seen = light_on(sun, mount.tilt_deg, mount.azimuth_deg)
    kept = 1 - mount.shading
    cell_c = noct_sam(
        plane * kept,
        sun.temp_c,
        np.maximum(sun.wind_m_s, LEAST_WIND),
        noct=mount.noct_c,
        module_efficiency=MODULE_EFFICIENCY,
    )
    direct = pvwatts_dc(seen * kept, cell_c, 1.0, -mount.heat_loss) * (1 - mount.losses)
    nominal = 1 / mount.dc_ac / mount.inverter_efficiency
    made = inverter(np.maximum(direct, 0.0), nominal, eta_inv_nom=mount.inverter_efficiency)
    found: Floats = np.maximum(made, 0.0)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=64)
def light_on(sun: SunYear, tilt_deg: float, azimuth_deg: float) -> tuple[Floats, Floats]:
    """Return the light on a sloping plane, and the part that gets through its glass. [W/m2]"""
    from pvlib.iam import physical
    from pvlib.irradiance import aoi, get_total_irradiance

    light = get_total_irradiance(
        tilt_deg,
        azimuth_deg,
        sun.zenith_deg,
        sun.azimuth_deg,
        sun.dni,
        sun.ghi,
        sun.dhi,
        dni_extra=sun.extra,
        airmass=sun.airmass,
        model="perez",
        albedo=ALBEDO,
    )
    direct = np.nan_to_num(np.asarray(light["poa_direct"]))
    diffuse = np.nan_to_num(np.asarray(light["poa_diffuse"]))
    angle = aoi(tilt_deg, azimuth_deg, sun.zenith_deg, sun.azimuth_deg)
    through = np.nan_to_num(np.asarray(physical(angle, n_ar=GLASS_INDEX)))
    of_sky = float(physical(DIFFUSE_ANGLE, n_ar=GLASS_INDEX))
    plane, seen = direct + diffuse, direct * through + diffuse * of_sky
    plane.flags.writeable = seen.flags.writeable = False
    return plane, seen
