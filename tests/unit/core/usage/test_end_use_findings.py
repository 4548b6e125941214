"""What large loads and the refrigerator say: only where the readings show it."""

import pytest
from tests.synthetic_home import Habits, synthetic_home

from ahorraluz.core.readings.grid import DayGrid
from ahorraluz.core.usage.end_use_findings import end_use_findings, kind_seen
from ahorraluz.core.usage.event_kinds import EventKind
from ahorraluz.core.usage.facts import ApplianceFacts
from ahorraluz.core.usage.metered_uses import MeteredUses, metered_uses
from ahorraluz.texts import LOCALES, open_texts

Catalogue = dict[str, ApplianceFacts]


def uses_of(grid: DayGrid, catalogue: Catalogue) -> MeteredUses:
    return metered_uses(grid, base_load_w=None, appliances=catalogue)


def test_a_shower_is_found_with_its_numbers(catalogue: Catalogue) -> None:
    home = synthetic_home(days=60, interval_s=60)

    seen = kind_seen(uses_of(home.grid, catalogue).kinds, EventKind.ELECTRIC_SHOWER)

    assert seen is not None
    assert seen.per_day == pytest.approx(1.5, abs=0.2)
    assert seen.power_w == pytest.approx(4_000, rel=0.05)
    assert seen.minutes == pytest.approx(9.5, abs=1)


def test_every_finding_can_be_said_in_both_languages(catalogue: Catalogue) -> None:
    habits = Habits(fridge_duty=0.7, shower_min=10)
    metered = uses_of(synthetic_home(habits, days=60, interval_s=60).grid, catalogue)

    findings = end_use_findings(metered, appliances=catalogue)

    assert {"electric-shower", "refrigerator-heavy"} <= {finding.id for finding in findings}
    for locale in LOCALES:
        texts = open_texts(locale)
        for finding in findings:
            assert texts.text(f"finding.{finding.id}", **finding.numbers)
            assert texts.has(f"finding.{finding.id}.title")


def test_an_ordinary_refrigerator_is_not_heavy(catalogue: Catalogue) -> None:
    metered = uses_of(synthetic_home(days=60, interval_s=60).grid, catalogue)

    names = [finding.id for finding in end_use_findings(metered, appliances=catalogue)]

    assert "refrigerator" in names
    assert "refrigerator-heavy" not in names


def test_hours_find_no_single_use(catalogue: Catalogue) -> None:
    metered = uses_of(synthetic_home(days=60).grid, catalogue)

    assert end_use_findings(metered, appliances=catalogue) == ()


def test_a_pump_that_starts_all_day_is_worth_a_look(catalogue: Catalogue) -> None:
    grid = synthetic_home(Habits(shower_w=0), days=30, interval_s=60).grid
    power = grid.power_kw.copy()
    for hour in range(6, 22, 2):
        power[:, hour * 60 : hour * 60 + 12] += 0.46
    often = DayGrid(days=grid.days, power_kw=power, estimated=grid.estimated, interval_s=60)
    owned = {"electrobomba-05hp": 1.0, "refrigeradora-mediana": 1.0}

    metered = metered_uses(often, base_load_w=None, appliances=catalogue, owned=owned)

    found = {one.id: one for one in end_use_findings(metered, appliances=catalogue)}
    assert found["pump-often"].numbers["per_day"] == pytest.approx(8, abs=0.5)
