"""Two witnesses of one use: the answer lies between them, nearer to the surer one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.usage.appliances import SurveyedUse
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.merging import Evidence, Item, places_of, weighed

KWH = st.floats(1, 200)
PART = st.floats(0.05, 1)


def item(
    mean: float, sd: float, *, end_use: EndUseId = EndUseId.WATER_HEATING, owned: float = 1.0
) -> Item:
    use = SurveyedUse(id="x", end_use=end_use, mean_kwh=mean, sd_kwh=sd, basis="basis.stated")
    return Item(use=use, owned=owned, listed=True, swing=0.0)


def evidence(mean: float, sd: float, *end_uses: EndUseId) -> Evidence:
    return Evidence(
        end_uses=end_uses or (EndUseId.WATER_HEATING,),
        mean=mean,
        sd=sd,
        basis="basis.metered-events",
    )


@given(told=KWH, seen=KWH, told_part=PART, seen_part=PART)
def test_the_answer_lies_between_survey_and_meter(
    told: float, seen: float, told_part: float, seen_part: float
) -> None:
    items, _ = weighed([item(told, told * told_part)], evidence(seen, seen * seen_part))

    answer = items[0].use.mean_kwh
    assert min(told, seen) - 1e-6 <= answer <= max(told, seen) + 1e-6


@given(told=KWH, seen=KWH, seen_part=PART)
def test_the_answer_is_never_less_sure_than_the_meter(
    told: float, seen: float, seen_part: float
) -> None:
    items, _ = weighed([item(told, told)], evidence(seen, seen * seen_part))

    assert items[0].use.sd_kwh <= seen * seen_part * (1 + 1e-9)


def test_a_contradiction_follows_the_meter_and_is_said() -> None:
    items, issues = weighed([item(10, 1)], evidence(60, 6))

    assert items[0].use.mean_kwh > 55
    assert [issue.code for issue in issues] == ["meter-against-survey"]
    assert issues[0].parameters["uses"] == ["water-heating"]


def test_a_use_nobody_listed_is_added() -> None:
    items, issues = weighed([item(10, 1, end_use=EndUseId.OTHER)], evidence(30, 3))

    assert [one.use.end_use for one in items] == [EndUseId.OTHER, EndUseId.WATER_HEATING]
    assert not items[1].listed
    assert issues == []


@given(other=KWH, hot=KWH, cook=KWH, blocks=KWH, chance=st.sampled_from([0.2, 0.7, 1.0]))
def test_blocks_of_hours_keep_the_total(
    other: float, hot: float, cook: float, blocks: float, chance: float
) -> None:
    items = [
        item(other, other / 2, end_use=EndUseId.OTHER),
        item(hot, hot / 2, owned=chance),
        item(cook, cook / 2, end_use=EndUseId.COOKING, owned=chance),
    ]
    seen = evidence(blocks, 0.3 * blocks, EndUseId.WATER_HEATING, EndUseId.COOKING)

    places, _ = places_of(items, seen, total=150.0)

    assert sum(place.middle for place in places) == pytest.approx(150)


def test_blocks_of_hours_bound_the_sum_of_large_uses() -> None:
    items = [
        item(50, 40, end_use=EndUseId.OTHER),
        item(60, 15),
        item(40, 10, end_use=EndUseId.COOKING),
    ]
    seen = evidence(30, 3, EndUseId.WATER_HEATING, EndUseId.COOKING)

    places, issues = places_of(items, seen, total=150.0)

    assert places[1].middle + places[2].middle == pytest.approx(30, rel=0.3)
    assert [issue.code for issue in issues] == ["meter-against-survey"]
