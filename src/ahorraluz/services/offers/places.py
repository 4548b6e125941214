"""Names of places by their codes."""

from ahorraluz.catalog.districts import load_districts


def district_name(code: str) -> str:
    """Return the name of a district; empty for a code that is none."""
    found = load_districts().get(code)
    return found.name if found else ""
