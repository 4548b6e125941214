"""What columns of the table of homes may hold: the facts on file, as the engine reads them."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from zoneinfo import available_timezones

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.distributors import find_distributor, load_distributors
from ahorraluz.catalog.districts import load_districts
from ahorraluz.catalog.places import departments, find_department
from ahorraluz.catalog.solar import find_city, load_cities
from ahorraluz.core.home import CookingFuel, Fose, Option, Roof, Tenure
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.table_rules import Names
from ahorraluz.services.fleet.homes import NO, YES

DISTRICT_DIGITS = 6


@cache
def names_of_columns() -> Mapping[str, Names]:
    """Return what each column may hold, by its name."""
    return {
        "distributor": Names(
            known=tuple(load_distributors()), accepts=partial(_is_found, find_distributor)
        ),
        "option": Names(known=tuple(Option.__members__), accepts=_is_option),
        "fose": Names(known=tuple(fose.value for fose in Fose), accepts=_is_yes_or_no),
        "district": Names(known=tuple(load_districts()), accepts=_is_district),
        "department": Names(
            known=tuple(departments()), accepts=partial(_is_found, find_department)
        ),
        "city": Names(known=tuple(load_cities()), accepts=partial(_is_found, find_city)),
        "tenure": Names(known=tuple(tenure.value for tenure in Tenure)),
        "roof": Names(known=tuple(roof.value for roof in Roof)),
        "cooking": Names(known=tuple(fuel.value for fuel in CookingFuel)),
        "appliances": Names(known=tuple(load_appliances())),
        "zone": Names(known=available_timezones()),
    }


def _is_found(find: Callable[[str], object], text: str) -> bool:
    try:
        find(text)
    except AhorraLuzError:
        return False
    return True


def _is_option(text: str) -> bool:
    return text.upper().replace(" ", "") in Option.__members__


def _is_yes_or_no(text: str) -> bool:
    return text.casefold() in YES or text.casefold() in NO


def _is_district(text: str) -> bool:
    # Spreadsheets take the zero from the front of a code.
    return text.zfill(DISTRICT_DIGITS) in load_districts()
