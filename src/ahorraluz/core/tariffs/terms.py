"""Everything one period's bill is computed from: prices resolved, weighted by days, and rules.

A period that crosses a change of tariff is billed at one price weighted by the days
under each sheet (inferred from real bills, see ``docs/explanation/how-a-bill-is-made.md``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import NotInForceError, Source, Status
from ahorraluz.core.home import FixedCharges, Fose, Supply
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.money import IgvRounding, TotalRounding, round_cent, round_price
from ahorraluz.core.periods import MEAN_MONTH_DAYS, Period
from ahorraluz.core.tariffs.figures import (
    FOSE_SURCHARGE,
    IGV,
    PRICE_DRIFT,
    PRICE_SPREAD_ELSEWHERE,
    UIT,
    NationalFigures,
)
from ahorraluz.core.tariffs.schedule import (
    ORIGIN_ORDER,
    Block,
    Bracket,
    DistributorSettings,
    NoScheduleError,
    Origin,
    Schedule,
    ScheduleError,
    SupplySheets,
    TariffBook,
    for_supply,
    is_of_system,
    same_shape,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedDays:
    """A run of days under one price list."""

    period: Period
    schedule: Schedule
    origin: Origin
    """How the list came to be used on these days, which may be weaker than the list's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTerms:
    """Prices and rules of one supply in one period."""

    period: Period
    supply: Supply
    brackets: tuple[Bracket, ...]
    """Weighted by days; prices with four decimals, fixed charges to the céntimo."""
    charges: FixedCharges
    igv_rate: Decimal
    """Zero where the supply is exempt. [0 to 1]"""
    igv_rounding: IgvRounding
    total_rounding: TotalRounding
    levy: Decimal | None
    """Rural electrification levy; ``None``: nobody has published the year's UIT. [PEN/kWh]"""
    fose_discount: Decimal | None
    fose_surcharge: Decimal | None
    days: tuple[PricedDays, ...]
    igv_is_sure: bool = True
    """Whether it is known that the IGV applies, or does not."""
    spread: Decimal = Decimal(0)
    """Relative uncertainty of the energy and fixed prices, about 80% each way. [0 to 1]"""
    issues: tuple[Issue, ...] = ()
    sources: tuple[Source, ...] = field(default=())

    @property
    def origin(self) -> Origin:
        """The weakest origin among the days."""
        return max((days.origin for days in self.days), key=ORIGIN_ORDER.index)

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands these terms price."""
        known = [bracket for bracket in self.brackets if bracket.blocks]
        return tuple(known[0].blocks[0].prices) if known else (Band.TOTAL,)


def priced_alike(one: BillTerms, other: BillTerms) -> bool:
    """Tell whether an energy costs the same under both terms, whatever their days are."""
    return all(getattr(one, name) == getattr(other, name) for name in _PRICING)


_PRICING = (
    "brackets",
    "charges",
    "igv_rate",
    "igv_rounding",
    "total_rounding",
    "levy",
    "supply",
)


def bill_terms(
    book: TariffBook,
    supply: Supply,
    period: Period,
    *,
    charges: FixedCharges | None = None,
    receipt: Schedule | None = None,
) -> BillTerms:
    """Return the terms of ``supply`` in ``period``.

    Parameters
    ----------
    book
        Sheets, national figures and distributor settings.
    supply
        The connection to price.
    period
        Days billed.
    charges
        Charges read from the home's own recibo; what is ``None`` there is left out
        of the bill, with an issue.
    receipt
        Prices learnt from the home's recibo (:mod:`.learning`), if any.

    Raises
    ------
    NoScheduleError
        ``option-not-priced``, ``no-sheet-at-all`` or ``distributor-unknown``.
    """
    days = priced_days(book, supply, period, receipt=receipt)
    settings = book.settings(supply.distributor)
    charges = charges or FixedCharges()
    last_day = period.end - timedelta(days=1)
    figures = book.figures
    exempt = supply.igv_exempt if supply.igv_exempt is not None else settings.igv_exempt
    spread = _spread(days, figures, supply)
    levy, levy_issues = _levy(figures, period.end, to_come=spread > 0)
    return BillTerms(
        period=period,
        supply=supply,
        brackets=weighted_brackets(days),
        charges=charges,
        igv_rate=Decimal(0) if exempt else figures.value(IGV, last_day),
        igv_rounding=settings.igv_rounding or IgvRounding.SUBTOTAL,
        total_rounding=settings.total_rounding or TotalRounding.EXACT,
        levy=levy,
        fose_discount=figures.fose_discount(supply.sector, last_day),
        fose_surcharge=figures.known(FOSE_SURCHARGE, last_day),
        days=days,
        igv_is_sure=exempt is not None,
        spread=spread,
        issues=(
            *_price_issues(book, days, spread),
            *_setting_issues(settings, exempt=exempt),
            *_supply_issues(book, supply, days),
            *_charge_issues(charges),
            *levy_issues,
        ),
        sources=tuple({d.schedule.source.title: d.schedule.source for d in days}.values()),
    )


def priced_days(
    book: TariffBook, supply: Supply, period: Period, *, receipt: Schedule | None = None
) -> tuple[PricedDays, ...]:
    """Return the runs of days of ``period`` with the price list of each.

    A sheet known to hold comes first, then the recibo, then an assumed sheet; a
    recibo that began before the newest sheet gives way to that sheet. The price of a
    recibo is one for all its days, so it is not mixed with a sheet for some of them.
    """
    of_supply = book.sheets_of(supply)
    all_days = [period.start + timedelta(days=n) for n in range(period.days)]
    sheets = {day: of_supply.known_at(day) for day in all_days}
    has_gap = None in sheets.values()

    def choose(day: date) -> tuple[Schedule, Origin]:
        sheet = sheets[day]
        printed = receipt is not None and receipt.period is not None and day in receipt.period
        if receipt is not None and printed and has_gap:
            return receipt, Origin.RECEIPT
        if sheet is not None:
            return sheet, Origin.SHEET
        if receipt is None:
            return of_supply.assumed_at(day), Origin.ASSUMED
        return _newer_of(of_supply, supply, day, receipt)

    chosen = [(day, *choose(day)) for day in all_days]
    parts = []
    for _, group in groupby(chosen, key=lambda item: (id(item[1]), item[2])):
        run = list(group)
        parts.append(
            PricedDays(
                period=Period(run[0][0], run[-1][0] + timedelta(days=1)),
                schedule=for_supply(run[0][1], supply),
                origin=run[0][2],
            )
        )
    return tuple(parts)


def _newer_of(
    sheets: SupplySheets, supply: Supply, day: date, receipt: Schedule
) -> tuple[Schedule, Origin]:
    """Return the recibo's prices, or a sheet of the same system that is newer than it."""
    try:
        sheet = sheets.assumed_at(day)
    except NoScheduleError:
        return receipt, Origin.RECEIPT
    same_system = sheet.distributor == supply.distributor
    # A recibo that began before the sheet prints a price at least partly older than it.
    if same_system and receipt.start < sheet.start <= day:
        return sheet, Origin.ASSUMED
    return receipt, Origin.RECEIPT


def weighted_brackets(days: Sequence[PricedDays]) -> tuple[Bracket, ...]:
    """Return the brackets with prices weighted by the days under each list.

    Raises
    ------
    ScheduleError
        ``schedule-shape-changed``: the brackets of the lists differ, as when the law
        moved the FOSE limit inside the period.
    """
    schedules = [part.schedule for part in days]
    if len(set(map(id, schedules))) == 1:
        return schedules[0].brackets
    if not same_shape(schedules):
        raise ScheduleError("schedule-shape-changed", starts=[str(s.start) for s in schedules])
    weights = [Decimal(part.period.days) for part in days]
    return tuple(
        _weighted_bracket(versions, weights)
        for versions in zip(*(schedule.brackets for schedule in schedules), strict=True)
    )


def _weighted_bracket(versions: Sequence[Bracket], weights: Sequence[Decimal]) -> Bracket:
    def mean(values: Sequence[Decimal]) -> Decimal:
        products = [value * weight for value, weight in zip(values, weights, strict=True)]
        return sum(products, Decimal(0)) / sum(weights)

    blocks = []
    for block_versions in zip(*(version.blocks for version in versions), strict=True):
        bands = block_versions[0].prices
        blocks.append(
            Block(
                limit_kwh=block_versions[0].limit_kwh,
                prices={
                    band: round_price(mean([block.prices[band] for block in block_versions]))
                    for band in bands
                },
            )
        )
    fixed = round_cent(mean([version.fixed for version in versions]))
    return replace(versions[0], fixed=fixed, blocks=tuple(blocks))


def _spread(days: Sequence[PricedDays], figures: NationalFigures, supply: Supply) -> Decimal:
    """Return the relative uncertainty of prices that are carried to other days.

    Monthly revisions add up like a random walk: it grows with the square root of
    the months between the list and the days it is used for. Another system's list is
    off by a distance of its own.
    """
    weighted = Decimal(0)
    elsewhere = figures.known(PRICE_SPREAD_ELSEWHERE, days[0].period.start) or Decimal(0)
    for part in days:
        known_until = part.schedule.period.end if part.schedule.period else part.schedule.start
        away = abs((part.period.start - known_until).days)
        inside = part.origin is Origin.SHEET or (
            part.schedule.period is not None and part.period.start in part.schedule.period
        )
        if not inside:
            drift = figures.known(PRICE_DRIFT, part.period.start) or Decimal(0)
            months = max(Decimal(1), Decimal(away) / Decimal(MEAN_MONTH_DAYS))
            apart = Decimal(0) if is_of_system(part.schedule, supply) else elsewhere
            weighted += (drift**2 * months + apart**2).sqrt() * part.period.days
    return weighted / sum(part.period.days for part in days)


def _levy(
    figures: NationalFigures, day: date, *, to_come: bool
) -> tuple[Decimal | None, tuple[Issue, ...]]:
    """Return the levy of a bill; one to come may use a UIT that is only expected."""
    try:
        levy = figures.rural_levy(day, expected=to_come)
    except NotInForceError:
        return None, (Issue(code="levy-unknown", parameters={"year": day.year}),)
    entry = figures.at(UIT, day, expected=to_come)
    if entry.status is Status.EXPECTED or not entry.source.grade.is_fact:
        issue = Issue(code="figure-unconfirmed", parameters={"figure": f"UIT {day.year}"})
        return levy, (issue,)
    return levy, ()


def _whose(book: TariffBook, schedule: Schedule) -> str:
    """Return the distributor a list is of, as people call it."""
    known = book.distributors.get(schedule.distributor)
    return known.name if known else schedule.source.issuer


def _price_issues(book: TariffBook, days: Sequence[PricedDays], spread: Decimal) -> list[Issue]:
    issues = []
    assumed = [part for part in days if part.origin is Origin.ASSUMED]
    if assumed:
        part = assumed[0]
        issues.append(
            Issue(
                code="price-assumed",
                parameters={
                    "sheet": part.schedule.source.title,
                    "whose": _whose(book, part.schedule),
                    "sheet_start": part.schedule.start,
                    "day": part.period.start,
                    "spread_percent": round(spread * 100, 1),
                },
            )
        )
    if assumed and any(p.schedule.distributor != days[0].schedule.distributor for p in days):
        issues.append(Issue(code="price-from-two-distributors"))
    carried = [
        part
        for part in days
        if part.origin is Origin.RECEIPT
        and not (part.schedule.period and part.period.start in part.schedule.period)
    ]
    if carried:
        issues.append(
            Issue(
                code="price-carried",
                parameters={
                    "day": carried[0].period.start,
                    "spread_percent": round(spread * 100, 1),
                },
            )
        )
    if any(a.schedule.start != b.schedule.start for a, b in pairwise(days)):
        starts = ", ".join(str(part.schedule.start) for part in days)
        issues.append(
            Issue(
                code="price-weighted-by-days",
                severity=Severity.NOTE,
                parameters={"starts": starts},
            )
        )
    return issues


def _setting_issues(settings: DistributorSettings, *, exempt: bool | None) -> list[Issue]:
    issues = []
    if settings.igv_rounding is None:
        issues.append(Issue(code="igv-rounding-unknown", parameters={"name": settings.name}))
    if settings.total_rounding is None:
        issues.append(Issue(code="total-rounding-unknown", parameters={"name": settings.name}))
    if exempt is None:
        issues.append(Issue(code="igv-regime-unknown", parameters={"name": settings.name}))
    return issues


def _supply_issues(book: TariffBook, supply: Supply, days: Sequence[PricedDays]) -> list[Issue]:
    issues = []
    systems = {s.system for s in book.schedules if s.distributor == supply.distributor}
    if supply.system is None and systems:
        issues.append(
            Issue(code="system-not-stated", parameters={"systems": sorted(filter(None, systems))})
        )
    if any(part.schedule.customer is not supply.customer for part in days):
        issues.append(Issue(code="priced-as-above-limit", severity=Severity.NOTE))
    if supply.sector is None and supply.fose is Fose.ELIGIBLE:
        issues.append(Issue(code="sector-assumed", severity=Severity.NOTE))
    return issues


def _charge_issues(charges: FixedCharges) -> list[Issue]:
    return [
        Issue(code="charge-missing", parameters={"charge": name})
        for name, amount in (("connection", charges.connection), ("lighting", charges.lighting))
        if amount is None
    ]
