"""What is shown of many homes gives no small group away, nor lets one be worked out."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ahorraluz.core.verification.scoreboard import ALL, Board, Entry, board_of

K = 3


def entry(
    promise: int,
    *,
    step: str = "led",
    distributor: str = "a",
    month: str = "2026-01",
    measured: float = 5.0,
) -> Entry:
    return Entry(
        promise=promise,
        step=step,
        distributor=distributor,
        month=month,
        promised=6.0,
        measured=measured,
        low=measured - 2,
        high=measured + 3,
    )


def shown(board: Board) -> set[tuple[str, str, str]]:
    return {(score.step, score.distributor, score.month) for score in board.scores}


def test_gains_and_losses_are_both_counted() -> None:
    entries = [entry(number, measured=10.0 if number % 2 else -4.0) for number in range(10)]

    total = board_of(entries, promises=12).scores[0]

    assert (total.homes, total.promised, total.measured) == (10, 60.0, 30.0)
    assert (total.gained, total.lost) == (50.0, -20.0)


def test_nine_homes_are_not_shown() -> None:
    board = board_of([entry(number) for number in range(9)], promises=9)

    assert board.scores == ()
    assert (board.promises, board.measured) == (0, 0)


@pytest.mark.parametrize("homes", [0, 1, 9])
def test_few_homes_are_not_told_by_how_many_groups_are_hidden(homes: int) -> None:
    board = board_of([entry(number) for number in range(homes)], promises=homes)

    assert board.hidden == 0


def test_groups_hidden_beside_what_is_shown_are_counted() -> None:
    entries = [entry(n, distributor="a") for n in range(20)]
    entries += [entry(200 + n, distributor="c", month="2026-02") for n in range(2)]

    assert board_of(entries, promises=40).hidden > 0


def test_a_single_small_group_hides_another_so_that_no_difference_tells_it() -> None:
    entries = [entry(n, distributor="a") for n in range(20)]
    entries += [entry(100 + n, distributor="b") for n in range(15)]
    entries += [entry(200 + n, distributor="c") for n in range(2)]

    board = board_of(entries, promises=40)

    visible = shown(board)
    assert ("led", "c", "2026-01") not in visible
    assert ("led", "b", "2026-01") not in visible
    assert ("led", "a", "2026-01") in visible
    assert (ALL, ALL, ALL) in visible


def test_one_home_that_makes_most_of_a_group_hides_it() -> None:
    entries = [entry(number) for number in range(11)] + [entry(99, measured=500.0)]

    assert board_of(entries, promises=12).scores == ()


ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.sampled_from(["led", "ducha"]),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["2026-01", "2026-02"]),
    ),
    max_size=60,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(rows=ENTRIES)
def test_no_line_of_the_table_gives_fewer_homes_away(
    rows: list[tuple[int, str, str, str]],
) -> None:
    entries = [entry(n, step=step, distributor=d, month=m) for n, step, d, m in rows]

    visible = shown(board_of(entries, promises=len(rows), k=K))

    members: dict[tuple[str, str, str], set[int]] = {}
    for item in entries:
        own = (item.step, item.distributor, item.month)
        for key in product(*((part, ALL) for part in own)):
            members.setdefault((key[0], key[1], key[2]), set()).add(item.promise)
    assert all(len(members[key]) >= K for key in visible)
    for parent, place in product(visible, range(3)):
        if parent[place] != ALL:
            continue
        hidden = [
            key
            for key in members
            if key not in visible
            and key[place] != ALL
            and all(key[at] == parent[at] for at in range(3) if at != place)
        ]
        secret = set().union(*(members[key] for key in hidden))
        assert not hidden or len(secret) >= K


def test_ranges_of_many_homes_narrow_as_independent_errors_do() -> None:
    total = board_of([entry(number) for number in range(100)], promises=100).scores[0]

    assert total.measured - total.low == pytest.approx(20.0)
    assert total.high - total.measured == pytest.approx(30.0)
