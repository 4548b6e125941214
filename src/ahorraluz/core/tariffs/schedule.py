"""Which prices hold for this supply on this day, and where they come from."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Source
from ahorraluz.core.home import CustomerClass, Fose, Option, Supply
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.periods import MEAN_MONTH_DAYS, Period
from ahorraluz.core.tariffs.figures import ASSUMED_MAX_MONTHS, REVISION_DAY, NationalFigures

PRICED_OPTIONS = (Option.BT5A, Option.BT5B, Option.BT5F, Option.BT5I, Option.BT7, Option.BT8)
OPTION_BANDS: Mapping[Option, tuple[Band, ...]] = {
    Option.BT5A: (Band.PEAK, Band.OFF_PEAK),
    Option.BT5F: (Band.PEAK, Band.OFF_PEAK),
    Option.BT5I: (Band.PEAK, Band.MEDIUM, Band.BASE),
}


class ScheduleError(AhorraLuzError):
    """A price list that cannot be used as it is."""


class NoScheduleError(AhorraLuzError):
    """No price list for this supply on that day."""


class Origin(StrEnum):
    """Where the prices of a bill come from, best first."""

    SHEET = "sheet"
    """A price sheet on file for that supply and day."""
    RECEIPT = "receipt"
    """The household's own recibo."""
    ASSUMED = "assumed"
    """The newest sheet known, or a neighbouring system's."""


ORIGIN_ORDER = (Origin.SHEET, Origin.RECEIPT, Origin.ASSUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Price of the energy above the previous block and up to ``limit_kwh``."""

    limit_kwh: Decimal | None
    """Upper end of the block, inclusive. [kWh] ``None``: without end."""
    prices: Mapping[Band, Decimal]
    """Price of each kWh by band, before IGV, four decimals. [PEN/kWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Prices of a whole month whose energy is at most ``limit_kwh``."""

    limit_kwh: Decimal | None
    """Highest monthly energy of the bracket, inclusive. [kWh] ``None``: without end."""
    fixed: Decimal
    """Fixed charge before IGV. [PEN/month]"""
    blocks: tuple[Block, ...]
    """By rising limit; empty where these prices are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Every price of one option in one electric system from ``start`` on."""

    distributor: str
    system: str | None
    option: Option
    customer: CustomerClass
    start: date
    brackets: tuple[Bracket, ...]
    """By rising limit; the last has no limit."""
    source: Source
    origin: Origin = Origin.SHEET
    period: Period | None = None
    """For prices read off a recibo: the days it bills."""

    def __post_init__(self) -> None:
        """Refuse a list that does not reach every amount of energy (``schedule-incomplete``)."""
        limits = [bracket.limit_kwh for bracket in self.brackets]
        rising = limits[:-1] == sorted(limits[:-1], key=lambda limit: limit or Decimal(0))
        if not limits or limits[-1] is not None or None in limits[:-1] or not rising:
            raise ScheduleError(
                "schedule-incomplete", distributor=self.distributor, option=self.option.value
            )

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands this list prices."""
        known = [bracket for bracket in self.brackets if bracket.blocks]
        return tuple(known[0].blocks[0].prices) if known else (Band.TOTAL,)

    def without_fose(self) -> "Schedule":
        """Return the list with the prices above the FOSE limit for every amount of energy."""
        return replace(self, brackets=self.brackets[-1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributorSettings:
    """What the bills of one distributor do in their own way."""

    id: str
    name: str
    source: Source
    igv_rounding: IgvRounding | None = None
    """``None``: not known."""
    total_rounding: TotalRounding | None = None
    """``None``: not known."""
    igv_exempt: bool | None = False
    """Amazon regime (Ley 27037). ``None``: part of its systems, or not known."""


MOST_SUPPLIES = 64
"""Supplies whose sheets a book holds sorted out: a page asks for the same ones again and again."""
MOST_DAYS = 4_000
"""Days that are remembered of a supply's sheets: ten years of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffBook:
    """Price lists, national figures and distributor settings, looked up by day."""

    schedules: tuple[Schedule, ...]
    figures: NationalFigures
    distributors: Mapping[str, DistributorSettings] = field(default_factory=dict)
    _sorted_out: "dict[Supply, SupplySheets]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _parts: "dict[tuple[int, ...], TariffBook]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def only(self, *schedules: Schedule) -> "TariffBook":
        """Return a book of these price lists alone, the same one each time."""
        # The book that is found holds them, so that no other list can get their numbers.
        key = tuple(map(id, schedules))
        found = self._parts.get(key)
        if found is None:
            found = replace(self, schedules=schedules)
            if len(self._parts) >= MOST_SUPPLIES:
                self._parts.clear()
            self._parts[key] = found
        return found

    def sheets(self, supply: Supply, *, anywhere: bool = False) -> list[Schedule]:
        """Return the sheets of this option and class, newest last."""
        matching = [
            schedule
            for schedule in self.schedules
            if schedule.option is supply.option
            and schedule.customer in (supply.customer, CustomerClass.RESIDENTIAL)
            and (anywhere or is_of_system(schedule, supply))
        ]
        own = [schedule for schedule in matching if schedule.customer is supply.customer]
        near = own if anywhere else [s for s in own if s.distributor == supply.distributor]
        # A supply that is no home pays the prices above the FOSE limit (the same row of
        # the rule), so a residential sheet tells them where there is no other.
        chosen = near or [schedule.without_fose() for schedule in matching]
        return sorted(chosen, key=lambda schedule: schedule.start)

    def sheets_of(self, supply: Supply) -> "SupplySheets":
        """Return the sheets that may price a supply, to look up many days."""
        found = self._sorted_out.get(supply)
        if found is None:
            found = SupplySheets(self, supply)
            if len(self._sorted_out) >= MOST_SUPPLIES:
                self._sorted_out.clear()
            self._sorted_out[supply] = found
        return found

    def schedule_at(self, supply: Supply, day: date) -> Schedule:
        """Return the sheet that is known to hold for ``supply`` on ``day``.

        Prices are revised every month, so a sheet is known to hold from its first
        day to the next revision day, or to the next sheet; later it is an assumption.

        Raises
        ------
        NoScheduleError
            ``option-not-priced`` or ``no-sheet-for-day``.
        """
        sheets = self.sheets_of(supply)
        found = sheets.known_at(day)
        if found is not None:
            return found
        begun = sheets.begun_by(day)
        raise NoScheduleError(
            "no-sheet-for-day",
            distributor=supply.distributor,
            option=supply.option.value,
            day=day,
            newest=None if begun is None else begun.start,
        )

    def sure_until(self, schedule: Schedule) -> date:
        """Return the first day on which ``schedule`` may have been replaced."""
        revision = int(self.figures.value(REVISION_DAY, schedule.start))
        start = schedule.start
        if start.day < revision:
            return start.replace(day=revision)
        year, month = divmod(start.year * 12 + start.month, 12)
        return date(year, month + 1, revision)

    def assumed_at(self, supply: Supply, day: date) -> Schedule:
        """Return the newest sheet begun by ``day``, else the next one: its own, or a neighbour's.

        For forecasts, plans and bills whose sheet is not on file; whoever uses it
        shows the issue ``price-assumed``.

        Raises
        ------
        NoScheduleError
            ``option-not-priced``, or ``no-sheet-at-all`` when even the newest sheet
            of the option is too old to say anything of ``day``.
        """
        return self.sheets_of(supply).assumed_at(day)

    def settings(self, distributor: str) -> DistributorSettings:
        """Return the settings of ``distributor``; raises ``distributor-unknown``."""
        found = self.distributors.get(distributor)
        if found is None:
            raise NoScheduleError("distributor-unknown", field="distributor", value=distributor)
        return found


class SupplySheets:
    """The sheets that may price one supply: sorted out once, then looked up by day."""

    def __init__(self, book: TariffBook, supply: Supply) -> None:
        check_option(supply.option)
        self._book = book
        self._supply = supply
        self._own = book.sheets(supply)
        self._starts = [schedule.start for schedule in self._own]
        self._sure_until: dict[int, date] = {}
        self._assumed: dict[date, Schedule] = {}

    @cached_property
    def _reaches(self) -> tuple[list[tuple[Schedule, float]], ...]:
        """The own sheets, then those of anywhere, each with how far from it it says anything."""
        anywhere = self._book.sheets(self._supply, anywhere=True)
        figures = self._book.figures
        return tuple(
            [
                (s, float(figures.value(ASSUMED_MAX_MONTHS, s.start)) * MEAN_MONTH_DAYS)
                for s in sheets
            ]
            for sheets in (self._own, anywhere)
        )

    def begun_by(self, day: date) -> Schedule | None:
        """Return the newest own sheet begun by ``day``, or ``None``."""
        begun = bisect_right(self._starts, day)
        return self._own[begun - 1] if begun else None

    def known_at(self, day: date) -> Schedule | None:
        """Return the own sheet that is known to hold on ``day``, or ``None``."""
        sheet = self.begun_by(day)
        if sheet is None:
            return None
        until = self._sure_until.get(id(sheet)) or self._book.sure_until(sheet)
        self._sure_until[id(sheet)] = until
        return sheet if day < until else None

    def assumed_at(self, day: date) -> Schedule:
        """As :meth:`TariffBook.assumed_at`."""
        found = self._assumed.get(day)
        if found is None:
            found = self._nearest(day)
            if len(self._assumed) >= MOST_DAYS:
                self._assumed.clear()
            self._assumed[day] = found
        return found

    def _nearest(self, day: date) -> Schedule:
        for candidates in self._reaches:
            near = [s for s, reach in candidates if _days_apart(s, day) <= reach]
            begun = [s for s in near if s.start <= day]
            if near:
                return min(begun or near, key=lambda s: (_days_apart(s, day), s.distributor))
        raise NoScheduleError(
            "no-sheet-at-all",
            distributor=self._supply.distributor,
            option=self._supply.option.value,
            day=day,
        )


def check_option(option: Option) -> None:
    """Refuse an option that is known by name only (``option-not-priced``)."""
    if option not in PRICED_OPTIONS:
        raise NoScheduleError(
            "option-not-priced",
            option=option.value,
            priced=[priced.value for priced in PRICED_OPTIONS],
        )


def for_supply(schedule: Schedule, supply: Supply) -> Schedule:
    """Return ``schedule`` as it applies to ``supply``: without FOSE where it is excluded."""
    excluded = supply.fose is Fose.EXCLUDED and supply.customer is CustomerClass.RESIDENTIAL
    return schedule.without_fose() if excluded else schedule


def same_shape(schedules: Sequence[Schedule]) -> bool:
    """Tell whether the lists have the same brackets, blocks and bands."""
    shapes = {
        tuple(
            (bracket.limit_kwh, tuple((b.limit_kwh, tuple(b.prices)) for b in bracket.blocks))
            for bracket in schedule.brackets
        )
        for schedule in schedules
    }
    return len(shapes) == 1


def is_of_system(schedule: Schedule, supply: Supply) -> bool:
    """Tell whether a sheet is of the supply's system, or of its distributor's only one."""
    if schedule.distributor != supply.distributor:
        return False
    return supply.system is None or schedule.system in (None, supply.system)


def _days_apart(schedule: Schedule, day: date) -> int:
    return abs((day - schedule.start).days)
