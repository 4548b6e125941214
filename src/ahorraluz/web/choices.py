"""What the forms offer to choose from, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.core.home import CookingFuel, Fose, Roof, Sector, Tenure
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.services.appliances import ApplianceChoice, appliance_choices
from ahorraluz.services.example_homes import example_ids
from ahorraluz.services.inquiries.fields import NO, OPTIONS, YES
from ahorraluz.services.supplies import (
    DistributorChoice,
    department_choices,
    distributor_choices,
    distributors_in,
)
from ahorraluz.texts import Texts

Options = list[tuple[str, str]]

EXAMPLES = ("lima", "arequipa", "andina-rural")
"""In the order they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplianceGroup:
    """Appliances of one use."""

    id: str
    name: str
    appliances: tuple[ApplianceChoice, ...]

    def ticked(self, ids: tuple[str, ...]) -> int:
        """Return how many of its appliances are among ``ids``."""
        return sum(1 for appliance in self.appliances if appliance.id in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCard:
    """An example home, to be chosen."""

    id: str
    place: str
    title: str
    text: str


def example_cards(texts: Texts) -> tuple[ExampleCard, ...]:
    """Return the example homes that come with the program and have words."""
    return tuple(
        ExampleCard(
            id=id_,
            place=texts.text(f"web.examples.{id_}.place"),
            title=texts.text(f"web.examples.{id_}.title"),
            text=texts.text(f"web.examples.{id_}.text"),
        )
        for id_ in EXAMPLES
        if id_ in example_ids()
    )


def distributor_options(department: str | None) -> Options:
    """Return distributors to choose from: those of a department, or all with their places."""
    if department is not None:
        return [(choice.id, choice.name) for choice in distributors_in(department)]
    served = _departments_by_distributor()
    return [(choice.id, _with_places(choice, served)) for choice in distributor_choices()]


def department_options() -> Options:
    """Return the departments."""
    return list(department_choices().items())


def system_options(distributor: str | None) -> Options:
    """Return the electric systems known of a distributor, where it has several."""
    for choice in distributor_choices():
        if choice.id == distributor and len(choice.systems) > 1:
            return list(choice.systems.items())
    return []


def distributor_name(distributor: str) -> str:
    """Return the name of a distributor by its id."""
    return next(c.name for c in distributor_choices() if c.id == distributor)


def bill_options(texts: Texts) -> Mapping[str, Options]:
    """Return the choices about a connection, by parameter."""
    return {
        "o": [(option, texts.text(f"web.option.{option}")) for option in OPTIONS],
        "fo": [(fose.value, texts.text(f"web.fose.{fose.value}")) for fose in Fose],
        "se": [
            (sector.value, texts.text(f"web.sector.{sector.value}"))
            for sector in (Sector.URBAN_INTERCONNECTED, Sector.RURAL_INTERCONNECTED)
        ],
        "ie": [(NO, texts.text("web.igv.charged")), (YES, texts.text("web.igv.exempt"))],
    }


def home_options(texts: Texts) -> Mapping[str, Options]:
    """Return the choices about a home, by parameter."""
    return {
        "te": [(tenure.value, texts.text(f"web.tenure.{tenure.value}")) for tenure in Tenure],
        "ro": [(roof.value, texts.text(f"web.roof.{roof.value}")) for roof in Roof],
        "fu": [(fuel.value, texts.text(f"web.fuel.{fuel.value}")) for fuel in CookingFuel],
        "fi": [(YES, texts.text("web.yes")), (NO, texts.text("web.no"))],
    }


def appliance_groups(texts: Texts) -> tuple[ApplianceGroup, ...]:
    """Return the appliances by use, in the order of the uses."""
    choices = appliance_choices()
    groups = []
    for use in EndUseId:
        members = tuple(choice for choice in choices if choice.end_use is use)
        if members:
            name = texts.text(f"end-use.{use.value}")
            groups.append(ApplianceGroup(id=use.value, name=name, appliances=members))
    return tuple(groups)


@cache
def _departments_by_distributor() -> Mapping[str, list[str]]:
    served: dict[str, list[str]] = {}
    for department, name in department_choices().items():
        for choice in distributors_in(department):
            served.setdefault(choice.id, []).append(name)
    return served


def _with_places(choice: DistributorChoice, served: Mapping[str, list[str]]) -> str:
    places = served.get(choice.id)
    return f"{choice.name} ({', '.join(places)})" if places else choice.name
