"""Figures typed over ours in a home file keep to their limits."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.ingest.home_file import parse_home

D = Decimal
LIMITS = {"cold-water-c": (D(0), D(100)), "shower-flow-l-min": (D(0), D("60.5"))}


def typed_over(figures: str) -> Mapping[str, Decimal]:
    content = f"[[recibos]]\nkwh = 90\n[assumptions]\n{figures}".encode()
    return parse_home(
        content, as_of=date(2026, 11, 24), appliance_ids=(), assumption_limits=LIMITS
    ).assumptions


@pytest.mark.parametrize("typed", ["0", "60.5"], ids=["the least", "the most"])
def test_the_ends_of_what_a_figure_may_be_are_taken(typed: str) -> None:
    assert typed_over(f"shower-flow-l-min = {typed}") == {"shower-flow-l-min": D(typed)}


def test_figures_beyond_their_limits_are_all_named_with_them() -> None:
    with pytest.raises(InvalidInputError) as caught:
        typed_over("cold-water-c = 100.01\nshower-flow-l-min = 900000")

    issues = caught.value.issues
    assert [issue.code for issue in issues] == ["assume-range", "assume-range"]
    assert issues[0].parameters == {
        "field": "[assumptions] cold-water-c",
        "value": D("100.01"),
        "least": 0,
        "most": 100,
    }
    assert issues[1].parameters["field"] == "[assumptions] shower-flow-l-min"
