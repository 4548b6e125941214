"""The zone that a table names, in the name of its time column or above its header."""

import re
from functools import cache
from zoneinfo import available_timezones

from ahorraluz.ingest.meter_files.options import LIMA

_ZONE = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?")
_UTC = re.compile(r"(?<![A-Za-z])(?:UTC|GMT|utc)(?![A-Za-z+-])(?! ?[+-]\d)")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone_of_table(time_name: str, above: str) -> str:
    """Return the zone that a table names, else that of Lima.

    Examples
    --------
    >>> zone_of_table("Time Bucket (America/New_York)", "")
    'America/New_York'
    >>> zone_of_table("Date/time UTC", ""), zone_of_table("Fecha", "")
    ('UTC', 'America/Lima')
    """
    for text in (time_name, above):
        for match in _ZONE.finditer(text):
            if match[0] in _zones():
                return match[0]
    if _UTC.search(time_name.replace("_", " ")):
        return "UTC"
    return LIMA
