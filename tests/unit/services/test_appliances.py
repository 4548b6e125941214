"""Appliances as a form offers them."""

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.core.usage.facts import Physics
from ahorraluz.services.appliances import appliance_choices


def test_every_appliance_of_the_catalogue_is_offered_once() -> None:
    assert [choice.id for choice in appliance_choices()] == list(load_appliances())


def test_a_choice_tells_which_figures_to_ask_for() -> None:
    by_id = {choice.id: choice for choice in appliance_choices()}

    assert by_id["ducha-electrica"].physics is Physics.SHOWER
    assert by_id["refrigeradora-inverter"].default_power_w is None
