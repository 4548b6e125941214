"""What is told of groups never tells of one home, whatever is told before and after."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.attacker import Variable, isolates

from ahorraluz.core.anonymity import (
    Block,
    Cell,
    Figure,
    K,
    Present,
    bound_of,
    cells_of,
    dominated,
    renew,
)

FIGURES = (Figure(name="kwh"), Figure(name="within", shares="kwh"), Figure(name="saving"))
PLACES = ("150101", "150102", "150103", "150201", "080101", "15", "")


def home(mark: str, kwh: int = 100, *, place: str = "150101", saving: int = 50) -> Present:
    return Present(
        mark=mark, place=place, values={"kwh": kwh, "within": int(kwh <= 140), "saving": saving}
    )


def homes(count: int, *, place: str = "150101", begin: int = 0, step: int = 1) -> list[Present]:
    return [
        home(f"{place}-{n}", 100 + step * n, place=place, saving=50 + step * n)
        for n in range(begin, begin + count)
    ]


def cell(blocks: Iterable[Block], place: str) -> Cell | None:
    return next((found for found in cells_of(blocks) if found.place == place), None)


@dataclass
class Publisher:
    """Publishes again and again, and remembers every row that an onlooker may combine."""

    name: str = "kwh"
    blocks: tuple[Block, ...] = ()
    rows: list[dict[Variable, int]] = field(default_factory=list)
    last: dict[tuple[int, str], int] = field(default_factory=dict)

    def publish(self, present: Sequence[Present], *, gone: Iterable[str] = ()) -> None:
        """Publish who is there; the keys of those gone are lost."""
        lost = set(gone)
        kept = [
            replace(
                block,
                members=tuple(
                    replace(m, told=None) if m.mark in lost else m for m in block.members
                ),
            )
            for block in self.blocks
        ]
        self.blocks = tuple(
            replace(block, number=n)
            for n, block in enumerate(renew(kept, present, FIGURES, day=f"day-{len(self.rows)}"))
        )
        self._remember()

    def _remember(self) -> None:
        memory = {}
        for block in filter(lambda block: block.live, self.blocks):
            key = hash(frozenset(m.mark for m in block.members if m.core))
            for member in block.members:
                if member.told is not None:
                    memory[key, member.mark] = member.told[self.name][-1]
                else:
                    memory[key, member.mark] = self.last[key, member.mark]
        self.last |= memory
        for told in cells_of(self.blocks):
            row: dict[Variable, int] = {}
            for block in self.blocks:
                if block.live and block.place.startswith(told.place):
                    key = hash(frozenset(m.mark for m in block.members if m.core))
                    for member in block.members:
                        row[member.mark, "", memory[key, member.mark]] = 1
            assert told.sums[self.name] == sum(value for _, _, value in row)
            self.rows.append(row)


def test_ten_homes_are_told_and_nine_are_not() -> None:
    nine = renew((), homes(9), FIGURES, day="2026-11-01")
    ten = renew((), homes(10), FIGURES, day="2026-11-01")

    assert cells_of(nine) == ()
    assert [found.place for found in cells_of(ten)] == ["", "15", "1501", "150101"]
    assert cell(ten, "150101") == Cell(
        place="150101",
        homes=10,
        sums={"kwh": 1_045, "within": 9, "saving": 545},
        oldest=dict.fromkeys(("kwh", "within", "saving"), "2026-11-01"),
    )


def test_districts_with_few_homes_count_in_their_province_together() -> None:
    few = [*homes(6, place="150101"), *homes(7, place="150102"), *homes(12, place="150103")]

    blocks = renew((), few, FIGURES, day="2026-11-01")

    assert cell(blocks, "150101") is None
    assert cell(blocks, "150102") is None
    province, district = cell(blocks, "1501"), cell(blocks, "150103")
    assert province is not None
    assert district is not None
    # What is left when the district is taken from its province is a group of its own.
    assert (province.homes, district.homes) == (25, 12)


def test_a_rest_too_small_is_not_told_by_its_province() -> None:
    blocks = renew(
        (), [*homes(4, place="150101"), *homes(12, place="150103")], FIGURES, day="2026-11-01"
    )

    province, district = cell(blocks, "1501"), cell(blocks, "150103")

    assert province is not None
    assert district is not None
    assert province.sums == district.sums


def test_a_home_of_more_than_half_of_a_sum_counts_in_a_larger_group_only() -> None:
    large = home("large", 5_000)

    alone = renew((), [*homes(10), large], FIGURES, day="2026-11-01")
    among = renew((), [*homes(10), large, *homes(60, place="150201")], FIGURES, day="2026-11-01")

    found = cell(alone, "150101")
    assert found is not None
    assert found.homes == 10
    assert all(m.mark != "large" for block in among for m in block.members if block.place)


@pytest.mark.parametrize("change", ["delete one", "add one", "delete nine", "change one"])
def test_nothing_moves_when_fewer_homes_than_ten_come_go_or_change(change: str) -> None:
    before = renew((), homes(30), FIGURES, day="2026-10-01")
    present = {
        "delete one": homes(29),
        "add one": homes(31),
        "delete nine": homes(21),
        "change one": [home("150101-0", 180, saving=90), *homes(29, begin=1)],
    }[change]

    after = renew(before, present, FIGURES, day="2026-11-01")

    assert cells_of(after) == cells_of(before)


def test_ten_who_left_are_taken_out_and_ten_who_came_are_added() -> None:
    before = renew((), homes(30), FIGURES, day="2026-10-01")

    fewer = renew(before, homes(20), FIGURES, day="2026-11-01")
    more = renew(before, homes(40), FIGURES, day="2026-11-01")

    counted = [cell(blocks, "150101") for blocks in (fewer, more)]
    assert [found.homes for found in counted if found] == [20, 40]


def test_those_who_left_are_not_cut_out_where_one_may_be_most_of_them() -> None:
    leaving = [home(f"l-{n}", 10, saving=5) for n in range(9)] + [home("l-large", 900, saving=800)]
    before = renew((), [*homes(30), *leaving], FIGURES, day="2026-10-01")

    after = renew(before, homes(30), FIGURES, day="2026-11-01")

    assert cells_of(after) == cells_of(before)


def test_who_left_and_comes_back_is_no_newcomer() -> None:
    publisher = Publisher()
    publisher.publish(homes(30))
    publisher.publish(homes(20))
    publisher.publish(homes(30))

    found = cell(publisher.blocks, "150101")

    assert found is not None
    assert found.homes == 20


def test_a_new_month_of_the_same_homes_is_told() -> None:
    before = renew((), homes(15), FIGURES, day="2026-10-01")

    later = [replace(one, values={**one.values, "kwh": one.values["kwh"] + 7}) for one in homes(15)]
    after = renew(before, later, FIGURES, day="2026-11-01")

    found = cell(after, "150101")
    assert found is not None
    assert found.sums["kwh"] == sum(one.values["kwh"] for one in later)
    assert found.oldest == {"kwh": "2026-11-01", "within": "2026-11-01", "saving": "2026-10-01"}


def test_values_that_were_told_before_are_no_new_ones() -> None:
    first = homes(15)
    later = [
        replace(one, values={**one.values, "kwh": one.values["kwh"] + 700}) for one in homes(15)
    ]
    back = [*first[:14], home("150101-14", 171, saving=64)]
    blocks = renew((), first, FIGURES, day="2026-09-01")
    blocks = renew(blocks, later, FIGURES, day="2026-10-01")

    again = renew(blocks, back, FIGURES, day="2026-11-01")

    assert cells_of(again) == cells_of(blocks)


def test_a_group_that_is_all_alike_is_told_as_nine_tenths() -> None:
    blocks = renew((), homes(20), FIGURES, day="2026-11-01")

    found = cell(blocks, "150101")

    assert found is not None
    assert found.sums["within"] == 18


def test_newcomers_take_in_the_rest_of_a_group_that_lost_homes() -> None:
    publisher = Publisher()
    publisher.publish(homes(15))
    publisher.publish([*homes(12), *homes(11, begin=100)])

    found = cell(publisher.blocks, "150101")

    assert found is not None
    assert found.homes == 23
    for lost in range(12, 15):
        assert not isolates(publisher.rows, {f"150101-{lost}"})


def test_guests_who_leave_are_not_cut_out_for_they_were_told_before() -> None:
    """Else the first group less these guests would be the home that left and the one that stays."""
    newcomers = homes(10, begin=100)
    publisher = Publisher()
    publisher.publish(homes(12))
    publisher.publish([*homes(11), *newcomers])
    publisher.publish([*homes(1), *newcomers])

    found = cell(publisher.blocks, "150101")

    assert found is not None
    assert found.homes == 21
    assert not isolates(publisher.rows, {"150101-0", "150101-11"})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(2, 6))
def test_no_combination_over_places_and_time_speaks_of_fewer_than_ten_homes(
    seed: int, rounds: int
) -> None:
    chance = random.Random(seed)
    publisher = Publisher()
    there: dict[str, Present] = {}
    away: dict[str, Present] = {}
    suspects: list[set[str]] = []
    for turn in range(rounds):
        moved: set[str] = set()
        leaving = chance.choice([0, 1, 3, 9, 10, 12])
        gone = set(chance.sample(sorted(there), min(leaving, len(there))))
        back = set(chance.sample(sorted(away), chance.choice([0, len(away)])))
        left = {mark: there.pop(mark) for mark in gone}
        there |= {mark: away.pop(mark) for mark in back}
        if chance.random() < 0.5:
            # They took their consent back, which they may give again.
            away |= left
            deleted: set[str] = set()
        else:
            deleted = gone
        for number in range(chance.choice([0, 1, 5, 9, 10, 25, 60])):
            mark = f"{turn}-{number}"
            there[mark] = home(mark, chance.randint(5, 400), place=chance.choice(PLACES))
            moved.add(mark)
        changing = chance.choice([0, 1, 9, 10, len(there)])
        changed = set(chance.sample(sorted(there), min(changing, len(there))))
        for mark in changed:
            there[mark] = home(mark, chance.randint(5, 400), place=there[mark].place)
        publisher.publish(list(there.values()), gone=deleted)
        for group in (gone, back, moved, changed):
            suspects.append(set(chance.sample(sorted(group), min(K - 1, len(group)))))
            suspects += [{mark} for mark in sorted(group)[:3]]

    assert not any(isolates(publisher.rows, group) for group in suspects if group)


@given(values=st.lists(st.integers(-1000, 1000), min_size=1))
def test_a_bound_is_a_power_of_two_that_holds(values: list[int]) -> None:
    bound = bound_of(values)

    assert all(abs(value) <= bound for value in values)
    assert bound & (bound - 1) == 0


@given(values=st.lists(st.integers(-1000, 1000), min_size=3))
def test_no_home_is_known_to_a_tenth_by_the_second_largest(values: list[int]) -> None:
    first, second, *others = sorted(map(abs, values), reverse=True)

    told = not dominated(values)

    assert told == (0 < first <= second + sum(others) and 10 * sum(others) >= first)


def test_the_attack_succeeds_on_figures_that_are_told_as_they_are() -> None:
    """The judge of these tests finds a home where nothing is held back."""
    rows = [{(one.mark, "", one.values["kwh"]): 1 for one in homes(count)} for count in (30, 29)]

    assert isolates(rows, {"150101-29"})
    assert not isolates(rows, {"150101-28"})


def test_a_figure_that_is_new_is_told_of_groups_that_stood_before() -> None:
    few = FIGURES[:1]
    values = [replace(one, values={"kwh": one.values["kwh"]}) for one in homes(25)]
    before = renew((), values, few, day="2026-10-01")

    same = renew(before, homes(25), FIGURES, day="2026-11-01")
    left = renew(before, homes(12), FIGURES, day="2026-11-01")

    stood, cut = cell(same, "150101"), cell(left, "150101")
    assert stood is not None
    assert cut is not None
    assert stood.sums["kwh"] == sum(one.values["kwh"] for one in homes(25))
    assert stood.oldest["kwh"] == "2026-10-01"
    assert stood.sums["saving"] == sum(one.values["saving"] for one in homes(25))
    assert stood.oldest["saving"] == "2026-11-01"
    assert (cut.homes, "within" in cut.sums) == (12, False)
