"""From a proposal to a recommendation: bills, ranges, worth, confidence, evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from ahorraluz.core.advice.choosing import Board, other_year
from ahorraluz.core.advice.context import MONTHS, PlanContext
from ahorraluz.core.advice.energy import OTHER_HOMES, WATT_HOUR, EnergyYear, WattHours
from ahorraluz.core.advice.measures import Candidate, Certainty, Proposal
from ahorraluz.core.advice.pricing import YearPrices, home_part
from ahorraluz.core.advice.recommendation import (
    ZERO,
    Confidence,
    Evidence,
    MonthRow,
    Recommendation,
    Standing,
)
from ahorraluz.core.advice.savings import (
    BillSaving,
    crossings,
    in_range,
    limits_of,
    save_by_staying_under,
    save_by_terms,
    save_energy,
)
from ahorraluz.core.advice.worth import Worth, later_cost, worth_of
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.money import CENT, round_cent
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.usage.appliances import (
    LABEL,
    METER_SHARE,
    OWNERSHIP,
    REMAINDER,
    STATED,
    worst_basis,
)

PEN_MONTH = "PEN/month"
KWH_YEAR = "kWh/year"
BILLS_BASIS = "basis.two-bills"
FIRM = frozenset(
    {"basis.water-physics", "basis.labels", "basis.lamp-watts", "basis.two-sheets", "basis.limit"}
)
"""Shares that follow from physics, labels or sheets."""
LOOSE = frozenset(
    {
        "basis.habit-assumed",
        "basis.published-ceiling",
        "basis.gas-ratio",
        "basis.daytime-assumed",
        "basis.digester-project",
        "basis.panels-and-battery",
        "basis.hours-of-other-homes",
    }
)
"""Shares that are assumed, or a ceiling that somebody published."""
_KNOWN_USES = frozenset({STATED, LABEL})
_VAGUE_USES = frozenset({OWNERSHIP, REMAINDER, METER_SHARE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Soles:
    """What a recommendation claims in soles and energy."""

    bills: BillSaving
    other: tuple[Decimal, Decimal, Decimal]
    home_year: Decimal
    saving: Estimate
    kwh: Estimate
    taken: WattHours
    """Middle taken off the meter in each month, shape (12,). [Wh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """When a candidate is judged: its place, and the energy before it."""

    rank: int
    """Its place among its like."""
    standing: Standing
    """How it stands to the plan."""
    year: EnergyYear
    """Energy that is left when its turn comes."""
    then: EnergyYear | None = None
    """Energy after it, as the plan tells; ``None``: reckoned alone."""
    other_pen_year: Decimal | None = None
    """Spared outside the bill, as the plan tells; ``None``: reckoned alone. [PEN/year]"""
    month: int = 0
    """Month in which a step starts, from zero."""
    npv_pen: Decimal | None = None
    """What it adds to the soles of today of those before it; ``None``: reckoned alone. [PEN]"""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes recommendations for one home; every figure comes from its board."""

    board: Board

    @property
    def context(self) -> PlanContext:
        """The home, its energy and its prices."""
        return self.board.context

    @cached_property
    def limits(self) -> tuple[tuple[Decimal, ...], ...]:
        """Cliffs of each month to come. [kWh]"""
        return limits_of(self.context.year)

    def write(self, candidate: Candidate, turn: Turn) -> Recommendation:
        """Return the recommendation of a candidate in its turn.

        Raises
        ------
        PriceUnknownError
            ``saving-price-unknown``: one of its bills has no price.
        """
        proposal, measure = candidate.proposal, candidate.measure
        soles = None
        if proposal.certainty is not Certainty.NO_SOLES:
            soles = self._soles(candidate, turn)
        worth = self._worth(proposal, soles, npv_pen=turn.npv_pen)
        bills = soles.bills if soles else BillSaving(rows=(), low=ZERO, high=ZERO)
        other = soles.other[1] if soles else ZERO
        use_basis = self._use_basis(proposal)
        return Recommendation(
            rank=turn.rank,
            measure=measure.id,
            kind=measure.kind,
            standing=turn.standing,
            end_uses=measure.end_uses,
            uses=tuple(cut.use for cut in proposal.effect.cuts),
            owned=self.board.owned(proposal),
            saving=soles.saving if soles else None,
            saving_pen_year=bills.middle + other,
            bill_saving_pen_year=bills.middle,
            low_pen_year=bills.low,
            high_pen_year=bills.high,
            other_pen_year=other,
            home_pen_year=soles.home_year if soles else ZERO,
            kwh_year=soles.kwh if soles else None,
            cost=proposal.cost,
            later_pen=round_cent(later_cost(proposal, self.board.money, cost=candidate.cost)),
            payback_months=worth.payback_months,
            net_present_value=worth.net_present_value,
            life_years=proposal.life_years,
            pays_below_pen=worth.pays_below_pen,
            pays_within_years=worth.pays_within_years,
            confidence=_confidence(proposal, use_basis, turn.standing),
            basis=proposal.basis,
            use_basis=use_basis,
            effort=measure.effort,
            evidence=self._evidence(candidate),
            rows=bills.rows,
            crosses=crossings(bills.rows, self.limits) if bills.rows else (),
            parameters=proposal.parameters,
            issues=proposal.issues,
            needs_owner=measure.needs_owner,
            needs_roof=measure.needs_roof,
            fallen=self._fallen(turn.year, soles) if soles and not proposal.switch else {},
            start_month=turn.month,
        )

    def _fallen(self, year: EnergyYear, soles: _Soles) -> Mapping[str, Decimal]:
        """Return which lines of the bills of a year fall."""
        before = year.total_wh
        fallen = self.board.prices.arrays.fallen(before, before - soles.taken)
        cents = np.array(list(fallen.values())).sum(axis=1).tolist()
        return {name: total * CENT for name, total in zip(fallen, cents, strict=True)}

    def _soles(self, candidate: Candidate, turn: Turn) -> _Soles:
        proposal, year = candidate.proposal, turn.year
        taken = np.zeros(MONTHS, dtype=np.int64)
        if proposal.stay_under_kwh is not None:
            bills = save_by_staying_under(
                self.board.prices, year.total_wh, limit_kwh=proposal.stay_under_kwh
            )
            taken = _taken(bills.rows)
            ends = (taken, taken)
        elif proposal.switch is not None:
            bills = save_by_terms(
                proposal.switch,
                [int(wh) * WATT_HOUR for wh in year.total_wh],
                shares=proposal.band_shares,
            )
            ends = (taken, taken)
        else:
            change = self.board.spared(year, candidate, then=turn.then)
            bills = save_energy(
                self.board.prices,
                before=year.total_wh,
                low=change.low,
                middle=change.middle,
                high=change.high,
            )
            taken, ends = change.middle, (change.low, change.high)
        other = other_year(proposal, bills.middle)
        if turn.other_pen_year is not None:
            shift = turn.other_pen_year - other[1]
            other = (other[0] + shift, turn.other_pen_year, other[2] + shift)
        low, middle, high = in_range(bills, self.context.year, other=other)
        return _Soles(
            bills=bills,
            other=other,
            home_year=round_cent(self._home_saving(proposal, bills, year, taken)) + other[1],
            saving=Estimate(
                low=_floor(low, bills.low + other[0]),
                middle=middle,
                high=high,
                unit=PEN_MONTH,
                basis=proposal.basis,
            ),
            kwh=_kwh_year(ends[0], taken, ends[1], basis=proposal.basis),
            taken=taken,
        )

    def _home_saving(
        self, proposal: Proposal, bills: BillSaving, year: EnergyYear, taken: WattHours
    ) -> Decimal:
        """Return the home's own part of a difference of the meter's bills. [PEN/year]"""
        home, meter = self.context.home, year.total_wh
        if home.homes_on_meter == 1:
            return bills.middle
        own = meter - year.of(OTHER_HOMES)
        prices = self.board.prices
        before, after = prices, prices
        if proposal.switch is not None:
            before, after = (
                YearPrices(pair) for pair in (proposal.switch.now, proposal.switch.then)
            )
        now, then = (
            np.array([int(total / CENT) for total in totals], dtype=np.int64)
            for totals in (
                [row.total_without for row in bills.rows],
                [row.total_with for row in bills.rows],
            )
        )
        return home_part(
            home,
            totals=now,
            connected=before.connected,
            home_wh=own,
            meter_wh=meter,
        ) - home_part(
            home,
            totals=then,
            connected=after.connected,
            home_wh=own - taken,
            meter_wh=meter - taken,
        )

    def _worth(self, proposal: Proposal, soles: _Soles | None, *, npv_pen: Decimal | None) -> Worth:
        if soles is None:
            return Worth(
                payback_months=None,
                net_present_value=None,
                pays_below_pen=None,
                pays_within_years=None,
            )
        # A home of a shared meter keeps the same part of both ends as of the middle.
        bill = soles.bills.middle
        part = (soles.home_year - soles.other[1]) / bill if bill else Decimal(1)
        ends = sorted(
            (
                soles.bills.low * part + soles.other[0],
                soles.home_year,
                soles.bills.high * part + soles.other[2],
            )
        )
        saving = MoneyRange(
            low=ends[0], middle=ends[1], high=ends[2], unit="PEN/year", basis=BILLS_BASIS
        )
        worth = worth_of(saving, proposal, self.board.money)
        if npv_pen is None:
            return worth
        # Years count as in the choice, which also needs them where no life is published.
        counted = replace(proposal, life_years=self.board.money.years(proposal))
        alone = worth_of(saving, counted, self.board.money).net_present_value
        return replace(worth, net_present_value=_moved(alone, npv_pen))

    def _use_basis(self, proposal: Proposal) -> str | None:
        """Return the weakest basis among the uses that a proposal acts on."""
        bases = [self.board.figures[cut.use].basis for cut in proposal.effect.cuts]
        return worst_basis(bases) if bases else None

    def _evidence(self, candidate: Candidate) -> tuple[Evidence, ...]:
        rows = self.context.facts.evidence
        published = [
            Evidence(id=name, source=rows[name].source) for name in candidate.measure.evidence
        ]
        used = [Evidence(id=source.id, source=source) for source in candidate.proposal.sources]
        return (*published, *used)


def _moved(alone: MoneyRange | None, middle: Decimal) -> MoneyRange | None:
    """Return a range around another middle, as wide as it was."""
    if alone is None:
        return None
    low, high = (round_cent(middle + end - alone.middle) for end in (alone.low, alone.high))
    return replace(alone, low=min(low, middle), middle=middle, high=max(high, middle))


def _taken(rows: Sequence[MonthRow]) -> WattHours:
    spared = [int((row.kwh_without - row.kwh_with) / WATT_HOUR) for row in rows]
    return np.array(spared, dtype=np.int64)


def _floor(low: float, least: Decimal) -> float:
    """Return ``low``, not below zero where even the low end saves something."""
    return max(low, 0.0) if least >= 0 else low


def _kwh_year(low: WattHours, middle: WattHours, high: WattHours, *, basis: str) -> Estimate:
    ends = [float(wh.sum()) / 1000 for wh in (low, middle, high)]
    return Estimate(low=ends[0], middle=ends[1], high=ends[2], unit=KWH_YEAR, basis=basis)


def _confidence(proposal: Proposal, use_basis: str | None, standing: Standing) -> Confidence:
    """Return how far a saving may be trusted: as far as its weaker leg."""
    unsure = standing in (Standing.IF_OWNED, Standing.CHECK)
    if unsure or use_basis in _VAGUE_USES:
        return Confidence.LOW
    if proposal.basis in FIRM and (use_basis is None or use_basis in _KNOWN_USES):
        return Confidence.HIGH
    if proposal.basis in LOOSE and use_basis not in _KNOWN_USES:
        return Confidence.LOW
    return Confidence.MEDIUM
