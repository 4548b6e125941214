"""Of roles: the whole table of rights, so that no right is given by accident."""

import pytest

from ahorraluz.security.roles import (
    NEEDS_SECOND_FACTOR,
    PERMISSIONS,
    Act,
    Permission,
    Reach,
    Role,
    may,
    reach_allows,
)

RIGHTS = """
                  resident consultant provider agency administrator
use_own_account       x         x         x       x         x
own_homes             x         x         .       .         .
keep_portfolio        .         x         .       .         .
offer_solutions       .         .         x       .         .
see_leads             .         .         x       .         .
see_aggregates        .         .         x       x         .
try_policies          .         .         .       x         .
manage_users          .         .         .       .         x
manage_facts          .         .         .       .         x
see_operations        .         .         .       .         x
decide_proposals      .         .         .       .         x
"""
ACTS = """
            owner consultant viewer
read          x       x        x
edit          x       x        .
share         x       .        .
grant         x       .        .
export        x       .        .
delete        x       .        .
"""


def cells(table: str) -> dict[tuple[str, str], bool]:
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {
        (column, row): mark == "x"
        for row, *marks in rows
        for column, mark in zip(head, marks, strict=True)
    }


def test_each_role_may_what_the_table_says_and_nothing_else() -> None:
    rights = {(role.value, right.value): may(role, right) for role in Role for right in Permission}

    assert rights == cells(RIGHTS)


def test_each_reach_allows_what_the_table_says_and_nothing_else() -> None:
    acts = {(reach.value, act.value): reach_allows(reach, act) for reach in Reach for act in Act}

    assert acts == cells(ACTS)


def test_everybody_but_residents_needs_a_second_factor() -> None:
    assert set(Role) - NEEDS_SECOND_FACTOR == {Role.RESIDENT}


def test_a_role_that_does_not_exist_may_nothing() -> None:
    with pytest.raises(ValueError, match="root"):
        Role("root")
    with pytest.raises(ValueError, match="everything"):
        Reach("everything")


def test_rights_cannot_be_added_while_the_program_runs() -> None:
    with pytest.raises(TypeError):
        PERMISSIONS[Role.RESIDENT] = frozenset(Permission)  # type: ignore[index]
