"""The tariff by hours as a measure: its chance in its words, never counted on."""

from decimal import Decimal

from tests.unit.core.advice.catalogue.conftest import judged, proposed

from ahorraluz.core.advice.measures import Ask, Certainty
from ahorraluz.core.consumption import Band
from ahorraluz.core.home import Tenure

NAME = "hourly-tariff"
OWNS = {"tenure": Tenure.OWNER}


def typed(share: str) -> dict[str, Decimal]:
    return {"peak-share": Decimal(share)}


def test_a_home_that_told_nothing_is_told_a_chance_that_rests_on_other_homes() -> None:
    proposal = proposed(NAME, *([400] * 12), **OWNS)

    assert proposal.certainty is Certainty.IF_GRANTED
    assert proposal.basis == "basis.hours-of-other-homes"
    assert 50 < int(str(proposal.parameters["chance"])) < 99
    assert 0 < proposal.band_shares[Band.PEAK] < 1
    assert [question.id for question in proposal.questions] == ["peak-share"]


def test_a_share_that_is_known_makes_the_chance_all_but_sure() -> None:
    little = proposed(NAME, *([400] * 12), **OWNS, assumptions=typed("0.1"))
    much = proposed(NAME, *([400] * 12), **OWNS, assumptions=typed("0.6"))

    assert (little.parameters["chance"], much.parameters["chance"]) == (99, 1)
    assert little.basis == much.basis == "basis.two-sheets"
    assert little.band_shares == {Band.PEAK: Decimal("0.1")}
    assert little.certainty is much.certainty is Certainty.IF_GRANTED
    assert little.questions == ()


def test_where_a_loss_is_expected_the_share_is_asked_for_first() -> None:
    answer = judged(NAME, *([25] * 12), **OWNS)

    assert isinstance(answer, Ask)
    assert [question.id for question in answer.questions] == ["peak-share"]
    assert answer.proposal is not None
    assert int(str(answer.proposal.parameters["chance"])) < 50


def test_answers_about_the_evening_move_the_chance() -> None:
    def chance(answer: int) -> int:
        moved = {"evening-shower": Decimal(answer), "home-by-day": Decimal(1 - answer)}
        proposal = proposed(NAME, *([400] * 12), **OWNS, assumptions=moved)
        return int(str(proposal.parameters["chance"]))

    assert chance(0) > chance(1)
