"""Whoever keeps all tables of all outlets, and computes, learns of no home: tried as an attack.

Each defence is switched off in turn; then the attack must succeed, or it would prove nothing.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.attacker import isolates, smallest_group
from tests.published_town import DISTRICTS, PublishedTown, Topics, alike, house, live_on
from tests.route_table import OF_API, OF_PAGES

from ahorraluz.core import anonymity
from ahorraluz.core.anonymity import Block, Figure, K, Present
from ahorraluz.services import outlets
from ahorraluz.services.accounts.consents import TECHNOLOGIES
from ahorraluz.services.outlets import OUTLETS, USE, VERIFIED

TENTH = 0.1
"""Nobody's energy is known to within this part of it, up or down."""
SEEDS = range(40)


class LeakError(AssertionError):
    """What the attacker found."""


def attack(seed: int) -> None:
    """Publish at random, and look for a home in everything that was published.

    Raises
    ------
    LeakError
        Something of fewer than ``K`` homes can be told.
    """
    chance = random.Random(seed)
    town = PublishedTown(districts=DISTRICTS[: chance.choice((1, 2, len(DISTRICTS)))])
    suspects: list[set[str]] = []
    for turn in range(chance.randint(2, 5)):
        moved = live_on(town, chance, turn)
        town.publish()
        check_tables(town)
        check_sums(town)
        suspects.append(set(chance.sample(sorted(moved), min(K - 1, len(moved)))))
        suspects += [{mark} for mark in chance.sample(sorted(moved), min(4, len(moved)))]
    check_one_more_or_less(town, chance)
    solve(town, suspects)


def solve(town: PublishedTown, suspects: Iterable[set[str]]) -> None:
    """Combine everything that was published, by every outlet on every date."""
    for name, sums in (("used", town.used), ("saved", town.saved), ("counted", town.counted)):
        rows = [row for row, _ in sums]
        if smallest_group(rows) < K:
            raise LeakError(f"{name}: a difference speaks of {smallest_group(rows)} homes")
        for group in suspects:
            if group and isolates(rows, group):
                raise LeakError(f"{name}: a combination speaks of {sorted(group)}")


def check_tables(town: PublishedTown) -> None:
    """Look at single tables."""
    tables = town.tables[-1]
    for row in tables[USE]:
        edge = row["homes"] / 10
        if row["homes"] < K or not edge <= row["sums"]["fose"] <= row["homes"] - edge:
            raise LeakError(f"use of {row['place']}: few homes, or all of them alike")
    for row in tables["scores"]:
        if row["homes"] < K or not 0 < row["gained"] < row["homes"]:
            raise LeakError(f"scores of {row['step']}: few homes, or all of them alike")
    demand = {
        (c["technology"], c["department"], c["district"]): c["homes"] for c in tables["demand"]
    }
    use = {row["place"]: row["homes"] for row in tables[USE]}
    counts = outlets.demand_of(block for block in town.topics[USE] if block.live)
    for (technology, department, district), homes in demand.items():
        if homes % K or homes < K:
            raise LeakError(f"demand of {technology}: {homes}")
        if district and homes >= use[district]:
            raise LeakError(f"demand of {technology}: everybody of {district}")
        if not district:
            hidden = sum(
                count
                for (name, where, place), count in counts.items()
                if (name, where) == (technology, department)
                and (place == "" or (name, where, place) not in demand)
            )
            if 0 < hidden < K:
                raise LeakError(f"demand of {technology}: {hidden} are left of {department}")


def check_sums(town: PublishedTown) -> None:
    """Let the home with the second largest value of each told block look for the largest."""
    for topic, names in ((USE, ("consumption", "potential")), (VERIFIED, ("verified",))):
        for block in town.topics.get(topic, ()):
            if block.live and all(member.told is not None for member in block.members):
                for name in names:
                    sizes = sorted(
                        (abs((m.told or {})[name][-1]) for m in block.members), reverse=True
                    )
                    rest = sum(sizes[2:])
                    if 2 * sizes[0] > sum(sizes) or rest < TENTH * sizes[0]:
                        raise LeakError(f"{name}: the second largest knows the largest")


def check_one_more_or_less(town: PublishedTown, chance: random.Random) -> None:
    """Compare the tables before and after one home was deleted, changed or joined."""
    town.publish()
    before = town.tables[-1]
    with_one = deepcopy(town)
    with_one.there["joined"] = house(chance, "joined", town.districts)
    with_one.publish()
    solve(with_one, [{"joined"}])
    for mark in chance.sample(sorted(town.there), min(6, len(town.there))):
        other = deepcopy(town)
        if chance.random() < 0.5:
            other.delete([mark])
        else:
            home = other.there[mark]
            home.kwh, home.wants = home.kwh * 3, frozenset(TECHNOLOGIES) - home.wants
            home.saved = {step: saved + 500 for step, saved in home.saved.items()}
        after = other.publish()
        if after["demand"] != before["demand"] and after[USE] == before[USE]:
            raise LeakError(f"{mark} left or changed, and so did the demand alone")
        solve(other, [{mark}])


def attack_who_returned() -> None:
    """Let ten homes leave, and nine of them return with one that is new."""
    town = alike(31)
    new = town.there.pop("h30")
    town.publish()
    left = {f"h{n}": town.there.pop(f"h{n}") for n in range(10)}
    town.publish()
    left.pop("h9")
    town.there |= {**left, "h30": new}
    town.publish()
    solve(town, [{"h9", "h30"}])


def attack_promises_made_later() -> None:
    """Tell savings of homes in kWh, and later those of all but one of them in soles."""
    town = alike(12, step="led")
    town.publish()
    for n in range(11):
        town.there[f"h{n}"].promised = True
    town.publish()
    solve(town, [{"h11"}])


def attack_all() -> None:
    """Attack every invented town."""
    attack_promises_made_later()
    attack_who_returned()
    for seed in SEEDS:
        attack(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_tables_of_all_outlets_and_dates_speak_of_no_group_below_ten(seed: int) -> None:
    attack(seed)


def test_who_left_and_returned_is_not_told_with_a_newcomer() -> None:
    attack_who_returned()


def test_savings_told_in_kwh_are_not_told_in_soles_of_other_homes() -> None:
    attack_promises_made_later()


# --- one defence less --------------------------------------------------------------------------


def smaller_groups(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "K", 5)


def told_whenever_it_changes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "_may_be_told", lambda *_: True)


def told_without_whoever_left(patch: pytest.MonkeyPatch) -> None:
    def cut(
        block: Block, staying: tuple[anonymity.Member, ...], figures: Iterable[Figure]
    ) -> Block:
        sums = {f.name: sum((m.told or {})[f.name][-1] for m in staying) for f in figures}
        return replace(block, members=staying, sums=sums)

    patch.setattr(anonymity, "_cut", cut)


def those_counted_before_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    renewed = outlets.renewed_topics

    def forgetful(before: Topics, counted: Mapping[str, list[Present]], *, day: str) -> Topics:
        live = {t: tuple(b for b in blocks if b.live) for t, blocks in before.items()}
        return renewed(live, counted, day=day)

    patch.setattr(outlets, "renewed_topics", forgetful)


def one_may_be_most_of_a_sum(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "dominated", lambda values: not any(values))


def two_may_be_nearly_all_of_a_sum(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "P_PERCENT", -(10**9))


def a_group_may_be_all_alike(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "_sum", lambda values, *_: sum(values))


def promises_are_taken_for_homes(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(anonymity, "_one_of_each", list)


def savings_are_told_of_other_groups_in_soles_than_in_kwh(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outlets, "_elsewhere", lambda *_: set())


def the_rest_is_told_with_its_country(patch: pytest.MonkeyPatch) -> None:
    renewed = outlets.renewed_topics

    def with_rest(before: Topics, counted: Mapping[str, list[Present]], *, day: str) -> Topics:
        after = dict(renewed(before, counted, day=day))
        known = {m.mark for block in after[USE] for m in block.members}
        rest = [home for home in counted[USE] if home.mark not in known]
        if rest:
            members = tuple(
                anonymity.Member(
                    mark=h.mark, core=True, told={n: (v,) for n, v in h.values.items()}
                )
                for h in rest
            )
            sums = {n: sum(h.values[n] for h in rest) for n in rest[0].values}
            block = Block(
                place="",
                members=members,
                sums=sums,
                days=dict.fromkeys(sums, day),
                bounds=dict.fromkeys(sums, 1 << 20),
            )
            after[USE] = (*after[USE], block)
        return after

    patch.setattr(outlets, "renewed_topics", with_rest)


def demand_is_counted_afresh(patch: pytest.MonkeyPatch) -> None:
    publish = PublishedTown.publish

    def afresh(town: PublishedTown) -> dict[str, Any]:
        counts: dict[tuple[str, str, str], int] = {}
        for home in town.there.values():
            for technology in home.wants:
                key = (technology, "lima", "")
                counts[key] = counts.get(key, 0) + 1
        tables = publish(town)
        tables["demand"] = [
            {"technology": t, "department": d, "district": p, "homes": n // K * K}
            for (t, d, p), n in sorted(counts.items())
            if n >= K
        ]
        town.tables[-1] = tables
        return tables

    patch.setattr(PublishedTown, "publish", afresh)


def a_district_is_told_though_its_department_tells_the_rest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        outlets, "_told", lambda places: sorted(p for p, n in places.items() if p and n >= K)
    )


def demand_is_told_to_the_home(patch: pytest.MonkeyPatch) -> None:
    def exact(counts: Mapping[tuple[str, str, str], int]) -> tuple[outlets.DemandCell, ...]:
        return tuple(
            outlets.DemandCell(technology=t, department=d, district=p, homes=n)
            for (t, d, p), n in counts.items()
            if n
        )

    patch.setattr(outlets, "protected", exact)


DEFENCES: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    smaller_groups,
    told_whenever_it_changes,
    told_without_whoever_left,
    those_counted_before_are_forgotten,
    one_may_be_most_of_a_sum,
    two_may_be_nearly_all_of_a_sum,
    a_group_may_be_all_alike,
    promises_are_taken_for_homes,
    savings_are_told_of_other_groups_in_soles_than_in_kwh,
    the_rest_is_told_with_its_country,
    demand_is_counted_afresh,
    a_district_is_told_though_its_department_tells_the_rest,
    demand_is_told_to_the_home,
)


@pytest.mark.parametrize("off", DEFENCES, ids=lambda off: off.__name__)
def test_the_attack_succeeds_with_one_defence_less(
    off: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    off(monkeypatch)

    with pytest.raises(LeakError):
        attack_all()


# --- the list of outlets -----------------------------------------------------------------------


def test_every_outlet_is_a_page_or_an_endpoint() -> None:
    paths = {path for _, path in (*OF_PAGES, *OF_API)}

    for outlet in OUTLETS:
        assert set(outlet.topics) <= set(outlets.TOPICS)
        assert set(outlet.doors) <= paths


def test_every_part_of_a_publication_has_its_outlet() -> None:
    town = alike(12)

    tables = town.publish()

    assert set(tables) == {outlet.part for outlet in OUTLETS} | {"measured_on"}


def test_homes_that_agreed_are_counted_in_one_place() -> None:
    sources = Path(outlets.__file__).parents[1].rglob("*.py")

    asking = [p.name for p in sources if "homes_that_agreed(Purpose.AGGREGATES" in p.read_text()]

    assert asking == ["agreed_homes.py"]
