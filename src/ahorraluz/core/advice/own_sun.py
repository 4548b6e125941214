"""A home that has panels: what it uses beyond what its meter counts, and how much is its own sun.

A recibo is what came from the grid. The home used that and what it took from its own roof
while the sun shone, which no meter of the distributor sees. Both hang together: how much
sun a home takes depends on how much it uses. So the use of each month is the one whose part
in the sun leaves exactly what the recibo counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from ahorraluz.core.home import Home, MonthlyUse
from ahorraluz.core.periods import months_from
from ahorraluz.core.renewables.arrays import hourly_yield, usual_mount
from ahorraluz.core.renewables.facts import GenerationRule, SolarAssumptions, SolarFacts
from ahorraluz.core.renewables.load import ANY_USE, HomeLoad, load_of_uses, with_months
from ahorraluz.core.renewables.solar import SelfUse, as_stated, use_of_array
from ahorraluz.core.renewables.sun import DAYS, HOURS, MONTH_DAYS, MONTH_OF_DAY, Floats, months_of
from ahorraluz.core.usage.account import UsageAccount
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.core.usage.seasons import metered_year

MONTHS = 12
ROUNDS = 3
"""Times the account is made: the first guess already has its shape right within a per cent."""
TURNS = 60
"""Most steps to the use of a month: each leaves less than half of what was wrong."""
CLOSE_KWH = 1e-4
WHOLE_KWH = Decimal("0.001")


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnSun:
    """What the panels of a home do for it today."""

    array: SelfUse
    """What they make, what of it the home uses, and what it gives away."""
    load: HomeLoad
    """All that is used behind the meter, hour by hour."""
    made: Floats
    """By the panels, shape (8760,). [kWh/h]"""
    meets: float
    """Part of the overlap of sun and load that really meets. [0 to 1]"""
    by_hour: Mapping[EndUseId, Floats]
    """Part of a use's month in each hour of the day, shape (12, 24); each month adds up to one."""
    at_meter: UsageAccount
    """What of each use comes from the grid: adds up to the recibo."""

    @property
    def kwp(self) -> float:
        """Peak power of the panels. [kWp]"""
        return self.array.kwp

    @property
    def direct(self) -> Floats:
        """Sun used at once, shape (8760,). [kWh/h]"""
        return np.minimum(self.made, self.load.kwh) * self.meets

    @property
    def unused(self) -> Floats:
        """Sun that the home does not take, shape (8760,). [kWh/h]"""
        return self.made - self.direct

    @property
    def left_for_more(self) -> HomeLoad:
        """What is bought, in the hours in which more panels could give it.

        The sun of an hour that the panels there cover is theirs: what they do not meet in
        it, no larger array does either, so it is told as bought by night. Each month adds
        up to what the grid gives.
        """
        covered = np.minimum(self.made, self.load.kwh)
        unmet = months_of(covered * (1 - self.meets))
        nights = (self.made <= 0).astype(np.float64)
        dark = with_months(HomeLoad(kwh=nights, measured=False), unmet.tolist())
        return HomeLoad(kwh=self.load.kwh - covered + dark.kwh, measured=False)

    @property
    def used_part(self) -> float:
        """Part of what the panels make that the home uses. [0 to 1]"""
        made = sum(month.middle for month in self.array.generated)
        return self.array.used_year.middle / made if made else 0.0


AccountOf = Callable[[Home], UsageAccount]


@dataclass(frozen=True, kw_only=True)
class PanelFacts:
    """What the sun on a home's own panels is reckoned from."""

    sun: SolarFacts | None
    """``None``: the place is not known."""
    solar: SolarAssumptions
    """The household's own over ours."""
    generation: GenerationRule
    use_hours: Mapping[str, tuple[float, ...]]
    """Weights of the 24 hours by end use."""


def account_with_sun(
    home: Home, *, account_of: AccountOf, facts: PanelFacts
) -> tuple[UsageAccount, OwnSun | None]:
    """Return where all the energy of a home goes, and what its own panels give of it.

    Parameters
    ----------
    home
        Its recibos, and the panels it has (``panels_kwp``), if any.
    account_of
        Makes the account of a home whose recibos count all that it uses.
    facts
        Sun of the place, hours of uses and assumptions.

    Returns
    -------
    tuple
        The account of all use, which adds up to recibo and own sun together; and the sun,
        ``None`` where there are no panels or nobody knows the sun of the place: then the
        account is that of the recibo alone.
    """
    kwp, sun = home.panels_kwp, facts.sun
    if kwp is None or sun is None:
        return account_of(home), None
    solar = facts.solar
    meets = solar.coincidence.middle
    made = kwp * hourly_yield(sun, usual_mount(sun, assumptions=solar), assumptions=solar)
    metered = metered_year(home.history)
    bought = np.array(metered.monthly_kwh)
    used, account = bought, account_of(home)
    for _ in range(ROUNDS):
        load = with_months(_load(account, facts), used.tolist())
        used = _with_own(bought, load, made=made, meets=meets)
        account = account_of(_as_if_metered(home, used))
    load = _load(account, facts)
    array = use_of_array(load, sun, kwp=kwp, assumptions=solar, rule=facts.generation)
    by_hour = _by_hour(account, load, facts)
    part = _part_met(load, made) * meets
    covered = {use: (hours * part).sum(axis=1) for use, hours in by_hour.items()}
    own = OwnSun(
        array=array,
        load=load,
        made=made,
        meets=meets,
        by_hour=by_hour,
        at_meter=_at_meter(account, covered, bought),
    )
    return replace(account, issues=(*metered.issues, *account.issues)), own


def _load(account: UsageAccount, facts: PanelFacts) -> HomeLoad:
    return as_stated(load_of_uses(_months_of(account), facts.use_hours), facts.solar)


def _months_of(account: UsageAccount) -> Mapping[str, tuple[float, ...]]:
    return {use.id.value: use.monthly_kwh for use in account.uses}


def _with_own(bought: Floats, load: HomeLoad, *, made: Floats, meets: float) -> Floats:
    """Return the months whose part in the sun leaves exactly what was bought. [kWh/month]"""
    used = bought
    for _ in range(TURNS):
        hours = with_months(load, used.tolist()).kwh
        moved = bought + months_of(np.minimum(made, hours)) * meets
        step, used = float(np.abs(moved - used).max()), moved
        if step < CLOSE_KWH:
            break
    return used


def _as_if_metered(home: Home, used: Floats) -> Home:
    """Return the home as if a meter had counted its own sun too: a recibo a calendar month."""
    year = months_from(date(home.history[-1].period.start.year, 1, 1), months=MONTHS)
    return replace(
        home,
        history=tuple(
            MonthlyUse(period=period, kwh=Decimal(repr(kwh)).quantize(WHOLE_KWH))
            for period, kwh in zip(year, used.tolist(), strict=True)
        ),
    )


def _by_hour(account: UsageAccount, load: HomeLoad, facts: PanelFacts) -> Mapping[EndUseId, Floats]:
    """Return when each use runs, tilted to the day as far as the household typed it."""
    plain = _mean_days(load_of_uses(_months_of(account), facts.use_hours).kwh)
    tilted = _mean_days(load.kwh)
    tilt = np.divide(tilted, plain, out=np.ones_like(plain), where=plain > 0)
    found = {}
    for use in account.uses:
        weights = np.asarray(facts.use_hours.get(use.id.value, facts.use_hours[ANY_USE]))
        hours = weights * tilt
        found[use.id] = hours / hours.sum(axis=1, keepdims=True)
    return found


def _mean_days(hourly: Floats) -> Floats:
    """Return the mean day of each month, shape (12, 24). [kWh/h]"""
    total = np.zeros((MONTHS, HOURS))
    np.add.at(total, MONTH_OF_DAY, hourly.reshape(DAYS, HOURS))
    mean: Floats = total / np.array(MONTH_DAYS)[:, None]
    return mean


def _part_met(load: HomeLoad, made: Floats) -> Floats:
    """Return the part of the load of each month and hour that the sun can meet, (12, 24)."""
    met, whole = _mean_days(np.minimum(made, load.kwh)), _mean_days(load.kwh)
    part: Floats = np.divide(met, whole, out=np.zeros_like(met), where=whole > 0)
    return part


def _at_meter(
    account: UsageAccount, covered: Mapping[EndUseId, Floats], bought: Floats
) -> UsageAccount:
    """Return the account without what the sun gives each use; it adds up to the recibo."""
    left = sum((1 - covered[use.id]) * np.array(use.monthly_kwh) for use in account.uses)
    whole = np.asarray(left, dtype=np.float64)
    factor = np.divide(bought, whole, out=np.zeros(MONTHS), where=whole > 0)
    total = float(bought.mean())
    uses = []
    for use in account.uses:
        kept = (1 - covered[use.id]) * factor
        estimate = use.estimate.scaled(_part(use.monthly_kwh, kept))
        uses.append(
            replace(
                use,
                estimate=estimate,
                share=estimate.middle / total if total else 0.0,
                monthly_kwh=_times(use.monthly_kwh, kept),
                appliances=tuple(
                    replace(
                        item,
                        estimate=item.estimate.scaled(_part(item.monthly_kwh, kept)),
                        monthly_kwh=_times(item.monthly_kwh, kept),
                    )
                    for item in use.appliances
                ),
            )
        )
    return replace(
        account,
        uses=tuple(sorted(uses, key=lambda use: -use.estimate.middle)),
        total_kwh_month=total,
        monthly_kwh=tuple(bought.tolist()),
    )


def _times(monthly: tuple[float, ...], kept: Floats) -> tuple[float, ...]:
    return tuple((np.array(monthly) * kept).tolist())


def _part(monthly: tuple[float, ...], kept: Floats) -> float:
    whole = sum(monthly)
    return sum(_times(monthly, kept)) / whole if whole else 1.0
