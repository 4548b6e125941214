"""Homes like yours: published lines, one's own past, and groups in which nobody shows."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.history import Source
from ahorraluz.core.home import Home
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.findings import Finding
from ahorraluz.core.usage.peers import (
    PeerFacts,
    PeerHome,
    PublishedLimit,
    comparable_homes,
    compare_with_peers,
    peer_findings,
)
from ahorraluz.texts import LOCALES, open_texts

Build = Callable[..., Home]


def limit(kwh: int, homes: int | None, *, everybody: bool = True) -> PublishedLimit:
    source = Source(
        title="Example", issuer="-", url="", published=None, consulted=date(2026, 1, 5), id="x"
    )
    return PublishedLimit(
        kwh_month=Decimal(kwh),
        homes=homes,
        everybody=everybody,
        about="example",
        period="2020",
        source=source,
    )


PEERS = PeerFacts(
    limits=(limit(140, None), limit(125, 4_000_000), limit(70, 1_000_000, everybody=False))
)


def like(kwh: float, *, people: int = 4, altitude_m: float = 2_335) -> PeerHome:
    return PeerHome(
        kwh_month=kwh,
        department="arequipa",
        people=people,
        altitude_m=altitude_m,
        end_uses=frozenset({EndUseId.WATER_HEATING}),
    )


def ids(kwh: float, home: Home, *, own_homes: list[float] | None = None) -> list[str]:
    comparison = compare_with_peers(kwh, home=home, peers=PEERS, own_homes=own_homes)
    return [finding.id for finding in peer_findings(comparison)]


@pytest.mark.parametrize(
    ("kwh", "expected"),
    [
        pytest.param(60, ["peers-rank", "peers-fise"], id="few"),
        pytest.param(120, ["peers-rank"], id="below the count"),
        pytest.param(135, ["peers-rank-above", "peers-limit-near"], id="near the line of the law"),
        pytest.param(300, ["peers-rank-above"], id="many"),
    ],
)
def test_a_home_stands_beside_published_lines(kwh: float, expected: list[str], home: Build) -> None:
    assert ids(kwh, home(kwh)) == expected


def test_a_shared_meter_is_compared_by_the_share_of_the_home(home: Build) -> None:
    shared = home(240, homes_on_meter=4)

    comparison = compare_with_peers(240, home=shared, peers=PEERS, own_homes=None)

    assert comparison.kwh_month == pytest.approx(60)


def test_the_past_of_a_home_is_its_own_yardstick(home: Build) -> None:
    past = home(*[100] * 8)

    assert "peers-own-past-more" in ids(130, past)
    assert "peers-own-past-less" in ids(80, past)
    assert ids(104, past) == ["peers-rank"]


@given(others=st.lists(st.floats(1, 900), max_size=29))
def test_fewer_than_thirty_homes_are_no_group(others: list[float], home: Build) -> None:
    comparison = compare_with_peers(100, home=home(100), peers=PEERS, own_homes=others)

    assert comparison.group is None


@given(others=st.lists(st.floats(1, 900), min_size=30, max_size=60), kwh=st.floats(1, 900))
def test_a_group_tells_nothing_of_a_single_home(
    others: list[float], kwh: float, home: Build
) -> None:
    group = compare_with_peers(kwh, home=home(100), peers=PEERS, own_homes=others).group

    assert group is not None
    assert group.homes % 10 == 0
    assert group.uses_more_than % 10 == 0
    assert 0 <= group.uses_more_than <= 100
    assert group.low_kwh % 5 == group.high_kwh % 5 == 0


def test_only_like_homes_are_compared(home: Build) -> None:
    own = home(100, department="arequipa", people=4, altitude_m=2_400)
    others = [like(90), like(200, people=2), like(80, altitude_m=4_000), like(110)]

    energies = comparable_homes(own, others, end_uses=[EndUseId.WATER_HEATING])

    assert energies == (90, 110)


def test_nothing_is_guessed_for_a_home_that_says_little(home: Build) -> None:
    assert comparable_homes(home(100), [like(90)], end_uses=[]) == ()


def test_every_finding_can_be_said_in_both_languages(home: Build) -> None:
    found: list[Finding] = []
    for kwh in (60.0, 135.0, 300.0):
        for past in (50, 400):
            comparison = compare_with_peers(
                kwh, home=home(*[past] * 8), peers=PEERS, own_homes=[100.0] * 40
            )
            found += peer_findings(comparison)

    for locale in LOCALES:
        texts = open_texts(locale)
        for finding in found:
            assert texts.text(f"finding.{finding.id}", **finding.numbers)
            assert texts.has(f"finding.{finding.id}.title")
