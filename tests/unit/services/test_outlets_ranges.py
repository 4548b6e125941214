"""Bounds of what a single home uses stay wide, for whoever has every table and more."""

import random
from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.attacker import interval
from tests.published_town import PublishedTown, alike

from ahorraluz.core import anonymity
from ahorraluz.core.anonymity import K
from ahorraluz.services.offers import leads

MOST_KWH = 20_000
"""What an attacker holds any home to use less than. [kWh/10 month]"""
TENTH = 0.1
"""Nobody's energy is known to within this part of it, up or down."""


def small_town(seed: int) -> PublishedTown:
    """Return a town of one district, published three times, few of whose homes changed."""
    chance = random.Random(seed)
    town = alike(chance.randint(10, 14))
    for home in town.there.values():
        home.kwh = chance.choice((chance.randint(300, 4_000), chance.randint(3_000, 9_000)))
    town.publish()
    town.delete(chance.sample(sorted(town.there), 2))
    for n in range(12):
        mark = f"new{n}"
        town.there[mark] = replace(
            town.there["h0"] if "h0" in town.there else next(iter(town.there.values())),
            mark=mark,
            kwh=chance.randint(300, 4_000),
        )
    town.publish()
    for home in town.there.values():
        home.kwh = chance.randint(300, 4_000)
    town.publish()
    return town


def pinned(
    town: PublishedTown, *, insiders: Iterable[str] = (), led: int = 0, chance: random.Random
) -> list[str]:
    """Return the homes whose energy is known to a tenth, up or down.

    Parameters
    ----------
    insiders
        Homes that tell the attacker what they use.
    led
        How many homes of the first group a provider sees the range of.
    """
    told = [(row, float(total)) for row, total in town.used]
    variables = sorted({variable for row, _ in told for variable in row})
    inside = set(insiders)
    first = sorted(told[0][0])
    seen = set(chance.sample(first, min(led, len(first) - 1)))
    wide = leads.KWH_WIDE * 10
    known = {v: (float(v[2]), float(v[2])) for v in variables if v[0] in inside}
    known |= {v: (v[2] // wide * wide, v[2] // wide * wide + wide) for v in seen}
    found = []
    for variable in variables:
        if variable in known:
            continue
        low, high = interval(told, variable, known=known, most=MOST_KWH)
        if high < (1 + TENTH) * variable[2] or low > (1 - TENTH) * variable[2]:
            found.append(f"{variable[0]}: {low:.0f} to {high:.0f}, truly {variable[2]}")
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_range_of_energy_is_narrow(seed: int) -> None:
    town = small_town(seed)

    assert pinned(town, chance=random.Random(seed)) == []


@pytest.mark.parametrize("seed", range(6))
def test_no_range_is_narrow_for_a_home_that_knows_its_own(seed: int) -> None:
    town = small_town(seed)
    largest = max((variable for row, _ in town.used for variable in row), key=lambda v: v[2])
    second = max((v for row, _ in town.used for v in row if v[0] != largest[0]), key=lambda v: v[2])

    assert pinned(town, insiders=[second[0]], chance=random.Random(seed)) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_range_is_narrow_for_a_provider_who_sees_nearly_all_of_a_group(seed: int) -> None:
    town = small_town(seed)

    assert pinned(town, led=K - 1, chance=random.Random(seed)) == []


def test_a_provider_who_saw_to_the_kwh_would_know_the_last_home_of_a_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leads, "KWH_WIDE", 1)
    town = alike(10)
    town.publish()

    assert len(pinned(town, led=9, chance=random.Random(0))) == 1


def test_a_second_largest_home_would_know_the_largest_without_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anonymity, "P_PERCENT", -(10**9))
    town = alike(10)
    town.there["h0"].kwh, town.there["h1"].kwh = 110_000, 109_000
    for n in range(2, 10):
        town.there[f"h{n}"].kwh = 500
    town.publish()

    assert pinned(town, insiders=["h1"], chance=random.Random(0))[0].startswith("h0")
