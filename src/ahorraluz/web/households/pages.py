"""Every page of kept homes, for the application to open at once."""

from ahorraluz.web.households.consumption import consumption
from ahorraluz.web.households.devices import devices
from ahorraluz.web.households.homes import households
from ahorraluz.web.households.kept import MY_HOMES
from ahorraluz.web.households.live import live_pages
from ahorraluz.web.households.notices import notices
from ahorraluz.web.households.offline import offline
from ahorraluz.web.households.reports import reports
from ahorraluz.web.households.taking_back import taking_back
from ahorraluz.web.households.without_line import without_line
from ahorraluz.web.households.wizard import wizard

HOME_PAGES = (
    households,
    wizard,
    consumption,
    reports,
    offline,
    taking_back,
    without_line,
    notices,
    devices,
    live_pages,
)
TAKE_FILES = ("/medidor", "/pasos/recibos/archivo")


def takes_files(path: str) -> bool:
    """Tell whether a form of an address may hold a file as large as those of meters."""
    return path.startswith(f"{MY_HOMES}/") and path.endswith(TAKE_FILES)
