"""The typical year of a place as a table, so that other programs can check what we make of it."""

from ahorraluz.core.renewables.arrays import hourly_yield
from ahorraluz.core.renewables.sun import DAYS, HOURS, MONTH_DAYS, sun_year
from ahorraluz.services.renewables.size_array import Site

COLUMNS = ("month", "day", "hour", "ghi", "dni", "dhi", "temp_c", "wind_m_s", "kwh_kwp")


def hours_table(site: Site) -> str:
    """Return 8,760 rows as CSV: sun, air, and what one kilowatt-peak makes.

    Hours are Peru's, told by their beginning; the sun stands as at their middle.
    Irradiance in W/m2.
    """
    sun = sun_year(site.sun, assumptions=site.assumptions)
    made = hourly_yield(site.sun, site.mount, assumptions=site.assumptions)
    lines = [",".join(COLUMNS)]
    calendar = [
        (month, day) for month, days in enumerate(MONTH_DAYS, 1) for day in range(1, days + 1)
    ]
    for place in range(DAYS * HOURS):
        month, day = calendar[place // HOURS]
        values = (
            f"{sun.ghi[place]:.2f}",
            f"{sun.dni[place]:.2f}",
            f"{sun.dhi[place]:.2f}",
            f"{sun.temp_c[place]:.2f}",
            f"{sun.wind_m_s[place]:.2f}",
            f"{made[place]:.5f}",
        )
        lines.append(f"{month},{day},{place % HOURS},{','.join(values)}")
    return "\n".join(lines) + "\n"
