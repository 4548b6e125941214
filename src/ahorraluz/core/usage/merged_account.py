"""One account from two witnesses: what the household says and what the meter shows.

Where both speak of the same use, the answer is their mean weighted by precision, the
inverse of the variance; if they lie further apart than both doubts allow, the survey is
doubted by as much. Then everything is reconciled with the measured total, as the
account of recibos is. Where the two contradict each other, an issue says so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.core.usage.account import ApplianceUse, EndUse, UsageAccount
from ahorraluz.core.usage.appliances import SURVEY_AND_METER, SurveyedUse
from ahorraluz.core.usage.event_kinds import EventKind, kind_of_appliance
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId
from ahorraluz.core.usage.metered_uses import COVERED, MeteredUse, MeteredUseId, MeteredUses
from ahorraluz.core.usage.ranges import relative_sd
from ahorraluz.core.usage.reconcile import Floats, Reconciled, reconcile
from ahorraluz.core.usage.seasons import spread_over_year

MIN_DAYS = 14
"""Days below which a listed appliance may just not have been used. [day]"""
LONG_DAYS = 180
"""Days from which the months of the readings say more than those of the recibos. [day]"""
UNMISTAKABLE = (EventKind.ELECTRIC_SHOWER, EventKind.WATER_HEATER_TANK)
"""Kinds that cannot be missed where single uses are seen at all: nothing else is like them."""
SEEN_A_WEEK = 1.0
"""Sure events a week from which a home has a thing it did not list."""
SEEN_KWH = 2.0
"""Energy below which it is not worth asking. [kWh/month]"""
_APART = 2.0
"""Standard errors between survey and meter that are a contradiction."""
_TOTAL_SD = 0.01
"""Relative error of the measured total."""
_SLIVER = 1e-6
_STIFF = 1e-3
"""How far a use that does not follow the seasons joins the swing of the year."""

_LARGE = (
    MeteredUseId.WATER_HEATING,
    MeteredUseId.COOKING,
    MeteredUseId.LAUNDRY,
    MeteredUseId.WATER_PUMPING,
)
_STEADY = (MeteredUseId.ALWAYS_ON, MeteredUseId.REFRIGERATION)
_BLOCKS = (*_LARGE, MeteredUseId.CLIMATE, MeteredUseId.LARGE_UNKNOWN)
_SUM_SD: Mapping[tuple[MeteredUseId, ...], float] = {_STEADY: 0.15, _BLOCKS: 0.3}
"""Relative error of what is known as a sum only: the level of the night, blocks of hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One use of the account on its way to the merged one."""

    use: SurveyedUse
    owned: float
    listed: bool
    """Whether it is an appliance of the account, and not a remainder."""
    swing: float
    """How far its months differ from their mean, relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """What the meter says of some end uses together. [kWh/month]"""

    end_uses: tuple[EndUseId, ...]
    mean: float
    sd: float
    basis: str


def merge_account(
    home: Home,
    account: UsageAccount,
    metered: MeteredUses,
    *,
    appliances: Mapping[str, ApplianceFacts],
) -> UsageAccount:
    """Return where the energy goes, from the survey account and the readings together.

    Parameters
    ----------
    home
        The household; its appliance list may be empty.
    account
        Its account from recibos and list, or from published ownership.
    metered
        The same from interval readings.
    appliances
        Catalogue by id.

    Returns
    -------
    UsageAccount
        Middles add up to the measured mean month. Besides the issues of both parts:
        ``listed-not-seen``, ``seen-not-listed``, ``meter-against-survey`` and, for a
        meter that feeds several homes, ``metered-uses-shared``: then the readings give
        the total alone.
    """
    total = metered.total_kwh_month
    if total <= 0:
        return account
    items = _items(account)
    issues: list[Issue] = []
    if home.homes_on_meter > 1:
        parameters: dict[str, Parameter] = {"homes": home.homes_on_meter}
        issues.append(
            Issue(code="metered-uses-shared", severity=Severity.NOTE, parameters=parameters)
        )
    else:
        items, unseen = _without_unseen(items, home, metered, appliances)
        items, found = _with_unlisted(items, home, metered, appliances)
        issues += [*unseen, *found]
        for evidence in _evidence(metered):
            items, against = _weighed(items, evidence)
            issues += against
    return _account(items, account, metered, issues=issues)


def _items(account: UsageAccount) -> list[_Item]:
    items = []
    for end_use in account.uses:
        for part in end_use.appliances or (None,):
            estimate = end_use.estimate if part is None else part.estimate
            monthly = end_use.monthly_kwh if part is None else part.monthly_kwh
            if estimate.middle <= 0:
                continue
            use = SurveyedUse(
                id=end_use.id if part is None else part.id,
                end_use=end_use.id,
                count=1 if part is None else part.count,
                standby=part is not None and part.standby,
                mean_kwh=estimate.middle,
                sd_kwh=estimate.middle * max(relative_sd(estimate), _SLIVER),
                basis=estimate.basis,
            )
            swing = float(np.mean(np.abs(np.array(monthly) - estimate.middle))) / estimate.middle
            owned = 1.0 if part is None else part.owned
            items.append(_Item(use=use, owned=owned, listed=part is not None, swing=swing))
    return items


# --- what was listed, and what was seen ----------------------------------------------------------


def _without_unseen(
    items: Sequence[_Item],
    home: Home,
    metered: MeteredUses,
    appliances: Mapping[str, ApplianceFacts],
) -> tuple[list[_Item], list[Issue]]:
    """Return ``items`` without the energy of things that cannot be missed and never ran."""
    if not metered.resolves_events or metered.days < MIN_DAYS:
        return list(items), []
    absent = {kind for kind in UNMISTAKABLE if not np.any(metered.kinds.surely(kind))}
    listed = {entry.id for entry in home.appliances}
    kept: list[_Item] = []
    issues: list[Issue] = []
    for item in items:
        kind = _kind(item, appliances)
        if kind not in absent:
            kept.append(item)
        elif item.use.id in listed:
            parameters: dict[str, Parameter] = {
                "appliance": item.use.id,
                "days": round(metered.days),
            }
            issues.append(Issue(code="listed-not-seen", parameters=parameters))
    return kept, issues


def _kind(item: _Item, appliances: Mapping[str, ApplianceFacts]) -> EventKind | None:
    facts = appliances.get(item.use.id)
    return None if facts is None or item.use.standby else kind_of_appliance(facts)


def _with_unlisted(
    items: Sequence[_Item],
    home: Home,
    metered: MeteredUses,
    appliances: Mapping[str, ApplianceFacts],
) -> tuple[list[_Item], list[Issue]]:
    """Return ``items`` with the kinds that were surely seen and are not among them."""
    result = list(items)
    issues: list[Issue] = []
    if not metered.resolves_events or not home.appliances:
        return result, issues
    have = {_kind(item, appliances) for item in items}
    events = metered.kinds.events
    for kind in metered.kinds.kinds[:-1]:
        surely = metered.kinds.surely(kind)
        kwh = events.month_kwh(surely.astype(np.float64))
        often = surely.sum() / max(metered.days, 1.0) * 7
        if kind in have or often < SEEN_A_WEEK or kwh < SEEN_KWH:
            continue
        facts = _nearest(kind, float(np.median(events.power_w[surely])), appliances.values())
        parameters: dict[str, Parameter] = {
            "appliance": facts.id,
            "week": round(float(often), 1),
            "kwh": round(kwh, 1),
        }
        issues.append(Issue(code="seen-not-listed", parameters=parameters))
        use = SurveyedUse(
            id=facts.id, end_use=facts.end_use, mean_kwh=kwh, sd_kwh=kwh, basis=SURVEY_AND_METER
        )
        result.append(_Item(use=use, owned=1.0, listed=True, swing=0.0))
    return result, issues


def _nearest(
    kind: EventKind, power_w: float, catalogue: Iterable[ApplianceFacts]
) -> ApplianceFacts:
    """Return the appliance of a kind whose plate is nearest to what was seen."""

    def distance(facts: ApplianceFacts) -> float:
        return abs(math.log((facts.power_w.middle if facts.power_w else 1.0) / power_w))

    return min((one for one in catalogue if kind_of_appliance(one) is kind), key=distance)


# --- what the meter says of each use -------------------------------------------------------------


def _evidence(metered: MeteredUses) -> list[_Evidence]:
    """Return what the readings say, as far as it does not only repeat the survey."""
    cycles = metered.cycling is not None and metered.cycling.seen
    groups: list[tuple[MeteredUseId, ...]] = [(n,) for n in _STEADY] if cycles else [_STEADY]
    if metered.resolves_events:
        groups += [(name,) for name in _LARGE]
    else:
        groups.append(_BLOCKS)
    evidence = []
    for names in groups:
        found = [use for name in names if (use := metered.use(name))]
        if found:
            evidence.append(_of(found, sum_sd=_SUM_SD.get(names)))
    climate = metered.use(MeteredUseId.CLIMATE)
    if metered.resolves_events and climate is not None:
        evidence.append(_of([climate], sum_sd=None))
    return evidence


def _of(found: Sequence[MeteredUse], *, sum_sd: float | None) -> _Evidence:
    mean = math.fsum(use.estimate.middle for use in found)
    parts = [use.estimate.middle * relative_sd(use.estimate) for use in found]
    sd = math.hypot(*parts) if sum_sd is None else sum_sd * mean
    end_uses = tuple(dict.fromkeys(end_use for use in found for end_use in COVERED[use.id]))
    return _Evidence(
        end_uses=end_uses, mean=mean, sd=max(sd, _SLIVER * mean), basis=found[0].estimate.basis
    )


def _weighed(items: Sequence[_Item], evidence: _Evidence) -> tuple[list[_Item], list[Issue]]:
    """Return ``items`` with those the evidence speaks of moved to the weighted mean."""
    places = [place for place, item in enumerate(items) if item.use.end_use in evidence.end_uses]
    result = list(items)
    if not places:
        use = SurveyedUse(
            id=evidence.end_uses[0],
            end_use=evidence.end_uses[0],
            mean_kwh=evidence.mean,
            sd_kwh=evidence.sd,
            basis=evidence.basis,
        )
        return [*result, _Item(use=use, owned=1.0, listed=False, swing=0.0)], []
    mean = math.fsum(items[place].use.mean_kwh for place in places)
    sd = math.sqrt(math.fsum(items[place].use.sd_kwh ** 2 for place in places))
    # A gap wider than both doubts is the survey's: it did not see what it tells of.
    doubt = max(sd**2, (mean - evidence.mean) ** 2 - evidence.sd**2)
    precision = 1 / doubt + 1 / evidence.sd**2
    merged = (mean / doubt + evidence.mean / evidence.sd**2) / precision
    wider = 1 / (sd * math.sqrt(precision))
    for place in places:
        item = items[place]
        use = replace(
            item.use,
            mean_kwh=item.use.mean_kwh * merged / mean,
            sd_kwh=item.use.sd_kwh * wider,
            basis=SURVEY_AND_METER,
        )
        result[place] = replace(item, use=use)
    if abs(mean - evidence.mean) <= _APART * math.hypot(sd, evidence.sd):
        return result, []
    parameters: dict[str, Parameter] = {
        "uses": [str(end_use) for end_use in evidence.end_uses],
        "surveyed_kwh": round(mean, 1),
        "metered_kwh": round(evidence.mean, 1),
    }
    return result, [Issue(code="meter-against-survey", parameters=parameters)]


# --- the merged account --------------------------------------------------------------------------


def _account(
    items: Sequence[_Item],
    account: UsageAccount,
    metered: MeteredUses,
    *,
    issues: Sequence[Issue],
) -> UsageAccount:
    total = metered.total_kwh_month
    result = reconcile([item.use for item in items], total_kwh=total, total_sd=_TOTAL_SD * total)
    monthly = metered.monthly_kwh
    if metered.days < LONG_DAYS and account.total_kwh_month > 0:
        factor = total / account.total_kwh_month
        monthly = tuple(kwh * factor for kwh in account.monthly_kwh)
    middles = result.middles.tolist()
    weights = np.array(
        [middle * (item.swing + _STIFF) for middle, item in zip(middles, items, strict=True)]
    )
    profile = spread_over_year(middles, monthly_kwh=monthly, weights=weights)
    return UsageAccount(
        uses=_end_uses(items, result, profile),
        total_kwh_month=total,
        monthly_kwh=monthly,
        basis=SURVEY_AND_METER,
        issues=(*account.issues, *metered.issues, *issues),
    )


def _end_uses(items: Sequence[_Item], result: Reconciled, profile: Floats) -> tuple[EndUse, ...]:
    columns: dict[EndUseId, list[int]] = {}
    for place, item in enumerate(items):
        columns.setdefault(item.use.end_use, []).append(place)
    uses = []
    for end_use, places in columns.items():
        estimate = result.estimate(places, basis=SURVEY_AND_METER)
        uses.append(
            EndUse(
                id=end_use,
                estimate=estimate,
                share=estimate.middle / result.total_kwh,
                appliances=tuple(
                    _appliance(items[place], place, result, profile)
                    for place in places
                    if items[place].listed
                ),
                monthly_kwh=tuple(profile[:, places].sum(axis=1).tolist()),
            )
        )
    return tuple(sorted(uses, key=lambda use: -use.estimate.middle))


def _appliance(item: _Item, place: int, result: Reconciled, profile: Floats) -> ApplianceUse:
    return ApplianceUse(
        id=item.use.id,
        end_use=item.use.end_use,
        count=item.use.count,
        standby=item.use.standby,
        owned=item.owned,
        estimate=result.estimate([place], basis=item.use.basis),
        monthly_kwh=tuple(profile[:, place].tolist()),
    )
