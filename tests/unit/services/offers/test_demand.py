"""What is told of many homes tells of none of them alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.consents import Asked, Purpose, give_consent, withdraw_consent
from ahorraluz.services.households.figures import HomeFigures
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.offers import demand as demand_module
from ahorraluz.services.offers.demand import (
    LEAST,
    Cell,
    demand,
    protected,
    reckon_for_demand,
)
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.store.accounts import NewAccount
from ahorraluz.texts import open_texts

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
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


def told(cells: tuple[Cell, ...]) -> dict[str, int]:
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
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toolbox:
    figures = HomeFigures(day="2026-11-24", renewables=(PV,))
    monkeypatch.setattr("ahorraluz.services.households.figures.reckon", lambda *_, **__: figures)
    return open_toolbox(Settings(data_dir=tmp_path))


def owner(tools: Toolbox, number: int, *, agrees: bool = True) -> str:
    """Make a resident with a home in one district, and return the home."""
    account = f"a-{number}"
    tools.store.people.accounts.add(
        NewAccount(
            id=account,
            name=f"r{number}@ejemplo.pe",
            password="-",
            role=Role.RESIDENT,
            language="es",
        ),
        as_of=NOW,
    )
    pairs = (("d", "luz-del-sur"), ("k", "152"), ("dep", "lima"), ("di", "150140"))
    home = keep_home(pairs, account=account, tools=tools, as_of=NOW).id
    if agrees:
        asked = Asked(account=account, home=home, purpose=Purpose.AGGREGATES)
        give_consent(asked, texts=open_texts("es"), channel="web", tools=tools, as_of=NOW)
    return home


def reckoned(tools: Toolbox, *, as_of: datetime = NOW) -> dict[str, int]:
    """Return what is told once every home was reckoned."""
    for _ in reckon_for_demand(tools=tools, as_of=as_of):
        pass
    found = demand(tools=tools, as_of=as_of)
    assert found is not None
    return told(found.cells)


def test_nothing_is_told_before_every_home_was_reckoned(tools: Toolbox) -> None:
    owner(tools, 0)

    assert demand(tools=tools, as_of=NOW) is None


def test_only_homes_count_whose_owners_agreed(tools: Toolbox) -> None:
    for number in range(14):
        owner(tools, number, agrees=number < 9)

    assert reckoned(tools) == {}


def test_who_compares_before_and_after_a_home_left_learns_nothing(tools: Toolbox) -> None:
    homes = [owner(tools, number) for number in range(10)]
    before = reckoned(tools)

    tools.store.forget(homes[0])

    assert before == reckoned(tools) == {"": 10, "150140": 10}
    assert reckoned(tools, as_of=NOW + timedelta(days=10)) == {}


def test_who_compares_before_and_after_a_home_came_learns_nothing(tools: Toolbox) -> None:
    for number in range(19):
        owner(tools, number)
    before = reckoned(tools)

    owner(tools, 19)

    assert before == reckoned(tools)
    assert reckoned(tools, as_of=NOW + timedelta(days=10)) == {"": 20, "150140": 20}


def test_who_compares_before_and_after_the_tenth_home_of_a_day_learns_nothing(
    tools: Toolbox,
) -> None:
    for number in range(9):
        owner(tools, number)
    before = reckoned(tools)

    owner(tools, 9)

    assert before == reckoned(tools) == {}
    assert reckoned(tools, as_of=NOW + timedelta(days=1)) == {"": 10, "150140": 10}


def test_a_consent_taken_back_counts_in_no_later_table(tools: Toolbox) -> None:
    for number in range(10):
        owner(tools, number)
    (given,) = tools.store.people.consents.of_account("a-0")
    withdraw_consent("a-0", given.id, tools=tools, as_of=NOW)

    assert reckoned(tools) == {}


def test_a_damaged_table_is_made_again(tools: Toolbox) -> None:
    for number in range(10):
        owner(tools, number)
    before = reckoned(tools)
    (path,) = (tools.settings.data_dir / demand_module.FOLDER).iterdir()
    path.write_text("{")

    assert reckoned(tools) == before
