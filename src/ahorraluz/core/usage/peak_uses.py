"""What the uses of a home and a few answers tell of its share of hora punta."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ahorraluz.core.estimate import Assumptions, Estimate
from ahorraluz.core.home import Home
from ahorraluz.core.usage.account import EndUse, UsageAccount
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.hour_share import (
    HeardShare,
    HourShares,
    ShareBelief,
    UseHours,
    after,
    believed,
    heard_from,
    known,
    log_odds,
    peak_part,
    share_sd,
)
from ahorraluz.core.usage.robust import Z80

HOME_BY_DAY, EVENING_SHOWER, EVENING_COOKING = "home-by-day", "evening-shower", "evening-cooking"
PEAK_SHARE = "peak-share"
ANSWERS = (HOME_BY_DAY, EVENING_SHOWER, EVENING_COOKING)
"""Questions of yes or no, by the id under which a household answers them."""
WORKING_DAY = range(8, 18)
"""Hours in which somebody is at home or is not. [h]"""
ANY_USE = "other"
"""Row of the table of hours for a use without one of its own."""
FLAT = frozenset({EndUseId.ALWAYS_ON, EndUseId.REFRIGERATION})
"""They run all day, whoever is at home."""
BY_DAY = frozenset(
    {
        EndUseId.LIGHTING,
        EndUseId.ENTERTAINMENT,
        EndUseId.COMPUTING,
        EndUseId.CLIMATE,
        EndUseId.COOKING,
        EndUseId.OTHER,
    }
)
"""Uses that somebody at home by day makes more of then."""
MOMENT_OF = {EndUseId.WATER_HEATING: EVENING_SHOWER, EndUseId.COOKING: EVENING_COOKING}
"""Uses of which the household is asked whether most of it falls in hora punta."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourAssumptions(Assumptions):
    """What an answer does to the hours of a use: none of it is a published fact of Peru."""

    evening_part: Estimate
    """Part of a use in hora punta where the household says that most of it is. [0 to 1]"""
    other_hours_part: Estimate
    """Part of it there where the household says that most is at other hours. [0 to 1]"""
    by_day_factor: Estimate
    """Use from 8 to 18 h over the usual one where somebody is at home by day. [ratio]"""
    away_factor: Estimate
    """The same where nobody is. [ratio]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFacts:
    """Everything from outside that a share of hora punta is told by."""

    shares: HourShares
    assumed: HourAssumptions
    use_hours: Mapping[str, tuple[float, ...]]
    """Weights of the 24 hours by end use: rows of ``data/use_hours.csv``."""

    def edited(self, values: Mapping[str, Decimal]) -> "HourFacts":
        """Return these facts with the household's own values over every assumption."""
        return replace(self, assumed=self.assumed.edited(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldShare:
    """What is believed of a home's share, and what it rests on."""

    belief: ShareBelief
    heard: HeardShare | None
    """What its uses told; ``None``: nothing but recibos, or a share that was typed."""
    answers: Mapping[str, bool]
    """Questions that were answered."""
    typed: float | None
    """Share that the household typed. [0 to 1]"""


def answers_of(home: Home) -> Mapping[str, bool]:
    """Return the questions of yes or no that a home answered."""
    return {name: bool(home.assumptions[name]) for name in ANSWERS if name in home.assumptions}


def told_share(home: Home, account: UsageAccount, facts: HourFacts) -> ToldShare:
    """Return what is believed of a home's share of hora punta.

    A share it typed stands for itself. A list of appliances is held against the reference
    home; answers without a list against the same home without them. Nothing told leaves the
    spread over homes as it is.

    Parameters
    ----------
    home
        Its list and its answers (``Home.assumptions``).
    account
        Where its energy goes.
    facts
        Fitted shares, usual hours, and what an answer does to them.
    """
    shares, answers = facts.shares, answers_of(home)
    typed = home.assumptions.get(PEAK_SHARE)
    if typed is not None:
        belief = known(float(typed), shares)
        return ToldShare(belief=belief, heard=None, answers=answers, typed=float(typed))
    belief, heard = believed(shares), None
    if home.appliances or answers:
        heard = heard_from([in_hours(use, answers, facts) for use in account.uses], shares)
    if heard is not None and not home.appliances:
        before = heard_from([in_hours(use, {}, facts) for use in account.uses], shares)
        if before is not None:
            heard = replace(heard, apart=log_odds(heard.share) - log_odds(before.share))
    if heard is not None:
        belief = after(belief, heard, reference=shares.centre)
    return ToldShare(belief=belief, heard=heard, answers=answers, typed=None)


def in_hours(use: EndUse, answers: Mapping[str, bool], facts: HourFacts) -> UseHours:
    """Return when a use of a home runs, as far as it told."""
    share, sd = part_in_peak(use.id, answers, facts)
    return UseHours(
        kwh=use.estimate.middle,
        kwh_sd=(use.estimate.high - use.estimate.low) / (2 * Z80),
        share=share,
        share_sd=sd,
    )


def part_in_peak(
    use: EndUseId, answers: Mapping[str, bool], facts: HourFacts
) -> tuple[float, float]:
    """Return the part of a use in hora punta, and its standard error. [0 to 1]"""
    assumed, shares = facts.assumed, facts.shares
    question = MOMENT_OF.get(use)
    if question is not None and question in answers:
        part = assumed.evening_part if answers[question] else assumed.other_hours_part
        return part.middle, (part.high - part.low) / (2 * Z80)
    weights = facts.use_hours.get(use.value, facts.use_hours[ANY_USE])
    if HOME_BY_DAY in answers and use in BY_DAY:
        factor = assumed.by_day_factor if answers[HOME_BY_DAY] else assumed.away_factor
        weights = tuple(
            weight * factor.middle if hour in WORKING_DAY else weight
            for hour, weight in enumerate(weights)
        )
    share = peak_part(weights, shares)
    return share, share_sd(share, shares, flat=use in FLAT)
