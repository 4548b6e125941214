"""What a person may say about a meter file where its content leaves a doubt."""

from collections.abc import Mapping

from ahorraluz.services.receive_readings import FileHints

HINTS: Mapping[str, tuple[str, ...]] = {
    "unit": ("Wh", "kWh", "MWh", "W", "kW"),
    "measure": ("energy", "register", "power"),
    "stamp": ("start", "end"),
}
"""What the page of a file may ask about it, with the answers."""
TYPED_HINTS = ("zone", "time_column", "value_column", "sheet")
LONGEST_HINT = 120
DAY_FIRST = {"day": True, "month": False}


def hints_of(given: Mapping[str, str]) -> tuple[FileHints, Mapping[str, str]]:
    """Return what was said about the file; answers that no form offers are left out."""
    chosen = {name: given[name] for name in HINTS if given.get(name) in HINTS[name]}
    typed = {
        name: given[name].strip()[:LONGEST_HINT]
        for name in TYPED_HINTS
        if given.get(name, "").strip()
    }
    order = {"order": given["order"]} if given.get("order") in DAY_FIRST else {}
    said = {**chosen, **typed}
    day_first = DAY_FIRST[order["order"]] if order else None
    return FileHints(day_first=day_first, **said), {**said, **order}
