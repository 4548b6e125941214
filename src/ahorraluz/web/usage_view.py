"""What the page and the report of a home's use show: figures, pictures, findings with prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from ahorraluz.core.advice.savings import cliffs
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.rounding import whole_percents
from ahorraluz.core.usage.findings import Weight
from ahorraluz.services.documents.forecast import month_sentences
from ahorraluz.services.documents.readings import quality_text
from ahorraluz.services.forecast_home import PresentMonth
from ahorraluz.services.predict_usage import MonthAhead
from ahorraluz.services.understand_usage import PricedFinding, Understanding
from ahorraluz.texts import Texts
from ahorraluz.web.fan_picture import FanPicture, draw_fan
from ahorraluz.web.usage_bars import UseRow, use_rows
from ahorraluz.web.usage_pictures import (
    DayPicture,
    HeatMap,
    MonthPicture,
    draw_days,
    draw_heat_map,
    draw_months,
)

HOURS_DAY = 24
MONTHS_YEAR = 12
SURE, LIKELY = 0.8, 0.5
"""Probabilities from which a finding is called sure, and likely. [0 to 1]"""
LEAST_SHARE = 0.02
"""A part of a month known below this is no bar. [0 to 1]"""
LEAST_COST = Decimal("0.5")
"""Costs below this are called small, not counted in céntimos. [PEN/month]"""
MOST_MONTHS = 24
LEAST_SHOWN = 5
MONTHS_ALONE = "forecast-needs-days"
"""Why recibos tell no end of a month: the page shows their months, and nobody asked for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure with its label."""

    label: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """One finding as people read it."""

    title: str
    text: str
    cost: str
    """Soles a month, with a range; empty: it is about no energy, or nobody knows the price."""
    cost_range: str
    certainty: str
    """How sure it is, in words; empty: it was counted."""
    acts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageView:
    """A home's use, ready to be shown."""

    name: str
    span: str
    tiles: tuple[Tile, ...]
    fan: FanPicture | None
    """This month to its end; ``None``: the readings do not tell."""
    month_title: str
    month: tuple[str, ...]
    """What is said of this month."""
    findings: tuple[ShownFinding, ...]
    shown: int
    """How many of them are shown at once; the others unfold."""
    heat: HeatMap | None
    heat_words: str
    days: DayPicture | None
    months: MonthPicture | None
    uses: tuple[UseRow, ...]
    usage_basis: str
    """What most of the uses rest on."""
    not_enough: tuple[str, ...]
    """Questions these readings cannot answer, and what it would take."""
    quality: tuple[str, ...]
    issues: tuple[str, ...]
    priced: bool
    """Whether the connection is known, so that findings have a cost."""


def usage_view(
    known: Understanding, texts: Texts, *, month: PresentMonth | None = None
) -> UsageView:
    """Return what is shown of an understanding, and of the month it is in."""
    ahead = None if month is None else month.ahead
    of_month = () if month is None else tuple(map(texts.issue, month.issues))
    untold = () if month is None or ahead else month.issues
    readings = known.readings
    account = known.account
    rows = use_rows(account, None, texts) if account else ()
    zone = readings.zone
    # The end of the last interval is often the midnight after the last day.
    first, last = (
        datetime.fromtimestamp(moment, tz=ZoneInfo(zone)).date()
        for moment in (int(readings.starts_s[0]), readings.end_s - 1)
    )
    return UsageView(
        name=known.name,
        span=texts.text("usage-page.span", start=first, end=last, zone=zone),
        tiles=tuple(_tiles(known, texts)),
        fan=None if ahead is None else fan_of(ahead),
        month_title="" if ahead is None else texts.month(ahead.forecast.period.start),
        month=() if ahead is None else (*of_month, *month_sentences(ahead, texts)),
        findings=tuple(shown_finding(item, texts) for item in known.findings),
        shown=max(LEAST_SHOWN, sum(item.cost is not None for item in known.findings)),
        heat=_heat(known, texts),
        heat_words=_heat_words(known, texts),
        days=_days(known, texts),
        months=_months(known),
        uses=rows,
        usage_basis=_main_basis(rows),
        not_enough=tuple(texts.issue(issue) for issue in known.enough.issues),
        quality=tuple(quality_text(item, texts) for item in known.found.cleaned.report.findings),
        issues=tuple(
            dict.fromkeys(
                texts.issue(issue)
                for issue in (*known.issues, *untold)
                if issue.code != MONTHS_ALONE
            )
        ),
        priced=known.connection is not None,
    )


def _main_basis(rows: Sequence[UseRow]) -> str:
    """Return what most of the uses rest on: said once, and only the others beside their row."""
    bases = [row.basis for row in rows]
    return max(bases, key=bases.count) if bases else ""


def _tiles(known: Understanding, texts: Texts) -> Sequence[Tile]:
    profile = known.profile
    tiles = []
    if known.kwh_by_month:
        mean = float(sum(known.kwh_by_month)) / MONTHS_YEAR
        tiles.append(_tile("month", texts.number(mean, places=0), texts, unit="kWh"))
    if profile.base is not None:
        base = profile.base
        low, high = (texts.number(w, places=0) for w in (base.power_w.low, base.power_w.high))
        note = texts.text("usage-page.base-note", low=low, high=high, **_base_cost(known, texts))
        value = texts.number(base.power_w.middle, places=0)
        tiles.append(_tile("base", value, texts, unit="W", note=note))
    if profile.peak_share is not None and known.peak_hours is not None:
        share = texts.percent(profile.peak_share.share)
        first, after = known.peak_hours
        note = texts.text("usage-page.peak-share-note", first=first, after=after)
        tiles.append(_tile("peak-share", share, texts, note=note))
    if profile.peaks is not None:
        peaks = profile.peaks
        highest = texts.number(peaks.highest_kw, places=1)
        note = texts.text(
            "usage-page.highest-note",
            day=peaks.highest_at.date(),
            hour=f"{peaks.highest_at:%H:%M}",
        )
        tiles.append(_tile("highest", highest, texts, unit="kW", note=note))
    return tiles


def _tile(name: str, value: str, texts: Texts, *, unit: str = "", note: str = "") -> Tile:
    return Tile(label=texts.text(f"usage-page.tile-{name}"), value=value, unit=unit, note=note)


def _base_cost(known: Understanding, texts: Texts) -> dict[str, str]:
    """Return what the base load costs in a year, or how much it is where prices are not known."""
    cost = next((f.cost for f in known.findings if f.finding.id == "base-load"), None)
    base = known.profile.base
    assert base is not None  # noqa: S101 - the caller has one
    if cost is None:
        kwh = texts.number(base.energy_year.middle, places=0)
        return {"year": texts.text("usage-page.kwh-a-year", kwh=kwh)}
    soles = texts.soles(Decimal(str(cost.middle * MONTHS_YEAR)), places=0)
    return {"year": texts.text("usage-page.soles-a-year", soles=soles)}


def shown_finding(priced: PricedFinding, texts: Texts) -> ShownFinding:
    """Return a finding as people read it."""
    finding = priced.finding
    cost, cost_range = finding_cost(priced.cost, texts)
    return ShownFinding(
        title=texts.text(f"finding.{finding.id}.title", **finding.numbers),
        text=texts.text(f"finding.{finding.id}", **finding.numbers),
        cost=cost,
        cost_range=cost_range,
        certainty=certainty_text(finding.confidence, texts),
        acts=finding.weight is Weight.ACT,
    )


def finding_cost(cost: Estimate | None, texts: Texts) -> tuple[str, str]:
    """Return the cost of a finding in words, and its range."""
    if cost is None:
        return "", ""
    low, middle, high = sorted(
        abs(Decimal(str(value))) for value in (cost.low, cost.middle, cost.high)
    )
    middle = abs(Decimal(str(cost.middle)))
    if middle < LEAST_COST:
        return texts.text("usage-page.cost-small"), ""
    key = "usage-page.cost" if cost.middle > 0 else "usage-page.cost-less"
    span = texts.text(
        "usage-page.cost-range", low=texts.soles(low, places=0), high=texts.soles(high, places=0)
    )
    return texts.text(key, soles=texts.soles(middle, places=0)), span


def certainty_text(confidence: float | None, texts: Texts) -> str:
    """Return how sure a finding is, in words; empty where it was counted."""
    if confidence is None:
        return ""
    level = "sure" if confidence >= SURE else "likely" if confidence >= LIKELY else "maybe"
    return texts.text(f"usage-page.certainty-{level}", percent=texts.percent(confidence))


def fan_of(month: MonthAhead) -> FanPicture:
    """Return the picture of a month to its end."""
    forecast = month.forecast
    low, high = forecast.band_kwh
    limits = month.bill.crossings if month.bill else ()
    return draw_fan(
        month.used_by_day,
        forecast.period.days,
        start=forecast.period.start,
        ends_kwh=(low, forecast.mean_kwh, high),
        limit_kwh=float(limits[-1].limit_kwh) if limits else None,
        lost_days=month.days_lost,
    )


def _heat(known: Understanding, texts: Texts) -> HeatMap | None:
    grid = known.profile.grid
    if grid is None:
        return None
    days: list[date] = grid.days.astype(object).tolist()
    names = [texts.text(f"month-short.{number}") for number in range(1, MONTHS_YEAR + 1)]
    return draw_heat_map(grid.power_kw, days, month_names=names)


def _heat_words(known: Understanding, texts: Texts) -> str:
    shapes, peaks = known.profile.shapes, known.profile.peaks
    if shapes is None or peaks is None:
        return texts.text("usage-page.heat-alone")
    curve = shapes.all_days.mean_kw
    return texts.text(
        "usage-page.heat-words",
        most=f"{int(np.nanargmax(curve))}:00",
        least=f"{int(np.nanargmin(curve))}:00",
    )


def _days(known: Understanding, texts: Texts) -> DayPicture | None:
    types, hours = known.profile.types, known.peak_hours or (0, 0)
    if types is not None and types.are_real:
        parts = whole_percents([kind.share for kind in types.types])
        named = [
            (_day_name(percent, kind.weekdays, place, texts), kind.curve_kw)
            for place, (kind, percent) in enumerate(zip(types.types, parts, strict=True), start=1)
        ]
        return draw_days(named, peak_hours=hours)
    shapes = known.profile.shapes
    if shapes is None:
        return None
    return draw_days(
        [(texts.text("usage-page.all-days"), shapes.all_days.mean_kw)], peak_hours=hours
    )


def _day_name(percent: int, weekdays: tuple[int, ...], place: int, texts: Texts) -> str:
    often = ", ".join(texts.text(f"weekday.{day}") for day in weekdays)
    part = texts.whole_percent(percent)
    if not often or len(weekdays) == 7:
        return texts.text("usage-page.day-type", number=place, share=part)
    return texts.text("usage-page.day-type-on", number=place, share=part, days=often)


def _months(known: Understanding) -> MonthPicture | None:
    base = known.profile.base
    by_month = {month.month: month.power_w for month in base.by_month} if base else {}
    watts = base.power_w.middle if base else 0.0
    shown = [month for month in known.months if month.known >= LEAST_SHARE][-MOST_MONTHS:]
    if not shown:
        return None
    rows = []
    for month in shown:
        power = by_month.get(month.period.start, watts)
        base_kwh = power * month.known * month.period.days * HOURS_DAY / 1000
        rows.append((month.period.start, month.kwh, base_kwh, not month.is_whole))
    return draw_months(rows, limit_kwh=_limit(known))


def _limit(known: Understanding) -> float | None:
    """Return the energy above which a whole month costs more, under the home's own tariff."""
    limits = cliffs(known.terms[0]) if known.terms else ()
    return float(limits[-1]) if limits else None
