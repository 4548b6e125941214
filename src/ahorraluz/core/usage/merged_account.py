"""One account from two witnesses: what the household says and what the meter shows.

Where both speak of the same use, the answer is their mean weighted by precision, the
inverse of the variance; if they lie further apart than both doubts allow, the survey is
doubted by as much. Then everything is reconciled with the measured total, as the
account of recibos is. Where the two contradict each other, an issue says so.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ahorraluz.core.home import Home
from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.core.usage.account import ApplianceUse, EndUse, UsageAccount
from ahorraluz.core.usage.appliances import SURVEY_AND_METER, SurveyedUse
from ahorraluz.core.usage.event_kinds import EventKind, kind_of_appliance
from ahorraluz.core.usage.facts import ApplianceFacts, EndUseId
from ahorraluz.core.usage.merging import (
    SLIVER,
    Item,
    Place,
    block_evidence,
    places_of,
    single_evidence,
    weighed,
)
from ahorraluz.core.usage.metered_uses import MeteredUses
from ahorraluz.core.usage.ranges import relative_sd
from ahorraluz.core.usage.reconcile import Floats
from ahorraluz.core.usage.seasons import spread_over_year

MIN_DAYS = 14
"""Days below which a listed appliance may just not have been used. [day]"""
LONG_DAYS = 180
"""Days from which the months of the readings say more than those of the recibos. [day]"""
UNMISTAKABLE = (EventKind.ELECTRIC_SHOWER, EventKind.WATER_HEATER_TANK)
"""Kinds that cannot be missed where single uses are seen at all: nothing else is like them."""
SEEN_A_WEEK = 1.0
"""Sure events a week from which a home has a thing it did not list."""
SEEN_KWH = 5.0
"""Energy below which it is not worth asking. [kWh/month]"""
_STIFF = 1e-3
"""How far a use that does not follow the seasons joins the swing of the year."""


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
    blocks = None
    if home.homes_on_meter > 1:
        parameters: dict[str, Parameter] = {"homes": home.homes_on_meter}
        issues.append(
            Issue(code="metered-uses-shared", severity=Severity.NOTE, parameters=parameters)
        )
    else:
        items, unseen = _without_unseen(items, home, metered, appliances)
        items, found = _with_unlisted(items, home, metered, appliances)
        issues += [*unseen, *found]
        for evidence in single_evidence(metered):
            items, against = weighed(items, evidence)
            issues += against
        blocks = block_evidence(metered)
    places, against = places_of(items, blocks, total=total)
    issues += against
    if not home.appliances:
        # Nobody told anything that the meter could be against.
        issues = [issue for issue in issues if issue.code != "meter-against-survey"]
    return replace(
        _account(items, places, account, metered),
        issues=(*account.issues, *metered.issues, *issues),
    )


def _items(account: UsageAccount) -> list[Item]:
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
                sd_kwh=estimate.middle * max(relative_sd(estimate), SLIVER),
                basis=estimate.basis,
            )
            swing = float(np.mean(np.abs(np.array(monthly) - estimate.middle))) / estimate.middle
            owned = 1.0 if part is None else part.owned
            items.append(Item(use=use, owned=owned, listed=part is not None, swing=swing))
    return items


# --- what was listed, and what was seen ----------------------------------------------------------


def _without_unseen(
    items: Sequence[Item],
    home: Home,
    metered: MeteredUses,
    appliances: Mapping[str, ApplianceFacts],
) -> tuple[list[Item], list[Issue]]:
    """Return ``items`` without the energy of things that cannot be missed and never ran."""
    if not metered.tells_uses or metered.days < MIN_DAYS:
        return list(items), []
    absent = {kind for kind in UNMISTAKABLE if not np.any(metered.kinds.surely(kind))}
    listed = {entry.id for entry in home.appliances}
    kept: list[Item] = []
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


def _kind(item: Item, appliances: Mapping[str, ApplianceFacts]) -> EventKind | None:
    facts = appliances.get(item.use.id)
    return None if facts is None or item.use.standby else kind_of_appliance(facts)


def _with_unlisted(
    items: Sequence[Item],
    home: Home,
    metered: MeteredUses,
    appliances: Mapping[str, ApplianceFacts],
) -> tuple[list[Item], list[Issue]]:
    """Return ``items`` with the kinds that were surely seen and are not among them."""
    result = list(items)
    issues: list[Issue] = []
    if not metered.tells_uses or not home.appliances:
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
        result.append(Item(use=use, owned=1.0, listed=True, swing=0.0))
    return result, issues


def _nearest(
    kind: EventKind, power_w: float, catalogue: Iterable[ApplianceFacts]
) -> ApplianceFacts:
    """Return the appliance of a kind whose plate is nearest to what was seen."""

    def distance(facts: ApplianceFacts) -> float:
        return abs(math.log((facts.power_w.middle if facts.power_w else 1.0) / power_w))

    return min((one for one in catalogue if kind_of_appliance(one) is kind), key=distance)


# --- the merged account --------------------------------------------------------------------------


def _account(
    items: Sequence[Item],
    places: Sequence[Place],
    account: UsageAccount,
    metered: MeteredUses,
) -> UsageAccount:
    total = metered.total_kwh_month
    monthly = metered.monthly_kwh
    if metered.days < LONG_DAYS and account.total_kwh_month > 0:
        factor = total / account.total_kwh_month
        monthly = tuple(kwh * factor for kwh in account.monthly_kwh)
    middles = [place.middle for place in places]
    weights = np.array(
        [middle * (item.swing + _STIFF) for middle, item in zip(middles, items, strict=True)]
    )
    profile = spread_over_year(middles, monthly_kwh=monthly, weights=weights)
    return UsageAccount(
        uses=_end_uses(items, places, profile, total=total),
        total_kwh_month=total,
        monthly_kwh=monthly,
        basis=SURVEY_AND_METER,
    )


def _end_uses(
    items: Sequence[Item], places: Sequence[Place], profile: Floats, *, total: float
) -> tuple[EndUse, ...]:
    columns: dict[EndUseId, list[int]] = {}
    for place, item in enumerate(items):
        columns.setdefault(item.use.end_use, []).append(place)
    uses = []
    for end_use, chosen in columns.items():
        # All items of an end use were reconciled together.
        result = places[chosen[0]].result
        estimate = result.estimate([places[n].column for n in chosen], basis=SURVEY_AND_METER)
        uses.append(
            EndUse(
                id=end_use,
                estimate=estimate,
                share=estimate.middle / total,
                appliances=tuple(
                    _appliance(items[n].use, places[n], profile[:, n])
                    for n in chosen
                    if items[n].listed
                ),
                monthly_kwh=tuple(profile[:, chosen].sum(axis=1).tolist()),
            )
        )
    return tuple(sorted(uses, key=lambda use: -use.estimate.middle))


def _appliance(use: SurveyedUse, place: Place, monthly: Floats) -> ApplianceUse:
    return ApplianceUse(
        id=use.id,
        end_use=use.end_use,
        count=use.count,
        standby=use.standby,
        owned=float(place.result.probabilities[place.column]),
        estimate=place.result.estimate([place.column], basis=use.basis),
        monthly_kwh=tuple(monthly.tolist()),
    )
