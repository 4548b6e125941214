"""What is told of many homes tells of none of them alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.signed_people import Clock, make_service
from tests.town import Town

from ahorraluz.core.anonymity import K as LEAST
from ahorraluz.services.offers.demand import demand
from ahorraluz.services.outlets import DemandCell, protected
from ahorraluz.services.publish_aggregates import latest_aggregates

PV = "rooftop-pv"
DISTRICTS = ("150101", "150122", "150140", "150141", "")
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from((PV, "battery")), st.just("lima"), st.sampled_from(DISTRICTS)),
    st.integers(0, 45),
    max_size=8,
)


def counted(**homes: int) -> dict[tuple[str, str, str], int]:
    """Return counts of panels in Lima by the district's last digits."""
    return {(PV, "lima", f"1501{name[1:]}"): count for name, count in homes.items()}


def told(cells: tuple[DemandCell, ...]) -> dict[str, int]:
    """Return what is told, by district."""
    return {cell.district: cell.homes for cell in cells}


@pytest.mark.parametrize(("homes", "shown"), [(0, {}), (9, {}), (10, 10), (19, 10), (20, 20)])
def test_a_group_below_ten_is_not_told_and_others_in_full_tens(
    homes: int, shown: int | dict[str, int]
) -> None:
    found = told(protected(counted(d01=homes)))

    assert found == ({} if shown == {} else {"": shown, "150101": shown})


def test_a_district_that_a_total_would_tell_is_not_told_nor_the_one_beside_it() -> None:
    found = told(protected(counted(d01=30, d22=12, d40=4)))

    assert found == {"": 40, "150101": 30}


def test_districts_hidden_in_a_crowd_leave_the_others_told() -> None:
    found = told(protected(counted(d01=30, d22=6, d40=4)))

    assert found == {"": 40, "150101": 30}


@given(COUNTS)
def test_what_is_not_told_holds_nobody_or_ten_at_least(
    counts: dict[tuple[str, str, str], int],
) -> None:
    cells = protected(counts)

    for technology in (PV, "battery"):
        own = {key[2]: n for key, n in counts.items() if key[0] == technology}
        shown = {c.district for c in cells if c.technology == technology and c.district}
        whole = [c for c in cells if c.technology == technology and not c.district]
        if not whole:
            assert sum(own.values()) < LEAST
            assert not shown
            continue
        hidden = sum(n for place, n in own.items() if place not in shown)
        assert hidden == 0 or hidden >= LEAST
        assert all(own[place] >= LEAST for place in shown)
    assert all(cell.homes % LEAST == 0 and cell.homes >= LEAST for cell in cells)


@given(COUNTS, st.sampled_from(DISTRICTS))
def test_one_home_more_changes_a_figure_by_ten_or_not_at_all(
    counts: dict[tuple[str, str, str], int], district: str
) -> None:
    key = (PV, "lima", district)
    more = {**counts, key: counts.get(key, 0) + 1}

    before, after = (
        {(c.technology, c.district): c.homes for c in protected(found)} for found in (counts, more)
    )

    for cell in before.keys() & after.keys():
        assert after[cell] - before[cell] in (0, LEAST)


# --- with homes ------------------------------------------------------------------------------


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(make_service(tmp_path, Clock()))


def published(town: Town) -> dict[str, int]:
    """Publish; return what is told of panels, by district."""
    town.publish()
    found = demand(tools=town.service.tools)
    assert found is not None
    return told(tuple(cell for cell in found.cells if cell.technology == PV))


def test_nothing_is_told_before_the_first_publication(town: Town) -> None:
    town.settle(20, wants=(PV,))

    assert demand(tools=town.service.tools) is None


def test_homes_that_want_something_are_told_in_full_tens(town: Town) -> None:
    town.settle(14, wants=(PV,))
    town.settle(12)

    assert published(town) == {"": 10, "150140": 10}


def test_nine_that_want_something_are_not_told_though_many_count(town: Town) -> None:
    town.settle(9, wants=(PV,))
    town.settle(12)

    assert published(town) == {}


def test_never_all_homes_of_a_group_are_told_to_want_the_same(town: Town) -> None:
    town.settle(20, wants=(PV,))

    assert published(town) == {"": 10, "150140": 10}


def test_what_nobody_wants_is_not_told(town: Town) -> None:
    town.settle(40)

    assert published(town) == {}


def test_who_compares_before_and_after_a_home_left_or_came_learns_nothing(town: Town) -> None:
    homes = town.settle(15, wants=(PV, "battery"))
    before = published(town)

    town.service.tools.store.forget(homes[0])
    town.settle(1, wants=("biodigester",))
    town.service.clock.go_on(days=60)

    assert before == published(town) == {"": 10, "150140": 10}


def test_who_compares_before_and_after_the_tenth_home_learns_nothing(town: Town) -> None:
    town.settle(9, wants=(PV,))
    town.settle(10)
    before = published(town)

    town.settle(1, wants=(PV,))

    assert before == published(town) == {}


def test_providers_and_agencies_are_told_of_the_same_homes(town: Town) -> None:
    """Else the homes of one table less those of the other would be the last that came."""
    town.settle(30, wants=(PV,))
    town.publish()

    town.settle(9, wants=(PV,))

    assert published(town) == {"": 20, "150140": 20}
    found = latest_aggregates(tools=town.service.tools)
    assert found is not None
    assert {place.homes for place in found.places} == {30}
