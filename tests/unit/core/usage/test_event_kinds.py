"""What an event probably was: power from the catalogue, length and repetition from habit."""

import numpy as np
import pytest

from ahorraluz.core.estimate import Estimate
from ahorraluz.core.usage.event_kinds import EventKind, classify_events, kind_of_appliance
from ahorraluz.core.usage.events import Events
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId

Catalogue = dict[str, ApplianceFacts]


def events_of(power_w: float, minutes: float, *, count: int = 30, apart_h: float = 12.0) -> Events:
    """Return like events, some hours apart."""
    start = np.arange(count, dtype=np.float64) * apart_h + 7
    return Events(
        day=np.datetime64("2026-01-05") + (start // 24).astype(int),
        hour=np.asarray(start % 24, dtype=np.float64),
        minutes=np.full(count, minutes),
        power_w=np.full(count, power_w),
        energy_kwh=np.full(count, power_w * minutes / 60_000),
        resolved=np.ones(count, dtype=bool),
        interval_s=60,
        known_days=float(start[-1] / 24),
    )


@pytest.fixture
def with_kettle(catalogue: Catalogue) -> Catalogue:
    power = Estimate(low=1700, middle=1700, high=1800, unit="W", basis="basis.catalogue-default")
    kettle = ApplianceFacts(
        id="hervidor", end_use=EndUseId.COOKING, power_w=power, default_kwh_month=12.8
    )
    return {**catalogue, "hervidor": kettle}


@pytest.mark.parametrize(
    ("power_w", "minutes", "kind"),
    [
        pytest.param(3_900, 8, EventKind.ELECTRIC_SHOWER, id="four kilowatts, eight minutes"),
        pytest.param(1_450, 70, EventKind.WATER_HEATER_TANK, id="a kilowatt and a half for long"),
        pytest.param(1_750, 2.5, EventKind.KETTLE, id="boils in two minutes"),
    ],
)
def test_like_events_are_one_kind(
    power_w: float, minutes: float, kind: EventKind, with_kettle: Catalogue
) -> None:
    kinds = classify_events(events_of(power_w, minutes), appliances=with_kettle)

    assert kinds.surely(kind).all()


def test_a_kilowatt_that_switches_again_and_again_is_an_iron(with_kettle: Catalogue) -> None:
    events = events_of(1_050, 0.8, apart_h=1 / 20)

    kinds = classify_events(events, appliances=with_kettle)

    assert kinds.surely(EventKind.IRON).mean() > 0.8


def test_half_a_horse_power_is_the_pump_of_a_home_that_has_one(with_kettle: Catalogue) -> None:
    owned = {"electrobomba-05hp": 1.0}

    kinds = classify_events(events_of(420, 25), appliances=with_kettle, owned=owned)

    assert kinds.surely(EventKind.PUMP).all()


def test_what_is_above_every_plate_and_short_heats_water(with_kettle: Catalogue) -> None:
    kinds = classify_events(events_of(8_500, 6), appliances=with_kettle)

    assert kinds.surely(EventKind.ELECTRIC_SHOWER).all()


def test_what_fits_no_plate_stays_unknown(with_kettle: Catalogue) -> None:
    kinds = classify_events(events_of(620, 200), appliances=with_kettle)

    assert kinds.surely(EventKind.UNKNOWN).all()


def test_probabilities_add_up_to_one(with_kettle: Catalogue) -> None:
    kinds = classify_events(events_of(1_200, 12), appliances=with_kettle)

    assert kinds.probability.sum(axis=1) == pytest.approx(np.ones(30))


def test_a_list_makes_what_is_on_it_more_probable(with_kettle: Catalogue) -> None:
    events = events_of(1_100, 10, count=3)

    listed = classify_events(events, appliances=with_kettle, owned={"hornilla-electrica": 1.0})
    other = classify_events(events, appliances=with_kettle, owned={"plancha": 1.0})

    assert np.all(listed.of(EventKind.COOKING) > other.of(EventKind.COOKING))


def test_no_events_are_no_kinds(with_kettle: Catalogue) -> None:
    none = events_of(1_000, 1, count=1)
    empty = Events(
        day=none.day[:0],
        hour=none.hour[:0],
        minutes=none.minutes[:0],
        power_w=none.power_w[:0],
        energy_kwh=none.energy_kwh[:0],
        resolved=none.resolved[:0],
        interval_s=60,
        known_days=3.0,
    )

    kinds = classify_events(empty, appliances=with_kettle)

    assert kinds.probability.shape == (0, len(kinds.kinds))
    assert kinds.best.tolist() == []


def test_a_catalogue_without_large_plates_knows_nothing() -> None:
    kinds = classify_events(events_of(2_000, 10), appliances={})

    assert kinds.kinds == (EventKind.UNKNOWN,)
    assert kinds.surely(EventKind.UNKNOWN).all()


def test_small_and_cold_appliances_make_no_event(catalogue: Catalogue) -> None:
    assert kind_of_appliance(catalogue["radio"]) is None
    assert kind_of_appliance(catalogue["congeladora"]) is None
    assert kind_of_appliance(catalogue["ducha-electrica"]) is EventKind.ELECTRIC_SHOWER
